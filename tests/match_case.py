"""Open documents and bank transactions of a company, for the screens that match them."""

from datetime import date, timedelta

from odoo import Command

from .common import OTHER_IBAN, PontoCase
from .matching_case import SUPPLIER


class MatchCase(PontoCase):
    """A journal without any feed, as files fill it: what users decide does not depend on where lines come from."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create(
            {"name": "Drukkerij Claes", "bank_ids": [Command.create({"acc_number": OTHER_IBAN})]}
        )
        cls.insurer = cls.env["res.partner"].create({"name": "Verzekeringen NV"})
        cls.match_journal = cls.env["account.journal"].create(
            {"name": "Matched Bank", "code": "MTB", "type": "bank", "company_id": cls.company.id}
        )
        cls.expense = cls.env["account.account"].create(
            {"name": "Insurance", "code": "613100", "account_type": "expense", "company_ids": cls.company.ids}
        )

    @classmethod
    def bill(cls, amount, partner=None, move_type="out_invoice", **values):
        """Post an invoice, without taxes unless they are given, and return its open journal item."""
        taxes = values.pop("taxes", cls.env["account.tax"])
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": (partner or cls.customer).id,
                "invoice_date": date.today() - timedelta(days=20),
                "company_id": cls.company.id,
                "invoice_line_ids": [
                    Command.create({"name": "Work", "price_unit": amount, "tax_ids": [Command.set(taxes.ids)]})
                ],
                **values,
            }
        )
        move.action_post()
        return move.line_ids.filtered(lambda item: item.display_type == "payment_term")

    @classmethod
    def line(cls, amount, label="Payment", days_ago=5, **values):
        """Create a bank transaction."""
        return cls.env["account.bank.statement.line"].create(
            {
                "journal_id": cls.match_journal.id,
                "date": date.today() - timedelta(days=days_ago),
                "amount": amount,
                "payment_ref": label,
                **values,
            }
        )

    def book_with_taxes(self, line, *parts):
        """Book a bank transaction on the insurance account, as a user does who knows which taxes it holds.

        :param parts: tuples of an amount, taxes included, and its `account.tax` records
        """
        items = []
        for amount, taxes in parts:
            values = {
                "name": "Policy",
                "account_id": self.expense.id,
                "partner_id": self.insurer.id,
                "currency_id": line.currency_id.id,
                "amount_currency": amount,
                "balance": amount,
            }
            items += self.env["ponto.matching"]._add_taxes([(values, taxes)], self.company)
        _liquidity, suspense, _others = line._seek_for_lines()
        line.with_context(force_delete=True, skip_readonly_check=True).write(
            {"line_ids": [Command.delete(suspense.id), *map(Command.create, items)]}
        )

    def suggest(self, line):
        return self.env["ponto.matching"]._suggest(line)[line.id]

    def open_dialog(self, line, user=None):
        action = line.with_user(user or self.accountant).action_ponto_open_match()
        return self.env[action["res_model"]].with_user(user or self.accountant).browse(action["res_id"])

    def assertReconciled(self, item, line):
        """Assert that a bank transaction settled an item whole, and nothing else."""
        self.assertTrue(item.reconciled)
        self.assertTrue(line.is_reconciled)
        _liquidity, suspense, others = line._seek_for_lines()
        self.assertFalse(suspense)
        self.assertIn(item, (others.matched_debit_ids.debit_move_id | others.matched_credit_ids.credit_move_id))


class ExactCase(MatchCase):
    """The same with a supplier whose account is known, for what matches by itself and what does not."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.supplier = cls.env["res.partner"].create(
            {"name": "Papier Peeters", "bank_ids": [Command.create({"acc_number": SUPPLIER})]}
        )

    def find(self, amount, label, **values):
        """Return what a new bank transaction matches by itself."""
        line = self.line(amount, label, **values)
        matching = self.env["ponto.matching"]
        return matching._find(matching._make_search(line.journal_id, matching._get_payments(line))).get(line.id)
