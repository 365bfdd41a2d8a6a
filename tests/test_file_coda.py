from datetime import date
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from ..statement_files import FileError, read
from .bank_files import coda_file, coda_movement, coda_statement, record
from .common import IBAN, OTHER_IBAN

DAY = date(2026, 3, 3)
DETAIL = "60150000"


def statement(*movements, **kwargs):
    values = {
        "account": IBAN,
        "opening": Decimal("100.00"),
        "opening_day": date(2026, 3, 2),
        "closing_day": DAY,
        "number": 62,
        **kwargs,
    }
    return coda_statement(movements, **values)


@tagged("post_install", "-at_install")
class TestFileCoda(BaseCase):
    """A CODA file is read as the bank wrote it, or refused with the place that is wrong."""

    def read_one(self, *movements, **kwargs):
        (result,) = read(coda_file(statement(*movements, **kwargs)))
        return result

    def assertRefused(self, code, content, place=None):
        with self.assertRaises(FileError) as caught:
            read(content)
        self.assertEqual(caught.exception.code, code, caught.exception)
        if place is not None:
            self.assertEqual(caught.exception.place, place)

    def test_a_statement_has_its_account_balances_and_movements(self):
        result = self.read_one(
            coda_movement(1, "12.50", DAY, value_day=date(2026, 3, 2), communication="0Invoice 1", name="Jan"),
            coda_movement(2, "-2.25", DAY, communication="0Bread", account=OTHER_IBAN, customer_reference="E2E-1"),
        )
        self.assertEqual((result.account, result.currency, result.name), (IBAN, "EUR", "2026/062"))
        self.assertEqual((result.opening, result.closing), (Decimal("100.00"), Decimal("110.25")))
        self.assertEqual((result.opening_day, result.closing_day), (date(2026, 3, 2), DAY))
        first, second = result.movements
        self.assertEqual((first.amount, first.day, first.value_day), (Decimal("12.50"), DAY, date(2026, 3, 2)))
        self.assertEqual((first.remittance_information, first.counterpart_name), ("Invoice 1", "Jan"))
        self.assertEqual((second.amount, second.value_day), (Decimal("-2.25"), None))
        self.assertEqual((second.counterpart_reference, second.end_to_end_id), (OTHER_IBAN, "E2E-1"))

    def test_a_communication_goes_on_over_three_records(self):
        text = " ".join(f"word{number:02}" for number in range(20))
        self.assertEqual(
            self.read_one(coda_movement(1, 1, DAY, communication="0" + text)).movements[0].remittance_information, text
        )

    def test_structured_communications_are_references(self):
        for communication, expected in (
            ("1101090933755493", ("090933755493", "structured")),
            ("1102090933755493", ("090933755493", "structured")),
            ("1100RF18539007547034", ("RF18539007547034", "structured")),
            ("1103123456", ("123456", "unstructured")),
            ("1101000000000000", ("000000000000", "unstructured")),
            (f"{'1105':<49}090933755493", ("090933755493", "structured")),
        ):
            with self.subTest(communication=communication):
                movement = self.read_one(coda_movement(1, 1, DAY, communication=communication)).movements[0]
                self.assertEqual((movement.remittance_information, movement.remittance_information_type), expected)

    def test_a_direct_debit_has_its_mandate_and_creditor(self):
        zone = f"1127030326110{'BE12ZZZ0123456789':<35}{'MANDATE-7':<35}{'Electricity of March':<62}"
        movement = self.read_one(coda_movement(1, "-80.00", DAY, code="00501000", communication=zone)).movements[0]
        self.assertEqual(
            (movement.mandate_id, movement.creditor_id, movement.remittance_information),
            ("MANDATE-7", "BE12ZZZ0123456789", "Electricity of March"),
        )

    def test_a_card_payment_is_called_by_its_terminal(self):
        zone = f"1113{'5169XXXXXXXX1234':<16}172454663076603032614287".ljust(44) + f"{'CORA LA LOUVIERE':<16}LA LOUVIER"
        movement = self.read_one(coda_movement(1, "-21.70", DAY, code="00402000", communication=zone)).movements[0]
        self.assertEqual(movement.remittance_information, "CORA LA LOUVIERELA LOUVIER")
        self.assertEqual(movement.card_reference, "5169XXXXXXXX1234")

    def test_a_total_of_the_bank_is_one_movement_with_its_parts(self):
        result = self.read_one(
            coda_movement(1, "-60.00", DAY, code="20150000", globalization=1),
            coda_movement(1, "-10.00", DAY, detail=1, code=DETAIL, name="An"),
            coda_movement(1, "-50.00", DAY, detail=2, code="70150000", name="Bo"),
            coda_movement(1, "-49.00", DAY, detail=3, code="90150000"),
            coda_movement(2, "5.00", DAY),
        )
        self.assertEqual([movement.amount for movement in result.movements], [Decimal("-60.00"), Decimal("5.00")])
        parts = result.movements[0].details
        self.assertEqual([(part.amount, part.counterpart_name) for part in parts], [(-10, "An"), (-50, "Bo")])
        self.assertEqual([part.amount for part in parts[1].details], [-49])

    def test_information_records_go_to_the_movement_before_them(self):
        information = [
            record((1, f"3100010001{'REF':<21}00150000"), (40, "1001Olga Peeters"), (126, "1 0")),
            record((1, "3200010001Stationsstraat 1"), (46, "9000 Gent"), (126, "1 0")),
            record((1, "3300010001More"), (126, "0 0")),
        ]
        movement = self.read_one([*coda_movement(1, 1, DAY), *information]).movements[0]
        self.assertEqual(movement.counterpart_name, "Olga Peeters")
        self.assertEqual(movement.additional_information, "Olga Peeters Stationsstraat 1 9000 Gent More")

    def test_several_statements_and_accounts_in_one_file(self):
        lines = [
            *statement(coda_movement(1, 1, DAY)),
            *statement(account=OTHER_IBAN, opening=Decimal(0)),
            *statement(coda_movement(1, 2, date(2026, 3, 4)), opening=Decimal(101), number=63),
        ]
        results = read(coda_file(lines))
        self.assertEqual([result.account for result in results], [IBAN, OTHER_IBAN, IBAN])
        self.assertEqual([len(result.movements) for result in results], [1, 0, 1])
        self.assertNotEqual(results[0].movements[0].key, results[2].movements[0].key)

    def test_the_key_of_a_movement_does_not_depend_on_what_else_is_in_the_file(self):
        alone = read(coda_file(statement(coda_movement(1, 1, DAY))))[0]
        more = read(coda_file([*statement(account=OTHER_IBAN), *statement(coda_movement(1, 1, DAY))], end="\n"))[1]
        self.assertEqual(alone.movements[0].key, more.movements[0].key)
        self.assertTrue(alone.movements[0].key.startswith("coda:"))
        twins = self.read_one(coda_movement(1, 1, DAY), coda_movement(2, 1, DAY)).movements
        self.assertNotEqual(twins[0].key, twins[1].key)

    def test_any_encoding_and_any_end_of_line(self):
        lines = statement(coda_movement(1, 1, DAY, communication="0Café Müller", name="Zoë"))
        for encoding in ("latin-1", "cp1252", "utf-8", "utf-8-sig"):
            for end in ("\r\n", "\n", "\r"):
                with self.subTest(encoding=encoding, end=end):
                    movement = read(coda_file(lines, encoding, end) + b"\x1a")[0].movements[0]
                    self.assertEqual(
                        (movement.remittance_information, movement.counterpart_name), ("Café Müller", "Zoë")
                    )

    def test_control_characters_never_reach_a_text(self):
        lines = statement(coda_movement(1, 1, DAY, communication="0a\x00b\x81c"))
        self.assertEqual(read(coda_file(lines))[0].movements[0].remittance_information, "a b c")

    def test_old_belgian_account_numbers_are_read_as_iban(self):
        lines = statement(coda_movement(1, 1, DAY, account="539007547034 EUR"))
        for number, structure in ((1, "0539007547034 EUR0BE"), (-2, "539007547034 EUR0BE")):
            line = lines[number]
            place = 1 if number == 1 else 4
            lines[number] = (
                line[:place]
                + (structure[0] + line[2:5] + structure[1:] if number == 1 else structure).ljust(
                    42 - place - (1 if number == -2 else 0)
                )
                + line[42 if number == 1 else 41 :]
            )
        result = read(coda_file(lines))[0]
        self.assertEqual((result.account, result.currency), (IBAN, "EUR"))
        self.assertEqual(result.movements[0].counterpart_reference, IBAN)

    def test_three_decimals_and_an_overdrawn_account_are_exact(self):
        result = self.read_one(coda_movement(1, "-0.005", DAY), opening=Decimal("-0.001"))
        self.assertEqual((result.opening, result.closing), (Decimal("-0.001"), Decimal("-0.006")))

    def test_a_statement_without_movements_may_leave_out_the_new_balance(self):
        lines = statement()
        del lines[2]
        lines[-1] = record((1, "9"), (17, f"{1:06}{0:030}"), (128, "2"))
        self.assertEqual(read(coda_file(lines))[0].closing, Decimal("100.00"))

    # -- what is refused -------------------------------------------------------------------------------------------

    def test_what_is_no_coda_is_refused(self):
        self.assertRefused("empty", b" \r\n")
        for content in (b"Date;Amount\n1;2\n", b"%PDF-1.4", b"\xff\xfe\x00", b"0000"):
            self.assertRefused("unknown", content)

    def test_a_file_that_is_cut_off_is_refused_wherever(self):
        lines = [*statement(coda_movement(1, 1, DAY), coda_movement(2, 2, DAY)), *statement(number=63)]
        end = len(statement(coda_movement(1, 1, DAY), coda_movement(2, 2, DAY)))
        for length in (*range(1, end), *range(end + 1, len(lines))):
            self.assertRefused("truncated", coda_file(lines[:length]), length)
        self.assertRefused("record", coda_file(lines)[:-60], len(lines))

    def test_a_missing_record_is_noticed(self):
        lines = statement(coda_movement(1, 1, DAY), coda_movement(2, 2, DAY))
        for number in (3, 4, 6, 7):  # records 22 and 23
            self.assertRefused("record_count", coda_file(lines[:number] + lines[number + 1 :]), len(lines) - 1)

    def test_totals_and_balances_must_add_up(self):
        lines = statement(coda_movement(1, 1, DAY))
        wrong = coda_file(lines).replace(b"0000000000001000", b"0000000000002000", 1)
        self.assertRefused("totals", wrong, len(lines))
        self.assertRefused("balance", coda_file(statement(coda_movement(1, 1, DAY), closing=Decimal(102))), len(lines))
        without = [line for line in lines if line[0] != "8"]
        without[-1] = without[-1].replace("000005", "000004")
        self.assertRefused("no_balance", coda_file(without))

    def test_a_new_balance_of_another_account_is_refused(self):
        lines = statement(coda_movement(1, 1, DAY))
        lines[-2] = lines[-2].replace(IBAN, OTHER_IBAN)
        self.assertRefused("record", coda_file(lines), len(lines) - 1)

    def test_records_out_of_order_or_of_no_kind_are_refused(self):
        good = statement(coda_movement(1, 1, DAY))
        for lines, place in (
            (good[1:], None),
            ([good[0], *good[2:]], 2),
            ([*good[:2], good[3], *good[2:]], 3),
            ([*good[:2], *coda_movement(1, 1, DAY, code=DETAIL), *good[2:]], 3),
            ([*good[:2], good[2].replace("00150000", "X0150000"), *good[3:]], 3),
            ([*good[:2], good[2].replace("030326", "310226"), *good[3:]], 3),
            ([*good[:2], good[2].replace("00000000000", "0000000000A"), *good[3:]], 3),
            ([*good[:2], "5" + good[2][1:], *good[3:]], 3),
            ([*good[:2], good[2] + " too long", *good[3:]], 3),
            ([good[0][:-1] + "1", *good[1:]], 1),
        ):
            with self.subTest(place=place):
                self.assertRefused("unknown" if place is None else "record", coda_file(lines), place or "")
