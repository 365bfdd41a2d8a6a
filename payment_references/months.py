"""Months in texts: of a period that somebody pays for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date as day
from functools import cache
from typing import NamedTuple

from babel.dates import get_month_names

from .document_numbers import YEAR, is_date
from .names import fold

LANGUAGES = ("nl", "fr", "de", "en", "it", "es", "pt", "pl", "sv", "nb", "da", "fi")
NO_LETTER = re.compile(r"[\W\d_]+")
SHORTEST_WORD = 3  # letters of a shortened name; it says something before a year only
SHORT_YEAR = re.compile(r"\d\d")
THIS_CENTURY = re.compile(r"[23]\d")  # "12/26" is a month, "12/11" a day
MONTH = re.compile(r"0?[1-9]|1[0-2]")
# Shortened names that are nothing else, also without a year.
CLEAR = {"FEB": 2, "SEP": 9, "SEPT": 9, "OKT": 10, "OCT": 10, "NOV": 11, "DEC": 12, "DEZ": 12, "DIC": 12}


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


def find_months(tokens: tuple[str, ...], groups: list[tuple[str, ...]]) -> Iterator[Month]:
    """Yield the months that a text names.

    :param tokens: runs of letters and of digits
    :param groups: runs of digits that no blank divides
    """
    whole, short = get_words()
    for before, token, following in zip(("", *tokens), tokens, (*tokens[1:], ""), strict=False):
        year = read_year(following)
        if number := whole.get(token) or CLEAR.get(token) or (year and short.get(token)):
            yield Month(number, year)
        elif MONTH.fullmatch(token) and YEAR.fullmatch(following) and not before.isdecimal():
            yield Month(int(token), year)  # "12 2026"
    for group in groups:
        yield from read_period(group)


def read_period(group: tuple[str, ...]) -> Iterator[Month]:
    """Yield the months that digits are: "12/2026", "2026-12", "12/26", "01/12/2026-31/12/2026".

    :param group: runs of digits that no blank divides
    """
    if len(group) == 6 and is_date(list(group[:3])) and is_date(list(group[3:])):
        yield from (Month(int(day[1]), read_year(day[2])) for day in (group[:3], group[3:]))
    if len(group) != 2:
        return
    month, year = reversed(group) if YEAR.fullmatch(group[0]) else group
    if MONTH.fullmatch(month) and (YEAR.fullmatch(year) or THIS_CENTURY.fullmatch(year)):
        yield Month(int(month), read_year(year))


def read_year(token: str) -> int | None:
    """Return the year that a run of digits behind the name of a month is.

    :param token: such as "2026" or "26"
    """
    if YEAR.fullmatch(token):
        return int(token)
    return 2000 + int(token) if SHORT_YEAR.fullmatch(token) else None
