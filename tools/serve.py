"""``./dev serve``: the demo database in the web client, with the sandbox that it knows."""

import socket
import subprocess
import time
import urllib.error
import urllib.request

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
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise Failure(f"Port {port} is in use: choose another one with --port.")
    databases = open_workshop()
    name = demo.database_name()
    with demo.exclusive():
        sandbox = sandbox_process.remembered()
        if sandbox is None or not databases.is_finished(name):
            demo.print_table(demo.play(databases)[0])
            sandbox = sandbox_process.remembered()
        databases.ensure_kept(name)
        with sandbox_process.running(databases.runner.python, sandbox) as running:
            sandbox_process.remember(running)
            return _serve(databases, name, running, port)


def _serve(databases: Databases, name: str, sandbox: sandbox_process.Sandbox, port: int) -> int:
    address = f"http://127.0.0.1:{port}"
    runner = databases.runner
    with step("Telling the database its addresses"):
        runner.script(name, _addresses(sandbox, address))
    configuration = runner.configuration(port=port, workers=0, max_cron_threads=1, dbfilter=f"^{name}$")
    command = runner.command("server", configuration, "-d", name)
    try:
        with process.started(command, env=runner.environment(), cwd="/", stdin=subprocess.DEVNULL) as child:
            _wait(address, child)
            say(f"\n    Odoo      {address}/odoo   admin / admin, or accountant / accountant (Invoicing only)")
            say(f"    Sandbox   {sandbox.url}/dashboard\n    Ctrl-C ends both.\n")
            return child.wait()
    finally:
        configuration.unlink(missing_ok=True)


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
