from datetime import date, datetime, timedelta, timezone

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_IBAN
from .test_down import DownCase
from .test_pull import SYNC_LOGGERS
from .test_rhythm import DAY, days_between, workdays

SILENCE = "account_online_ponto.mail_activity_silence"
FAILING = "account_online_ponto.mail_activity_failing"
HOUR = timedelta(hours=1)


class SilenceCase(DownCase):
    """Time stands still unless the test moves it; the scheduled action runs every three hours, the daily one at nine."""

    def open_and_start(self, *histories, **account):
        """Open accounts with a transaction of 1.00 on each day of a history, and link them."""
        numbers = [f"BE{number:014d}" for number in range(1, len(histories) + 1)]
        self.bank_accounts = [self.open_account(reference=number, **account) for number in numbers]
        for bank_account, days in zip(self.bank_accounts, histories, strict=True):
            for day in days:
                self.pay(bank_account, "1.00", day=day)
        self.connection, self.books = self.start(*self.bank_accounts)
        self.accounts = [books.journal.ponto_account_id for books in self.books]
        self.account = self.accounts[0]
        self.env["mail.mail"].search([]).unlink()

    def live(self, duration, step=3 * HOUR, dense=False):
        """Let time pass with the scheduled actions at work; return the moments at which the first account was silent.

        :param bool dense: run the first of them whether or not anything is due
        """
        silent, until = [], datetime.now() + duration
        while datetime.now() < until:
            self.frozen.tick(step)
            if dense or self.is_due():
                self.run_cron()
            if datetime.now().hour == 9:
                self.check()
            if self.message():
                silent.append(datetime.now())
        return silent

    def check(self):
        """Run the daily scheduled action."""
        with self.working() as env:
            env["ponto.connection"]._cron_check_authorizations()
        self.env.invalidate_all()

    def message(self, account=None, user=None):
        self.env.invalidate_all()
        account = account or self.account
        return account.with_user(user or self.accountant).silence_message

    def told(self, activity_type=SILENCE):
        return self.connection.activity_ids.filtered(lambda a: a.activity_type_id == self.env.ref(activity_type))

    def card(self, user=None):
        self.env.invalidate_all()
        journal = self.account.journal_id.with_user(user or self.accountant)
        return journal._prepare_ponto_card_vals(journal.ponto_account_id)

    def utc(self, naive):
        return naive.replace(tzinfo=timezone.utc)


@tagged("post_install", "-at_install")
class TestRefreshClock(SilenceCase):
    """Ponto's own refresh: 26 hours without one, as of the last look; no weekend, and no maintenance that is known."""

    def prepare(self):
        super().prepare()
        self.open_and_start([date(2026, 3, 2)])

    def test_ponto_that_refreshes_is_never_silent_not_even_over_a_weekend(self):
        self.assertEqual(self.live(timedelta(days=7), dense=True), [])
        self.assertFalse(self.connection.activity_ids)

    def test_a_weekend_without_a_refresh_is_told_on_the_weekend(self):
        self.live(timedelta(days=4))  # Saturday 7 March, 06:00 UTC
        self.bank_accounts[0].background = False
        refreshed_at = self.account.synchronized_at
        silent = self.live(timedelta(days=3))
        # Looks are at 07:45 and 13:45 UTC, spread over half an hour; the refresh of 19:00 UTC on Friday was the last.
        self.assertEqual(refreshed_at.date(), date(2026, 3, 6))
        self.assertEqual(silent[0].date(), date(2026, 3, 8))
        self.assertGreater(silent[0] - refreshed_at, timedelta(hours=26))
        self.assertEqual(len(silent), (datetime.now() - silent[0]) / (3 * HOUR) + 1, "until now, without a gap")
        self.assertIn("Ponto has not refreshed this account since", self.message())
        told = self.told()
        self.assertEqual((len(told), told.user_id), (1, self.accountant))
        self.assertIn("has not refreshed this account", told.note)
        self.assertIn(f'data-oe-id="{self.account.id}"', told.note)
        self.assertFalse(self.env["mail.mail"].search([]), "an activity, and no mail")

    def test_26_hours_is_the_limit_as_of_the_look(self):
        for hours, silent in ((26, False), (27, True)):
            self.account.synchronized_at = self.connection.last_success_at - timedelta(hours=hours)
            # Since the authorization nothing may count: it is older.
            self.account.authorized_at = self.account.synchronized_at - DAY
            self.assertEqual(bool(self.message()), silent, hours)
        self.account.synchronized_at = self.connection.last_success_at - timedelta(hours=26)
        self.frozen.tick(timedelta(hours=1))
        self.assertFalse(self.message(), "nobody has asked Ponto since the last look")

    def test_it_closes_by_itself_when_ponto_refreshes_again(self):
        self.bank_accounts[0].background = False
        self.live(timedelta(days=3))
        self.assertEqual(len(self.told()), 1)
        self.bank_accounts[0].background = True
        self.live(timedelta(hours=12))
        self.assertFalse(self.told())
        self.assertFalse(self.message())

    def test_what_somebody_ticked_off_is_not_told_again_and_stays_on_the_card(self):
        self.bank_accounts[0].background = False
        self.live(timedelta(days=3))
        self.told().action_feedback()
        self.live(timedelta(days=2))
        self.assertFalse(self.told())
        self.assertIn("has not refreshed", self.card()["silence"])
        self.bank_accounts[0].background = True
        self.live(timedelta(days=1))
        self.bank_accounts[0].background = False
        self.live(timedelta(days=3))
        self.assertEqual(len(self.told()), 1, "the next silence is told")

    def test_a_known_maintenance_is_no_silence_and_the_hours_count_from_its_end(self):
        for forgets in (False, True):
            with self.subTest("Ponto forgets the maintenance" if forgets else "Ponto goes on naming it"):
                begin = datetime.now()
                self.institution.maintenance_type = "financialInstitution"
                self.institution.maintenance_from = self.utc(begin)
                self.institution.maintenance_to = end = self.utc(begin) + timedelta(days=3)
                self.bank_accounts[0].background = False
                self.assertEqual(self.live(timedelta(days=3)), [])
                if forgets:
                    self.institution.maintenance_type = None
                    self.institution.maintenance_from = self.institution.maintenance_to = None
                silent = self.live(timedelta(days=2))
                self.assertTrue(silent)
                self.assertGreater(self.utc(silent[0]) - end, timedelta(hours=26))
                self.assertLess(self.utc(silent[0]) - end, timedelta(hours=26 + 18), "by the next look")
                self.bank_accounts[0].background = True
                self.institution.maintenance_type = None
                self.live(timedelta(days=1))
                self.assertFalse(self.message())

    def test_readonly_without_dates_is_a_maintenance_too(self):
        self.institution.maintenance_type = "internal"  # neither beginning nor end
        self.bank_accounts[0].background = False
        self.assertEqual(self.live(timedelta(days=3)), [])
        self.assertFalse(self.account.available)
        self.institution.maintenance_type = None
        back_at = datetime.now()
        silent = self.live(timedelta(days=3))
        self.assertGreater(silent[0] - back_at, timedelta(hours=26))

    def test_an_account_that_expired_or_vanished_has_words_of_its_own(self):
        self.bank.expire(self.bank_accounts[0])
        self.live(timedelta(days=3))
        self.assertEqual((self.account.state, self.message()), ("expired", False))
        self.bank.renew(self.bank_accounts[0])
        self.assertEqual(self.live(timedelta(hours=24)), [], "a renewal is given its time, too")
        self.integration.unshare(self.bank_accounts[0])
        self.live(timedelta(days=3))
        self.assertEqual((self.account.state, self.message()), ("off", False))
        self.assertFalse(self.told())

    @mute_logger(*SYNC_LOGGERS)
    def test_what_fails_is_told_as_failing_and_not_as_silence(self):
        self.bank_accounts[0].background = False
        self.sandbox.faults.add("status", path=r"/accounts", times=10**6, status=503)
        self.assertEqual(self.live(timedelta(days=4)), [])
        self.assertEqual(len(self.told(FAILING)), 1)
        self.assertFalse(self.told())

    def test_an_unticked_account_is_not_watched(self):
        self.bank_accounts[0].background = False
        self.live(timedelta(days=3))
        self.assertTrue(self.told())
        self.account.sudo()._unlink_journal()
        self.assertFalse(self.message())
        self.assertFalse(self.told(), "what was told of it closes at once")

    def test_the_account_form_shows_the_three_clocks(self):
        arch = self.account.get_view(self.env.ref("account_online_ponto.ponto_account_view_form").id, "form")["arch"]
        for name in ("synchronized_at", "last_import_at", "newest_transaction_date", "silence_message"):
            self.assertIn(f'name="{name}"', arch)


@tagged("post_install", "-at_install")
class TestScheduleClock(SilenceCase):
    """A schedule that does not run tells nobody: it is seen when a screen is shown."""

    def prepare(self):
        super().prepare()
        self.open_and_start([date(2026, 3, 2)])

    def test_a_scheduled_action_that_does_not_run_is_seen_after_two_hours(self):
        self.live(timedelta(hours=12))
        planned = self.connection.next_sync_at
        for late, silent in ((timedelta(hours=2), False), (timedelta(hours=2, seconds=1), True)):
            self.frozen.move_to(planned + late)
            self.assertEqual(bool(self.message()), silent, late)
        self.assertIn("were not: the scheduled actions of this database do not run", self.card()["silence"])
        self.assertFalse(self.told(), "a dead scheduled action tells nobody")
        self.check()
        self.assertEqual(len(self.told()), 1)
        self.run_cron()
        self.assertFalse(self.message())
        self.assertFalse(self.told(), "the look that came closes it")

    def test_scheduled_actions_that_are_switched_off_are_seen_at_once(self):
        for user in (self.accountant, self.invoicing):
            self.assertFalse(self.message(user=user))
        self.env["ir.cron"].search([]).active = False
        for user in (self.accountant, self.invoicing):
            self.assertIn("switched off in this database", self.message(user=user))
            self.assertIn("switched off in this database", self.card(user)["silence"])
        # Another worker does the same work.
        self.env.ref("account_online_ponto.cron_synchronize_3").active = True
        self.assertFalse(self.message())

    def test_who_fetches_by_hand_only_has_no_schedule(self):
        self.connection.schedule = "manual"
        self.env["ir.cron"].search([]).active = False
        self.bank_accounts[0].background = False
        self.frozen.tick(timedelta(days=40))
        self.check()
        self.assertFalse(self.message())
        self.assertFalse(self.told())

    def test_the_most_serious_clock_is_the_one_that_is_said_and_it_is_said_once(self):
        self.bank_accounts[0].background = False
        self.live(timedelta(days=3))
        self.assertIn("has not refreshed", self.message())
        self.env["ir.cron"].search([]).active = False
        self.assertIn("switched off", self.message())
        self.check()
        self.assertEqual(len(self.told()), 1)
        self.assertEqual(self.told().note.count("switched off"), 1)

    def test_a_sentence_about_the_connection_is_told_once_for_all_its_accounts(self):
        self.open_account(reference=OTHER_IBAN)
        self.synchronize(self.connection)
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        self.choose(wizard)
        self.env["ir.cron"].search([]).active = False
        self.check()
        self.assertEqual(self.told().note.count("switched off"), 1)

    def test_a_draft_or_archived_connection_is_not_watched(self):
        self.env["ir.cron"].search([]).active = False
        self.connection.active = False
        self.assertFalse(self.message())
        self.connection.write({"active": True, "state": "error"})
        self.assertFalse(self.message(), "refused credentials have words of their own")

    def test_it_is_told_in_the_language_of_the_responsible(self):
        self.env["res.lang"]._activate_lang("nl_BE")
        self.accountant.write({"lang": "nl_BE", "tz": "America/New_York"})
        self.live(timedelta(hours=12))
        planned = self.connection.next_sync_at
        self.frozen.move_to(planned + timedelta(hours=3))
        self.check()
        there = planned - timedelta(hours=5)
        self.assertIn(f"{there:%H:%M}", self.told().note)

    def test_a_company_s_silence_is_not_another_s(self):
        other = self._create_company("Other Company")
        self.env.user.company_ids |= other
        theirs = self.env["ponto.connection"].create(
            {"name": "Theirs", "company_id": other.id, "client_id": "theirs", "client_secret": "theirs"}
        )
        self.env["ir.cron"].search([]).active = False
        self.check()
        self.assertTrue(self.told())
        self.assertFalse(theirs.activity_ids)


@tagged("post_install", "-at_install")
class TestRhythmClock(SilenceCase):
    """The newest transaction by the account's own rhythm, day by day over a year; the table is in `test_rhythm`."""

    def closed_for_christmas(self, day):
        return (day.month, day.day) >= (12, 24) or (day.month, day.day) <= (1, 2)

    def note_look(self):
        """Stand for a look that found what Ponto refreshed two hours ago, and nothing else; a real one costs a second."""
        now = datetime.now()
        self.connection.write({"last_success_at": now, "next_sync_at": now + 5 * HOUR})
        for account in self.accounts:
            clock = now - 2 * HOUR
            account.write(
                {"synchronized_at": clock, "pulled_synchronized_at": clock, "authorized_at": clock - 90 * DAY}
            )
            account.authorization_expected_at = clock + 90 * DAY

    def walk(self, first, last, happen):
        """Live day by day, at nine, with the daily scheduled action.

        :param happen: function of the day that does what happens on it, and looks
        :return tuple: days of silence by account, days on which something was told
        """
        silent, told = {account: [] for account in self.accounts}, []
        for day in days_between(first, last, lambda _day: True):
            self.frozen.move_to(datetime.combine(day, datetime.min.time()) + 9 * HOUR)
            happen(day)
            self.connection._check_silence()
            for account in self.accounts:
                if account.silence_message:
                    silent[account].append(day)
            if self.told():
                told.append(day)
        return silent, told

    def test_four_transactions_a_year_raise_no_warning_on_any_day_of_it(self):
        days = [date(year, month, 1) for year in (2025, 2026, 2027) for month in (1, 4, 7, 10)]
        self.open_and_start([day for day in days if day < date(2026, 3, 3)], subtype="savings")

        def happen(day):
            if day.day == 1:
                self.bank.renew(self.bank_accounts[0])
                if day in days:
                    self.pay(self.bank_accounts[0], "1.00", day=day)
                self.run_cron()
                self.env.invalidate_all()
            else:
                self.note_look()

        silent, told = self.walk(date(2026, 3, 4), date(2027, 3, 3), happen)
        self.assertEqual((silent, told), ({self.account: []}, []))
        self.assertEqual(self.account.newest_transaction_date, date(2027, 1, 1))
        self.assertEqual(self.account.state, "linked")

    def test_a_year_of_a_shop_with_its_usual_christmas_and_an_account_that_stops_for_two_weeks(self):
        first, last = date(2025, 3, 4), date(2027, 3, 3)
        shop_days = [day for day in workdays(first, last) if not self.closed_for_christmas(day)]
        other_days = [day for day in workdays(first, last) if not date(2026, 6, 6) <= day <= date(2026, 6, 21)]
        self.open_and_start([], [])
        plans = dict(zip(self.accounts, (shop_days, other_days), strict=True))

        def book(account, days):
            row = {"account_id": account.id, "company_id": self.company.id, "amount": 1.0, "state": "skipped"}
            rows = [{**row, "ponto_id": f"{account.id}-{day}", "date": day} for day in days]
            self.env["ponto.transaction"].create(rows)
            account.newest_transaction_date = days[-1]

        def happen(day):
            self.note_look()
            for account, days in plans.items():
                if day in days:
                    book(account, [day])

        for account, days in plans.items():
            book(account, [day for day in days if day <= date(2026, 3, 3)])
        silent, told = self.walk(date(2026, 3, 4), last, happen)
        shop, other = self.accounts
        self.assertEqual(silent[shop], [], "the same Christmas as last year")
        # Friday 5 June was the last day before; on Monday 22 June it goes on.
        self.assertEqual(silent[other], days_between(date(2026, 6, 16), date(2026, 6, 21), lambda _day: True))
        self.assertEqual(told, silent[other])

    def test_it_says_since_when_and_a_maintenance_excuses_it(self):
        self.open_and_start(workdays(date(2025, 10, 1), date(2026, 3, 2)))
        self.assertEqual(self.live(timedelta(days=10)), [])
        self.live(timedelta(hours=6))
        self.assertEqual(date.today(), date(2026, 3, 13))
        self.assertIn("No transaction since 03/02/2026, which is long for this account", self.message())
        self.institution.maintenance_type = "internal"
        self.live(timedelta(days=1))
        self.assertFalse(self.message())
        self.institution.maintenance_type = None
        self.live(timedelta(hours=9))
        self.assertFalse(self.message(), "what was held back arrives soon")
        self.live(timedelta(days=3))
        self.assertTrue(self.message())

    def test_a_renewal_gives_time_for_the_missing_days(self):
        self.open_and_start(workdays(date(2025, 10, 1), date(2026, 3, 2)))
        self.bank.expire(self.bank_accounts[0])
        self.assertEqual(self.live(timedelta(days=20), step=2 * DAY), [])
        self.assertEqual(self.account.state, "expired")
        self.bank.renew(self.bank_accounts[0])
        self.frozen.tick(timedelta(hours=12))
        self.run_cron()
        self.assertEqual((self.account.state, self.message()), ("linked", False))

    def test_who_fetches_by_hand_is_judged_by_the_last_time(self):
        self.open_and_start(workdays(date(2025, 10, 1), date(2026, 3, 2)))
        self.connection.schedule = "manual"
        self.frozen.tick(timedelta(days=30))
        self.check()
        self.assertFalse(self.message(), "nobody asked")
        self.synchronize(self.connection)
        self.assertIn("No transaction since", self.message())

    def test_many_quiet_accounts_cost_one_query_more(self):
        self.open_and_start(*[workdays(date(2025, 12, 1), date(2026, 2, 3))] * 4)
        accounts = self.connection.account_ids
        accounts.write({"authorized_at": datetime.now() - 30 * DAY})
        self.assertEqual(len(accounts._get_silences()), 4)
        for some in (accounts[:1], accounts):
            self.env.invalidate_all()
            for name in ("connection_id.schedule", "institution_id.name", "state"):
                some.mapped(name)
            with self.assertQueryCount(2):  # the scheduled actions, the days
                some._get_silences()

    def test_cards_without_anything_to_say_cost_one_query_more(self):
        self.open_and_start([date(2026, 3, 2)], [date(2026, 3, 2)])
        # Read together, as on the dashboard: what a one2many prefetches is forgotten with its cache.
        accounts = self.connection.account_ids.browse(self.connection.account_ids.ids)
        accounts.journal_id.mapped(lambda journal: journal._prepare_ponto_notice_vals(journal.ponto_account_id))
        for some in (accounts[:1], accounts):
            self.env.invalidate_all()
            for name in ("connection_id.schedule", "state"):
                some.mapped(name)
            with self.assertQueryCount(1):  # whether the scheduled actions are active
                for account in some:
                    account.journal_id._prepare_ponto_notice_vals(account)
