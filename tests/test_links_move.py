from datetime import date, timedelta

from odoo.tests import tagged

from .past_case import PastCase


@tagged("post_install", "-at_install")
class TestLinksMove(PastCase):
    """What was linked to the books, or kept apart from them, stays so when the account goes on under another record."""

    def import_linked_total(self):
        """Return an account whose three transactions are one line that somebody typed."""
        for amount in ("-10.00", "-20.00", "-30.00"):
            self.pay(self.bank_account, amount, days_ago=5)
        self.type_line(-60, 5)
        return self.import_into_past()

    def keep_apart(self):
        """Return an account whose transaction is said to be another one than the equal line that somebody typed."""
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.type_line(10, 5)
        account = self.import_into_past()
        self.undo_links(account)
        return account

    def move_to_second(self):
        """Let a second connection go on with the account; return the connection."""
        second, wizard = self.connect(name="Second")
        wizard.line_ids.selected = True
        wizard.action_confirm()
        self.synchronize(second)
        return second

    def undo_links(self, account):
        links = self.env["ponto.link"].search([("account_id", "=", account.id)])
        with self.working() as env:
            env["ponto.link"].browse(links.ids).action_undo()
        self.env.invalidate_all()

    def undo_run(self, account, import_from):
        run = account.transaction_ids.synchronization_id[:1]
        with self.working() as env:
            env["ponto.account"].browse(account.id)._start_undo(
                env["ponto.synchronization"].browse(run.id), import_from
            )
        self.env.invalidate_all()

    def test_a_linked_total_goes_with_the_account(self):
        old = self.import_linked_total()
        second = self.move_to_second()
        account = second.account_ids
        link = self.env["ponto.link"].search([("line_ids", "!=", False)])
        with self.subTest("amount"):
            self.assertEqual(link.amount, -60)
        with self.subTest("account"):
            self.assertEqual(link.account_id, account)
        with self.subTest("finder"):
            found = self.env["ponto.agreement"].browse(account.action_find_agreement()["res_id"]).finding_ids
            self.assertEqual(found.filtered(lambda f: f.kind != "opening").mapped("kind"), [])
        old.connection_id.unlink()
        self.env.invalidate_all()
        with self.subTest("deleted"):
            self.assertFalse(account.transaction_ids.filtered("deleted"))
        self.pay(self.bank_account, "-60.00", days_ago=5)
        self.synchronize(second)
        with self.subTest("booked"):
            self.assertBooked(account, "-60.00", "-60.00")

    def test_undoing_a_link_that_moved_imports_once(self):
        old = self.import_linked_total()
        second = self.move_to_second()
        link = self.env["ponto.link"].search([("line_ids", "!=", False)])
        with self.working() as env:
            env["ponto.link"].browse(link.ids).action_undo()
        self.env.invalidate_all()
        self.assertEqual(set(old.transaction_ids.mapped("state")), {"skipped"})
        self.assertBooked(second.account_ids, "-60.00", "-10.00", "-20.00", "-30.00")

    def test_what_is_kept_apart_stays_so_after_a_move_and_an_undo(self):
        self.keep_apart()
        second = self.move_to_second()
        self.assertBooked(second.account_ids, "10.00", "10.00")
        self.undo_run(second.account_ids, date.today() - timedelta(days=60))
        self.assertBooked(second.account_ids, "10.00", "10.00")

    def test_what_is_kept_apart_and_not_imported_stays_so_after_a_move(self):
        account = self.keep_apart()
        self.undo_run(account, date.today())
        self.assertBooked(account, "10.00")
        second, wizard = self.connect(name="Second")
        self.tick(wizard)
        self.synchronize(second)
        self.assertBooked(second.account_ids, "10.00", "10.00")

    def test_the_dry_run_counts_what_is_kept_apart(self):
        account = self.keep_apart()
        self.undo_run(account, date.today())
        self.assertBooked(account, "10.00")
        forecast = account._forecast(date.today() - timedelta(days=60), self.journal)
        account.import_from = date.today() - timedelta(days=60)
        self.synchronize(account)
        self.assertBooked(account, "10.00", "10.00")
        self.assertEqual(forecast.to_create, 1)
