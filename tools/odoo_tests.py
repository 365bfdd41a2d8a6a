"""Odoo's own test runner: starting it, and judging what it reports."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import process, server_packages
from .odoo_run import Runner, log_of
from .output import Failure, say

BROWSER_WORDS = re.compile(r"chrom|browser|websocket", re.IGNORECASE)
ODOO_RESULT = re.compile(r"(\d+) failed, (\d+) error\(s\) of (\d+) tests")


@dataclass(frozen=True)
class Counts:
    """What a test runner reports."""

    run: int
    browser_skips: tuple[str, ...]


def run(runner: Runner, database: str, tags: str, *arguments: str, quiet: bool = False, **variables: str) -> int:
    """Run tests with Odoo's own runner; its log is kept when one fails.

    :param tags: what to run, in the language of Odoo's ``--test-tags``
    :param arguments: more options of the server
    :param quiet: show the log only when a test fails
    :param variables: added to the environment of Odoo
    :return: exit code, 0 only if tests ran, all passed, and none was skipped for want of a browser
    """
    configuration = runner.configuration()
    log = log_of(runner, database)
    command = runner.command("server", configuration, "-d", database, *arguments)
    command += ["--test-tags", tags, "--stop-after-init", "--log-level", "info"]
    try:
        code = _show_and_keep(command, runner.environment(**variables), log, quiet)
    finally:
        configuration.unlink(missing_ok=True)
    text = log.read_text(errors="replace")
    totals = [tuple(map(int, found)) for found in ODOO_RESULT.findall(text)]
    skipped = [line for line in text.splitlines() if "skipped" in line.lower() and BROWSER_WORDS.search(line)]
    counts = Counts(max((total for _failed, _errors, total in totals), default=0), tuple(skipped))
    failed = any(failed or errors for failed, errors, _total in totals)
    code = code or int(failed) or judge(counts)
    if code and quiet:
        say(text[-6000:])
    return code


def _show_and_keep(command: list[str], env: dict[str, str], log: Path, quiet: bool) -> int:
    """Run a program, showing its output and writing it to a file as well."""
    options = {"env": env, "cwd": "/", "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    with (
        open(log, "w", encoding="utf-8") as kept,
        process.started(command, **options, stderr=subprocess.STDOUT, text=True, errors="replace") as child,
    ):
        for line in child.stdout:
            kept.write(line)
            if not quiet:
                print(line, end="", flush=True)
        return child.wait()


def judge(counts: Counts) -> int:
    """Fail a run that proves nothing: Odoo skips browser tests silently when it finds no browser."""
    if server_packages.browser() is None:
        raise Failure("There is no Chromium on this machine: the browser tests did not run.")
    if counts.browser_skips:
        say("Tests were skipped for want of a browser:\n    " + "\n    ".join(counts.browser_skips))
        return 1
    if not counts.run:
        say("No test ran.")
        return 1
    return 0
