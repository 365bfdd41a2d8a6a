from datetime import date, timedelta
from decimal import Decimal

from odoo.addons.base.tests.test_ir_cron import CronMixinCase
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .rpc_case import RpcCase
from .undo_case import ShortSlice, UndoCase


@tagged("post_install", "-at_install")
class TestUndo(UndoCase):
    """Undo of one run: what it created and nobody used leaves the books, and is imported again from the new date."""

    def test_undo_with_the_same_date_brings_the_same_lines_once(self):
        for day in (3, 4, 4, 5, 20):
            self.pay_on(3, day, f"{day}.10", counterpart_name="Zoë")
        self.pay_on(1, 9, "-9.00")
        account, run = self.import_all()
        before = self.books_of(account)
        self.assertEqual(len(before[1]), 2)
        self.assertEqual(self.undo(run), (6, 0))
        self.assertEqual(self.books_of(account), before)
        self.assertEqual(set(account.transaction_ids.mapped("state")), {"imported"})
        self.assertFalse(account.undo_run_id)
        self.assertFalse(account.sync_stage)

    def test_undo_with_a_new_date_leaves_the_books_of_a_company_that_starts_there(self):
        for months_ago in (5, 4, 3, 2, 1):
            for day in (2, 2, 17, 28):
                self.pay_on(months_ago, day, f"{months_ago}.{day:02}", remittance_information=f"{months_ago}/{day}")
        account, run = self.import_all()
        start = self.day(3, 17)
        self.assertEqual(self.undo(run, import_from=start), (20, 0))
        fresh = self.import_elsewhere(start)
        books, statements = self.books_of(account)
        self.assertEqual((books, statements), self.books_of(fresh))
        self.assertEqual(len(books), 10)
        self.assertEqual(len(statements), 3)
        day_before = start - timedelta(days=1)
        self.assertEqual(Decimal(str(statements[0][1])), self.bank.balance(self.bank_account, day_before))
        self.assertEqual(Decimal(str(statements[-1][3])), self.bank.balance(self.bank_account))
        states = account.transaction_ids.filtered(lambda row: row.date < start).mapped(
            lambda row: (row.state, row.reason)
        )
        self.assertEqual(set(states), {("skipped", "before_start")})
        # And back again: an earlier start date brings everything that the first import brought.
        self.assertEqual(self.undo(self.run_of(account), import_from=self.day(5)), (10, 0))
        self.assertEqual(self.books_of(account), self.books_of(self.import_elsewhere(self.day(5))))
        self.assertEqual(len(self.books_of(account)[0]), 20)

    def import_elsewhere(self, start):
        """Import the same account into the books of a fresh company."""
        company = self._create_company(f"Since {start}")
        self.env.user.company_ids |= company
        connection = self.new_connection(company_id=company.id)
        action = connection.action_connect()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard.line_ids.write({"selected": True, "import_scope": "date", "import_from": start})
        wizard.action_confirm()
        self.synchronize(connection)
        return connection.account_ids

    def test_only_the_lines_of_that_run_leave(self):
        self.pay_on(2, 3, "1.00")
        connection = self.connect_and_import()
        account = connection.account_ids
        for amount in ("2.00", "3.00"):
            self.pay_on(1, 5, amount)
        self.synchronize(connection)
        first = self.lines_of(account)[:1]
        self.assertEqual(self.undo(self.run_of(account), import_from=date.today()), (2, 0))
        self.assertEqual(self.lines_of(account), first)
        self.assertEqual(account.import_from, date.today())

    def test_the_newest_lines_leave_without_a_gap_in_the_numbers(self):
        for day in range(1, 20):
            self.pay_on(2, day, f"{day}.00")
        connection = self.connect_and_import()
        account = connection.account_ids
        for day in range(1, 6):
            self.pay_on(1, day, f"{day}.50")
        self.synchronize(connection)
        self.undo(self.run_of(account))
        self.pay_on(1, 7, "7.50")
        self.synchronize(connection)
        self.env.cr.execute(
            "SELECT array_agg(sequence_number ORDER BY line.internal_index), bool_or(made_sequence_gap)"
            " FROM account_bank_statement_line line JOIN account_move move ON move.id = line.move_id"
            " WHERE line.journal_id = %s GROUP BY move.sequence_prefix",
            [account.journal_id.id],
        )
        for numbers, gap in self.env.cr.fetchall():
            self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
            self.assertFalse(gap)
        self.assertEqual(len(self.lines_of(account)), 25)

    # ------------------------------------------------------------------ what stays

    def test_what_a_user_worked_on_stays_and_the_numbers_said_beforehand_are_right(self):
        for number in range(1, 10):
            self.pay_on(2, number, f"{number}.00")
        account, run = self.import_all()
        self.lines_of(account).statement_id.with_context(ponto_statement=True).unlink()
        account.statement_period = "none"
        invoice = self.match(self.line_at(account, 9))
        self.book(self.line_at(account, 8))
        self.hash_entry(self.line_at(account, 7))
        statement = self.put_in_statement(self.line_at(account, 6))
        self.line_at(account, 5).move_id.button_draft()
        self.line_at(account, 4).unlink()
        self.lock_with_open_line(self.day(2, 1))
        wizard = self.propose(run)
        self.assertEqual((wizard.removable_count, wizard.stay_count), (2, 6))
        self.assertEqual(
            wizard.summary.splitlines()[1:],
            [
                "6 stay:",
                "• 1 were reset to draft or cancelled in Odoo.",
                "• 1 are secured with a hash.",
                "• 1 lie in a period that is locked.",
                "• 1 are on a statement that a user made or edited.",
                "• 2 are reconciled, or booked by hand on other accounts.",
                "1 were deleted in Odoo already and stay deleted.",
            ],
        )
        self.assertRegex(wizard.summary, "^2 bank transactions from .* to .*, 5.00.€ together, will be removed.")
        stay = self.lines_of(account).filtered(lambda line: line.amount not in (2, 3))
        before = [(line.id, line.move_id.name, line.is_reconciled, line.line_ids.ids) for line in stay]
        self.assertEqual(self.undo(run, import_from=date.today()), (2, 6))
        self.assertEqual(
            [(line.id, line.move_id.name, line.is_reconciled, line.line_ids.ids) for line in self.lines_of(account)],
            before,
        )
        self.assertEqual(invoice.amount_residual, 0)
        self.assertTrue(statement.exists())
        self.assertEqual((run.undone_count, run.created_count), (2, 6))
        self.assertRegex(run.undo_message, "^Undone on .*: 2 bank transactions removed, 6 stay.$")
        log = account.synchronization_ids.filtered(lambda row: row.trigger == "undo")
        self.assertEqual((log.state, log.removed_count, log.undo_of_id), ("done", 2, run))
        self.assertIn("2 are reconciled", log.undo_message)
        deleted = account.transaction_ids.filtered("deleted")
        self.assertEqual(deleted.mapped("amount"), [4.0])

    def test_the_opposite_side_of_a_match_is_not_lost_with_a_line_matched_after_the_question(self):
        self.pay_on(2, 3, "3.00")
        self.pay_on(2, 4, "4.00")
        account, run = self.import_all()
        wizard = self.propose(run)
        self.assertEqual(wizard.removable_count, 2)
        self.match(self.line_at(account, 4))
        self.env.flush_all()
        with self.working() as env:
            wizard.with_env(env).action_confirm()
        self.env.invalidate_all()
        self.assertEqual((run.undone_count, run.created_count), (1, 1))
        self.assertBooked(account, "3.00", "4.00")
        self.assertTrue(self.line_at(account, 4).is_reconciled)

    def test_undoing_again_offers_what_is_left(self):
        self.pay_on(2, 3, "3.00")
        self.pay_on(2, 4, "4.00")
        account, run = self.import_all()
        self.book(self.line_at(account, 4))
        self.undo(run, import_from=date.today())
        with self.assertRaisesRegex(UserError, "No bank transaction can be removed"):
            self.propose(run).action_confirm()
        self.line_at(account, 4).action_undo_reconciliation()
        self.assertEqual(self.undo(run), (1, 0))
        self.assertBooked(account)
        self.assertEqual((run.undone_count, run.created_count), (2, 0))
        with self.assertRaisesRegex(UserError, "is left"):
            run.action_undo()

    def test_a_label_that_was_typed_is_said_beforehand(self):
        self.pay_on(2, 3, "3.00")
        self.pay_on(2, 4, "4.00")
        account, run = self.import_all()
        self.line_at(account, 3).payment_ref = "Rent of March"
        self.assertIn("1 of them have a label or a partner that was changed by hand", self.propose(run).summary)

    def test_a_line_that_was_only_linked_is_never_removed(self):
        self.pay_on(2, 3, "3.00")
        connection = self.connect_and_import()
        account = connection.account_ids
        line = self.lines_of(account)
        # What the addon remembered is gone, as after an uninstallation.
        self.env.cr.execute("DELETE FROM ponto_transaction WHERE account_id = %s", [account.id])
        self.env.invalidate_all()
        account.write({"pull_complete": False, "sync_stage": "pull"})
        self.pay_on(2, 4, "4.00")
        self.synchronize(connection)
        run = self.run_of(account)
        self.assertEqual((run.linked_count, run.imported_count, run.created_count), (1, 1, 1))
        self.assertIn("1 were in the books before and are not touched.", self.propose(run).summary)
        self.assertEqual(self.undo(run, import_from=date.today()), (1, 0))
        self.assertEqual(self.lines_of(account), line)

    def test_a_row_that_the_bank_changed_is_imported_as_it_is_now(self):
        item = self.pay_on(2, 3, "3.00")
        connection = self.connect_and_import()
        account = connection.account_ids
        run = self.run_of(account)
        line = self.lines_of(account)
        self.book_elsewhere(line)
        self.bank.change_transaction(item, amount=Decimal("3.30"))
        self.synchronize(connection)
        self.assertBooked(account, "3.00")
        self.assertEqual(account.transaction_ids.reason, "changed")
        line.action_undo_reconciliation()
        self.undo(run)
        self.assertBooked(account, "3.30")
        self.assertFalse(account.transaction_ids.reason)

    def test_what_was_kept_and_cannot_be_read_anymore_ends_in_an_error(self):
        self.pay_on(2, 3, "3.00")
        self.pay_on(2, 4, "4.00")
        account, run = self.import_all()
        account.transaction_ids[:1].write({"raw": "{", "reason": "changed"})
        self.undo(run)
        self.assertBooked(account, "3.00")
        self.assertEqual(account.transaction_ids[:1].state, "error")

    # ------------------------------------------------------------------ statements

    def test_our_statements_are_dissolved_and_made_again(self):
        for months_ago in (3, 2):
            for day in (5, 15, 25):
                self.pay_on(months_ago, day, f"{day}.0{months_ago}")
        connection = self.connect_and_import()
        account = connection.account_ids
        self.pay_on(2, 26, "26.00")
        self.synchronize(connection)
        before = self.books_of(account)
        self.assertEqual(len(before[1]), 2)
        run = self.run_of(account)
        self.assertIn("Statements that the synchronization made are dissolved", self.propose(run).summary)
        self.undo(run, import_from=date.today())
        lines, statements = self.books_of(account)
        self.assertEqual(len(lines), 6)
        self.assertEqual(statements, before[1][:1], "the month that lost a line has no statement")
        account.import_from = self.day(3)
        self.synchronize(connection)
        self.assertEqual(self.books_of(account), before)

    def test_a_statement_that_a_user_edited_keeps_its_lines(self):
        self.pay_on(3, 5, "5.00")
        self.pay_on(2, 6, "6.00")
        account, run = self.import_all()
        statement = self.line_at(account, 5).statement_id
        statement.balance_end_real = 99.0
        self.assertEqual(self.undo(run, import_from=date.today()), (1, 1))
        self.assertEqual(statement.line_ids.mapped("amount"), [5.0])
        self.assertEqual(statement.balance_end_real, 99.0)
        self.assertEqual(self.amounts_of(account), [5.0])

    # ------------------------------------------------------------------ start date and opening entry

    def test_a_start_date_at_the_opening_entry_is_refused_before_anything_happens(self):
        self.pay_on(2, 3, "3.00")
        account, run = self.import_all()
        action = account.action_create_opening_entry()
        self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        opening = account.opening_line_id
        account.flush_recordset()
        self.env.cr.execute("UPDATE ponto_account SET import_from = %s WHERE id = %s", [self.day(9), account.id])
        self.env.invalidate_all()
        wizard = self.propose(run)
        self.assertIn("start on the day after it", wizard.opening_note)
        self.assertEqual(wizard.import_from, opening.date + timedelta(days=1))
        wizard.import_from = opening.date
        with self.assertRaisesRegex(UserError, "The opening entry of .* holds everything before"):
            wizard.action_confirm()
        self.assertFalse(account.undo_run_id)
        self.assertEqual(len(self.lines_of(account)), 2)
        self.undo(run)
        self.assertTrue(opening.exists())
        self.assertLedgerEqualsBank(account, self.bank_account)

    def test_an_opening_entry_that_moved_meanwhile_leaves_no_account_busy(self):
        self.pay_on(2, 3, "3.00")
        account, run = self.import_all()
        action = account.action_create_opening_entry()
        self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        self.ask_for_undo(run)
        account.opening_line_id.date = self.day(2, 4)
        self.assertTrue(self.work(account, 100))
        self.assertFalse(account.undo_run_id)
        self.assertEqual(account.import_from, self.day(2, 5))

    def test_no_opening_entry_is_made_while_an_undo_is_open(self):
        self.pay_on(2, 3, "3.00")
        account, run = self.import_all()
        self.ask_for_undo(run)
        self.assertEqual(account.balance_state, "unknown")
        with self.assertRaisesRegex(UserError, "not known yet"):
            account.action_create_opening_entry()

    # ------------------------------------------------------------------ other circumstances

    def test_an_account_that_is_no_longer_linked_loses_its_lines_and_imports_nothing(self):
        self.pay_on(2, 3, "3.00")
        connection = self.connect_and_import()
        account = connection.account_ids
        journal = account.journal_id
        wizard = self.env["ponto.account.fetch"].browse(connection.action_fetch_accounts()["res_id"])
        wizard.line_ids.selected = False
        wizard.action_confirm()
        self.assertEqual(self.undo(self.run_of(account)), (1, 0))
        self.assertFalse(self.env["account.bank.statement.line"].search([("journal_id", "=", journal.id)]))
        self.assertFalse(account.journal_id, "the journal is free again")
        self.assertEqual(account.transaction_ids.state, "to_import")
        journal.unlink()

    @mute_logger("odoo.addons.account_online_ponto.models.reading.look")
    def test_an_undo_needs_nothing_of_ponto(self):
        self.pay_on(2, 3, "3.00")
        connection = self.connect_and_import()
        account = connection.account_ids
        run = self.run_of(account)
        connection.write({"state": "error", "failure_count": 3})
        self.ask_for_undo(run)
        self.sandbox.clear()
        self.run_cron()
        self.env.invalidate_all()
        self.assertBooked(account)
        self.assertFalse(self.sandbox.requests)
        self.assertFalse(account.undo_run_id)
        connection.write({"state": "connected", "failure_count": 0})
        self.run_cron()
        self.assertBooked(account, "3.00")

    def test_with_the_restrictive_audit_trail_a_cancelled_entry_stays(self):
        self.pay_on(2, 3, "3.00")
        self.pay_on(2, 4, "4.00")
        self.company.restrictive_audit_trail = True
        account, run = self.import_all()
        entries = self.lines_of(account).move_id
        self.assertEqual(self.undo(run), (2, 0))
        self.assertEqual(set(entries.mapped("state")), {"cancel"})
        self.assertBooked(account, "3.00", "4.00")
        self.assertEqual(len(self.lines_of(account)), 2)

    def test_another_company_s_books_are_not_touched(self):
        self.pay_on(2, 3, "3.00")
        account, run = self.import_all()
        other = self.import_elsewhere(self.day(2))
        before = self.books_of(other)
        self.undo(run, import_from=date.today())
        self.assertBooked(account)
        self.assertEqual(self.books_of(other), before)

    def test_what_cannot_be_undone_is_said_in_one_sentence(self):
        self.pay_on(2, 3, "3.00")
        connection = self.connect_and_import()
        account = connection.account_ids
        run = self.run_of(account)
        account.sync_stage = "import"
        self.synchronize(connection)
        empty = account.synchronization_ids[0]
        self.assertNotEqual(empty, run)
        with self.assertRaisesRegex(UserError, "No bank transaction that this synchronization created is left"):
            empty.action_undo()
        run.state = "running"
        with self.assertRaisesRegex(UserError, "still running"):
            run.action_undo()
        run.state = "done"
        wizard = self.propose(run)
        self.ask_for_undo(empty)
        for action in (run.action_undo, wizard.action_confirm):
            with self.assertRaisesRegex(UserError, "is being undone"):
                action()

    def test_only_an_administrator_of_the_company_may_undo(self):
        self.pay_on(2, 3, "3.00")
        account, run = self.import_all()
        stranger = self._create_user("ponto_stranger", "account.group_account_manager", self._create_company("Other"))
        for user in (self.invoicing, self.employee, stranger):
            with self.assertRaises(AccessError):
                run.with_user(user).action_undo()
            with self.assertRaises(AccessError):
                self.propose(run).with_user(user).action_confirm()
        self.assertBooked(account, "3.00")
        wizard = self.propose(run.with_user(self.accountant))
        self.env.flush_all()
        with self.working() as env:
            wizard.with_env(env(user=self.accountant.id)).action_confirm()
        log = account.synchronization_ids.filtered(lambda row: row.trigger == "undo")
        self.assertEqual(log.user_id, self.accountant)


@tagged("post_install", "-at_install")
class TestUndoInterrupted(UndoCase):
    """An undo is cut into batches: whatever happens between two of them, it ends as if nothing had happened."""

    def prepare(self):
        super().prepare()
        for number in range(110):
            self.pay(self.bank_account, f"{number + 1}.00", days_ago=300 - number)
        self.account, self.first_run = self.import_all()
        self.before = self.books_of(self.account)
        self.sandbox.clear()

    def test_the_oldest_are_left_when_it_is_interrupted_and_nothing_is_imported_meanwhile(self):
        self.ask_for_undo(self.first_run)
        self.assertFalse(self.work(self.account, 1))
        self.assertEqual(self.amounts_of(self.account), [float(number + 1) for number in range(10)])
        self.assertEqual(self.account.undo_run_id, self.first_run)
        self.assertRegex(self.first_run.undo_message, "Being undone: 100 bank transactions removed")
        self.pay(self.bank_account, "999.00", days_ago=2)
        self.assertFalse(self.work(self.account, 1))
        self.assertEqual(len(self.lines_of(self.account)), 0)
        self.assertEqual(self.account.undo_run_id, self.first_run)
        self.synchronize(self.account)
        self.assertEqual(self.amounts_of(self.account), [*(float(number + 1) for number in range(110)), 999.0])
        log = self.account.synchronization_ids.filtered(lambda row: row.trigger == "undo")
        self.assertEqual((len(log), log.removed_count, self.first_run.undone_count), (1, 110, 110))

    @mute_logger("odoo.sql_db", "odoo.addons.account_online_ponto.models.undo.account")
    @mute_logger("odoo.addons.account_online_ponto.models.reading.run")
    def test_an_unexpected_failure_is_told_and_tried_again_and_nothing_is_imported_meanwhile(self):
        self.pay(self.bank_account, "999.00", days_ago=2)
        self.ask_for_undo(self.first_run)
        self.refuse_counting()
        self.run_cron()
        self.env.invalidate_all()
        self.assertEqual(self.books_of(self.account), self.before)
        self.assertEqual(self.account.undo_run_id, self.first_run)
        self.assertTrue(self.account.next_attempt_at)
        self.assertIn("tried again by itself", self.account.last_error_message)
        self.assertEqual(self.account.synchronization_ids[0].state, "error")
        self.env.cr.execute("DROP TRIGGER ponto_test_refuse ON ponto_synchronization")
        self.run_cron()
        self.env.invalidate_all()
        self.assertEqual(self.account.undo_run_id, self.first_run, "it waits for its next attempt")
        # A click does not wait.
        self.synchronize(self.account)
        self.assertFalse(self.account.undo_run_id)
        self.assertFalse(self.account.last_error_code)
        self.assertEqual(len(self.lines_of(self.account)), 111)
        self.assertEqual(self.first_run.undone_count, 110)

    @mute_logger("odoo.sql_db")
    def test_a_line_that_cannot_be_deleted_stays_alone_and_is_counted(self):
        line = self.line_at(self.account, 90)
        self.refuse_deletion(line)
        self.assertEqual(self.undo(self.first_run, import_from=date.today()), (110, 0))
        self.assertEqual(self.lines_of(self.account), line)
        self.assertEqual((self.first_run.undone_count, self.first_run.created_count), (109, 1))
        log = self.account.synchronization_ids.filtered(lambda row: row.trigger == "undo")
        self.assertEqual(log.state, "done")
        self.assertIn("1 cannot be deleted: another record refers to it.", log.undo_message)
        self.assertEqual(self.account.transaction_ids.filtered(lambda row: row.amount == 90).state, "imported")


@tagged("post_install", "-at_install")
class TestUndoDuringImport(UndoCase, CronMixinCase):
    def test_an_undo_asked_for_during_an_import_comes_first(self):
        self.pay(self.bank_account, "1.00", days_ago=400)
        account, run = self.import_all()
        for number in range(210):
            self.pay(self.bank_account, f"{number + 2}.00", days_ago=300 - number)

        def ask():
            if len(self.lines_of(account)) > 1 and not account.undo_run_id:
                self.ask_for_undo(run)

        with self.working() as env:
            env["ponto.connection"].browse(account.connection_id.id)._look_when_due(ShortSlice(env, 9), force=True)
        with self.capture_triggers("account_online_ponto.cron_synchronize") as captured:
            self.assertTrue(self.work(account, 100, between=ask))
        self.assertEqual(len(self.lines_of(account)), 201, "the import stopped after its batch")
        self.assertEqual(account.undo_run_id, run)
        self.assertTrue(captured.records)
        self.run_cron()
        self.env.invalidate_all()
        self.assertFalse(account.undo_run_id)
        self.assertEqual(self.amounts_of(account), [float(number + 1) for number in range(211)])
        self.assertEqual(run.undone_count, 1)


@tagged("post_install", "-at_install")
class TestUndoByClick(UndoCase, RpcCase):
    """The same over the network: a click asks, the scheduled action works; without one the click works for seconds."""

    def prepare(self):
        super().prepare()
        self.pay_on(2, 3, "3.00")
        self.account, self.first_run = self.import_all()
        self.env.flush_all()

    def setUp(self):
        super().setUp()
        self.log_in(self.accountant)

    def confirm(self, **values):
        wizard_id = self.call("ponto.synchronization", "action_undo", self.first_run.ids)["res_id"]
        read = self.call("ponto.synchronization.undo", "read", [wizard_id], ["removable_count", "summary"])
        self.assertEqual(read[0]["removable_count"], 1)
        if values:
            self.call("ponto.synchronization.undo", "write", [wizard_id], values)
        return self.call("ponto.synchronization.undo", "action_confirm", [wizard_id])

    def test_a_click_asks_and_the_scheduled_action_works(self):
        notice = self.confirm(import_from=str(date.today()))
        self.assertIn("being removed", notice["params"]["message"])
        self.assertEqual(self.amounts_of(self.account), [3.0])
        # A second click goes on with it.
        self.assertIn("params", self.call("ponto.synchronization", "action_undo", self.first_run.ids))
        self.run_scheduled_action()
        self.assertEqual(self.amounts_of(self.account), [])
        log = self.account.synchronization_ids.filtered(lambda row: row.trigger == "undo")
        self.assertEqual((log.user_id, log.removed_count), (self.accountant, 1))

    def test_without_scheduled_actions_the_click_does_it(self):
        self.env.ref("account_online_ponto.cron_synchronize").active = False
        self.env.flush_all()
        notice = self.confirm(import_from=str(date.today()))
        self.assertIn("undone right now", notice["params"]["message"])
        self.assertEqual(self.amounts_of(self.account), [])
        self.assertFalse(self.account.undo_run_id)
