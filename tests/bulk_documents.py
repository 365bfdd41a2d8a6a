"""Hundreds of posted documents in a second: copies of one that Odoo made, row by row in SQL."""

import re

from odoo.tools import SQL

MONEY = re.compile(r"^(amount_\w+|balance|debit|credit|price_(unit|subtotal|total))$")
COUNT = re.compile(r"^(.*?)(\d+)$")


def copy_documents(prototype, documents):
    """Copy a posted document of the amount 1 and one item of goods, with other values each.

    :param prototype: `account.move` record
    :param list documents: dictionaries of ``name``, ``partner_id``, ``commercial_partner_id``, ``day``, ``amount``,
        ``ref`` and ``payment_reference``, the last two None when there is none
    :return: the copies, in the order of the values
    """
    env = prototype.env
    env.flush_all()
    rows = [_values(each) for each in documents]
    _insert(env["account.move"], SQL("m.id = %s", prototype.id), rows, {
        "name": "v.name", "partner_id": "v.partner", "commercial_partner_id": "v.company",
        "partner_shipping_id": "v.partner", "date": "v.day", "invoice_date": "v.day", "invoice_date_due": "v.day",
        "ref": "v.ref", "payment_reference": "v.reference", "sequence_prefix": "v.prefix",
        "sequence_number": "v.number", "access_token": "NULL",
        "invoice_partner_display_name": "(SELECT complete_name FROM res_partner WHERE id = v.partner)",
    })  # fmt: skip
    names = [row[0] for row in rows]
    env.cr.execute(
        "SELECT name, id FROM account_move WHERE journal_id = %s AND name = ANY(%s)", [prototype.journal_id.id, names]
    )
    ids = dict(env.cr.fetchall())
    rows = [(*row, ids[row[0]]) for row in rows]
    _insert(env["account.move.line"], SQL("m.move_id = %s", prototype.id), rows, {
        "move_id": "v.move", "move_name": "v.name", "ref": "v.ref", "date": "v.day", "invoice_date": "v.day",
        "partner_id": "v.company", "date_maturity": "CASE WHEN m.date_maturity IS NULL THEN NULL ELSE v.day END",
        "name": "CASE WHEN m.display_type = 'payment_term' THEN v.title ELSE m.name END",
    })  # fmt: skip
    env.invalidate_all()
    return env["account.move"].browse([ids[name] for name in names])


def _values(document):
    """Return the row of a document for the VALUES of the statements, its move's id excepted."""
    prefix, number = COUNT.match(document["name"]).groups()
    ref, reference = document["ref"], document["payment_reference"]
    # As Odoo names the item by which a document is owed.
    title = " - ".join(dict.fromkeys(text for text in (ref, reference) if text)) or None
    return (document["name"], document["partner_id"], document["commercial_partner_id"], document["day"],
            float(document["amount"]), ref, reference, prefix, int(number), title)  # fmt: skip


def _insert(model, where, rows, replaced):
    """Insert a copy of some rows of a model for every row of values.

    :param where: which rows of the model, under the name ``m``
    :param rows: tuples of values, under the name ``v``
    :param dict replaced: expression by column that is no plain copy and no amount
    """
    columns = [name for name, field in model._fields.items() if field.store and field.column_type and name != "id"]
    expressions = [
        SQL(replaced[name]) if name in replaced else SQL("m.%s%s", SQL.identifier(name),
                                                         SQL(" * v.amount" if MONEY.match(name) else ""))
        for name in columns
    ]  # fmt: skip
    names = ["name", "partner", "company", "day", "amount", "ref", "reference", "prefix", "number", "title", "move"]
    types = ["varchar", "int", "int", "date", "numeric", "varchar", "varchar", "varchar", "int", "varchar", "int"]
    given = len(rows[0])
    casts = SQL(", ").join(
        SQL("%s::%s AS %s", SQL.identifier(f"column{place + 1}"), SQL(types[place]), SQL.identifier(names[place]))
        for place in range(given)
    )
    model.env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s m, (SELECT %s FROM (VALUES %s) AS raw) AS v WHERE %s",
            SQL.identifier(model._table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(expressions),
            SQL.identifier(model._table),
            casts,
            SQL(", ").join(rows),
            where,
        )
    )
