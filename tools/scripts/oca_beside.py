"""Import beside OCA's account_reconcile_oca, and look who handled which line. Started by ``./dev test`` only.

It needs a database with both modules and real commits: OCA's module does nothing while Odoo tests. Prints its result as
JSON on a line that starts with RESULT; an assertion that fails ends the run.
"""

# ruff: noqa: F821 - `env` comes from the Odoo shell

import datetime
import json
from decimal import Decimal

from odoo import Command
from odoo.addons.account_online_ponto.sandbox import Bank, Sandbox
from odoo.addons.account_online_ponto.tools.scripts.oca_link import connect
from odoo.service.model import call_kw

ADDON = "account_online_ponto"
IBAN, PAYER = "BE68539007547034", "BE71096123456769"
RECONCILE_ALL = "account_reconcile_oca.action_bank_statement_line_reconcile_all"
TODAY = datetime.date.today()
lines = env["account.bank.statement.line"]


def new_invoice(partner, amount, reference):
    """Post an invoice, and return its open item."""
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "payment_reference": reference,
            "invoice_line_ids": [Command.create({"name": "Work", "quantity": 1, "price_unit": amount, "tax_ids": []})],
        }
    )
    invoice.action_post()
    return invoice.line_ids.filtered(lambda item: item.account_id.account_type == "asset_receivable")


def new_rule(name, account, label):
    """Create an automated reconciliation model that books everything on one account."""
    item = {"account_id": account.id, "amount_type": "percentage", "amount_string": "100"}
    return env["account.reconcile.model"].create(
        {
            "name": name,
            "trigger": "auto_reconcile",
            "match_label": "contains",
            "match_label_param": label,
            "line_ids": [Command.create(item)],
        }
    )


def pay(amount, text, **values):
    """Book a transaction at the bank."""
    values = {"remittance_information": text, "counterpart_reference": PAYER, **values}
    return bank.add_transaction(at_bank, Decimal(amount), TODAY, **values)


def synchronize():
    """Import what is at the bank."""
    connection.action_synchronize()
    env.cr.commit()
    env.invalidate_all()


def line_of(transaction):
    """Return the only line of a transaction."""
    row = env["ponto.transaction"].search([("ponto_id", "=", transaction.id)])
    assert row.state == "imported", (row.state, row.message)
    found = lines.search([("transaction_details", "like", transaction.id)])
    assert len(found) == 1 and found == row.statement_line_id, (transaction.id, found)
    return found


def booked_on(line):
    """Return the accounts of the items that are not the bank's."""
    return line.line_ids.account_id - line.journal_id.default_account_id


bank = Bank()
integration = bank.add_integration(name="Books")
at_bank = bank.add_account(bank.add_institution("Bank", bic="BRABBEBB"), reference=IBAN, holder_name=env.company.name)
env["ir.config_parameter"].set_param(f"{ADDON}.allowed_hosts", "127.0.0.1")
expense = env["account.account"].search(
    [("account_type", "=", "expense"), ("company_ids", "in", env.company.ids)], limit=1
)
customer = env["res.partner"].create({"name": "Abel Janssens"})

with Sandbox(bank) as sandbox:
    pay("1.00", "The first import")
    connection = connect(env, sandbox, integration)
    synchronize()
    account = connection.account_ids
    journal = account.journal_id
    account.matching = "rules"
    connection.action_synchronize()
    env.cr.commit()

    # ------------------------------------------------------------------ who handles what

    fees = new_rule("Fees", expense, "monthly fee")
    named, screen = new_invoice(customer, 250.0, "+++090/9337/55493+++"), new_invoice(customer, 99.0, "Order 7")
    by_hand = new_invoice(customer, 70.0, "Handwritten")
    env.cr.commit()
    assert not env["ponto.matching"]._get_rules(journal), "a rule would be applied twice"
    fee = pay("-3.50", "Monthly fee of March")
    exact = pay("250.00", "+++090/9337/55493+++", remittance_information_type="structured")
    vague, whole = pay("12.00", "Order"), pay("99.00", "Something else")
    letter = pay("5.00", "a", counterpart_name="a", counterpart_reference=None)
    synchronize()

    fee_line, exact_line = line_of(fee), line_of(exact)
    assert booked_on(fee_line) == expense and len(fee_line.line_ids) == 2, booked_on(fee_line).mapped("name")
    assert fee_line.line_ids.reconcile_model_id == fees and not fee_line.ponto_match_ids
    assert named.reconciled and exact_line.is_reconciled and len(exact_line.line_ids) == 2
    assert exact_line.ponto_match_ids.mapped("evidence") == ["structured"], exact_line.ponto_match_ids
    for transaction in (vague, letter):
        line = line_of(transaction)
        assert booked_on(line) == journal.suspense_account_id and not line.partner_id, line.payment_ref
    assert screen.amount_residual == 99.0, "their matcher booked a payment of ours by one word"

    # Their matcher goes on for what others bring: here a line that a user types, by a part of the reference.
    typed = lines.create({"journal_id": journal.id, "date": TODAY, "amount": 70.0, "payment_ref": "Handwritten"})
    assert by_hand.reconciled and typed.is_reconciled, "OCA's matcher does nothing any more"
    env.cr.commit()

    # ------------------------------------------------------------------ their screen

    user = env["res.users"].create(
        {
            "name": "Administrator of Invoicing",
            "login": "beside",
            "group_ids": [Command.set((env.ref("base.group_user") | env.ref("account.group_account_manager")).ids)],
        }
    )
    as_user = env(user=user, context={"allowed_company_ids": env.company.ids, "lang": "en_US"}, su=False)
    action = call_kw(as_user["account.journal"], "open_action", [journal.ids], {})
    assert action["xml_id"] == RECONCILE_ALL, action["xml_id"]
    call_kw(as_user["account.journal"], "get_views", [[[False, "kanban"], [False, "form"]]], {})
    views = [[view_id, kind] for view_id, kind in action["views"]]
    call_kw(as_user[action["res_model"]], "get_views", [views], {})
    theirs = as_user[lines._name].browse(line_of(whole).ids)
    theirs._add_account_move_line(screen.with_env(as_user))
    call_kw(theirs, "reconcile_bank_line", [theirs.ids], {})
    assert screen.reconciled and theirs.is_reconciled
    for line in (theirs, exact_line.with_env(as_user)):
        call_kw(line, "unreconcile_bank_line", [line.ids], {})
        assert booked_on(line) == journal.suspense_account_id and not line.is_reconciled
    assert not screen.reconciled and not named.reconciled
    assert exact_line.ponto_match_ids.mapped("state") == ["undone"], exact_line.ponto_match_ids.mapped("state")
    env.cr.commit()

    # ------------------------------------------------------------------ what is undone stays undone

    synchronize()
    assert booked_on(exact_line) == journal.suspense_account_id and not named.reconciled

imported = lines.search([("journal_id", "=", journal.id)]) - typed
assert len(imported) == 6 and sum(imported.mapped("amount")) == 363.5, imported.mapped("amount")
print(
    "RESULT " + json.dumps({"lines": len(imported), "matched": 1, "by_rules": 1, "on_their_screen": 1, "left_alone": 3})
)
