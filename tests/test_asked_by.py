from datetime import datetime

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .refresh_case import ACCOUNT, RefreshCase
from .test_pull import SYNC_LOGGERS


@tagged("post_install", "-at_install")
class TestAskedBy(RefreshCase):
    """The log says who started a run: the person who clicked, though the scheduled action does the work."""

    statement_period = "none"

    def runs(self):
        return self.env["ponto.synchronization"].search([("connection_id", "=", self.connection.id)])

    def assertLastRun(self, trigger, user=None):
        run = self.runs()[:1]
        self.assertEqual((run.trigger, run.user_id), (trigger, user or self.env["res.users"]))
        return run

    def read_on_schedule(self):
        self.connection.next_sync_at = datetime(2020, 1, 1)
        self.env.flush_all()
        self.run_scheduled_action()

    def test_a_click_that_refreshes_at_the_bank(self):
        self.pay(self.bank_account, "2.00", days_ago=0, visible=False)
        self.follow(self.click())
        self.assertTrue(self.asked())
        self.assertLastRun("user", self.accountant)
        self.assertBooked(self.account, "1.00", "2.00")

    def test_a_click_that_only_reads(self):
        self.come_from("127.0.0.1")
        self.pay(self.bank_account, "2.00", days_ago=0)
        self.follow(self.click())
        self.assertFalse(self.asked())
        self.assertLastRun("user", self.accountant)

    def test_a_click_on_the_connection_starts_what_it_finds(self):
        self.come_from("127.0.0.1")
        self.pay(self.bank_account, "2.00", days_ago=0)
        self.follow(self.click(self.connection))
        self.assertLastRun("user", self.accountant)

    def test_what_follows_by_itself_is_the_schedule_s(self):
        self.follow(self.click())
        self.come_from("127.0.0.1")
        self.follow(self.click())  # finds nothing new, and leaves no name behind
        self.pay(self.bank_account, "2.00", days_ago=0)
        self.read_on_schedule()
        self.assertLastRun("schedule")

    @mute_logger(*SYNC_LOGGERS)
    def test_a_failed_click_is_tried_again_by_the_schedule(self):
        self.come_from("127.0.0.1")
        self.pay(self.bank_account, "2.00", days_ago=0)
        fault = rf"/accounts/{self.bank_account.id}/transactions"
        self.sandbox.faults.add("malformed", path=fault, times=1)
        self.follow(self.click())
        self.assertEqual(self.assertLastRun("user", self.accountant).state, "error")
        self.account.next_attempt_at = fields.Datetime.now()
        self.env.flush_all()
        self.run_scheduled_action()
        self.assertEqual(self.assertLastRun("schedule").state, "done")

    @mute_logger(*SYNC_LOGGERS)
    def test_a_click_on_what_waits_for_its_next_attempt(self):
        self.come_from("127.0.0.1")
        self.pay(self.bank_account, "2.00", days_ago=0)
        fault = rf"/accounts/{self.bank_account.id}/transactions"
        self.sandbox.faults.add("malformed", path=fault, times=1)
        self.read_on_schedule()
        self.assertEqual(self.assertLastRun("schedule").state, "error")
        self.follow(self.click())
        self.assertEqual(self.assertLastRun("user", self.accountant).state, "done")

    def test_a_click_on_a_transaction_that_waits(self):
        line = self.lines_of(self.account)
        transaction = self.env["ponto.transaction"].search([("statement_line_id", "=", line.id)])
        line.unlink()
        self.env.flush_all()
        self.call("ponto.transaction", "action_import_again", transaction.ids)
        self.run_scheduled_action()
        self.assertLastRun("user", self.accountant)
        self.assertBooked(self.account, "1.00")

    def test_accounts_that_a_person_reads_anew_in_fetch_accounts(self):
        self.pay(self.bank_account, "2.00", days_ago=0)
        action = self.call("ponto.connection", "action_fetch_accounts", self.connection.ids)
        self.call("ponto.account.fetch", "action_refresh", [action["res_id"]])
        self.run_scheduled_action()
        self.assertLastRun("user", self.accountant)

    def test_a_scheduled_action_of_any_user_is_the_schedule(self):
        self.pay(self.bank_account, "2.00", days_ago=0)
        self.connection.next_sync_at = datetime(2020, 1, 1)
        self.env.ref("account_online_ponto.cron_synchronize").user_id = self.env.ref("base.user_admin")
        self.env.flush_all()
        self.run_scheduled_action()
        self.assertLastRun("schedule")

    def test_nobody_writes_another_s_name(self):
        self.assertForbidden(ACCOUNT, "write", self.account.ids, {"asked_by_id": self.invoicing.id})
        self.assertForbidden("ponto.connection", "write", self.connection.ids, {"asked_by_id": self.invoicing.id})
