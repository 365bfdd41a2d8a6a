from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PontoCase


@tagged("post_install", "-at_install")
class TestBalance(PontoCase):
    """Bank and books side by side: the check, the opening entry, the statements."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.month = date.today().replace(day=1)

    def open_books(self, account):
        action = account.action_create_opening_entry()
        wizard = self.env[action["res_model"]].with_user(self.accountant).browse(action["res_id"])
        wizard.action_confirm()
        account.invalidate_recordset()
        return wizard

    def statements_of(self, account):
        return self.env["account.bank.statement"].search([("journal_id", "=", account.journal_id.id)], order="date")

    # ------------------------------------------------------------------ check and opening

    def test_the_opening_entry_makes_ledger_card_and_running_balance_agree(self):
        self.pay(self.bank_account, "50.00", days_ago=10)
        self.pay(self.bank_account, "-20.00", days_ago=5)
        account = self.connect_and_import().account_ids
        self.assertEqual(account.balance_state, "different")
        self.assertEqual(account.balance_difference, 1000)
        self.assertIn("opening entry", account.balance_message)
        wizard = self.open_books(account)
        self.assertEqual(wizard.date, date.today() - timedelta(days=11))
        self.assertEqual(account.balance_state, "equal")
        self.assertLedgerEqualsBank(account, self.bank_account)
        self.assertEqual(self.lines_of(account)[-1].running_balance, 1030)
        self.assertTrue(self.lines_of(account)[0].is_reconciled)
        with self.assertRaisesRegex(UserError, "There is an opening entry of"):
            account.action_create_opening_entry()

    def test_an_outdated_proposal_posts_nothing(self):
        self.pay(self.bank_account, "50.00", days_ago=10)
        account = self.connect_and_import().account_ids
        action = account.action_create_opening_entry()
        self.open_books(account)
        with self.assertRaisesRegex(UserError, "changed meanwhile"):
            self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        self.assertEqual(len(self.lines_of(account)), 2)

    def test_a_balance_older_than_the_newest_transaction_is_not_compared(self):
        self.pay(self.bank_account, "50.00", days_ago=10)
        account = self.connect_and_import().account_ids
        account.bank_balance_date = date.today() - timedelta(days=11)
        self.assertEqual(account.balance_state, "unknown")

    def test_an_account_without_balance_is_not_red(self):
        account = self.connect_and_import().account_ids
        account.has_bank_balance = False
        self.assertEqual(account.balance_state, "unknown")

    # ------------------------------------------------------------------ statements

    def fill_months(self, count=3):
        """Book three transactions in each of the past months and one in this month."""
        for back in range(count, 0, -1):
            start = self.month - relativedelta(months=back)
            for day, amount in ((3, "100.00"), (10, "-30.50"), (20, "0.25")):
                self.pay(self.bank_account, amount, day=start.replace(day=day))
        self.pay(self.bank_account, "1.00", day=self.month)

    def assertStatementsConfirmed(self, account):
        for statement in self.statements_of(account):
            self.assertTrue(statement.is_complete)
            self.assertTrue(statement.is_valid)
            first, last = min(statement.line_ids.mapped("date")), max(statement.line_ids.mapped("date"))
            before = self.bank.balance(self.bank_account, first - timedelta(days=1))
            self.assertEqual(Decimal(str(statement.balance_start)), before)
            self.assertEqual(Decimal(str(statement.balance_end_real)), self.bank.balance(self.bank_account, last))

    def test_a_statement_a_month_when_it_is_over(self):
        self.fill_months()
        account = self.connect_and_import().account_ids
        statements = self.statements_of(account)
        self.assertEqual(len(statements), 3)
        self.assertEqual(statements.mapped(lambda s: len(s.line_ids)), [3, 3, 3])
        self.assertStatementsConfirmed(account)
        self.assertFalse(self.lines_of(account)[-1].statement_id)

    def test_a_statement_a_day(self):
        self.fill_months()
        connection, wizard = self.connect()
        connection.account_ids.statement_period = "day"
        self.choose(wizard)
        self.synchronize(connection)
        expected = 9 + (date.today() > self.month)
        self.assertEqual(len(self.statements_of(connection.account_ids)), expected)
        self.assertStatementsConfirmed(connection.account_ids)

    def test_no_statements(self):
        self.fill_months()
        connection, wizard = self.connect()
        connection.account_ids.statement_period = "none"
        self.choose(wizard)
        self.synchronize(connection)
        self.assertFalse(self.statements_of(connection.account_ids))

    def test_a_late_line_on_a_day_without_statement_moves_the_following_days(self):
        first = self.month - relativedelta(months=1)
        for day in (3, 10, 20):
            self.pay(self.bank_account, "10.00", day=first.replace(day=day))
        connection, wizard = self.connect()
        self.choose(wizard)
        account = connection.account_ids
        account.statement_period = "day"
        books = self.watch(self.bank_account, account)
        self.synchronize(connection)
        self.assertInvariants(books)
        for day in (5, 6, 12):
            self.pay(self.bank_account, "-3.00", day=first.replace(day=day))
        self.synchronize(connection)
        self.assertInvariants(books)
        self.assertEqual(len(self.statements_of(account)), 6)

    def test_a_late_line_joins_its_statement_and_the_following_move_along(self):
        self.fill_months()
        connection = self.connect_and_import()
        account = connection.account_ids
        self.pay(self.bank_account, "7.77", day=(self.month - relativedelta(months=2)).replace(day=12))
        self.synchronize(connection)
        self.assertEqual(self.statements_of(account).mapped(lambda s: len(s.line_ids)), [3, 4, 3])
        self.assertStatementsConfirmed(account)

    def test_a_statement_edited_by_the_user_is_left_alone(self):
        self.fill_months()
        connection = self.connect_and_import()
        account = connection.account_ids
        edited = self.statements_of(account)[1]
        edited.name = "Our own number 17"
        before = edited.read(["balance_start", "balance_end_real", "line_ids"])
        self.pay(self.bank_account, "7.77", day=(self.month - relativedelta(months=2)).replace(day=12))
        self.synchronize(connection)
        self.assertEqual(edited.read(["balance_start", "balance_end_real", "line_ids"]), before)

    def test_another_period_or_start_date_leaves_made_statements_alone(self):
        self.fill_months()
        connection = self.connect_and_import()
        account = connection.account_ids
        before = self.statements_of(account).read(["balance_start", "balance_end_real", "line_ids"])
        account.import_from = self.month - relativedelta(months=1, days=-14)
        self.pay(self.bank_account, "1.00", day=self.month)
        self.synchronize(connection)
        self.assertEqual(self.statements_of(account).read(["balance_start", "balance_end_real", "line_ids"]), before)
        account.statement_period = "day"
        self.pay(self.bank_account, "1.00", day=self.month)
        self.synchronize(connection)
        months = self.statements_of(account).filtered(lambda s: s.date < self.month)
        self.assertEqual(months.read(["balance_start", "balance_end_real", "line_ids"]), before)

    def test_a_month_that_the_books_do_not_confirm_has_no_statement(self):
        self.fill_months(2)
        connection, wizard = self.connect()
        self.choose(wizard)
        journal = connection.account_ids.journal_id
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": (self.month - relativedelta(months=1)).replace(day=11),
                "payment_ref": "Typed by hand",
                "amount": 5.0,
            }
        )
        self.synchronize(connection)
        statements = self.statements_of(connection.account_ids)
        self.assertEqual(len(statements), 1)
        self.assertEqual(statements.date, (self.month - relativedelta(months=2)).replace(day=20))

    def test_statements_up_to_the_lock_date_stay_as_they_are(self):
        self.fill_months()
        connection = self.connect_and_import()
        self.open_books(connection.account_ids)
        statements = self.statements_of(connection.account_ids)
        statements.with_context(ponto_statement=True).unlink()
        self.env["account.bank.statement.line"].flush_model()
        self.env.cr.execute(
            "UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s",
            [self.month - relativedelta(months=1, days=1), self.company.id],
        )
        self.env.invalidate_all()
        connection.account_ids.sync_stage = "import"
        self.synchronize(connection)
        self.assertEqual(len(self.statements_of(connection.account_ids)), 1)
