"""Numbers of documents: which texts can be one, and how much one says."""

from __future__ import annotations

import re

from .names import WORD, fold

STRONG, WEAK = "strong", "weak"
SHORTEST, LONGEST = 4, 40  # signs of a number without separators
SHORTEST_DIGITS = 5  # of a number of digits only: "2025" and "1001" are anything
STRONG_LENGTH, STRONG_DIGITS, WEAK_DIGITS = 6, 5, 3  # "Order 1001" and "Rent 2025" are anybody's


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
    digits = sum(sign.isdigit() for sign in key)
    if not SHORTEST <= len(key) <= LONGEST:
        return None
    if digits == len(key):
        return WEAK if digits >= SHORTEST_DIGITS else None
    if digits >= STRONG_DIGITS and len(key) >= STRONG_LENGTH:
        return STRONG
    return WEAK if digits >= WEAK_DIGITS else None


def shape(key: str) -> str:
    """Return what the numbers of one series have in common: their letters, and where digits stand.

    :param key: as `number_key` gives it
    :return: "" for a number without letters, which has no series to be known by
    """
    series = re.sub(r"\d", "#", key)
    return series if series.strip("#") else ""


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
