from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import PontoCase


@tagged("post_install", "-at_install")
class TestWaiting(PontoCase):
    """A line has the bank's day and a right rate, or it waits and says why."""

    def prepare(self):
        super().prepare()
        self.dollar = self.env.ref("base.USD")
        self.dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", self.dollar.id)]).unlink()

    def enter_rate(self, day, rate=1.25):
        self.env["res.currency.rate"].create(
            {"currency_id": self.dollar.id, "company_id": self.company.id, "name": day, "rate": rate}
        )

    def test_no_rate_waits_and_is_imported_after_the_rate_is_entered(self):
        bank_account = self.open_account(currency="USD", opening_balance=Decimal(0))
        day = date.today() - timedelta(days=5)
        self.pay(bank_account, "100.00", day=day)
        connection = self.connect_and_import()
        account = connection.account_ids
        self.assertBooked(account)
        self.assertIn("No USD rate for", account.transaction_ids.message)
        self.assertEqual(account.waiting_message, account.transaction_ids.message)
        self.enter_rate(day + timedelta(days=1))
        self.synchronize(connection)
        self.assertBooked(account)
        self.enter_rate(day)
        self.synchronize(connection)
        self.assertBooked(account, "100.00")
        line = self.lines_of(account)
        self.assertEqual(sum(line.move_id.line_ids.filtered("debit").mapped("debit")), 80.0)
        self.assertLedgerEqualsBank(account, bank_account)
        self.assertFalse(account.waiting_count)

    def test_the_rate_of_another_company_does_not_count(self):
        other = self._create_company("Other Company")
        self.env["res.currency.rate"].create(
            {"currency_id": self.dollar.id, "company_id": other.id, "name": date(2020, 1, 1), "rate": 1.2}
        )
        self.pay(self.open_account(currency="USD"), "100.00")
        self.assertBooked(self.connect_and_import().account_ids)

    def test_a_locked_day_waits_and_the_line_keeps_the_bank_s_day(self):
        bank_account = self.open_account()
        today = date.today()
        self.pay(bank_account, "1.00", day=today - timedelta(days=40))
        self.pay(bank_account, "2.00", day=today - timedelta(days=20))
        lock_date = today - timedelta(days=30)
        self.company.fiscalyear_lock_date = lock_date
        connection = self.connect_and_import()
        account = connection.account_ids
        self.assertBooked(account, "2.00")
        locked = account.transaction_ids.filtered(lambda row: row.amount == 1)
        self.assertEqual((locked.state, locked.reason), ("to_import", "locked"))
        self.assertIn("locked", locked.message)
        self.assertEqual(account.waiting_count, 1)
        self.assertIn("not imported", account.balance_message)
        self.company.fiscalyear_lock_date = False
        self.synchronize(connection)
        self.assertBooked(account, "1.00", "2.00")
        self.assertEqual(
            self.lines_of(account).mapped("date"), [today - timedelta(days=40), today - timedelta(days=20)]
        )

    def test_an_exception_of_one_user_moves_no_line(self):
        bank_account = self.open_account()
        today = date.today()
        self.pay(bank_account, "1.00", day=today - timedelta(days=40))
        self.company.fiscalyear_lock_date = today - timedelta(days=30)
        self.env["account.lock_exception"].create(
            {
                "company_id": self.company.id,
                "user_id": self.env.user.id,
                "fiscalyear_lock_date": False,
                "end_datetime": False,
            }
        )
        self.assertBooked(self.connect_and_import().account_ids)

    def test_the_opening_entry_waits_for_a_rate_and_for_an_open_period(self):
        bank_account = self.open_account(currency="USD")
        day = date.today() - timedelta(days=5)
        self.pay(bank_account, "100.00", day=day)
        self.enter_rate(day)
        account = self.connect_and_import().account_ids
        action = account.action_create_opening_entry()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        with self.assertRaisesRegex(UserError, "no USD rate"):
            wizard.action_confirm()
        self.enter_rate(day - timedelta(days=30))
        self.company.fiscalyear_lock_date = day - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "locked"):
            wizard.action_confirm()
        self.company.fiscalyear_lock_date = False
        wizard.action_confirm()
        self.assertLedgerEqualsBank(account, bank_account)
        self.assertEqual(account.balance_state, "equal")
