"""Which bank transactions are which lines of the books: one comparison for recognition and for the agreement finder.

Plain values in, plain values out; nothing here knows a database. Ids come first and are the caller's; what is compared
here has none in common. Texts never count: every way into the books writes them differently.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

TOLERANCE = timedelta(days=1)
# So many more entries than twice those of the same day tell that all days are one day apart.
SHIFTED = 5
# So many amounts that come once, each a day apart, tell that days differ.
APART = 3


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
    matcher.shifted()
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
    matcher.rearrange()
    if matcher.tell_the_same():
        matcher.open_ends()
        matcher.one_to_one("near_day", TOLERANCE, known_number=True)
        matcher.one_to_one("near_day", TOLERANCE, known_number=False)
        matcher.rearrange()
    matcher.moved()
    return Pairing(matcher.pairs, list(matcher.bank.values()), list(matcher.books.values()))


class _Matcher:
    """What is left to pair, and what is paired already."""

    def __init__(self, bank: Iterable[Entry], books: Iterable[Entry]) -> None:
        self.bank = {entry.key: entry for entry in bank}
        self.books = {entry.key: entry for entry in books}
        self.pairs: list[Pair] = []
        # The days that both sides tell: what is left at their ends may be what only one of them tells.
        sides = (list(self.bank.values()), list(self.books.values()))
        days = [[entry.day for entry in side] for side in sides]
        self.window = (max(map(min, days)), min(map(max, days))) if all(days) else None
        self.counts = [Counter(entry.amount for entry in side) for side in sides]

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

    def shifted(self) -> None:
        """Pair entries one day apart where the books have all days one day apart, as some banks tell them elsewhere.

        That is told by all entries together, never by one amount that comes back every day.
        """
        bank = Counter((entry.amount, entry.day) for entry in self.bank.values())
        lines = [line for line in self.books.values() if not line.exact]
        found = {}
        for step in (timedelta(0), -TOLERANCE, TOLERANCE):
            there = Counter((line.amount, line.day + step) for line in lines)
            found[step] = sum((bank & there).values())
        step = max(found, key=found.__getitem__)
        if not step or found[step] < 2 * found[timedelta(0)] + SHIFTED:
            return
        for known in (True, False):
            there = defaultdict(list)
            for line in lines:
                if line.key in self.books:
                    there[line.amount, line.day + step].append(line)
            for entry in list(self.bank.values()):
                same = there.get((entry.amount, entry.day), [])
                if line := next((line for line in same if _numbers_agree(entry, line, known)), None):
                    same.remove(line)
                    self.take([entry], [line], "near_day")

    def tell_the_same(self) -> bool:
        """Tell whether both sides tell the same money in all, and tell some of it a day apart.

        Some: amounts that come once. One that comes back every day is on the next day, too.
        """
        bank, books = self.counts
        if not self.bank or not self.books or bank != books:
            return False
        apart = [p for p in self.pairs if p.evidence == "near_day" and len(p.bank) == len(p.books) == 1]
        return sum(bank[p.bank[0].amount] == 1 for p in apart) >= APART

    def open_ends(self) -> None:
        """Let the days that only one side tells be those that the other tells a day apart."""
        days = [entry.day for side in (self.bank, self.books) for entry in side.values()]
        self.window = (min(days), max(days))
        self.books = {key: line._replace(exact=False) for key, line in self.books.items()}

    def rearrange(self) -> None:
        """Pair what is left inside the days that both sides tell by giving others of the same amount another partner.

        Where one amount comes back every day, and one side tells it a day apart, the nearest partner of each may be
        that of the next: at the end of the row two are left, which are the same money.
        """
        if not self.bank or not self.books or not self.window:
            return
        first, last = self.window
        left = Counter(line.amount for line in self.books.values() if first <= line.day <= last)
        ends = [entry for entry in self.bank.values() if first <= entry.day <= last and left[entry.amount]]
        chain = _Chain(self) if ends else None
        for entry in ends:
            if left[entry.amount] and chain.find(entry):
                left[entry.amount] -= 1

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


class _Chain:
    """Single pairs of near days that may be taken apart, so that one more entry finds a line."""

    def __init__(self, matcher: _Matcher) -> None:
        self.matcher = matcher
        self.partner: dict[Hashable, Entry] = {}  # key of a line: the transaction that it is paired with
        self.lines: dict[tuple[int, date], list[Entry]] = defaultdict(list)
        first, last = matcher.window
        for pair_ in matcher.pairs:
            if len(pair_.bank) == len(pair_.books) == 1 and pair_.evidence in ("same_day", "near_day"):
                self.partner[pair_.books[0].key] = pair_.bank[0]
                self.lines[pair_.books[0].amount, pair_.books[0].day].append(pair_.books[0])
        for line in matcher.books.values():
            if first <= line.day <= last:
                self.lines[line.amount, line.day].append(line)

    def find(self, entry: Entry) -> bool:
        """Pair an entry that is left, and let those on the way to a line that is left change their partners.

        :return: whether there was a way
        """
        came: dict[Hashable, tuple[Entry, Entry]] = {}  # key of a line: itself, and who asks for it
        asking = [entry]
        while asking:
            asker = asking.pop(0)
            for line in self._get_lines(asker):
                if line.key in came:
                    continue
                came[line.key] = (line, asker)
                if line.key in self.matcher.books:
                    self._change(line, came, entry)
                    return True
                asking.append(self.partner[line.key])
        return False

    def _get_lines(self, entry: Entry) -> list[Entry]:
        return [
            line
            for day in sorted(_days_around(entry, TOLERANCE))
            for line in self.lines.get((entry.amount, day), ())
            if _numbers_agree(entry, line, known=False) and (line.day == entry.day or not line.exact)
        ]

    def _change(self, line: Entry, came: dict[Hashable, tuple[Entry, Entry]], entry: Entry) -> None:
        """Give every one on the way its new line."""
        held = {bank.key: key for key, bank in self.partner.items()}
        taken, new = set(), []
        while True:
            asker = came[line.key][1]
            new.append((asker, line))
            if asker.key == entry.key:
                break
            taken.add(asker.key)
            line = came[held[asker.key]][0]
        matcher = self.matcher
        matcher.pairs = [p for p in matcher.pairs if not (len(p.bank) == 1 and p.bank[0].key in taken)]
        for asker, found in new:
            matcher.bank.pop(asker.key, None)
            matcher.books.pop(found.key, None)
            self.partner[found.key] = asker
            evidence = "same_day" if found.day == asker.day else "near_day"
            matcher.pairs.append(Pair((asker,), (found,), evidence))


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
