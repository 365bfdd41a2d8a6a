"""A Ponto that never rests, or lists that never end: the run ends, says so, loses nothing, and the next goes on."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..const import WORKERS
from ..models import ponto_synchronization
from ..models.reading import run as account_run
from ..models.support.work_slice import WorkSlice
from ..ponto_client import client
from .common import IBAN, OTHER_IBAN, PontoCase
from .refresh_case import RefreshCase
from .test_down import START, DownCase
from .test_pull import SYNC_LOGGERS

LOGGERS = (*SYNC_LOGGERS, "odoo.addons.account_online_ponto.models.reading.pending")
FOR_EVER = None


class ShortSlice(WorkSlice):
    """A slice that is over after some units, as that of a busy worker."""

    def __init__(self, env, units):
        super().__init__(env)
        self._units = units

    def next(self, processed=0, *, remaining=1):
        self._units -= processed
        return super().next(processed, remaining=remaining) and self._units > 0


class EndlessCase(PontoCase):
    """Whatever would go on for ever is cut by the sandbox after some hundred calls: then the test fails."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account(opening_balance=Decimal(0))

    def fill(self, count, **kwargs):
        for number in range(count):
            self.pay(self.bank_account, f"{number}.00", **kwargs)

    def fault(self, kind, path=r"/transactions$", calls=300, times=FOR_EVER, **options):
        """Let a fault last, and let Ponto hang up for good after a number of calls."""
        self.sandbox.clear()
        self.sandbox.faults.add(kind, path=path, times=times, **options)
        self.sandbox.faults.add("cut", nth=calls, times=FOR_EVER)

    def calls(self, path):
        return [call for call in self.sandbox.requests if call.path.endswith(path)]

    def allow_calls(self, run, most=10**6):
        """Let a run have few calls, or the test would need thousands of pages."""
        for module in (ponto_synchronization, account_run):
            self.patch(module, "RUN_CALLS", run)
            self.patch(module, "MOST_CALLS", most)
        # What the click has begun goes on in its own row.
        self.env["ponto.synchronization"].search([("state", "=", "running")]).api_call_limit = run

    def work_in_slices(self, account, units=1, slices=60):
        """Do what is due for an account in slices, as a scheduled action does; return how many it took."""
        for number in range(slices):
            with self.working() as env:
                if env["ponto.account"].browse(account.id)._synchronize(ShortSlice(env, units)):
                    self.env.invalidate_all()
                    return number + 1
        raise AssertionError(f"not done after {slices} slices")

    def assertEndedWith(self, account, name, sentence):
        """Assert that the last run failed by a name, in words, within its calls, and that it is tried again."""
        run = account.synchronization_ids[0]
        self.assertEqual((run.state, run.error_code, account.last_error_code), ("error", name, name))
        self.assertIn(sentence, run.error_message)
        self.assertTrue(account.next_attempt_at)
        self.assertWithinCalls(run)

    def assertWithinCalls(self, run):
        self.assertTrue(run.api_call_limit)
        # The further tries of the last call may go beyond.
        self.assertLessEqual(run.api_call_count, run.api_call_limit + 2)


@tagged("post_install", "-at_install")
class TestPontoThatNeverRests(EndlessCase):
    """`synchronizedAt` moves at every answer."""

    def prepare(self):
        super().prepare()
        self.pay(self.bank_account, "1.00")
        self.connection = self.connect_and_import()
        self.account = self.connection.account_ids
        self.pay(self.bank_account, "2.00", days_ago=0)
        self.fault("moving_synchronized_at", path=r"^/accounts", calls=100)

    def due_triggers(self):
        crons = [self.env.ref(f"account_online_ponto.{name}").id for name in WORKERS]
        due = [("cron_id", "in", crons), ("call_at", "<=", fields.Datetime.now())]
        return self.env["ir.cron.trigger"].search(due)

    @mute_logger(*LOGGERS)
    def test_it_is_followed_once_and_the_books_are_imported(self):
        self.synchronize(self.connection)
        self.assertEqual(len(self.calls("/transactions")), 2)
        self.assertBooked(self.account, "1.00", "2.00")
        run = self.account.synchronization_ids[0]
        self.assertEqual((run.state, run.error_message), ("done", False))
        self.assertIn("again and again", run.remark)
        self.assertWithinCalls(run)
        self.assertFalse(self.account.sync_stage)
        self.assertFalse(self.account.last_error_message)
        self.assertEqual(self.account.balance_state, "unknown")

    @mute_logger(*LOGGERS)
    def test_the_next_run_comes_by_the_schedule_and_wakes_nobody(self):
        self.due_triggers().unlink()
        self.connection.next_sync_at = fields.Datetime.now()
        for _time in range(5):
            self.run_cron()
        self.assertEqual(len(self.calls("/accounts")), 1)
        self.assertEqual(len(self.calls("/transactions")), 2)
        self.assertFalse(self.due_triggers())
        self.assertGreater(self.connection.next_sync_at, fields.Datetime.now())
        self.assertBooked(self.account, "1.00", "2.00")

    @mute_logger(*LOGGERS)
    def test_what_came_last_is_read_by_the_next_run_and_compared_when_ponto_rests(self):
        self.synchronize(self.connection)
        self.pay(self.bank_account, "3.00", days_ago=0)
        self.synchronize(self.connection)
        self.assertBooked(self.account, "1.00", "2.00", "3.00")
        self.sandbox.clear()
        self.bank.clock.advance(hours=1)
        self.pay(self.bank_account, "4.00", days_ago=0)
        self.synchronize(self.connection)
        self.assertBooked(self.account, "1.00", "2.00", "3.00", "4.00")
        self.assertEqual(self.account.balance_state, "equal")
        self.assertFalse(self.account.synchronization_ids[0].remark)

    @mute_logger(*LOGGERS)
    def test_it_is_followed_once_also_in_short_slices(self):
        with self.working() as env:
            env["ponto.connection"].browse(self.connection.id)._look_when_due(WorkSlice(env), force=True)
        self.work_in_slices(self.account)
        self.assertLessEqual(len(self.calls("/transactions")), 2)
        self.assertEqual(len(self.account.synchronization_ids), 2)
        self.assertBooked(self.account, "1.00", "2.00")

    @mute_logger(*LOGGERS)
    def test_a_look_between_two_slices_is_left_to_the_next_run(self):
        run = self.account._open_run("schedule")
        run.pull_count = 2
        self.account.sync_stage = "pull"
        self.due_triggers().unlink()
        self.work_in_slices(self.account)
        self.assertEqual((run.state, self.account.sync_stage), ("done", "pull"))
        self.assertFalse(self.calls("/transactions"))
        self.assertTrue(self.due_triggers())
        self.work_in_slices(self.account)
        self.assertFalse(self.account.sync_stage)
        self.assertBooked(self.account, "1.00", "2.00")


@tagged("post_install", "-at_install")
class TestPagesWithoutEnd(EndlessCase):
    """Transactions in a circle, again and again, or more and more of them."""

    def start(self, count=8):
        """Link an account with a history in pages of one transaction, of which the click has read the first."""
        self.fill(count)
        self.sandbox.options.page_limit_cap = 1
        connection, wizard = self.connect()
        self.choose(wizard)
        self.account = connection.account_ids
        return connection

    def assertComplete(self, connection, count):
        self.sandbox.clear()
        self.synchronize(connection)
        self.assertEqual(len(self.account.transaction_ids), count)
        self.assertBooked(self.account, *(f"{number}.00" for number in range(count)))
        self.assertLedgerEqualsBank(self.account, self.bank_account)
        self.assertFalse(self.account.last_error_message)

    @mute_logger(*LOGGERS)
    def test_a_circle_ends_the_run_and_nothing_is_lost(self):
        for units in (1, 2, 1000):
            with self.subTest(units=units):
                connection = self.start()
                self.fault("circular_next", nth=4, length=3)
                self.work_in_slices(self.account, units)
                self.assertEndedWith(self.account, "EndlessPages", "leads in a circle")
                self.assertLess(len(self.calls("/transactions")), 16)
                self.assertBooked(self.account)
                self.assertComplete(connection, 8)
                self.account.linked = False
                self.bank.remove_account(self.bank_account)
                self.bank_account = self.open_account(reference=f"BE{units}", opening_balance=Decimal(0))

    @mute_logger(*LOGGERS)
    def test_the_same_cursor_again_ends_the_run(self):
        connection = self.start()
        self.fault("circular_next", nth=1)
        self.synchronize(connection)
        self.assertEndedWith(self.account, "EndlessPages", "leads in a circle")
        self.assertLess(len(self.calls("/transactions")), 5)
        self.assertComplete(connection, 8)

    @mute_logger(*LOGGERS)
    def test_a_page_in_the_place_of_another_is_never_taken_for_it(self):
        for units in (1, 1000):
            with self.subTest(units=units):
                connection = self.start()
                self.fault("repeated_page", nth=3, times=1)
                self.work_in_slices(self.account, units)
                self.assertEndedWith(self.account, "EndlessPages", "What was read is kept")
                self.assertComplete(connection, 8)
                self.account.linked = False
                self.bank.remove_account(self.bank_account)
                self.bank_account = self.open_account(reference=f"BE{units}", opening_balance=Decimal(0))

    @mute_logger(*LOGGERS)
    def test_the_same_page_under_ever_new_cursors_ends_the_run(self):
        connection = self.start()
        self.fault("endless_pages")
        self.synchronize(connection)
        self.assertEndedWith(self.account, "EndlessPages", "does not end")
        self.assertLess(len(self.calls("/transactions")), 12)
        self.assertComplete(connection, 8)

    @mute_logger(*LOGGERS)
    def test_ever_new_transactions_end_the_run_and_the_next_account_goes_on(self):
        self.fill(3)
        other = self.open_account(reference=OTHER_IBAN)
        self.pay(other, "7.00")
        connection, wizard = self.connect()
        self.choose(wizard)
        first, second = connection.account_ids.sorted(lambda a: a.ponto_id != self.bank_account.id)
        first.write({"pull_complete": False, "sync_stage": "pull"})
        self.allow_calls(run=10, most=30)
        self.fault("endless_pages", path=f"{self.bank_account.id}/transactions$", new_ids=True)
        self.synchronize(connection)
        self.assertEndedWith(first, "CallsSpent", "more calls to Ponto than one may take")
        self.assertLessEqual(len(self.calls("/transactions")), 33)
        self.assertBooked(second, "7.00")
        self.assertFalse(second.last_error_message)
        self.assertFalse(connection.last_error_message)

    @mute_logger(*LOGGERS)
    def test_empty_pages_for_ever_end_the_run(self):
        connection = self.start()
        self.allow_calls(run=10)
        self.fault("empty_page_with_next")
        self.synchronize(connection)
        self.assertEndedWith(self.account, "CallsSpent", "What was read is kept")
        self.assertComplete(connection, 8)

    @mute_logger(*LOGGERS)
    def test_a_cursor_that_is_forgotten_in_every_slice_ends_the_run(self):
        connection = self.start()
        self.fault("unknown_cursor")
        self.work_in_slices(self.account)
        self.assertEndedWith(self.account, "FormatError", "not one that Ponto gives")
        self.assertLess(len(self.calls("/transactions")), 8)
        self.assertComplete(connection, 8)

    def test_a_long_history_is_bounded_by_its_own_pages_only(self):
        connection = self.start(30)
        self.allow_calls(run=6)
        self.work_in_slices(self.account, units=4)
        self.assertEqual(len(self.account.synchronization_ids), 1)
        run = self.account.synchronization_ids
        self.assertEqual((run.state, run.error_message), ("done", False))
        self.assertWithinCalls(run)
        self.assertComplete(connection, 30)

    def test_a_history_that_has_to_be_read_again_is_within_the_calls(self):
        connection = self.start(30)
        self.synchronize(connection)
        self.allow_calls(run=6)
        self.pay(self.bank_account, "30.00", days_ago=0)  # all was created today: within the overlap
        self.sandbox.clear()
        self.synchronize(connection)
        self.assertGreater(len(self.calls("/transactions")), 30)
        self.assertComplete(connection, 31)

    @mute_logger(*LOGGERS)
    def test_a_history_longer_than_one_run_goes_on_in_the_next(self):
        connection = self.start(40)
        self.allow_calls(run=5, most=15)
        runs = 0
        while not self.account.pull_complete:
            self.synchronize(connection)
            runs += 1
            self.assertLess(runs, 6)
            self.assertWithinCalls(self.account.synchronization_ids[0])
        self.assertGreater(runs, 2)
        self.assertComplete(connection, 40)


@tagged("post_install", "-at_install")
class TestListsWithoutEnd(EndlessCase):
    """Accounts, institutions, pending and changed transactions: the same in every list."""

    def setUp(self):
        super().setUp()
        self.patch(client, "PAGES_LIMIT", 20)  # 200 pages would take long, ten times over

    @mute_logger(*LOGGERS)
    def test_accounts_and_institutions(self):
        self.fill(1)
        connection = self.connect_and_import()
        other = self._create_company("Other")
        self.env.user.company_ids |= other
        next_connection = self.new_connection(name="Next", company_id=other.id)
        next_connection.action_connect()
        for path in (r"^/accounts$", r"^/financial-institutions$"):
            for kind, options in (
                ("endless_pages", {}),
                ("endless_pages", {"new_ids": True}),
                ("circular_next", {}),
                ("empty_page_with_next", {}),
            ):
                with self.subTest(path=path, kind=kind, **options):
                    self.fault(kind, path=path, **options)
                    if kind == "circular_next":
                        self.sandbox.faults.add("endless_pages", path=path, times=FOR_EVER)
                    self.connection_is_due(connection)
                    self.run_cron()
                    self.assertEqual(connection.last_error_code, "EndlessPages")
                    self.assertIn("A list at Ponto", connection.last_error_message)
                    self.assertGreater(connection.next_sync_at, fields.Datetime.now())
                    self.assertEqual(connection.state, "connected")
                    self.assertEqual(len(connection.account_ids), 1)
                    self.sandbox.clear()
                    self.connection_is_due(next_connection)
                    self.run_cron()
                    self.assertTrue(self.sandbox.requests)
                    self.assertFalse(next_connection.last_error_code)
        self.synchronize(connection)
        self.assertFalse(connection.last_error_message)

    def connection_is_due(self, connection):
        self.env["ponto.connection"].search([]).next_sync_at = fields.Datetime.now() + timedelta(hours=1)
        connection.next_sync_at = fields.Datetime.now()

    @mute_logger(*LOGGERS)
    def test_pending_and_changed_transactions_keep_nobody_from_the_books(self):
        self.fill(1)
        self.bank.add_pending(self.bank_account, Decimal(7), date.today())
        connection = self.connect_and_import()
        account = connection.account_ids
        for number, path in enumerate((r"/pending-transactions$", r"/updated-transactions$"), 1):
            for kind, options in (("endless_pages", {}), ("endless_pages", {"new_ids": True})):
                with self.subTest(path=path, **options):
                    self.fault(kind, path=path, calls=900, **options)
                    amount = f"{number}{len(options)}.00"
                    self.bank.clock.advance(hours=1)
                    self.pay(self.bank_account, amount, days_ago=0)
                    pending = account.transaction_ids.filtered(lambda row: row.state == "pending")
                    self.synchronize(connection)
                    self.assertIn(float(amount), self.lines_of(account).mapped("amount"))
                    run = account.synchronization_ids[0]
                    self.assertEqual((run.state, account.last_error_code), ("done", False))
                    self.assertIn("A list at Ponto", run.remark)
                    self.assertWithinCalls(run)
                    if "pending" in path:
                        left = account.transaction_ids.filtered(lambda row: row.state == "pending")
                        self.assertEqual(left, pending)
        self.sandbox.clear()
        self.bank.clock.advance(hours=1)
        self.pay(self.bank_account, "5.00", days_ago=0)
        self.synchronize(connection)
        self.assertFalse(account.synchronization_ids[0].remark)
        self.assertBooked(account, "0.00", "10.00", "11.00", "20.00", "21.00", "5.00")
        self.assertLedgerEqualsBank(account, self.bank_account)


@tagged("post_install", "-at_install")
class TestTooManyCallsForEver(DownCase):
    """429 without an end: fewer and fewer attempts, and one account does not stand in the way of the others."""

    def prepare(self):
        super().prepare()
        self.bank_accounts = [self.open_account(reference=reference) for reference in (IBAN, OTHER_IBAN)]
        for bank_account in self.bank_accounts:
            self.pay(bank_account, "1.00", day=START.date() - timedelta(days=2))
        self.connection, self.books = self.start(*self.bank_accounts)
        self.frozen.tick(timedelta(days=1))
        for bank_account in self.bank_accounts:
            self.pay(bank_account, "2.00", day=START.date())
        self.sandbox.requests.clear()

    def attempts(self, duration, step):
        """Let time pass, and return after how many minutes Ponto was asked."""
        began, found = datetime.now(), []
        while datetime.now() < began + duration:
            self.sandbox.requests.clear()
            self.run_cron()
            if self.sandbox.requests:
                found.append(round((datetime.now() - began).total_seconds() / 60))
            self.frozen.tick(step)
        return found

    @mute_logger(*LOGGERS)
    def test_a_short_wait_is_obeyed_once_and_then_grows(self):
        self.sandbox.faults.add("status", path=r"^/accounts", times=FOR_EVER, status=429, retry_after=1)
        minutes = self.attempts(timedelta(minutes=70), timedelta(minutes=1))
        self.assertEqual(minutes, [0, 1, 61])
        self.assertEqual(self.attempts(timedelta(hours=8), timedelta(minutes=30)), [120, 360])
        self.assertIn("asks to wait", self.connection.last_error_message)
        self.sandbox.faults.clear()
        self.pass_time(timedelta(hours=9))
        self.assertInvariants(*self.books)

    @mute_logger(*LOGGERS)
    def test_an_absurd_wait_ends_after_a_day(self):
        for asked in ("999999999", "Fri, 31 Dec 9999 23:59:59 GMT"):
            self.sandbox.faults.add("status", path=r"^/accounts", status=429, retry_after=asked)
            self.connection.write({"next_sync_at": datetime.now(), "failure_count": 0})
            self.run_cron()
            self.assertLessEqual(self.connection.next_sync_at, datetime.now() + timedelta(days=1))
            self.assertGreater(self.connection.next_sync_at, datetime.now() + timedelta(hours=23))
        self.pass_time(timedelta(hours=30))
        self.assertInvariants(*self.books)

    @mute_logger(*LOGGERS)
    def test_one_account_that_is_refused_for_ever_lets_the_others_go_on(self):
        for refused in self.bank_accounts:
            self.sandbox.faults.clear()
            path = f"^/accounts/{refused.id}"
            self.sandbox.faults.add("status", path=path, times=FOR_EVER, status=429, retry_after=60)
            for bank_account in self.bank_accounts:
                self.pay(bank_account, "3.00", day=datetime.now().date())
            self.pass_time(timedelta(hours=12), step=timedelta(minutes=15))
            others = [
                books for books, account in zip(self.books, self.bank_accounts, strict=True) if account != refused
            ]
            self.assertInvariants(*others)
            account = self.connection.account_ids.filtered(lambda a, refused=refused: a.ponto_id == refused.id)
            self.assertEqual(account.synchronization_ids[0].error_code, "RateLimited")
            self.assertLess(len(account.synchronization_ids), 40)
            self.sandbox.faults.clear()
            self.pass_time(timedelta(hours=9))
            self.assertInvariants(*self.books)


@tagged("post_install", "-at_install")
class TestSynchronizationThatNeverEnds(RefreshCase):
    """What Ponto asks the bank never comes to its end: nobody waits longer than a quarter of an hour."""

    def test_the_page_and_the_scheduled_action_give_up_and_read(self):
        for status in ("pending", "running", "never heard of"):
            with self.subTest(status=status):
                self.sandbox.clear()
                self.sandbox.faults.add(
                    "unfinished_synchronization", path="^/synchronizations", times=FOR_EVER, status=status
                )
                self.sandbox.faults.add("cut", nth=200, times=FOR_EVER)
                amount = f"{len(self.account.transaction_ids) + 1}.00"
                self.pay(self.bank_account, amount, days_ago=0)
                params = self.click()
                began = datetime.now()
                for minutes in range(0, 20, 2):
                    with freeze_time(began + timedelta(minutes=minutes), tick=True):
                        self.run_scheduled_action()
                answer = self.poll(params)
                self.assertTrue(answer["done"], answer)
                self.assertIn("has not answered", answer["message"])
                self.assertLessEqual(len(self.looks()), 22)
                self.assertEnded("failed", "has not answered")
                self.assertIn(float(amount), self.lines_of(self.account).mapped("amount"))
                self.bank.clock.advance(minutes=6)
