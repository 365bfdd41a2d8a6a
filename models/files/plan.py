"""What becomes of each movement of some files: one comparison with the books and with what Ponto knows.

Plain values in, plain values out; nothing here knows a database.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from odoo.tools import groupby

from ...statement_files import Movement, Place
from ..importing.pairing import Entry, pair
from .chains import Chain, chain

__all__ = ["CREATE", "DELETED", "KNOWN", "LOCKED", "OPENED", "WAITING", "Candidate", "chain", "decide", "get_parts"]

CREATE, KNOWN, WAITING, DELETED = "create", "known", "waiting", "deleted"
# What would be created, were it not for its day: before the opening entry, or in a locked period.
OPENED, LOCKED = "opened", "locked"


class Candidate(NamedTuple):
    """Money that a movement may be: a line of the books, or a transaction of Ponto without one."""

    entry: Entry
    verdict: str  # what a movement becomes that is this money
    file_key: str = ""  # of a line from a file
    place: Place | None = None  # in the balance that the file tells
    parts: tuple[tuple[int, str], ...] = ()  # amount and counterparty of each part of a total that a file tells


def decide(
    chains: Iterable[Chain],
    file_keys: set[str],
    get_candidates: Callable[[Chain], list[Candidate]],
    to_entry: Callable[[Movement, object], Entry],
) -> dict[str, tuple[Movement, str]]:
    """Decide for every movement what becomes of it.

    :param chains: the statements of one account
    :param file_keys: keys of movements that became lines before
    :param get_candidates: function that gives what the books and Ponto hold in the days of a chain
    :param to_entry: function that gives the entry of a movement, under a key
    :return: the movement and what becomes of it, by the movement's key, in the order of the files
    """
    plan = _Plan(file_keys, get_candidates, to_entry)
    for links in chains:
        plan.add(links)
    return plan.verdicts


class _Plan:
    """What is decided so far: each chain is compared with the books, and with what the chains before will create."""

    def __init__(self, file_keys, get_candidates, to_entry) -> None:
        self.file_keys, self.get_candidates, self.to_entry = file_keys, get_candidates, to_entry
        self.verdicts: dict[str, tuple[Movement, str]] = {}
        self.created: list[Candidate] = []
        # Chains, and what their movements are: its key, and the keys of the movements. Others may tell it once more.
        self.done: list[tuple[Chain, dict[object, set[str]]]] = []

    def add(self, links: Chain) -> None:
        """Decide for the movements of one more chain."""
        fresh = {m.key: m for m in links.movements if m.key not in self.verdicts}
        self.verdicts.update({key: (m, KNOWN) for key, m in fresh.items() if key in self.file_keys})
        rest = [m for key, m in fresh.items() if key not in self.file_keys]
        found = _compare(rest, self._get_possible(links, fresh), self.to_entry)
        taken: dict[object, set[str]] = {}
        for name, (_verdict, keys) in found.items():
            for key in keys:
                taken.setdefault(key, set()).add(name)
        self.done.append((links, taken))
        for movement in rest:
            verdict, _keys = found.get(movement.key, (CREATE, ()))
            self.verdicts[movement.key] = (movement, verdict)
            if verdict == CREATE:
                self.created.append(self._make_candidate(movement))

    def _make_candidate(self, movement: Movement) -> Candidate:
        parts = tuple((e.amount, e.number) for e in (self.to_entry(part, None) for part in get_parts(movement)))
        return Candidate(self.to_entry(movement, movement.key), KNOWN, movement.key, movement.place, parts)

    def _get_possible(self, links: Chain, fresh: dict[str, Movement]) -> list[Candidate]:
        """Return the money that the movements of a chain may be."""
        names = {movement.key for movement in links.movements}
        taken = self._get_taken(links, names)
        will_be = [candidate for candidate in self.created if links.tells(candidate.entry.day)]
        possible = [c for c in (*self.get_candidates(links), *will_be) if c.entry.key not in taken]
        if not links.format:
            return [c for c in possible if c.file_key not in fresh]
        named = [c for c in possible if c.file_key.startswith(links.format)]
        return [c for c in possible if c not in named] + self._get_retold(links, named, names)

    def _get_taken(self, links: Chain, names: set[str]) -> set[object]:
        """Return the keys of what movements of other chains are, and none of this chain can be.

        :param names: keys of the movements of this chain
        """
        taken: set[object] = set()
        for other, found in self.done:
            free: set[str] = set()  # movements that this chain tells once more, under other names
            if links.format and links.format == other.format:
                placed = [m for m in other.movements if m.place and m.key not in names and links.tells(m.day)]
                again = links.retells((m.day, m.place) for m in placed)
                free = {m.key for m in placed if m.place.statement in again}
            elif links.may_repeat(other):
                continue
            taken.update(key for key, movements in found.items() if not movements <= free)
        return taken

    def _get_retold(self, links: Chain, named: list[Candidate], names: set[str]) -> list[Candidate]:
        """Return the lines of the same format that a chain may tell once more under other names.

        All others are other money, however equal: the bank itself names them apart.
        """
        lines = [c for c in named if c.place and links.tells(c.entry.day)]
        again = links.retells((c.entry.day, c.place) for c in lines)
        steps = self._get_steps(links) if lines else {}
        retold = []
        for (statement, day), group in groupby(lines, key=lambda line: (line.place.statement, line.entry.day)):
            if statement in again:
                retold += group if self._is_whole(links, group, names) else []
                continue
            retold += self._get_pieces(group, steps.get(day, set()))
        # The bank itself gave their day.
        return [c._replace(entry=c.entry._replace(exact=True)) for c in retold if c.file_key not in names]

    def _get_pieces(self, group: list[Candidate], told: set) -> list[Candidate]:
        """Return the lines of a day that the bank told in pieces, and as a whole.

        :param group: lines of the day
        :param told: what a chain tells of that day, as `_get_steps` gives it
        """
        own = {(c.place.before, c.entry.amount) for c in group}
        is_same_day = own <= told or told <= own
        return [c for c in group if is_same_day and (c.place.before, c.entry.amount) in told]

    def _get_steps(self, links: Chain) -> dict[date, set]:
        """Return the movements of each day as steps of the balance: what was before them, and their amount."""
        steps: dict[date, set] = {}
        for m in links.movements:
            if m.place:
                steps.setdefault(m.day, set()).add((m.place.before, self.to_entry(m, m.key).amount))
        return steps

    def _is_whole(self, links: Chain, group: list[Candidate], names: set[str]) -> bool:
        """Tell whether the lines of a day are told once more, and not followed by equal ones.

        Where they lead back to where the day began, the balances do not tell; then all of them have to be there.
        """
        begins = links.first_day == group[0].entry.day
        if not begins or sum(c.entry.amount for c in group) or any(c.file_key in names for c in group):
            return True
        there = Counter(self.to_entry(m, m.key).amount for m in links.movements if m.day == group[0].entry.day)
        return not Counter(c.entry.amount for c in group) - there


def _compare(movements, candidates, to_entry) -> dict[str, tuple[str, list[object]]]:
    """Return the verdict, and the keys of what it rests on, of the movements that are one of the candidates.

    What a user deleted comes last: its place may have been taken by a line that the user typed.
    """
    found: dict[str, tuple[str, list[object]]] = {}
    left = {m.key: m for m in movements}
    verdicts = {candidate.entry.key: candidate.verdict for candidate in candidates}
    for deleted in (False, True):
        books = [c for c in candidates if (c.verdict == DELETED) == deleted]
        for keys, lines in _pair_or_divide(left, books, to_entry):
            # One that waits at Ponto is enough: the day is not in the books as a whole.
            verdict = WAITING if any(verdicts[key] == WAITING for key in lines) else verdicts[lines[0]]
            found.update(dict.fromkeys(keys, (verdict, lines)))
        left = {key: m for key, m in left.items() if key not in found}
    return found


def _pair_or_divide(
    left: dict[str, Movement], candidates: list[Candidate], to_entry
) -> list[tuple[list[str], list[object]]]:
    """Return the keys of movements and of what stands for them: the same money, or every part of a total.

    :param left: key of a movement: the movement
    :param candidates: what may stand for them
    """
    pairing = pair((to_entry(m, m.key) for m in left.values()), [candidate.entry for candidate in candidates])
    results = [([entry.key for entry in p.bank], [entry.key for entry in p.books]) for p in pairing.pairs]
    divided, bank, books = _divide(
        pairing.bank, pairing.books, lambda entry: [to_entry(*part) for part in _number(get_parts(left[entry.key]))]
    )
    results += [([key], keys) for key, keys in divided]
    totals = {candidate.entry.key: candidate.parts for candidate in candidates if candidate.parts}
    divided, _books, _bank = _divide(
        books,
        bank,
        lambda entry: [Entry(n, part[0], entry.day, part[1]) for part, n in _number(totals.get(entry.key, ()))],
    )
    return results + [(keys, [key]) for key, keys in divided]


def _number(parts) -> list[tuple]:
    """Return parts, each with its number."""
    return [(part, number) for number, part in enumerate(parts)]


def _divide(totals: list[Entry], singles: list[Entry], get_entries) -> tuple[list[tuple], list[Entry], list[Entry]]:
    """Find the totals whose parts stand singly on the other side.

    :param totals: entries that may be totals
    :param singles: entries that may be parts
    :param get_entries: function that returns the parts of a total as entries
    :return: keys of totals, each with those of its parts; what is left of both
    """
    found = []
    for entry in totals:
        if keys := _find_parts(get_entries(entry), singles):
            singles = [single for single in singles if single.key not in keys]
            found.append((entry.key, keys))
    taken = {key for key, _keys in found}
    return found, [entry for entry in totals if entry.key not in taken], singles


def get_parts(movement: Movement) -> tuple[Movement, ...]:
    """Return the parts of a total that the bank booked as one; none when they are not told as a whole."""
    amounts = [part.amount for part in movement.details]
    return () if None in amounts or sum(amounts) != movement.amount else movement.details


def _find_parts(parts: list[Entry], others: list[Entry]) -> list[object]:
    """Return the keys of what stands for every part of a total; none when one misses.

    :param parts: of the total
    :param others: on the other side, what is left there
    """
    pairing = pair(parts, [entry._replace(exact=True) for entry in others]) if parts else None
    if not pairing or pairing.bank or any(p.evidence != "same_day" or len(p.books) > 1 for p in pairing.pairs):
        return []
    return [entry.key for p in pairing.pairs for entry in p.books]
