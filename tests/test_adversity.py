"""What a hostile reviewer found: each once broke the books, a screen or a right."""

from datetime import date, timedelta
from decimal import Decimal

from dateutil.relativedelta import relativedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_IBAN, PontoCase
from .test_pull import SYNC_LOGGERS

BALANCES = ["balance_start", "balance_end_real", "line_ids"]


@tagged("post_install", "-at_install")
class TestStatementsUnderAdversity(PontoCase):
    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.month = date.today().replace(day=1)
        for back in (3, 2, 1):
            for day in (3, 10, 20):
                self.pay(self.bank_account, "10.01", day=(self.month - relativedelta(months=back)).replace(day=day))
        self.pay(self.bank_account, "1.00", day=self.month)

    def start(self):
        connection = self.connect_and_import()
        return connection, connection.account_ids

    def statements_of(self, account):
        return self.env["account.bank.statement"].search([("journal_id", "=", account.journal_id.id)], order="date")

    def day_of(self, months, day):
        return (self.month - relativedelta(months=months)).replace(day=day)

    def test_a_balance_that_contradicts_the_list_moves_no_statement(self):
        connection, account = self.start()
        before = self.statements_of(account).read(BALANCES)
        self.bank_account.reported_balance += Decimal(50)
        self.pay(self.bank_account, "2.00", day=self.month)
        self.synchronize(connection)
        self.assertEqual(self.statements_of(account).read(BALANCES), before)

    def test_an_amount_changed_by_the_bank_on_a_matched_line_moves_no_statement_and_is_said(self):
        connection, account = self.start()
        before = self.statements_of(account).read(BALANCES)
        row = account.transaction_ids.sorted("date")[0]
        self.book_elsewhere(row.statement_line_id)
        self.bank.change_transaction(self.bank_account.find(row.ponto_id), amount="20.01")
        self.synchronize(connection)
        self.assertEqual((row.state, row.reason, row.amount), ("imported", "changed", 20.01))
        self.assertIn("changed its amount", row.message)
        self.assertEqual(row.statement_line_id.amount, 10.01)
        self.assertEqual(self.statements_of(account).read(BALANCES), before)
        self.assertIn("changed transactions after their import", account.balance_message)

    def test_a_late_line_moves_also_a_month_that_lost_a_line(self):
        connection, account = self.start()
        lost = self.lines_of(account).filtered(lambda line: line.date == self.day_of(1, 10))
        lost.statement_id.with_context(ponto_statement=True).balance_end_real += 1  # incomplete: it may lose a line
        lost.unlink()
        last = self.statements_of(account)[-1]
        start = last.balance_start
        self.pay(self.bank_account, "7.00", day=self.day_of(2, 12))
        self.synchronize(connection)
        self.assertAlmostEqual(last.balance_start, start + 7)
        self.assertEqual(set(self.statements_of(account).mapped("is_valid")), {True})

    def test_a_late_line_joins_its_month_although_statements_are_daily_now(self):
        connection, account = self.start()
        account.statement_period = "day"
        self.pay(self.bank_account, "3.00", day=self.day_of(1, 12))
        self.synchronize(connection)
        statements = self.statements_of(account)
        late = self.lines_of(account).filtered(lambda line: line.amount == 3)
        self.assertEqual(late.statement_id.date, self.day_of(1, 20))
        self.assertEqual(set(statements.mapped("is_valid")), {True})
        self.assertEqual(set(statements.mapped("is_complete")), {True})

    def test_a_statement_that_a_user_deleted_is_not_made_again(self):
        connection, account = self.start()
        self.statements_of(account)[1].unlink()
        self.pay(self.bank_account, "2.00", day=self.month)
        self.synchronize(connection)
        self.assertEqual(len(self.statements_of(account)), 2)

    def test_a_start_date_earlier_in_a_made_month_adds_the_lines_before(self):
        connection, wizard = self.connect()
        wizard.line_ids.write({"selected": True, "import_scope": "date", "import_from": self.day_of(2, 8)})
        wizard.action_confirm()
        self.synchronize(connection)
        account = connection.account_ids
        self.assertEqual(len(self.statements_of(account)), 2)
        account.import_from = self.day_of(3, 1)
        self.synchronize(connection)
        statements = self.statements_of(account)
        self.assertEqual(statements.mapped(lambda s: len(s.line_ids)), [3, 3, 3])
        self.assertEqual(statements[0].balance_start, 1000)
        self.assertEqual(set(statements.mapped("is_valid")), {True})
        self.assertEqual(set(statements.mapped("is_complete")), {True})

    def test_a_transaction_newer_than_the_balance_gives_no_opening_and_no_statement(self):
        connection, wizard = self.connect()
        self.choose(wizard)
        self.synchronize(connection)
        account = connection.account_ids
        account.bank_balance_date = self.month - timedelta(days=1)
        with self.assertRaisesRegex(UserError, "not known yet"):
            account.action_create_opening_entry()
        self.statements_of(account).with_context(ponto_statement=True).unlink()
        account._update_statements()
        self.assertFalse(self.statements_of(account))

    def test_an_earlier_start_date_cannot_double_the_opening(self):
        _connection, account = self.start()
        action = account.action_create_opening_entry()
        self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        with self.assertRaisesRegex(UserError, "delete it before you import earlier days"), self.env.cr.savepoint():
            account.import_from = date(2020, 1, 1)
        account.opening_line_id.unlink()
        account.import_from = date(2020, 1, 1)
        self.assertEqual(account.balance_state, "unknown")


@tagged("post_install", "-at_install")
class TestImportUnderAdversity(PontoCase):
    def start(self, *amounts, **kwargs):
        self.bank_account = self.open_account(**kwargs)
        for amount in amounts:
            self.pay(self.bank_account, amount)
        connection = self.connect_and_import()
        return connection, connection.account_ids

    def test_retry_judges_anew_and_books_nothing_wrong(self):
        _connection, account = self.start("1.00")
        for values in ({"amount": "99.00", "currency": "USD"}, {"amount": "5000000000000"}, {"amount": "1.005"}):
            amount = values.pop("amount")
            self.pay(self.bank_account, amount, **values)
        self.synchronize(account)
        failed = account.transaction_ids.filtered(lambda row: row.state == "error")
        self.assertEqual(len(failed), 3)
        with self.working() as env:
            env["ponto.transaction"].browse(failed.ids).action_retry()
        self.assertEqual(failed.mapped("state"), ["error"] * 3)
        self.assertBooked(account, "1.00")

    def test_a_row_without_a_day_blocks_nothing(self):
        connection, account = self.start("1.00")
        self.env.cr.execute("UPDATE ponto_transaction SET state = 'to_import', date = NULL, statement_line_id = NULL")
        self.env.invalidate_all()
        self.pay(self.bank_account, "2.00")
        self.synchronize(connection)
        self.assertIn("2.0", str(self.lines_of(account).mapped("amount")))
        self.assertFalse(account.last_error_message)

    def test_no_day_is_booked_one_to_one_by_a_rate_of_the_company_s_currency(self):
        dollar, euro = self.env.ref("base.USD"), self.env.ref("base.EUR")
        dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "in", (dollar | euro).ids)]).unlink()
        rates = {"currency_id": euro.id, "company_id": self.company.id, "name": date(2010, 1, 1), "rate": 1.0}
        self.env["res.currency.rate"].create(rates)
        connection, account = self.start("10.01", currency="USD")
        self.assertBooked(account)
        self.assertIn("No USD rate", account.waiting_message)
        self.env["res.currency.rate"].create({**rates, "currency_id": dollar.id, "rate": 1.25})
        self.synchronize(connection)
        self.assertBooked(account, "10.01")

    def connect_unread(self):
        """Connect while no transaction can be read; one was booked on each of the last 150 days."""
        self.bank_account = self.open_account()
        for number in reversed(range(150)):
            self.pay(self.bank_account, "1.00", day=date.today() - timedelta(days=number))
        self.sandbox.faults.add("status", path=r"/transactions", times=9, status=503)
        connection, wizard = self.connect()
        self.sandbox.faults.clear()
        return connection, wizard

    def test_the_latest_hundred_are_counted_when_the_history_has_been_read(self):
        connection, wizard = self.connect_unread()
        self.assertEqual(wizard.line_ids.import_scope, "latest")
        wizard.line_ids.selected = True
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, *["1.00"] * 100)

    @mute_logger("odoo.addons.account_online_ponto.models.reading.pull")
    def test_a_date_that_the_user_typed_stays_also_when_nothing_was_read_yet(self):
        connection, wizard = self.connect_unread()
        wizard.line_ids.write({"selected": True, "import_from": date.today() - timedelta(days=119)})
        wizard.action_confirm()
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, *["1.00"] * 120)

    def test_unticking_or_a_later_start_date_holds_from_the_next_batch_on(self):
        connection, account = self.start("1.00")
        self.pay(self.bank_account, "2.00", days_ago=9)
        run = self.env["ponto.synchronization"].create({"account_id": account.id})
        with self.working() as env:
            work = env["ponto.account"].browse(account.id)
            work.connection_id._look(work.connection_id._make_client())
            env["ponto.transaction"]._store(
                work, list(next(work.connection_id._make_client().transaction_pages(work.ponto_id)).items), 0
            )
            work.import_from = date.today() - timedelta(days=6)
            self.assertEqual(work._import_batch(env["ponto.synchronization"].browse(run.id)), 0)
            work.import_from = date.today() - timedelta(days=30)
            work.linked = False
            self.assertEqual(work._import_batch(env["ponto.synchronization"].browse(run.id)), 0)
        self.assertBooked(account, "1.00")
        self.assertEqual(connection.account_ids, account)

    @mute_logger(*SYNC_LOGGERS)
    def test_a_journal_that_is_not_ready_lets_the_rows_wait(self):
        connection, account = self.start("1.00")
        account.journal_id.active = False
        self.pay(self.bank_account, "2.00")
        self.synchronize(connection)
        self.assertIn("journal is archived", account.last_error_message)
        self.assertEqual(set(account.transaction_ids.mapped("state")), {"imported", "to_import"})
        account.journal_id.active = True
        self.synchronize(connection)
        self.assertBooked(account, "1.00", "2.00")

    def test_waiting_rows_of_an_account_that_left_the_list_are_asked_again(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].search([("currency_id", "=", dollar.id)]).unlink()
        connection, account = self.start("10.00", currency="USD")
        self.open_account(reference=OTHER_IBAN)
        self.integration.unshare(self.bank_account)
        self.synchronize(connection)
        self.assertEqual(account.state, "off")
        self.env["res.currency.rate"].create(
            {"currency_id": dollar.id, "company_id": self.company.id, "name": date(2020, 1, 1), "rate": 1.25}
        )
        self.synchronize(connection)
        self.assertBooked(account, "10.00")

    def test_a_transaction_of_an_account_without_journal_says_so(self):
        self.pay(self.open_account(), "1.00")
        connection, _wizard = self.connect()
        self.assertIn("not linked to a journal", connection.account_ids.transaction_ids.message)


@tagged("post_install", "-at_install")
class TestConnectionUnderAdversity(PontoCase):
    def test_an_answer_without_currency_takes_no_screen_down(self):
        bank_account = self.open_account()
        connection = self.connect_and_import()
        account = connection.account_ids
        bank_account.currency = None
        bank_account.reference = None
        self.pay_touch(bank_account)
        self.synchronize(connection)
        self.assertEqual((account.currency_id.name, account.reference), ("EUR", "BE68539007547034"))
        dashboard = account.journal_id._get_journal_dashboard_data_batched()
        self.assertTrue(dashboard[account.journal_id.id]["ponto"]["linked"])

    def pay_touch(self, bank_account):
        self.bank.clock.advance(days=1)

    @mute_logger(*SYNC_LOGGERS)
    def test_one_failing_account_does_not_prevent_the_connection(self):
        first, second = self.open_account(), self.open_account(reference=OTHER_IBAN)
        self.pay(second, "2.00")
        for fault in ({"status": 404}, {"status": 503}, {"status": 429, "retry_after": 60}):
            self.sandbox.faults.add("status", path=rf"/accounts/{first.id}/transactions", times=9, **fault)
            connection, wizard = self.connect(name=str(fault))
            self.assertEqual(len(wizard.line_ids), 2)
            self.sandbox.faults.clear()
        self.choose(wizard)
        self.synchronize(connection)
        self.assertEqual(set(connection.account_ids.mapped("pull_complete")), {True})

    @mute_logger(*SYNC_LOGGERS)
    def test_one_outage_counts_once(self):
        for number in range(4):
            self.pay(
                self.open_account(reference=f"5355 XXXX {number}", reference_type="MASKEDPAN", subtype="card"), "1.00"
            )
        connection, wizard = self.connect()
        self.choose(wizard)
        connection.account_ids.write({"pull_complete": False, "sync_stage": "pull"})
        self.sandbox.faults.add("status", path=r"/transactions", times=99, status=503)
        self.run_cron()
        self.assertEqual(connection.failure_count, 1)

    def test_an_archived_connection_says_so(self):
        self.open_account()
        connection = self.connect_and_import()
        connection.active = False
        with self.assertRaisesRegex(UserError, "is archived"):
            connection.action_synchronize()
        journal = connection.account_ids.journal_id
        self.assertIn("archived", journal._get_journal_dashboard_data_batched()[journal.id]["ponto"]["error"])

    def test_an_archived_bank_account_of_the_company_serves_again(self):
        bank = self.env["res.partner.bank"].create({"acc_number": OTHER_IBAN, "partner_id": self.company.partner_id.id})
        bank.active = False
        self.open_account(reference=OTHER_IBAN)
        account = self.connect_and_import().account_ids
        self.assertEqual(account.journal_id.bank_account_id, bank)
        self.assertTrue(bank.active)

    def test_what_a_synchronization_writes_nobody_writes_by_hand(self):
        self.open_account()
        connection = self.connect_and_import()
        account = connection.account_ids.with_user(self.accountant)
        for values in ({"linked": False}, {"journal_id": False}, {"bank_balance": 1.0}, {"ponto_id": "x"}):
            with self.assertRaises(AccessError):
                account.write(values)
        with self.assertRaises(AccessError):
            connection.with_user(self.accountant).write({"state": "draft"})
        account.write({"import_from": date(2020, 1, 1), "statement_period": "day"})
        connection.with_user(self.accountant).write({"schedule": "four"})
        self.assertTrue(connection.next_sync_at)

    def test_a_secret_cannot_be_guessed_without_the_right_to_write(self):
        self.open_account()
        connection = self.connect_and_import()
        self.sandbox.clear()
        for secret in (self.integration.client_secret, "wrong"):
            with self.assertRaises(AccessError):
                connection.with_user(self.invoicing).write({"client_secret": secret})
        self.assertFalse(self.sandbox.requests)

    def test_a_journal_without_lines_is_free_after_unticking(self):
        self.open_account()
        connection = self.connect_and_import()
        journal = connection.account_ids.journal_id
        wizard = self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])
        wizard.line_ids.selected = False
        wizard.action_confirm()
        self.assertFalse(connection.account_ids.journal_id)
        journal.unlink()
