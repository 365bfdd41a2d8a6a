"""Exclusive work on one record, across all commits of the working cursor (doc/decisions.md, 6)."""

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


def lock_rows(records, *, wait=True):
    """Keep other writers off some rows until the transaction ends.

    Always in the same order, so that nobody waits in a circle. Whoever has waited fails when a row has changed since
    the transaction began: no error, and not logged as one, since the same step is then repeated.

    :param records: the records, in any order
    :param bool wait: wait for those who hold a row, or leave such a row to them
    :return: the records whose rows are locked now
    :raises psycopg2.errors.SerializationFailure: when a row has changed since the transaction began
    """
    query = SQL(
        "SELECT id FROM %s WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE%s",
        SQL.identifier(records._table),
        records.ids,
        SQL("" if wait else " SKIP LOCKED"),
    )
    records.env.cr.execute(query, log_exceptions=False)
    locked = {row[0] for row in records.env.cr.fetchall()}
    return records.filtered(lambda record: record.id in locked)
