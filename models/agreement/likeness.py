"""What transactions and lines have in common, where they are not simply the same."""

from bisect import bisect_left
from collections.abc import Iterable
from datetime import date, timedelta

from odoo.tools import groupby

from ..importing.pairing import Entry

# The work that one day is worth: a day on which nothing agrees is not explained by batches.
MOST_NEIGHBORS = 20_000
MOST_SELECTIONS = 1_024


def total(entries: Iterable[Entry]) -> int:
    return sum(entry.amount for entry in entries)


def by_day(entries: Iterable[Entry]) -> dict[date, list[Entry]]:
    in_order = sorted(entries, key=lambda entry: entry.day)
    return dict(groupby(in_order, key=lambda entry: entry.day))


def total_by_day(entries: tuple[Entry, ...]) -> dict[date, int]:
    if len(entries) == 1:
        return {entries[0].day: entries[0].amount}
    return {day: total(found) for day, found in by_day(entries).items()}


def same_number(entry: Entry, line: Entry) -> bool:
    return bool(entry.number) and entry.number == line.number


def numbers_agree(entry: Entry, line: Entry) -> bool:
    return not (entry.number and line.number) or entry.number == line.number


def find_number(entries: dict[str, Entry] | None, number: str) -> Entry | None:
    """Return an entry of that number, or one that may have it."""
    if not entries:
        return None
    return entries.get(number) or entries.get("") or (None if number else next(iter(entries.values())))


def nearest(entry: Entry, lines: list[tuple[date, int, Entry]], limit: timedelta | None):
    """Return the line, of lines in the order of their days, that lies nearest to a transaction and may be it."""
    place = bisect_left(lines, (entry.day,))
    found = None
    for ones in (lines[place:], reversed(lines[:place])):
        for one in ones:
            distance = abs(one[0] - entry.day)
            if (limit and distance > limit) or (found and distance >= abs(found[0] - entry.day)):
                break
            if numbers_agree(entry, one[2]):
                found = one
                break
    return found


def looks_mistyped(entry: Entry, line: Entry) -> bool:
    """Tell whether one amount may be the other with a slip: sign, comma, one digit, two digits swapped, a small fee."""
    one, other = abs(entry.amount), abs(line.amount)
    if (entry.amount > 0) != (line.amount > 0):
        return one == other
    small, large = sorted((one, other))
    if small * 10 == large or small * 100 == large or (large - small) * 10 <= large:
        return True
    digits, others = str(large), str(small).zfill(len(str(large)))
    return sorted(digits) == sorted(others) or sum(a != b for a, b in zip(digits, others, strict=True)) == 1


def find_parts(amount: int, entries: list[Entry], others: int, *, neighbors: bool = False) -> list[Entry] | None:
    """Return entries that together are one globalized amount: neighbors first, as banks list a batch.

    :param amount: the globalized one
    :param entries: of one day, in their order
    :param others: how many amounts this is asked for; where everything differs nothing is searched for long
    :param neighbors: only such
    :return: two or more entries of its sign, or None
    """
    entries = [entry for entry in entries if (entry.amount > 0) == (amount > 0)]
    if others * len(entries) > MOST_NEIGHBORS:
        return None
    places, until = {0: 0}, 0
    for place, entry in enumerate(entries, 1):
        until += entry.amount
        start = places.get(until - amount)
        if start is not None and place - start > 1:
            return entries[start:place]
        places[until] = place
    if neighbors or others << len(entries) > MOST_SELECTIONS:
        return None
    selections = {0: ()}
    for entry in entries:
        for reached, parts in [*selections.items()]:
            if parts and reached + entry.amount == amount:
                return [*parts, entry]
            selections.setdefault(reached + entry.amount, (*parts, entry))
    return None
