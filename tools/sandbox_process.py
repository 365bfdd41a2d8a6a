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
from .output import Failure, step

START_SECONDS = 60


@dataclass(frozen=True)
class Sandbox:
    """What a kept sandbox needs to come back as the one that a database knows."""

    port: int
    anchor: str  # ISO date, the fictitious company's today
    secret: str
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


def new() -> Sandbox:
    """Return a sandbox with fresh credentials whose company lives today."""
    return Sandbox(places.free_port(), datetime.date.today().isoformat(), secrets.token_hex(32))


def remember(sandbox: Sandbox) -> None:
    """Keep what the sandbox needs to come back, readable by the owner only."""
    places.write_private(_memory(), json.dumps(asdict(sandbox)))


def remembered() -> Sandbox | None:
    """Return the sandbox that the demo database of this tree knows, on a free port, or None."""
    try:
        sandbox = Sandbox(**json.loads(_memory().read_text()))
    except (OSError, ValueError, TypeError):
        return None
    with socket.socket() as probe:
        taken = probe.connect_ex(("127.0.0.1", sandbox.port)) == 0
    return replace(sandbox, port=places.free_port()) if taken else sandbox


@contextlib.contextmanager
def running(python: Path, sandbox: Sandbox) -> Iterator[Sandbox]:
    """Run a sandbox for the length of the block.

    :param python: Python of the cache, which has Werkzeug
    :return: the sandbox with the Client ID that it chose
    """
    command = [python, "-m", "tools.sandbox_server", "--port", sandbox.port, "--anchor", sandbox.anchor]
    env = process.plain_environment(PONTO_SANDBOX_SECRET=sandbox.secret)
    with listening(command, env) as ready:
        yield replace(sandbox, client_id=ready.split()[1])


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
    if not server_packages.can_make_venv():
        server_packages.ensure()
    python = python_env.for_odoo(odoo_source.find())
    command = [python, "-m", "sandbox", "--port", port or places.free_port()]
    return process.run(command, env=process.plain_environment(), cwd=places.TREE)
