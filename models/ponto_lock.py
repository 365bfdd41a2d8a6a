"""Exclusive work on one record, across all commits of the working cursor (odoo-decisions.md, 6)."""

from contextlib import contextmanager

from odoo.tools import SQL

# Namespaces of the advisory locks: any constants nobody else uses.
NAMESPACES = {"ponto.connection": 0x506F6E63, "ponto.account": 0x506F6E61, "account.journal": 0x506F6E6A}


@contextmanager
def exclusive(record):
    """Hold the lock of a record on a cursor of its own; it ends with the block, or with the process.

    Enter it right after a commit: what is read inside then belongs to whoever holds the lock.

    :param record: one `ponto.connection`, `ponto.account` or `account.journal`
    :return: context that gives True, or False when another worker holds the lock
    """
    record.ensure_one()
    with record.env.registry.cursor() as cr:
        cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", NAMESPACES[record._name], record.id))
        yield cr.fetchone()[0]
