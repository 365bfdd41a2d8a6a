"""Day by day over two years: what people see and get of authorizations that end, against tables written by hand."""

from datetime import date, datetime, timedelta

from odoo.tests import tagged

from . import authorization_tables as tables
from .authorization_case import ACTIVITY, AuthorizationCase
from .common import LONG, OTHER_IBAN

YEARS = timedelta(days=2 * 365)
NEAR = timedelta(days=10)  # of a day on which something happens
NEXT_TO = timedelta(days=1)  # enough to see that it is this day and not the one before


def is_near(today, days, how_near=NEAR):
    """Tell whether a date is near one of the days (ISO dates)."""
    return any(abs(today - date.fromisoformat(day)) <= how_near for day in days)


class DaysCase(AuthorizationCase):
    """Time is the test's; every day the scheduled actions check authorizations, and read what Ponto has."""

    beginning = datetime(2026, 1, 5, 10, 0)  # a Monday, 11 o'clock in Brussels

    def link(self, **kwargs):
        """Connect and link every account; return the connection."""
        super().link(responsible_user_id=self.accountant.id, **kwargs)
        self.states = {account: account.state for account in self.accounts()}
        self.open = self.activities()
        return self.connection

    def accounts(self):
        return self.connection.account_ids.filtered("linked").sorted("authorized_at")

    def activities(self):
        return self.connection.activity_ids.filtered(lambda a: a.activity_type_id == self.env.ref(ACTIVITY))

    def assertLived(self, table, happens=None, asleep=(), dense=False):
        """Live on from day to day, and assert what changed on which day.

        :param dict table: the events of each day that has some, by ISO date
        :param dict happens: what to do in the morning of a day, by ISO date
        :param asleep: days on which no scheduled action runs
        :param bool dense: look at many days on which nothing happens, not only before and after those of the table
        """
        happens = happens or {}
        dense = dense or LONG
        seen, mails = {}, self.mails()
        for number in range(YEARS.days):
            self.frozen.tick(timedelta(days=1))
            today = date.today()
            name = today.isoformat()
            happens.get(name, lambda: None)()
            if not self.is_looked_at(number, [*table, *happens, *asleep], dense):
                continue
            if name not in asleep:
                # Each read costs more than the one before in a transaction that never ends.
                if is_near(today, happens, NEAR if dense else NEXT_TO) or number % (30 if dense else 90) == 0:
                    self.run_cron()
                self.check()
            self.env.invalidate_all()
            events = [*self.changed_states(), *self.changed_activities()]
            mails, before = self.mails(), mails
            events += [f"mail {self.env['ponto.renewal'].browse(mail.res_id).stage}" for mail in mails - before]
            if events:
                seen[name] = events
        self.assertEqual(seen, table)

    def is_looked_at(self, number, days, dense):
        """Tell whether it is looked today what changed. What should not happen elsewhere is seen some days later too.

        :param int number: days since the beginning
        :param list days: on which something happens, ISO dates
        :param bool dense: look often
        """
        if LONG:
            return True
        return is_near(date.today(), days, NEAR if dense else NEXT_TO) or number % (5 if dense else 30) == 0

    def changed_states(self):
        accounts = self.accounts()
        names = {1: [""], 2: ["first: ", "second: "]}.get(len(accounts), [])
        for name, account in zip(names, accounts, strict=True):
            if account.state != self.states[account]:
                self.states[account] = account.state
                yield f"{name}{account.state}"

    def changed_activities(self):
        activities = self.activities()
        self.assertLessEqual(len(activities), 1)
        if bool(activities) != bool(self.open):
            yield "activity" if activities else "activity done"
        self.open = activities

    def mails(self):
        """Return the mails about the connection so far."""
        renewals = self.env["ponto.renewal"].search([("connection_id", "=", self.connection.id)])
        return self.env["mail.mail"].search([("model", "=", renewals._name), ("res_id", "in", renewals.ids)])


@tagged("post_install", "-at_install")
class TestDaysOfRenewals(DaysCase):
    """Who renews, late or early. Few tables a class: they take long, and classes are spread over workers."""

    def test_renewed_after_it_expired(self):
        self.link()
        account = self.accounts()

        def renew():
            self.assertBooked(account)
            self.bank.renew(self.bank_account)

        happens = {
            "2026-07-06": lambda: self.pay(self.bank_account, "12.00", day=date(2026, 7, 6), visible=False),
            "2026-07-09": renew,
            "2026-07-10": lambda: self.assertBooked(account, "12.00"),
        }
        self.assertLived(tables.RENEWED_AFTER_EXPIRY, happens, dense=True)

    def test_renewed_twenty_days_early(self):
        self.link()
        happens = {"2026-06-14": lambda: self.bank.renew(self.bank_account)}
        self.assertLived(tables.RENEWED_EARLY, happens)


@tagged("post_install", "-at_install")
class TestDaysOfLifetimes(DaysCase):
    """How long an authorization lasts."""

    def test_ninety_days(self):
        self.institution.authorization_lifetime = 90
        self.link()
        self.assertLived(tables.NINETY_DAYS)

    def test_a_lifetime_that_nobody_knows(self):
        self.institution.authorization_lifetime = None
        self.link()
        self.assertFalse(self.accounts().authorization_expected_at)
        self.assertFalse(self.accounts().institution_id.authorization_lifetime)
        self.assertLived(tables.UNKNOWN_LIFETIME)

    def test_two_accounts_of_one_bank_a_week_apart(self):
        self.frozen.tick(timedelta(days=7))
        self.open_account(reference=OTHER_IBAN)
        self.link()
        self.assertLived(tables.A_WEEK_APART)


@tagged("post_install", "-at_install")
class TestDaysOfNeglect(DaysCase):
    """Nobody renews, is told, or checks."""

    def test_nobody_renews(self):
        self.link()
        self.assertLived(tables.NEVER_RENEWED)
        self.assertTrue(self.activities())

    def test_a_week_without_scheduled_actions(self):
        self.link()
        asleep = {f"2026-06-{day}" for day in range(17, 24)}
        self.assertLived(tables.A_WEEK_WITHOUT_CRON, asleep=asleep)

    def test_an_archived_responsible(self):
        newest = self._create_user("ponto_newest", "account.group_account_manager")
        self.link()
        self.accountant.active = False
        self.assertLived(tables.ARCHIVED_RESPONSIBLE)
        self.assertEqual(self.activities().user_id, newest)
        for mail in self.mails():
            self.assertIn(newest.email_normalized, mail.email_cc)

    def test_an_account_that_nobody_wants(self):
        connection, wizard = self.connect(renewer_id=self.renewer.id)
        wizard.line_ids.selected = False
        wizard.action_confirm()
        self.connection, self.states, self.open = connection, {}, self.env["mail.activity"]
        self.assertLived(tables.UNTICKED)
        self.assertEqual(connection.account_ids.state, "unlinked")
