"""Starting the sandbox in a process of its own."""

import contextlib
import datetime
import json
import secrets
import socket
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from . import odoo_source, places, process, python_env, server_packages
from .output import Failure, say, step

START_SECONDS = 60


@dataclass(frozen=True)
class Sandbox:
    """What a kept sandbox needs to come back as the one that a database knows."""

    port: int
    anchor: str  # ISO date, the day on which the fictitious company began
    secret: str
    sources: str  # tells the sources that wrote its state
    client_id: str = ""

    @property
    def url(self) -> str:
        """The address of the fake Ponto."""
        return f"http://127.0.0.1:{self.port}"

    def get(self, name: str) -> dict:
        """Ask the sandbox's remote control, which is no part of Ponto.

        :param name: ``ledger`` or ``scenario``
        """
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.url}/_sandbox/{name}", timeout=60) as answer:
            return json.load(answer)


def _memory() -> Path:
    return places.addons_folder().parent / "sandbox.json"


def _state() -> Path:
    """Return the file in which the sandbox itself keeps what it knows and did."""
    return places.addons_folder().parent / "sandbox.state"


def _sources() -> str:
    """Return a text that changes with the sandbox's sources: others may not read what these wrote."""
    files = sorted((places.TREE / "sandbox").glob("*.py"))
    return places.short_hash("\0".join(f"{path.name}\0{path.read_text(encoding='utf-8')}" for path in files))


def new() -> Sandbox:
    """Return a sandbox with fresh credentials whose company lives today."""
    return Sandbox(places.free_port(), datetime.date.today().isoformat(), secrets.token_hex(32), _sources())


def forget() -> None:
    """Forget the sandbox of this tree with everything that it did: its database goes too."""
    for path in (_memory(), _state()):
        path.unlink(missing_ok=True)


def _remember(sandbox: Sandbox) -> None:
    """Keep what the sandbox needs to come back, readable by the owner only."""
    places.write_private(_memory(), json.dumps(asdict(sandbox)))


def remembered() -> Sandbox | None:
    """Return the sandbox that the demo database of this tree knows, on a free port.

    :return: None when there is none, or when what it did can no longer be read
    """
    try:
        sandbox = Sandbox(**json.loads(_memory().read_text()))
    except (OSError, ValueError, TypeError):
        return None
    if sandbox.sources != _sources() or not _state().exists():
        return None
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", sandbox.port)) == 0
    return replace(sandbox, port=places.free_port()) if taken else sandbox


@contextlib.contextmanager
def running(python: Path, sandbox: Sandbox, *, kept: bool = False) -> Iterator[Sandbox]:
    """Run a sandbox for the length of the block.

    :param python: Python of the cache, which has Werkzeug
    :param kept: it is the one of this tree's demo database, goes on where it was, and is remembered
    :return: the sandbox with the Client ID that it chose
    """
    command = [python, "-m", "tools.sandbox_server", "--port", sandbox.port, "--anchor", sandbox.anchor]
    if kept:
        command += ["--state", _state()]
    env = process.plain_environment(PONTO_SANDBOX_SECRET=sandbox.secret)
    with listening(command, env) as ready:
        answering = replace(sandbox, client_id=ready.split()[1])
        if kept:
            _remember(answering)
        yield answering


@contextlib.contextmanager
def listening(command: list, env: dict[str, str]) -> Iterator[str]:
    """Run a sandbox program of tools/ for the length of the block.

    :param command: program and arguments; it gets ``--ready-file`` and writes that file when it listens
    :param env: its environment
    :return: what the file holds
    """
    _require_sources()
    with tempfile.TemporaryDirectory(prefix="ponto-") as temporary:
        ready = Path(temporary) / "ready"
        log = places.cache() / "logs" / "sandbox.log"
        log.parent.mkdir(exist_ok=True)
        with (
            open(log, "wb") as printed,
            process.started(
                [*command, "--ready-file", ready], env=env, cwd=places.TREE, stdout=printed, stderr=printed
            ) as child,
        ):
            with step("Starting the sandbox"):
                _wait(ready, child, log)
            yield ready.read_text()


def _wait(ready: Path, child, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while not ready.exists():
        if child.poll() is not None or time.monotonic() > until:
            raise Failure(f"The sandbox does not start:\n{log.read_text(errors='replace')[-3000:]}")
        time.sleep(0.1)


def _require_sources() -> None:
    if not (places.TREE / "sandbox" / "__init__.py").exists():
        raise Failure("This tree has no sandbox/: there is no fake Ponto to start.")


def run_in_foreground(port: int) -> int:
    """Run the sandbox until Ctrl-C; it prints its address and credentials itself.

    :param port: TCP port on the loopback address, 0 for a free one
    :return: exit code
    """
    _require_sources()
    server_packages.ensure(with_postgresql=False)
    python = python_env.for_odoo(odoo_source.find())
    command = [python, "-m", "sandbox", "--port", port or places.free_port()]
    try:
        return process.run(command, env=process.plain_environment(), cwd=places.TREE)
    except KeyboardInterrupt:
        say("The sandbox has ended; it forgets what it did.")
        return 0
