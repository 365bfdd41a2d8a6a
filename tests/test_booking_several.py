"""Several ticked rows of the review, booked by one decision."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_booking_dialog import DialogCase


@tagged("post_install", "-at_install")
class TestBookSeveral(DialogCase):
    def open_several(self, lines, user=None):
        action = lines.with_user(user or self.basic).action_ponto_book()
        self.assertEqual(action["res_model"], "ponto.book")
        return self.env["ponto.book"].with_user(user or self.basic).browse(action["res_id"])

    def press(self, dialog, method="action_book"):
        """Press a button outside the test's own transaction, as it commits; return what is said."""
        self.env.flush_all()
        with self.working() as env:
            action = getattr(env["ponto.book"].with_user(self.basic).browse(dialog.id), method)()
        self.env.invalidate_all()
        return action.get("params", {}).get("message")

    def lines(self, *amounts, **values):
        return self.env["account.bank.statement.line"].union(
            *(self.line(amount, f"Wage {number}", **values) for number, amount in enumerate(amounts))
        )

    def test_all_ticked_are_booked_and_each_keeps_its_label(self):
        lines = self.lines(-10.0, -20.0, -30.0)
        dialog = self.open_several(lines)
        self.assertTrue(all(dialog.row_ids.mapped("ticked")))
        self.assertIn("transactions: 3", dialog.summary)
        dialog.row_ids[0].ticked = False
        dialog.account_id = self.restaurants
        self.assertEqual(self.press(dialog), "Bank transactions booked: 2.")
        unticked = dialog.row_ids[0].statement_line_id
        self.assertFalse(unticked.is_reconciled)
        for line in lines - unticked:
            items = line._seek_for_lines()[2]
            self.assertEqual((items.account_id, items.name), (self.restaurants, line.payment_ref))
            self.assertEqual(self.get_match(line).user_id, self.basic)
        (lines - unticked).with_user(self.basic).action_undo_match()
        self.assertFalse(any(lines.mapped("is_reconciled")))
        self.assertEqual(set((lines - unticked).ponto_match_ids.mapped("state")), {"undone"})

    def test_taxes_ask_once_and_are_divided_in_each(self):
        lines = self.lines(-121.0, -60.5)
        dialog = self.open_several(lines)
        dialog.account_id, dialog.tax_ids = self.restaurants, self.half
        self.press(dialog)
        self.assertIn("no right to deduct", dialog.question)
        self.assertEqual(self.press(dialog), "Bank transactions booked: 2.")
        for line in lines:
            self.assertAsTyped(line, line._seek_for_lines()[2])

    def test_what_cannot_be_booked_is_not_ticked_counted_and_told(self):
        booked, open_one, old = self.line(-1.0), self.line(-2.0), self.line(-3.0, days_ago=800)
        taxed = self.line(-4.0, days_ago=50)
        self.add(self.open(booked), self.restaurants, -1.0).action_match()
        dialog = self.open_several(booked | open_one | old | taxed)
        rows = {row.statement_line_id: row for row in dialog.row_ids}
        self.assertEqual((rows[booked].ticked, rows[booked].refusal), (False, "matched or booked already"))
        self.assertFalse(rows[old].ticked, "an earlier year")
        self.assertFalse(rows[old].refusal)
        (dialog.row_ids - rows[old]).ticked = True
        self.company.tax_lock_date = fields.Date.today() - timedelta(days=30)
        dialog.account_id, dialog.tax_ids, dialog.question = self.restaurants, self.full, "asked"
        message = self.press(dialog)
        self.assertEqual(
            message,
            "Bank transactions booked: 1. Left out: matched or booked already: 1, in a period whose taxes are locked: 1.",
        )
        self.assertTrue(open_one.is_reconciled)

    def test_a_locked_period_is_said_in_its_row(self):
        line, other = self.line(-5.0, days_ago=40), self.line(-6.0)
        # Odoo sets no lock date over open transactions; an earlier import may have left them.
        self.env.cr.execute(
            "UPDATE res_company SET fiscalyear_lock_date = %s WHERE id = %s",
            [fields.Date.today() - timedelta(days=30), self.company.id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        dialog = self.open_several(line | other)
        row = dialog.row_ids.filtered(lambda row: row.statement_line_id == line)
        self.assertEqual((row.ticked, row.refusal), (False, "in a locked period"))

    def test_private_and_on_account(self):
        self.company.ponto_private_account_id = self.director
        private = self.lines(-1.0, -2.0)
        self.assertEqual(self.press(self.open_several(private), "action_private"), "Bank transactions booked: 2.")
        self.assertEqual(private.line_ids.account_id & self.director, self.director)
        known, unknown = self.line(-3.0, partner_id=self.insurer.id), self.line(-4.0)
        message = self.press(self.open_several(known | unknown), "action_on_account")
        self.assertEqual(message, "Bank transactions booked: 1. Left out: without a partner: 1.")
        self.assertEqual(known._seek_for_lines()[2].account_id.account_type, "liability_payable")

    def test_pressed_again_after_it_was_cut_off_books_nothing_twice(self):
        lines = self.lines(-1.0, -2.0, -3.0)
        dialog = self.open_several(lines)
        dialog.account_id = self.restaurants
        # As after a kill between two batches: what was committed is booked, the rest is not.
        self.add(self.open(lines[0]), self.restaurants, -1.0).action_match()
        items = lines[0].line_ids
        self.press(dialog)
        self.press(dialog)
        self.assertTrue(all(lines.mapped("is_reconciled")))
        self.assertEqual(lines[0].line_ids, items)
        for line in lines:
            self.assertEqual(len(line.line_ids), 2)
            self.assertEqual(line.ponto_match_ids.mapped("state"), ["applied"])

    def test_one_row_opens_its_own_dialog_and_several_companies_none(self):
        self.assertEqual(self.line(-1.0).with_user(self.basic).action_ponto_book()["res_model"], "ponto.match.choose")
        other = self._create_company("Garage Dubois")
        journal = self.env["account.journal"].create(
            {"name": "Bank", "code": "GDB", "type": "bank", "company_id": other.id}
        )
        theirs = self.line(-1.0, journal_id=journal.id)
        with self.assertRaisesRegex(UserError, "several companies"):
            (self.line(-1.0) | theirs).action_ponto_book()
        with self.assertRaises(AccessError):
            theirs.with_user(self.basic).with_context(allowed_company_ids=self.company.ids).action_ponto_book()

    def test_invoicing_opens_and_books_nothing(self):
        lines = self.lines(-1.0, -2.0)
        with self.assertRaises(AccessError):
            lines.with_user(self.invoicing).action_ponto_book()
        dialog = self.open_several(lines)
        for method in ("action_book", "action_private", "action_on_account"):
            with self.assertRaises(AccessError):
                getattr(dialog.with_user(self.invoicing), method)()
