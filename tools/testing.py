"""``./dev test``: the suite on a database of its own, with both runners."""

import contextlib
import os
import random
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from . import oca, oca_reconcile, odoo_tests, places, process
from .databases import Databases
from .harness import parts as harness
from .odoo_run import log_of, play_script
from .odoo_tests import BROWSER_WORDS, Counts, judge
from .output import say, step
from .workshop import open_workshop

COVERED = ("ponto_client", "statement_files", "payment_references", "models", "wizards")
OPTIONS_WITH_VALUE = ("-k", "-m", "-W", "-p", "-c", "-o", "--deselect")  # pytest's; what follows is no path
MOST_WORKERS = 4  # of a run of the whole suite; each has a database and a browser
SUSPICIOUS_SECONDS = 600  # of one test: then the run shows where it is
MINIMUM_COVERAGE = 90  # percent of lines, of the whole suite
MEASURING = Path(__file__).parent / "measuring"  # the plugin that notes which lines ran


def run_pytest(arguments: list[str], *, long: bool) -> int:
    """Run the suite, or what the arguments select, with pytest on a clone of the tests' template.

    A run of the whole suite plays the parts on real processes too, most of them beside pytest.

    :param arguments: passed on to pytest; paths are relative to the tree
    :param long: run the long tests too
    :return: exit code, 0 only if tests ran, all passed, and none was skipped for want of a browser
    """
    databases = open_workshop(with_browser=True)
    if arguments:
        return _run_tests(databases, arguments, long)
    with contextlib.ExitStack() as beside:
        endings = [beside.enter_context(_beginning(names)) for names in BESIDE]
        databases.ensure_assets()
        code = _run_tests(databases, arguments, long)
        for end in endings:
            code = end() or code  # what they printed is shown whatever the tests said
    if not code:
        _run_parts(databases, list(ALONE), None)
    return code


def _run_tests(databases: Databases, arguments: list[str], long: bool) -> int:
    """Run pytest, and tell what it measured.

    :return: exit code
    """
    with (
        databases.throw_away(for_tests=True) as database,
        tempfile.TemporaryDirectory(prefix="ponto-") as temporary,
    ):
        folder = Path(temporary)
        with step("Running the tests"):
            code = _pytest(databases, database, folder, arguments, long)
        if code in (2, 3, 4):  # interrupted, or pytest itself does not work: there is nothing to judge
            return code
        verdict = judge(_read_junit(folder / "junit.xml"))
        _show_told(folder / "junit.xml")
        if not arguments:
            _show_seconds(folder / "junit.xml")
        covered = 0 if arguments else _report_coverage(databases, folder)
    return code or verdict or covered


def run_parts(names: list[str], seed: int | None) -> int:
    """Run what needs real processes, alone.

    :param names: of PARTS
    :param seed: decides what is drawn at random; a new one when left out
    :return: exit code
    """
    _run_parts(open_workshop(with_browser="oca" in names), names, seed)
    return 0


@contextlib.contextmanager
def _beginning(names: tuple[str, ...]) -> Iterator[Callable[[], int]]:
    """Begin to run parts, one after the other, beside what else is done in the block.

    :return: what waits for their end, tells what they printed and returns their exit code
    """
    command = [places.TREE / "dev", "test", *(word for name in names for word in ("--only", name))]
    with (
        tempfile.TemporaryFile("w+") as told,
        process.started(command, stdin=subprocess.DEVNULL, stdout=told, stderr=subprocess.STDOUT) as child,
    ):

        def end() -> int:
            code = child.wait()
            told.seek(0)
            say(f"--> Beside the tests: {', '.join(names)}\n{told.read()}")
            return code

        yield end


def _run_parts(databases: Databases, names: list[str], seed: int | None) -> None:
    """Run parts of the suite that are no tests of Odoo's runner: each on real processes and a database of its own.

    :raises Failure: when one fails
    """
    for name in names:
        drawn = random.randrange(1_000_000) if seed is None else seed
        with step(f"{name}: {PARTS[name].__doc__.strip()} (seed {drawn})"):
            PARTS[name](databases, drawn)


def _reinstall(databases: Databases, _seed: int) -> None:
    """Uninstall and install again: no line doubled, groups and feed source restored."""
    with databases.throw_away() as database:
        result = play_script(databases.runner, database, "reinstall.py", {})
        say(f"    {result['lines']} lines before, {result['after']['lines']} after, {result['doubled']} doubled")


def _take_over(databases: Databases, _seed: int) -> None:
    """Take over from the real OCA module, and match beside another: nothing doubled, nothing missing, no secret told."""
    oca.take_over(databases)
    oca_reconcile.match(databases)


# Parts beside the tests, each row in a process of its own. Workers are tested alone: beside other work Odoo's five
# attempts of a click may be used up, and their processes keep every processor busy anyway.
BESIDE = (("crash",), ("oca", "reinstall", "pull"))
ALONE = ("workers",)
PARTS = {"reinstall": _reinstall, "oca": _take_over, **harness.PARTS}


def run_odoo(*, tags: str, long: bool) -> int:
    """Run the suite with Odoo's own runner, the judge of the two.

    :param tags: what to run, in the language of Odoo's ``--test-tags``
    :return: exit code
    """
    databases = open_workshop(with_browser=True)
    with databases.throw_away() as database:  # without what the tests begin with: here they make it themselves
        databases.keep_statistics(database)
        with step("Running the tests with Odoo's own runner"):
            code = odoo_tests.run(databases.runner, database, tags, "--update", places.ADDON, **_switches(long))
        log_of(databases.runner, database).unlink()
    return code


def _switches(long: bool) -> dict[str, str]:
    """Return what the tests are told: whether to run long, and where the model-based test draws from."""
    seed = str(random.randrange(10**9))
    say(f"    The model-based test draws from seed {seed}.")
    return {"ACCOUNT_ONLINE_PONTO_DRAW": seed, **({"ACCOUNT_ONLINE_PONTO_LONG": "1"} if long else {})}


def _pytest(databases: Databases, database: str, folder: Path, arguments: list[str], long: bool) -> int:
    runner = databases.runner
    configuration = runner.configuration()
    env = runner.environment(**_switches(long))
    env |= runner.cluster.environment()  # with it pytest-odoo gives each worker a clone of its own
    spread = []
    if not arguments:
        spread = [
            "--durations=25",
            "--numprocesses",
            str(min(os.cpu_count() or 1, MOST_WORKERS)),
            "--dist",
            "loadscope",
            "--no-loadscope-reorder",  # else the longest, which are few to a class, come last, and one worker is idle
            "-o",
            f"faulthandler_timeout={SUSPICIOUS_SECONDS}",
        ]
        env["PYTHONPATH"] = str(MEASURING)
        env["PONTO_LINES_OF"] = os.pathsep.join(str(places.TREE / part) for part in COVERED)
        env["PONTO_LINES_TO"] = str(folder)
        spread += ["-p", "ponto_lines"]
    command = [runner.python, "-m", "pytest", f"--rootdir={places.addon_link()}"]
    command += ["-p", "no:cacheprovider", "-o", "addopts="]
    command += [f"--odoo-config={configuration}", f"--odoo-database={database}", "--odoo-http"]
    command += [
        f"--junitxml={folder}/junit.xml",
        "-o",
        "junit_logging=system-out",
        *spread,
        *_paths_through_the_link(arguments),
    ]
    try:
        return process.run(command, env=env, cwd=folder, stdin=subprocess.DEVNULL)
    finally:
        configuration.unlink(missing_ok=True)


def _paths_through_the_link(arguments: list[str]) -> list[str]:
    """Replace paths in the tree by paths below the link, whose name makes them modules of the addon."""
    paths, others = [], []
    for before, argument in zip(["", *arguments], arguments, strict=False):
        path, mark, test = argument.partition("::")
        candidate = Path(path) if Path(path).is_absolute() else places.TREE / path
        is_value = before in OPTIONS_WITH_VALUE or path.startswith("-") or not path
        if not is_value and candidate.exists() and candidate.is_relative_to(places.TREE):
            paths.append(f"{places.addon_link() / candidate.relative_to(places.TREE)}{mark}{test}")
        else:
            others.append(argument)
    return [*others, *(paths or [str(places.addon_link() / "tests")])]


def _read_junit(path: Path) -> Counts:
    run, skips = 0, []
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        skipped = case.find("skipped")
        if skipped is None:
            run += 1
        elif BROWSER_WORDS.search(reason := f"{skipped.get('message')} {skipped.text}"):
            skips.append(f"{case.get('classname')}.{case.get('name')}: {reason[:200]}")
    return Counts(run, tuple(skips))


def _show_told(path: Path) -> None:
    """Print the figures that tests told on their standard output, on lines that start with TOLD."""
    for output in ElementTree.parse(path).getroot().iter("system-out"):
        for line in (output.text or "").splitlines():
            if line.startswith("TOLD "):
                say(f"    {line.removeprefix('TOLD ')}")


def _show_seconds(path: Path) -> None:
    """Print how many seconds each file of tests took, what its classes prepare included, the longest first."""
    seconds: Counter[str] = Counter()
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        place = case.get("classname").split(".")
        seconds[next((part for part in place if part.startswith("test_")), place[-1])] += float(case.get("time"))
    say("    Seconds by file:")
    for name, spent in seconds.most_common():
        say(f"    {spent:7.1f}  tests/{name}.py")


def _report_coverage(databases: Databases, folder: Path) -> int:
    """Print the coverage of a run of the whole suite, and fail below the minimum."""
    coverage = [databases.runner.python, "-m", "coverage"]
    settings = f"--rcfile={places.TREE}/pyproject.toml"
    env = databases.runner.environment(COVERAGE_FILE=str(folder / "coverage"))
    if process.run([*coverage, "combine", "--quiet", settings], env=env, cwd=places.TREE):
        return 1
    command = [*coverage, "report", "--skip-empty", settings, f"--fail-under={MINIMUM_COVERAGE}"]
    code = process.run(command, env=env, cwd=places.TREE)
    if code:
        say(f"Coverage of {', '.join(COVERED)} is below {MINIMUM_COVERAGE} % of lines.")
    return code
