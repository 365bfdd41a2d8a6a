"""Matching beside OCA's account_reconcile_oca, on databases of its own: a part of ``./dev test``."""

from . import python_env
from .databases import Databases
from .odoo_run import Runner, log_of, play_script
from .output import say, step

MODULE = "account_reconcile_oca"
SCRIPTS = {
    "oca_beside.py": "Importing and matching beside it",
    "oca_guesses.py": "Importing what it guesses wrong",
}


def match(databases: Databases) -> None:
    """Import with both modules: every line is handled once, OCA's rules and screen go on, none of its wrong guesses hits a line.

    :raises Failure: when a check fails
    """
    runner = databases.runner
    addons = python_env.other_addons("requirements-oca.txt", runner.python)
    runner = Runner(runner.odoo, runner.python, runner.cluster, more_addons=(addons,))
    with databases.throw_away() as installed, databases.throw_away() as database:
        with step(f"Installing {MODULE} beside the addon"):
            runner.odoo_quiet(installed, "--init", MODULE)
        for script, what in SCRIPTS.items():
            databases.clone(installed, database)
            with step(what):
                result = play_script(runner, database, script, {})
            say("    " + ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in result.items()))
            log_of(runner, database).unlink()
