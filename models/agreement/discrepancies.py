"""What explains that bank and books differ: transactions and lines that do not stand for each other, by name.

Plain values in, plain values out, like `importing/pairing`. Recognition may leave in doubt what it does not know; this names
every leftover, because together they are the difference to the cent.
"""

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ..importing.pairing import TOLERANCE, Entry, pair
from .likeness import (
    by_day,
    find_number,
    find_parts,
    looks_mistyped,
    nearest,
    numbers_agree,
    same_number,
    total,
    total_by_day,
)

# How far the days of one payment may lie apart, where a counterparty account is missing: a month mistyped.
FAR = timedelta(days=31)
# So many comparisons of amounts one day is worth: a day on which nothing agrees is not explained by slips.
MOST_LIKENESSES = 400


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that is wrong."""

    kind: str  # "missing_in_books", "missing_at_bank", "different_amount", "different_day", "twice" or "opening"
    day: date  # the bank's; of what only the books have, theirs
    bank: tuple[Entry, ...]
    books: tuple[Entry, ...]
    difference: int  # by how much the bank has more, in the smallest unit
    same_as: Entry | None = None  # what a line that is there twice repeats


def find(
    bank: Iterable[Entry],
    books: Iterable[Entry],
    *,
    first_day: date,
    last_day: date,
    known: Iterable[tuple[tuple[int, ...], tuple[int, ...]]] = (),
) -> list[Discrepancy]:
    """Name what explains the differences of a period.

    Entries outside of the period are only there to be paired with those inside: a line of the day before may stand
    for a transaction of the first day. By themselves they are no discrepancy.

    :param bank: transactions, in the bank's order
    :param books: entries of the bank's ledger account, in the order of the books
    :param first_day: first day of the period
    :param last_day: last day of the period
    :param known: keys of transactions and of lines that are known to be the same
    :return: the discrepancies, by day
    """
    search = _Search(bank, books, first_day, last_day)
    search.take_known(known)
    search.batches()
    search.same_day()
    search.globalized()
    search.pairs()
    search.same_day(any_number=True)
    search.drop_earlier()
    search.doubled()
    search.same_number()
    search.moved(known_number=True)
    search.moved(known_number=False)
    search.doubled_on_another_day()
    search.mistyped()
    search.same_number(any_sign=True)
    search.moved_totals()
    search.name_the_rest()
    return sorted(search.discrepancies, key=lambda discrepancy: (discrepancy.day, discrepancy.kind))


class _Search:
    """What is left to explain, and what has been found."""

    def __init__(self, bank: Iterable[Entry], books: Iterable[Entry], first_day: date, last_day: date) -> None:
        self.bank = {entry.key: entry for entry in bank}
        self.whole_bank = [*self.bank.values()]
        self.books = {entry.key: entry for entry in books}
        self.first_day, self.last_day = first_day, last_day
        self.discrepancies: list[Discrepancy] = []
        # The lines that stand for a transaction, by its amount and day, then by its number.
        self.once: dict[tuple[int, date], dict[str, Entry]] = defaultdict(dict)
        self.once_on_value_date: dict[tuple[int, date], dict[str, Entry]] = defaultdict(dict)

    # ------------------------------------------------------------------ taking

    def take(self, bank: Iterable[Entry], books: Iterable[Entry]) -> None:
        """Let transactions and lines stand for each other; name it when their amounts or days differ."""
        bank, books = tuple(bank), tuple(books)
        for entry in bank:
            del self.bank[entry.key]
        for entry in books:
            del self.books[entry.key]
        one_to_one = len(bank) == len(books) == 1
        for entry in (*books, *bank):
            number = (bank[0].number or books[0].number) if one_to_one else entry.number
            self.once[entry.amount, entry.day].setdefault(number, books[0])
            if entry.other_day:
                self.once_on_value_date[entry.amount, entry.other_day].setdefault(number, books[0])
        if not any(self.first_day <= entry.day <= self.last_day for entry in (*bank, *books)):
            return
        difference = total(bank) - total(books)
        if difference:
            self.name("different_amount", bank, books, difference)
        elif total_by_day(bank) != total_by_day(books):
            self.name("different_day", bank, books, 0)

    def name(self, kind: str, bank: tuple, books: tuple, difference: int, same_as: Entry | None = None) -> None:
        """Note a discrepancy."""
        day = min(entry.day for entry in bank or books)
        self.discrepancies.append(Discrepancy(kind, day, bank, books, difference, same_as))

    def take_double(self, line: Entry, original: Entry) -> None:
        """Name a line that is in the books once more than at the bank."""
        del self.books[line.key]
        if line.day <= self.last_day:
            self.name("twice", (), (line,), -line.amount, original)

    # ------------------------------------------------------------------ what agrees

    def take_known(self, known: Iterable[tuple[tuple[int, ...], tuple[int, ...]]]) -> None:
        """Take what is known to be the same, as far as it is still in the books."""
        for bank_keys, book_keys in known:
            entries = [self.bank[key] for key in bank_keys if key in self.bank]
            lines = [self.books[key] for key in book_keys if key in self.books]
            if len(entries) == len(bank_keys) and lines:
                self.take(entries, lines)

    def batches(self) -> None:
        """Take the lines that are a batch as a whole, where the books do not hold its parts as well.

        Before anything else: a part may have the amount of another payment of its day.
        """
        entries, lines = by_day(self.bank.values()), by_day(self.books.values())
        for day, ours in entries.items():
            amounts = {entry.amount for entry in ours}
            theirs = {line.amount for line in lines.get(day, ())}
            unknown = [line for line in lines.get(day, ()) if line.amount not in amounts]
            for line in unknown:
                parts = find_parts(line.amount, ours, len(unknown), neighbors=True)
                if parts and not theirs.issuperset(entry.amount for entry in parts):
                    self.take_from(ours, parts, [], [line])

    def same_day(self, *, any_number: bool = False) -> None:
        """Take what has the same amount on the bank's day: the same number first, then those that are not known.

        :param any_number: different numbers do not matter either; the balance agrees all the same
        """
        lines = defaultdict(list)
        for line in self.books.values():
            lines[line.amount, line.day].append(line)
        entries = defaultdict(list)
        for entry in self.bank.values():
            if (entry.amount, entry.day) in lines:
                entries[entry.amount, entry.day].append(entry)
        tests = [lambda *_both: True] if any_number else [same_number, numbers_agree]
        for key, ones in entries.items():
            others = lines[key]
            for test in tests:
                for entry in [*ones]:
                    line = next((line for line in others if test(entry, line)), None)
                    if line:
                        ones.remove(entry)
                        others.remove(line)
                        self.take([entry], [line])

    def globalized(self) -> None:
        """Take the batches that one side holds as one entry, then days of equal totals with a different number of them.

        A whole day is taken last: it may hide two mistakes that cancel out.
        """
        for entries, lines in self.days_of_both():
            for line in [*lines]:
                if parts := find_parts(line.amount, entries, len(lines)):
                    self.take_from(entries, parts, lines, [line])
            for entry in [*entries]:
                if parts := find_parts(entry.amount, lines, len(entries)):
                    self.take_from(entries, [entry], lines, parts)
            if len(entries) != len(lines) and entries and lines and total(entries) == total(lines):
                self.take(entries, lines)

    def take_from(self, entries: list[Entry], some: list[Entry], lines: list[Entry], others: list[Entry]) -> None:
        """Take some of the transactions and some of the lines of a day."""
        self.take(some, others)
        entries[:] = [entry for entry in entries if entry not in some]
        lines[:] = [line for line in lines if line not in others]

    def pairs(self) -> None:
        """Take what recognition would pair, except what it pairs only because it is left over."""
        for match in pair([*self.bank.values()], [*self.books.values()]).pairs:
            if match.evidence != "other_day":
                self.take(match.bank, match.books)

    def drop_earlier(self) -> None:
        """Leave alone what lies before the period and stands for nothing inside."""
        for left in (self.bank, self.books):
            for entry in [*left.values()]:
                if entry.day < self.first_day:
                    del left[entry.key]

    def days_of_both(self) -> list[tuple[list[Entry], list[Entry]]]:
        """Return what is left on the days on which something is left on both sides."""
        entries, lines = by_day(self.bank.values()), by_day(self.books.values())
        return [(entries[day], lines[day]) for day in entries if day in lines]

    # ------------------------------------------------------------------ what does not

    def doubled(self) -> None:
        """Name the lines that repeat one of their day, or a batch of it as one."""
        taken = by_day(entry for entry in self.whole_bank if entry.key not in self.bank)
        for day, lines in by_day(self.books.values()).items():
            for line in lines:
                original = find_number(self.once.get((line.amount, day)), line.number)
                if not original and (parts := find_parts(line.amount, taken.get(day, []), len(lines), neighbors=True)):
                    original = find_number(self.once[parts[0].amount, day], parts[0].number)
                if original:
                    self.take_double(line, original)

    def doubled_on_another_day(self) -> None:
        """Name the lines that repeat a transaction on its value date, or a day beside, for the same counterparty."""
        for line in [*self.books.values()]:
            original = find_number(self.once_on_value_date.get((line.amount, line.day)), line.number)
            for day in (line.day - TOLERANCE, line.day + TOLERANCE):
                original = original or (line.number and self.once.get((line.amount, day), {}).get(line.number))
            if original:
                self.take_double(line, original)

    def same_number(self, *, any_sign: bool = False) -> None:
        """Name what has one counterparty and one day, but another amount: the closest first.

        :param any_sign: also what is paid on one side and received on the other
        """
        lines = defaultdict(list)
        for line in self.books.values():
            lines[line.number, line.day].append(line)
        found = [
            (abs(line.amount - entry.amount), place, entry, line)
            for place, entry in enumerate(self.bank.values())
            for line in lines.get((entry.number, entry.day), ())
            if entry.number and (any_sign or (entry.amount > 0) == (line.amount > 0))
        ]
        for _distance, _place, entry, line in sorted(found):
            if entry.key in self.bank and line.key in self.books:
                self.take([entry], [line])

    def moved(self, *, known_number: bool) -> None:
        """Name what has one amount but lies on days further apart: the nearest first.

        :param known_number: both numbers are known and equal; then what is there once on each side may lie anywhere
        """

        def key_of(entry: Entry) -> tuple:
            return (entry.amount, entry.number) if known_number else (entry.amount,)

        lines, counts = defaultdict(list), defaultdict(int)
        for position, line in enumerate(self.books.values()):
            if line.number or not known_number:
                insort(lines[key_of(line)], (line.day, position, line))
        for entry in self.bank.values():
            counts[key_of(entry)] += 1
        for entry in [*self.bank.values()]:
            others = lines.get(key_of(entry), ())
            once = known_number and len(others) == counts[key_of(entry)] == 1
            found = nearest(entry, others, None if once else FAR)
            if found:
                others.remove(found)
                self.take([entry], [found[2]])

    def mistyped(self) -> None:
        """Name lines of a day whose amount looks like a mistyped one, where the counterparty is not known."""
        for entries, lines in self.days_of_both():
            for entry in entries if len(entries) * len(lines) <= MOST_LIKENESSES else ():
                alike = [line for line in lines if numbers_agree(entry, line) and looks_mistyped(entry, line)]
                if alike:
                    line = min(alike, key=lambda other: abs(abs(other.amount) - abs(entry.amount)))
                    lines.remove(line)
                    self.take([entry], [line])

    def moved_totals(self) -> None:
        """Name a globalized batch that lies on another day than its parts."""
        for ours, theirs, swap in ((self.bank, self.books, False), (self.books, self.bank, True)):
            totals = defaultdict(list)
            for day, entries in by_day(ours.values()).items():
                if len(entries) > 1:
                    totals[total(entries)].append((day, entries))
            for line in [*theirs.values()]:
                near = [found for found in totals.get(line.amount, ()) if abs(found[0] - line.day) <= FAR]
                if len(near) == 1:
                    totals[line.amount].remove(near[0])
                    self.take(*(([line], near[0][1]) if swap else (near[0][1], [line])))

    def name_the_rest(self) -> None:
        """Name what is on one side only."""
        for entry in self.bank.values():
            self.name("missing_in_books", (entry,), (), entry.amount)
        for line in self.books.values():
            if line.day <= self.last_day:
                self.name("missing_at_bank", (), (line,), -line.amount)
