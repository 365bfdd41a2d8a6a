"""What becomes of each movement of some files: one comparison with the books and with what Ponto knows.

Plain values in, plain values out; nothing here knows a database.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from odoo.tools import groupby

from ...statement_files import Movement, Statement
from ..importing.pairing import Entry, pair

CREATE, KNOWN, WAITING, DELETED = "create", "known", "waiting", "deleted"
# What would be created, were it not for its day: before the opening entry, or in a locked period.
OPENED, LOCKED = "opened", "locked"


class Candidate(NamedTuple):
    """Money that a movement may be: a line of the books, or a transaction of Ponto without one."""

    entry: Entry
    verdict: str  # what a movement becomes that is this money
    file_key: str = ""  # of a line from a file


class Chain(NamedTuple):
    """Statements of one format that follow each other: together they tell everything of their days."""

    statements: tuple[Statement, ...]
    first_day: date
    last_day: date

    @property
    def movements(self) -> list[Movement]:
        """Return the movements of all statements, in their order."""
        return [movement for statement in self.statements for movement in statement.movements]

    def tells(self, day: date) -> bool:
        """Tell whether a day lies in these statements."""
        return self.first_day <= day <= self.last_day

    @property
    def format(self) -> str:
        """Return how the keys of these movements begin, when they are the bank's own; else nothing."""
        return _get_format(self.statements[0])

    def may_repeat(self, other: "Chain") -> bool:
        """Tell whether another chain may tell the same money under other names."""
        same = self.format and self.format == other.format
        return not same and self.first_day <= other.last_day and other.first_day <= self.last_day


def get_first_day(statement: Statement) -> date:
    """Return the first day of which a statement tells something."""
    days = [movement.day for movement in statement.movements]
    return min(days, default=statement.closing_day or statement.opening_day or date.min)


def get_last_day(statement: Statement) -> date:
    """Return the last day of which a statement tells something."""
    days = [movement.day for movement in statement.movements]
    return max(days, default=statement.closing_day or statement.opening_day or date.min)


def chain(statements: Iterable[Statement]) -> list[Chain]:
    """Put statements of one account into chains; each follows the one before by its balance.

    :param statements: in any order, some maybe twice
    :return: the chains, in the order of their days; statements without movements are left out
    """
    chains: list[list[Statement]] = []
    told = sorted(
        (s for s in dict.fromkeys(statements) if s.movements), key=lambda s: (_get_format(s), get_first_day(s))
    )
    for _format, group in groupby(told, key=_get_format):  # pylint: disable=bad-builtin-groupby
        links: list[Statement] = []
        for statement in group:
            if links and _continues(statement, links[-1]):
                links.append(statement)
            else:
                links = [statement]
                chains.append(links)
    return [_make_chain(links) for links in chains]


def _continues(statement: Statement, other: Statement) -> bool:
    """Tell whether a statement begins where another ends, and does not tell the same days once more."""
    last, first = get_last_day(other), get_first_day(statement)
    return other.closing == statement.opening and (last < first or (statement.identified and last == first))


def _make_chain(statements: list[Statement]) -> Chain:
    days = [movement.day for statement in statements for movement in statement.movements]
    return Chain(tuple(statements), min(days), max(days))


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
        # Chains, and the keys of what their movements are: other formats may tell the same money once more.
        self.done: list[tuple[Chain, set[object]]] = []

    def add(self, links: Chain) -> None:
        """Decide for the movements of one more chain."""
        fresh = {m.key: m for m in links.movements if m.key not in self.verdicts}
        self.verdicts.update({key: (m, KNOWN) for key, m in fresh.items() if key in self.file_keys})
        rest = [m for key, m in fresh.items() if key not in self.file_keys]
        found = _compare(rest, self._get_possible(links, fresh), self.to_entry)
        self.done.append((links, {key for _verdict, keys in found.values() for key in keys}))
        for movement in rest:
            verdict, _keys = found.get(movement.key, (CREATE, ()))
            self.verdicts[movement.key] = (movement, verdict)
            if verdict == CREATE:
                self.created.append(Candidate(self.to_entry(movement, movement.key), KNOWN, movement.key))

    def _get_possible(self, links: Chain, fresh: dict[str, Movement]) -> list[Candidate]:
        """Return the money that the movements of a chain may be."""
        taken = {key for other, keys in self.done if not links.may_repeat(other) for key in keys}
        will_be = [candidate for candidate in self.created if links.tells(candidate.entry.day)]
        return [
            candidate
            for candidate in (*self.get_candidates(links), *will_be)
            if candidate.entry.key not in taken and not self._is_another(candidate, links, fresh)
        ]

    def _is_another(self, candidate: Candidate, links: Chain, fresh: dict[str, Movement]) -> bool:
        """Tell whether a line of a file is none of the movements, however equal: the bank itself names them apart."""
        name = candidate.file_key
        return name in fresh or bool(links.format and name.startswith(links.format))


def _compare(movements, candidates, to_entry) -> dict[str, tuple[str, list[object]]]:
    """Return the verdict, and the keys of what it rests on, of the movements that are one of the candidates.

    What a user deleted comes last: its place may have been taken by a line that the user typed.
    """
    found: dict[str, tuple[str, list[object]]] = {}
    left = {m.key: m for m in movements}
    verdicts = {candidate.entry.key: candidate.verdict for candidate in candidates}
    for deleted in (False, True):
        books = [c.entry for c in candidates if (c.verdict == DELETED) == deleted]
        for keys, lines in _pair_or_divide(left, books, to_entry):
            # One that waits at Ponto is enough: the day is not in the books as a whole.
            verdict = WAITING if any(verdicts[key] == WAITING for key in lines) else verdicts[lines[0]]
            found.update(dict.fromkeys(keys, (verdict, lines)))
        left = {key: m for key, m in left.items() if key not in found}
    return found


def _pair_or_divide(left: dict[str, Movement], books: list[Entry], to_entry) -> list[tuple[list[str], list[object]]]:
    """Return the keys of movements and of what stands for them: the same money, or every part of a total.

    :param left: key of a movement: the movement
    :param books: what may stand for them
    """
    pairing = pair((to_entry(m, m.key) for m in left.values()), books)
    results = [([entry.key for entry in p.bank], [entry.key for entry in p.books]) for p in pairing.pairs]
    books = pairing.books
    for entry in pairing.bank:
        if parts := _find_parts(left[entry.key], books, to_entry):
            books = [book for book in books if book.key not in parts]
            results.append(([entry.key], parts))
    return results


def _find_parts(movement: Movement, books: list[Entry], to_entry) -> list[object]:
    """Return the keys of what stands for every part of a total that the bank booked as one; none when one misses."""
    parts = movement.details
    if not parts or sum(part.amount for part in parts) != movement.amount:
        return []
    pairing = pair(
        (to_entry(part, number) for number, part in enumerate(parts)),
        [entry._replace(exact=True) for entry in books],
    )
    if any(p.evidence != "same_day" for p in pairing.pairs) or pairing.bank:
        return []
    return [entry.key for p in pairing.pairs for entry in p.books]


def _get_format(statement: Statement) -> str:
    """Return how the keys of a statement begin, when they are the bank's own; else nothing."""
    return statement.movements[0].key.partition(":")[0] + ":" if statement.identified else ""
