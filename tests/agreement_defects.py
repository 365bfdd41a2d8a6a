"""The defects that are planted into a generated history, and the list of them; nothing of the finder is imported.

Some defects cannot be told apart by anybody: a missing payment of 50.00 and another of 50.00 doubled the day after are
the same books as one payment booked a day late. So two defects never touch the same amount, and one that is moved does
not land beside an equal one.
"""

from datetime import date, timedelta
from typing import NamedTuple

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


class Defects:
    """What can be wrong with a history."""

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
        first = (self.openings[0].day if self.openings else self.evening) + timedelta(days=1)
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
