from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, tagged

from ..models.ponto_pairing import Entry, pair
from ..statement_files import FileError, read
from .bank_files import camt_file
from .common import IBAN, PontoCase
from .file_case import FileCase

DAY = date(2026, 3, 3)


@tagged("post_install", "-at_install")
class TestBreakerPlain(BaseCase):
    def test_zero_sum_is_no_evidence(self):
        found = pair([Entry(1, 500, DAY), Entry(2, -500, DAY)], [Entry("a", 0, DAY)])
        self.assertFalse(found.pairs)

    def test_camt_balance_without_amount(self):
        content = camt_file([], account=IBAN, opening=Decimal(1), closing=Decimal(1))
        text = content.decode()
        start = text.index("<Amt", text.index("<Bal"))
        end = text.index("</Amt>") + 6
        with self.assertRaises(FileError):
            read((text[:start] + text[end:]).encode())


@tagged("post_install", "-at_install")
class TestBreakerFile(FileCase):
    def test_unposted_line_of_ponto_is_not_created_by_a_file(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.pay(self.bank_account, "20.00", days_ago=5)
        account = self.connect_from(30)
        line = self.lines_of(account)[0]
        line.move_id.button_draft()
        self.assertEqual(self.preview(self.coda(10))[4], 0)
        self.import_files(self.coda(10))
        line.move_id.action_post()
        self.assertBooked(account, "10.00", "20.00")


@tagged("post_install", "-at_install")
class TestBreaker(PontoCase):
    def setUp(self):
        super().setUp()
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

    def test_numbers_written_in_another_way(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.pay(self.bank_account, "20.00", days_ago=5)
        self.type_line(10, 5, account_number="096-1234567-69")
        self.type_line(20, 5, account_number="BE71 0961 2345 6769 EUR")
        account = self.import_into_past()
        self.assertBooked(account, "10.00", "20.00")

    def test_link_moves_with_the_account(self):
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

    def test_undo_of_a_link_that_moved(self):
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

    def test_flag_of_a_changed_total_stays(self):
        items = [self.pay(self.bank_account, amount, days_ago=5) for amount in ("-10.00", "-20.00", "-30.00")]
        self.type_line(-60, 5)
        account = self.import_into_past()
        self.bank.change_transaction(items[0], amount="-11.00")
        self.synchronize(account)
        self.assertIn("changed", account.transaction_ids.mapped("reason"))
        self.pay(self.bank_account, "5.00", days_ago=1)
        self.synchronize(account)
        self.assertIn("changed", account.transaction_ids.mapped("reason"))

    def test_flag_of_a_corrected_near_line_goes(self):
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

    def test_kept_apart_after_takeover_and_undo(self):
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

    def test_kept_apart_not_imported_then_takeover(self):
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

    def test_forecast_of_what_is_kept_apart(self):
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

    def test_opening_beside_a_line_of_the_day_before(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.pay(self.bank_account, "20.00", days_ago=3)
        self.type_line(10, 6)
        account = self.import_into_past()
        action = account.action_create_opening_entry()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(wizard.amount, 1000)
        wizard.action_confirm()
        self.env.invalidate_all()
        self.assertLedgerEqualsBank(account, self.bank_account)

    def test_manager_cannot_write_links(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.type_line(10, 5)
        account = self.import_into_past()
        link = self.env["ponto.link"].search([("account_id", "=", account.id)])
        with self.assertRaises(AccessError):
            link.with_user(self.accountant).write({"evidence": "day_total"})

    def test_a_chosen_start_date_outlives_the_first_pull(self):
        for number in range(260):
            self.pay(self.bank_account, f"{number + 1}.00", days_ago=300 - number)
        connection, wizard = self.connect()
        connection.account_ids.write({"pull_complete": False})
        account = connection.account_ids
        account.import_latest = True
        wizard.line_ids.write({"selected": True, "journal_id": self.journal.id})
        wizard.action_confirm()
        account.import_latest = True  # as when nothing of it had been read yet
        chosen = date.today() - timedelta(days=299)
        again = self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])
        again.line_ids.write({"import_scope": "date", "import_from": chosen})
        again.action_confirm()
        self.synchronize(connection)
        self.assertEqual(account.import_from, chosen)

    def test_unposted_line_of_a_total_is_said(self):
        for amount in ("-10.00", "-20.00", "-30.00"):
            self.pay(self.bank_account, amount, days_ago=5)
        line = self.type_line(-60, 5)
        account = self.import_into_past()
        line.move_id.button_draft()
        self.env.invalidate_all()
        self.assertEqual(account.transaction_ids.mapped("unposted"), [True] * 3)
        self.assertEqual(len(account.transaction_ids.search([("unposted", "=", True)])), 3)

    def test_a_line_typed_for_a_deleted_one_is_not_the_next(self):
        self.pay(self.bank_account, "-10.00", days_ago=5)
        account = self.import_into_past()
        self.lines_of(account).unlink()
        self.type_line(-10, 5)
        self.pay(self.bank_account, "-10.00", days_ago=4)
        self.synchronize(account)
        self.assertBooked(account, "-10.00", "-10.00")

    def test_a_line_on_a_far_value_date(self):
        self.pay(self.bank_account, "-10.00", days_ago=5, value_date=date.today() - timedelta(days=20))
        self.type_line(-10, 20)
        account = self.import_into_past()
        self.assertBooked(account, "-10.00")
