from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PontoCase

START = timedelta(days=20)


@tagged("post_install", "-at_install")
class TestOpening(PontoCase):
    """How books open that have a past: ledger, card and running balance agree with the bank afterwards."""

    statement_period = "none"

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.day = date.today() - START
        self.journal = self.env["account.journal"].create(
            {"name": "Bank with a past", "code": "PAST", "type": "bank", "company_id": self.company.id}
        )

    def type_line(self, amount, day):
        vals = {"journal_id": self.journal.id, "date": day, "amount": amount, "payment_ref": "From before"}
        return self.env["account.bank.statement.line"].create(vals)

    def book_opening_by_hand(self, amount):
        account = self.company.get_unaffected_earnings_account()
        self.env["account.move"].create(
            {
                "journal_id": self.env["account.journal"]
                .search([("company_id", "=", self.company.id), ("type", "=", "general")], limit=1)
                .id,
                "date": self.day - timedelta(days=1),
                "line_ids": [
                    (0, 0, {"account_id": self.journal.default_account_id.id, "debit": amount}),
                    (0, 0, {"account_id": account.id, "credit": amount}),
                ],
            }
        ).action_post()

    def import_from_start(self):
        connection, wizard = self.connect()
        wizard.line_ids.write(
            {"selected": True, "journal_id": self.journal.id, "import_scope": "date", "import_from": self.day}
        )
        wizard.action_confirm()
        self.synchronize(connection)
        return connection.account_ids

    def open_wizard(self, account):
        action = account.with_user(self.accountant).action_create_opening_entry()
        return self.env[action["res_model"]].with_user(self.accountant).browse(action["res_id"])

    def assertEveryDayEqualsTheBank(self, account):
        self.env.invalidate_all()
        for line in self.lines_of(account).filtered(lambda line: line.date >= self.day):
            last = self.lines_of(account).filtered(lambda other, line=line: other.date == line.date)[-1:]
            self.assertEqual(
                Decimal(str(round(last.running_balance, 2))), self.bank.balance(self.bank_account, line.date)
            )
        self.assertLedgerEqualsBank(account, self.bank_account)
        self.assertEqual(account.balance_state, "equal")

    def test_a_switch_in_the_middle_of_a_day_of_which_half_is_booked(self):
        """17 March, half of that day in the books already, the opening booked by hand."""
        for number in range(6):
            self.pay(self.bank_account, f"{number + 1}.25", day=self.day)
        self.pay(self.bank_account, "100.00", day=self.day + timedelta(days=2))
        for number in range(3):
            self.type_line(number + 1.25, self.day)
        self.book_opening_by_hand(1000)
        account = self.import_from_start()
        self.assertEqual(len(self.lines_of(account)), 7)
        self.assertEqual(account.balance_state, "equal")
        wizard = self.open_wizard(account)
        self.assertEqual((wizard.bank_balance, wizard.book_balance, wizard.needs_entry), (1000, 1000, False))
        with self.assertRaisesRegex(UserError, "no opening entry is needed"):
            wizard.action_confirm()
        wizard.action_already_in_books()
        statement = self.env["account.bank.statement"].search([("journal_id", "=", self.journal.id)])[-1]
        self.assertEqual((statement.balance_start, statement.balance_end_real), (1000, 1022.5))
        self.assertEqual(len(statement.line_ids), 6)
        self.assertEveryDayEqualsTheBank(account)

    def test_an_opening_entry_brings_old_books_to_the_bank(self):
        self.pay(self.bank_account, "10.00", day=self.day - timedelta(days=3))
        self.pay(self.bank_account, "20.00", day=self.day)
        self.type_line(10, self.day - timedelta(days=3))
        account = self.import_from_start()
        wizard = self.open_wizard(account)
        self.assertEqual((wizard.bank_balance, wizard.book_balance, wizard.amount), (1010, 10, 1000))
        wizard.action_confirm()
        self.assertEveryDayEqualsTheBank(account)

    def test_a_first_day_that_the_bank_does_not_confirm_gets_no_statement(self):
        self.pay(self.bank_account, "10.00", day=self.day)
        self.type_line(3, self.day)
        account = self.import_from_start()
        with self.assertRaisesRegex(UserError, "not all from the bank"):
            self.open_wizard(account).action_already_in_books()

    def test_the_statements_of_the_account_go_on_after_the_first_day(self):
        self.journal.company_id.fiscalyear_lock_date = False
        for days in (0, 1, 2):
            self.pay(self.bank_account, "5.00", day=self.day + timedelta(days=days))
        self.book_opening_by_hand(1000)
        account = self.import_from_start()
        account.statement_period = "none"
        self.env["account.bank.statement"].search([("journal_id", "=", self.journal.id)]).with_context(
            ponto_statement=True
        ).unlink()
        self.synchronize(account)
        self.open_wizard(account).action_already_in_books()
        account.statement_period = "day"
        self.pay(self.bank_account, "5.00", days_ago=0)
        self.synchronize(account)
        statements = self.env["account.bank.statement"].search([("journal_id", "=", self.journal.id)], order="date")
        self.assertEqual(statements.mapped("balance_end_real"), [1005, 1010, 1015])
        self.assertEqual(set(statements.mapped("is_valid")) | set(statements.mapped("is_complete")), {True})

    def test_a_line_of_the_day_before_that_stands_for_the_first_transaction_is_no_opening(self):
        self.pay(self.bank_account, "10.00", day=self.day)
        self.pay(self.bank_account, "20.00", day=self.day + timedelta(days=2))
        self.type_line(10, self.day - timedelta(days=1))
        account = self.import_from_start()
        wizard = self.open_wizard(account)
        self.assertEqual((wizard.bank_balance, wizard.book_balance, wizard.amount), (1000, 0, 1000))
        wizard.action_confirm()
        self.env.invalidate_all()
        self.assertLedgerEqualsBank(account, self.bank_account)
