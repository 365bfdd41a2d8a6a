import random
from datetime import date, timedelta
from decimal import Decimal

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..statement_files.accounts import account_number
from .bank_files import camt_of, coda_file, coda_movement, coda_statement
from .common import IBAN, OTHER_IBAN
from .file_case import FileCase


@tagged("post_install", "-at_install")
class TestFileImport(FileCase):
    """A file of the bank brings what is missing, and nothing twice, whatever came before or comes after."""

    statement_period = "none"

    def pay_some(self, *days_ago, amount="10.00"):
        return [self.pay(self.bank_account, Decimal(amount) + ago, ago) for ago in days_ago]

    # ------------------------------------------------------------------ a file alone

    def test_a_file_becomes_bank_transactions_as_the_bank_booked_them(self):
        self.pay(
            self.bank_account,
            "121.00",
            6,
            remittance_information="090933755493",
            remittance_information_type="structured",
            counterpart_name="Jan Peeters",
            value_date=self.day(7),
            end_to_end_id="E2E-9",
        )
        self.pay(self.bank_account, "-5.25", 5, remittance_information="Café Zoë")
        self.import_files(self.coda(30))
        first, second = self.env["account.bank.statement.line"].search(
            [("journal_id", "=", self.journal.id)], order="internal_index"
        )
        self.assertEqual((first.date, first.amount), (self.day(6), 121.0))
        self.assertEqual(first.payment_ref, "+++090/9337/55493+++")
        self.assertEqual((first.partner_name, first.account_number), ("Jan Peeters", OTHER_IBAN))
        self.assertIn("E2E-9", first.narration)
        self.assertIn("Value date", first.narration)
        self.assertRegex(first.transaction_details["ponto_file"], r"^coda:[0-9a-f]{64}$")
        self.assertEqual((second.payment_ref, second.amount), ("Café Zoë", -5.25))
        self.assertEqual((first + second).move_id.mapped("state"), ["posted"] * 2)
        self.assertEqual(first.create_uid, self.accountant)
        self.assertFalse((first + second).statement_id)
        self.assertDaysEqualBank(30)

    def test_the_dialog_says_what_it_would_do_and_what_the_ledger_would_be(self):
        self.pay_some(20, 9, 8, 7)
        self.type_line(19, 9)
        line = self.upload(self.coda(10)).line_ids
        self.assertEqual((line.journal_id, line.account_number), (self.journal, IBAN))
        self.assertEqual((line.first_day, line.last_day), (self.day(9), self.day(7)))
        self.assertEqual((line.transaction_count, line.known_count, line.create_count), (3, 1, 2))
        self.assertEqual((line.opening_balance, line.closing_balance), (1030.0, 1084.0))
        self.assertEqual((line.ledger_before, line.ledger_after), (0.0, 54.0))
        self.assertRegex(line.remark, "differs by -.?1,030.00")
        self.type_line(1030, 30)
        line = self.upload(self.coda(10)).line_ids
        self.assertEqual((line.ledger_before, line.ledger_after, line.remark), (1030.0, 1084.0, False))

    def test_the_same_file_again_creates_nothing(self):
        self.pay_some(9, 8, 8)
        self.import_files(self.coda(30), self.coda(30))
        before = self.amounts()
        self.assertEqual(len(before), 3)
        self.assertEqual(self.preview(self.coda(30)), (3, 3, 0, 0, 0))
        answer = self.import_files(self.coda(30))
        self.assertIn("Nothing was created", answer["params"]["message"])
        self.assertEqual(self.amounts(), before)

    def test_a_line_that_was_reset_to_draft_is_not_created_again(self):
        self.pay_some(9)
        self.import_files(self.coda(30))
        line = self.env["account.bank.statement.line"].search([("journal_id", "=", self.journal.id)])
        line.move_id.button_draft()
        self.assertEqual(self.preview(self.coda(30)), (1, 1, 0, 0, 0))

    def test_overlapping_files_of_every_format_create_each_transaction_once(self):
        self.pay_some(20, 15, 15, 15, 10, 5)
        self.import_files(self.coda(16, 9))
        self.import_files(self.camt(30, 14), self.coda(30, 10))
        self.import_files(self.camt(12, references=False, version="08"), self.camt(30, 4, references=False))
        self.import_files(self.camt(30, references=False, statement_id="ALL"), self.coda(30), self.camt(30))
        self.assertEqual(self.amounts(), [15, 20, 25, 25, 25, 30])
        self.assertDaysEqualBank(30)

    def test_equal_movements_of_two_statements_of_the_bank_are_two(self):
        day = self.day(5)
        values = {"account": IBAN, "opening_day": day, "closing_day": day}
        one = coda_statement([coda_movement(1, 10, day)], opening=Decimal(0), number=1, **values)
        other = coda_statement([coda_movement(1, 10, day)], opening=Decimal(10), number=2, **values)
        self.import_files(coda_file(one))
        self.import_files(coda_file(other))
        self.assertEqual(self.amounts(), [10, 10])

    def test_a_missing_statement_between_two_files_is_said(self):
        self.pay_some(20, 15, 10)
        line = self.upload(self.coda(21, 19), self.coda(11, 9)).line_ids
        self.assertIn("a statement is missing", line.remark)
        self.assertNotIn("missing.", (self.upload(self.coda(21, 14)).line_ids.remark or "").partition("earlier")[0])

    # ------------------------------------------------------------------ lines that users typed

    def test_typed_lines_are_recognized_a_day_apart_by_value_date_and_by_the_days_total(self):
        self.pay(self.bank_account, "10.00", 9)
        self.pay(self.bank_account, "20.00", 8)
        self.pay(self.bank_account, "30.00", 7, value_date=self.day(12))
        for amount in ("1.00", "2.00", "3.00"):
            self.pay(self.bank_account, amount, 6)
        for amount, days_ago in ((10, 9), (20, 7), (30, 12), (6, 6)):
            self.type_line(amount, days_ago)
        self.assertEqual(self.preview(self.coda(30)), (6, 6, 0, 0, 0))

    def test_what_was_in_the_books_before_the_file_begins_is_not_taken_for_it(self):
        self.pay(self.bank_account, "2.50", 10, value_date=self.day(10))
        self.pay(self.bank_account, "2.50", 9, value_date=self.day(10))
        self.type_line(1000, 30)
        self.type_line(2.5, 10)
        self.assertEqual(self.preview(self.coda(9)), (1, 0, 0, 0, 1))

    def test_a_total_with_parts_is_booked_as_the_bank_did_unless_it_is_there_in_detail(self):
        batch = [self.pay(self.bank_account, amount, 6) for amount in ("-10.00", "-20.00", "-30.00")]
        other = self.pay(self.bank_account, "-7.00", 6)
        content = self.coda(30, batches=[batch])
        self.assertEqual(self.preview(content), (2, 0, 0, 0, 2))
        for item in (*batch, other):
            self.type_line(float(item.amount), 6)
        self.type_line(99, 6)  # the day's total is not that of the bank: the parts tell it
        self.assertEqual(self.preview(content), (2, 2, 0, 0, 0))
        self.import_files(content)
        self.assertEqual(self.amounts(), [-30, -20, -10, -7, 99])

    def test_the_note_of_a_total_lists_its_parts(self):
        batch = [
            self.pay(self.bank_account, amount, 6, counterpart_name=name) for amount, name in ((-1, "An"), (-2, "Bo"))
        ]
        self.import_files(self.coda(30, batches=[batch]))
        line = self.env["account.bank.statement.line"].search([("journal_id", "=", self.journal.id)])
        self.assertEqual((line.amount, line.payment_ref), (-3, "Total of 2 transactions"))
        self.assertIn("An", line.narration)
        self.assertIn("Bo", line.narration)

    # ------------------------------------------------------------------ together with Ponto

    def test_first_a_file_then_ponto(self):
        self.pay_some(20, 12, 12, 8)
        self.import_files(self.coda(30))
        account = self.connect_from(30)
        self.assertEqual(self.amounts(), [18, 22, 22, 30])
        self.assertEqual(set(account.transaction_ids.mapped("state")), {"imported"})
        self.assertEqual(len(account.transaction_ids.link_id), 4)
        self.assertDaysEqualBank(30)

    def test_first_ponto_then_a_file(self):
        self.pay_some(20, 12, 12, 8)
        self.connect_from(30)
        for content in (self.coda(30), self.camt(30), self.camt(30, references=False)):
            self.assertEqual(self.preview(content), (4, 4, 0, 0, 0))
            self.import_files(content)
        self.assertEqual(self.amounts(), [18, 22, 22, 30])
        self.assertDaysEqualBank(30)

    def test_half_and_half(self):
        self.pay_some(20, 15, 12, 12, 8, 3)
        self.import_files(self.camt(30, 13))
        account = self.connect_from(16)
        self.assertEqual(self.preview(self.coda(30)), (6, 6, 0, 0, 0))
        self.import_files(self.coda(30))
        self.assertDaysEqualBank(30)
        account.import_from = self.day(40)
        self.synchronize(account)
        self.assertDaysEqualBank(30)
        self.assertEqual(len(self.amounts()), 6)

    def test_history_before_the_first_day_of_ponto_comes_from_a_file(self):
        self.pay_some(20, 15, 12, 8)
        self.connect_from(13)
        self.assertEqual(self.preview(self.coda(30)), (4, 2, 0, 0, 2))
        self.import_files(self.coda(30))
        self.assertDaysEqualBank(30)

    def test_a_file_and_ponto_meet_in_a_daily_fare_without_losing_one(self):
        for days_ago in range(20, 0, -1):
            self.pay(
                self.bank_account, "-2.50", days_ago, counterpart_reference=None, value_date=self.day(days_ago + 1)
            )
        self.import_files(self.coda(30, 11))
        account = self.connect_from(10)
        self.assertEqual(len(self.amounts()), 20)
        self.assertDaysEqualBank(30)
        account.import_from = self.day(15)
        self.synchronize(account)
        self.assertDaysEqualBank(30)

    def test_a_file_that_is_newer_than_ponto_does_not_swallow_its_last_day(self):
        fare = coda_movement(1, "-2.50", self.day(4), value_day=self.day(4))
        values = {"account": IBAN, "opening": Decimal("997.50"), "opening_day": self.day(5), "closing_day": self.day(4)}
        self.import_files(coda_file(coda_statement([fare], **values)))
        self.pay(self.bank_account, "-2.50", 5, counterpart_reference=None)
        account = self.connect_from(30)
        self.assertEqual(self.amounts(), [-2.5, -2.5])
        self.pay(self.bank_account, "-2.50", 4, counterpart_reference=None)
        self.synchronize(account)
        self.assertEqual(self.amounts(), [-2.5, -2.5])
        self.assertDaysEqualBank(30)

    def test_what_waits_at_ponto_is_said_and_not_created(self):
        self.pay_some(12, 8)
        _connection, wizard = self.connect()
        wizard.line_ids.journal_id = self.journal
        self.choose(wizard)
        self.type_line(22, 12)  # the same money as one that waits: looked at once
        self.assertEqual(self.preview(self.coda(30)), (2, 1, 1, 0, 0))
        self.import_files(self.coda(30))
        self.assertEqual(self.amounts(), [22])

    def test_a_globalized_day_of_the_file_is_linked_when_ponto_brings_its_parts(self):
        batch = [self.pay(self.bank_account, amount, 6) for amount in ("-10.00", "-20.00", "-30.00")]
        self.pay(self.bank_account, "5.00", 6)
        self.import_files(self.coda(30, batches=[batch]))
        account = self.connect_from(30)
        self.assertEqual(self.amounts(), [-60, 5])
        self.assertEqual(sorted(account.transaction_ids.link_id.mapped("evidence")), ["day_total", "same_day"])
        self.assertDaysEqualBank(30)

    def test_what_a_user_deleted_stays_deleted(self):
        self.pay_some(12, 8)
        account = self.connect_from(30)
        deleted = self.lines_of(account)[0]
        deleted.statement_id.unlink()  # there is one in the first days of a month
        deleted.unlink()
        line = self.upload(self.coda(30)).line_ids
        self.assertEqual((line.known_count, line.left_count, line.create_count), (1, 1, 0))
        self.assertIn("Deleted in Odoo", line.remark)

    def test_days_before_the_opening_entry_are_held_by_it(self):
        self.pay_some(20, 12, 8)
        account = self.connect_from(13)
        action = account.action_create_opening_entry()
        self.env[action["res_model"]].browse(action["res_id"]).action_confirm()
        line = self.upload(self.coda(30)).line_ids
        self.assertEqual((line.known_count, line.left_count, line.create_count), (2, 1, 0))
        self.assertIn("opening entry", line.remark)
        self.assertFalse(self.import_files(self.coda(30)).get("res_id"))
        self.assertLedgerEqualsBank(account, self.bank_account)

    def test_arrivals_in_any_order_agree_with_the_bank_on_every_day(self):
        """Random histories, files of random spans and formats, Ponto at a random moment; the sandbox knows the truth."""
        for seed in range(12):
            with self.subTest(seed=seed):
                self._play(seed, random.Random(seed))
                self.assertDaysEqualBank(40)

    def _play(self, seed, chance):
        # An account of its own each time: the others belong to other histories.
        self.bank.accounts.clear()
        self.integration.account_ids.clear()
        number = account_number(f"{seed + 1:010}{seed + 1:02}")
        self.bank_account = self.open_account(reference=number)
        self.journal = self.make_journal(number, f"R{seed}")
        for _number in range(18):
            amount = chance.choice(["-2.50", "-2.50", "-10.00", "99.99", "12.34", "-1000.00"])
            ago = chance.randrange(1, 40)
            number = chance.choice([OTHER_IBAN, None, "NL91ABNA0417164300"])
            self.pay(
                self.bank_account,
                amount,
                ago,
                counterpart_reference=number,
                value_date=self.day(ago - chance.choice([0, 0, -1, 1])),
            )
        steps = ["ponto", *chance.choices(["coda", "camt", "weak"], k=4)]
        chance.shuffle(steps)
        for step in (*steps, "all"):
            oldest = chance.randrange(12, 41)
            newest = chance.randrange(0, oldest)
            if not any(self.day(oldest) <= item.day <= self.day(newest) for item in self.bank_account.ledger):
                continue  # no bank sends a CODA file of days without transactions
            if step == "ponto":
                self.connect_from(chance.randrange(0, 41))
            elif step == "all":
                self.import_files(chance.choice([self.coda, self.camt])(41))
            elif step == "weak":
                self.import_files(self.camt(oldest, newest, references=False, statement_id=f"{oldest}-{newest}"))
            else:
                self.import_files(getattr(self, step)(oldest, newest))

    # ------------------------------------------------------------------ what is left out or refused

    def test_a_locked_period_gets_nothing_and_that_is_said(self):
        self.pay_some(20, 12)
        self.company.fiscalyear_lock_date = self.day(15)
        line = self.upload(self.coda(30)).line_ids
        self.assertEqual((line.left_count, line.create_count), (1, 1))
        self.assertIn("locked period", line.remark)
        self.import_files(self.coda(30))
        self.assertEqual(self.amounts(), [22])

    def test_a_currency_without_a_rate_is_refused(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        self.bank_account = self.open_account(reference=OTHER_IBAN, currency="USD")
        self.pay_some(20)
        journal = self.make_journal(OTHER_IBAN, "DOLL", currency_id=usd.id)
        self.env["res.currency.rate"].search([("currency_id", "=", usd.id)]).unlink()
        with self.assertRaisesRegex(UserError, "No USD rate for"):
            self.import_files(self.coda(30), journal=journal)
        self.env["res.currency.rate"].create(
            {"currency_id": usd.id, "name": self.day(30), "rate": 1.25, "company_id": self.company.id}
        )
        self.import_files(self.coda(30), journal=journal)
        line = self.env["account.bank.statement.line"].search([("journal_id", "=", journal.id)])
        self.assertEqual((line.amount, line.move_id.amount_total_signed), (30.0, 24.0))

    def test_a_file_of_another_account_or_currency_is_refused(self):
        self.pay_some(9)
        content = self.coda(30)
        other = self.make_journal(OTHER_IBAN, "OTHR")
        self.journal.bank_account_id = False
        wizard = self.upload(content, journal=other)
        self.assertIn("does not keep", wizard.line_ids.refusal)
        dollars = self.make_journal(None, "DOLL", currency_id=self.env.ref("base.USD").id)
        wizard.line_ids.journal_id = dollars
        self.assertIn("is in EUR", wizard.line_ids.refusal)
        with self.assertRaisesRegex(UserError, "is in EUR"), self.working() as env:
            env[wizard._name].with_user(self.accountant).browse(wizard.ids).action_import()
        wizard.line_ids.journal_id = self.journal  # nobody entered a number: the user knows
        self.assertFalse(wizard.line_ids.refusal)
        wizard.line_ids.journal_id = False
        self.assertIn("No bank or card journal", wizard.line_ids.refusal)

    def test_several_accounts_of_one_file_go_to_their_journals(self):
        self.pay_some(9)
        one = self.coda(30)
        self.bank_account = self.open_account(reference=OTHER_IBAN)
        self.pay_some(8, 7)
        other = self.make_journal(OTHER_IBAN, "OTHR")
        wizard = self.upload(one + self.coda(30))
        self.assertEqual(wizard.line_ids.journal_id, self.journal + other)
        self.import_files(one + self.coda(30))
        lines = self.env["account.bank.statement.line"].search([("journal_id", "in", (self.journal + other).ids)])
        self.assertEqual(sorted(lines.mapped("amount")), [17, 18, 19])

    def test_two_accounts_never_go_to_one_journal(self):
        self.pay_some(9)
        one = self.coda(30)
        self.bank_account = self.open_account(reference=OTHER_IBAN)
        self.pay_some(8)
        (self.journal.bank_account_id, nameless) = (False, self.make_journal(None, "NONE"))
        wizard = self.upload(one + self.coda(30), journal=nameless)
        self.assertFalse(wizard.line_ids.journal_id)
        wizard.line_ids.journal_id = nameless
        with self.assertRaisesRegex(UserError, "Two accounts"):
            wizard.action_import()

    def test_a_bad_file_ends_in_one_sentence_and_nothing_is_created(self):
        self.pay_some(9)
        good = self.coda(30)
        day = self.day(5)
        values = {"account": IBAN, "opening": Decimal(0), "opening_day": day, "closing_day": day}
        wrong = coda_statement([coda_movement(1, 10, day)], closing=Decimal(11), **values)
        for content, sentence in (
            (b"Date;Amount", "neither a CODA file nor a CAMT.053 file"),
            (good[:-131], "ends in the middle"),
            (coda_file(wrong), "do not lead to the closing balance"),
            (self.camt(30).replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt"), "BkToCstmrAcctRpt"),
            (b"", "there is no statement in it"),
        ):
            with self.subTest(sentence=sentence), self.assertRaisesRegex(UserError, f"file 1: .*{sentence}"):
                self.import_files(good, content)
        for amount, on, sentence in (
            ("0.005", day, "more decimals than EUR"),
            ("10", date.today() + timedelta(days=60), "cannot be right"),
            ("10", date(1999, 12, 31), "cannot be read"),
        ):
            content = coda_file(coda_statement([coda_movement(1, amount, on)], **values))
            if on.year == 1999:
                content = content.replace(b"311299", b"319999")
            with self.subTest(sentence=sentence), self.assertRaisesRegex(UserError, sentence):
                self.import_files(content)
        self.company.currency_id.rounding = 0.05
        content = coda_file(coda_statement([coda_movement(1, "10.02", day)], **values))
        with self.assertRaisesRegex(UserError, "lower the rounding factor of EUR"):
            self.import_files(content)
        self.assertEqual(self.amounts(), [])
        with self.assertRaisesRegex(UserError, "Choose a file"):
            self.upload()

    def test_a_journal_that_secures_its_entries_is_refused(self):
        self.pay_some(9)
        self.journal.restrict_mode_hash_table = True
        self.assertIn("secures its entries", self.upload(self.coda(30)).line_ids.refusal)

    def test_a_copy_of_a_line_has_no_identity_of_the_bank(self):
        self.pay_some(9)
        self.import_files(self.coda(30))
        line = self.env["account.bank.statement.line"].search([("journal_id", "=", self.journal.id)])
        self.assertFalse(line.copy().transaction_details)

    def test_the_file_of_a_span_without_transactions_is_no_error(self):
        content = camt_of(self.bank, self.bank_account, self.day(9), self.day(1))
        self.assertEqual(self.preview(content), (0, 0, 0, 0, 0))
        self.import_files(content)

    def test_what_ponto_brought_is_known_also_while_it_is_reset_to_draft(self):
        self.pay(self.bank_account, "10.00", days_ago=5)
        self.pay(self.bank_account, "20.00", days_ago=5)
        account = self.connect_from(30)
        line = self.lines_of(account)[0]
        line.move_id.button_draft()
        self.assertEqual(self.preview(self.coda(10))[4], 0)
        self.import_files(self.coda(10))
        line.move_id.action_post()
        self.assertBooked(account, "10.00", "20.00")
