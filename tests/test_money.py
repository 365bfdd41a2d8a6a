"""Amounts become whole numbers of the smallest unit in one place, whatever the currency is rounded to."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from ..models.support.money import from_units, has_its_decimals, to_units, would_be_rounded
from ..statement_files import Movement

ROOT = Path(__file__).parent.parent
EUR, JPY, TND, COINS, FIVES = 0.01, 1.0, 0.001, 0.05, 5.0
# Rounding of the currency, amount, and that in the smallest unit.
UNITS = (
    (EUR, 0.0, 0),
    (EUR, -0.0, 0),
    (EUR, 12, 1200),
    (EUR, 12.34, 1234),
    (EUR, -12.34, -1234),
    (EUR, 0.1 + 0.2, 30),
    (EUR, -(0.1 + 0.2), -30),
    (EUR, 0.29, 29),  # 0.29 * 100 is 28.999999999999996
    (EUR, 1.005, 101),
    (EUR, -1.005, -101),
    (EUR, 0.125, 13),  # as Odoo rounds; Python's round() goes to the even one
    (EUR, 1e-7, 0),
    (EUR, 10**12 - 0.01, 99_999_999_999_999),
    (EUR, -(10**12 - 0.01), -99_999_999_999_999),
    (EUR, Decimal("0.10"), 10),
    (EUR, Decimal("-999999999999.99"), -99_999_999_999_999),
    (JPY, 1234.0, 1234),
    (JPY, -1234.0, -1234),
    (JPY, 0.5, 1),
    (JPY, 10.0**12 - 1, 999_999_999_999),
    (TND, 0.001, 1),
    (TND, 12.345, 12345),
    (TND, -12.345, -12345),
    (TND, Decimal("999999999999.999"), 999_999_999_999_999),
    (COINS, 10.0, 1000),
    (COINS, 10.02, 1002),
    (COINS, 10.05, 1005),
    (COINS, -10.05, -1005),
    (COINS, Decimal("10.02"), 1002),
    (FIVES, 15.0, 15),
    (FIVES, 12.0, 12),
)
# Rounding of the currency, amount, and whether the currency has so many decimals.
DECIMALS = (
    (EUR, "1.23", True),
    (EUR, "1.230", True),
    (EUR, "1.234", False),
    (EUR, "-999999999999.99", True),
    (JPY, "1", True),
    (JPY, "1.5", False),
    (TND, "1.234", True),
    (TND, "1.2345", False),
    (COINS, "1.23", True),
    (COINS, "1.234", False),
)
# Rounding of the currency, amount, and whether Odoo would store another one.
ROUNDED = (
    (EUR, "1.23", False),
    (EUR, "-999999999999.99", False),
    (EUR, "1.234", True),
    (JPY, "1000000", False),
    (JPY, "0.5", True),
    (TND, "12.345", False),
    (COINS, "10.05", False),
    (COINS, "-10.10", False),
    (COINS, "10.02", True),
    (COINS, "999999999999.95", False),
    (FIVES, "15", False),
    (FIVES, "12", True),
)
# What makes whole numbers of amounts, or amounts of them.
CONVERSION = re.compile(r"10 ?\*\* ?\w|[*/] ?[\w.()]*\.rounding\b|scaleb|[\w)] ?% ?[\w.]*\.rounding\b")


@tagged("post_install", "-at_install")
class TestMoney(TransactionCase):
    def currency(self, rounding):
        return self.env["res.currency"].new({"name": "XYZ", "symbol": "X", "rounding": rounding})

    def test_amounts_are_whole_numbers_of_the_last_decimal(self):
        for rounding, amount, units in UNITS:
            with self.subTest(rounding=rounding, amount=amount):
                result = to_units(amount, self.currency(rounding))
                self.assertEqual(result, units)
                self.assertIs(type(result), int)

    def test_the_way_back_gives_the_same_amount(self):
        for rounding, amount, units in UNITS:
            with self.subTest(rounding=rounding, amount=amount):
                currency = self.currency(rounding)
                back = from_units(units, currency)
                self.assertEqual(to_units(back, currency), units)
                self.assertEqual(back, float(f"{units}e-{currency.decimal_places}"))

    def test_every_cent_of_a_million_comes_back(self):
        euro = self.currency(EUR)
        for units in range(-100_000_000, 100_000_001, 7919):
            self.assertEqual(to_units(from_units(units, euro), euro), units)

    def test_an_amount_without_currency_is_refused(self):
        with self.assertRaises(ValueError):
            to_units(12.34, self.env["res.currency"])

    def test_decimals_that_a_currency_has_not(self):
        for rounding, amount, fits in DECIMALS:
            with self.subTest(rounding=rounding, amount=amount):
                self.assertIs(has_its_decimals(Decimal(amount), self.currency(rounding)), fits)

    def test_what_odoo_would_store_as_another_amount(self):
        for rounding, amount, changes in ROUNDED:
            with self.subTest(rounding=rounding, amount=amount):
                currency = self.currency(rounding)
                self.assertIs(would_be_rounded(Decimal(amount), currency), changes)
                self.assertIs(currency.round(float(amount)) != float(amount), changes)

    def test_a_file_and_the_books_count_alike_where_cash_is_rounded(self):
        currency = self.env["res.currency"].create({"name": "XCH", "symbol": "X", "rounding": COINS})
        journal = self.env["account.journal"].new({"type": "bank", "currency_id": currency.id})
        entries = [
            journal._get_file_entry(Movement(key=text, day=date(2026, 1, 5), amount=Decimal(text)), text)
            for text in ("10.00", "10.02", "10.05")
        ]
        self.assertEqual([entry.amount for entry in entries], [1000, 1002, 1005])

    def test_no_other_file_converts(self):
        found = [
            path.relative_to(ROOT).as_posix()
            for folder in ("models", "wizards", "controllers")
            for path in sorted((ROOT / folder).rglob("*.py"))
            if CONVERSION.search(path.read_text(encoding="utf-8"))
        ]
        self.assertEqual(found, ["models/support/money.py"])
