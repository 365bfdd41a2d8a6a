"""The benchmark inside Odoo, in an Odoo shell; started by ``./dev bench`` only.

Two journals get the same lines in the same run: one by the bare ``create`` of Odoo in batches, one by a whole
synchronization (reading from the sandbox over HTTP, keeping each transaction, creating the lines, writing the log).
Only the ratio of the two means something on another machine.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell

import datetime
import json
import os
import time

GIVEN = json.loads(os.environ["PONTO_BENCH"])
BATCH = 200


def connect():
    """Return the account with the most transactions, linked to a journal of its own."""
    connection = env["ponto.connection"].create(
        {"name": "Bench", **{name: GIVEN[name] for name in ("api_url", "client_id", "client_secret")}}
    )
    action = connection.action_connect()
    wizard = env[action["res_model"]].browse(action["res_id"])
    for line in wizard.line_ids:
        chosen = line.account_id.ponto_id == GIVEN["ponto_id"]
        line.write({"selected": chosen, "import_from": datetime.date.fromisoformat(GIVEN["first_day"])})
    wizard.action_confirm()
    env.cr.commit()
    return connection.account_ids.filtered("linked")


def timed(function, *arguments):
    """Return the seconds that a function takes."""
    start = time.perf_counter()
    function(*arguments)
    env.cr.commit()
    return time.perf_counter() - start


def create_bare(values):
    """Create statement lines in batches, as a script without the addon would."""
    for start in range(0, len(values), BATCH):
        env["account.bank.statement.line"].create(values[start : start + BATCH])
        env.cr.commit()


def bench():
    """Measure and print the result."""
    account = connect()
    synchronized = timed(account.action_synchronize)
    lines = env["account.bank.statement.line"].search([("journal_id", "=", account.journal_id.id)], order="date, id")
    plain = env["account.journal"].create({"name": "Bare", "code": "BARE", "type": "bank"})
    fields = ("date", "amount", "payment_ref", "partner_name", "account_number")
    values = [{"journal_id": plain.id, **{name: line[name] for name in fields}} for line in lines]
    bare = timed(create_bare, values)
    again = timed(account.action_synchronize)
    count = len(lines)
    result = {
        "lines": count,
        "bare_ms_per_line": round(1000 * bare / count, 2),
        "synchronize_ms_per_line": round(1000 * synchronized / count, 2),
        "ratio": round(synchronized / bare, 3),
        "synchronize_again_seconds": round(again, 2),
    }
    print("RESULT " + json.dumps(result))


bench()
