from datetime import date, timedelta

from odoo.tests import tagged

from .common import PontoCase


@tagged("post_install", "-at_install")
class TestOpenDay(PontoCase):
    """A locked period keeps its lines out; a user may choose the first open day, and then only that day."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.today = date.today()
        self.lock_date = self.today - timedelta(days=30)
        self.pay(self.bank_account, "1.00", day=self.lock_date - timedelta(days=10))
        self.pay(self.bank_account, "2.00", day=self.lock_date)
        self.pay(self.bank_account, "4.00", day=self.lock_date + timedelta(days=5))
        self.company.fiscalyear_lock_date = self.lock_date
        self.connection = self.connect_and_import()
        self.account = self.connection.account_ids
        self.locked = self.account.transaction_ids.filtered(lambda row: row.reason == "locked")

    def import_on_open_day(self, rows):
        with self.working() as env:
            env["ponto.transaction"].browse(rows.ids).action_import_on_open_day()
        self.env.invalidate_all()

    def test_the_line_has_the_first_open_day_and_names_the_bank_s_date(self):
        self.assertEqual(len(self.locked), 2)
        chosen = self.locked.filtered(lambda row: row.amount == 2)
        self.import_on_open_day(chosen)
        self.assertBooked(self.account, "2.00", "4.00")
        line = chosen.statement_line_id
        self.assertEqual(line.date, self.lock_date + timedelta(days=1))
        self.assertEqual(chosen.date, self.lock_date)
        self.assertIn("Date at the bank", line.narration)
        self.assertEqual((self.locked - chosen).reason, "locked")

    def test_without_the_lock_it_gets_the_bank_s_day_after_all(self):
        self.locked.write({"on_open_day": True})
        self.company.fiscalyear_lock_date = False
        self.synchronize(self.connection)
        self.assertEqual(
            self.lines_of(self.account).mapped("date"),
            [
                self.lock_date - timedelta(days=10),
                self.lock_date,
                self.lock_date + timedelta(days=5),
            ],
        )

    def test_a_lock_until_today_leaves_no_open_day_and_it_waits(self):
        for line in self.lines_of(self.account):
            self.book_elsewhere(line)
        self.company.fiscalyear_lock_date = self.today
        self.import_on_open_day(self.locked)
        self.assertBooked(self.account, "4.00")
        self.assertEqual(self.locked.mapped("reason"), ["locked", "locked"])

    def test_ledger_statements_and_opening_agree_with_the_bank_afterwards(self):
        self.account.statement_period = "day"
        self.import_on_open_day(self.locked)
        action = self.account.action_create_opening_entry()
        with self.assertRaisesRegex(Exception, "locked"), self.env.cr.savepoint():
            self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        statements = self.env["account.bank.statement"].search(
            [("journal_id", "=", self.account.journal_id.id)], order="date"
        )
        self.assertEqual(statements.mapped("balance_start"), [1000, 1003])
        self.assertEqual(statements.mapped("balance_end_real"), [1003, 1007])
        self.assertEqual(set(statements.mapped("is_complete")) | set(statements.mapped("is_valid")), {True})

    def test_a_later_change_by_the_bank_leaves_the_chosen_day(self):
        self.import_on_open_day(self.locked)
        row = self.locked.filtered(lambda row: row.amount == 2)
        self.bank.change_transaction(self.bank_account.find(row.ponto_id), remittance_information="New")
        self.synchronize(self.connection)
        self.assertEqual(row.statement_line_id.date, self.lock_date + timedelta(days=1))
        self.assertEqual(row.statement_line_id.payment_ref, "New")
        self.assertFalse(row.message)
