import requests

from odoo.tests import tagged

from .common import IBAN
from .test_browser import BrowserCase

PROVIDER = "online.bank.statement.provider"


@tagged("-standard", "ponto_oca", "post_install", "-at_install")
class TestTakeOverTour(BrowserCase):
    """The arrival from the OCA module in the web client; tools/oca.py runs it where that module is installed."""

    def setUp(self):
        super().setUp()
        if PROVIDER not in self.env:
            self.skipTest("the OCA module is not installed")

    def import_by_oca(self, provider, bank_account):
        """Let the module store what Ponto has; its own calls of the network fail under Odoo's test runner."""
        answer = requests.post(
            f"{self.sandbox.url}/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(self.integration.client_id, self.integration.client_secret),
            timeout=30,
        )
        page = requests.get(
            f"{self.sandbox.url}/accounts/{bank_account.id}/transactions",
            headers={"Authorization": f"Bearer {answer.json()['access_token']}"},
            timeout=30,
        )
        items = page.json()["data"]
        for item in items:
            item["transaction_datetime"] = provider._ponto_get_transaction_datetime(item)
        provider._ponto_store_lines(items)

    def test_an_administrator_takes_over_with_one_click(self):
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
            }
        )
        self.import_by_oca(provider, self.bank_account)
        self.assertEqual(self.labels(), {"Invoice 1", "Invoice 2", "Invoice 3"})
        self.env["ir.default"].set("ponto.connection", "api_url", self.sandbox.url)
        self.watch("ponto_take_over", self.accountant)
        account = self.env["ponto.account"].search([("company_id", "=", self.company.id)])
        self.assertEqual((account.journal_id, account.linked, provider.active), (journal, True, False))
        self.pay(self.bank_account, "4.50", days_ago=0, remittance_information="Invoice 4")
        self.synchronize(account.connection_id)
        self.assertBooked(account, "1.50", "2.50", "3.50", "4.50")
        self.assertEqual(account.synchronization_ids[:1].linked_count + account.synchronization_ids[1:].linked_count, 3)
