"""Histories of a bank account and of the books that keep it, with planted defects: the oracle of the agreement finder.

This module imports nothing of the finder. It makes a bank's transactions, books that hold them as people and programs
do (without numbers, batches globalized, begun in the middle with an opening entry), spoils them, and keeps a list of
what it spoiled. Amounts are in cents.

Some defects cannot be told apart by anybody: a missing payment of 50.00 and another of 50.00 doubled the day after are
the same books as one payment booked a day late. So two defects never touch the same amount, and one that is moved does
not land beside an equal one.
"""

import random
from collections import Counter
from datetime import date, timedelta
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
NUMBERS = tuple(f"BE{number:02d}7340000000{number:02d}" for number in range(10, 30))
KINDS = (
    "missing",
    "missing_days",
    "doubled",
    "doubled_days",
    "wrong_amount",
    "wrong_day",
    "extra",
    "journal_entry",
    "wrong_opening",
    "cancelling",
    "cancelling_on_one_day",
)


class Row(NamedTuple):
    """A transaction of the bank, or an entry of the books."""

    key: int
    cents: int
    day: date
    number: str = ""
    value_day: date | None = None
    is_bank_transaction: bool = True


class Unit(NamedTuple):
    """Transactions and the lines that stand for them."""

    bank: tuple[Row, ...]
    books: tuple[Row, ...]


class Planted(NamedTuple):
    """A defect as the finder should name it; keys are left out, because equal lines have no names."""

    kind: str
    day: date
    bank: tuple[tuple[int, date], ...] = ()
    books: tuple[tuple[int, date], ...] = ()
    difference: int = 0


class History:
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

    # ------------------------------------------------------------------ defects

    def _spoil(self) -> None:
        count = 0 if self.random.random() < 0.15 else self.random.randint(1, 6)
        for _ in range(count):
            kind = self.random.choice(KINDS)
            if getattr(self, f"_plant_{kind}")():
                self.kinds.append(kind)
        self.planted.sort(key=lambda planted: planted.day)

    def _take(self, test=lambda unit: True) -> Unit | None:
        """Return a unit that no defect has touched, which is touched then."""
        free = [unit for unit in self.units if self._is_free(unit) and test(unit)]
        if not free:
            return None
        unit = self.random.choice(free)
        self._touch(unit)
        return unit

    def _is_free(self, unit: Unit) -> bool:
        if self.openings and unit.bank[0].day <= self.openings[0].day:
            return False  # what is wrong on the day of the opening entry may as well be the opening
        return not any(abs(row.cents) in self._touched for row in (*unit.bank, *unit.books))

    def _touch(self, unit: Unit) -> None:
        self._touched.update(abs(row.cents) for row in (*unit.bank, *unit.books))

    def _replace(self, unit: Unit, *books: Row) -> None:
        self.units = [Unit(one.bank, books) if one is unit else one for one in self.units]

    def _plant(self, kind: str, day: date, bank=(), books=()) -> bool:
        difference = sum(row.cents for row in bank) - sum(row.cents for row in books)
        self.planted.append(
            Planted(
                kind,
                day,
                tuple(sorted((row.cents, row.day) for row in bank)),
                tuple(sorted((row.cents, row.day) for row in books)),
                difference,
            )
        )
        return True

    def _plant_missing(self) -> bool:
        unit = self._take()
        return bool(unit) and self._lose(unit)

    def _lose(self, unit: Unit) -> bool:
        self._replace(unit)
        return all(self._plant("missing_in_books", row.day, [row]) for row in unit.bank)

    def _plant_doubled(self) -> bool:
        unit = self._take()
        return bool(unit) and self._double(unit)

    def _double(self, unit: Unit) -> bool:
        again = tuple(row._replace(key=next(self._keys)) for row in unit.books)
        self._replace(unit, *unit.books, *again)
        return all(self._plant("twice", row.day, (), [row]) for row in again)

    def _plant_missing_days(self) -> bool:
        return self._spoil_days(self._lose)

    def _plant_doubled_days(self) -> bool:
        return self._spoil_days(self._double)

    def _spoil_days(self, spoil) -> bool:
        """Spoil every unit of some consecutive days: a file that nobody imported, or one imported twice."""
        start = self.random.choice(self.units).bank[0].day
        end = start + timedelta(days=self.random.randint(0, 12))
        units = [unit for unit in self.units if start <= unit.bank[0].day <= end]
        if not all(map(self._is_free, units)):
            return False
        for unit in units:
            self._touch(unit)
            spoil(unit)
        return bool(units)

    def _plant_wrong_amount(self) -> bool:
        unit = self._take(_is_one_to_one)
        return bool(unit) and self._change(unit, self._mistype(unit))

    def _change(self, unit: Unit, cents: int) -> bool:
        line = unit.books[0]._replace(cents=cents)
        self._touched.add(abs(cents))
        self._replace(unit, line)
        return self._plant("different_amount", line.day, unit.bank, [line])

    def _mistype(self, unit: Unit) -> int:
        """Return a wrong amount: any where the counterparty is known on both sides, else one that a slip makes."""
        cents, taken = unit.bank[0].cents, self._all_amounts()
        digits = [*str(abs(cents))]
        sign = 1 if cents > 0 else -1
        place = self.random.randrange(len(digits) - 1)
        swapped = [*digits]
        swapped[place : place + 2] = reversed(swapped[place : place + 2])
        slipped = [*digits]
        slipped[place] = self.random.choice("123456789")
        slips = [
            sign * int("".join(swapped)),
            sign * int("".join(slipped)),
            cents * 100,
            cents * 10,
            cents - sign * (abs(cents) // 50 + 1),
        ]
        if cents not in [row.cents for row in self.bank if row.day == unit.bank[0].day and row is not unit.bank[0]]:
            slips.append(-cents)
        if unit.bank[0].number and unit.books[0].number:
            slips.append(self._new_amount())
        self.random.shuffle(slips)
        fine = (slip for slip in slips if slip == -cents or abs(slip) not in taken)
        return next(fine, cents * 100 + sign)

    def _plant_cancelling(self) -> bool:
        """Plant two wrong amounts whose differences cancel out, on any days."""
        return self._cancel(lambda first, second: first.bank[0].day != second.bank[0].day)

    def _plant_cancelling_on_one_day(self) -> bool:
        """Plant two wrong amounts of one day: no balance differs, and both are wrong."""
        return self._cancel(lambda first, second: first.bank[0].day == second.bank[0].day)

    def _cancel(self, test) -> bool:
        def is_large(unit):
            return _is_one_to_one(unit) and abs(unit.bank[0].cents) > 10_000

        first = self._take(is_large)
        second = first and self._take(lambda unit: is_large(unit) and test(first, unit))
        if not second:
            return False
        taken = self._all_amounts()
        for slip in range(self.random.randint(100, 900), 1000):
            amounts = (first.bank[0].cents + slip, second.bank[0].cents - slip)
            if not taken.intersection(map(abs, amounts)):
                return all(self._change(unit, cents) for unit, cents in zip((first, second), amounts, strict=True))
        return False

    def _plant_wrong_day(self) -> bool:
        unit = self._take(lambda unit: unit.bank[0].day < self.last_day - timedelta(days=1))
        if not unit:
            return False
        amounts = {row.cents for row in (*unit.bank, *unit.books)}
        near = {row.day for row in self.bank if row.cents in amounts and row not in unit.bank}
        days = [unit.bank[0].day + timedelta(days=step) for step in (-31, -9, -3, -2, -1, 1, 2, 3, 5, 9, 20, 31)]
        first = (self.openings[0].day if self.openings else self.evening) + ONE_DAY
        days = [day for day in days if first <= day <= self.last_day and day not in near]
        if not days:
            return False
        day = self.random.choice(days)
        moved = tuple(row._replace(day=day) for row in unit.books)
        self._replace(unit, *moved)
        return self._plant("different_day", unit.bank[0].day, unit.bank, moved)

    def _plant_extra(self, *, is_bank_transaction: bool = True) -> bool:
        taken = self._all_amounts()
        cents = next(cents for cents in iter(self._new_amount, None) if abs(cents) not in taken)
        first = (self.openings[0].day if self.openings else self.evening) + timedelta(days=2)
        span = (self.last_day - first).days
        if span < 0:
            return False
        line = self._new_row(
            cents,
            first + timedelta(days=self.random.randint(0, span)),
            self._new_number() if is_bank_transaction and self.numbers_known != "none" else "",
            is_bank_transaction=is_bank_transaction,
        )._replace(value_day=None)
        self._touched.add(abs(cents))
        self.extras.append(line)
        return self._plant("missing_at_bank", line.day, (), [line])

    def _plant_journal_entry(self) -> bool:
        return self._plant_extra(is_bank_transaction=False)

    def _plant_wrong_opening(self) -> bool:
        if "wrong_opening" in self.kinds:
            return False
        error = self.random.choice((-1, 1)) * self.random.randint(1, 500_000)
        day, books = self.evening, []
        if self.openings:
            wrong = self.openings[0]._replace(cents=self.openings[0].cents - error)
            if not wrong.cents:
                return False
            self.openings, day, books = (wrong,), wrong.day, [wrong]
        else:
            self.ledger_before -= error
        self._plant("opening", day, (), books)
        self.planted[-1] = self.planted[-1]._replace(difference=error)
        return True

    def _all_amounts(self) -> set[int]:
        rows = [row for unit in (*self.all_units, *self.units) for row in (*unit.bank, *unit.books)]
        return self._touched.union(abs(row.cents) for row in rows)


def _is_one_to_one(unit: Unit) -> bool:
    return len(unit.bank) == len(unit.books) == 1


def count_kinds(histories) -> Counter:
    """Count what was planted in some histories."""
    return Counter(kind for history in histories for kind in history.kinds or ["clean"])
