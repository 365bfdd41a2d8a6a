from datetime import datetime, timedelta, timezone

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..wizards.connection_check.registry import list_probes
from .check_case import CheckCase
from .common import OTHER_IBAN
from .test_pull import SYNC_LOGGERS


@tagged("post_install", "-at_install")
class TestConnectionCheckAtPonto(CheckCase):
    """Check Connection: what only Ponto can tell. Each line is broken for real, and mended by its button."""

    def test_a_healthy_connection_is_green(self):
        dialog = self.open_check()
        self.assertInOrder(dialog)
        self.assertEqual(dialog.line_ids.mapped("code"), [probe.code for probe in list_probes(self.env)])
        self.assertEqual(dialog.summary, "Nothing has to be done.")
        self.assertTrue(all(dialog.line_ids.mapped("name")))

    def test_ponto_does_not_answer(self):
        self.sandbox.stop()
        dialog = self.assertBroken("answer", "red", "cannot be reached")
        for code in ("credentials", "scope", "clock", "accounts", "institutions"):
            self.assertLine(dialog, code, "grey", "^Not checked: Ponto does not answer")
        for code in ("journals", "authorizations", "refresh", "schedule", "company", "currencies"):
            self.assertEqual(self.line(dialog, code).level, "green", code)
        self.sandbox.start()
        self.assertInOrder(self.follow(self.press(dialog, "answer")))

    def test_ponto_fails_in_the_middle(self):
        self.sandbox.faults.add("status", path="/financial-institutions", times=9, status=503)
        dialog = self.assertBroken("answer", "red", "problem of its own")
        self.assertLine(dialog, "credentials", "green", "accepts")
        self.assertLine(dialog, "accounts", "grey", "^Not checked")
        self.sandbox.faults.clear()
        self.assertInOrder(self.follow(self.press(dialog, "answer")))

    def test_refused_credentials_hide_no_local_line(self):
        self.integration_secret_before = self.integration.client_secret
        new_secret = self.bank.regenerate_secret(self.integration)
        self.journal.active = False
        dialog = self.open_check()
        self.assertLine(dialog, "credentials", "red", "refuses this Client ID")
        self.assertLine(dialog, "answer", "green", "answers")
        self.assertLine(dialog, "clock", "green", "agree")
        self.assertLine(dialog, "journals", "red", "Archived")
        for code in ("scope", "accounts", "institutions"):
            self.assertLine(dialog, code, "grey", "^Not checked: Ponto has to accept the credentials")
        action = self.press(dialog, "credentials")
        self.assertEqual((action["res_model"], action["res_id"]), ("ponto.connection", self.connection.id))
        self.connection.with_user(self.accountant).client_secret = new_secret
        self.assertInOrder(self.follow(self.press(self.check_again(dialog), "journals")))
        self.assertNotIn(self.integration_secret_before, str(dialog.line_ids.read()))

    def test_no_secret_is_stored(self):
        self.connection.client_secret_stored = False
        dialog = self.assertBroken("credentials", "red", "No Client Secret")
        self.assertLine(dialog, "answer", "grey", "^Not checked")
        self.press(dialog, "credentials")
        self.connection.with_user(self.accountant).client_secret = self.integration.client_secret
        self.assertInOrder(self.check_again(dialog))

    def test_no_scope_for_account_information(self):
        self.integration.scope = "pi"
        dialog = self.assertBroken("scope", "red", "scope Account Information")
        self.assertLine(dialog, "credentials", "green", "accepts")
        self.assertLine(dialog, "accounts", "grey", "^Not checked")
        self.assertEqual(self.press(dialog, "scope")["type"], "ir.actions.act_url")
        self.integration.scope = "ai"
        self.assertInOrder(self.check_again(dialog))

    def test_what_the_integration_may_not_read_is_named(self):
        for path, name, others in (
            (r"/accounts$", "accounts", "transactions|institutions"),
            (r"/transactions$", "transactions", "institutions"),
            (r"/financial-institutions$", "institutions", "transactions"),
        ):
            with self.subTest(name):
                self.sandbox.faults.add("status", path=path, times=9, status=403)
                dialog = self.assertBroken("scope", "red", f"no right to read {name}")
                self.assertNotRegex(self.line(dialog, "scope").sentence, others)
                self.sandbox.faults.clear()
                self.assertInOrder(self.check_again(dialog))

    def test_one_refused_account_is_no_missing_right(self):
        self.open_account(reference=OTHER_IBAN)
        self.choose(self.env["ponto.account.fetch"].browse(self.open_fetch().id))
        path = rf"/accounts/{self.bank_account.id}/transactions$"
        self.sandbox.faults.add("status", path=path, times=9, status=403)
        self.assertLine(self.open_check(), "scope", "green", "accounts, transactions")

    def open_fetch(self):
        """Open Fetch Accounts after Ponto was read again."""
        wizard = self.env["ponto.account.fetch"].create({"connection_id": self.connection.id})
        return wizard.browse(wizard.action_refresh()["res_id"])

    def test_the_clock_of_the_server_is_wrong(self):
        self.bank.clock.advance(minutes=10)
        dialog = self.assertBroken("clock", "red", r"(9 min 5\d|10 min \d+) s behind")
        self.bank.clock.advance(minutes=-8)
        dialog = self.follow(self.press(dialog, "clock"))
        self.assertLine(dialog, "clock", "orange", r"[12] min \d+ s behind")
        self.bank.clock.advance(minutes=-9)
        dialog = self.follow(self.press(dialog, "clock"))
        self.assertLine(dialog, "clock", "red", r"[67] min \d+ s ahead")
        self.bank.clock.advance(minutes=7)
        self.assertLine(self.follow(self.press(dialog, "clock")), "clock", "green", "agree")

    def test_an_account_is_switched_off_in_ponto(self):
        self.integration.unshare(self.bank_account)
        self.open_account(reference=OTHER_IBAN)
        dialog = self.assertBroken("accounts", "red", rf"does not share .*{self.account.reference}")
        self.assertIn("New in Ponto", self.line(dialog, "accounts").sentence)
        self.assertEqual(self.press(dialog, "accounts")["type"], "ir.actions.act_url")
        self.integration.share(self.bank_account)
        dialog = self.check_again(dialog)
        self.assertLine(dialog, "accounts", "orange", f"^New in Ponto, and not chosen yet: .*{OTHER_IBAN}")
        action = self.press(dialog, "accounts")
        self.assertEqual(action["res_model"], "ponto.account.fetch")
        self.choose(self.env["ponto.account.fetch"].browse(action["res_id"]))
        dialog = self.check_again(dialog)
        self.assertLine(dialog, "accounts", "green", "2 accounts, of which 2")

    def test_ponto_shares_no_account(self):
        self.integration.unshare(self.bank_account)
        self.assertBroken("accounts", "red", "shares no bank account")
        self.account.sudo()._unlink_journal()
        dialog = self.assertBroken("accounts", "red", "^Ponto shares no bank account")
        for code in ("institutions", "journals", "authorizations", "refresh", "currencies"):
            self.assertLine(dialog, code, "grey", "^Not checked")
        self.integration.share(self.bank_account)
        dialog = self.check_again(dialog)
        self.assertLine(dialog, "accounts", "red", "none is synchronized")
        self.choose(self.env["ponto.account.fetch"].browse(self.press(dialog, "accounts")["res_id"]))
        self.assertInOrder(self.check_again(dialog))

    def test_banks_that_are_replaced_tested_or_under_maintenance(self):
        now = datetime.now(timezone.utc)
        self.institution.deprecated, self.institution.status = True, "beta"
        self.institution.maintenance_type = "financialInstitution"
        self.institution.maintenance_from = now - timedelta(hours=1)
        self.institution.maintenance_to = now + timedelta(hours=1)
        dialog = self.assertBroken("institutions", "red", "replaced Bank van Brabant by another record")
        self.assertEqual(self.press(dialog, "institutions")["type"], "ir.actions.act_url")
        self.institution.deprecated = False
        dialog = self.check_again(dialog)
        self.assertLine(dialog, "institutions", "orange", r"maintenance until .+still testing.+contact Ponto")
        self.institution.maintenance_to = now - timedelta(minutes=1)
        dialog = self.check_again(dialog)
        self.assertLine(dialog, "institutions", "orange", "^Ponto is still testing")
        self.institution.status = "stable"
        self.assertInOrder(self.check_again(dialog))

    @mute_logger(*SYNC_LOGGERS)
    def test_a_connection_that_ponto_stopped_is_started_again(self):
        self.integration.scope = "pi"
        self.env["ponto.token"].search([]).unlink()
        self.bank.access.revoke_tokens()
        self.synchronize(self.connection)
        self.assertEqual(self.connection.state, "error")
        dialog = self.open_check()
        self.assertLine(dialog, "scope", "red", "Account Information")
        self.assertLine(dialog, "schedule", "red", "Nothing is read since Ponto refused: .*scope Account Information")
        self.assertEqual(self.line(dialog, "schedule").action, "check_again")
        self.integration.scope = "ai"
        dialog = self.follow(self.press(dialog, "schedule"))
        self.assertLine(dialog, "scope", "green", "may read")
        self.assertLine(dialog, "schedule", "red", "Nothing is read")
        self.assertInOrder(self.follow(self.press(dialog, "schedule")))
        self.assertEqual(self.connection.state, "connected")
        self.assertGreater(self.connection.next_sync_at, fields.Datetime.now())
