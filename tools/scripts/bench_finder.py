"""The benchmark of the agreement finder inside Odoo, in an Odoo shell; started by ``./dev bench`` only.

Three years of bank transactions and their lines in the books, of which one in a hundred is missing. They are copies of
one real transaction and one real line, made by plain SQL: creating them one by one would take ten minutes.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell

import datetime
import json
import os
import time

from odoo.addons.account_online_ponto.tools.scripts.bench_rows import copy_rows
from odoo.tools import SQL

GIVEN = json.loads(os.environ["PONTO_BENCH"])
LINES, DAYS = 30_000, 3 * 365


def make_history():
    """Return an account with its journal, both with the same three years, but for one line in a hundred."""
    connection = env["ponto.connection"].create(
        {"name": "Finder", **{name: GIVEN[name] for name in ("api_url", "client_id", "client_secret")}}
    )
    action = connection.action_connect()
    wizard = env[action["res_model"]].browse(action["res_id"])
    line = wizard.line_ids.filtered(lambda one: one.account_id.ponto_id == GIVEN["ponto_id"])
    account = line.account_id
    account.action_synchronize()
    journal = env["account.journal"].create({"name": "Finder", "code": "FIND", "type": "bank"})
    today = datetime.date.today()
    booked = env["account.bank.statement.line"].create(
        {"journal_id": journal.id, "date": today, "amount": 1.0, "payment_ref": "Template"}
    )
    env.flush_all()
    row = account.transaction_ids.filtered("amount")[0].id
    amount = SQL("(1 + n %% 9973) / 100.0")
    day = SQL("%s::date - (%s - n * %s / %s)", today, DAYS, DAYS, LINES)
    env.cr.execute("DELETE FROM ponto_transaction WHERE account_id = %s AND id != %s", [account.id, row])
    copy_rows(
        env.cr,
        "ponto_transaction",
        row,
        LINES,
        ponto_id=SQL("'bench-' || n"),
        amount=amount,
        date=day,
        execution_date=day,
        value_date=day,
        state=SQL("'skipped'"),
        statement_line_id=SQL("NULL"),
    )
    env.cr.execute("DELETE FROM ponto_transaction WHERE id = %s", [row])
    moves = copy_rows(
        env.cr,
        "account_move",
        booked.move_id.id,
        LINES,
        name=SQL("'BENCH/' || n"),
        date=day,
        statement_line_id=SQL("NULL"),
    )
    move = SQL("(%s)[n]", moves)  # looked up by name, each would cost a look at all
    copy_rows(env.cr, "account_bank_statement_line", booked.id, LINES, move_id=move, amount=amount)
    for item in booked.line_ids:
        signed = SQL("%s * (%s)", int(item.balance), amount)
        copy_rows(
            env.cr, "account_move_line", item.id, LINES, move_id=move, date=day, balance=signed, amount_currency=signed,
            debit=SQL("GREATEST(%s, 0)", signed), credit=SQL("GREATEST(-(%s), 0)", signed),
        )  # fmt: skip
    env.cr.execute(
        SQL(
            "UPDATE account_move_line SET parent_state = 'draft' WHERE account_id = %s AND id %% 100 = 0",
            journal.default_account_id.id,
        )
    )
    env.cr.execute(
        SQL(
            "UPDATE ponto_account SET bank_balance_date = %s, newest_transaction_date = %s,"
            " bank_balance = (SELECT SUM(amount) FROM ponto_transaction WHERE account_id = %s) WHERE id = %s",
            today,
            today,
            account.id,
            account.id,
        )
    )
    booked.move_id.button_draft()
    env.invalidate_all()
    env.cr.commit()
    env.cr.execute("ANALYZE")
    return account, journal


def timed(function, *arguments):
    """Return what a function returns, the seconds it takes, and its queries."""
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    result = function(*arguments)
    return result, round(time.perf_counter() - start, 2), env.cr.sql_log_count - queries


def bench():
    """Measure and print the result."""
    account, journal = make_history()
    found, seconds, queries = timed(account._find_agreement, journal)
    _action, opened, _queries = timed(account._open_agreement, journal)
    result = {
        "finder_lines": LINES,
        "finder_days": len(found.days),
        "finder_findings": len(found.discrepancies),
        "finder_seconds": seconds,
        "finder_queries": queries,
        "finder_screen_seconds": opened,
    }
    print("RESULT " + json.dumps(result))


bench()
