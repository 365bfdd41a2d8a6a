"""Histories of a bank account and of the books that keep it, with planted defects: the oracle of the agreement finder.

This module imports nothing of the finder. It makes a bank's transactions, books that hold them as people and programs
do (without numbers, batches globalized, begun in the middle with an opening entry), spoils them, and keeps a list of
what it spoiled. Amounts are in cents.
"""

import random
from collections import Counter
from datetime import date, timedelta

from .agreement_defects import Defects, Planted, Row, Unit

ONE_DAY = timedelta(days=1)
NUMBERS = tuple(f"BE{number:02d}7340000000{number:02d}" for number in range(10, 30))


class History(Defects):
    """One account, its books, and what is wrong with them."""

    def __init__(self, seed: int, last_day: date, days: int | None = None, most_per_day: int = 8) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.last_day = last_day
        self.most_per_day = most_per_day
        self.first_day = last_day - timedelta(days=days or self.random.randint(30, 400))
        self.opening_balance = self.random.randint(-200_000, 5_000_000)
        self.numbers_known = self.random.choice(("all", "none", "half"))
        self.planted: list[Planted] = []
        self.kinds: list[str] = []  # what was planted, in the words of KINDS
        self._keys = iter(range(1, 1_000_000))
        self._touched: set[int] = set()
        self.extras: list[Row] = []
        self.units = [unit for day in self._days() for unit in self._make_day(day)]
        self._begin_books()
        self._spoil()

    def __str__(self) -> str:
        return f"seed {self.seed}: {self.kinds or 'clean'}, numbers {self.numbers_known}, begin {self.beginning}"

    # ------------------------------------------------------------------ what the finder gets

    @property
    def bank(self) -> list[Row]:
        """The bank's transactions, by day."""
        return sorted((row for unit in self.all_units for row in unit.bank), key=lambda row: row.day)

    @property
    def books(self) -> list[Row]:
        """The entries of the books, by day."""
        lines = [row for unit in self.units for row in unit.books]
        return sorted([*self.openings, *lines, *self.extras], key=lambda row: row.day)

    # ------------------------------------------------------------------ what it must find

    def bank_balance(self, day: date) -> int:
        """The bank's balance at the end of a day."""
        return self.opening_balance + sum(row.cents for row in self.bank if row.day <= day)

    def ledger_balance(self, day: date) -> int:
        """The posted balance at the end of a day."""
        return self.ledger_before + sum(row.cents for row in self.books if row.day <= day)

    def get_difference(self, day: date) -> int:
        """By how much the bank has more at the end of a day: what the planted defects make of it, and nothing else."""
        found = 0
        for planted in self.planted:
            if planted.kind == "opening":
                found += planted.difference
                continue
            found += sum(cents for cents, on in planted.bank if on <= day)
            found -= sum(cents for cents, on in planted.books if on <= day)
        return found

    @property
    def last_agreed(self) -> date | None:
        """The last day on which bank and books agree."""
        day = self.last_day
        while day >= self.evening:
            if not self.get_difference(day):
                return day
            day -= ONE_DAY
        return None

    # ------------------------------------------------------------------ a bank

    def _days(self):
        day = self.first_day
        while day <= self.last_day:
            yield day
            day += ONE_DAY

    def _make_day(self, day: date):
        chance = self.random
        weekend = day.weekday() > 4
        count = chance.choice((0, 0, 0, 1)) if weekend else chance.randint(0, self.most_per_day)
        if day in (self.first_day, self.last_day - timedelta(days=self.last_day.weekday() % 5)):
            count = max(count, 1)
        amounts = [(self._new_amount(), self._new_number()) for _ in range(count)]
        if day.day == 3:
            amounts.append((-95_000, NUMBERS[0]))  # the rent
        if day.weekday() == 2:
            amounts.append((-5_000, ""))  # cash, every week
        if chance.random() < 0.1:
            amounts += [(self._new_amount(), self._new_number())] * chance.randint(2, 3)  # twins
        rows = [self._new_row(cents, day, number) for cents, number in amounts]
        if chance.random() < 0.15:
            yield self._make_batch(day)
        for row in rows:
            yield Unit((row,), (self._book(row),))

    def _make_batch(self, day: date) -> Unit:
        sign = self.random.choice((-1, -1, 1))
        parts = [
            self._new_row(sign * abs(self._new_amount()), day, self._new_number())
            for _ in range(self.random.randint(2, 6))
        ]
        total = sum(row.cents for row in parts)
        if self.random.random() < 0.7:
            return Unit(tuple(parts), (self._new_row(total, day),))
        return Unit((self._new_row(total, day),), tuple(self._book(row) for row in parts))

    def _new_row(self, cents: int, day: date, number: str = "", **kwargs) -> Row:
        value_day = None
        if self.random.random() < 0.2:
            value_day = day + timedelta(days=self.random.choice((-2, -1, 1, 2, 3)))
        return Row(next(self._keys), cents, day, number, value_day, **kwargs)

    def _new_amount(self) -> int:
        cents = int(10 ** self.random.uniform(2.5, 6.5))
        if self.random.random() < 0.15:
            cents = max(cents // 1000, 1) * 1000
        return cents * self.random.choice((-1, -1, 1))

    def _new_number(self) -> str:
        return self.random.choice((*NUMBERS, "", "", ""))

    # ------------------------------------------------------------------ books

    def _book(self, row: Row) -> Row:
        known = self.numbers_known == "all" or (self.numbers_known == "half" and self.random.random() < 0.5)
        return Row(next(self._keys), row.cents, row.day, row.number if known else "")

    def _begin_books(self) -> None:
        """Let the books begin before the bank's history, with the account, or in the middle of it."""
        self.all_units = self.units
        self.openings: tuple[Row, ...] = ()
        self.ledger_before = 0
        bank_begins = min(row.day for row in self.bank)
        self.evening = bank_begins - ONE_DAY  # from this evening on, both can be compared
        self.books_begin = bank_begins
        self.beginning = self.random.choice(("before", "with_the_account", "evening", "morning"))
        if self.beginning == "before":
            self.ledger_before = self.opening_balance
            self.books_begin = bank_begins - timedelta(days=self.random.randint(1, 100))
        elif self.beginning == "with_the_account":
            self.opening_balance = 0
            self.books_begin = min(row.day for unit in self.units for row in unit.books)
        else:
            days = sorted({row.day for row in self.bank})
            opened_on = self.random.choice(days[: len(days) // 3 + 1])
            morning = self.beginning == "morning"
            self.evening = opened_on - ONE_DAY if morning else opened_on
            balance = self.bank_balance(self.evening) or 1
            self.opening_balance += balance - self.bank_balance(self.evening)
            self.openings = (Row(next(self._keys), balance, opened_on, is_bank_transaction=False),)
            self.units = [unit for unit in self.units if unit.bank[0].day > self.evening]
            self.books_begin = opened_on


def count_kinds(histories) -> Counter:
    """Count what was planted in some histories."""
    return Counter(kind for history in histories for kind in history.kinds or ["clean"])
