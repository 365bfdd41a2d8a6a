import json
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

from odoo.tests import tagged

from .common import OTHER_IBAN, PontoCase


@tagged("post_install", "-at_install")
class TestImport(PontoCase):
    """From Ponto into the books: once, to the cent, on the bank's day, with the bank's words."""

    statement_period = "none"

    def test_every_transaction_is_on_exactly_one_line(self):
        bank_account = self.open_account()
        for number in range(230):
            self.pay(bank_account, f"{number}.01", days_ago=230 - number)
        account = self.connect_and_import().account_ids
        self.assertBooked(account, *(f"{number}.01" for number in range(230)))
        self.assertEqual(set(account.transaction_ids.mapped("state")), {"imported"})
        self.assertEqual(len(account.transaction_ids.statement_line_id), 230)

    def test_again_by_cron_and_by_button_changes_nothing(self):
        bank_account = self.open_account()
        self.pay(bank_account, "10.00")
        self.pay(bank_account, "10.00")
        connection = self.connect_and_import()
        lines = self.lines_of(connection.account_ids)
        self.synchronize(connection)
        self.synchronize(connection.account_ids)
        connection.next_sync_at = datetime(2020, 1, 1)
        connection.account_ids.last_read_on = False
        self.run_cron()
        self.assertEqual(self.lines_of(connection.account_ids), lines)
        self.assertEqual(len(lines), 2)

    def test_two_hundred_new_transactions_give_exactly_two_hundred_new_lines(self):
        bank_account = self.open_account()
        self.pay(bank_account, "10.00", days_ago=20)
        connection = self.connect_and_import()
        for _number in range(200):
            self.pay(bank_account, "1.00", days_ago=3)
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, "10.00", *["1.00"] * 200)
        run = connection.account_ids.synchronization_ids[0]
        self.assertEqual((run.state, run.new_count, run.imported_count, run.failed_count), ("done", 200, 200, 0))

    def test_equal_twins_of_one_day_are_two_lines(self):
        bank_account = self.open_account()
        for _twin in range(3):
            self.pay(bank_account, "-12.50", counterpart_name="Parking", remittance_information="Ticket")
        self.assertBooked(self.connect_and_import().account_ids, *["-12.50"] * 3)

    def test_a_back_dated_transaction_is_found_although_newer_days_are_known(self):
        bank_account = self.open_account()
        for days_ago in (9, 8, 7):
            self.pay(bank_account, "5.00", days_ago=days_ago)
        connection = self.connect_and_import()
        self.pay(bank_account, "7.00", days_ago=40)
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, "5.00", "5.00", "5.00")
        late = connection.account_ids.transaction_ids.filtered(lambda row: row.amount == 7)
        self.assertEqual((late.state, late.reason), ("skipped", "before_start"))
        connection.account_ids.import_from = date.today() - timedelta(days=60)
        self.synchronize(connection)
        self.assertBooked(connection.account_ids, "7.00", "5.00", "5.00", "5.00")

    def test_a_line_carries_the_execution_date_and_shows_the_value_date(self):
        bank_account = self.open_account()
        day = date.today() - timedelta(days=10)
        self.pay(bank_account, "10.00", day=day, value_date=day - timedelta(days=2))
        line = self.lines_of(self.connect_and_import().account_ids)
        self.assertEqual(line.date, day)
        self.assertIn("Value date", str(line.narration))

    def test_the_value_date_can_be_chosen_for_a_connection(self):
        bank_account = self.open_account()
        day = date.today() - timedelta(days=10)
        self.pay(bank_account, "10.00", day=day, value_date=day - timedelta(days=2))
        connection = self.connect_and_import(date_source="value")
        self.assertEqual(self.lines_of(connection.account_ids).date, day - timedelta(days=2))

    def test_midnight_utc_is_a_calendar_day_and_any_other_time_is_converted(self):
        connection = self.new_connection()
        midnight = datetime(2026, 3, 1, tzinfo=timezone.utc)
        self.assertEqual(connection._calendar_day(midnight), date(2026, 3, 1))
        self.assertEqual(connection._calendar_day(midnight.replace(hour=23, minute=30)), date(2026, 3, 2))
        connection.timezone = "America/New_York"
        self.assertEqual(connection._calendar_day(midnight), date(2026, 3, 1))
        self.assertEqual(connection._calendar_day(midnight.replace(hour=3)), date(2026, 2, 28))
        self.assertFalse(connection._calendar_day(None))

    def test_a_line_has_partner_data_label_and_the_id_that_survives(self):
        bank_account = self.open_account()
        item = self.pay(
            bank_account,
            "-100.00",
            counterpart_name="Société Générale d'Œuvres",
            remittance_information="Invoice  2026/17\nthank you",
            end_to_end_id="E2E-1",
            mandate_id="M-77",
            creditor_id="BE12ZZZ",
        )
        line = self.lines_of(self.connect_and_import().account_ids)
        self.assertEqual(line.partner_name, "Société Générale d'Œuvres")
        self.assertEqual(line.account_number, OTHER_IBAN)
        self.assertEqual(line.payment_ref, "Invoice 2026/17 thank you")
        self.assertIn("M-77", str(line.narration))
        self.assertEqual(line.transaction_details["ponto"], item.id)
        self.assertEqual(line.transaction_details["ref1"], "E2E-1")

    def test_a_structured_communication_is_canonical_and_alone(self):
        forms = {
            "090933755493": "+++090/9337/55493+++",
            "***090/9337/55493***": "+++090/9337/55493+++",
            "+++090/9337/55493+++": "+++090/9337/55493+++",
            "090933755494": "090933755494",  # wrong check digits: left as it came
            "RF18539007547034": "RF18539007547034",
        }
        bank_account = self.open_account()
        for form in forms:
            self.pay(bank_account, "1.00", remittance_information=form, remittance_information_type="structured")
        lines = self.lines_of(self.connect_and_import().account_ids)
        self.assertEqual(sorted(lines.mapped("payment_ref")), sorted(forms.values()))

    def test_a_label_is_never_empty_nor_a_single_sign(self):
        bank_account = self.open_account()
        nothing = {"remittance_information": None, "description": None, "counterpart_reference": None}
        self.pay(bank_account, "1.00", **nothing)
        self.pay(bank_account, "2.00", **{**nothing, "remittance_information": "/", "counterpart_name": "Zoë"})
        lines = self.lines_of(self.connect_and_import().account_ids)
        self.assertEqual(lines.mapped("payment_ref"), ["Bank transaction", "Zoë"])

    def test_zero_and_one_decimal_amounts_are_read_right(self):
        bank_account = self.open_account()
        self.pay(bank_account, "0")
        self.pay(bank_account, "-100.0")
        self.assertBooked(self.connect_and_import().account_ids, "0", "-100.0")

    def test_what_ponto_gave_is_kept_as_received(self):
        bank_account = self.open_account()
        item = self.pay(bank_account, "-100.0")
        row = self.connect_and_import().account_ids.transaction_ids
        self.assertEqual(json.loads(row.raw)["id"], item.id)
        self.assertIn("-100.0", row.raw)

    def test_hostile_values_are_refused_with_a_sentence_and_the_others_are_imported(self):
        bank_account = self.open_account()
        good = self.pay(bank_account, "10.00")
        hostile = {
            "more decimals": self.pay(bank_account, "1.005"),
            "too large": self.pay(bank_account, "1000000000000"),
            "cannot be right": self.pay(bank_account, "11.00", day=date(2999, 1, 1)),
            "in USD": self.pay(bank_account, "12.00", currency="USD"),
        }
        account = self.connect_and_import().account_ids
        self.assertBooked(account, "10.00")
        rows = {row.ponto_id: row for row in account.transaction_ids}
        self.assertEqual(rows.pop(good.id).state, "imported")
        for word, item in hostile.items():
            self.assertEqual(rows[item.id].state, "error")
            self.assertIn(word, rows[item.id].message)
        self.assertEqual(account.waiting_count, len(hostile))
        self.assertEqual(account.balance_state, "different")

    def test_no_amount_is_booked_as_odoo_would_round_it(self):
        self.company.currency_id.rounding = 0.05
        bank_account = self.open_account()
        self.pay(bank_account, "10.05")
        odd = self.pay(bank_account, "10.02")
        account = self.connect_and_import().account_ids
        self.assertBooked(account, "10.05")
        row = account.transaction_ids.filtered(lambda row: row.ponto_id == odd.id)
        self.assertEqual(row.state, "error")
        self.assertIn("lower the rounding factor of EUR", row.message)
        self.company.currency_id.rounding = 0.01
        with self.working() as env:
            env["ponto.transaction"].browse(row.id).action_retry()
        self.assertBooked(account, "10.05", "10.02")

    def test_one_bad_row_stands_alone_in_a_batch(self):
        """Odoo itself refuses one line: it is found by halves, and the other lines are there."""
        bank_account = self.open_account()
        for number in range(9):
            self.pay(bank_account, "1.00", remittance_information=f"Payment {number}")
        connection, wizard = self.connect()
        self.choose(wizard)
        journal = connection.account_ids.journal_id
        self.env.cr.execute(
            "ALTER TABLE account_bank_statement_line ADD CONSTRAINT ponto_test_refuses"
            " CHECK (payment_ref != 'Payment 4' OR journal_id != %s)",
            [journal.id],
        )
        self.synchronize(connection)
        rows = connection.account_ids.transaction_ids
        bad = rows.filtered(lambda row: row.label == "Payment 4")
        self.assertEqual(bad.state, "error")
        self.assertIn("Odoo refused", bad.message)
        self.assertBooked(connection.account_ids, *["1.00"] * 8)
        self.env.cr.execute("ALTER TABLE account_bank_statement_line DROP CONSTRAINT ponto_test_refuses")
        with self.working() as env:
            env["ponto.transaction"].browse(bad.id).action_retry()
        self.assertEqual(bad.state, "imported")
        self.assertBooked(connection.account_ids, *["1.00"] * 9)

    def test_a_line_that_a_user_deleted_is_not_imported_again(self):
        bank_account = self.open_account()
        self.pay(bank_account, "1.00")
        self.pay(bank_account, "2.00")
        connection = self.connect_and_import()
        account = connection.account_ids
        self.lines_of(account).filtered(lambda line: line.amount == 2).unlink()
        self.bank.clock.advance(days=1)
        self.synchronize(connection)
        self.assertBooked(account, "1.00")
        gone = account.transaction_ids.filtered("deleted")
        self.assertEqual(gone.amount, 2)
        self.assertIn("deleted", gone.message)

    def test_a_change_by_the_bank_is_kept_and_overwrites_nothing(self):
        bank_account = self.open_account()
        item = self.pay(bank_account, "1.00", remittance_information="First words")
        connection = self.connect_and_import()
        line = self.lines_of(connection.account_ids)
        line.payment_ref = "The user's words"
        self.bank.change_transaction(item, remittance_information="Other words")
        self.bank.clock.advance(hours=7)
        self.synchronize(connection)
        self.assertEqual(line.payment_ref, "The user's words")
        row = connection.account_ids.transaction_ids
        self.assertIn("Other words", row.raw)
        self.assertEqual(connection.account_ids.synchronization_ids[0].changed_count, 1)
        self.assertBooked(connection.account_ids, "1.00")

    def test_a_line_with_the_id_of_ponto_is_linked_and_not_doubled(self):
        """As after uninstalling and installing again: only the line itself remembers the id."""
        bank_account = self.open_account()
        self.pay(bank_account, "1.00")
        self.pay(bank_account, "2.00")
        connection = self.connect_and_import()
        account = connection.account_ids
        lines = self.lines_of(account)
        self.env.cr.execute("DELETE FROM ponto_transaction WHERE account_id = %s", [account.id])
        self.env.invalidate_all()
        account.write({"pull_complete": False, "last_read_on": False})
        self.synchronize(connection)
        self.assertEqual(self.lines_of(account), lines)
        self.assertEqual(account.transaction_ids.statement_line_id, lines)
        self.assertEqual(account.synchronization_ids[0].linked_count, 2)

    def test_every_account_is_its_own_company_s(self):
        other = self._create_company("Brouwerij Peeters")
        self.pay(self.open_account(), "1.00")
        connection = self.connect_and_import()
        stranger = self._create_user("ponto_stranger", "account.group_account_manager", other)
        foreign = self.env(user=stranger, context={"allowed_company_ids": other.ids})
        for model in ("connection", "institution", "account", "transaction", "synchronization"):
            self.assertTrue(self.env[f"ponto.{model}"].search([]))
            self.assertFalse(foreign[f"ponto.{model}"].search([]))
        self.assertEqual(connection.account_ids.journal_id.company_id, self.company)

    def test_the_ledger_equals_the_bank_to_the_cent(self):
        bank_account = self.open_account(opening_balance=Decimal("0.00"))
        for number in range(150):
            self.pay(bank_account, Decimal(number * 37 % 1000) / 100 - 3, days_ago=150 - number)
        account = self.connect_and_import().account_ids
        self.assertLedgerEqualsBank(account, bank_account)
        self.assertEqual(account.balance_state, "equal")
