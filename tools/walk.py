"""``./dev walk``: the demo as ``./dev serve`` shows it, walked through with a browser: every button of the dashboard.

Then everything is ended and served again, and the sandbox still knows what it did.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from . import demo, places, sandbox_process, serve
from .databases import Databases
from .odoo_run import play_script
from .output import say, step
from .workshop import open_workshop


def run() -> int:
    """Press every button of the dashboard once, and look at every balance check.

    :return: exit code, 0 only if every check was green each time and the log says who pressed
    """
    databases = open_workshop(with_browser=True)
    problems = []
    with _walked(databases, problems, everything=True) as sandbox:
        left = sandbox.get("ledger")["accounts"]
    with _walked(databases, problems, everything=False, before=left):
        pass
    for problem in problems:
        say(f"WRONG: {problem}")
    if not problems:
        say("Every balance check was green at every step, and the log says who pressed.")
    return 1 if problems else 0


@contextmanager
def _walked(
    databases: Databases, problems: list[str], *, everything: bool, before: list[dict] | None = None
) -> Iterator[sandbox_process.Sandbox]:
    """Serve the demo, walk through it, and give the sandbox as it is then.

    :param problems: gets what is wrong
    :param everything: press every button; otherwise only fetch new payments
    :param before: accounts of the sandbox's ledger when it was ended
    """
    path = databases.runner.logs / "walk.log"
    with open(path, "w") as log, serve.serving(databases, places.free_port(), log) as (address, sandbox, _child):
        if before is not None and sandbox.get("ledger")["accounts"] != before:
            problems.append("The sandbox came back as another one.")
        given = {
            "odoo": address,
            "sandbox": sandbox.url,
            "accountant": demo.LOGINS[0].login,
            "invoicing": demo.LOGINS[1].login,
            "everything": everything,
        }
        with step("Walking through the demo" if everything else "Looking at it again, after everything was ended"):
            result = play_script(databases.runner, demo.database_name(), "walk.py", {"PONTO_WALK": json.dumps(given)})
        say(f"    {result['pressed']} buttons pressed, {result['checks']} balance checks on the dashboard")
        problems += result["problems"]
        yield sandbox
