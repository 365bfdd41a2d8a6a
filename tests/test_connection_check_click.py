from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from ..wizards.connection_check.accounts import look_at_refresh
from .refresh_case import PUBLIC, RefreshCase

CHECK = "ponto.connection.check"
LINE = "ponto.connection.check.line"


@tagged("post_install", "-at_install")
class TestConnectionCheckByClick(RefreshCase):
    """Check Connection in a browser: what depends on who clicks, and from where."""

    def prepare(self):
        super().prepare()
        self.env["ir.cron"].search([("model_id.model", "=", "ponto.connection")]).nextcall = fields.Datetime.now()

    def open_check(self):
        action = self.call("ponto.connection", "action_check", self.connection.ids)
        return self.env[action["res_model"]].browse(action["res_id"])

    def line(self, dialog, code):
        self.env.invalidate_all()
        return dialog.line_ids.filtered(lambda line: line.code == code)

    def press(self, dialog, code):
        return self.call(LINE, "action_mend", self.line(dialog, code).ids)

    def assertLine(self, dialog, code, level, sentence):
        line = self.line(dialog, code)
        self.assertEqual(line.level, level, line.sentence)
        self.assertRegex(line.sentence, sentence)
        self.assertNeverAnswered(self.integration.client_secret)

    # ------------------------------------------------------------------ address

    def test_the_public_address_is_named(self):
        dialog = self.open_check()
        self.assertLine(dialog, "address", "green", f"your public address {PUBLIC}")
        self.assertEqual(set(dialog.line_ids.mapped("level")), {"green"}, dialog.line_ids.mapped("sentence"))

    def test_a_proxy_that_odoo_does_not_believe(self):
        self.come_from(PUBLIC, proxy_mode=False)
        dialog = self.open_check()
        self.assertLine(dialog, "address", "orange", "Odoo sees 127.0.0.1, .*proxy_mode")
        self.assertNotIn(PUBLIC, self.line(dialog, "address").sentence)
        self.come_from(PUBLIC, with_host=False)
        self.press(dialog, "address")
        self.assertLine(dialog, "address", "orange", "Odoo sees 127.0.0.1, .*X-Forwarded-Host")
        self.come_from(PUBLIC)
        self.press(dialog, "address")
        self.assertLine(dialog, "address", "green", PUBLIC)

    def test_a_proxy_that_hands_on_no_public_address(self):
        self.come_from("192.168.1.5")
        self.assertLine(self.open_check(), "address", "orange", "Odoo sees 192.168.1.5")

    def test_somebody_beside_the_server(self):
        self.come_from(PUBLIC, proxy_mode=False)
        del self.opener.headers["X-Forwarded-For"]
        dialog = self.open_check()
        self.assertLine(dialog, "address", "grey", "You come from 127.0.0.1, no public address.*proxy_mode")
        self.assertFalse(self.line(dialog, "address").action_label)

    # ------------------------------------------------------------------ refreshes by Ponto

    def test_ponto_has_refreshed_nothing_for_a_day(self):
        self.bank_account.background = False
        with freeze_time(fields.Datetime.now() + timedelta(hours=25), tick=True):
            self.assertEqual(self.probe_refresh().level, "green")
        with freeze_time(fields.Datetime.now() + timedelta(hours=27), tick=True):
            self.assertEqual(self.probe_refresh().level, "red")
        # Ponto says that its last refresh was the day before yesterday.
        self.bank_account.synchronized_at -= timedelta(hours=27)
        dialog = self.open_check()
        self.assertLine(dialog, "refresh", "red", f"{self.account.reference} EUR was last refreshed on")
        self.pay(self.bank_account, "2.00", days_ago=0, visible=False)
        action = self.press(dialog, "refresh")
        self.assertEqual(action["tag"], "account_online_ponto.progress")
        self.follow(action["params"])
        self.assertAsked("accountDetails", "accountTransactionsWithUnsettled")
        self.assertBooked(self.account, "1.00", "2.00")
        self.call(CHECK, "action_check_again", dialog.ids)
        self.assertLine(dialog, "refresh", "green", "^Ponto refreshed every account since")

    def probe_refresh(self):
        self.env.invalidate_all()
        return next(look_at_refresh(self.env[CHECK].new({"connection_id": self.connection.id}), None))

    def test_maintenance_explains_a_missing_refresh(self):
        self.account.synchronized_at = fields.Datetime.now() - timedelta(hours=30)
        self.assertEqual(self.probe_refresh().level, "red")
        self.account.institution_id.write(
            {
                "maintenance_type": "internal",
                "maintenance_from": fields.Datetime.now() - timedelta(hours=29),
                "maintenance_to": fields.Datetime.now() - timedelta(hours=2),
            }
        )
        self.assertEqual(self.probe_refresh().level, "green")
        self.account.institution_id.maintenance_to = fields.Datetime.now() - timedelta(hours=31)
        self.assertEqual(self.probe_refresh().level, "red")
        self.account.available = False
        self.assertEqual(self.probe_refresh().level, "green")

    def test_an_account_that_was_never_refreshed(self):
        self.account.synchronized_at = False
        problem = self.probe_refresh()
        self.assertEqual((problem.level, problem.action), ("orange", "synchronize"))
