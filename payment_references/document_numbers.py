"""Numbers of documents: which texts can be one, and how much one says."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from .names import WORD, fold

STRONG, WEAK = "strong", "weak"
SHORTEST, LONGEST = 4, 40  # signs of a number without separators
SHORTEST_DIGITS = 5  # of a number of digits only: "2025" and "1001" are anything
STRONG_LENGTH, STRONG_DIGITS, WEAK_DIGITS = 6, 5, 3  # "Order 1001" and "Rent 2025" are anybody's
TOKEN = re.compile(r"[^\W\d_]+|\d+")
GROUPED_DIGITS = 10  # of a reference that is printed in groups: so many digits are no amount, and no telephone number
RUN = "#"  # a run of digits, when layouts are compared: series grow a digit
YEAR = re.compile(r"(?:19|20)\d\d")


class Number(NamedTuple):
    """A number as it stands on a document: its separators tell numbers apart that are equal without them."""

    key: str  # as `number_key` gives it
    tokens: tuple[str, ...]  # runs of letters and runs of digits
    cuts: frozenset[int]  # places in the key where a separator divides digits

    @property
    def layout(self) -> tuple[str, ...]:
        """What the numbers of one series have in common: letters, and runs of digits of any length."""
        return get_layout(self.tokens)

    @property
    def is_bare(self) -> bool:
        """Whether it is of digits only: such a number has no series to be known by."""
        return self.key.isdecimal()


@lru_cache(maxsize=8192)
def read_number(text: str) -> Number:
    """Read the number of a document with its separators.

    :param text: for example "INV/2025/00001"
    """
    words = WORD.findall(fold(text))
    return Number("".join(words), tuple(TOKEN.findall(" ".join(words))), frozenset(find_cuts(words)))


def find_cuts(words: list[str]) -> list[int]:
    """Return where digits of a number are divided from digits.

    :param words: of the number, in its order
    :return: places in the words when they are joined
    """
    cuts, place = [], 0
    for word, following in pairwise(words):
        place += len(word)
        if word[-1].isdecimal() and following[0].isdecimal():
            cuts.append(place)
    return cuts


def is_divided_alike(cuts: dict[int, bool], number: Number) -> bool:
    """Tell whether a text divides the digits of a number as its document does.

    People leave separators out, and the lines of banks end inside of numbers; FV/11/2/2026 is not FV/1/12/2026.

    :param cuts: places in the key where the text divides digits: whether blanks only do
    :param number: of the document
    """
    more = cuts.keys() - number.cuts
    if number.is_bare and not number.cuts and len(number.key) >= GROUPED_DIGITS:
        return True  # printed in groups, with whatever between
    return not more or (number.cuts <= cuts.keys() and all(cuts[place] for place in more))


def get_layout(tokens: tuple[str, ...]) -> tuple[str, ...]:
    """Return the layout of a number.

    :param tokens: runs of letters and of digits
    :return: the same, each run of digits as one sign
    """
    return tuple(RUN if token.isdecimal() else token for token in tokens)


def are_alike(tokens: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Tell whether two numbers of digits only may be of one series: as many runs, of like length, years where years are.

    :param tokens, others: runs of digits
    """
    if len(tokens) == len(others) == 1:
        short, long = sorted((tokens[0], others[0]), key=len)
        return len(short) == len(long) or (len(long) - len(short) == 1 and (short[0], long[0]) == ("9", "1"))
    return len(tokens) == len(others) and all(
        bool(YEAR.fullmatch(one)) == bool(YEAR.fullmatch(two)) and abs(len(one) - len(two)) <= 1
        for one, two in zip(tokens, others, strict=True)
    )


def are_equal(tokens: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Tell whether two numbers are equal but for zeros that were left out, or filled in.

    :param tokens, others: runs of letters and of digits
    """
    return len(tokens) == len(others) and all(
        one == two or (one.isdecimal() and two.isdecimal() and one.lstrip("0") == two.lstrip("0"))
        for one, two in zip(tokens, others, strict=True)
    )


def number_key(number: str) -> str:
    """Return a document number without its separators.

    :param number: for example "INV/2025/00001"
    :return: for example "INV202500001"
    """
    return "".join(WORD.findall(fold(number or "")))


def number_strength(key: str) -> str | None:
    """Tell how much a document number says when it stands in the text of a payment.

    :param key: as `number_key` gives it
    :return: STRONG: it names the document. WEAK: only if the payer is known to be its partner. None: it says nothing
    """
    digits = sum(sign.isdecimal() for sign in key)
    if not SHORTEST <= len(key) <= LONGEST:
        return None
    if digits == len(key):
        return WEAK if digits >= SHORTEST_DIGITS else None
    if digits >= STRONG_DIGITS and len(key) >= STRONG_LENGTH:
        return STRONG
    return WEAK if digits >= WEAK_DIGITS else None


def is_date(words: list[str]) -> bool:
    """Tell whether three groups of digits may be a day: 12/11/2025, 12-11-25, 2025.11.12.

    :param words: of digits only
    """
    if len(words) != 3:
        return False
    day, month, year = words if len(words[0]) <= 2 else reversed(words)
    is_year = len(year) == 2 or (len(year) == 4 and year[:2] in ("19", "20"))
    return is_year and len(day) <= 2 and 1 <= int(day) <= 31 and len(month) <= 2 and 1 <= int(month) <= 12


def is_likely_slip(key: str, other: str) -> bool:
    """Tell whether a typing error makes one number of the other: one sign is wrong, or two neighbors are exchanged.

    :param key, other: as `number_key` gives them
    """
    if len(key) != len(other):
        return False
    wrong = [place for place, (sign, meant) in enumerate(zip(key, other, strict=True)) if sign != meant]
    if len(wrong) == 2:
        first, second = wrong
        return second == first + 1 and key[first] == other[second] and key[second] == other[first]
    return len(wrong) == 1
