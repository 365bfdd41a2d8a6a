import os
from datetime import date, datetime, timedelta

from odoo import fields
from odoo.tests import tagged

from .browser_case import BrowserCase
from .common import IBAN

PROVIDER = "online.bank.statement.provider"


@tagged("-standard", "ponto_oca", "post_install", "-at_install")
class TestTakeOverBrowser(BrowserCase):
    """The arrival from the OCA module in the web client; tools/oca.py runs it where that module is installed."""

    def setUp(self):
        super().setUp()
        if PROVIDER not in self.env:
            self.skipTest("The OCA module is not installed here: ./dev test --only oca runs this.")
        self.integration.client_secret = os.environ["PONTO_SECRET"]  # which is looked for in the log
        self.env["ir.default"].set("ponto.connection", "api_url", self.sandbox.url)
        self.let_oca_ask_the_sandbox()

    def let_oca_ask_the_sandbox(self):
        """Replace the constant of OCA's module; nothing of ours is replaced."""
        from odoo.addons.account_statement_import_online_ponto.models import ponto_interface  # installed here only

        self.patch(ponto_interface, "PONTO_ENDPOINT", self.sandbox.url)

    def feed_by_oca(self):
        """Give the account of the company a journal that OCA's module has imported into.

        :return: `online.bank.statement.provider` record
        """
        bank = self.env["res.partner.bank"].create({"acc_number": IBAN, "partner_id": self.company.partner_id.id})
        journal = self.env["account.journal"].create(
            {"name": "Bank", "code": "OCA", "type": "bank", "bank_account_id": bank.id, "company_id": self.company.id}
        )
        provider = self.env[PROVIDER].create(
            {
                "journal_id": journal.id,
                "service": "ponto",
                "username": self.integration.client_id,
                "password": self.integration.client_secret,
                "tz": "Europe/Brussels",
            }
        )
        start = datetime.combine(date.today() - timedelta(days=30), datetime.min.time())
        pull = self.env["online.bank.statement.pull.wizard"].create({"date_since": start, "date_until": datetime.now()})
        pull.with_context(active_model=PROVIDER, active_id=provider.id).action_pull()
        return provider

    def test_an_administrator_takes_over_with_one_click(self):
        provider = self.feed_by_oca()
        self.assertEqual(self.labels(), {"Invoice 1", "Invoice 2", "Invoice 3"})
        self.watch("ponto_take_over", self.accountant)
        account = self.env["ponto.account"].search([("company_id", "=", self.company.id)])
        self.assertEqual((account.journal_id, account.linked), (provider.journal_id, True))
        self.assertFalse(provider.active)
        self.assertEqual(account.create_uid, self.accountant)

        self.run_scheduled_action()
        self.assertBooked(account, "1.50", "2.50", "3.50")
        self.assertEqual(sum(account.synchronization_ids.mapped("linked_count")), 3)

        self.pay(self.bank_account, "4.50", days_ago=0, remittance_information="Invoice 4")
        account.connection_id.next_sync_at = fields.Datetime.now()
        self.run_scheduled_action()
        self.assertBooked(account, "1.50", "2.50", "3.50", "4.50")
        self.watch("ponto_taken_over", self.accountant)
