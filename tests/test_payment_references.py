from datetime import date

from odoo.tests import BaseCase, tagged

from ..payment_references import (
    CREDITOR,
    NUMBER,
    STRONG,
    STRUCTURED,
    WEAK,
    References,
    canonical,
    classify,
    name_key,
    number_key,
    number_strength,
    read_number,
    take_apart,
)
from ..payment_references.months import Month

DIGITS = "090933755493"
OTHER_DIGITS = "000000000097"  # a remainder of 0 is written 97


@tagged("post_install", "-at_install")
class TestPaymentReferences(BaseCase):
    """Texts of payments, as banks and people write them."""

    def named(self, text, *numbers):
        written = {read_number(number): number for number in numbers}
        named = References([text]).get_named({number.key: [number] for number in written})
        return {text for number, text in written.items() if number.key in named}

    def test_a_structured_communication_is_read_in_every_written_form(self):
        for text in (
            "+++090/9337/55493+++",
            "***090/9337/55493***",
            "090933755493",
            "090/9337/55493",
            "090 9337 55493",
            "+++ 090 / 9337 / 55493 +++",
            "090.9337.55493",
            "Betaling factuur 090933755493 dank u",
            "REF090933755493BIS",
            "Mededeling:+++090/9337/55493+++,klant 12",
            "12345 090/9337/55493",
            "12 090 9337 55493",
        ):
            self.assertIn(DIGITS, References([text]).structured, text)

    def test_wrong_check_digits_and_longer_numbers_are_none(self):
        for text in ("+++090/9337/55494+++", "0909337554931", "1090933755493", "09093375549", "+++090/9337/554+++"):
            self.assertNotIn(DIGITS, References([text]).structured, text)
        self.assertIn(OTHER_DIGITS, References(["+++000/0000/00097+++"]).structured)
        self.assertFalse(References(["+++000/0000/00000+++"]).structured)

    def test_a_creditor_reference_is_read_with_and_without_blanks(self):
        for text in (
            "RF18539007547034",
            "RF18 5390 0754 7034",
            "pay rf18 5390 0754 7034 thanks",
            "ref:RF18539007547034.",
        ):
            self.assertIn("RF18539007547034", References([text]).creditor, text)
        self.assertFalse(References(["RF19 5390 0754 7034", "XRF18539007547034"]).creditor)

    def test_a_document_says_by_which_reference_it_is_named(self):
        self.assertEqual(classify("+++090/9337/55493+++"), (STRUCTURED, DIGITS))
        self.assertEqual(classify("090933755493"), (STRUCTURED, DIGITS))
        self.assertEqual(classify("RF18 5390 0754 7034"), (CREDITOR, "RF18539007547034"))
        self.assertEqual(classify("INV/2025/00001"), (NUMBER, "INV202500001"))
        self.assertEqual(classify("+++090/9337/55494+++"), (NUMBER, "090933755494"))
        self.assertEqual(classify("/"), (NUMBER, ""))
        self.assertEqual(canonical(DIGITS), "+++090/9337/55493+++")

    def test_a_number_is_read_with_and_without_separators(self):
        for text in (
            "INV/2025/00001",
            "inv/2025/00001",
            "Betaling INV-2025-00001.",
            "INV202500001",
            "INV 2025 00001",
            "facture n°INV/2025/00001, merci",
            "INV/2025/0 0001",  # a bank's line ends there
            "INV/2025/00001-INV/2025/00002",
            "nr.INV/2025/00001.",
            "Invoice-INV/2025/00001",
            "INV/2025/00001/Janssens",
        ):
            self.assertIn("INV/2025/00001", self.named(text, "INV/2025/00001", "INV/2025/00002"), text)

    def test_a_piece_of_a_word_or_of_a_longer_number_is_no_number(self):
        for text in (
            "XINV/2025/00001",
            "INV/2025/000012",
            "INV/2025/00001/2",
            "INV/2025/00001-2",
            "2/INV/2025/00001",
            "WEB-INV/2025/00001",
            "INV/2025/00001/CN",
            "INV/2025/0001",
            "2025/00001",
            "00001",
        ):
            self.assertFalse(self.named(text, "INV/2025/00001"), text)

    def test_digits_alone_are_a_number_where_no_others_are_near(self):
        for text in ("factuur 2025/123 van mei", "2025123", "2025-123, 2025-124", "nr.2025123"):
            self.assertIn("2025/123", self.named(text, "2025/123", "2025/124"), text)
        for text in ("2025 123", "32 2025/123", "2025123 17", "2025123,45", "2025/123/A", "99 2025123"):
            self.assertFalse(self.named(text, "2025/123"), text)
        for number, text in (("12112025", "12/11/2025"), ("121125", "12-11-25"), ("20251112", "2025.11.12")):
            self.assertFalse(self.named(f"paid on {text}", number), text)
        self.assertTrue(self.named("25/11/0001", "25/11/0001"), "no date")

    def test_a_long_word_of_digits_is_no_piece_of_what_stands_beside_it(self):
        for text in ("20250123 15/05/2025", "20250123 121,00 EUR", "customer 5512 20250123"):
            self.assertTrue(self.named(text, "20250123"), text)
        for text in ("2025 0123", "20250123/2", "17-20250123", "120250123"):
            self.assertFalse(self.named(text, "20250123"), text)

    def test_a_number_that_is_repeated_without_end_is_read_once(self):
        references = References(["INV/2025/00001 " * 20_000])
        number = read_number("INV/2025/00001")
        self.assertEqual(references.get_named({number.key: [number]}), {"INV202500001"})
        self.assertEqual(len(references.spans["INV202500001"]), 20)

    def test_the_longer_of_two_numbers_is_meant_unless_blanks_make_it_unclear(self):
        numbers = ("S00012", "S00012/7", "INV/2025/1", "INV/2025/10")
        self.assertEqual(self.named("S00012/7", *numbers), {"S00012/7"})
        self.assertEqual(self.named("INV/2025/1", *numbers), {"INV/2025/1"})
        self.assertFalse(self.named("INV/2025/1 0", *numbers))
        self.assertEqual(self.named("Bonus 2026/10", "Bonus 2026/10", "2026-10"), {"Bonus 2026/10"})
        self.assertEqual(self.named("huur 2026/10", "Bonus 2026/10", "2026-10"), {"2026-10"})

    def test_several_numbers_are_all_named(self):
        numbers = ("INV/2025/00001", "INV/2025/00002", "INV/2025/00003")
        for text in ("INV/2025/00001 INV/2025/00003", "INV/2025/00001+INV/2025/00003", "INV/2025/00001/INV/2025/00003"):
            self.assertEqual(self.named(text, *numbers), {numbers[0], numbers[2]}, text)

    def test_years_and_short_numbers_say_nothing(self):
        for number in ("2025", "1001", "/", "A", "12", "INV", "A12"):
            self.assertIsNone(number_strength(number_key(number)), number)
        for number in ("20251", "123456", "F123", "Rent 2025", "Order 1001"):
            self.assertEqual(number_strength(number_key(number)), WEAK, number)
        for number in ("INV/2025/00001", "VF25-1100", "BILL/2025/11/0001"):
            self.assertEqual(number_strength(number_key(number)), STRONG, number)

    def names_another(self, text, *numbers):
        return References([text]).names_another([read_number(number) for number in numbers])

    def test_another_number_of_the_series_is_noticed(self):
        text = "INV/2025/00001 and INV/2025/00009 of 12/11/2025"
        self.assertTrue(self.names_another(text, "INV/2025/00001"))
        self.assertFalse(self.names_another(text, "INV/2025/00001", "INV/2025/00009"))
        self.assertFalse(self.names_another("INV/2025/00001 of 12/11/2025", "INV/2025/00001", "123456"))
        for text, number in (
            ("20260944 vervangt 20260943", "20260943"),
            ("100001 in de plaats van 99999", "99999"),
            ("huur 11/2026, index van 10/2026", "10/2026"),
            ("huur 9/2026 en 10/2026", "10/2026"),
            ("F 1001/2026 vervangt F 999/2026", "F 999/2026"),
            ("FV/11/2/2026", "FV/1/12/2026"),
            ("INV202500002, INV/2025/00001", "INV/2025/00001"),
            ("2025/00002", "2025/00001"),
            ("10-2026/11-2026", "10-2026"),
            ("2261 0000 3696 3629", "3261000000074592"),
            ("00000000026479636296", "26115185920"),
            ("21 00000 00003 13947 14300 09017", "210000000003139471430009024"),
        ):
            self.assertTrue(self.names_another(text, number), text)

    def test_what_is_beside_a_number_is_no_other_one(self):
        for text, number in (
            ("INV/2025/0 0001", "INV/2025/00001"),
            ("inv202500001", "INV/2025/00001"),
            ("INV/2025/1", "INV/2025/00001"),
            ("20260943 van 03112026", "20260943"),
            ("20260943 klant 20260001", "20260943"),
            ("RE 2026-0043 / 10294", "2026-0043"),
            ("RG 2026-0045 03.11.2026", "2026-0045"),
            ("2026-0042 KD 10293 0475 12 34 56", "2026-0042"),
            ("12345 voor 1234,50 EUR", "12345"),
            ("10/2026 betaald op 01/11/2026", "10/2026"),
            ("6123 4567 8901 2387", "6123456789012387"),
            ("00000000026115185920", "26115185920"),
        ):
            self.assertFalse(self.names_another(text, number), text)

    def test_a_number_that_is_divided_otherwise_is_another_one(self):
        self.assertFalse(self.named("FV/11/2/2026", "FV/1/12/2026"))
        self.assertFalse(self.named("FV 11 2 2026", "FV/1/12/2026"))
        self.assertFalse(self.named("2026/0141", "20260141"))
        for text in ("FV/1/12/2026", "FV 1 12 2026", "FV1122026", "FV/1/12/20 26"):
            self.assertTrue(self.named(text, "FV/1/12/2026"), text)

    def test_long_references_are_read_in_groups(self):
        for text, number in (
            ("6123 4567 8901 2387", "6123456789012387"),
            ("21 00000 00003 13947 14300 09024", "210000000003139471430009024"),
            ("KID 00261 10000 421", "0026110000421"),
        ):
            self.assertTrue(self.named(text, number), text)
            self.assertFalse(self.named(f"{text} 77", number), "it goes on")
        self.assertFalse(self.named("0475 12 34 56", "0475123456"[:9]))

    def test_what_a_payer_left_out_is_noticed(self):
        for text, number in (
            ("2026/00149", "INV/2026/00149"),
            ("factuur 2026/149", "INV/2026/00149"),
            ("INV/2026/149", "INV/2026/00149"),
            ("INV 00149", "INV/2026/00149"),
            ("FACTURE 2026/041", "FAC 2026/041"),
            ("RENR20260046", "20260046"),
            ("RE 2026-0043 / 10294", "2026-0043"),
            ("RG 2026-0045 03.11.2026", "2026-0045"),
            ("00000000000001234561", "1234561"),
        ):
            self.assertTrue(References([text]).may_name(read_number(number)), text)
        for text, number in (
            ("INV/2025/00149", "INV/2026/00149"),
            ("INV/2026/149/2", "INV/2026/00149"),
            ("WEB-2026/00149", "INV/2026/00149"),
            ("factuur 149", "INV/2026/00149"),
            ("00149", "INV/2026/00149"),
            ("huur 12/11/2026", "HUUR/12/11/2026"[5:]),
            ("041", "FAC 2026/041"),
        ):
            self.assertFalse(References([text]).may_name(read_number(number)), text)

    def test_months_are_read_in_the_languages_of_the_banks(self):
        for text, month, year in (
            ("huur oktober 2026", 10, 2026),
            ("abonnement Février", 2, None),
            ("Miete März 26", 3, 2026),
            ("rent 9/2026", 9, 2026),
            ("hyra okt 2026", 10, 2026),
            ("2026-04", 4, 2026),
        ):
            self.assertEqual(References([text]).months, {Month(month, year)}, text)
        for text, months in (
            ("loyer déc.", {Month(12)}),
            ("loyer 12/26", {Month(12, 2026)}),
            ("loyer 12 2026", {Month(12, 2026)}),
            ("periode 01/12/2026-31/12/2026", {Month(12, 2026)}),
        ):
            self.assertEqual(References([text]).months, months, text)
        for text in ("Jan Modaal", "01/10/2026", "13/2026", "2026/00010", "-", "***", "❶/2026", ""):
            self.assertFalse(References([text]).months, text)
        self.assertTrue(Month(10).is_of(date(2026, 10, 3)))
        self.assertFalse(Month(10, 2025).is_of(date(2026, 10, 3)))

    def test_a_structured_communication_stands_for_itself_or_is_a_coincidence(self):
        for text in ("+++090/9337/55493+++", "mededeling 090933755493", "090 / 9337 / 55493"):
            self.assertEqual(References([text]).printed, {DIGITS}, text)
        for text in ("090 9337 55493", "REF090933755493"):
            self.assertFalse(References([text]).printed, text)

    def test_names_are_equal_whatever_capitals_accents_and_signs(self):
        self.assertEqual(name_key("Café  d'Été, SPRL"), name_key("CAFE D ETE SPRL"))
        self.assertNotEqual(name_key("Jan Sen"), name_key("Jansen"))
        for name in ("/", "A", "", "12345", "A.", None):
            self.assertEqual(name_key(name), "")

    def test_labelled_parts_are_taken_apart(self):
        parts = take_apart(
            "Naam: J. de Vries<br>Omschrijving: Factuur INV/2025/00001<br />IBAN: NL91 ABNA 0417 1643 00"
            "<br>Kenmerk: 4711-0815<BR>Mandaat ID: M-77<br>Incassant ID: NL00ZZZ123<br>Valutadatum: 03-11-2025"
        )
        self.assertEqual(parts.communication, ("Factuur INV/2025/00001",))
        self.assertEqual((parts.name, parts.account), ("J. de Vries", "NL91 ABNA 0417 1643 00"))
        self.assertEqual((parts.end_to_end, parts.mandate, parts.creditor), ("4711-0815", "M-77", "NL00ZZZ123"))
        self.assertIsNone(take_apart("Naam: J. de Vries"))
        self.assertEqual(take_apart("INV/2025/00001<br>thanks").communication, ("INV/2025/00001", "thanks"))
