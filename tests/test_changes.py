from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_IBAN, PontoCase
from .test_pull import SYNC_LOGGERS


@tagged("post_install", "-at_install")
class TestChanges(PontoCase):
    """Later changes by the bank are followed, and nothing that a user did is overwritten."""

    statement_period = "none"

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.day = max(date.today() - timedelta(days=5), date.today().replace(month=1, day=1))
        self.item = self.pay(self.bank_account, "10.00", day=self.day)
        self.connection = self.connect_and_import()
        self.account = self.connection.account_ids
        self.line = self.lines_of(self.account)
        self.row = self.account.transaction_ids

    def change(self, **values):
        self.bank.change_transaction(self.item, **values)
        self.synchronize(self.connection)

    def test_texts_follow_where_they_are_as_written(self):
        self.change(remittance_information="Corrected", counterpart_name="Jan", counterpart_reference="BE00")
        self.assertEqual(
            (self.line.payment_ref, self.line.partner_name, self.line.account_number), ("Corrected", "Jan", "BE00")
        )
        self.assertFalse(self.row.message)
        self.assertFalse(self.row.raw_in_books)

    def test_what_a_user_typed_stays(self):
        self.line.write({"payment_ref": "Typed", "narration": "Mine"})
        self.change(remittance_information="Corrected", additional_information="More", counterpart_name="Jan")
        self.assertEqual((self.line.payment_ref, self.line.partner_name), ("Typed", "Jan"))
        self.assertIn("Mine", self.line.narration)
        self.assertFalse(self.row.message)

    def test_the_label_of_a_matched_line_stays_and_the_row_says_so(self):
        self.book_elsewhere(self.line)
        items = self.line.move_id.line_ids
        self.change(remittance_information="Corrected", counterpart_name="Jan")
        self.assertEqual((self.line.payment_ref, self.line.partner_name), ("Payment", "Jan"))
        self.assertEqual(self.line.move_id.line_ids, items)
        self.assertIn("after the transaction was matched", self.row.message)

    def test_day_and_amount_follow_on_an_open_line(self):
        day = self.day + timedelta(days=1)
        self.change(execution_date=day, value_date=day, amount="12.50")
        self.assertEqual((self.line.date, self.line.amount), (day, 12.5))
        self.assertEqual(self.line.move_id.date, day)
        self.assertEqual(sum(self.line.move_id.line_ids.mapped("debit")), 12.5)
        self.assertFalse(self.row.message)

    def test_day_and_amount_of_a_matched_line_stay_and_the_row_says_so(self):
        self.book_elsewhere(self.line)
        self.change(amount="12.50")
        self.assertEqual(self.line.amount, 10)
        self.assertIn("changed its amount or its day", self.row.message)

    def test_a_day_of_another_year_stays_and_the_row_says_so(self):
        day = self.day.replace(year=self.day.year - 1)
        self.change(execution_date=day, value_date=day)
        self.assertEqual(self.line.date, self.day)
        self.assertIn("changed its amount or its day", self.row.message)

    def test_a_locked_day_stays_and_the_row_says_so(self):
        self.book_elsewhere(self.line)
        self.company.fiscalyear_lock_date = self.day
        self.change(amount="11.00")
        self.assertEqual(self.line.amount, 10)
        self.assertIn("changed its amount or its day", self.row.message)

    def test_an_unreadable_change_is_said_and_a_later_readable_one_followed(self):
        self.item.overrides["amount"] = "a lot"
        self.change()
        self.assertEqual((self.row.state, self.row.amount, self.line.amount), ("imported", 10, 10))
        self.assertIn("changed its amount or its day", self.row.message)
        self.item.overrides.clear()
        self.change(amount="13.00")
        self.assertEqual(self.line.amount, 13)

    def test_a_change_before_the_import_is_simply_imported(self):
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        wizard.line_ids.import_from = date.today() + timedelta(days=10)
        wizard.action_confirm()
        item = self.pay(self.bank_account, "20.00", days_ago=1)
        self.synchronize(self.connection)
        self.bank.change_transaction(item, amount="21.00", remittance_information="New")
        self.synchronize(self.connection)
        self.account.import_from = date(2020, 1, 1)
        self.synchronize(self.connection)
        self.assertBooked(self.account, "10.00", "21.00")

    def test_an_older_change_comes_with_the_latest_synchronization(self):
        """A change further back than the overlap is in no page that is read, only in updated-transactions."""
        self.env.cr.execute("UPDATE ponto_transaction SET created_at = created_at - interval '60 days'")
        self.env.invalidate_all()
        self.item.created_at -= timedelta(days=60)
        for number in range(150):
            newer = self.pay(self.bank_account, f"{number}.00", days_ago=3)
            newer.created_at = newer.updated_at = newer.created_at - timedelta(days=30)
        self.synchronize(self.connection)
        self.sandbox.clear()
        self.change(remittance_information="Corrected late")
        self.assertEqual(self.line.payment_ref, "Corrected late")
        self.assertTrue([call for call in self.sandbox.requests if "updated-transactions" in call.path])

    def test_without_the_extras_the_books_are_complete(self):
        self.sandbox.faults.add("status", path="updated-transactions", times=99, status=404)
        self.sandbox.faults.add("status", path="pending-transactions", times=99, status=403)
        self.pay(self.bank_account, "20.00")
        self.synchronize(self.connection)
        self.assertBooked(self.account, "10.00", "20.00")
        self.assertEqual(self.connection.state, "connected")

    # ------------------------------------------------------------------ statements

    def statements(self):
        domain = [("journal_id", "=", self.account.journal_id.id)]
        return self.env["account.bank.statement"].search(domain, order="date")

    def test_a_changed_amount_moves_the_statements_after_it(self):
        self.account.statement_period = "day"
        self.pay(self.bank_account, "1.00", days_ago=1)
        self.synchronize(self.connection)
        self.change(amount="15.00")
        statements = self.statements()
        self.assertEqual(statements.mapped("balance_end_real"), [1015, 1016])
        self.assertEqual(set(statements.mapped("is_complete")) | set(statements.mapped("is_valid")), {True})

    def test_a_statement_whose_bank_balance_is_not_known_ends_where_its_lines_do(self):
        self.account.statement_period = "day"
        self.pay(self.bank_account, "1.00", day=self.day)
        self.synchronize(self.connection)
        self.pay(self.bank_account, "7.00", day=self.day).overrides["amount"] = "a lot"
        self.change(amount="15.00")
        self.assertEqual(self.statements().mapped("balance_end_real"), [1016])
        self.assertTrue(self.statements().is_complete)
        other = self.day + timedelta(days=1)
        self.change(execution_date=other, value_date=other)
        self.assertEqual(self.statements().mapped("balance_end_real"), [1001])
        self.assertTrue(self.statements().is_complete)

    def test_a_changed_day_moves_line_and_statement(self):
        self.account.statement_period = "day"
        self.pay(self.bank_account, "1.00", day=self.day)
        self.pay(self.bank_account, "2.00", day=self.day + timedelta(days=1))
        self.synchronize(self.connection)
        self.change(execution_date=self.day + timedelta(days=1), value_date=self.day + timedelta(days=1))
        statements = self.statements()
        self.assertEqual(statements.mapped("balance_end_real"), [1001, 1013])
        self.assertEqual(self.line.statement_id, statements[1])
        self.assertEqual(set(statements.mapped("is_complete")) | set(statements.mapped("is_valid")), {True})

    # ------------------------------------------------------------------ deleted, reset, cancelled

    def test_a_deleted_line_stays_deleted_until_import_again(self):
        self.line.unlink()
        self.synchronize(self.connection)
        self.assertBooked(self.account)
        self.assertIn("deleted in Odoo", self.row.message)
        with self.working() as env:
            env["ponto.transaction"].browse(self.row.ids).action_import_again()
        self.assertBooked(self.account, "10.00")

    def test_deleting_the_journal_entry_counts_as_deleting(self):
        self.line.move_id.button_draft()
        self.line.move_id.unlink()
        self.env.invalidate_all()
        self.assertTrue(self.row.deleted)
        self.synchronize(self.connection)
        self.assertBooked(self.account)

    def test_deleting_under_the_restrictive_audit_trail_counts_as_deleting(self):
        self.company.restrictive_audit_trail = True
        self.pay(self.bank_account, "20.00")
        self.synchronize(self.connection)
        self.lines_of(self.account).filtered(lambda line: line.amount == 20).unlink()
        self.env.invalidate_all()
        self.synchronize(self.connection)
        self.assertBooked(self.account, "10.00")
        self.assertEqual(self.account.transaction_ids.filtered("deleted").amount, 20)

    def test_a_line_that_is_reset_to_draft_is_said(self):
        self.line.move_id.button_draft()
        self.assertTrue(self.row.unposted)
        self.assertIn("draft or cancelled", self.row.message)
        self.assertEqual(self.row.search([("unposted", "=", True)]), self.row)
        self.line.move_id.action_post()
        self.assertFalse(self.row.message)

    @mute_logger(*SYNC_LOGGERS)
    def test_only_who_may_edit_accounts_imports_again(self):
        self.line.unlink()
        for user in (self.invoicing, self.employee):
            for action in ("action_import_again", "action_import_on_open_day", "action_retry"):
                with self.assertRaises(AccessError):
                    getattr(self.row.with_user(user), action)()
        other = self._create_company("Other Company")
        stranger = self._create_user("ponto_stranger", "account.group_account_manager", other)
        with self.assertRaises(AccessError):
            self.row.with_user(stranger).action_import_again()
        self.assertTrue(self.row.deleted)

    # ------------------------------------------------------------------ pending

    def test_pending_transactions_are_shown_and_never_imported_until_they_settle(self):
        pending = self.bank.add_pending(self.bank_account, "-7.00", remittance_information="Card")
        self.bank_account.moved = True
        self.synchronize(self.connection)
        self.assertEqual((self.account.pending_count, self.account.pending_amount), (1, -7))
        self.assertBooked(self.account, "10.00")
        self.assertEqual(self.account.waiting_count, 0)
        self.bank.settle(pending)
        self.synchronize(self.connection)
        self.assertEqual(self.account.pending_count, 0)
        self.assertBooked(self.account, "10.00", "-7.00")

    def test_a_pending_transaction_that_settles_under_its_own_id_is_imported(self):
        pending = self.bank.add_pending(self.bank_account, "-7.00")
        self.bank_account.moved = True
        self.synchronize(self.connection)
        self.bank.settle(pending, id=pending.id)
        self.synchronize(self.connection)
        self.assertBooked(self.account, "10.00", "-7.00")
        self.assertEqual(len(self.account.transaction_ids), 2)

    def test_a_pending_transaction_that_goes_leaves_nothing(self):
        pending = self.bank.add_pending(self.bank_account, "-7.00", counterpart_reference=OTHER_IBAN)
        self.bank_account.moved = True
        self.synchronize(self.connection)
        self.bank_account.pending.remove(pending)
        self.pay(self.bank_account, "1.00")
        self.synchronize(self.connection)
        self.assertFalse(self.account.pending_count)
        self.assertBooked(self.account, "10.00", "1.00")
