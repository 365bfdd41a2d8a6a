"""The files in `bank_file_cases/`: made up, in forms that banks really send. The table says how each is right."""

from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..statement_files import FileError, keeping, read

CASES = Path(__file__).parent / "bank_file_cases"
OURS, SUPPLIER, BAKERY = "BE32739000000102", "BE66363000000343", "BE69001000000278"
DAY = date(2026, 3, 2)


def read_case(name):
    """Return the bytes of a case."""
    return (CASES / name).read_bytes()


def get_texts(movement):
    """Return all texts of a movement and its parts, as one."""
    texts = (movement.remittance_information, movement.description, movement.additional_information)
    more = (movement.counterpart_name, movement.counterpart_reference, movement.end_to_end_id)
    return " | ".join((*texts, *more, *(get_texts(part) for part in movement.details)))


@tagged("post_install", "-at_install")
class TestFileCases(BaseCase):
    """Each file is read as its bank means it."""

    def read_case(self, name):
        (statement,) = read(read_case(name))
        return statement

    def read_one(self, name):
        (movement,) = self.read_case(name).movements
        return movement

    def test_account_and_amounts_of_each_file(self):
        for name, account, closing, amounts in (
            ("camt_available_balances_only.xml", OURS, "1010", ["10"]),
            ("camt_in_business_envelope.xml", OURS, "1050", ["50"]),
            ("camt_in_zip.zip", OURS, "1050", ["50"]),
            ("camt_reversal_flag_means_other_sign.xml", OURS, "1040", ["40"]),
            ("camt_renumbered_2.xml", OURS, "936", ["-85", "25", "-4"]),
            ("camt_foreign_amount.xml", OURS, "907.5", ["-92.5"]),
            ("coda_blank_account_structure.cod", OURS, "1050", ["50"]),
            ("coda_subscription_2.cod", "BE61739000050117", "1030", ["30"]),
            ("coda_same_day_globalised.cod", "BE39739000050319", "1400", ["-100", "500"]),
        ):
            with self.subTest(name=name):
                statement = self.read_case(name)
                self.assertEqual((statement.account, statement.currency), (account, "EUR"))
                self.assertEqual(statement.closing, Decimal(closing))
                self.assertEqual([m.amount for m in statement.movements], [Decimal(amount) for amount in amounts])

    def test_the_counterparty_of_coda_is_its_number_alone(self):
        for name, number in (
            ("coda_counterparty_iban_ends_in_letter.cod", "MT84MALT011000012345MTLCAST001S"),
            ("camt_iban_ends_in_letter.xml", "MT84MALT011000012345MTLCAST001S"),
            ("coda_counterparty_old_number_with_currency.cod", SUPPLIER),
        ):
            self.assertEqual(self.read_one(name).counterpart_reference, number)

    def test_what_is_not_provided_is_nothing(self):
        first, second = self.read_case("camt_not_provided.xml").movements
        self.assertEqual(get_texts(first).strip(" |"), "")
        self.assertEqual((second.remittance_information, second.counterpart_name), ("", "Drukkerij Inkt BV"))
        first, second = self.read_case("coda_not_provided.cod").movements
        self.assertEqual(get_texts(first).strip(" |"), BAKERY)
        self.assertEqual(get_texts(second).strip(" |"), f"Telecom NV | {SUPPLIER}")

    def test_every_reference_and_document_is_told(self):
        self.assertEqual(
            self.read_one("camt_referred_documents.xml").remittance_information, "INV/2026/00017, INV/2026/00018"
        )
        movement = self.read_one("camt_two_creditor_references.xml")
        self.assertEqual(movement.remittance_information, "123456789002, 123456789103")
        self.assertEqual(movement.remittance_information_type, "unstructured")

    def test_a_return_tells_its_reason_as_code_and_as_text(self):
        movement = self.read_one("camt_return_reason_text.xml")
        self.assertEqual(movement.additional_information, "SALDO Onvoldoende dekking op de rekening")
        self.assertEqual((movement.counterpart_name, movement.counterpart_reference), ("Bakkerij Deeg BV", BAKERY))

    def test_parts_of_a_total_tell_all_that_they_have(self):
        parts = self.read_one("coda_returned_batch.cod").details
        self.assertEqual(
            [(p.amount, p.counterpart_name, p.additional_information, p.end_to_end_id) for p in parts],
            [(-60, "Bakkerij Deeg BV", "MS03", "ABO-A"), (-40, "Kapper Knip BV", "AC04", "ABO-B")],
        )
        first, second = self.read_one("coda_details_of_details.cod").details
        self.assertEqual([part.remittance_information for part in second.details], ["D2A", "D2B"])
        self.assertFalse(first.details)

    def test_an_amount_that_is_not_told_is_none(self):
        movement = self.read_one("camt_batch_without_amounts.xml")
        self.assertEqual([part.amount for part in movement.details], [None] * 3)
        self.assertEqual(movement.amount, 300)

    def test_information_after_the_details_belongs_to_the_whole(self):
        movement = self.read_one("coda_global_info_after_details.cod")
        self.assertEqual(movement.additional_information, "FACTUUR 2026/03/4711 VAN DE BANK")
        self.assertFalse("".join(part.additional_information for part in movement.details))

    def test_a_foreign_payment_tells_what_it_was(self):
        movement = self.read_one("camt_foreign_amount.xml")
        told = (movement.original_amount, movement.exchange_rate, movement.charges)
        self.assertEqual(told, ("USD 100.00", "0.9", "EUR 2.50"))

    def test_we_are_not_our_own_payer(self):
        movement = self.read_one("camt_only_own_virtual_account.xml")
        self.assertEqual((movement.counterpart_name, movement.counterpart_reference), ("", ""))
        movement = self.read_one("camt_reversal_flag_means_other_sign.xml")
        self.assertEqual((movement.counterpart_name, movement.counterpart_reference), ("Telecom NV", SUPPLIER))

    def test_a_flag_that_means_the_other_sign_is_refused_where_that_does_not_add_up(self):
        with self.assertRaises(FileError) as caught:
            read(read_case("camt_reversal_flag_means_other_sign.xml").replace(b">1040<", b">1041<"))
        self.assertEqual(caught.exception.code, "balance")
        plain = read_case("camt_reversal_flag_means_other_sign.xml").replace(b">1040<", b">960<")
        self.assertEqual([(m.amount, s.remarks) for s in read(plain) for m in s.movements], [(-40, ())])

    def test_what_was_read_is_kept_as_it_is(self):
        for path in sorted(CASES.iterdir()):
            with self.subTest(name=path.name):
                statements = read(path.read_bytes())
                self.assertEqual(keeping.unpack(keeping.pack(statements)), statements)
        refused = keeping.pack(FileError("record", 7, kind="coda_1", member="a.cod"))
        with self.assertRaises(FileError) as caught:
            keeping.unpack(refused)
        error = caught.exception
        self.assertEqual((error.code, error.place, error.kind, error.member), ("record", 7, "coda_1", "a.cod"))
