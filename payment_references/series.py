"""Series in one text: other numbers of a series, and numbers of which a payer left something out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple

from .document_numbers import (
    GROUPED_DIGITS,
    RUN,
    TOKEN,
    YEAR,
    Number,
    are_alike,
    are_equal,
    get_layout,
    is_date,
    is_divided_alike,
    read_number,
)
from .months import MONTH, Month, find_months
from .vocabulary import GLUE, JOINING, KINDS, OTHER_DOCUMENTS, OTHER_THINGS, SMALL_WORDS

LONGEST_END = 18  # digits of a running number
NEXT = 100  # how far the second of two numbers is from the first, where only its end is written
LONGEST_SERIES = 4  # letters: a short word before digits is a series
LONG_ENOUGH = 7  # digits of a number of one run, where what stands before it was left out
PADDED = 4  # digits of a running number that says as much without its year
DAY_DIGITS = 8  # of a day in one word: 03112026


class Group(NamedTuple):
    """Neighboring tokens."""

    start: int
    tokens: tuple[str, ...]
    before: str = ""  # the run of letters or digits before them


class Series:
    """One text as runs of letters and runs of digits."""

    def __init__(self, text: str) -> None:
        """Read a text.

        :param text: in capitals, without accents
        """
        matches = list(TOKEN.finditer(text))
        self.tokens = tuple(match[0] for match in matches)
        self._layout = get_layout(self.tokens)
        joints = [text[one.end() : two.start()] for one, two in pairwise(matches)]
        self._joints = joints
        self._covered: dict[Number, frozenset[int]] = {}
        self._glued = [GLUE.issuperset(joint) for joint in joints]
        self._touching = [not joint for joint in joints]
        self._blank = [joint.isspace() for joint in joints]

    @cached_property
    def _groups(self) -> list[Group]:
        """The digits that no blank divides."""
        groups = []
        start = 0
        for place in range(len(self.tokens)):
            if place + 1 < len(self.tokens) and self._glued[place]:
                continue
            first = start + (place > start and self.tokens[start] in KINDS)
            group = Group(first, self.tokens[first : place + 1], self.tokens[first - 1] if first else "")
            if all(token.isdecimal() for token in group.tokens):
                groups.append(group)
            start = place + 1
        return groups

    def _find_windows(self, layout: tuple[str, ...]) -> Iterator[Group]:
        """Yield where a layout stands in the text."""
        length = len(layout)
        for start in range(len(self.tokens) - length + 1):
            if self._layout[start] == layout[0] and self._layout[start : start + length] == layout:
                yield Group(start, self.tokens[start : start + length])

    @cached_property
    def _runs(self) -> list[Group]:
        """The digits that only blanks and signs divide, as long references are printed."""
        runs = []
        start = 0
        for place, token in enumerate((*self.tokens, "")):
            if token.isdecimal() and (place == start or self._blank[place - 1] or self._glued[place - 1]):
                continue
            if place > start:
                runs.append(Group(start, self.tokens[start:place]))
            start = place if token.isdecimal() else place + 1
        return runs

    @cached_property
    def months(self) -> set[Month]:
        """The months that the text names."""
        return set(find_months(self.tokens, [group.tokens for group in self._groups]))

    # ------------------------------------------------------------------ another number

    def holds_another(self, numbers: Collection[Number]) -> bool:
        """Tell whether the text holds a number of the same series as one of these, which is none of these.

        :param numbers: all that the payment is about to settle
        """
        if not numbers:
            return False
        covered = {place for number in numbers for place in self._get_covered(number)}
        return any(
            covered.isdisjoint(range(group.start, group.start + len(group.tokens)))
            and not any(is_same(group.tokens, known.tokens) for known in numbers)
            for number in numbers
            for group in self._find_alike(number)
        )

    def _get_covered(self, number: Number) -> frozenset[int]:
        """Return the places of the tokens that are a number."""
        if number not in self._covered:
            self._covered[number] = frozenset(self._find_covered(number))
        return self._covered[number]

    def _find_covered(self, number: Number) -> Iterator[int]:
        for start, token in enumerate(self.tokens):
            if not number.key.startswith(token):
                continue
            end = start + 1
            key, cuts = token, {}
            while len(key) < len(number.key) and end < len(self.tokens):
                if key[-1].isdecimal() and self.tokens[end].isdecimal():
                    cuts[len(key)] = self._blank[end - 1]
                key += self.tokens[end]
                end += 1
            if key == number.key and is_divided_alike(cuts, number):
                yield from range(start, end)

    def _find_alike(self, number: Number) -> Iterator[Group]:
        """Yield what may be a number of the same series."""
        if number.is_bare:
            yield from self._find_alike_bare(number)
        else:
            yield from self._find_windows(number.layout)
            yield from self._find_tails(number)
            yield from self._find_compact(number)
        yield from self._find_next(number)

    def _find_alike_bare(self, number: Number) -> Iterator[Group]:
        """Yield digits that may be of the series of a number of digits only."""
        for group in chain.from_iterable(split(group, len(number.tokens)) for group in self._groups):
            if are_alike(group.tokens, number.tokens) and not is_another_thing(group, number):
                yield group
        if len(number.key) >= GROUPED_DIGITS:
            length = len(number.key.lstrip("0"))  # banks fill references with zeros
            yield from (run for run in self._runs if len("".join(run.tokens).lstrip("0")) == length)

    def _find_tails(self, number: Number) -> Iterator[Group]:
        """Yield digits that may be of the series of a number, with its letters left out."""
        tail = number.tokens[1:]
        if not is_telling(tail):
            return
        lengths = [len(token) for token in tail]
        for group in self._groups:
            is_alike = [len(token) for token in group.tokens] == lengths and are_alike(group.tokens, tail)
            if is_alike and not are_equal(group.tokens, tail) and not is_another_thing(group, number):
                yield group

    def _find_compact(self, number: Number) -> Iterator[Group]:
        """Yield what may be of the series of a number, written without separators."""
        compact = merge_digits(number.tokens)
        if compact == number.layout:
            return
        for group in self._find_windows(compact):
            if abs(sum(map(len, group.tokens)) - len(number.key)) <= 1:
                yield group

    def _find_next(self, number: Number) -> Iterator[Group]:
        """Yield what is left of a second number behind the first: "INV/2026/00041 en 42", "INV/2026/00041 + 00042"."""
        last = number.tokens[-1]
        if not last.isdecimal() or len(last) > LONGEST_END:
            return
        covered = self._get_covered(number)
        for place in covered:
            end = place + 1
            if end in covered:
                continue
            while end < len(self.tokens) and self.tokens[end] in JOINING:
                end += 1
            if end < len(self.tokens) and (end > place + 1 or self._joints[place].strip() in ("+", "&")):
                token = self.tokens[end]
                if is_next(token, last):
                    yield Group(end, (token,))

    # ------------------------------------------------------------------ what was left out

    def may_name(self, number: Number) -> bool:
        """Tell whether the text holds a number of which the payer left out the series, the year, or zeros.

        Only where payer and amount are exact, too, and nothing else can be meant, such a number says anything.

        :param number: of a document
        """
        tokens = number.tokens
        if any(self._is_whole(group) and are_equal(group.tokens, tokens) for group in self._find(tokens)):
            return True
        tail = tokens if number.is_bare else tokens[1:]
        if is_telling(tail) and any(
            are_equal(group.tokens, tail) and is_of_document(group, number) for group in self._groups
        ):
            return True
        if number.is_bare and self._is_zero_filled(number.key):
            return True
        return self._names_without_year(tokens)

    def _is_zero_filled(self, key: str) -> bool:
        """Tell whether the text holds a reference in printed groups, filled with zeros."""
        digits = key.lstrip("0")
        joined = ("".join(run.tokens) for run in self._runs)
        return len(digits) >= LONG_ENOUGH and any(
            len(one) >= GROUPED_DIGITS and one.lstrip("0") == digits for one in joined
        )

    def _find(self, tokens: tuple[str, ...]) -> Iterator[Group]:
        return self._find_windows(get_layout(tokens)) if any(map(str.isalpha, tokens)) else iter(())

    def _is_whole(self, group: Group) -> bool:
        """Tell whether nothing is glued to tokens that would make another number of them."""
        start, end = group.start, group.start + len(group.tokens)
        goes_on = end < len(self.tokens) and self._glued[end - 1]
        return not goes_on and not (start and self._glued[start - 1] and not self._touching[start - 1])

    def _names_without_year(self, tokens: tuple[str, ...]) -> bool:
        if len(tokens) != 3 or not YEAR.fullmatch(tokens[1]) or len(tokens[2]) < PADDED:
            return False
        short = (tokens[0], tokens[2])
        return any(group.tokens == short and self._is_whole(group) for group in self._find(short))


def is_next(token: str, last: str) -> bool:
    """Tell whether digits are the end of one of the next numbers of a series.

    :param token: a run of letters or digits
    :param last: the running number
    """
    if not token.isdecimal() or not 2 <= len(token) <= len(last):
        return False
    return 0 < int(last[: len(last) - len(token)] + token) - int(last) < NEXT


def is_same(tokens: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Tell whether tokens are a number, or what is left of it without its series, or without all but its end."""
    is_end = len(tokens) == 1 and tokens[0].isdecimal() and known[-1].endswith(tokens[0])
    return is_end or are_equal(tokens, known) or are_equal(tokens, known[1:])


def merge_digits(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Return the layout of a number that is written without separators.

    :param tokens: of the number
    """
    merged: list[str] = []
    for sign in get_layout(tokens):
        if sign != RUN or merged[-1:] != [RUN]:
            merged.append(sign)
    return tuple(merged)


def is_telling(tokens: tuple[str, ...]) -> bool:
    """Tell whether runs of digits say which document is meant without the letters before them.

    :param tokens: what follows the first run of letters
    """
    if not tokens or not all(token.isdecimal() for token in tokens) or is_date(list(tokens)):
        return False
    if len(tokens) == 1:
        return len(tokens[0]) >= LONG_ENOUGH
    if (
        len(tokens) == 2
        and any(YEAR.fullmatch(token) for token in tokens)
        and any(MONTH.fullmatch(token) for token in tokens)
    ):
        return False  # "10/2026" is a month
    return any(YEAR.fullmatch(token) for token in tokens) and len("".join(tokens)) >= LONG_ENOUGH - 1


def split(group: Group, length: int) -> Iterator[Group]:
    """Yield a group, or the numbers of which it is a list: "10-2026/11-2026".

    :param group: digits
    :param length: how many runs a number has
    """
    count = len(group.tokens)
    if length < 2 or count <= length or count % length:
        yield group
        return
    for place in range(0, count, length):
        yield Group(group.start + place, group.tokens[place : place + length], group.before)


def read_tail(number: Number) -> Number | None:
    """Return a number without the letters of its series, where that says which document is meant.

    :param number: of a document
    """
    tail = number.tokens[1:]
    return read_number("/".join(tail)) if not number.is_bare and is_telling(tail) else None


def is_of_document(group: Group, number: Number) -> bool:
    """Tell whether the word before digits leaves it open that they are those of a document.

    :param group: digits
    :param number: of the document
    """
    word = group.before
    if not word.isalpha() or word in KINDS or word == number.tokens[0]:
        return True
    return word not in OTHER_THINGS | OTHER_DOCUMENTS and (len(word) > LONGEST_SERIES or word in SMALL_WORDS)


def is_another_thing(group: Group, number: Number) -> bool:
    """Tell whether digits are rather a day, or the number of a customer, than another number of a series.

    :param group: digits
    :param number: of the series
    """
    if group.before in OTHER_THINGS:
        return True
    digits = group.tokens[0]
    if len(group.tokens) != 1 or len(digits) != DAY_DIGITS or digits[:4] == number.key[:4]:
        return False
    return is_date([digits[:2], digits[2:4], digits[4:]])
