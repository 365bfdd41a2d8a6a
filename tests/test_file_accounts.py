from odoo.tests import BaseCase, tagged

from ..statement_files.accounts import account_number, is_iban, read_account_field
from ..statement_files.placeholders import told

MALTA, SEYCHELLES, MAURITIUS = (
    "MT84MALT011000012345MTLCAST001S",
    "SC18SSCB11010000000000001497USD",
    "MU17BOMM0101101030300200000MUR",
)


@tagged("post_install", "-at_install")
class TestFileAccounts(BaseCase):
    """Account numbers and placeholders, as files and banks write them."""

    def test_a_currency_is_cut_only_where_a_number_remains(self):
        for text, number in (
            (MALTA, MALTA),
            (f"{MALTA}EUR", MALTA),
            (f"{MALTA} EUR", MALTA),
            ("SC18 SSCB 1101 0000 0000 0000 1497 USD", SEYCHELLES),
            (f"{SEYCHELLES} USD", SEYCHELLES),
            (MAURITIUS, MAURITIUS),
            ("BE66 3630 0000 0343 EUR", "BE66363000000343"),
            ("BE66363000000343EUR", "BE66363000000343"),
            ("363-0000003-43", "BE66363000000343"),
            ("363000000343 EUR", "BE66363000000343"),
            ("363000000343 EUR0BE", "BE66363000000343"),
            ("363000000344 EUR0BE", "363000000344"),  # check digits of nobody
            ("12345678 USD", "12345678"),
            ("12345678USD", "12345678USD"),
            ("12-34 5", "12345"),
            ("", ""),
        ):
            with self.subTest(text=text):
                self.assertEqual(account_number(text), number)

    def test_an_iban_has_its_check_digits_and_the_length_of_its_country(self):
        for number in (MALTA, SEYCHELLES, MAURITIUS, "BE66363000000343", "NL91ABNA0417164300"):
            self.assertTrue(is_iban(number), number)
        for number in ("BE67363000000343", f"{MALTA}EUR", "BE6636300000034", "363000000343", ""):
            self.assertFalse(is_iban(number), number)

    def test_the_37_signs_of_coda_in_every_structure(self):
        for structure, text, expected in (
            ("0", "363000000343 EUR0BE   EXTENSION", ("BE66363000000343", "EUR")),
            ("1", f"{'12345678901':<34}USD", ("12345678901", "USD")),
            ("1", f"{'X' * 34}USD", ("X" * 34, "USD")),
            ("2", f"{'BE66363000000343':<34}EUR", ("BE66363000000343", "EUR")),
            ("2", f"{'BE66363000000343':<31}A01EUR", ("BE66363000000343", "EUR")),
            ("3", f"{MALTA:<34}EUR", (MALTA, "EUR")),
            ("3", f"{SEYCHELLES:<34}EUR", (SEYCHELLES, "EUR")),
        ):
            for known in (structure, "", " "):
                with self.subTest(structure=structure, known=known):
                    self.assertEqual(read_account_field(f"{text:<37}", known), expected)
        for text, expected in (
            (f"{MALTA} EUR", (MALTA, "")),  # not where it belongs
            ("363000000343 EUR", ("BE66363000000343", "EUR")),
            ("BE66363000000343 EUR", ("BE66363000000343", "EUR")),
            ("BE66 3630 0000 0343", ("BE66363000000343", "")),
            ("", ("", "")),
        ):
            self.assertEqual(read_account_field(f"{text:<37}"), expected)

    def test_placeholders_tell_nothing(self):
        for text in (
            "NOTPROVIDED",
            "NOT PROVIDED",
            "not provided",
            "Not-Provided",
            "NOTPROVIDED NOTPROVIDED",
            "NONREF",
            "NON REF",
            "UNKNOWN",
            "Unknown.",
            "N/A",
            "/NOTPROVIDED/",
            "EREF+NOTPROVIDED",
            "/EREF/NOTPROVIDED",
        ):
            self.assertEqual(told(text), "", text)

    def test_a_placeholder_inside_of_a_text_goes_with_its_label(self):
        for text, rest in (
            ("EREF+NOTPROVIDED SVWZ+Factuur 12", "SVWZ+Factuur 12"),
            ("Naam: J. Bakker Kenmerk: NOTPROVIDED", "Naam: J. Bakker"),
            ("/TRTP/SEPA/NAME/NOTPROVIDED/REMI/Factuur 12", "/TRTP/SEPA /REMI/Factuur 12"),
            ("Betaling NOTPROVIDED", "Betaling"),
            ("Kenmerk: UNKNOWN", ""),
        ):
            self.assertEqual(told(text), rest, text)

    def test_what_is_no_placeholder_stays(self):
        for text in (
            "Unknown Pleasures BV",
            "Begunstigde: Unknown Pleasures BV",
            "GOODS NOT PROVIDED REFUND",
            "NA",
            "Nonrefundable",
            "Reference 12",
            "None of your business",
            "ING/NON-REFERENCE/2026",
        ):
            self.assertEqual(told(text), text)
