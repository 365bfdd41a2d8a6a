"""Authorizations that end: who is touched and who is not, what counts as an end, and when people are told."""

from datetime import date, datetime, timedelta

from odoo import fields
from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..models.authorization.calendar import due_mail, needs_activity, needs_badge, workdays_before
from .authorization_case import ACTIVITY, AuthorizationCase
from .common import OTHER_IBAN

THIRD_IBAN = "BE02001000000140"
DETAILS, TRANSACTIONS = "accountDetails", "accountTransactions"


@tagged("post_install", "-at_install")
class TestCalendar(BaseCase):
    """Days counted by hand; 2026-07-04 is a Saturday."""

    def test_working_days_before_any_day_of_a_week(self):
        expected = {
            6: date(2026, 7, 1),  # Monday: Friday, Thursday, Wednesday
            7: date(2026, 7, 2),
            8: date(2026, 7, 3),
            9: date(2026, 7, 6),
            10: date(2026, 7, 7),
            11: date(2026, 7, 8),  # Saturday: Friday, Thursday, Wednesday
            12: date(2026, 7, 8),
        }
        for day, before in expected.items():
            self.assertEqual(workdays_before(date(2026, 7, day), 3), before, day)

    def test_the_latest_stage_reached_is_due(self):
        end, beginning = date(2026, 7, 4), date(2026, 1, 5)
        expected = {
            date(2026, 6, 19): None,
            date(2026, 6, 20): "two_weeks",
            date(2026, 6, 30): "two_weeks",
            date(2026, 7, 1): "three_days",
            date(2026, 7, 4): "day",
            date(2026, 7, 6): "day",
            date(2026, 7, 7): "after",
            date(2027, 7, 7): "after",
        }
        for today, stage in expected.items():
            self.assertEqual(due_mail(end, beginning, today), stage, today)

    def test_who_authorized_for_a_week_is_not_told_at_once(self):
        end, beginning = date(2026, 7, 4), date(2026, 6, 27)
        self.assertIsNone(due_mail(end, beginning, beginning))
        self.assertEqual(due_mail(end, beginning, date(2026, 7, 1)), "three_days")
        self.assertEqual(due_mail(end, None, beginning), "two_weeks")

    def test_badge_and_activity_begin_on_their_day(self):
        end = date(2026, 7, 4)
        self.assertEqual([needs_badge(end, date(2026, 6, day)) for day in (3, 4)], [False, True])
        self.assertEqual([needs_activity(end, date(2026, 6, day)) for day in (12, 13)], [False, True])


@tagged("post_install", "-at_install")
class TestOthersGoOn(AuthorizationCase):
    def test_one_account_expires_and_all_others_import_that_same_night(self):
        same_bank = self.open_account(reference=OTHER_IBAN)
        other_bank = self.open_account(
            reference=THIRD_IBAN, institution=self.bank.add_institution("KBC", bic="KREDBEBB")
        )
        account = self.link()
        self.bank.expire(self.bank_account)
        for bank_account in (self.bank_account, same_bank, other_bank):
            self.pay(bank_account, "3.00", day=date.today(), visible=False)
        self.pass_days(1)
        self.assertEqual(account.state, "expired")
        self.assertBooked(account)
        for bank_account in (same_bank, other_bank):
            self.assertBooked(self.account_of(bank_account), "3.00")
            self.assertEqual(self.account_of(bank_account).state, "linked")
        self.bank.renew(self.bank_account)
        self.pass_days(1)
        self.assertBooked(account, "3.00")
        self.assertEqual(account.state, "linked")

    def test_a_mail_that_fails_keeps_no_other_connection_from_its_mails(self):
        account = self.link()
        self.let_end(account, days=9)
        self.integration = self.bank.add_integration(name="Second")
        self.integration.unshare(self.bank_account)
        self.bank_account = self.open_account(reference=OTHER_IBAN)
        other = self.link(name="Second")
        self.let_end(other, days=9)
        template = self.env.ref("account_online_ponto.mail_template_renewal")
        template.email_cc = "{{ object.connection_id.name == 'Ponto' and 1 / 0 or '' }}"
        with mute_logger("odoo.addons.account_online_ponto", "odoo.addons.mail"):
            self.check()
        self.assertEqual(self.env["ponto.renewal"].search([]).connection_id, other.connection_id)
        self.assertFalse(account.reminded_stage)
        template.email_cc = False
        self.check()
        self.assertEqual(account.reminded_stage, "two_weeks")
        self.assertEqual(len(self.mails()), 2)

    def test_who_has_no_address_gets_the_mail_once_there_is_one(self):
        self.renewer.email = False
        account = self.link(responsible_user_id=self.accountant.id)
        self.accountant.email = False
        self.let_end(account, days=9)
        self.check()
        self.assertFalse(self.mails())
        self.assertTrue(self.connection.activity_search([ACTIVITY]))
        self.renewer.email = "rik@example.com"
        self.check()
        self.check()
        self.assertEqual(len(self.mails()), 1)

    def test_of_two_connections_only_the_one_that_ends_is_told(self):
        self.link()
        self.bank_account.authorized_at -= timedelta(days=170)
        self.integration.unshare(self.bank_account)
        self.pass_days(1)
        self.check()
        self.assertFalse(self.mails(), "what is switched off in Ponto has words of its own")


@tagged("post_install", "-at_install")
class TestRefusal(AuthorizationCase):
    """A synchronization that fails for the authorization ends it at once, whatever the date says."""

    def refuse(self):
        self.account = self.link()
        self.bank.revoke(self.bank_account)
        self.pass_days(1)
        self.assertEqual(self.account.state, "expired")
        self.assertGreater(self.account.authorization_expires_at, fields.Datetime.now())

    def latest(self, subtype, errors=()):
        """Let the bank's last synchronization be one of a kind."""
        synchronizer = self.bank.synchronizer
        sync = synchronizer._new(self.bank_account, subtype, self.bank.clock.now(), False)
        sync.status = "error" if errors else "success"
        self.bank_account.latest = sync
        self.bank_account.background = False

    def test_the_first_refusal_counts_and_is_mailed_once_and_three_days_after(self):
        self.refuse()
        refused_at, stages = self.account.authorization_refused_at, []
        for _day in range(9):
            before = len(self.mails())
            self.check()
            stages += [self.account.reminded_stage] * (len(self.mails()) - before)
            self.pass_days(1)
        self.assertEqual(self.account.authorization_refused_at, refused_at)
        self.assertEqual(stages, ["day", "after"])

    def test_a_success_of_details_does_not_undo_a_refusal_and_one_of_transactions_does(self):
        self.refuse()
        self.frozen.tick(timedelta(hours=1))
        self.latest(DETAILS)
        self.pass_days(1)
        self.assertEqual(self.account.state, "expired")
        self.latest(TRANSACTIONS)
        self.pass_days(1)
        self.assertEqual(self.account.state, "linked")

    def test_a_renewal_ends_the_refusal_and_closes_what_was_told(self):
        self.refuse()
        self.check()
        self.assertTrue(self.connection.activity_search([ACTIVITY]))
        self.bank.renew(self.bank_account)
        self.pass_days(1)
        self.assertEqual(self.account.state, "linked")
        self.assertFalse(self.connection.activity_search([ACTIVITY]))
        self.assertEqual(self.env["ponto.renewal"].search([]).state, "renewed")


@tagged("post_install", "-at_install")
class TestWhatPontoLeavesOut(AuthorizationCase):
    def test_an_answer_without_dates_forgets_nothing(self):
        account = self.link()
        known = account.authorized_at, account.authorization_expires_at
        self.bank_account.overrides = {"authorizedAt": None, "authorizationExpirationExpectedAt": None}
        self.pass_days(1)
        self.assertEqual((account.authorized_at, account.authorization_expires_at), known)

    def test_a_renewal_without_an_expected_end_lasts_as_long_as_the_bank_s_authorizations_do(self):
        account = self.link()
        self.institution.authorization_lifetime = None
        self.frozen.tick(timedelta(days=10))
        self.bank.renew(self.bank_account)
        self.pass_days(1)
        self.assertEqual(account.authorization_expires_at, account.authorized_at + timedelta(days=180))
        self.assertEqual(account.authorized_at, datetime(2026, 3, 12, 6, 0))


@tagged("post_install", "-at_install")
class TestDaysOfTheReader(AuthorizationCase):
    """The state counts in the connection's days, a sentence in the reader's; count and date always agree."""

    def describe(self, account, zone):
        return account.with_context(tz=zone)._describe_authorization()[0]

    def test_count_and_date_agree_in_every_time_zone(self):
        account = self.link()
        account.authorization_expected_at = datetime(2026, 3, 11, 23, 30)
        self.assertEqual(self.describe(account, "UTC"), "Authorization expires in 9 days, on 03/11/2026")
        self.assertEqual(self.describe(account, "Europe/Brussels"), "Authorization expires in 10 days, on 03/12/2026")
        self.assertEqual(self.describe(account, "America/New_York"), "Authorization expires in 9 days, on 03/11/2026")

    def test_the_last_two_days_have_words_of_their_own(self):
        account = self.link()
        account.authorization_expected_at = datetime(2026, 3, 4, 12, 0)
        self.frozen.move_to(datetime(2026, 3, 3, 6, 0))
        self.assertEqual(self.describe(account, "UTC"), "Authorization expires tomorrow, on 03/04/2026")
        self.frozen.move_to(datetime(2026, 3, 4, 6, 0))
        self.assertEqual(self.describe(account, "UTC"), "Authorization expires today, 03/04/2026")
        self.frozen.move_to(datetime(2026, 3, 4, 18, 0))
        self.assertEqual(self.describe(account, "UTC"), "Authorization expired on 03/04/2026")

    def test_the_state_follows_the_days_of_the_connection(self):
        account = self.link(timezone="America/New_York")
        account.authorization_expected_at = datetime(2026, 3, 11, 3, 0)  # the evening of the 10th there
        self.frozen.move_to(datetime(2026, 3, 10, 3, 59))
        self.env.invalidate_all()
        self.assertEqual(account.state, "expires_soon")
        self.frozen.move_to(datetime(2026, 3, 10, 4, 1))
        self.env.invalidate_all()
        self.assertEqual(account.state, "expired")
        self.assertIn(account, account.search([("state", "=", "expired")]))
