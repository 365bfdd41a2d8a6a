"""Bank and books side by side, day by day: where they agree, since when they do not, and what explains it.

Plain values in, plain values out: amounts in the smallest unit of the currency; nothing here knows a database.
"""

from collections import defaultdict
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
        amounts = [entry.amount for entry in bank if entry.day == opened_on]
        others = [line.amount for line in lines if line.day == opened_on]
        one_agrees = bool(others) and (sum(amounts) == sum(others) or bool(set(amounts).intersection(others)))
        base = balances.opened(opened_on, opening, bool(others), one_agrees)
    window = (base.day + ONE_DAY, last_day)
    known = [*known]
    discrepancies = _find(bank, lines, window, known)
    # What the discrepancies of earlier days explain is no fault of the opening balance.
    fault = base.difference - _explained_until(discrepancies, base.day)
    if fault and (wider := _find_across(bank, lines, window, known)):
        left = base.difference - _explained_until(wider, base.day)
        discrepancies, fault = (wider, 0) if not left else (discrepancies, fault)
    if fault:
        at_opening = tuple(entry for entry in opening if entry.day == opened_on)
        discrepancies.insert(0, Discrepancy("opening", opened_on if at_opening else base.day, (), at_opening, fault))
    days = balances.days(base, last_day)
    discrepancies.sort(key=lambda discrepancy: discrepancy.day)
    return Agreement(tuple(days), tuple(discrepancies), _get_whole_days(discrepancies, bank, lines, window))


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


def _find(bank, lines, window, known):
    first, last = window
    inside = [entry for entry in bank if first <= entry.day <= last]
    keys = {entry.key for entry in inside}
    named = {key for bank_keys, book_keys in known if keys.intersection(bank_keys) for key in book_keys}
    since = [line for line in lines if line.day >= first]
    seen = {line.key for line in since}
    told = {key for bank_keys, book_keys in known if seen.intersection(book_keys) for key in bank_keys}
    return find(
        [entry for entry in bank if entry.key in keys or entry.key in told],
        [line for line in lines if line.key in seen or line.key in named],
        first_day=first,
        last_day=last,
        known=known,
    )


def _find_across(bank, lines, window, known):
    """Find with what lies shortly before the first day, where that is what explains the balance before it."""
    first, last = window
    earlier = first - MARGIN
    return find(
        [entry for entry in bank if earlier <= entry.day <= last],
        [line for line in lines if line.day >= earlier],
        first_day=first,
        last_day=last,
        known=known,
    )


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


def _get_whole_days(discrepancies, bank, lines, window) -> tuple[WholeDays, ...]:
    """Return the stretches of days that are missing, or doubled, as a whole: a file not imported, or imported twice."""
    by_day = {"missing_in_books": defaultdict(list), "twice": defaultdict(list)}
    for discrepancy in discrepancies:
        if discrepancy.kind in by_day:
            by_day[discrepancy.kind][discrepancy.day].append(discrepancy)
    first, last = window
    bank_days, line_days = defaultdict(int), defaultdict(int)
    for entry in bank:
        if first <= entry.day <= last:
            bank_days[entry.day] += 1
    for line in lines:
        if first <= line.day <= last:
            line_days[line.day] += 1
    missing, twice = by_day["missing_in_books"], by_day["twice"]
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
