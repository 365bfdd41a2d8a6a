"""``./dev shell``: an Odoo shell on a database that has the addon and Belgian accounting."""

import signal

from . import places, process
from .workshop import open_workshop


def run(database: str | None) -> int:
    """Open an Odoo shell, which runs standard input unless a person types into it.

    :param database: its name; a database of this tree when left out
    :return: exit code of the shell
    """
    databases = open_workshop()
    name = databases.ensure_kept(database or f"ponto_shell_{places.tree_key()}")
    runner = databases.runner
    configuration = runner.configuration()
    command = runner.command("shell", configuration, "-d", name, "--no-http", "--log-level", "warn")
    interactive = process.interactive()
    if interactive:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the shell, which goes on after it
    try:
        return process.run(command, group=not interactive, env=runner.environment(), cwd="/")
    finally:
        configuration.unlink(missing_ok=True)
