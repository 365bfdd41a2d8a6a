"""The parts of ``./dev test`` that need processes, commits and a database of their own: crashes, races, interruptions."""

import json
import random
import re
import time
from collections.abc import Callable

from . import process, sandbox_process
from .databases import Databases
from .odoo_run import log_of, play_script
from .output import Failure, say, step

MOUTHS = {"crash": "x"}
CRASH_PLAN = [
    [
        {"count": 1000, "days": 400},
        {"count": 1000, "days": 200, "opening": "1234.56"},
        {"count": 1000, "days": 800, "opening": "-20.10"},
    ]
]


def _play(databases: Databases, script: str, plan: list[list[dict]], **variables: object) -> dict:
    """Play a script of the harness on a database of its own, beside a bank of its own.

    :param plan: what tools/harness_bank.py fills the bank with
    :param variables: what the script wants to know besides
    :return: its result
    """
    seed = int(variables.setdefault("seed", random.randrange(1_000_000)))
    python = databases.runner.python
    command = [python, "-m", "tools.harness_bank", "--seed", seed, "--plan", json.dumps(plan)]
    with (
        databases.throw_away() as database,
        sandbox_process.listening(command, process.plain_environment()) as ready,
    ):
        given = {**json.loads(ready), "database": database, **variables}
        return play_script(
            databases.runner, database, script, {"PONTO_HARNESS": json.dumps(given)}, connected=False
        )


def crash(databases: Databases) -> None:
    """Kill a worker at least 40 times while it imports; everything is imported once, to the cent."""
    with step("Killing workers during imports"):
        result = _play(databases, "crash_script.py", CRASH_PLAN, hits=40)
    say(f"    {result}")


WORKERS_PLAN = [[{"count": 300, "days": 90}] * 8] * 2
SEVERE = re.compile(r"^\S+ \S+ (\d+) (WARNING|ERROR|CRITICAL) ", re.MULTILINE)


def workers(databases: Databases) -> None:
    """Let two and four workers share eight accounts while a user edits them; nobody meets an error."""
    with step("Sharing accounts between workers"):
        result = _play(databases, "workers_script.py", WORKERS_PLAN)
    say(f"    {result}")


PULL_PLAN = [[{"count": 20_000, "days": 1200}]]


def pull(databases: Databases) -> None:
    """Interrupt a first pull of 20,000 transactions five times; it goes on where it was."""
    with step("Interrupting a long first pull"):
        _play(databases, "pull_script.py", PULL_PLAN)


PARTS = {"crash": crash, "workers": workers, "pull": pull}
