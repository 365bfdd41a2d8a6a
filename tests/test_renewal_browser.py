from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import IBAN, OTHER_IBAN
from .renewal_case import RenewalCase
from .walk_case import WalkCase

DASHBOARD = "/odoo/action-account.open_account_journal_dashboard_kanban"
QUIET = ("odoo.http", "odoo.addons.account_online_ponto.models.authorization.ponto_renewal_request")


@tagged("post_install", "-at_install")
class TestRenewalBrowser(RenewalCase, WalkCase):
    """The story of day 180 in a browser: from the dashboard, from the mail, and what goes wrong on the way."""

    statement_period = "none"

    def prepare(self):
        super().prepare()
        self.bank.expire(self.bank_account)
        self.synchronize(self.connection)
        self.assertEqual(self.account.state, "expired")
        self.pay(self.bank_account, "2000.00", days_ago=0, visible=False)
        self.assertBooked(self.account, "1.50")
        # Only the way back lets Ponto's list be read, not the schedule.
        self.connection.next_sync_at = "2099-01-01 00:00:00"
        self.env.flush_all()

    def renew_from_the_dashboard(self, person):
        person.open(DASHBOARD)
        person.see("Authorization expired on", "Recognized by itself once renewed")
        person.press("Renew authorization", within=".o_kanban_record:has([name=ponto_renewal])")

    @mute_logger(*QUIET)
    def test_an_expired_account_is_renewed_from_the_dashboard_and_its_lines_are_there(self):
        with self.walk(self.accountant) as person:
            self.renew_from_the_dashboard(person)
            person.see("Bank van Brabant: authorize again", IBAN)
            self.assertTrue(person.address.startswith(self.sandbox.url))
            person.press("Authorize")
            person.see("Authorization expired on")
            self.work()
            person.see("Done. New transactions: 1.", within=".o_notification")
            person.see("2,001.50")
            self.assertFalse(person.sees_now("Authorization expired on"))
        self.assertEqual(self.account.state, "linked")
        self.assertBooked(self.account, "1.50", "2000.00")

    @mute_logger(*QUIET)
    def test_without_reauthorization_requests_the_renewal_on_the_website_is_recognized_without_a_click(self):
        self.sandbox.options.reauthorization_requests = False
        with self.walk(self.accountant) as person:
            self.renew_from_the_dashboard(person)
            website = person.see_new_tab("/dashboard")
            self.assertEqual(website, f"{self.sandbox.url}/dashboard")
            person.open(website)
            row = f"tr:has(input[value='{self.bank_account.id}'])"
            person.see("expired", within=row)
            person.press("Authorize again", within=row)
            person.see(f"{self.bank.clock.now() + timedelta(days=180):%Y-%m-%d}", within=row)
        self.assertEqual(self.account.state, "expired", "nobody has read Ponto's list yet")
        self.connection.next_sync_at = fields.Datetime.now()  # the schedule
        self.run_scheduled_action()
        self.assertEqual(self.account.state, "linked")
        self.assertBooked(self.account, "1.50", "2000.00")

    @mute_logger(*QUIET)
    def test_cancelling_at_the_bank_changes_nothing(self):
        before = self.account.authorized_at
        with self.walk(self.accountant) as person:
            self.renew_from_the_dashboard(person)
            person.see("authorize again")
            person.press("Cancel")
            person.see("Authorization expired on", "Renew authorization")
            self.work()
        self.assertEqual((self.account.state, self.account.authorized_at), ("expired", before))
        self.assertBooked(self.account, "1.50")

    @mute_logger(*QUIET)
    def test_the_owner_without_a_login_renews_from_the_mail_with_two_taps(self):
        self.ask()
        link = self.link_in(self.mails())
        with self.walk() as owner:
            owner.open(link)
            owner.see("Bakkerij Maes", IBAN, "ended on", "What happens next")
            owner.press("Renew at Bank van Brabant")
            owner.see("authorize again", IBAN)
            owner.press("Authorize")
            owner.arrive("/ponto/renewed/")
            owner.see("Welcome back", "noticed by itself")
        self.run_scheduled_action()
        self.account._note_renewed()
        self.assertEqual(self.account.state, "linked")
        self.assertBooked(self.account, "1.50", "2000.00")
        with self.walk() as owner:
            owner.open(link)
            owner.see("Everything is renewed. Thank you!", "Already renewed on")
        self.assertRegex(self.account.renewal_note, "^Asked on .*, renewed on .*")

    @mute_logger(*QUIET)
    def test_the_accountant_asks_from_the_card(self):
        with self.walk(self.accountant) as person:
            person.open(DASHBOARD)
            person.press("Ask to renew", within=".o_kanban_record:has([name=ponto_renewal])")
            person.see("Asked Jan Maes (jan@example.com) on", within=".o_notification")
            person.see("Asked on", within="[name=ponto_renewal]")
        self.assertEqual(len(self.mails()), 1)

    @mute_logger(*QUIET)
    def test_adding_accounts_of_another_bank_keeps_the_first(self):
        savings = self.bank.add_institution("Spaarbank", bic="SPARBEBB")
        added = self.open_account(institution=savings, reference="BE02001234567840")
        self.pay(added, "7.00")
        authorized_at = {account: account.authorized_at for account in self.connection.account_ids}
        with self.walk(self.accountant) as person:
            person.open(f"/odoo/action-account_online_ponto.ponto_connection_action/{self.connection.id}")
            person.press("Fetch Accounts", within=".o_form_view")
            person.see("BE68539007547034", within=".modal")
            person.press("In Ponto", within=".modal")
            person.press("Refresh", within=".modal")
            person.see("New in Ponto", "BE02001234567840", within=".modal")
            person.press("Accounts", within=".modal .nav")
            person.see("Spaarbank", "BE68539007547034", "BE71096123456769", within=".modal")
            person.press("Synchronize", within=".modal-footer")
            person.see("3 accounts are synchronized", within=".o_notification")
        self.run_scheduled_action()
        linked = self.connection.account_ids.filtered("linked")
        self.assertEqual(set(linked.mapped("reference")), {IBAN, OTHER_IBAN, "BE02001234567840"})
        for account, moment in authorized_at.items():
            self.assertEqual(account.authorized_at, moment, "the authorizations of the first bank stay as they are")
        self.assertBooked(linked.filtered(lambda account: account.ponto_id == added.id), "7.00")
