"""Starting Odoo: its configuration file, its environment, its programs."""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from . import places, process
from .cluster import Cluster
from .odoo_source import Odoo
from .output import Failure, note, say

CONFIGURATION_SECONDS = 7 * 24 * 3600  # no run is that long
SCRIPTS = Path(__file__).with_name("scripts")


class Runner:
    """Starts Odoo programs that work on the private cluster with this tree's addon on the addons path."""

    def __init__(self, odoo: Odoo, python: Path, cluster: Cluster, *, more_addons: tuple[Path, ...] = ()) -> None:
        self.more_addons = more_addons
        self.odoo = odoo
        self.python = python
        self.cluster = cluster
        self.data_folder = places.cache() / "data"
        self.data_folder.mkdir(mode=0o700, exist_ok=True)
        (self.data_folder / "filestore").mkdir(exist_ok=True)
        self.logs = places.cache() / "logs"
        self.logs.mkdir(exist_ok=True)

    @property
    def addons_path(self) -> str:
        """The folders of addons, as Odoo's option wants them."""
        return ",".join(str(folder) for folder in (*self.odoo.addons, *self.more_addons, places.addons_folder()))

    def configuration(self, *, port: int | None = None, **options: object) -> Path:
        """Write a configuration file, readable by its owner only, and return its path.

        :param port: HTTP port on the loopback address; a free one when left out
        :param options: further options by their names in the file
        """
        values = {
            "addons_path": self.addons_path,
            "data_dir": self.data_folder,
            "db_host": "127.0.0.1",
            "db_port": self.cluster.port,
            "db_user": "odoo",
            "db_password": self.cluster.password,
            "db_sslmode": "disable",
            "pg_path": self.cluster.bin,
            "http_interface": "127.0.0.1",
            "http_port": port or places.free_port(),
            "gevent_port": places.free_port(),
            "list_db": False,
            "max_cron_threads": 0,
            "screenshots": self.logs / "screenshots",
            "smtp_port": 9,  # the discard port: nothing made here sends e-mail
            **options,
        }
        text = "[options]\n" + "".join(f"{name} = {value}\n" for name, value in values.items())
        folder = places.addons_folder().parent
        for left in folder.glob("odoo-*.conf"):  # by killed runs
            with contextlib.suppress(FileNotFoundError):
                if time.time() - left.stat().st_mtime > CONFIGURATION_SECONDS:
                    left.unlink()
        path = folder / f"odoo-{places.short_hash(text)}.conf"
        places.write_private(path, text)
        return path

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the environment of an Odoo process."""
        return process.plain_environment(**changes)

    def command(self, program: str, configuration: Path, *arguments: object) -> list[str]:
        """Return the command line of one of Odoo's programs (``server``, ``shell``)."""
        return [str(self.python), "-m", "odoo", program, "-c", str(configuration), *map(str, arguments)]

    def odoo_quiet(self, database: str, *arguments: str) -> None:
        """Run Odoo until its modules are installed or updated, showing its log only when something is wrong.

        :raises Failure: when Odoo fails or logs an error
        """
        with self._temporary_configuration() as configuration:
            command = self.command("server", configuration, "-d", database, "--no-http", "--stop-after-init")
            self._quiet([*command, "--log-level", "warn", *arguments], f"Odoo failed on {database}", None)

    def script(self, database: str, text: str) -> str:
        """Run Python text in an Odoo shell and return what it printed."""
        with self._temporary_configuration() as configuration:
            command = self.command("shell", configuration, "-d", database, "--no-http", "--log-level", "error")
            return self._quiet(command, f"A script in the Odoo shell failed on {database}", text)

    def _quiet(self, command: list[str], failure: str, stdin: str | None) -> str:
        printed = process.output(command, env=self.environment(), cwd=Path("/"), stdin=stdin, failure=failure)
        problems = [line for line in printed.splitlines() if " ERROR " in line or " CRITICAL " in line]
        if problems:
            raise Failure(f"{failure}.\n{printed[-6000:]}")
        for line in printed.splitlines():
            if " WARNING " in line and places.ADDON in line:
                say(f"    {line}")
        return printed

    @contextlib.contextmanager
    def _temporary_configuration(self) -> Iterator[Path]:
        path = self.configuration()
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)


def log_of(runner: Runner, database: str) -> Path:
    """Return the file that gets Odoo's log when a script is played on a database."""
    return runner.logs / f"{database}.log"


def play_script(
    runner: Runner, database: str, script: str, variables: dict[str, str], *, connected: bool = True
) -> dict:
    """Run a script of tools/scripts/ in an Odoo shell, show its progress and return its result.

    :param script: name of the file there; it prints its result as JSON on a line that starts with ``RESULT``, and how far it
        is on lines that start with ``PROGRESS``
    :param variables: added to its environment, where other users of the machine cannot read them
    :param connected: give it an environment; a script that forks opens its own cursors
    :raises Failure: when it fails
    """
    configuration = runner.configuration()
    log = log_of(runner, database)
    command = runner.command("shell", configuration, "--no-http", "--log-level", "info")
    if connected:
        command += ["-d", database]
    result = None
    try:
        with (
            open(SCRIPTS / script, encoding="utf-8") as source,
            open(log, "w", encoding="utf-8") as kept,
            process.started(
                command,
                env=runner.environment(**variables),
                cwd="/",
                stdin=source,
                stdout=subprocess.PIPE,
                stderr=kept,
            ) as child,
        ):
            for line in process.lines(child):
                if line.startswith("RESULT "):
                    result = json.loads(line.removeprefix("RESULT "))
                elif line.startswith("PROGRESS "):
                    note(line.removeprefix("PROGRESS "))
                else:
                    say(f"    {line}")
            code = child.wait()
    finally:
        configuration.unlink(missing_ok=True)
    if code or result is None:
        raise Failure(f"{script} stopped in Odoo; the log is {log}.\n{log.read_text(errors='replace')[-4000:]}")
    return result
