"""How a statement of CAMT.053 has to be read so that it adds up: the balances prove the reading.

A statement that says all that it must is read as it is written, and refused when it does not add up. Where a bank leaves
something out, or means a flag otherwise, the one reading that adds up is taken, and said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product

from .camt_entry import Entry
from .errors import FileError

# What may stand for the balance before and after; an interim one begins and ends the pages of a long statement.
BOOKED_OPENING, BOOKED_CLOSING, INTERIM = ("OPBD", "PRCD"), ("CLBD",), ("ITBD",)
AVAILABLE_OPENING, AVAILABLE_CLOSING = ("OPAV",), ("CLAV",)
MOST_UNKNOWN = 16  # signs that are left out


@dataclass(frozen=True, slots=True)
class Balance:
    """A balance at the end of a day."""

    amount: Decimal  # without its sign
    sign: int | None
    day: date | None

    @property
    def values(self) -> tuple[Decimal, ...]:
        """Return what it may be, the likelier one first."""
        if self.sign is None and self.amount:
            return (self.amount, -self.amount)
        return (self.amount * (self.sign or 1),)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a statement says: its balances with their days, and its entries with their amounts."""

    opening: Decimal
    opening_day: date | None
    closing: Decimal
    closing_day: date | None
    booked: tuple[tuple[Entry, Decimal], ...]
    remarks: frozenset[str]


Ends = tuple[Balance, Balance, frozenset[str]]  # the balances before and after, and what is to be said of them
Sum = tuple[Decimal, Decimal, tuple[Decimal, ...]]  # opening, closing, and the amounts whose signs are left out


def find_reading(balances: dict[str, list[Balance]], entries: list[Entry], name: str) -> Reading:
    """Return the reading of a statement that adds up.

    :param balances: by their codes, in the order of the file
    :param entries: those that are booked, or may be
    :param name: of the statement
    :raises FileError: when a balance is missing, or no reading adds up, or more than one where something is left out
    """
    pairs = list(_get_pairs(balances, moves=bool(entries)))
    if not pairs:
        raise FileError("no_balance", name)
    for opening, closing, kind in pairs:
        for chosen, of_status in _get_choices(entries):
            for flip in _get_flips(chosen):
                found = _add_up(opening, closing, chosen, flip=flip)
                if len(found) > 1:
                    raise FileError("record", name)  # what is left out could be one or the other
                if found:
                    remarks = kind | of_status | ({"reversal"} if flip else set())
                    booked = _give_signs(chosen, found[0][2], flip=flip)
                    return _make_reading(found[0], (opening, closing), booked, remarks)
    raise FileError("balance", name)


def _get_pairs(balances: dict[str, list[Balance]], *, moves: bool) -> Iterator[Ends]:
    """Yield the balances before and after that a statement may mean, those that banks mean as a rule first."""
    booked = [_find(balances, codes) for codes in (BOOKED_OPENING, BOOKED_CLOSING)]
    interim = _find(balances, INTERIM)
    openings, closings = booked[0] or interim, booked[1] or interim
    if openings and closings:
        yield from _get_ends(openings, closings, frozenset())
        return
    available = [_find(balances, codes) for codes in (AVAILABLE_OPENING, AVAILABLE_CLOSING)]
    if all(available):
        yield from _get_ends(*available, frozenset({"available"}))
    elif not moves and (known := openings or closings):
        yield known[0], known[0], frozenset()  # where nothing moved, one of them is enough


def _find(balances: dict[str, list[Balance]], codes: tuple[str, ...]) -> list[Balance]:
    """Return the balances of the first code that is there."""
    return next((balances[code] for code in codes if balances.get(code)), [])


def _get_ends(openings: list[Balance], closings: list[Balance], remarks: frozenset[str]) -> Iterator[Ends]:
    """Yield the first and the last of several days: in the order of the file, by their days, and the other way round."""
    ends = [(openings[0], closings[-1])]
    if len(openings) > 1 or len(closings) > 1:
        if all(balance.day for balance in (*openings, *closings)):
            ends.append((min(openings, key=lambda b: b.day), max(closings, key=lambda b: b.day)))
        ends.append((openings[-1], closings[0]))
    for opening, closing in dict.fromkeys(ends):
        yield opening, closing, remarks


def _get_choices(entries: list[Entry]) -> Iterator[tuple[list[Entry], frozenset[str]]]:
    """Yield the entries that count: those without a status do, unless only without them it adds up."""
    known = [entry for entry in entries if entry.has_status]
    yield entries, frozenset({"status"}) if len(known) < len(entries) else frozenset()
    if len(known) < len(entries):
        yield known, frozenset({"status"})


def _get_flips(entries: list[Entry]) -> tuple[bool, ...]:
    """Return whether the flag of a reversal may mean the other sign; as it is written comes first."""
    return (False, True) if any(entry.reversal for entry in entries) else (False,)


def _get_amount(entry: Entry, *, flip: bool) -> Decimal:
    return entry.amount * (entry.sign or 0) * (-1 if flip and entry.reversal else 1)


def _add_up(opening: Balance, closing: Balance, entries: list[Entry], *, flip: bool) -> list[Sum]:
    """Return the ways in which a statement adds up: opening, closing, and the amounts whose signs are left out."""
    moved = sum((_get_amount(entry, flip=flip) for entry in entries), Decimal(0))
    unknown = [entry.amount for entry in entries if entry.sign is None]
    if len([amount for amount in unknown if amount]) > MOST_UNKNOWN:
        return []
    return [
        (before, after, signed)
        for before, after in product(opening.values, closing.values)
        if opening is not closing or before == after
        for signed in _solve(unknown, after - before - moved)
    ][:2]


def _solve(amounts: list[Decimal], total: Decimal) -> list[tuple[Decimal, ...]]:
    """Return up to two ways to give amounts signs so that they make a total."""
    ways: dict[Decimal, list[tuple[Decimal, ...]]] = {Decimal(0): [()]}
    for amount in amounts:
        more: dict[Decimal, list[tuple[Decimal, ...]]] = {}
        for known, paths in ways.items():
            for signed in {amount, -amount}:
                more.setdefault(known + signed, []).extend((*path, signed) for path in paths)
        ways = {known: paths[:2] for known, paths in more.items()}
    return ways.get(total, [])


def _give_signs(entries: list[Entry], signed: tuple[Decimal, ...], *, flip: bool) -> tuple[tuple[Entry, Decimal], ...]:
    """Return the entries with their amounts.

    :param signed: amounts of those whose signs are left out
    """
    left = iter(signed)
    return tuple((entry, next(left) if entry.sign is None else _get_amount(entry, flip=flip)) for entry in entries)


def _make_reading(
    found: Sum, ends: tuple[Balance, Balance], booked: tuple[tuple[Entry, Decimal], ...], remarks: set[str]
) -> Reading:
    opening, closing = ends
    told = set(remarks).union(*(entry.remarks for entry, _amount in booked))
    if opening.sign is None or closing.sign is None:
        told.add("indicator")
    return Reading(found[0], opening.day, found[1], closing.day, booked, frozenset(told))
