from odoo.tests import tagged

from .browser_case import BrowserCase
from .common import OTHER_IBAN
from .file_case import FileCase

DASHBOARD = "/odoo/action-account.open_account_journal_dashboard_kanban"


class FileBrowserCase(BrowserCase, FileCase):
    """The dialog on the screen of an Administrator of Invoicing; three payments of 1.50, 2.50 and 3.50."""

    def look_at(self, tour, **figures):
        """Play a tour that uploads a file of the last thirty days, and maybe a table that is no statement.

        :param str tour: its name
        :param figures: what the preview has to show
        """
        given = {"content": self.camt(30).decode(), "table": "Date;Amount\r\n1;2\r\n", "figures": figures}
        self.watch(tour, self.accountant, at=DASHBOARD, **given)

    def import_what_is_missing(self):
        self.type_line(1.5, 9)
        self.look_at(
            "ponto_file",
            first_day=self.day(9).isoformat(),
            last_day=self.day(7).isoformat(),
            transaction_count="3",
            known_count="1",
            waiting_count="0",
            left_count="0",
            create_count="2",
            opening_balance="1,000.00 €",
            closing_balance="1,007.50 €",
            ledger_before="0.00 €",
            ledger_after="7.50 €",
        )
        self.assertEqual(self.amounts(), [1.5, 2.5, 3.5])
        self.assertDaysEqualBank(30)

    def meet_a_locked_period(self):
        self.company.fiscalyear_lock_date = self.day(1)
        self.look_at("ponto_file_locked", transaction_count="3", known_count="0", left_count="3", create_count="0")
        self.assertEqual(self.amounts(), [])


@tagged("post_install", "-at_install")
class TestFileBrowser(FileBrowserCase):
    """What a person sees of a file before it is imported, on an ordinary screen."""

    def test_the_preview_shows_the_figures_and_imports(self):
        self.import_what_is_missing()

    def test_a_locked_period_offers_no_import(self):
        self.meet_a_locked_period()

    def test_two_files_of_which_one_is_refused(self):
        self.look_at(
            "ponto_file_two",
            transaction_count="3",
            known_count="0",
            create_count="3",
            opening_balance="1,000.00 €",
            closing_balance="1,007.50 €",
        )
        self.assertEqual(self.amounts(), [1.5, 2.5, 3.5])

    def test_a_file_of_another_account_is_refused_until_a_journal_is_chosen(self):
        self.journal.bank_account_id = False
        self.journal.name = "Bank NONE"
        self.make_journal(OTHER_IBAN, "OTHR")
        self.look_at("ponto_file_other_account", transaction_count="3", create_count="3")
        self.assertEqual(self.amounts(), [1.5, 2.5, 3.5])
        items = self.env["account.move.line"].search([("statement_line_id.journal_id", "=", self.journal.id)])
        self.assertEqual(items.journal_id, self.journal)


@tagged("post_install", "-at_install")
class TestFileTelephone(FileBrowserCase):
    """The same on a telephone."""

    browser_size = "390x844"
    touch_enabled = True

    def test_the_preview_shows_the_figures_and_imports(self):
        self.import_what_is_missing()

    def test_a_locked_period_offers_no_import(self):
        self.meet_a_locked_period()
