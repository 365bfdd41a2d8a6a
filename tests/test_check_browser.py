from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .browser_case import BrowserCase
from .clients_case import ClientsCase


@tagged("post_install", "-at_install")
class TestCheckBrowser(BrowserCase, ClientsCase):
    """Check Connection and the list of all bank accounts, in the web client."""

    def prepare(self):
        super().prepare()
        self.connection = self.connect_and_import()

    def test_the_accountant_mends_what_the_check_finds(self):
        crons = self.env["ir.cron"].search([("model_id.model", "=", "ponto.connection")])
        crons.nextcall = fields.Datetime.now()
        crons[:1].active = False
        journal = self.connection.account_ids.journal_id
        journal.active = False
        self.watch("ponto_check_connection", self.accountant)
        self.assertTrue(journal.active)
        self.assertTrue(all(crons.mapped("active")))

    def test_the_accounting_firm_sees_all_its_clients(self):
        self.add_client("Apotheek Claes", 1)
        self.add_client("Garage Dubois", 1, authorization_expected_at=fields.Datetime.now() - timedelta(days=1))
        self.watch("ponto_all_bank_accounts", self.accountant)
