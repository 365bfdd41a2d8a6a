from datetime import date, timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PontoCase


@tagged("post_install", "-at_install")
class TestFetchAccountsStale(PontoCase):
    """Fetch Accounts while the world changes, and with what cannot be compared."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.journal = self.env["account.journal"].create(
            {"name": "Bank with a past", "code": "PAST", "type": "bank", "company_id": self.company.id}
        )

    def type_line(self, amount, days_ago, **kwargs):
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": date.today() - timedelta(days=days_ago),
                "amount": amount,
                "payment_ref": "From before",
                **kwargs,
            }
        )

    def tick(self, wizard, days_ago=60):
        wizard.line_ids.write(
            {
                "selected": True,
                "journal_id": self.journal.id,
                "import_scope": "date",
                "import_from": date.today() - timedelta(days=days_ago),
            }
        )
        wizard.action_confirm()

    def import_into_past(self, days_ago=60, **kwargs):
        connection, wizard = self.connect(**kwargs)
        self.tick(wizard, days_ago)
        self.synchronize(connection)
        return connection.account_ids

    def test_a_chosen_start_date_outlives_the_first_pull(self):
        for number in range(260):
            self.pay(self.bank_account, f"{number + 1}.00", days_ago=300 - number)
        connection, wizard = self.connect()
        connection.account_ids.write({"pull_complete": False})
        account = connection.account_ids
        account.import_latest = True
        wizard.line_ids.write({"selected": True, "journal_id": self.journal.id})
        wizard.action_confirm()
        account.import_latest = True  # as when nothing of it had been read yet
        chosen = date.today() - timedelta(days=299)
        again = self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])
        again.line_ids.write({"import_scope": "date", "import_from": chosen})
        again.action_confirm()
        self.synchronize(connection)
        self.assertEqual(account.import_from, chosen)

    def test_an_account_in_an_unknown_currency_does_not_stop_fetch_accounts(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.import_into_past()
        strange = self.open_account(reference="BE43068999999501", currency="XXX")
        self.pay(strange, "10.00", days_ago=5)
        connection = self.env["ponto.connection"].search([("company_id", "=", self.company.id)])
        action = connection.action_fetch_accounts()
        self.env[action["res_model"]].browse(action["res_id"]).action_refresh()
        action = connection.action_fetch_accounts()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        strange_line = wizard.line_ids.filtered(lambda line: line.currency_code == "XXX")
        self.assertTrue(strange_line.account_id.transaction_ids)
        self.assertEqual(len(wizard.line_ids.mapped("transaction_count")), 2)

    def test_the_journal_of_another_company_is_neither_compared_nor_named(self):
        other = self._create_company("Brouwerij Peeters")
        foreign = self.env["account.journal"].create(
            {"name": "Secret", "code": "SECR", "type": "bank", "company_id": other.id}
        )
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.env["account.bank.statement.line"].with_company(other).create(
            {"journal_id": foreign.id, "date": date.today() - timedelta(days=5), "amount": 10, "payment_ref": "x"}
        )
        _connection, wizard = self.connect()
        line = wizard.line_ids.with_user(self.accountant)
        line.write({"selected": True, "journal_id": foreign.id, "import_scope": "all"})
        self.assertEqual(line.known_count, 0)
        with self.assertRaises(UserError) as caught:
            wizard.with_user(self.accountant).action_confirm()
        self.assertNotIn("Secret", str(caught.exception))

    def test_a_dialog_left_open_does_not_untick_what_somebody_linked_since(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        connection, stale = self.connect()
        stale.line_ids.selected = False
        action = connection.action_fetch_accounts()
        self.tick(self.env[action["res_model"]].browse(action["res_id"]))
        self.assertTrue(connection.account_ids.linked)
        self.assertFalse(stale.farewell)
        stale.action_confirm()
        self.assertTrue(connection.account_ids.linked)
        third = self.env[action["res_model"]].browse(connection.action_fetch_accounts()["res_id"])
        third.line_ids.selected = False
        self.assertTrue(third.farewell)
        third.action_confirm()
        self.assertFalse(connection.account_ids.linked)

    def test_a_second_account_that_has_no_journal_yet_is_counted(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.import_into_past()
        self.pay(self.open_account(reference="BE43068999999501"), "10.00", days_ago=5)
        connection = self.env["ponto.connection"].search([("company_id", "=", self.company.id)])
        action = connection.action_fetch_accounts()
        action = self.env[action["res_model"]].browse(action["res_id"]).action_refresh()
        line = (
            self.env[action["res_model"]].browse(action["res_id"]).line_ids.filtered(lambda line: not line.journal_id)
        )
        self.assertIn("Would create 1", line.note)
