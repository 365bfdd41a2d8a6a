"""Months in texts: of a period that somebody pays for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date as day
from functools import cache
from typing import NamedTuple

from babel.dates import get_month_names

from .document_numbers import YEAR
from .names import fold

LANGUAGES = ("nl", "fr", "de", "en", "it", "es", "pt", "pl", "sv", "nb", "da", "fi")
NO_LETTER = re.compile(r"[\W\d_]+")
SHORTEST_WORD = 3  # letters of a shortened name; it says something before a year only
SHORT_YEAR = re.compile(r"\d\d")


class Month(NamedTuple):
    """A month, of a year where the text tells which."""

    number: int
    year: int | None = None

    def is_of(self, date: day) -> bool:
        """Tell whether a day lies in it.

        :param date: the day
        """
        return self.number == date.month and self.year in (None, date.year)


@cache
def get_words() -> tuple[dict[str, int], dict[str, int]]:
    """Return what months are called in the languages of the banks: whole names, and shortened ones.

    :return: word in capitals without accents: number of the month, twice
    """
    whole: dict[str, int] = {}
    short: dict[str, int] = {}
    for language in LANGUAGES:
        for context in ("format", "stand-alone"):
            for width, words in (("wide", whole), ("abbreviated", short)):
                for number, name in get_month_names(width, context, language).items():
                    word = NO_LETTER.sub("", fold(name))
                    if len(word) >= SHORTEST_WORD:
                        words.setdefault(word, number)
    return whole, {word: number for word, number in short.items() if word not in whole}


def find_months(tokens: tuple[str, ...], pairs: list[tuple[str, ...]]) -> Iterator[Month]:
    """Yield the months that a text names.

    :param tokens: runs of letters and of digits
    :param pairs: runs of digits that no blank divides
    """
    whole, short = get_words()
    for token, following in zip(tokens, (*tokens[1:], ""), strict=True):
        year = read_year(following)
        if number := whole.get(token) or (year and short.get(token)):
            yield Month(number, year)
    for pair in pairs:
        if len(pair) != 2:
            continue
        month, year = pair if YEAR.fullmatch(pair[1]) else reversed(pair)
        if YEAR.fullmatch(year) and len(month) <= 2 and 1 <= int(month) <= 12:
            yield Month(int(month), int(year))


def read_year(token: str) -> int | None:
    """Return the year that a run of digits behind the name of a month is.

    :param token: such as "2026" or "26"
    """
    if YEAR.fullmatch(token):
        return int(token)
    return 2000 + int(token) if SHORT_YEAR.fullmatch(token) else None
