from datetime import date, timedelta

from odoo.tests import tagged

from .common import OTHER_IBAN, PontoCase


@tagged("post_install", "-at_install")
class TestForecast(PontoCase):
    """The dry run: the number that Fetch Accounts announces is the number of lines that the import creates."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        for days_ago in range(1, 61):
            self.pay(self.bank_account, f"{days_ago}.00", days_ago=days_ago)

    def lines_in_company(self):
        return self.env["account.bank.statement.line"].search_count([("company_id", "=", self.company.id)])

    def assertAnnouncedIsCreated(self, wizard, known=0, waiting=0):
        line = wizard.line_ids.filtered("selected")
        announced, before = sum(line.mapped("transaction_count")), self.lines_in_company()
        self.assertEqual((sum(line.mapped("known_count")), sum(line.mapped("waiting_count"))), (known, waiting))
        if announced:
            self.assertIn("Would create", line[0].note)
        wizard.action_confirm()
        self.synchronize(wizard.connection_id)
        self.assertEqual(self.lines_in_company() - before, announced)
        return announced

    def choose_from(self, wizard, days_ago):
        wizard.line_ids.write(
            {"selected": True, "import_scope": "date", "import_from": date.today() - timedelta(days=days_ago)}
        )

    def test_from_a_date_into_an_empty_journal(self):
        _connection, wizard = self.connect()
        self.choose_from(wizard, 30)
        self.assertEqual(self.assertAnnouncedIsCreated(wizard), 30)

    def test_locked_days_bad_rows_and_what_lies_before_are_not_announced(self):
        self.company.fiscalyear_lock_date = date.today() - timedelta(days=20)
        self.pay(self.bank_account, "7.00", days_ago=3, currency="USD")
        self.pay(self.bank_account, "0.00", days_ago=3)
        _connection, wizard = self.connect()
        self.choose_from(wizard, 30)
        self.assertIn("would wait", wizard.line_ids.note)
        self.assertEqual(self.assertAnnouncedIsCreated(wizard, waiting=12), 20)

    def test_a_currency_without_rates_waits_whole(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", dollar.id)]).unlink()
        self.bank.remove_account(self.bank_account)
        usd = self.open_account(reference=OTHER_IBAN, currency="USD")
        self.pay(usd, "5.00")
        _connection, wizard = self.connect()
        self.choose_from(wizard, 30)
        self.assertEqual(self.assertAnnouncedIsCreated(wizard, waiting=1), 0)

    def test_an_earlier_start_announces_only_what_is_not_in_the_books(self):
        connection, wizard = self.connect()
        self.choose_from(wizard, 30)
        self.assertAnnouncedIsCreated(wizard)
        wizard = self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])
        self.choose_from(wizard, 45)
        self.assertEqual(self.assertAnnouncedIsCreated(wizard), 15)

    def test_another_record_of_the_account_announces_what_the_first_has_not_brought(self):
        _connection, wizard = self.connect()
        self.choose_from(wizard, 30)
        self.assertAnnouncedIsCreated(wizard)
        for days_ago in (1, 2):
            self.pay(self.bank_account, "99.00", days_ago=days_ago)
        _second, wizard = self.connect(name="Second")
        self.choose_from(wizard, 40)
        self.assertEqual(self.assertAnnouncedIsCreated(wizard, known=30), 12)

    def test_who_may_confirm_sees_the_number(self):
        _connection, wizard = self.connect()
        self.choose_from(wizard, 30)
        wizard.invalidate_recordset()
        self.assertEqual(wizard.with_user(self.accountant).line_ids.transaction_count, 30)
