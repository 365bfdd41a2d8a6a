from datetime import date, timedelta

from odoo import Command
from odoo.tests import tagged

from .common import OTHER_IBAN
from .match_case import ExactCase
from .matching_case import SUPPLIER

SAVINGS, DOMESTIC_SAVINGS = "BE34091000277790", "091-0002777-90"
THEIRS = {"account_number": OTHER_IBAN, "partner_name": "Drukkerij Claes"}
SUPPLIERS = {"account_number": SUPPLIER, "partner_name": "Papier Peeters"}
STRANGER = {"account_number": "NL91ABNA0417164300", "partner_name": "Piet Pieters"}


@tagged("post_install", "-at_install")
class TestDoubts(ExactCase):
    """What an accountant would not be sure of matches nothing by itself."""

    def assertFound(self, item, finding):
        self.assertTrue(finding, "nothing was found")
        self.assertEqual(finding.item_ids, tuple(item.ids))

    def register(self, item, memo):
        """Register the payment of a document; the bank has not shown it yet."""
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=item.move_id.ids
        )
        day = date.today() - timedelta(days=6)
        wizard.create(
            {"journal_id": self.match_journal.id, "communication": memo, "payment_date": day}
        )._create_payments()

    def test_what_people_write_on_documents_names_them_only_when_the_payer_is_known(self):
        self.insurer.bank_ids = [Command.create({"acc_number": SAVINGS})]
        for values, label in (
            ({"ref": "Juni 2025"}, "Lidgeld juni 2025"),
            ({"ref": "PO/2025/4500"}, "PO/2025/4500"),
            ({"payment_reference": "Huur 06/2025"}, "huur 06/2025"),
            ({"payment_reference": "Order 1001"}, "Order 1001"),
        ):
            with self.subTest(label):
                item = self.bill(100.0, self.insurer, **values)
                self.assertFalse(self.find(100.0, label, **STRANGER))
                self.assertFound(item, self.find(100.0, label, account_number=SAVINGS))
                item.move_id.button_draft()

    def test_a_word_with_a_year_is_no_registered_payment(self):
        self.register(self.bill(900.0, self.supplier, "in_invoice", ref="x1"), "Huur juni 2025")
        self.assertFalse(self.find(-900.0, "huur juni 2025", **STRANGER))
        self.assertEqual(self.find(-900.0, "huur juni 2025", **SUPPLIERS).evidence, "payment")

    def test_what_a_customer_wrote_is_no_registered_payment_of_another_one(self):
        item = self.bill(950.0, self.insurer, payment_reference="Huur 06/2025")
        self.register(item, "Huur 06/2025")
        self.assertFalse(self.find(950.0, "huur 06/2025", **STRANGER))
        self.assertEqual(self.find(950.0, f"huur, {item.move_name}", **STRANGER).evidence, "payment")

    def test_a_registered_payment_comes_before_documents_of_its_partner_only(self):
        self.register(self.bill(210.0, self.supplier, "in_invoice", ref="F25-1100"), "F25-1100")
        self.assertFalse(self.find(-210.0, "F25-1100", **STRANGER), "the money went to somebody else")
        self.assertEqual(self.find(-210.0, "F25-1100").evidence, "payment")
        self.bill(210.0, self.insurer, "in_invoice", ref="F25-1100")
        self.assertFalse(self.find(-210.0, "F25-1100", **STRANGER))
        self.assertEqual(self.find(-210.0, "F25-1100", **SUPPLIERS).evidence, "payment")

    def test_digits_in_other_things_name_no_document(self):
        for ref, label in (
            ("123456", "onderhoud mei, tel 0475 12 34 56"),
            ("99999501", "naar BE43 0689 9999 9501"),
            ("55493", "+++ 090 / 9337 / 55493 +++"),
            ("12112025", "betaald op 12/11/2025"),
            ("12345", "voorschot op 12 345,67 EUR"),
        ):
            with self.subTest(label):
                item = self.bill(50.0, self.supplier, "in_invoice", ref=ref)
                self.assertFalse(self.find(-50.0, label, **SUPPLIERS))
                self.assertFound(item, self.find(-50.0, f"factuur {ref} dank u", **SUPPLIERS))
                item.move_id.button_draft()

    def test_who_paid_long_before_the_document_paid_another_one(self):
        item = self.bill(60.0, ref="CONTRACT-1188")  # of 20 days ago
        self.assertFalse(self.find(60.0, "CONTRACT-1188", days_ago=35, **THEIRS))
        self.assertFound(item, self.find(60.0, "CONTRACT-1188", days_ago=34, **THEIRS))
        self.assertFound(item, self.find(60.0, f"early: {item.move_name}", days_ago=50, **THEIRS))

    def test_an_account_is_known_however_it_is_written(self):
        item = self.bill(100.0)
        somebody = self.env["res.partner"].create(
            {"name": "Somebody", "bank_ids": [Command.create({"acc_number": DOMESTIC_SAVINGS})]}
        )
        self.assertFalse(self.find(100.0, item.move_name, account_number=SAVINGS), "it is somebody else's account")
        theirs = self.bill(55.0, somebody)
        (candidate,) = self.suggest(self.line(55.0, "Thank you", account_number=SAVINGS))
        self.assertEqual((candidate.item_ids, candidate.found), (tuple(theirs.ids), ("amount", "account")))
        self.assertFound(item, self.find(100.0, item.move_name, **STRANGER))

    def test_a_transfer_that_names_a_document_is_a_transfer(self):
        self.env["account.journal"].create(
            {
                "name": "Savings",
                "code": "SVX",
                "type": "bank",
                "company_id": self.company.id,
                "bank_acc_number": DOMESTIC_SAVINGS,
            }
        )
        label = f"deposit {self.bill(100.0).move_name}"
        self.assertEqual(self.find(100.0, label, account_number=SAVINGS).evidence, "transfer")

    def test_a_branch_knows_the_partners_of_its_parent(self):
        branch = self.env["res.company"].create({"name": "Filiaal", "parent_id": self.company.id})
        self.env.user.company_ids |= branch
        self.env = self.env(context={**self.env.context, "allowed_company_ids": [self.company.id, branch.id]})
        insurer = self.insurer.with_company(branch)
        insurer.property_account_receivable_id = self.insurer.property_account_receivable_id
        self.env["res.partner"].create(
            {
                "name": "Partner of the parent",
                "company_id": self.company.id,
                "bank_ids": [Command.create({"acc_number": SAVINGS})],
            }
        )
        journal = self.env["account.journal"].create(
            {
                "name": "Branch",
                "code": "BBR",
                "type": "bank",
                "company_id": branch.id,
                "suspense_account_id": self.match_journal.suspense_account_id.id,
            }
        )
        item = self.bill(100.0, self.insurer, company_id=branch.id, invoice_date=date.today() - timedelta(days=8))
        label = item.move_name
        other = self.env["res.partner"].create({"name": "Other partner", "company_id": self.company.id})
        told = self.line(1.0, "x", journal_id=journal.id, partner_name="Whose name is not in any file")
        self.env["ponto.partner.mapping"]._remember(told, other)
        for values in (
            {"account_number": SAVINGS},
            {"partner_name": "Partner of the parent"},
            {"partner_name": told.partner_name},
        ):
            self.assertFalse(self.find(100.0, label, journal_id=journal.id, **values), values)
        self.assertFound(item, self.find(100.0, label, journal_id=journal.id, **STRANGER))
