import socket
from contextlib import closing

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PontoCase


@tagged("post_install", "-at_install")
class TestConnect(PontoCase):
    """Connecting: whatever is wrong ends in one sentence, and nothing half-created stays."""

    def assertNothingLeft(self, connection):
        connection.invalidate_recordset()
        self.assertEqual(connection.state, "draft")
        self.assertFalse(connection.account_ids)
        self.assertFalse(connection.institution_ids)
        self.assertFalse(self.env["ponto.synchronization"].search([("connection_id", "=", connection.id)]))

    def assertRefused(self, connection, sentence):
        with self.assertRaisesRegex(UserError, sentence) as caught, self.env.cr.savepoint():
            connection.action_connect()
        self.assertNotIn(self.integration.client_secret, str(caught.exception))
        self.assertNothingLeft(connection)

    def test_connecting_reads_banks_and_accounts_and_opens_the_wizard(self):
        self.pay(self.open_account(), "1.00")
        connection, wizard = self.connect()
        self.assertEqual(connection.state, "connected")
        self.assertEqual(connection.institution_ids.name, "Bank van Brabant")
        self.assertEqual(wizard.line_ids.account_id, connection.account_ids)
        self.assertEqual(connection.account_ids.transaction_ids.state, "to_import")
        self.assertTrue(connection.next_sync_at)

    def test_wrong_secret(self):
        self.open_account()
        self.assertRefused(self.new_connection(client_secret="wrong"), "refuses this Client ID")

    def test_missing_secret(self):
        connection = self.new_connection()
        connection.client_secret_stored = False
        self.assertRefused(connection, "Paste the Client ID")

    def test_no_right_to_read_accounts(self):
        self.integration.scope = "pi"
        self.open_account()
        self.assertRefused(self.new_connection(), "scope Account Information")

    def test_unreachable_host(self):
        with closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.assertRefused(self.new_connection(api_url=f"http://127.0.0.1:{port}"), "cannot be reached")

    def test_html_instead_of_json(self):
        self.open_account()
        self.sandbox.faults.add("html", path=r"/accounts", times=9)
        self.assertRefused(self.new_connection(), "not one that Ponto gives")

    def test_html_instead_of_a_token(self):
        self.open_account()
        self.sandbox.faults.add("html", path=r"/oauth2/token", times=9)
        self.assertRefused(self.new_connection(), "not one that Ponto gives|refuses this Client ID")

    def test_a_server_that_fails(self):
        self.open_account()
        self.sandbox.faults.add("status", path=r"/accounts", times=9, status=503)
        self.assertRefused(self.new_connection(), "problem of its own")

    def test_an_empty_account_list(self):
        self.assertRefused(self.new_connection(), "shares no bank account")

    def test_an_archived_currency_is_said_and_nothing_is_half_created(self):
        self.env.ref("base.CHF").active = False
        self.open_account(currency="CHF")
        connection, wizard = self.connect()
        self.assertIn("archived", wizard.line_ids.note)
        self.assertFalse(wizard.line_ids.selected)
        journals = self.env["account.journal"].search([])
        accounts = self.env["account.account"].search([])
        wizard.line_ids.selected = True
        with self.assertRaisesRegex(UserError, "CHF, which is archived"), self.env.cr.savepoint():
            wizard.action_confirm()
        self.assertEqual(self.env["account.journal"].search([]), journals)
        self.assertEqual(self.env["account.account"].search([]), accounts)
        self.assertFalse(connection.account_ids.journal_id)

    def test_any_other_host_than_ponto_s_needs_the_system_parameter(self):
        self.env["ir.config_parameter"].set_param("account_online_ponto.allowed_hosts", "")
        refused = (
            self.sandbox.url,
            "http://api.myponto.com",
            "https://api.myponto.com@evil.example",
            "https://api.myponto.com.evil.example",
            "ftp://api.myponto.com",
            "nonsense",
        )
        for url in refused:
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self.new_connection(api_url=url)
        for url in ("https://api.myponto.com", "https://api.ibanity.com/"):
            self.assertEqual(self.new_connection(api_url=url).api_url, url.rstrip("/"))

    def test_the_secret_is_replaced_and_never_read(self):
        self.open_account()
        connection = self.connect_and_import()
        old, new = self.integration.client_secret, self.bank.regenerate_secret(self.integration)
        self.assertNotEqual(old, new)
        connection.with_user(self.accountant).write({"client_secret": new})
        self.pay(self.bank_account_of(connection), "3.00")
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, "3.00")
        self.assertFalse(connection.with_user(self.accountant).client_secret)
        self.assertNotIn(new, str(connection.with_user(self.accountant).read()))
        self.assertFalse(connection.copy({"client_id": "other"}).has_secret)

    def test_a_wrong_new_secret_leaves_the_old_one_working(self):
        bank_account = self.open_account()
        connection = self.connect_and_import()
        with self.assertRaisesRegex(UserError, "refuses this Client ID"), self.env.cr.savepoint():
            connection.with_user(self.accountant).write({"client_secret": "mistyped"})
        self.pay(bank_account, "3.00")
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, "3.00")

    @mute_logger("odoo.addons.account_online_ponto.models.reading.look")
    def test_a_withdrawn_secret_stops_the_connection_and_a_new_one_starts_it_again(self):
        bank_account = self.open_account()
        connection = self.connect_and_import()
        new = self.bank.regenerate_secret(self.integration)
        self.env["ponto.token"].search([]).unlink()
        self.synchronize(connection)
        self.assertEqual(connection.state, "error")
        self.assertIn("refuses this Client ID", connection.last_error_message)
        self.assertFalse(connection.next_sync_at)
        self.assertEqual(len(connection.activity_ids), 1)
        self.sandbox.clear()
        self.run_cron()
        self.assertFalse(self.sandbox.requests)
        connection.client_secret = new
        self.assertEqual(connection.state, "connected")
        self.pay(bank_account, "3.00")
        self.run_cron()
        self.assertBooked(connection.account_ids, "3.00")

    def bank_account_of(self, connection):
        return next(account for account in self.bank.accounts.values() if account.id == connection.account_ids.ponto_id)

    def test_what_was_imported_must_stay_known(self):
        self.pay(self.open_account(), "1.00")
        connection = self.connect_and_import()
        for record in (connection, connection.account_ids, connection.account_ids.transaction_ids):
            with self.assertRaises(UserError), self.env.cr.savepoint():
                record.unlink()
        self.new_connection(name="Never used").unlink()
