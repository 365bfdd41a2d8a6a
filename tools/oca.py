"""Taking over from the real OCA module, on a database of its own: a part of ``./dev test``."""

import secrets

from . import odoo_tests, python_env
from .databases import Databases
from .odoo_run import Runner, log_of, play_script
from .output import Failure, say, step

MODULE = "account_statement_import_online_ponto"


def take_over(databases: Databases) -> None:
    """Let the OCA module import 300 lines, take over, and check that nothing is doubled, missing or told.

    :raises Failure: when a check fails, or the secret is in Odoo's log
    """
    runner = databases.runner
    addons = python_env.other_addons("requirements-oca.txt", runner.python)
    runner = Runner(runner.odoo, runner.python, runner.cluster, more_addons=(addons,))
    with databases.throw_away(with_addon=False) as database:
        with step("Installing the OCA module"):
            runner.odoo_quiet(database, "--init", MODULE)
        secret = secrets.token_hex(32)
        with step("Taking over from the OCA module"):
            result = play_script(runner, database, "oca.py", {"PONTO_SECRET": secret})
        _search_log(runner, database, secret)
        with step("Taking over in the web client"):
            # Its company and its journal are its own; nothing of it stays.
            if odoo_tests.run(runner, database, "ponto_oca", quiet=True, PONTO_SECRET=secret):
                raise Failure("The take-over in the web client failed.")
        _search_log(runner, database, secret)
    say("    " + ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in result.items()))


def _search_log(runner: Runner, database: str, secret: str) -> None:
    """Delete the log of a run that told no secret.

    :raises Failure: when the secret is in it
    """
    log = log_of(runner, database)
    if secret in log.read_text(errors="replace"):
        raise Failure(f"The Client Secret is in Odoo's log: {log}")
    log.unlink()
