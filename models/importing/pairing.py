"""Which bank transactions are which lines of the books: one comparison for recognition and for the agreement finder.

Plain values in, plain values out; nothing here knows a database. Ids come first and are the caller's; what is compared
here has none in common. Texts never count: every way into the books writes them differently.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

TOLERANCE = timedelta(days=1)


class Entry(NamedTuple):
    """One transaction of the bank, or one line of the books."""

    key: Hashable
    amount: int  # in the smallest unit of the currency
    day: date
    number: str = ""  # counterparty account, normalized; empty when not known
    other_day: date | None = None  # the value date of a bank transaction
    # Of a line: the bank itself gave its day, and knows of others that are not compared here. An equal amount of
    # another day is other money.
    exact: bool = False


class Pair(NamedTuple):
    """Transactions and lines that are the same money."""

    bank: tuple[Entry, ...]
    books: tuple[Entry, ...]
    evidence: str  # "same_day", "near_day", "day_total" or "other_day"


class Pairing(NamedTuple):
    """The result of a comparison."""

    pairs: list[Pair]
    bank: list[Entry]  # transactions that no line stands for
    books: list[Entry]  # lines that no transaction stands for


def pair(bank: Iterable[Entry], books: Iterable[Entry]) -> Pairing:
    """Pair transactions with lines, the strongest evidence first; equal ones pair in their order.

    :param bank: transactions, in the bank's order
    :param books: lines, in the order of the books
    :return: the pairs, and what is left on both sides
    """
    matcher = _Matcher(bank, books)
    # The day first: where only some of the bank's transactions are in the books, the value date of one that is missing
    # is the day of another that is not.
    matcher.one_to_one("same_day", None, known_number=True)
    matcher.one_to_one("same_day", timedelta(0), known_number=True)
    matcher.one_to_one("same_day", None, known_number=False)
    matcher.one_to_one("same_day", timedelta(0), known_number=False)
    matcher.one_to_one("near_day", TOLERANCE, known_number=True)
    matcher.day_totals(lambda entry: entry.day)
    matcher.day_totals(lambda entry: entry.other_day or entry.day, exact=False)
    matcher.one_to_one("near_day", TOLERANCE, known_number=False)
    matcher.moved()
    return Pairing(matcher.pairs, list(matcher.bank.values()), list(matcher.books.values()))


class _Matcher:
    """What is left to pair, and what is paired already."""

    def __init__(self, bank: Iterable[Entry], books: Iterable[Entry]) -> None:
        self.bank = {entry.key: entry for entry in bank}
        self.books = {entry.key: entry for entry in books}
        self.pairs: list[Pair] = []

    def take(self, bank: list[Entry], books: list[Entry], evidence: str) -> None:
        """Pair entries, which are not looked at again."""
        for entry in bank:
            del self.bank[entry.key]
        for entry in books:
            del self.books[entry.key]
        self.pairs.append(Pair(tuple(bank), tuple(books), evidence))

    def one_to_one(self, evidence: str, tolerance: timedelta | None, *, known_number: bool) -> None:
        """Pair entries of one amount whose days agree within a tolerance.

        :param tolerance: on either day of the transaction; None: its day itself, and no other
        :param known_number: the counterparty account must be known on both sides; two different ones never pair
        """
        lines = defaultdict(list)
        for position, line in enumerate(self.books.values()):
            if tolerance is None or not line.exact:
                lines[line.amount, line.day].append((position, line))
        for entry in list(self.bank.values()):
            days = {entry.day} if tolerance is None else _days_around(entry, tolerance)
            candidates = [
                (_distance(entry, line), not (line.number and entry.number), position, line)
                for day in days
                for position, line in lines.get((entry.amount, day), ())
                if _numbers_agree(entry, line, known_number)
            ]
            if candidates:
                *_closeness, position, line = min(candidates)
                lines[line.amount, line.day].remove((position, line))
                self.take([entry], [line], evidence)

    def day_totals(self, day_of, *, exact: bool = True) -> None:
        """Pair whole days whose sums are equal although the number of lines differs: one side globalized a batch.

        Sums of zero are no evidence: a transfer and its return have nothing in common with a line of 0.00.

        :param day_of: function that gives the day of a bank transaction
        :param exact: whether lines on the bank's own day are looked at
        """
        days, lines = defaultdict(list), defaultdict(list)
        for entry in self.bank.values():
            days[day_of(entry)].append(entry)
        for line in self.books.values():
            if exact or not line.exact:
                lines[line.day].append(line)
        for day, entries in days.items():
            found = lines.get(day, [])
            total = sum(entry.amount for entry in entries)
            if total and len(found) != len(entries) and total == sum(line.amount for line in found):
                self.take(entries, found, "day_total")

    def moved(self) -> None:
        """Pair an amount of one counterparty that is left once on each side, and later in the books.

        Odoo moves a line of a locked period to another day, without a word (doc/decisions.md, 16).
        """
        entries, lines = defaultdict(list), defaultdict(list)
        for entry in self.bank.values():
            entries[entry.amount, entry.number].append(entry)
        for line in self.books.values():
            if not line.exact:
                lines[line.amount, line.number].append(line)
        for (amount, number), ones in entries.items():
            others = lines.get((amount, number), [])
            if number and len(ones) == len(others) == 1 and others[0].day > ones[0].day:
                self.take(ones, others, "other_day")


def _days_around(entry: Entry, tolerance: timedelta) -> set[date]:
    days = (entry.day, entry.other_day or entry.day)
    return {day + timedelta(days=step) for day in days for step in range(-tolerance.days, tolerance.days + 1)}


def _distance(entry: Entry, line: Entry) -> timedelta:
    days = (entry.day, entry.other_day or entry.day)
    return min(abs(line.day - day) for day in days)


def _numbers_agree(entry: Entry, line: Entry, known: bool) -> bool:
    if entry.number and line.number:
        return entry.number == line.number
    return not known
