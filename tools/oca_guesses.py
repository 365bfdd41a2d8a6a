"""What OCA's account_reconcile_oca guesses, on a database of its own with both modules: a part of ``./dev test``."""

from . import python_env
from .databases import Databases
from .odoo_run import Runner, log_of, play_script
from .output import say, step

MODULE = "account_reconcile_oca"


def guess(databases: Databases) -> None:
    """Let OCA's matcher make its wrong matches, and check that no line that the addon imports meets one.

    :raises Failure: when a check fails
    """
    runner = databases.runner
    addons = python_env.other_addons("requirements-oca.txt", runner.python)
    runner = Runner(runner.odoo, runner.python, runner.cluster, more_addons=(addons,))
    with databases.throw_away() as database:
        with step(f"Installing {MODULE}"):
            runner.odoo_quiet(database, "--init", MODULE)
        with step("Importing what it guesses wrong"):
            result = play_script(runner, database, "oca_guesses_script.py", {})
        log_of(runner, database).unlink()
    say(f"    {result['guessed']} labels that it matches wrongly, {result['wrong']} wrong matches of imported lines")
