from odoo.tests import tagged

from .browser_case import BrowserCase
from .common import OTHER_IBAN
from .test_booking_dialog import DialogCase


class BookBrowserCase(BrowserCase, DialogCase):
    """What waits for somebody who books: nothing in the books speaks for most of it."""

    def prepare(self):
        super().prepare()
        self.short, self.likely = self.bill(105.0), self.bill(75.0)
        for amount, text, number in (
            ("-48.50", "Restaurant Sarah", None),
            ("-121.00", "Taxi to the customer", None),
            ("100.00", "Paid short", OTHER_IBAN),
            ("-60.00", "Advance to the printer", OTHER_IBAN),
            ("-14.00", "Cinema", None),
            ("75.00", "Thank you", OTHER_IBAN),
        ):
            self.pay(self.bank_account, amount, remittance_information=text, counterpart_reference=number)
        self.account = self.connect_and_import().account_ids
        self.company.ponto_private_account_id = self.director

    def find(self, label):
        return self.lines_of(self.account).filtered(lambda line: line.payment_ref == label)

    def get_accounts(self, label):
        return self.find(label)._seek_for_lines()[2].account_id


@tagged("post_install", "-at_install")
class TestBookBrowser(BookBrowserCase):
    browser_size = "1366x768"

    def test_basic_books_and_takes_back(self):
        self.watch("ponto_book", self.basic, at="/odoo/ponto-review")
        self.assertEqual(self.get_accounts("Restaurant Sarah"), self.restaurants)
        taxi = self.find("Taxi to the customer")
        self.assertEqual(taxi._seek_for_lines()[2].tax_line_id, self.half)
        self.assertEqual(taxi.move_id.attachment_ids.name, "taxi.txt")
        self.assertReconciled(self.short, self.find("Paid short"))
        self.assertIn(self.expense, self.get_accounts("Paid short"))
        self.assertEqual(self.get_accounts("Advance to the printer").account_type, "liability_payable")
        self.assertEqual(self.get_accounts("Cinema"), self.director)
        booked = self.lines_of(self.account).ponto_match_ids.filtered(lambda match: match.state == "applied")
        self.assertEqual((len(booked), booked.user_id), (5, self.basic))
        self.watch("ponto_book_undo", self.basic, at="/odoo/ponto-bank-transactions")
        self.assertFalse(self.find("Restaurant Sarah").is_reconciled)
        self.assertTrue(taxi.is_reconciled)

    def test_several_ticked_rows_are_booked_at_once(self):
        self.watch("ponto_book_several", self.basic, at="/odoo/ponto-review")
        for label in ("Restaurant Sarah", "Taxi to the customer"):
            self.assertEqual(self.get_accounts(label), self.restaurants)
        self.assertFalse(self.find("Cinema").is_reconciled)

    def test_invoicing_sees_and_cannot(self):
        self.watch("ponto_book_seen_only", self.invoicing, at="/odoo/ponto-review")
        self.assertFalse(self.find("Restaurant Sarah").is_reconciled)


@tagged("post_install", "-at_install")
class TestBookBrowserNarrow(BookBrowserCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_a_phone_books_and_accepts(self):
        self.watch("ponto_book_narrow", self.basic, at="/odoo/ponto-review")
        self.assertEqual(self.get_accounts("Restaurant Sarah"), self.restaurants)
        self.assertReconciled(self.likely, self.find("Thank you"))
