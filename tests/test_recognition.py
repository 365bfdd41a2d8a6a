from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OTHER_IBAN
from .past_case import PastCase


@tagged("post_install", "-at_install")
class TestRecognition(PastCase):
    """What is in the books already is linked, said with its evidence, and never doubled."""

    statement_period = "none"

    def stored(self, line):
        """Return every stored column of a line, its entry and its items."""
        self.env.flush_all()
        columns = []
        for table, condition in (
            ("account_bank_statement_line", "id = %s"),
            ("account_move", "statement_line_id = %s"),
            ("account_move_line", "statement_line_id = %s"),
        ):
            self.env.cr.execute(f"SELECT * FROM {table} WHERE {condition} ORDER BY id", [line.id])
            columns += self.env.cr.fetchall()
        return columns

    def links(self, account):
        links = self.env["ponto.link"].search([("account_id", "=", account.id)], order="id")
        return [(link.evidence, len(link.transaction_ids), len(link.line_ids)) for link in links]

    def test_typed_lines_are_linked_and_nothing_on_them_is_touched(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.pay(self.bank_account, "20.00", days_ago=4)
        line = self.type_line(10, 5)
        before = self.stored(line)
        account = self.import_into_past(expected_to_create=1)
        self.assertBooked(account, "10.00", "20.00")
        self.assertEqual(self.stored(line), before)
        self.assertEqual(self.links(account), [("same_day_amount", 1, 1)])
        self.assertEqual(account.synchronization_ids[0].linked_count, 1)

    def test_a_reconciled_line_is_linked_and_stays_reconciled(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        line = self.type_line(10, 5, account_number=OTHER_IBAN)
        self.book_elsewhere(line)
        items = line.move_id.line_ids
        account = self.import_into_past(expected_to_create=0)
        self.assertEqual(self.links(account), [("same_day", 1, 1)])
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line.move_id.line_ids, items)

    def test_a_globalized_batch_is_linked_by_the_total_of_the_day(self):
        for amount in ("-10.00", "-20.00", "-30.00"):
            self.pay(self.bank_account, amount, days_ago=5)
        self.type_line(-60, 5)
        account = self.import_into_past(expected_to_create=0)
        self.assertBooked(account, "-60.00")
        self.assertEqual(self.links(account), [("day_total", 3, 1)])
        self.assertFalse(account.transaction_ids.filtered("deleted"))
        self.pay(self.bank_account, "-60.00", days_ago=5)
        self.synchronize(account)
        self.assertBooked(account, "-60.00", "-60.00")

    def test_undoing_a_link_imports_the_transaction_and_it_is_not_linked_again(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        line = self.type_line(10, 5)
        account = self.import_into_past()
        link = self.env["ponto.link"].search([("account_id", "=", account.id)])
        for user in (self.invoicing, self.employee):
            with self.assertRaises(AccessError):
                link.with_user(user).action_undo()
        with self.working() as env:
            env["ponto.link"].browse(link.ids).action_undo()
        self.assertBooked(account, "10.00", "10.00")
        self.synchronize(account)
        self.assertBooked(account, "10.00", "10.00")
        self.assertNotIn(line, account.transaction_ids.statement_line_id)

    def test_a_link_by_the_id_cannot_be_undone(self):
        item = self.pay(self.bank_account, "10.00", days_ago=5)
        self.type_line(10, 20, transaction_details={"ponto": item.id})
        account = self.import_into_past(expected_to_create=0)
        self.assertEqual(self.links(account), [("ponto_id", 1, 1)])
        with self.assertRaisesRegex(UserError, "carry the Ponto ID"):
            self.env["ponto.link"].search([("account_id", "=", account.id)]).action_undo()

    def test_a_later_change_by_the_bank_leaves_a_linked_line_and_is_said(self):
        item = self.pay(self.bank_account, "10.00", days_ago=5)
        line = self.type_line(10, 5)
        account = self.import_into_past()
        self.bank.change_transaction(item, amount="11.00", counterpart_name="Jan")
        self.synchronize(account)
        self.assertEqual((line.amount, line.partner_name), (10, False))
        self.assertEqual(account.transaction_ids.reason, "changed")

    def test_lines_of_another_journal_are_not_looked_at(self):
        other = self.journal.copy()
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.type_line(10, 5, journal_id=other.id)
        self.assertBooked(self.import_into_past(expected_to_create=1), "10.00")

    def test_a_counterparty_account_is_the_same_however_it_is_written(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.pay(self.bank_account, "20.00", days_ago=5)
        self.type_line(10, 5, account_number="096-1234567-69")
        self.type_line(20, 5, account_number="BE71 0961 2345 6769 EUR")
        account = self.import_into_past()
        self.assertBooked(account, "10.00", "20.00")

    def test_a_later_change_of_a_part_of_a_total_stays_said(self):
        items = [self.pay(self.bank_account, amount, days_ago=5) for amount in ("-10.00", "-20.00", "-30.00")]
        self.type_line(-60, 5)
        account = self.import_into_past()
        self.bank.change_transaction(items[0], amount="-11.00")
        self.synchronize(account)
        self.assertIn("changed", account.transaction_ids.mapped("reason"))
        self.pay(self.bank_account, "5.00", days_ago=1)
        self.synchronize(account)
        self.assertIn("changed", account.transaction_ids.mapped("reason"))

    def test_a_corrected_line_of_the_day_after_is_not_complained_about_anymore(self):
        item = self.pay(self.bank_account, "-10.00", days_ago=5)
        line = self.type_line(-10, 4)
        account = self.import_into_past()
        self.bank.change_transaction(item, amount="-11.00")
        self.synchronize(account)
        self.assertEqual(account.transaction_ids.reason, "changed")
        line.amount = -11
        self.pay(self.bank_account, "5.00", days_ago=1)
        self.synchronize(account)
        self.assertFalse(any(account.transaction_ids.mapped("reason")))

    def test_a_total_that_is_reset_to_draft_is_said_of_each_part(self):
        for amount in ("-10.00", "-20.00", "-30.00"):
            self.pay(self.bank_account, amount, days_ago=5)
        line = self.type_line(-60, 5)
        account = self.import_into_past()
        line.move_id.button_draft()
        self.env.invalidate_all()
        self.assertEqual(account.transaction_ids.mapped("unposted"), [True] * 3)
        self.assertEqual(len(account.transaction_ids.search([("unposted", "=", True)])), 3)

    def test_a_line_typed_in_the_place_of_a_deleted_one_is_not_the_next_transaction(self):
        self.pay(self.bank_account, "-10.00", days_ago=5)
        account = self.import_into_past()
        self.lines_of(account).unlink()
        self.type_line(-10, 5)
        self.pay(self.bank_account, "-10.00", days_ago=4)
        self.synchronize(account)
        self.assertBooked(account, "-10.00", "-10.00")

    def test_a_line_on_a_value_date_weeks_ago_is_found(self):
        self.pay(self.bank_account, "-10.00", days_ago=5, value_date=date.today() - timedelta(days=20))
        self.type_line(-10, 20)
        account = self.import_into_past()
        self.assertBooked(account, "-10.00")

    def test_a_line_with_the_id_and_another_amount_is_said(self):
        item = self.pay(self.bank_account, "10.00", days_ago=5)
        line = self.type_line(9, 5, transaction_details={"ponto": item.id})
        account = self.import_into_past()
        self.assertEqual(account.transaction_ids.reason, "changed")
        line.amount = 10
        self.pay(self.bank_account, "5.00", days_ago=1)
        self.synchronize(account)
        self.assertFalse(any(account.transaction_ids.mapped("reason")))
