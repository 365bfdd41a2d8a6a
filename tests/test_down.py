"""Ponto is down, or one account is: the others go on, everything arrives, and a person is told once."""

import math
from datetime import date, datetime, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PontoCase
from .test_pull import SYNC_LOGGERS

TYPE = "account_online_ponto.mail_activity_failing"
HOUR = timedelta(hours=1)
QUARTER = timedelta(minutes=15)
START = datetime(2026, 3, 3, 6, 0)
# What a bad account may answer, and a piece of its sentence.
BAD = {
    "malformed": ({"kind": "malformed"}, "is not one that Ponto gives"),
    "html": ({"kind": "html"}, "is not one that Ponto gives"),
    "cut": ({"kind": "cut"}, "cannot be reached"),
    "401": ({"kind": "status", "status": 401}, "refuses to give this account"),
    "403": ({"kind": "status", "status": 403}, "refuses to give this account"),
    "404": ({"kind": "status", "status": 404}, "does not know this account"),
    "500": ({"kind": "status", "status": 500}, "problem of its own"),
    "503": ({"kind": "status", "status": 503, "retry_after": 86400}, "problem of its own"),
}


class DownCase(PontoCase):
    """Time stands still unless the test moves it, for Odoo and for the bank."""

    def prepare(self):
        super().prepare()
        self.clock = freeze_time(START)
        self.frozen = self.clock.start()
        self.addCleanup(self.clock.stop)
        # The bank began with the real time.
        self.bank.synchronizer.background_until = self.bank.clock.now()

    def start(self, *bank_accounts):
        """Connect and link everything; return connection and what the invariants need."""
        connection, wizard = self.connect(responsible_user_id=self.accountant.id)
        self.choose(wizard)
        accounts = {account.ponto_id: account for account in connection.account_ids}
        connection.account_ids.import_from = date(2026, 2, 1)
        books = [self.watch(bank_account, accounts[bank_account.id]) for bank_account in bank_accounts]
        self.synchronize(connection)
        self.assertInvariants(*books)
        return connection, books

    def pass_time(self, duration, step=HOUR, dense=False):
        """Let time pass, with the scheduled action at the steps at which something is due; return all activities that
        were there.

        :param bool dense: run it at every step, whether or not anything is due
        """
        told = self.activities()
        until = datetime.now() + duration
        while datetime.now() < until:
            self.frozen.tick(step if dense else step * self.count_steps(step, until))
            if dense or self.is_due():
                self.run_cron()
            told |= self.activities()
        return told

    def count_steps(self, step, until):
        """Return after how many steps something is due, or the time is over."""
        self.env.invalidate_all()
        moments = [until]
        for connection in self.env["ponto.connection"].search([("state", "=", "connected")]):
            moments += [
                connection.next_sync_at,
                *connection.account_ids.filtered("sync_stage").mapped("next_attempt_at"),
            ]
        seconds = (min(filter(None, moments)) - datetime.now()).total_seconds()
        return max(1, math.ceil(seconds / step.total_seconds()))

    def is_due(self):
        """Tell whether the scheduled action would find anything to do now."""
        engine = self.env["ponto.connection"].sudo()
        refreshes = engine.env["ponto.refresh"].search([("state", "in", ("asked", "running"))])
        return bool(engine._get_due() or engine.env["ponto.account"]._get_due() or refreshes)

    def activities(self):
        """Return the open activities about a failure that lasts."""
        return self.connection.activity_ids.filtered(lambda a: a.activity_type_id == self.env.ref(TYPE))


@tagged("post_install", "-at_install")
class TestOneBadAccount(DownCase):
    def prepare(self):
        super().prepare()
        self.bank_accounts = [self.open_account(reference=f"BE{number:014d}") for number in range(10)]
        for number, bank_account in enumerate(self.bank_accounts):
            self.pay(bank_account, f"{number}.01", day=date(2026, 3, 1))
        self.connection, self.books = self.start(*self.bank_accounts)
        self.accounts = [books.journal.ponto_account_id for books in self.books]

    def fail(self, number, kind, **options):
        """Let everything of one account fail from now on."""
        self.sandbox.faults.add(kind, path=rf"/accounts/{self.bank_accounts[number].id}", times=10**6, **options)

    def pay_all(self, *numbers):
        """Pay something on each account, or on those with some numbers."""
        for number in numbers or range(len(self.bank_accounts)):
            self.pay(self.bank_accounts[number], "5.00", day=date.today())

    def calls_of(self, number):
        return [call for call in self.sandbox.requests if self.bank_accounts[number].id in call.path]

    @mute_logger(*SYNC_LOGGERS)
    def test_the_nine_others_import_in_the_same_run_and_the_bad_one_says_why(self):
        for number, (name, (options, sentence)) in enumerate(BAD.items()):
            with self.subTest(name):
                # All at the first; then the bad one and those read before and after it: an account takes a while.
                moved = sorted({number - 1, number, number + 1, 9}) if number else range(10)
                account, others = self.accounts[number], [self.books[other] for other in moved if other != number]
                self.pay_all(*moved)
                self.fail(number, **options)
                self.frozen.tick(timedelta(days=1))
                self.run_cron()
                self.assertInvariants(*others)
                self.assertIn(sentence, account.last_error_message)
                self.assertEqual(account.next_attempt_at, datetime.now() + timedelta(hours=1))
                self.assertEqual(account.synchronization_ids[0].state, "error")
                self.assertEqual(self.connection.state, "connected")
                self.assertFalse(self.connection.last_error_message)
                self.assertFalse(self.connection.failure_count)
                self.sandbox.clear()
                self.frozen.tick(timedelta(hours=1))
                self.run_cron()
                self.assertInvariants(*(self.books[other] for other in moved))
                self.assertFalse(account.last_error_message)

    @mute_logger(*SYNC_LOGGERS)
    def test_the_bad_one_retries_on_its_schedule_and_its_responsible_is_told_once(self):
        self.pay_all()
        self.fail(0, "status", status=500)
        self.frozen.tick(timedelta(days=1))
        self.run_cron()
        failed_at = datetime.now()
        attempts = []
        told = self.activities()
        for _quarter in range(32 * 4):
            self.sandbox.requests.clear()
            self.frozen.tick(QUARTER)
            self.run_cron()
            if self.calls_of(0):
                attempts.append((datetime.now() - failed_at) / HOUR)
            told |= self.activities()
        self.assertEqual(attempts, [1, 3, 7, 11, 15, 19, 23, 27, 31])
        self.assertEqual(len(told), 1)
        self.assertEqual(told.user_id, self.accountant)
        self.assertIn(self.accounts[0].reference, told.note)
        self.assertNotIn(self.accounts[1].reference, told.note)
        self.assertIn("problem of its own", told.note)
        self.assertIn("has not been read since 3/3/26", told.note)
        self.assertEqual(self.accounts[0].failing_since, failed_at)
        self.assertInvariants(*self.books[1:])
        self.sandbox.clear()
        self.pass_time(timedelta(hours=4))
        self.assertInvariants(*self.books)
        self.assertFalse(self.activities())
        self.assertFalse(self.accounts[0].failing_since)

    @mute_logger(*SYNC_LOGGERS)
    def test_what_is_told_of_two_accounts_names_both_and_then_the_one_that_is_left(self):
        self.pay_all()
        self.fail(3, "malformed")
        self.fail(7, "status", status=404)
        self.pass_time(timedelta(hours=30))
        activity = self.activities()
        self.assertEqual(len(activity), 1)
        for number in (3, 7):
            self.assertIn(self.accounts[number].reference, activity.note)
        self.sandbox.faults.planned.pop(0)
        self.pass_time(timedelta(hours=4))
        self.assertEqual(self.activities(), activity)
        self.assertNotIn(self.accounts[3].reference, activity.note)
        self.assertIn(self.accounts[7].reference, activity.note)
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        wizard.line_ids.filtered(lambda line: line.account_id == self.accounts[7]).selected = False
        wizard.action_confirm()
        self.assertFalse(self.activities(), "what is no longer synchronized is nobody's work")

    @mute_logger(*SYNC_LOGGERS)
    def test_an_account_that_was_never_read_delays_no_other(self):
        """As bad as at the first look: none of them has succeeded yet."""
        fresh = [self.open_account(reference=f"BF{number:014d}") for number in range(5)]
        for number, bank_account in enumerate(fresh):
            self.pay(bank_account, "1.00", day=date(2026, 3, 1))
            if number in (0, 2):
                self.sandbox.faults.add("status", path=rf"/accounts/{bank_account.id}", times=10**6, status=500)
        self.pass_time(timedelta(days=1))
        complete = self.connection.account_ids.filtered("pull_complete").mapped("ponto_id")
        for number, bank_account in enumerate(fresh):
            self.assertEqual(bank_account.id in complete, number not in (0, 2), number)
        self.assertFalse(self.activities(), "nobody has chosen them yet")


@tagged("post_install", "-at_install")
class TestPontoDown(DownCase):
    def prepare(self):
        super().prepare()
        self.first = self.open_account()
        self.second = self.open_account(reference="BE71096123456769", opening_balance=Decimal(0))
        self.pay(self.first, "10.00", day=date(2026, 3, 1))
        self.connection, self.books = self.start(self.first, self.second)

    def be_down(self, hours, kind="cut", path="", step=HOUR, dense=False, **options):
        """Let Ponto be down, while the banks go on; return all activities that were there.

        :param bool dense: as for `pass_time`
        """
        self.sandbox.faults.add(kind, path=path, times=10**6, **options)
        told = self.activities()
        for _hour in range(hours):
            self.pay(self.first, "1.10", day=date.today())
            self.pay(self.second, "-2.20", day=date.today())
            told |= self.pass_time(HOUR, step, dense)
        return told

    def come_back(self):
        """Let Ponto answer again; return after how long everything was there."""
        self.sandbox.clear()
        back_at = datetime.now()
        while any(account.failure_count or account.sync_stage for account in self.connection.account_ids) or (
            self.connection.failure_count
        ):
            self.frozen.tick(QUARTER)
            self.run_cron()
            self.assertLessEqual(datetime.now() - back_at, timedelta(hours=4, minutes=15))
        return datetime.now() - back_at

    def assertToldOnce(self, told, since):
        self.assertEqual(len(told), 1)
        self.assertEqual(told.user_id, self.accountant)
        self.assertEqual(told.res_id, self.connection.id)
        self.assertIn(since, told.note)
        self.assertFalse(self.activities(), "closed by the success itself")
        self.assertFalse(self.connection.failing_since)

    @mute_logger(*SYNC_LOGGERS)
    def test_32_hours_down_and_everything_is_there_at_the_first_success(self):
        for kind, options in (
            ("cut", {"step": QUARTER, "dense": True}),
            ("status", {"status": 503, "retry_after": 86400}),
            ("html", {"status": 502}),
        ):
            with self.subTest(kind):
                self.assertFalse(self.connection.failing_since)
                told = self.be_down(32, kind, **options)
                since = self.connection.failing_since
                self.assertTrue(since)
                self.assertLessEqual(self.come_back(), timedelta(hours=4))
                self.assertInvariants(*self.books)
                self.assertToldOnce(told, "has not been read since")

    @mute_logger(*SYNC_LOGGERS)
    def test_a_failure_that_the_pause_of_the_night_hid_is_told_in_time(self):
        """Down from the afternoon on: the first who notices is the read of the next morning, 18 hours later."""
        self.pass_time(timedelta(hours=9, minutes=30))
        told = self.be_down(32)
        self.assertLess(self.connection.failing_since, datetime.now())
        self.assertLessEqual(self.come_back(), timedelta(hours=4))
        self.assertToldOnce(told, "has not been read since 3/3/26")
        self.assertInvariants(*self.books)

    @mute_logger(*SYNC_LOGGERS)
    def test_who_reads_by_hand_is_told_a_day_after_the_first_failure(self):
        self.connection.schedule = "manual"
        self.pass_time(timedelta(days=3))
        self.sandbox.faults.add("cut", times=10**6)
        self.synchronize(self.connection)
        self.assertFalse(self.activities())
        self.pass_time(timedelta(hours=20))
        self.assertFalse(self.activities())
        self.pass_time(timedelta(hours=8))
        self.assertTrue(self.activities())

    @mute_logger(*SYNC_LOGGERS)
    def test_only_the_transactions_fail_and_the_waits_grow_all_the_same(self):
        self.sandbox.requests.clear()
        told = self.be_down(32, "status", path="/transactions", status=500)
        looks = [call for call in self.sandbox.requests if call.path == "/accounts"]
        self.assertLess(len(looks), 12, "not once an hour")
        self.assertLessEqual(self.come_back(), timedelta(hours=4))
        self.assertInvariants(*self.books)
        self.assertToldOnce(told, "has not been read since 3/3/26")

    @mute_logger(*SYNC_LOGGERS)
    def test_a_short_failure_is_told_to_nobody(self):
        told = self.be_down(20)
        self.assertFalse(told)
        self.assertLessEqual(self.come_back(), timedelta(hours=4))
        self.assertInvariants(*self.books)

    @mute_logger(*SYNC_LOGGERS)
    def test_who_has_marked_it_as_done_is_not_asked_again(self):
        self.be_down(30)
        self.activities().action_feedback()
        self.assertFalse(self.be_down(30))
        self.come_back()
        self.assertInvariants(*self.books)
        self.assertEqual(len(self.be_down(48)), 1, "the next failure is another one")

    @mute_logger(*SYNC_LOGGERS)
    def test_a_click_in_vain_does_not_begin_a_new_day(self):
        self.be_down(20)
        since = self.connection.failing_since
        self.synchronize(self.connection)
        self.assertEqual(self.connection.failing_since, since)
        self.assertTrue(self.be_down(10))

    @mute_logger(*SYNC_LOGGERS)
    def test_a_restart_in_the_middle_gets_the_rest(self):
        """Down in the middle of a page run: the first success reads on."""
        for number in range(250):
            self.pay(self.first, f"{number}.03", day=date.today())
        self.frozen.tick(timedelta(days=1))
        self.sandbox.faults.add("cut", path="", nth=5, times=10**6)
        self.run_cron()
        self.assertTrue(self.connection.last_error_message)
        self.assertLessEqual(self.come_back(), timedelta(hours=1))
        self.assertInvariants(*self.books)

    @mute_logger(*SYNC_LOGGERS)
    def test_refused_credentials_are_told_at_once_and_closed_by_new_ones(self):
        self.bank.regenerate_secret(self.integration)
        self.bank.access.revoke_tokens()
        self.pay(self.first, "1.00", day=date.today())
        self.pass_time(timedelta(hours=36))
        self.assertEqual(self.connection.state, "error")
        self.assertEqual(len(self.connection.activity_ids), 1)
        self.assertFalse(self.activities())
        self.assertInvariants(self.books[1])
        self.connection.client_secret = self.integration.client_secret
        self.assertFalse(self.connection.activity_ids)
        self.run_cron()
        self.assertInvariants(*self.books)

    def test_the_moment_is_on_the_record(self):
        self.assertFalse(self.connection.failing_since)
        self.sandbox.faults.add("cut", times=10**6)
        self.frozen.tick(timedelta(days=1))
        with mute_logger(*SYNC_LOGGERS):
            self.run_cron()
        self.assertEqual(self.connection.failing_since, fields.Datetime.now())
