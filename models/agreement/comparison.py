"""Bank and books side by side, day by day: where they agree, since when they do not, and what explains it.

Plain values in, plain values out: amounts in the smallest unit of the currency; nothing here knows a database.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from ..importing.pairing import Entry
from .discrepancies import Discrepancy, find

ONE_DAY = timedelta(days=1)
# Entries of so long before the first day may stand for one of a day inside: a value date, a weekend.
MARGIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Day:
    """The balances at the end of one day."""

    day: date
    bank: int
    ledger: int

    @property
    def difference(self) -> int:
        """By how much the bank has more."""
        return self.bank - self.ledger


@dataclass(frozen=True, slots=True)
class Run:
    """Consecutive days with the same difference; none where bank and books agree."""

    first: date
    last: date
    difference: int


@dataclass(frozen=True, slots=True)
class WholeDays:
    """Consecutive days of the bank that are missing in the books, or there twice, as a whole."""

    kind: str  # "missing_in_books" or "twice"
    first: date
    last: date
    discrepancies: tuple[Discrepancy, ...]


@dataclass(frozen=True, slots=True)
class Agreement:
    """The result of a comparison."""

    days: tuple[Day, ...]
    discrepancies: tuple[Discrepancy, ...]
    whole_days: tuple[WholeDays, ...]

    @property
    def runs(self) -> tuple[Run, ...]:
        """The strip: every day belongs to one run."""
        found = []
        for difference, days in groupby(self.days, key=lambda day: day.difference):  # pylint: disable=bad-builtin-groupby
            days = [*days]
            found.append(Run(days[0].day, days[-1].day, difference))
        return tuple(found)

    @property
    def first_difference(self) -> Day | None:
        """The first day on which bank and books differ."""
        return next((day for day in self.days if day.difference), None)

    @property
    def last_agreed(self) -> Day | None:
        """The last day on which bank and books agree."""
        return next((day for day in reversed(self.days) if not day.difference), None)

    @property
    def discrepancies_since_agreed(self) -> list[Discrepancy]:
        """What explains the difference of the last day."""
        agreed = self.last_agreed
        return [discrepancy for discrepancy in self.discrepancies if not agreed or discrepancy.day > agreed.day]

    @property
    def discrepancies_before_agreed(self) -> list[Discrepancy]:
        """What canceled out by the last day on which bank and books agree."""
        agreed = self.last_agreed
        return [discrepancy for discrepancy in self.discrepancies if agreed and discrepancy.day <= agreed.day]

    @property
    def start(self) -> date | None:
        """The proposed start date: the day after both last agreed, but no day that is not over yet."""
        agreed = self.last_agreed
        return agreed and min(agreed.day + ONE_DAY, self.days[-1].day)


def get_first_day(bank_begins: date | None, books_begin: date | None, last_day: date) -> date:
    """Return the first day that can be compared: both sides have begun.

    :param bank_begins: day of the first transaction known; the bank's balance before it is known too
    :param books_begin: day of the first entry of the books, or the first that should be there
    :param last_day: day of the bank's balance
    """
    if not bank_begins:
        return last_day + ONE_DAY
    return min(max(bank_begins, books_begin or bank_begins), last_day + ONE_DAY)


def compare(
    bank: Sequence[Entry],
    books: Sequence[Entry],
    *,
    bank_balance: int,
    first_day: date,
    last_day: date,
    ledger_before: int = 0,
    openings: Collection[int] = (),
    known: Iterable[tuple[tuple[int, ...], tuple[int, ...]]] = (),
) -> Agreement:
    """Compare the bank with the books, day by day.

    :param bank: all transactions since `first_day` less `MARGIN`, in the bank's order
    :param books: all entries of the ledger account since then, in the order of the books
    :param bank_balance: at the end of the last day
    :param first_day: as `get_first_day` gives it
    :param last_day: day of the bank's balance
    :param ledger_before: balance of the ledger account before the first of these entries
    :param openings: keys of entries of the books that bring an opening balance; no transaction stands for them
    :param known: keys of transactions and of entries that are known to be the same
    :return: the days, and the discrepancies that explain every difference
    """
    opening = [entry for entry in books if entry.key in openings]
    lines = [entry for entry in books if entry.key not in openings]
    opened_on = max((entry.day for entry in opening if entry.day <= last_day), default=None)
    balances = _Balances(bank, books, bank_balance, ledger_before)
    base = balances.at(first_day - ONE_DAY)
    if opened_on and opened_on >= base.day:
        base = balances.opened(opened_on, opening, *_look_at_day(opened_on, bank, lines))
    period = _Period(bank, lines, base.day + ONE_DAY, last_day, [*known])
    discrepancies, fault = _explain(period, base)
    if fault:
        discrepancies = [_blame_opening(opening, opened_on, base.day, fault), *discrepancies]
    discrepancies.sort(key=lambda discrepancy: discrepancy.day)
    return Agreement(tuple(balances.days(base, last_day)), tuple(discrepancies), _get_whole_days(discrepancies, period))


def _look_at_day(day: date, bank: Sequence[Entry], lines: Sequence[Entry]) -> tuple[bool, bool]:
    """Tell whether lines are booked on a day, and whether something of them is the bank's of that day."""
    amounts = [entry.amount for entry in bank if entry.day == day]
    others = [line.amount for line in lines if line.day == day]
    if not others:
        return False, False
    return True, sum(amounts) == sum(others) or bool(set(amounts).intersection(others))


def _explain(period: "_Period", base: Day) -> tuple[list[Discrepancy], int]:
    """Return the discrepancies, and by how much the opening balance is wrong.

    What the discrepancies of earlier days explain is no fault of the opening balance.
    """
    discrepancies = period.find()
    fault = base.difference - _explained_until(discrepancies, base.day)
    if fault:
        wider = period.find_across()
        if wider and base.difference == _explained_until(wider, base.day):
            return wider, 0
    return discrepancies, fault


def _blame_opening(opening: list[Entry], opened_on: date | None, day: date, fault: int) -> Discrepancy:
    """Name an opening balance that is wrong: the entries that bring it, or the evening before when there are none."""
    entries = tuple(entry for entry in opening if entry.day == opened_on)
    return Discrepancy("opening", opened_on if entries else day, (), entries, fault)


class _Balances:
    """The balances of both sides at the end of any day."""

    def __init__(self, bank: Sequence[Entry], books: Sequence[Entry], bank_balance: int, ledger_before: int) -> None:
        self.bank_moves, self.ledger_moves = _sum_by_day(bank), _sum_by_day(books)
        self.bank_balance, self.ledger_before = bank_balance, ledger_before

    def at(self, day: date) -> Day:
        """Return the balances at the end of a day: the bank's back from the newest, the ledger's from the oldest."""
        later = sum(amount for moved_on, amount in self.bank_moves.items() if moved_on > day)
        until = sum(amount for moved_on, amount in self.ledger_moves.items() if moved_on <= day)
        return Day(day, self.bank_balance - later, self.ledger_before + until)

    def opened(self, day: date, opening: list[Entry], others_of_the_day: bool, one_agrees: bool) -> Day:
        """Return the evening whose balance an opening entry brings: that of its day, or of the day before.

        Accountants date it 31 December, the last day that it holds, or 1 January, before everything else of the day.

        :param day: the day of the opening entry
        :param opening: the opening entries
        :param others_of_the_day: the books hold more than the opening on that day
        :param one_agrees: something of it is the bank's of that day; it decides when neither evening agrees
        """
        evening, before = self.at(day), self.at(day - ONE_DAY)
        amount = sum(entry.amount for entry in opening if entry.day == day)
        morning = Day(before.day, before.bank, before.ledger + amount)
        for candidate in (morning, evening) if others_of_the_day else (evening, morning):
            if not candidate.difference:
                return candidate
        return morning if one_agrees else evening

    def days(self, base: Day, last_day: date) -> list[Day]:
        """Return every day from the evening before the period on."""
        days, bank = [base], base.bank
        ledger = self.at(base.day).ledger  # an opening entry of the morning is in the ledger of its own day only
        day = base.day
        while day < last_day:
            day += ONE_DAY
            bank += self.bank_moves.get(day, 0)
            ledger += self.ledger_moves.get(day, 0)
            days.append(Day(day, bank, ledger))
        return days


class _Period:
    """The days that are compared, and what both sides hold in and around them."""

    def __init__(self, bank: Sequence[Entry], lines: Sequence[Entry], first: date, last: date, known: list) -> None:
        self.bank, self.lines, self.first, self.last, self.known = bank, lines, first, last, known

    def find(self) -> list[Discrepancy]:
        """Find with what lies inside, and what is known to be the same as something inside."""
        inside = {entry.key for entry in self.bank if self.holds(entry)}
        since = {line.key for line in self.lines if line.day >= self.first}
        told = _get_same(since, ((book_keys, bank_keys) for bank_keys, book_keys in self.known))
        named = _get_same(inside, self.known)
        return self._find(
            [entry for entry in self.bank if entry.key in inside or entry.key in told],
            [line for line in self.lines if line.key in since or line.key in named],
        )

    def find_across(self) -> list[Discrepancy]:
        """Find with what lies shortly before the first day, where that is what explains the balance before it."""
        earlier = self.first - MARGIN
        return self._find(
            [entry for entry in self.bank if earlier <= entry.day <= self.last],
            [line for line in self.lines if line.day >= earlier],
        )

    def _find(self, bank: list[Entry], lines: list[Entry]) -> list[Discrepancy]:
        return find(bank, lines, first_day=self.first, last_day=self.last, known=self.known)

    def holds(self, entry: Entry) -> bool:
        """Tell whether an entry lies inside."""
        return self.first <= entry.day <= self.last

    def count_by_day(self, entries: Iterable[Entry]) -> Counter[date]:
        """Return how many entries each day holds, of the days that hold any."""
        return Counter(entry.day for entry in entries if self.holds(entry))


def _get_same(keys: set[int], known: Iterable[tuple]) -> set[int]:
    """Return the keys on the other side of what is known to be the same as one of some keys."""
    return {other for own, others in known if keys.intersection(own) for other in others}


def _explained_until(discrepancies: Iterable[Discrepancy], day: date) -> int:
    return sum(
        sum(entry.amount for entry in discrepancy.bank if entry.day <= day)
        - sum(line.amount for line in discrepancy.books if line.day <= day)
        for discrepancy in discrepancies
    )


def _sum_by_day(entries: Iterable[Entry]) -> dict[date, int]:
    totals = defaultdict(int)
    for entry in entries:
        totals[entry.day] += entry.amount
    return totals


def _get_whole_days(discrepancies: Iterable[Discrepancy], period: _Period) -> tuple[WholeDays, ...]:
    """Return the stretches of days that are missing, or doubled, as a whole: a file not imported, or imported twice."""
    missing, twice = defaultdict(list), defaultdict(list)
    for discrepancy in discrepancies:
        if discrepancy.kind == "missing_in_books":
            missing[discrepancy.day].append(discrepancy)
        elif discrepancy.kind == "twice":
            twice[discrepancy.day].append(discrepancy)
    bank_days, line_days = period.count_by_day(period.bank), period.count_by_day(period.lines)
    return (
        *_stretches("missing_in_books", missing, bank_days, lambda day: len(missing[day]) == bank_days[day]),
        *_stretches("twice", twice, line_days, lambda day: 2 * len(twice[day]) >= line_days[day]),
    )


def _stretches(kind, found, days, is_whole):
    """Give the consecutive days that are affected as a whole, when more than one entry is."""
    in_row = groupby(sorted(days), key=lambda day: day in found and is_whole(day))  # pylint: disable=bad-builtin-groupby
    for whole, stretch in in_row:
        stretch = [*stretch]
        affected = tuple(discrepancy for day in stretch for discrepancy in found.get(day, ())) if whole else ()
        if len(affected) > 1:
            yield WholeDays(kind, stretch[0], stretch[-1], affected)
