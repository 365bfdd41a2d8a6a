"""The benchmark of matching inside Odoo, in an Odoo shell; started by ``./dev bench`` only.

The same transactions are imported into two journals, without and with matching; most of them name an open invoice.
Invoices and transactions are copies of one real invoice and one real transaction.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell

import json
import os
import time
from types import SimpleNamespace

from odoo import Command, fields
from odoo.addons.account_online_ponto.const import IMPORT_BATCH
from odoo.addons.account_online_ponto.ponto_client import read_transaction
from odoo.addons.account_online_ponto.tools.scripts.bench_rows import copy_rows
from odoo.tools import SQL

GIVEN = json.loads(os.environ["PONTO_BENCH"])
LINES, DOCUMENTS, MATCHED = 2_000, 5_000, 17  # of 20 lines
TODAY = fields.Date.today()


def connect():
    """Return two accounts, each linked to a journal of its own; the bank gives neither anything more."""
    connection = env["ponto.connection"].create(
        {"name": "Matching", **{name: GIVEN[name] for name in ("api_url", "client_id", "client_secret")}}
    )
    connection.action_connect()
    connection.action_synchronize()
    candidates = connection.account_ids.filtered(lambda one: one.currency_code == "EUR" and one.transaction_ids)
    accounts = candidates.sorted(lambda one: len(one.transaction_ids))[:2]
    # Linked as in the books, without what a real link would read from the bank.
    env["ponto.account"].search([("linked", "=", True)]).linked = False
    env.flush_all()
    for account, name in zip(accounts, ("Plain", "Match"), strict=True):
        journal = env["account.journal"].create({"name": name, "code": name.upper(), "type": "bank"})
        started = {"import_from": TODAY, "matching_started_at": fields.Datetime.now()}
        account.write({"journal_id": journal.id, "linked": True, **started})
    accounts[0].matching = "off"
    return accounts


def make_documents():
    """Make open invoices of 100.01, 100.02 and so on, of one partner each."""
    partner = env["res.partner"].create({"name": "Bench customer"})
    move = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "invoice_date": TODAY,
            "invoice_line_ids": [Command.create({"name": "Bench", "price_unit": 100, "tax_ids": False})],
        }
    )
    move.action_post()
    env.flush_all()
    amount = SQL("(100 + n / 100.0)")
    name = SQL("'BENCH/2026/' || lpad(n::text, 5, '0')")
    partners = copy_rows(env.cr, "res_partner", partner.id, DOCUMENTS, name=SQL("'Bench customer ' || n"),
              complete_name=SQL("'Bench customer ' || n"))  # fmt: skip
    partner_id = SQL("(%s)[n]", partners)
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE name LIKE 'Bench customer %'")
    moves = copy_rows(env.cr, "account_move", move.id, DOCUMENTS, name=name, payment_reference=name, amount_total=amount, amount_residual=amount,
              partner_id=partner_id, commercial_partner_id=partner_id, sequence_number=SQL("n"),
              amount_untaxed=amount, amount_total_signed=amount, amount_residual_signed=amount)  # fmt: skip
    for item in move.line_ids:
        sign = 1 if item.debit else -1
        signed, residual = SQL("%s * %s", sign, amount), amount if item.debit else SQL("0")
        copy_rows(env.cr, "account_move_line", item.id, DOCUMENTS, move_id=SQL("(%s)[n]", moves),
                  balance=signed, amount_currency=signed, debit=SQL("GREATEST(%s, 0)", signed), credit=SQL("GREATEST(-(%s), 0)", signed),
                  amount_residual=residual, amount_residual_currency=residual, partner_id=partner_id, move_name=name)  # fmt: skip
    env.invalidate_all()
    env.cr.commit()
    env.cr.execute("ANALYZE")


def make_transactions(account):
    """Give an account transactions to import; 17 of 20 name an invoice and have its amount."""
    row = account.transaction_ids.filtered("amount")[0]
    items = []
    for number in range(1, LINES + 1):
        given = json.loads(row.raw)
        named = number % 20 < MATCHED
        given["id"] = f"{account.id:08d}-0000-4000-8000-{number:012d}"
        given["attributes"].update(
            amount=round(100 + number / 100, 2),
            executionDate=f"{TODAY}T00:00:00.000Z",
            valueDate=f"{TODAY}T00:00:00.000Z",
            remittanceInformation=f"Payment of BENCH/2026/{number:05d}, thank you"
            if named
            else f"Order of shop {number}",
            remittanceInformationType="unstructured",
            description="Incoming credit transfer of a customer",
            counterpartName=f"Bench customer {number}" if number % 3 else f"Somebody {number}",
            counterpartReference=f"BE{number:014d}",
            bankTransactionCode="PMNT-RCDT-ESCT",
        )
        items.append(read_transaction(json.dumps(given)))
    env["ponto.transaction"].search([("account_id", "=", account.id), ("state", "=", "to_import")]).state = "skipped"
    env["ponto.transaction"]._store(account, items, 0)
    env.cr.commit()


def import_all(account):
    """Return the seconds of an import, batch by batch as a synchronization does, and its run."""
    run = account._open_run("script")
    start = time.perf_counter()
    while account._import_batch(run):
        env.cr.commit()
    return time.perf_counter() - start, run


def measure(owner, name):
    """Count the seconds and queries of a method."""
    spent = SimpleNamespace(seconds=0.0, queries=[], calls=0)
    original = getattr(type(owner), name)

    def measured(self, *arguments, **options):
        self.env.flush_all()  # what waits from before is not this method's work
        queries, start = self.env.cr.sql_log_count, time.perf_counter()
        try:
            return original(self, *arguments, **options)
        finally:
            self.env.flush_all()
            spent.seconds += time.perf_counter() - start
            spent.queries.append(self.env.cr.sql_log_count - queries)

    setattr(type(owner), name, measured)
    return spent


def bench():
    """Measure and print the result."""
    plain, matched = connect()
    make_documents()
    print("made the documents", flush=True)
    for account in plain, matched:
        make_transactions(account)
    plain_seconds, run = import_all(plain)
    assert run.imported_count == LINES, run.imported_count
    finding = measure(matched, "_look_for_matches")
    applying = measure(matched, "_match_created")
    planning = measure(env["account.move.line"], "_reconcile_plan")
    _seconds, run = import_all(matched)
    count = run.matched_count
    assert count == LINES // 20 * MATCHED, count
    # What is the same for every batch shows from the second on, when Odoo's own caches are filled.
    batches = finding.queries[1 : LINES // IMPORT_BATCH]
    result = {
        "matching_lines": LINES,
        "matching_documents": DOCUMENTS,
        "matched": count,
        "plain_ms_per_line": round(1000 * plain_seconds / LINES, 2),
        "finding_share": round(finding.seconds / plain_seconds, 3),
        "finding_queries": max(batches),
        "applying_share": round(applying.seconds / count * LINES / plain_seconds, 3),
        "planning_share": round(planning.seconds / count * LINES / plain_seconds, 3),
        "applying_ms": round(1000 * applying.seconds / count, 2),
        "applying_queries": round(sum(applying.queries) / count, 2),
    }
    print("RESULT " + json.dumps(result))


bench()
