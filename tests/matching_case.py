"""A company with invoices, past its first import: bank transactions match themselves from now on."""

from datetime import timedelta
from decimal import Decimal

from odoo import fields

from .common import PontoCase

KNOWN = "BE43068999999501"  # of the customer
SUPPLIER = "BE62510007547061"
UNKNOWN = "BE71096123456769"


class MatchingCase(PontoCase):
    """The company sells to a customer and buys from a supplier; a colleague has nothing to do with either."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.supplier, cls.stranger = cls.env["res.partner"].create(
            [
                {"name": "Café d'Été SPRL", "company_id": cls.company.id},
                {"name": "Molens Peeters", "company_id": cls.company.id},
                {"name": "Jan Sen", "company_id": cls.company.id},
            ]
        )
        cls.env["res.partner.bank"].create(
            [
                {"acc_number": "BE43 0689 9999 9501", "partner_id": cls.customer.id},
                {"acc_number": SUPPLIER, "partner_id": cls.supplier.id},
            ]
        )

    def begin(self, **kwargs):
        """Open an account, and complete its first import; return the bank's account and ours."""
        bank_account = self.open_account(opening_balance=Decimal(0), **kwargs)
        self.pay(bank_account, "-1.00", days_ago=20, remittance_information="Beheerskosten", counterpart_reference=None)
        connection = self.connect_and_import()
        self.bank_account, self.account = bank_account, connection.account_ids
        return bank_account, connection.account_ids

    def get_day_of_documents(self):
        """Return the day of documents, and of payments that are registered: the bank pays them the day after."""
        return fields.Date.today() - timedelta(days=2)

    def make_document(self, amount, move_type="out_invoice", partner=None, **kwargs):
        """Post an invoice of an amount without taxes."""
        partner = partner or (self.customer if move_type.startswith("out") else self.supplier)
        move = self.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": self.get_day_of_documents(),
                "date": self.get_day_of_documents(),
                "invoice_line_ids": [
                    fields.Command.create({"name": "Bread", "price_unit": float(amount), "tax_ids": False})
                ],
                **kwargs,
            }
        )
        move.action_post()
        return move

    def get_due(self, move):
        """Return the receivable or payable items of a document."""
        return move.line_ids.filtered(lambda item: item.account_type in ("asset_receivable", "liability_payable"))

    def receive(self, amount, text, number=UNKNOWN, name=None, **kwargs):
        """Book a payment at the bank; return it."""
        return self.pay(
            self.bank_account,
            amount,
            days_ago=1,
            remittance_information=text,
            counterpart_reference=number,
            counterpart_name=name,
            **kwargs,
        )

    def fetch(self):
        """Fetch what the bank has booked; return the lines by their label."""
        known = self.lines_of(self.account)
        self.synchronize(self.account)
        self.env.invalidate_all()
        return {line.payment_ref: line for line in self.lines_of(self.account) - known}

    def assertSettled(self, line, *moves, evidence):
        """Assert that a line settles documents, and nothing else."""
        others = line._seek_for_lines()[2]
        whole = others.full_reconcile_id
        settled = whole.reconciled_line_ids.move_id - line.move_id - whole.partial_reconcile_ids.exchange_move_id
        self.assertEqual(settled, self.env["account.move"].union(*moves), line.payment_ref)
        self.assertTrue(line.is_reconciled)
        self.assertTrue(all(item.reconciled for move in moves for item in self.get_due(move)))
        match = line.ponto_match_ids.filtered(lambda match: match.state == "applied")
        self.assertEqual((match.evidence, match.item_ids.move_id), (evidence, settled), match.explanation)
        self.assertFalse(match.user_id)
        self.assertTrue(match.explanation)

    def assertOpen(self, line, *moves):
        """Assert that a line is matched with nothing, and documents are open."""
        self.assertFalse(line.is_reconciled, line.payment_ref)
        self.assertFalse(line.ponto_match_ids, line.payment_ref)
        for move in moves:
            self.assertEqual(move.amount_residual, move.amount_total, line.payment_ref)
