from odoo.tests import tagged
from odoo.tools import mute_logger

from .browser_case import BrowserCase
from .common import IBAN, OTHER_IBAN


@tagged("post_install", "-at_install")
class TestBrowser(BrowserCase):
    """The story in the web client: an Administrator of Invoicing clicks, the scheduled action works in between."""

    statement_period = "none"

    @mute_logger("odoo.http")
    def test_the_accountant_connects_imports_corrects_deletes_and_replaces_the_secret(self):
        self.open_account(reference=OTHER_IBAN, holder_name="Jan Janssens", subtype="savings")
        self.watch(
            "ponto_connect",
            self.accountant,
            client_id=self.integration.client_id,
            client_secret=self.integration.client_secret,
            api_url=self.sandbox.url,
        )
        connection = self.env["ponto.connection"].search([("company_id", "=", self.company.id)])
        self.assertEqual(connection.state, "connected")
        self.assertEqual(connection.create_uid, self.accountant)
        self.assertEqual(set(connection.account_ids.filtered("linked").mapped("reference")), {IBAN, OTHER_IBAN})
        self.run_scheduled_action()
        self.assertEqual(self.labels(), {"Invoice 1", "Invoice 2", "Invoice 3"})

        self.watch("ponto_bank_transactions", self.accountant)
        self.assertEqual(self.labels(), {"Rent of March", "Invoice 3"})

        new_secret = self.bank.regenerate_secret(self.integration)
        self.watch("ponto_replace_secret", self.accountant, wrong_secret="mistyped", new_secret=new_secret)
        self.pay(self.bank_account, "4.50", days_ago=0, remittance_information="Invoice 4")
        self.synchronize(connection)
        self.assertEqual(self.labels(), {"Rent of March", "Invoice 3", "Invoice 4"})

    def test_invoicing_sees_transactions_and_state_and_edits_nothing(self):
        self.connect_and_import()
        self.watch("ponto_invoicing", self.invoicing)
        self.assertEqual(self.labels(), {"Invoice 1", "Invoice 2", "Invoice 3"})

    def test_an_employee_has_no_invoicing(self):
        self.watch("ponto_employee", self.employee)
