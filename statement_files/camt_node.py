"""Pieces of CAMT.053 by the paths of their texts; and the walk through a file that gives one piece after the other.

Names are local ones, so that namespace and prefix do not matter. A piece is let go as soon as it is read: a file of a
year does not fill the memory. No entity is expanded and nothing is loaded, because a document type is refused where it
begins: ISO 20022 has none, and whoever sends one wants entities.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from xml.parsers.expat import ExpatError, ParserCreate

from .errors import FileError
from .placeholders import told

MESSAGE, STATEMENT, ENTRY = "BkToCstmrStmt", "Stmt", "Ntry"
# What is a piece of its own, and in what it lies.
PARENTS = {STATEMENT: MESSAGE, "Bal": STATEMENT, ENTRY: STATEMENT, "TxDtls": "NtryDtls"}
PLAIN_AMOUNT = re.compile(r"^\d{1,18}(\.\d{0,5})?$")  # of ISO 20022: never signed, never an exponent
SIGNS = {"CRDT": 1, "DBIT": -1}


class Node:
    """A statement, a balance, an entry or a transaction: its texts by their paths.

    Balances are parts of a statement, transactions of an entry.
    """

    __slots__ = ("parts", "values")

    def __init__(self) -> None:
        self.values: dict[str, list[tuple[str, str]]] = {}  # texts, each with the currency that its element names
        self.parts: list[Node] = []

    def text(self, path: str) -> str:
        """Return the first text at a path, without blanks that fill, and nothing for what stands for nothing.

        :param str path: local names, as in "Acct/Id/IBAN"
        """
        if path in self.values:  # most are not
            for value, _currency in self.values[path]:
                if text := told(" ".join(value.split())):
                    return text
        return ""

    def texts(self, path: str) -> list[str]:
        """Return the texts at a path, each once."""
        if path not in self.values:
            return []
        return [
            text for text in dict.fromkeys(told(" ".join(v.split())) for v, _c in self.values.get(path, ())) if text
        ]

    def amounts(self, path: str) -> list[tuple[str, str]]:
        """Return the amounts at a path: currency, and digits as they are written."""
        if path not in self.values:
            return []
        found = ((currency, "".join(value.split())) for value, currency in self.values.get(path, ()))
        return [(currency, digits) for currency, digits in found if PLAIN_AMOUNT.match(digits)]


def read_day(node: Node, path: str) -> date | None:
    """Return a day, written as such or as a moment in the bank's own time.

    :raises ValueError: when it is none
    """
    text = node.text(f"{path}/Dt") or node.text(f"{path}/DtTm") or node.text(path)
    return date.fromisoformat(text[:10]) if text else None


def read_amount(node: Node) -> tuple[Decimal, int | None]:
    """Return the amount of a balance or an entry without its sign, and the sign, None when the file leaves it out.

    :raises ValueError: when it is none
    :raises KeyError: when it is neither credit nor debit
    """
    text, side = node.text("Amt"), node.text("CdtDbtInd")
    sign = SIGNS[side] if side else None
    if sign is None and text.startswith("-"):
        text, sign = text[1:], -1
    if not PLAIN_AMOUNT.match(text):
        raise ValueError("amount")
    return Decimal(text), sign


class _Place:
    """Where elements lie: all that have the same tags around them share one."""

    __slots__ = ("children", "is_part", "name", "path")

    def __init__(self, name: str = "", around: _Place | None = None) -> None:
        self.name = name
        self.children: dict[str, _Place] = {}
        self.is_part = around is not None and PARENTS.get(name) == around.name
        path = around.path if around else ""
        # Paths begin anew in each piece.
        self.path = "" if self.is_part or name == MESSAGE else f"{path}/{name}" if path else name


class Walk:
    """One walk through the document of a file.

    :param take_entry: function that is given each entry
    :param take_statement: function that is given each statement, after its entries
    """

    def __init__(self, take_entry: Callable[[Node], None], take_statement: Callable[[Node], None]) -> None:
        self._takers = {ENTRY: take_entry, STATEMENT: take_statement}
        self.names: list[str] = []  # of elements, each place once

    def go(self, content: bytes) -> None:
        """Walk.

        :raises FileError: when the document is not well-formed, or has a document type
        """
        parser = ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = _refuse_document_type
        text: list[str] = []
        parser.CharacterDataHandler = text.append
        parser.StartElementHandler, parser.EndElementHandler = self._make_handlers(text)
        try:
            parser.Parse(content, True)
        except (ExpatError, LookupError, ValueError) as error:
            raise FileError("xml") from error

    def _make_handlers(self, text: list[str]) -> tuple[Callable, Callable]:
        """Return what is called for each element where it begins and where it ends; most of the time goes here.

        :param text: pieces of the text since the last of either
        """
        places, nodes, currencies = [_Place()], [Node()], [""]

        def begin(tag: str, attributes: dict[str, str]) -> None:
            around = places[-1]
            place = around.children.get(tag) or self._add_place(tag, around)
            places.append(place)
            if place.is_part:
                nodes.append(Node())
            # That of the last one is enough: an element with a text holds no other.
            currencies[0] = attributes.get("Ccy", "") if attributes else ""
            text.clear()

        def end(_tag: str) -> None:
            place = places.pop()
            if place.is_part:
                self._give(place.name, nodes.pop(), nodes[-1])
            elif text:
                value = text[0] if len(text) == 1 else "".join(text)
                if place.path and not value.isspace():
                    nodes[-1].values.setdefault(place.path, []).append((value, currencies[0]))
            text.clear()

        return begin, end

    def _give(self, name: str, node: Node, around: Node) -> None:
        if take := self._takers.get(name):
            take(node)
        else:
            around.parts.append(node)

    def _add_place(self, tag: str, around: _Place) -> _Place:
        place = around.children[tag] = _Place(tag.rpartition(":")[2], around)
        self.names.append(place.name)
        return place


def _refuse_document_type(*_declaration) -> None:
    raise FileError("xml")
