"""Statements of one account that follow each other, and what two of them may tell once more.

Plain values in, plain values out; nothing here knows a database.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import accumulate

from odoo.tools import groupby

from ...statement_files import Movement, Place, Statement


class Chain:
    """Statements of one format that follow each other: together they tell everything of their days.

    :param statements: in their order
    """

    def __init__(self, statements: Iterable[Statement]) -> None:
        self.statements = tuple(statements)
        days = [movement.day for movement in self.movements]
        self.first_day, self.last_day = min(days), max(days)

    @cached_property
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

    @cached_property
    def starts(self) -> frozenset[tuple[date, Decimal]]:
        """Return the days of the statements, each with the balance at its beginning."""
        return frozenset((m.day, m.place.day_start) for m in self.movements if m.place)

    @cached_property
    def _balances(self) -> tuple[list[date], list[Decimal]]:
        """Return the days with movements, and the balance before each of them and after the last."""
        moved: dict[date, Decimal] = {}
        for movement in self.movements:
            moved[movement.day] = moved.get(movement.day, Decimal(0)) + movement.amount
        days = sorted(moved)
        return days, list(accumulate((moved[day] for day in days), initial=self.statements[0].opening))

    def balance_at(self, day: date) -> Decimal | None:
        """Return the balance at the beginning of a day; None when the statements do not tell it."""
        days, balances = self._balances
        return balances[bisect_left(days, day)] if self.tells(day) else None

    def retells(self, places: Iterable[tuple[date, Place]]) -> set[str]:
        """Return the statements that this chain tells once more, maybe under other names.

        A statement that begins with the balance with which the chain tells the same day is told again from there on. One
        that begins where the other ended goes on: equal payments in it are other money.

        :param places: day and place of movements of one format
        :return: as `Place.statement` names them
        """
        marks = {(day, place.day_start, place.statement, place.first_day, place.opening) for day, place in places}
        return {
            statement
            for day, start, statement, first_day, opening in marks
            if (day, start) in self.starts or self.balance_at(first_day) == opening
        }

    def may_repeat(self, other: "Chain") -> bool:
        """Tell whether another chain may tell the same money in another format, or without names of the bank."""
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
    return [Chain(links) for links in chains]


def _continues(statement: Statement, other: Statement) -> bool:
    """Tell whether a statement begins where another ends, and does not tell the same days once more."""
    last, first = get_last_day(other), get_first_day(statement)
    if other.closing != statement.opening or last > first:
        return False
    # A day that leads back to where it began may be told twice; the same money again is no second day.
    again = other.opening == other.closing and not Counter(_name_all(other)) - Counter(_name_all(statement))
    return last < first or (statement.identified and not again)


def _name_all(statement: Statement) -> list[tuple]:
    """Return what the movements of a statement are, whoever names them."""
    return [(m.day, m.amount.normalize(), m.counterpart_reference) for m in statement.movements]


def _get_format(statement: Statement) -> str:
    """Return how the keys of a statement begin, when they are the bank's own; else nothing."""
    return statement.movements[0].key.partition(":")[0] + ":" if statement.identified else ""
