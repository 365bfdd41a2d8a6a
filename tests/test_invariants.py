"""Each invariant is shown to fail: a defect is planted past the product, and exactly its rule complains."""

from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import PontoCase
from .invariants import RULES, is_sentence, violations
from .test_pull import SYNC_LOGGERS


@tagged("post_install", "-at_install")
class TestInvariants(PontoCase):
    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        month = date.today().replace(day=1)
        for back in (2, 1):
            for day in (3, 3, 10, 20):
                self.pay(self.bank_account, "10.01", day=(month - relativedelta(months=back)).replace(day=day))
        self.pay(self.bank_account, "-4.20", day=month)
        self.connection, wizard = self.connect()
        self.choose(wizard)
        self.account = self.connection.account_ids
        self.books = self.watch(self.bank_account, self.account)
        self.synchronize(self.connection)
        self.assertInvariants(self.books)

    def execute(self, query, *values):
        """Plant a defect past the product and past the ORM."""
        self.env.flush_all()
        self.env.cr.execute(query, values)
        self.assertTrue(self.env.cr.rowcount)
        self.env.invalidate_all()

    def assertBroken(self, *rules):
        found = violations(self.books)
        self.assertEqual({number for number, _text in found}, set(rules), found)
        return " ".join(text for _number, text in found)

    def lines(self):
        return self.lines_of(self.account).sorted("id")

    # ------------------------------------------------------------------ 1

    def test_1_a_transaction_on_two_lines(self):
        """Of twins, whose sums hide it: only the ids tell."""
        first, second = self.lines()[:2]
        self.assertEqual((first.date, first.amount), (second.date, second.amount))
        self.execute(
            "UPDATE account_bank_statement_line SET transaction_details = %s WHERE id = %s",
            f'{{"ponto": "{first.transaction_details["ponto"]}"}}',
            second.id,
        )
        complaint = self.assertBroken(1)
        self.assertIn("is on 2 lines", complaint)
        self.assertIn("is on no line", complaint)

    def test_1_a_lost_transaction(self):
        line = self.lines()[-1]
        self.execute("DELETE FROM account_move WHERE id = %s", line.move_id.id)
        self.assertIn("is on no line", self.assertBroken(1, 2))

    def test_1_a_line_of_no_transaction(self):
        self.execute(
            "UPDATE account_bank_statement_line SET transaction_details = NULL WHERE id = %s", self.lines()[-1].id
        )
        self.assertIn("belongs to no transaction", self.assertBroken(1))

    def test_1_a_transaction_that_is_not_imported_and_does_not_say_why(self):
        line = self.lines()[-1]
        item = self.bank.transactions(self.bank_account)[0]
        line.unlink()
        self.books.note_deleted(item)
        self.assertInvariants(self.books)
        self.execute("UPDATE ponto_transaction SET state = 'skipped' WHERE ponto_id = %s", item.id)
        self.assertIn("does not say why", self.assertBroken(1))

    def test_1_a_transaction_in_two_journals(self):
        line = self.lines()[-1]
        journal = self.env["account.journal"].create(
            {"name": "Other", "type": "bank", "code": "OTH", "company_id": self.company.id}
        )
        self.env["account.bank.statement.line"].create(
            {
                "journal_id": journal.id,
                "date": line.date,
                "amount": line.amount,
                "payment_ref": "Twice",
                "transaction_details": line.transaction_details,
            }
        )
        self.assertIn("is in another journal too", self.assertBroken(1))

    # ------------------------------------------------------------------ 2, 3, 4

    def test_2_a_cent_that_is_missing_in_the_ledger(self):
        liquidity, _suspense, _others = self.lines()[3]._seek_for_lines()
        self.execute("UPDATE account_move_line SET balance = balance - 0.01 WHERE id = %s", liquidity.id)
        self.assertIn(f"on {self.lines()[3].date} the ledger has", self.assertBroken(2))

    def test_2_an_entry_before_the_start_date(self):
        liquidity, _suspense, _others = self.lines()[0]._seek_for_lines()
        self.execute("UPDATE account_move_line SET date = date - 9 WHERE id = %s", liquidity.id)
        self.assertBroken(2)

    def test_2_an_opening_entry_that_is_wrong(self):
        action = self.account.action_create_opening_entry()
        self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        opening = self.account.opening_line_id
        self.books.note_opening(opening)
        self.assertInvariants(self.books)
        liquidity, _suspense, _others = opening._seek_for_lines()
        self.execute("UPDATE account_move_line SET balance = balance - 1000 WHERE id = %s", liquidity.id)
        self.assertBroken(2)

    def test_3_two_lines_on_each_other_s_day(self):
        """Of one amount and one statement: the balances of the days hide it."""
        first, second = self.lines()[1:3]
        self.assertEqual(first.amount, second.amount)
        for line, day in ((first, second.date), (second, first.date)):
            for table, column in (("account_move", "id"), ("account_move_line", "move_id")):
                self.execute(f"UPDATE {table} SET date = %s WHERE {column} = %s", day, line.move_id.id)
        self.assertBroken(3)

    def test_3_a_line_on_another_day(self):
        line = self.lines()[-1]
        for table, column in (("account_move", "id"), ("account_move_line", "move_id")):
            self.execute(f"UPDATE {table} SET date = date + 1 WHERE {column} = %s", line.move_id.id)
        self.assertIn("is booked on", self.assertBroken(2, 3))
        item = self.bank.transactions(self.bank_account)[0]
        self.books.redated[item.bank_id] = line.date
        self.assertInvariants(self.books)

    def test_4_a_statement_with_a_wrong_end(self):
        statement = self.lines()[-2].statement_id
        self.assertTrue(statement)
        self.execute(
            "UPDATE account_bank_statement SET balance_end_real = balance_end_real + 0.01 WHERE id = %s", statement.id
        )
        self.assertIn("ends at", self.assertBroken(4))
        self.books.own_statements.add(statement.id)
        self.assertInvariants(self.books)

    def test_4_a_statement_that_is_not_complete(self):
        self.execute(
            "UPDATE account_bank_statement SET is_complete = FALSE WHERE id = %s", self.lines()[-2].statement_id.id
        )
        self.assertIn("is not complete", self.assertBroken(4))

    # ------------------------------------------------------------------ 5

    def test_5_an_overwritten_label(self):
        line = self.lines()[0]
        line.payment_ref = "What I know of it"
        self.books.note_typed(line, "payment_ref", "partner_id")
        self.assertInvariants(self.books)
        self.execute("UPDATE account_bank_statement_line SET payment_ref = 'Payment' WHERE id = %s", line.id)
        self.assertIn("What I know of it", self.assertBroken(5))

    def test_5_a_deleted_line_that_is_back(self):
        line = self.lines()[-1]
        self.books.note_deleted(self.bank.transactions(self.bank_account)[0])
        self.assertIn("is back", self.assertBroken(5))
        line.unlink()
        self.assertInvariants(self.books)

    def test_5_a_match_that_is_undone(self):
        line = self.lines()[0]
        self.book_elsewhere(line)
        self.books.note_matched(line)
        self.assertInvariants(self.books)
        line.action_undo_reconciliation()
        self.assertBroken(5)

    # ------------------------------------------------------------------ 6, 7

    def test_6_an_account_that_is_left_busy(self):
        self.execute("UPDATE ponto_account SET sync_stage = 'import' WHERE id = %s", self.account.id)
        self.assertIn("left in stage import", self.assertBroken(6))
        self.account.next_attempt_at = date.today() + timedelta(days=1)
        self.assertInvariants(self.books)

    def test_6_a_run_that_never_ended(self):
        self.execute("UPDATE ponto_synchronization SET state = 'running' WHERE account_id = %s", self.account.id)
        self.assertBroken(6)

    @mute_logger(*SYNC_LOGGERS)
    def test_7_an_error_without_a_next_attempt(self):
        self.pay(self.bank_account, "1.00", days_ago=0)
        self.sandbox.faults.add("malformed", path=r"/transactions", times=9)
        self.synchronize(self.connection)
        self.assertTrue(self.account.last_error_code)
        self.assertEqual({number for number, _text in violations(self.books)}, {1, 2}, "only the new one is missing")
        self.execute("UPDATE ponto_account SET next_attempt_at = NULL WHERE id = %s", self.account.id)
        self.assertIn("has no next attempt", self.assertBroken(1, 2, 6, 7))

    @mute_logger(*SYNC_LOGGERS)
    def test_7_a_connection_that_waits_in_silence(self):
        self.bank.regenerate_secret(self.integration)
        self.bank.access.revoke_tokens()
        self.synchronize(self.connection)
        self.assertEqual(self.connection.state, "error")
        self.assertInvariants(self.books)
        self.connection.activity_ids.unlink()
        self.assertIn("a person who is not told", self.assertBroken(7))

    @mute_logger(*SYNC_LOGGERS)
    def test_7_a_connection_without_a_next_attempt(self):
        self.sandbox.faults.add("status", path=r"/accounts", times=9, status=503)
        self.synchronize(self.connection)
        self.assertInvariants(self.books)
        self.execute("UPDATE ponto_connection SET next_sync_at = NULL WHERE id = %s", self.connection.id)
        self.assertBroken(7)

    def test_7_a_refused_transaction_without_a_sentence(self):
        row = self.account.transaction_ids[0]
        self.execute("UPDATE ponto_transaction SET state = 'error' WHERE id = %s", row.id)
        self.assertIn("no sentence", self.assertBroken(7))

    def test_a_sentence_is_one(self):
        for text in ("", None, False, "refused", "No rate for None.", "Too %(short)s a sentence.", "no_rate"):
            self.assertFalse(is_sentence(text), text)
        self.assertTrue(is_sentence("Ponto gives no readable amount."))

    def test_own_lines_and_two_companies_do_not_mix(self):
        line = self.env["account.bank.statement.line"].create(
            {"journal_id": self.books.journal.id, "date": date.today(), "amount": 7, "payment_ref": "By hand"}
        )
        self.assertBroken(1, 2)
        self.books.own_lines.add(line.id)
        self.assertInvariants(self.books)

    def test_every_rule_is_planted_against(self):
        planted = {int(name.split("_")[1]) for name in dir(self) if name[5:6].isdigit()}
        self.assertEqual(planted, set(RULES))
