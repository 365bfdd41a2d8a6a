from datetime import date, datetime, timedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PontoCase

SYNC_LOGGERS = (
    "odoo.addons.account_online_ponto.models.reading.look",
    "odoo.addons.account_online_ponto.models.reading.run",
)


@tagged("post_install", "-at_install")
class TestPull(PontoCase):
    """Reading: whatever happens on the way, everything arrives once."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()

    def fill(self, count, days_ago=30):
        for number in range(count):
            self.pay(self.bank_account, f"{number}.00", days_ago=days_ago)

    def calls(self, path):
        return [call for call in self.sandbox.requests if path in call.path]

    def assertComplete(self, connection, count):
        account = connection.account_ids
        self.assertEqual(len(account.transaction_ids), count)
        self.assertBooked(account, *(f"{number}.00" for number in range(count)))

    @mute_logger(*SYNC_LOGGERS)
    def test_a_first_pull_that_breaks_goes_on_where_it_was(self):
        self.fill(350)
        connection, wizard = self.connect()
        self.choose(wizard)
        account = connection.account_ids
        self.assertTrue(account.pull_cursor)
        self.sandbox.faults.add("cut", path=r"/transactions", nth=2, times=9)
        self.synchronize(connection)
        self.assertEqual(len(account.transaction_ids), 200)
        self.assertFalse(account.pull_complete)
        self.assertBooked(account)
        self.assertIn("cannot be reached", connection.last_error_message)
        self.sandbox.faults.clear()
        self.sandbox.clear()
        self.synchronize(connection)
        self.assertEqual(len(self.calls("/transactions")), 2)
        self.assertComplete(connection, 350)
        self.assertFalse(connection.last_error_message)

    def test_what_ponto_learns_during_a_first_pull_is_read_before_the_import(self):
        self.fill(150)
        connection, wizard = self.connect()
        self.choose(wizard)
        account = connection.account_ids
        self.assertTrue(account.pull_cursor)
        self.pay(self.bank_account, "150.00", days_ago=0)
        self.synchronize(connection)
        self.assertComplete(connection, 151)
        self.assertEqual(account.pulled_synchronized_at, account.synchronized_at)
        self.assertEqual(len(account.synchronization_ids), 1)

    def test_an_unknown_cursor_is_never_taken_for_the_end(self):
        self.fill(250)
        connection, wizard = self.connect()
        self.choose(wizard)
        connection.account_ids.pull_cursor = "00000000-0000-0000-0000-000000000000"
        self.synchronize(connection)
        self.assertComplete(connection, 250)

    def test_a_cursor_that_is_forgotten_between_two_pages_is_never_taken_for_the_end(self):
        self.fill(350)
        connection, wizard = self.connect()
        self.choose(wizard)
        self.sandbox.faults.add("unknown_cursor", path=r"/transactions$", nth=2)
        self.synchronize(connection)
        self.assertComplete(connection, 350)

    @mute_logger(*SYNC_LOGGERS)
    def test_pages_that_always_break_off_are_an_error_and_not_the_end(self):
        self.fill(350)
        connection, wizard = self.connect()
        self.choose(wizard)
        account = connection.account_ids
        self.sandbox.faults.add("unknown_cursor", path=r"/transactions$", times=99)
        self.synchronize(connection)
        self.assertFalse(account.pull_complete)
        self.assertTrue(account.last_error_message)
        self.assertTrue(account.next_attempt_at)
        self.sandbox.faults.clear()
        self.synchronize(connection)
        self.assertComplete(connection, 350)

    def test_faults_of_a_page_lose_and_double_nothing(self):
        self.bank.options.page_limit_cap = 30
        for fault in ("duplicate_across_pages", "empty_page_with_next", "sister_next_link"):
            with self.subTest(fault=fault):
                self.fill(70)
                self.sandbox.faults.add(fault, path=r"/transactions", times=99)
                connection = self.connect_and_import()
                self.assertComplete(connection, 70)
                self.sandbox.faults.clear()
                connection.account_ids.linked = False
                self.bank.remove_account(self.bank_account)
                self.bank_account = self.open_account(reference=f"BE{fault}")

    @mute_logger(*SYNC_LOGGERS)
    def test_a_malformed_page_is_told_on_the_account_and_read_again(self):
        self.fill(350)
        connection, wizard = self.connect()
        self.choose(wizard)
        account = connection.account_ids
        for fault in ("malformed", "html", "foreign_next_link"):
            self.sandbox.faults.add(fault, path=r"/transactions", times=9)
            self.synchronize(connection)
            self.sandbox.faults.clear()
            self.assertTrue(account.last_error_message)
            self.assertTrue(account.next_attempt_at)
            self.assertEqual(account.synchronization_ids[0].state, "error")
        self.synchronize(connection)
        self.assertComplete(connection, 350)
        self.assertFalse(account.last_error_message)

    def test_a_known_account_costs_one_look_and_one_page_a_day(self):
        self.fill(250, days_ago=60)
        connection = self.connect_and_import()
        # The history was created long ago: a known page of it is older than the overlap.
        self.env.cr.execute("UPDATE ponto_transaction SET created_at = created_at - interval '60 days'")
        self.env.invalidate_all()
        for item in self.bank.transactions(self.bank_account):
            item.created_at -= timedelta(days=60)
        self.sandbox.clear()
        self.synchronize(connection)
        self.assertEqual(len(self.calls("/accounts")), 1)
        self.assertFalse(self.calls("/transactions"))
        connection.account_ids.last_read_on = date.today() - timedelta(days=1)
        self.sandbox.clear()
        self.synchronize(connection)
        self.assertEqual(len(self.calls("/transactions")), 1)

    def test_accounts_are_read_in_the_background_before_the_user_has_chosen(self):
        self.fill(250)
        connection, _wizard = self.connect()
        self.run_cron()
        account = connection.account_ids
        self.assertTrue(account.pull_complete)
        self.assertEqual(len(account.transaction_ids), 250)
        self.assertEqual(set(account.transaction_ids.mapped("state")), {"to_import"})
        self.assertFalse(self.env["account.bank.statement.line"].search([("company_id", "=", self.company.id)]))
        wizard = self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])
        self.choose(wizard)
        self.run_cron()
        self.assertComplete(connection, 250)

    def test_a_balance_of_another_moment_is_not_compared(self):
        """Ponto refreshes while the pages are being read: the balance waits for the next look."""
        self.fill(5)
        connection = self.connect_and_import()
        account = connection.account_ids
        account.pulled_synchronized_at = datetime(2020, 1, 1)
        self.assertEqual(account.balance_state, "unknown")
        self.synchronize(connection)
        self.assertEqual(account.balance_state, "different")

    def test_the_oldest_transaction_of_a_day_is_the_first_line_of_that_day(self):
        day = date.today() - timedelta(days=3)
        for number in range(5):
            self.pay(self.bank_account, f"{number}.00", day=day)
        self.assertComplete(self.connect_and_import(), 5)
