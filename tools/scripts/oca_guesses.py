"""Give OCA's reconciliation the labels that it books wrongly, by hand and through Ponto. Started by ``./dev test`` only.

It starts on a database with that module and this addon, outside test mode, where OCA's module matches in ``create``. A
line entered by hand shows that each guess is real; the same payments, imported, must stay open. Prints the result as JSON
on a line that starts with RESULT; an assertion that fails ends the run.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell
# pylint: disable=undefined-variable

import datetime
import json
from decimal import Decimal

from odoo import Command
from odoo.addons.account_online_ponto.sandbox import Bank, Sandbox
from odoo.addons.account_online_ponto.tools.scripts.oca_link import connect

TODAY = datetime.date.today()
DAY = TODAY - datetime.timedelta(days=3)
IBAN = "BE68539007547034"
OWED, PAID = Decimal("500.00"), Decimal("100.00")


class Undone(Exception):
    """Ends a trial whose writes must not stay."""


def new_document(kind, **values):
    """Create and post the only open document of its kind."""
    item = {"name": "Goods", "quantity": 1, "price_unit": float(OWED), "tax_ids": [Command.clear()]}
    partner = env["res.partner"].create({"name": f"Partner of {kind}"})
    document = env["account.move"].create(
        {"move_type": kind, "partner_id": partner.id, "invoice_date": TODAY, "invoice_line_ids": [Command.create(item)],
         **values}
    )  # fmt: skip
    document.action_post()
    return document


def labels_of(document, sign):
    """Return labels that say little or nothing of a document, with signed amounts that are a part of it.

    :return list: label, amount
    """
    letter, year = document.name[0], str(document.date.year)
    prefix = document.name.rpartition("/")[0]
    return [(label, sign * PAID) for label in ("/", letter, year, prefix, document.name)]


def reconciled_by_hand(journal, label, amount):
    """Enter a line by hand, see whether OCA's module matched it with a document, and take everything back."""
    found = False
    try:
        with env.cr.savepoint():
            line = env["account.bank.statement.line"].create(
                {"journal_id": journal.id, "date": DAY, "payment_ref": label, "amount": float(amount)}
            )
            found = bool(line.line_ids.matched_debit_ids | line.line_ids.matched_credit_ids)
            raise Undone
    except Undone:
        env.invalidate_all()
    return found


def residuals(documents):
    """Return what is owed of each document, read from the database."""
    env.invalidate_all()
    return documents.mapped("amount_residual")


def synchronize(connection):
    """Import everything that Ponto has."""
    connection.action_synchronize()
    env.cr.commit()
    env.invalidate_all()


env["ir.config_parameter"].set_param("account_online_ponto.allowed_hosts", "127.0.0.1")
bank = Bank()
integration = bank.add_integration(name="Books")
institution = bank.add_institution("Bank van Brabant", bic="BRABBEBB")
bank_account = bank.add_account(institution, reference=IBAN, holder_name=env.company.name, opening_balance="1000")
bank.add_transaction(bank_account, Decimal("1.00"), TODAY - datetime.timedelta(days=40), remittance_information="Start")

with Sandbox(bank) as sandbox:
    connection = connect(env, sandbox, integration)
    synchronize(connection)
    account = connection.account_ids
    journal = account.journal_id

    invoice, bill = new_document("out_invoice"), new_document("in_invoice", ref="1001")
    documents = invoice | bill
    env.cr.commit()
    trials = labels_of(invoice, 1) + labels_of(bill, -1)
    harmless = [trial for trial in trials if not reconciled_by_hand(journal, *trial)]
    assert not harmless, f"OCA's module does not match these any more; then this part shows nothing: {harmless}"
    assert residuals(documents) == [float(OWED)] * 2

    for label, amount in trials:
        bank.add_transaction(bank_account, amount, DAY, remittance_information=label, counterpart_name="Somebody")
    synchronize(connection)
    rows = account.transaction_ids.filtered(lambda row: row.date == DAY)
    lines = rows.statement_line_id
    assert len(lines) == len(trials), (lines, rows.mapped("message"))
    matches = lines.line_ids.matched_debit_ids | lines.line_ids.matched_credit_ids
    wrong = [(line.payment_ref, line.amount) for line in lines if line.is_reconciled]
    assert not wrong and not matches, wrong
    assert residuals(documents) == [float(OWED)] * 2

    # The evidence is exact: now it is matched, once, by the addon.
    bank.add_transaction(bank_account, OWED, DAY, remittance_information=invoice.name, counterpart_name="Somebody")
    synchronize(connection)
    assert residuals(invoice) == [0.0], residuals(invoice)
    exact = account.transaction_ids.statement_line_id.filtered(lambda line: line.amount == float(OWED))
    assert len(exact) == 1 and exact.ponto_match_ids.mapped("state") == ["applied"], exact.ponto_match_ids

print("RESULT " + json.dumps({"guessed": len(trials), "wrong": len(wrong)}))
