from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_IBAN, PontoCase
from .test_pull import SYNC_LOGGERS


@tagged("post_install", "-at_install")
class TestHealth(PontoCase):
    """Failures delay, they never end anything; each has a sentence and a next attempt."""

    def prepare(self):
        super().prepare()
        self.first = self.open_account()
        self.second = self.open_account(reference=OTHER_IBAN)
        self.connection = self.connect_and_import()
        self.accounts = {account.ponto_id: account for account in self.connection.account_ids}

    @mute_logger(*SYNC_LOGGERS)
    def test_one_account_s_failure_never_touches_another(self):
        self.pay(self.first, "1.00")
        self.pay(self.second, "2.00")
        self.sandbox.faults.add("malformed", path=rf"/accounts/{self.first.id}/transactions", times=9)
        self.synchronize(self.connection)
        failed, fine = self.accounts[self.first.id], self.accounts[self.second.id]
        self.assertBooked(fine, "2.00")
        self.assertBooked(failed)
        self.assertTrue(failed.last_error_message)
        self.assertFalse(fine.last_error_message)
        self.assertEqual(self.connection.state, "connected")
        self.assertFalse(self.connection.last_error_message)

    @mute_logger(*SYNC_LOGGERS)
    def test_back_off_grows_to_four_hours_and_a_click_ignores_it(self):
        self.pay(self.first, "1.00")
        self.sandbox.faults.add("malformed", path=rf"/accounts/{self.first.id}/transactions", times=99)
        account = self.accounts[self.first.id]
        for hours in (1, 2, 4, 4):
            account.next_attempt_at = False
            self.run_cron_now()
            wait = account.next_attempt_at - fields.Datetime.now()
            self.assertAlmostEqual(wait.total_seconds(), hours * 3600, delta=60)
        self.sandbox.faults.clear()
        self.run_cron()
        self.assertBooked(account)
        self.synchronize(account)
        self.assertBooked(account, "1.00")
        self.assertFalse(account.failure_count)

    @mute_logger(*SYNC_LOGGERS)
    def test_connected_is_not_said_beside_what_does_not_come(self):
        self.assertEqual(self.connection.health, "connected")
        self.accounts[self.second.id].authorization_expected_at = datetime(2022, 12, 25)
        self.assertEqual(self.connection.health, "expired")
        self.sandbox.faults.add("status", status=503, times=99)
        self.run_cron_now()
        self.assertEqual((self.connection.state, self.connection.health), ("connected", "failing"))
        self.sandbox.faults.clear()
        self.accounts[self.second.id].linked = False
        self.synchronize(self.connection)
        self.assertEqual(self.connection.health, "connected", "nobody waits for an account that is not synchronized")

    def run_cron_now(self):
        self.connection.next_sync_at = datetime(2020, 1, 1)
        self.run_cron()

    @mute_logger(*SYNC_LOGGERS)
    def test_a_server_error_delays_the_connection_and_all_accounts_come_back_together(self):
        self.pay(self.first, "1.00")
        self.pay(self.second, "2.00")
        self.sandbox.faults.add("status", path=r"/transactions", times=99, status=503)
        self.run_cron_now()
        self.assertIn("problem of its own", self.connection.last_error_message)
        self.assertEqual(self.connection.state, "connected")
        self.sandbox.faults.clear()
        self.sandbox.clear()
        self.run_cron()
        self.assertFalse(self.sandbox.requests, "nothing is asked before the next attempt")
        self.run_cron_now()
        self.assertBooked(self.accounts[self.first.id], "1.00")
        self.assertBooked(self.accounts[self.second.id], "2.00")
        self.assertFalse(self.connection.last_error_message)

    @mute_logger(*SYNC_LOGGERS)
    def test_too_many_calls_waits_as_long_as_ponto_asks(self):
        self.sandbox.faults.add("status", path=r"/accounts", times=1, status=429, retry_after=7200)
        self.run_cron_now()
        wait = self.connection.next_sync_at - fields.Datetime.now()
        self.assertAlmostEqual(wait.total_seconds(), 7200, delta=60)
        self.assertIn("asks to wait", self.connection.last_error_message)

    @mute_logger(*SYNC_LOGGERS)
    def test_an_expired_token_is_renewed_in_the_middle(self):
        for number in range(250):
            self.pay(self.first, f"{number}.00")
        self.sandbox.faults.add("expired_token", path=r"/transactions", nth=2)
        self.synchronize(self.connection)
        self.assertBooked(self.accounts[self.first.id], *(f"{number}.00" for number in range(250)))

    def test_the_token_is_shared_and_kept(self):
        self.sandbox.clear()
        for _time in range(3):
            self.synchronize(self.connection)
        tokens = [call for call in self.sandbox.requests if "/oauth2/token" in call.path]
        self.assertLessEqual(len(tokens), 1)
        self.assertEqual(self.env["ponto.token"].search_count([("connection_id", "=", self.connection.id)]), 1)

    def test_the_schedule_is_in_the_connection_s_time_zone_and_spread(self):
        spread = timedelta(minutes=self.connection.id % 30)
        winter = datetime(2026, 1, 15, 5, 0)
        expected = {
            "twice": datetime(2026, 1, 15, 7, 45) + spread,
            "four": datetime(2026, 1, 15, 7, 45) + spread,
            "manual": False,
        }
        for schedule, moment in expected.items():
            self.connection.schedule = schedule
            self.assertEqual(self.connection._get_next_scheduled_time(winter), moment)
        self.connection.schedule = "twice"
        after_both = datetime(2026, 7, 15, 20, 0)
        self.assertEqual(self.connection._get_next_scheduled_time(after_both), datetime(2026, 7, 16, 6, 45) + spread)

    def test_a_manual_connection_is_read_by_a_click_only(self):
        self.connection.schedule = "manual"
        self.assertFalse(self.connection.next_sync_at)
        self.pay(self.first, "1.00")
        self.run_cron()
        self.assertBooked(self.accounts[self.first.id])
        self.synchronize(self.connection)
        self.assertBooked(self.accounts[self.first.id], "1.00")
        self.assertFalse(self.connection.next_sync_at)

    def test_a_click_on_a_connection_without_credentials_says_so(self):
        self.connection.write({"state": "error", "last_error_code": "CredentialsError"})
        with self.assertRaisesRegex(UserError, "refuses this Client ID"):
            self.connection.action_synchronize()
        with self.assertRaisesRegex(UserError, "Connect to Ponto first"):
            self.new_connection(name="Draft").action_synchronize()

    def test_an_account_that_vanished_is_told_and_the_others_go_on(self):
        self.integration.unshare(self.first)
        self.pay(self.second, "2.00")
        self.synchronize(self.connection)
        gone = self.accounts[self.first.id]
        self.assertEqual(gone.state, "off")
        self.assertEqual(gone.vanished_on, self.bank_day())
        self.assertIn("does not list this account", gone.message_ids[0].body)
        self.assertBooked(self.accounts[self.second.id], "2.00")
        self.integration.share(self.first)
        self.synchronize(self.connection)
        self.assertEqual(gone.state, "linked")

    def test_the_log_tells_who_started_a_run_and_what_it_did(self):
        self.pay(self.first, "1.00")
        self.run_cron_now()
        run = self.accounts[self.first.id].synchronization_ids[0]
        self.assertEqual((run.state, run.trigger, run.new_count, run.imported_count), ("done", "schedule", 1, 1))
        self.assertGreaterEqual(run.api_call_count, 2)
        self.assertGreaterEqual(run.duration, 0)

    def test_old_runs_are_forgotten_and_running_ones_stay(self):
        self.pay(self.first, "1.00")
        self.synchronize(self.connection)
        runs = self.env["ponto.synchronization"].search([("connection_id", "=", self.connection.id)])
        runs[1:].started_at = datetime(2020, 1, 1)
        self.env["ponto.synchronization"]._gc_old_runs()
        self.assertEqual(runs.exists(), runs[0])

    def test_an_activity_comes_before_an_authorization_ends_and_closes_after_renewal(self):
        self.bank.clock.advance(days=162)
        self.synchronize(self.connection)
        with self.working() as env:
            env["ponto.connection"]._cron_check_authorizations()
        self.assertFalse(self.connection.activity_ids, "the state follows the real date")
        for account in self.accounts.values():
            account.authorization_expected_at = fields.Datetime.now() + timedelta(days=18)
        for _time in range(2):
            with self.working() as env:
                env["ponto.connection"]._cron_check_authorizations()
        self.assertEqual(len(self.connection.activity_ids), 1)
        self.assertIn("authorized until", self.connection.activity_ids.note)
        self.assertEqual(set(self.connection.account_ids.mapped("state")), {"expires_soon"})
        for account in self.accounts.values():
            account.authorization_expected_at = fields.Datetime.now() + timedelta(days=180)
        with self.working() as env:
            env["ponto.connection"]._cron_check_authorizations()
        self.assertFalse(self.connection.activity_ids)

    def test_an_authorization_ends_at_its_date_or_when_the_bank_refuses(self):
        account = self.accounts[self.first.id]
        self.bank.expire(self.first)
        self.synchronize(self.connection)
        self.assertEqual(account.state, "expired")
        found = self.env["ponto.account"].search([("state", "in", ("expired",))])
        self.assertEqual(found, account)
        self.bank.renew(self.first)
        self.pay(self.first, "9.00")
        self.synchronize(self.connection)
        self.assertEqual(account.state, "linked")
        self.assertBooked(account, "9.00")

    def test_searching_a_state_finds_what_the_state_says(self):
        now = fields.Datetime.now()
        cases = [
            {},
            {"authorization_expected_at": False, "authorized_at": False},
            {"authorization_expected_at": now + timedelta(days=9)},
            {"authorization_expected_at": now - timedelta(days=9)},
            {"authorization_refused_at": now},
            {"deprecated": True},
            {"listed": False},
            {"linked": False, "declined": True},
            {"linked": False},
            {"linked": False, "listed": False},
            {"linked": False, "journal_id": self.connection.account_ids[0].journal_id.id},
            {"linked": False, "declined": True, "closed_on": now.date()},
        ]
        accounts = self.connection.account_ids
        for number, values in enumerate(cases):
            values = {
                "ponto_id": f"case-{number}",
                "reference_type": "PAN",
                "linked": True,
                "journal_id": False,
                **values,
            }
            accounts |= accounts[0].copy(values)
        states = dict(accounts._fields["state"].selection)
        self.assertEqual(set(accounts.mapped("state")), set(states))
        for state in states:
            found = accounts.search([("connection_id", "=", self.connection.id), ("state", "in", [state])])
            self.assertEqual(set(found), {account for account in accounts if account.state == state})

    def test_the_expiry_without_a_date_of_ponto_follows_the_bank_s_lifetime(self):
        account = self.accounts[self.first.id]
        account.authorization_expected_at = False
        account.authorized_at = datetime(2026, 1, 5, 12, 0)
        account.institution_id.authorization_lifetime = 90
        self.assertEqual(account.authorization_expires_at, datetime(2026, 4, 5, 12, 0))
        account.institution_id.authorization_lifetime = 0
        self.assertEqual(account.authorization_expires_at, datetime(2026, 7, 4, 12, 0))
