"""The parts of ``./dev test`` that need processes, commits and a database of their own: crashes, races, interruptions."""

import json
import re
from collections import Counter

from .. import process, sandbox_process
from ..databases import Databases
from ..odoo_run import log_of, play_script
from ..output import Failure, say

# Per integration its accounts, as tools/harness/bank.py wants them.
CRASH_PLAN = [
    [
        {"count": 1000, "days": 400},
        {"count": 1000, "days": 200, "opening": "1234.56"},
        {"count": 1000, "days": 800, "opening": "-20.10"},
    ]
]
WORKERS_PLAN = [[{"count": 300, "days": 90}] * 8] * 2
PULL_PLAN = [[{"count": 20_000, "days": 1200}]]
KILLS = 40
OURS = r"odoo\.addons\.account_online_ponto\S*|odoo\.sql_db"
SEVERE = re.compile(rf"^\S+ \S+ (\d+) (WARNING|ERROR|CRITICAL) \S+ ({OURS}): .*", re.MULTILINE)


def crash(databases: Databases, seed: int) -> None:
    """Kill a worker at least 40 times while it imports; everything is imported once, to the cent."""
    result, severe = _play(databases, "crash.py", CRASH_PLAN, seed, hits=KILLS)
    say(f"    {result['transactions']} transactions, each on exactly one line, every day's balance equal to the bank's")
    _refuse(severe, seed)


def workers(databases: Databases, seed: int) -> None:
    """Let two and four workers share eight accounts while a user edits them; nobody meets an error."""
    result, severe = _play(databases, "workers.py", WORKERS_PLAN, seed)
    # Odoo logs the conflict of a user's click before it repeats the click: that is Odoo's, and no worker's.
    users = {str(pid) for pid in result["users"]}
    say(f"    {result['transactions']} transactions, each on exactly one line; no deadlock")
    say(f"    clicks of users that Odoo repeated: {sum(found[1] in users for found in severe)}")
    _refuse([found for found in severe if found[1] not in users], seed)


def pull(databases: Databases, seed: int) -> None:
    """Interrupt a first pull of 20,000 transactions five times; it goes on where it was."""
    _play(databases, "pull.py", PULL_PLAN, seed)


PARTS = {"crash": crash, "workers": workers, "pull": pull}


def _play(databases: Databases, script: str, plan: list[list[dict]], seed: int, **variables: object) -> tuple:
    """Play a script of the harness on a database of its own, beside a bank of its own.

    :param plan: what the bank is filled with
    :param variables: what the script wants to know besides
    :return: its result; what the addon and the database layer logged as a warning or worse
    """
    runner = databases.runner
    command = [runner.python, "-m", "tools.harness.bank", "--seed", seed, "--plan", json.dumps(plan)]
    with (
        databases.throw_away() as database,
        sandbox_process.listening(command, process.plain_environment()) as ready,
    ):
        given = {**json.loads(ready), "database": database, "seed": seed, **variables}
        result = play_script(runner, database, script, {"PONTO_HARNESS": json.dumps(given)}, connected=False)
        log = log_of(runner, database).read_text(errors="replace")
    return result, list(SEVERE.finditer(log))


def _refuse(severe: list[re.Match], seed: int) -> None:
    """Fail when somebody met an error.

    :raises Failure: with the lines of the log
    """
    if severe:
        lines = "\n".join(line[:300] for line, _count in Counter(found[0] for found in severe).most_common(10))
        raise Failure(f"{len(severe)} warnings or errors in the log (seed {seed}):\n{lines}")
