import os
import random
from collections import Counter
from decimal import Decimal
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ..models.files import ponto_file_reading
from ..statement_files.accounts import account_number
from .bank_files import camt_entry, camt_file, coda_file, coda_movement, coda_statement
from .common import OTHER_IBAN
from .file_case import FileCase
from .test_file_cases import OURS, read_case

LINE = "account.bank.statement.line"


@tagged("post_install", "-at_install")
class TestFileCasesBooks(FileCase):
    """What the cases become in the books, in a journal of their account."""

    statement_period = "none"

    def prepare(self):
        super().prepare()
        self.journal.bank_account_id = False
        self.journal = self.make_journal(OURS, "CASE")

    def lines(self):
        return self.env[LINE].search([("journal_id", "=", self.journal.id)], order="internal_index")

    def import_case(self, *names):
        return self.import_files(*(read_case(name) for name in names))

    def assertSameMoney(self, first, second, known, created):
        """Assert what the dialog says of the second file after the first, and that it creates so many."""
        self.import_case(first)
        before = self.lines()
        line = self.upload(read_case(second)).line_ids
        self.assertEqual((line.known_count, line.create_count), (known, created), (first, second))
        self.import_case(second)
        self.assertEqual(len(self.lines() - before), created)
        self.assertEqual(self.upload(read_case(first)).line_ids.create_count, 0)

    # ------------------------------------------------------------------ the same money under other names

    def test_the_same_statement_in_two_formats(self):
        self.assertSameMoney("coda_counterparty_iban_ends_in_letter.cod", "camt_iban_ends_in_letter.xml", 1, 0)

    def test_the_same_statement_in_two_formats_the_other_way_round(self):
        self.assertSameMoney("camt_iban_ends_in_letter.xml", "coda_counterparty_iban_ends_in_letter.cod", 1, 0)

    def test_two_subscriptions(self):
        self.journal = self.make_journal("BE61739000050117", "SUBS")
        self.assertSameMoney("coda_subscription_1.cod", "coda_subscription_2.cod", 1, 0)

    def test_two_subscriptions_at_once(self):
        self.journal = self.make_journal("BE61739000050117", "SUBS")
        self.import_case("coda_subscription_1.cod", "coda_subscription_2.cod")
        self.assertEqual(self.amounts(), [30])

    def test_single_bookings_and_then_a_total(self):
        self.journal = self.make_journal("BE39739000050319", "GLOB")
        self.assertSameMoney("coda_single_bookings.cod", "coda_same_day_globalised.cod", 2, 0)

    def test_a_total_and_then_single_bookings(self):
        self.journal = self.make_journal("BE39739000050319", "GLOB")
        self.assertSameMoney("coda_same_day_globalised.cod", "coda_single_bookings.cod", 3, 0)

    def test_renumbered_references(self):
        self.assertSameMoney("camt_renumbered_1.xml", "camt_renumbered_2.xml", 2, 1)

    def test_renumbered_references_the_other_way_round(self):
        self.assertSameMoney("camt_renumbered_2.xml", "camt_renumbered_1.xml", 2, 0)

    def test_a_day_in_two_statements_and_then_as_a_whole(self):
        day = self.day(5)
        values = {"account": OURS, "opening_day": day, "closing_day": day}
        movements = [coda_movement(1, 10, day), coda_movement(2, 10, day), coda_movement(3, -5, day)]
        one = coda_statement(movements[:1], opening=Decimal(0), number=1, **values)
        other = coda_statement(movements[1:], opening=Decimal(10), number=2, **values)
        whole = coda_statement(movements, opening=Decimal(0), number=70, **values)
        self.import_files(coda_file(one))
        self.import_files(coda_file(other))
        self.assertEqual(self.amounts(), [-5, 10, 10])
        self.assertEqual(self.preview(coda_file(whole)), (3, 3, 0, 0, 0))

    def test_a_longer_export_with_a_late_entry_on_its_first_day(self):
        """The references of all days move, and so do the balances of all days but the first."""
        days = {1: self.day(9), 2: self.day(8)}

        def export(*booked):
            entries = [
                camt_entry([self.bank.add_transaction(self.account, Decimal(amount), days[number])])
                for number, amount in booked
            ]
            for number, entry in enumerate(entries):
                start = entry.index("<AcctSvcrRef>") + len("<AcctSvcrRef>")
                entries[number] = f"{entry[:start]}{number}{entry[entry.index('</AcctSvcrRef>') :]}"
            closing = Decimal(100) + sum(Decimal(amount) for _number, amount in booked)
            values = {"opening": Decimal(100), "closing": closing, "first": days[1], "last": days[2]}
            return camt_file(entries, account=OURS, **values)

        self.account = self.open_account(reference="BE02001000000140")
        self.import_files(export((1, "10"), (2, "20"), (2, "20")))
        later = export((1, "-85"), (1, "10"), (2, "20"), (2, "20"))
        self.assertEqual(self.preview(later), (4, 3, 0, 0, 1))
        self.import_files(later)
        self.assertEqual(self.amounts(), [-85, 10, 20, 20])

    def test_a_line_keeps_no_place_when_it_is_copied(self):
        self.import_case("camt_in_business_envelope.xml")
        self.assertIn("ponto_file_place", self.lines().transaction_details)
        self.assertFalse(self.lines().copy().transaction_details)

    def test_deliveries_under_new_names_create_each_transaction_once(self):
        """Whole days, always with other numbers and references, some globalized; each day ends as the bank's."""
        drawn = int(os.environ.get("ACCOUNT_ONLINE_PONTO_DRAW") or random.SystemRandom().randrange(10**9))
        for seed in range(drawn, drawn + 6):
            with self.subTest(seed=seed):
                self._play_deliveries(seed, random.Random(seed))

    def _play_deliveries(self, seed, chance):
        number = account_number(f"{seed % 10**9 + 1:010}{(seed % 10**9 + 1) % 97 or 97:02}")
        self.bank_account = self.open_account(reference=number)
        self.journal = self.make_journal(number, f"D{seed % 1000}")
        for _number in range(16):
            amount = chance.choice(["-2.50", "-2.50", "10.00", "-7.31"])
            self.pay(
                self.bank_account,
                amount,
                chance.randrange(1, 6),
                counterpart_reference=chance.choice([OTHER_IBAN, None]),
            )
        for delivery in range(5):
            oldest = chance.randrange(1, 6)
            newest = chance.randrange(0, oldest + 1)
            content = (self.coda if chance.random() < 0.5 else self.camt)(oldest, newest)
            # Other numbers of statements, another reference of each booking.
            content = content.replace(b"B0000", f"D{delivery}000".encode())
            if not any(self.day(oldest) <= item.day <= self.day(newest) for item in self.bank_account.ledger):
                continue
            self.import_files(content)
        self.import_files(self.coda(6))
        self.assertDaysEqualBank(6)
        self.assertEqual(Counter(self.amounts()), Counter(float(item.amount) for item in self.bank_account.ledger))

    # ------------------------------------------------------------------ texts

    def note_of(self, name):
        self.import_case(name)
        return html2plaintext(self.lines()[:1].narration or "")

    def test_what_is_not_provided_is_in_no_field(self):
        self.import_case("camt_not_provided.xml")
        for line in self.lines():
            texts = (line.payment_ref, line.partner_name, line.narration, line.transaction_details)
            self.assertNotIn("PROVIDED", str(texts).upper())
        self.assertEqual(self.lines().mapped("payment_ref"), ["Bank transaction", "Drukkerij Inkt BV"])

    def test_what_is_not_provided_by_ponto_is_in_no_field(self):
        self.journal = self.make_journal(code="PONT")
        self.pay(
            self.bank_account,
            "12.00",
            3,
            remittance_information="NOTPROVIDED",
            counterpart_name="NOT PROVIDED",
            counterpart_reference="NOTPROVIDED",
            end_to_end_id="NONREF",
            additional_information="Overschrijving Kenmerk: NOTPROVIDED",
        )
        account = self.connect_from(30)
        row = account.transaction_ids.filtered(lambda row: row.amount == 12)
        line = row.statement_line_id
        self.assertEqual((row.label, row.counterpart_name, row.counterpart_account), ("Overschrijving", False, False))
        self.assertEqual((line.payment_ref, line.partner_name, line.account_number), ("Overschrijving", False, False))
        texts = (line.narration, line.transaction_details)
        self.assertNotIn("PROVIDED", str(texts).upper())
        self.assertNotIn("NONREF", str(texts).upper())

    def test_notes_tell_all_that_the_bank_told(self):
        for name, pieces in (
            ("camt_return_reason_text.xml", ["SALDO", "Onvoldoende dekking op de rekening", "ABO-77"]),
            ("camt_foreign_amount.xml", ["USD 100.00", "Exchange rate: 0.9", "Charges: EUR 2.50"]),
            ("coda_returned_batch.cod", ["Part: -60.00", "Bakkerij Deeg BV", "MS03", "ABO-A", "Kapper Knip BV, "]),
            ("coda_global_info_after_details.cod", ["FACTUUR 2026/03/4711 VAN DE BANK"]),
        ):
            with self.subTest(name=name):
                self.lines().unlink()
                note = self.note_of(name).replace("\ufeff", "")
                for piece in pieces:
                    self.assertIn(piece, note)

    def test_parts_of_parts_are_in_the_note_and_an_amount_that_is_not_told_is_no_zero(self):
        self.journal = self.make_journal("BE68539007547034", "PART")
        note = self.note_of("coda_details_of_details.cod")
        self.assertIn("D2A", note)
        self.assertIn("D2B", note)
        self.lines().unlink()
        note = self.note_of("camt_batch_without_amounts.xml")
        self.assertEqual(note.count("amount not told"), 3)
        self.assertNotIn("0.00", note)

    def test_we_are_not_our_own_payer(self):
        self.import_case("camt_only_own_virtual_account.xml")
        self.assertEqual((self.lines().partner_name, self.lines().account_number), (False, False))

    def test_a_locked_period_offers_nothing_and_nothing_is_called_known(self):
        self.journal = self.make_journal("BE68539007547034", "LOCK")
        self.company.fiscalyear_lock_date = "2025-12-31"
        wizard = self.upload(read_case("locked_period.xml"))
        self.assertEqual((wizard.line_ids.left_count, wizard.line_ids.create_count), (2, 0))
        self.assertNotIn("in the books", wizard.obstacle.lower())

    # ------------------------------------------------------------------ what is said, and how often a file is read

    def test_what_a_file_leaves_out_is_said(self):
        for name, sentence in (
            ("camt_reversal_flag_means_other_sign.xml", "with the other sign"),
            ("camt_available_balances_only.xml", "no booked balances"),
        ):
            self.assertIn(sentence, self.upload(read_case(name)).line_ids.remark)

    def test_a_file_is_read_once_in_a_dialog(self):
        content = read_case("camt_renumbered_1.xml")
        with patch.object(ponto_file_reading, "read", wraps=ponto_file_reading.read) as reading:
            wizard = self.upload(content)
            wizard.invalidate_recordset()
            self.assertEqual(wizard.line_ids.create_count, 2)
            self.import_files(content)
            self.assertEqual(self.preview(content), (2, 2, 0, 0, 0))
        self.assertEqual(reading.call_count, 1)
