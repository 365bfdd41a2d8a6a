"""Series in one text: other numbers of a series, and numbers of which a payer left something out."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple

from .document_numbers import (
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
from .months import Month, find_months

GLUE = frozenset("/-._\\")
# What people of twelve countries write before the number of an invoice, also without a blank between.
_KINDS = """
    NR NO N NUM NUMMER NUMERO REF REFERENTIE REFERENCE REFERENZ KENMERK BETREFT VOOR PER
    INV INVOICE INVOICENR INVNR INVNO BILL FACTNR FACTNO FAKTNR FAKTURANR RECHNR
    FACT FACTUUR FACTUURNR FACTUURNUMMER FACTUREN FAKTUUR FAC FACTURE FACTURES FA FRA FACTURA
    RE RG RENR RGNR RNR RECHNUNG RECHNUNGEN RECHNUNGSNR RECHNUNGSNUMMER
    FT FATT FATTURA FATTURE FAKTURA FAKTURY FAKT FV REGNING LASKU LASKUN FATURA
"""
KINDS = frozenset(_KINDS.split())
# What stands before numbers that are no documents: of customers, contracts of telephones, cards.
_OTHER_THINGS = """
    KD KDNR KUNDE KUNDENNR KUNDENNUMMER KLANT KLANTNR KLANTNUMMER CLIENT CLIENTNR CUSTOMER CUST CLI CLIENTE KUND KUNDNR
    TEL TELEFOON TELEPHONE TELEFON GSM MOBILE MOBIEL KAART CARTE CARD KARTE
"""
OTHER_THINGS = frozenset(_OTHER_THINGS.split())
LONG_ENOUGH = 7  # digits of a number of one run, where what stands before it was left out
GROUPED_DIGITS = 10  # of a reference that is printed in groups: so many digits are no amount, and no telephone number
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
            if all(token.isdigit() for token in group.tokens):
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
            if token.isdigit() and (place == start or self._blank[place - 1] or self._glued[place - 1]):
                continue
            if place > start:
                runs.append(Group(start, self.tokens[start:place]))
            start = place if token.isdigit() else place + 1
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
            and not any(are_equal(group.tokens, known.tokens) for known in numbers)
            for number in numbers
            for group in self._find_alike(number)
        )

    def _get_covered(self, number: Number) -> Iterator[int]:
        """Yield the places of the tokens that are a number."""
        for start, token in enumerate(self.tokens):
            if not number.key.startswith(token):
                continue
            end = start + 1
            key, cuts = token, {}
            while len(key) < len(number.key) and end < len(self.tokens):
                if key[-1].isdigit() and self.tokens[end].isdigit():
                    cuts[len(key)] = self._blank[end - 1]
                key += self.tokens[end]
                end += 1
            if key == number.key and is_divided_alike(cuts, number):
                yield from range(start, end)

    def _find_alike(self, number: Number) -> Iterator[Group]:
        """Yield what may be a number of the same series."""
        if number.is_bare:
            for group in chain.from_iterable(split(group, len(number.tokens)) for group in self._groups):
                if are_alike(group.tokens, number.tokens) and not is_another_thing(group, number):
                    yield group
            if len(number.key) >= GROUPED_DIGITS:
                length = len(number.key.lstrip("0"))  # banks fill references with zeros
                yield from (run for run in self._runs if len("".join(run.tokens).lstrip("0")) == length)
            return
        yield from self._find_windows(number.layout)
        if (compact := merge_digits(number.tokens)) != number.layout:
            for group in self._find_windows(compact):
                if abs(sum(map(len, group.tokens)) - len(number.key)) <= 1:
                    yield group

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
        if is_telling(tail) and any(are_equal(group.tokens, tail) for group in self._groups):
            return True
        return self._names_without_year(tokens)

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
    if not tokens or not all(token.isdigit() for token in tokens) or is_date(list(tokens)):
        return False
    if len(tokens) == 1:
        return len(tokens[0]) >= LONG_ENOUGH
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
