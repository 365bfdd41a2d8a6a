"""The demo inside Odoo: what a bookkeeper clicks, in an Odoo shell. Started by ``./dev demo`` only.

It runs as a user who is Administrator of Invoicing and has no other right. Prints its progress, and the result as JSON
on a line that starts with RESULT.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell

import collections
import contextlib
import datetime
import json
import os
import sys
import threading
import time

import requests

from odoo import Command, fields
from odoo.sql_db import db_connect

GIVEN = json.loads(os.environ["PONTO_DEMO"])
ATTEMPTS = 3  # a refresh between two reads costs one
USD_RATE = 1.0921  # US dollars for one euro; any rate will do
PROGRESS_SECONDS = 2  # between two looks at how far a step is
HOW_FAR = """
SELECT (SELECT COUNT(*) FROM ponto_transaction),
       (SELECT COUNT(*) FROM account_bank_statement_line),
       (SELECT COUNT(*) FROM ponto_match WHERE state = 'applied')
"""


def say(text):
    """Print a line of progress."""
    print(text)
    sys.stdout.flush()


@contextlib.contextmanager
def progress():
    """Tell now and then how far the work is, by what others can see of it."""
    done = threading.Event()

    def look():
        while not done.wait(PROGRESS_SECONDS):
            with db_connect(env.cr.dbname).cursor() as cr:
                cr.execute(HOW_FAR)
                counts = zip(cr.fetchone(), ("transactions read", "in the books", "matched"), strict=True)
            say(f"PROGRESS {', '.join(f'{count} {words}' for count, words in counts if count)}")

    thread = threading.Thread(target=look, name="progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def make_users(logins):
    """Create the people of the demo; a password is the login.

    :return: `res.users` record of the first, who works in the demo
    """
    values = [
        {
            "name": login["name"],
            "login": login["login"],
            "password": login["login"],
            "email": f"{login['login']}@example.com",
            "group_ids": [Command.set([env.ref("base.group_user").id, env.ref(login["group"]).id])],
        }
        for login in logins
    ]
    return env["res.users"].with_context(no_reset_password=True).create(values)[0]


def make_rates(first_day):
    """Enter a rate of the US dollar as of a day before the first transaction, if there is none."""
    usd = env.ref("base.USD")
    usd.active = True
    if not usd.rate_ids.filtered(lambda rate: rate.name <= first_day):
        company = env.company
        env["res.currency.rate"].create(
            {"currency_id": usd.id, "company_id": company.id, "name": first_day, "company_rate": USD_RATE}
        )


def make_partners(invoices):
    """Create the customers and suppliers of the scenario with their bank accounts.

    :return dict: partner by name
    """
    partners = {}
    for invoice in invoices:
        name, account = invoice["partner"], invoice.get("partner_account")
        if name not in partners:
            partners[name] = env["res.partner"].create({"name": name, "is_company": True})
        known = partners[name].bank_ids.mapped("sanitized_acc_number")
        if account and account.replace(" ", "") not in known:
            env["res.partner.bank"].create({"acc_number": account, "partner_id": partners[name].id})
    return partners


def make_invoices(invoices):
    """Create and post the invoices of the scenario, with their amounts as they are to be paid."""
    partners = make_partners(invoices)
    values = []
    for invoice in invoices:
        customer = invoice["kind"] == "customer"
        line = {
            "name": invoice["number"],
            "quantity": 1,
            "price_unit": float(invoice["amount"]),
            "tax_ids": [Command.clear()],
        }
        values.append(
            {
                "move_type": "out_invoice" if customer else "in_invoice",
                "partner_id": partners[invoice["partner"]].id,
                "invoice_date": invoice["date"],
                "date": invoice["date"],
                "invoice_date_due": invoice.get("due") or invoice["date"],
                "ref": invoice["number"],
                "payment_reference": invoice.get("structured_communication")
                or invoice.get("creditor_reference")
                or invoice["number"],
                "invoice_line_ids": [Command.create(line)],
                # What the customer reads on it; otherwise Odoo gives the next number.
                **({"name": invoice["number"]} if customer else {}),
            }
        )
    moves = env["account.move"].create(values)
    moves.action_post()
    return moves


def connect(books):
    """Create the connection, fetch accounts and choose all of them with their whole history."""
    connection = books["ponto.connection"].create(
        {
            "name": "Ponto (sandbox)",
            "api_url": GIVEN["url"],
            "client_id": GIVEN["client_id"],
            "client_secret": GIVEN["client_secret"],
        }
    )
    action = connection.action_connect()
    wizard = books[action["res_model"]].browse(action["res_id"])
    first_day = datetime.date.fromisoformat(GIVEN["first_day"])
    for line in wizard.line_ids:
        line.write({"selected": True, "import_from": first_day})
    wizard.action_confirm()
    return connection


def synchronize(connection):
    """Synchronize to the end, and again while the bank moved on meanwhile: the sandbox's Ponto refreshes by itself."""
    for _attempt in range(ATTEMPTS):
        connection.action_synchronize()
        connection.account_ids.invalidate_recordset()
        if "unknown" not in connection.account_ids.mapped("balance_state"):
            break


def confirm_opening_entries(accounts):
    """Confirm the proposed opening entry of each account that has a balance before its first transaction.

    :return dict: amount by id of the account
    """
    amounts = {}
    for account in accounts.filtered(lambda account: account.balance_state == "different"):
        action = account.action_create_opening_entry()
        proposal = account.env[action["res_model"]].browse(action["res_id"])
        amounts[account.id] = proposal.amount
        proposal.action_confirm()
    return amounts


def apply_exact_matches(books, accounts):
    """Apply what the first import proposed, as the bookkeeper does on the review screen.

    :return dict: of what was matched, see count_matches
    """
    before = books["ponto.match"].search([("state", "=", "applied")])
    accounts.journal_id.action_ponto_apply_exact()
    return count_matches(books["ponto.match"].search([("state", "=", "applied")]) - before)


def receive_payments(books, connection):
    """Let most open invoices be paid at the bank, and synchronize: what is exact is matched by itself.

    :return dict: of what was matched, see count_matches
    """
    before = books["ponto.match"].search([("state", "=", "applied")])
    requests.post(f"{GIVEN['url']}/_sandbox/payments", timeout=60).raise_for_status()
    synchronize(connection)
    return count_matches(books["ponto.match"].search([("state", "=", "applied")]) - before)


def count_matches(matches):
    """Return how many bank transactions were matched with how many invoices, and the transactions by evidence.

    :param matches: `ponto.match` records
    """
    invoices = matches.item_ids.move_id.filtered(lambda move: move.is_invoice())
    titles = dict(matches._fields["evidence"]._description_selection(matches.env))
    evidence = collections.Counter(titles[match.evidence] for match in matches)
    return {"transactions": len(matches), "invoices": len(invoices), "by_evidence": dict(evidence.most_common())}


def count_paid(moves):
    """Return how many of the invoices are paid, as anybody sees it on the invoice.

    :param moves: `account.move` records
    """
    moves.invalidate_recordset(["payment_state"])
    states = collections.Counter(moves.mapped("payment_state"))
    return {
        "all": len(moves),
        "paid": states["paid"] + states["in_payment"],
        "partly": states["partial"],
        "open": states["not_paid"],
    }


def describe(account, opening):
    """Return what the table shows of an account, except the ledger balance, which ./dev reads by SQL."""
    groups = account.env["ponto.transaction"]._read_group([("account_id", "=", account.id)], ["state"], ["__count"])
    counts = dict(groups)
    expires = account.authorization_expires_at
    return {
        "id": account.id,
        "ponto_id": account.ponto_id,
        "reference": account.reference,
        "currency": account.currency_code,
        "institution": account.institution_id.name,
        "state": account.state,
        "authorized_until": fields.Date.to_string(expires) if expires else None,
        "transactions": sum(counts.values()) - counts.get("pending", 0),
        "imported": counts.get("imported", 0),
        "skipped": counts.get("skipped", 0),
        "errors": counts.get("error", 0),
        "waiting": counts.get("to_import", 0),
        "why": account.waiting_message or account.last_error_message or "",
        "bank_balance": account.bank_balance,
        "opening_balance": opening,
        "journal": account.journal_id.code,
        "balance_state": account.balance_state,
    }


def timed(seconds, name, function, *arguments):
    """Call a function, note how long it took, and commit."""
    say(name.replace("_", " ").capitalize() + " ...")
    start = time.monotonic()
    with progress():
        result = function(*arguments)
        env.cr.commit()
    seconds[name] = round(time.monotonic() - start, 1)
    return result


def demo():
    """Play the demo and print its result."""
    seconds = {}
    env.company.write({"name": GIVEN["company"], "country_id": env.ref("base.be").id})
    make_rates(datetime.date.fromisoformat(GIVEN["first_day"]) - datetime.timedelta(days=1))
    accountant = make_users(GIVEN["logins"])
    env.cr.commit()
    invoices = timed(seconds, "create_invoices", make_invoices, GIVEN["invoices"])
    books = env(user=accountant.id)
    connection = timed(seconds, "connect_and_fetch_accounts", connect, books)
    timed(seconds, "synchronize", synchronize, connection)
    accounts = connection.account_ids
    openings = timed(seconds, "confirm_opening_entries", confirm_opening_entries, accounts)
    applied = timed(seconds, "apply_exact_matches", apply_exact_matches, books, accounts)
    by_itself = timed(seconds, "receive_payments_and_synchronize_again", receive_payments, books, connection)
    accounts.invalidate_recordset()
    result = [describe(account, openings.get(account.id, 0.0)) for account in accounts]
    matches = {"applied_by_the_user": applied, "matched_by_itself": by_itself}
    told = {"accounts": result, "matches": matches, "invoices": count_paid(invoices), "seconds": seconds}
    say("RESULT " + json.dumps(told))


demo()
