"""Rows of a benchmark's books, copied by plain SQL: creating them one by one would take ten minutes."""

from odoo.tools import SQL


def copy_rows(cr, table, template, count, **changes):
    """Copy a row as often as needed.

    :param cr: cursor
    :param str table: name of the table
    :param int template: id of the row
    :param int count: number of copies
    :param changes: SQL expressions of the columns that differ; ``n`` is the number of the copy
    :return: ids of the copies, by number
    """
    cr.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table])
    columns = [name for (name,) in cr.fetchall() if name != "id"]
    cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s row CROSS JOIN generate_series(1, %s) n WHERE row.id = %s RETURNING id",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, columns)),
            SQL(", ").join(changes.get(name) or SQL.identifier("row", name) for name in columns),
            SQL.identifier(table),
            count,
            template,
        )
    )
    return sorted(copy for (copy,) in cr.fetchall())
