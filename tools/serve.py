"""``./dev serve``: the demo database in the web client, with the sandbox that it knows."""

import contextlib
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import IO

from . import demo, process, sandbox_process
from .databases import Databases
from .output import Failure, say, step
from .workshop import open_workshop

START_SECONDS = 120


def run(port: int) -> int:
    """Serve the demo database until Ctrl-C, playing the demo first when there is none.

    :param port: TCP port of the web client on the loopback address
    :return: exit code
    """
    if _is_taken(port):
        raise Failure(f"Port {port} is in use: choose another one with --port.")
    with serving(open_workshop(), port) as (address, sandbox, child):
        _show(address, sandbox)
        try:
            code = child.wait()
        except KeyboardInterrupt:
            say("Odoo and the sandbox end. ./dev serve goes on from here; ./dev demo begins anew.")
            return 0
    raise Failure(f"Odoo ended by itself (exit code {code}).")


@contextlib.contextmanager
def serving(
    databases: Databases, port: int, log: IO | None = None
) -> Iterator[tuple[str, sandbox_process.Sandbox, subprocess.Popen]]:
    """Serve the demo database for the length of the block, playing the demo first when there is none.

    :param port: TCP port of the web client on the loopback address
    :param log: open file that gets Odoo's log, which is shown otherwise
    :return: the address of Odoo, the sandbox, Odoo's process
    """
    name = demo.database_name()
    with demo.exclusive():
        sandbox = _known_sandbox(databases, name)
        if sandbox is None:
            demo.show(demo.play(databases))
            sandbox = sandbox_process.remembered()
        databases.ensure_kept(name)
        with (
            sandbox_process.running(databases.runner.python, sandbox, kept=True) as running,
            _odoo(databases, name, running, port, log) as (address, child),
        ):
            yield address, running, child


def _known_sandbox(databases: Databases, name: str) -> sandbox_process.Sandbox | None:
    """Return the sandbox of the demo database, or None when the demo has to be played."""
    if not databases.is_finished(name):
        return None
    sandbox = sandbox_process.remembered()
    if sandbox is None:
        say("What the sandbox did for the demo database is gone, or its sources changed: both are made anew.")
    return sandbox


@contextlib.contextmanager
def _odoo(
    databases: Databases, name: str, sandbox: sandbox_process.Sandbox, port: int, log: IO | None
) -> Iterator[tuple[str, subprocess.Popen]]:
    """Run Odoo with its scheduled actions for the length of the block."""
    address = f"http://127.0.0.1:{port}"
    runner = databases.runner
    with step("Telling the database its addresses"):
        runner.script(name, _addresses(sandbox, address))
    configuration = runner.configuration(port=port, workers=0, max_cron_threads=1, dbfilter=f"^{name}$")
    command = runner.command("server", configuration, "-d", name)
    streams = {"stdin": subprocess.DEVNULL, "stdout": log, "stderr": log}
    try:
        with process.started(command, env=runner.environment(), cwd="/", **streams) as child:
            _wait(address, child)
            yield address, child
    finally:
        configuration.unlink(missing_ok=True)


def _show(address: str, sandbox: sandbox_process.Sandbox) -> None:
    """Tell where to go and who one can be there; every password is the login."""
    people = [(login.login, login.may) for login in demo.LOGINS]
    people.append(("admin", "Settings, and Administrator of Invoicing"))
    say(f"\n    Odoo      {address}/odoo   the password is the login:")
    for login, may in people:
        say(f"              {login:<12}{may}")
    say(f"    Sandbox   {sandbox.url}/dashboard\n    Ctrl-C ends both.\n")


def _addresses(sandbox: sandbox_process.Sandbox, address: str) -> str:
    """Return a script that sets the addresses of this run; the sandbox's port may have changed."""
    return f"""
parameters = env["ir.config_parameter"]
for name in ("web.base.url", "report.url"):
    parameters.set_param(name, {address!r})
parameters.set_param("web.base.url.freeze", "True")
connections = env["ponto.connection"].search([("api_url", "=like", "http://127.0.0.1:%")])
connections.filtered(lambda c: c.api_url != {sandbox.url!r}).write({{"api_url": {sandbox.url!r}}})
env.cr.commit()
"""


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(address: str, child: subprocess.Popen) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            with opener.open(f"{address}/web/login", timeout=START_SECONDS):
                return
        except (urllib.error.URLError, ConnectionError):
            if child.poll() is not None or time.monotonic() > until:
                raise Failure(f"Odoo does not answer at {address}.") from None
            time.sleep(0.3)
