from datetime import date, timedelta

from odoo.tests import tagged

from .common import PontoCase


@tagged("post_install", "-at_install")
class TestLinksMove(PontoCase):
    """What was linked to the books, or kept apart from them, stays so when the account goes on under another record."""

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
        for amount in ("-10.00", "-20.00", "-30.00"):
            self.pay(self.bank_account, amount, days_ago=5)
        self.type_line(-60, 5)
        old = self.import_into_past()
        second, wizard = self.connect(name="Second")
        wizard.line_ids.selected = True
        wizard.action_confirm()
        self.synchronize(second)
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
        for amount in ("-10.00", "-20.00", "-30.00"):
            self.pay(self.bank_account, amount, days_ago=5)
        self.type_line(-60, 5)
        old = self.import_into_past()
        second, wizard = self.connect(name="Second")
        wizard.line_ids.selected = True
        wizard.action_confirm()
        self.synchronize(second)
        link = self.env["ponto.link"].search([("line_ids", "!=", False)])
        with self.working() as env:
            env["ponto.link"].browse(link.ids).action_undo()
        self.env.invalidate_all()
        self.assertEqual(set(old.transaction_ids.mapped("state")), {"skipped"})
        self.assertBooked(second.account_ids, "-60.00", "-10.00", "-20.00", "-30.00")

    def test_what_is_kept_apart_stays_so_after_a_move_and_an_undo(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.type_line(10, 5)
        account = self.import_into_past()
        self.undo_links(account)
        second, wizard = self.connect(name="Second")
        wizard.line_ids.selected = True
        wizard.action_confirm()
        self.synchronize(second)
        self.assertBooked(second.account_ids, "10.00", "10.00")
        self.undo_run(second.account_ids, date.today() - timedelta(days=60))
        self.assertBooked(second.account_ids, "10.00", "10.00")

    def test_what_is_kept_apart_and_not_imported_stays_so_after_a_move(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.type_line(10, 5)
        account = self.import_into_past()
        self.undo_links(account)
        self.undo_run(account, date.today())
        self.assertBooked(account, "10.00")
        second, wizard = self.connect(name="Second")
        self.tick(wizard)
        self.synchronize(second)
        self.assertBooked(second.account_ids, "10.00", "10.00")

    def test_the_dry_run_counts_what_is_kept_apart(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.type_line(10, 5)
        account = self.import_into_past()
        self.undo_links(account)
        self.undo_run(account, date.today())
        self.assertBooked(account, "10.00")
        forecast = account._forecast(date.today() - timedelta(days=60), self.journal)
        account.import_from = date.today() - timedelta(days=60)
        self.synchronize(account)
        self.assertBooked(account, "10.00", "10.00")
        self.assertEqual(forecast.to_create, 1)
