from datetime import date, timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .agreement_case import AgreementCase
from .browser_case import BrowserCase
from .common import OTHER_IBAN


@tagged("post_install", "-at_install")
class TestArrivalsBrowser(BrowserCase, AgreementCase):
    """How real books arrive, in the web client: an Administrator of Invoicing clicks, from typed books and from none."""

    statement_period = "none"

    def watch(self, tour, **given):
        return super().watch(tour, self.accountant, **given)

    def connect_in_the_browser(self, tour):
        self.watch(
            tour,
            client_id=self.integration.client_id,
            client_secret=self.integration.client_secret,
            api_url=self.sandbox.url,
        )
        self.run_scheduled_action()
        account = self.env["ponto.account"].search([("company_id", "=", self.company.id)])
        self.assertEqual((account.linked, account.journal_id), (True, self.journal))
        return account

    def keep_books_by_hand(self):
        """Type what the bank had 20 to 5 days ago, other than the bank did; the bank has two more since.

        :return: the lines, of which one is reconciled
        """
        for amount, days_ago in (("-12.50", 6), ("-0.50", 5), ("-1.00", 5), ("-1.50", 5), ("200.00", 3), ("-40.00", 2)):
            self.pay(self.bank_account, amount, days_ago=days_ago, counterpart_name="Drukkerij Claes")
        self.post_entry(1000, date.today() - timedelta(days=30))
        lines = self.type_lines(
            (1.5, 9, {"account_number": OTHER_IBAN}),
            # 2.50 of 8 days ago was forgotten.
            (3.5, 7, {}),
            (-12.5, 5, {"account_number": OTHER_IBAN, "payment_ref": "Printer, a day late"}),
            (-3, 5, {"payment_ref": "Costs of the day"}),
        )
        self.book_elsewhere(lines[1])
        return lines

    @mute_logger("odoo.http")
    def test_books_that_were_kept_by_hand(self):
        lines = self.keep_books_by_hand()
        items = lines[1].line_ids
        account = self.connect_in_the_browser("ponto_arrival_typed")
        self.assertEqual(account.import_from, date.today() - timedelta(days=8))
        self.assertLedgerEqualsBank(account, self.bank_account)
        self.watch("ponto_arrival_typed_report")
        self.assertBooked(account, "1.50", "2.50", "3.50", "-12.50", "-3.00", "200.00", "-40.00")
        self.assertLedgerEqualsBank(account, self.bank_account)
        self.assertEqual(account.balance_state, "equal")
        self.assertEqual(lines.exists(), lines)
        self.assertEqual((lines[1].is_reconciled, lines[1].line_ids), (True, items))
        links = self.env["ponto.link"].search([], order="date")
        self.assertEqual(links.mapped("evidence"), ["same_day_amount", "near_day", "day_total"])
        self.assertEqual(links.line_ids, lines[1:])
        first = self.env["account.bank.statement"].search([("journal_id", "=", self.journal.id)], order="date")[0]
        self.assertEqual((first.balance_start, first.balance_end_real), (1001.5, 1004))

    @mute_logger("odoo.http")
    def test_a_link_is_undone_from_its_form(self):
        self.keep_books_by_hand()
        _connection, wizard = self.connect()
        wizard.line_ids.write({"selected": True, "journal_id": self.journal.id, "import_scope": "all"})
        wizard.action_confirm()
        self.run_scheduled_action()
        account = wizard.line_ids.account_id
        self.watch("ponto_undo_link")
        self.run_scheduled_action()
        self.assertEqual(sorted(self.lines_of(account).mapped("amount"))[:3], [-40, -12.5, -12.5])
        self.assertEqual(account.link_count, 3)

    @mute_logger("odoo.http")
    def test_an_empty_journal(self):
        account = self.connect_in_the_browser("ponto_arrival_empty")
        self.assertBooked(account, "1.50", "2.50", "3.50")
        self.assertEqual(account.balance_state, "different")
        self.watch("ponto_arrival_opening")
        self.assertBooked(account, "1000.00", "1.50", "2.50", "3.50")
        self.assertEqual(account.opening_line_id.create_uid, self.accountant)
        self.assertLedgerEqualsBank(account, self.bank_account)
        self.assertEqual(account.balance_state, "equal")
        self.assertFalse(self.env["ponto.link"].search([("account_id", "=", account.id)]))
