"""Read JSON without losing anything: numbers stay the text they were, and list items keep their own source text."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple

from .errors import FormatError

_SPACE = re.compile(r"[ \t\n\r]*")


class JsonNumber(str):
    """A JSON number (or NaN, Infinity) exactly as received; a number is only made of it where one is wanted."""

    __slots__ = ()


class JsonObject(dict):
    """A JSON object that remembers which keys came twice with different values.

    RFC 8259 leaves such a key undefined, so it is left out: a guessed amount would be worse than none.
    """

    __slots__ = ("conflicts",)

    @classmethod
    def from_pairs(cls, pairs: list[tuple[str, Any]]) -> JsonObject:
        """Build the object from its pairs in the order received.

        :param pairs: keys and values, keys may repeat.
        :return: the object, without the contradictory keys.
        """
        result = cls(pairs)
        conflicts: list[str] = []
        if len(result) != len(pairs):
            last = dict(result)
            for key, value in pairs:
                if value != last[key] and key not in conflicts:
                    conflicts.append(key)
                    del result[key]
        result.conflicts = tuple(conflicts)
        return result


class Document(NamedTuple):
    """A decoded JSON document."""

    value: Any  # JsonObject, list, str, JsonNumber, bool or None
    items: tuple[str, ...]  # source text of each item of the top-level list "data", empty without such a list


# strict=False lets control characters stand in strings: one careless bank text must not cost the whole page.
_decoder = json.JSONDecoder(
    parse_float=JsonNumber,
    parse_int=JsonNumber,
    parse_constant=JsonNumber,
    object_pairs_hook=JsonObject.from_pairs,
    strict=False,
)


def decode(body: bytes) -> Document:
    """Decode the body of an answer.

    :param body: the bytes received, UTF-8.
    :return: the document, with the source text of the items of its list ``data``. These texts fit a PostgreSQL
        text column: they are valid UTF-8, and a NUL is written as its escape.
    :raise FormatError: the body is not JSON.
    """
    document: Document | None = None
    try:
        text = body.decode("utf-8-sig")
        candidate, end = _decode_top(text, _skip(text, 0))
        if _skip(text, end) == len(text):
            document = candidate
    except (ValueError, RecursionError):
        document = None
    if document is None:
        # Raised outside the except block: the error keeps no hold on the text it failed on.
        raise FormatError("The answer is not JSON.")
    return document


def _skip(text: str, position: int) -> int:
    return _SPACE.match(text, position).end()


def _expect(text: str, position: int, character: str) -> int:
    """Step over one character and the white space around it."""
    position = _skip(text, position)
    if not text.startswith(character, position):
        raise ValueError(character)
    return _skip(text, position + 1)


def _decode_top(text: str, position: int) -> tuple[Document, int]:
    """Decode the outermost value, item by item where it is an object with a list ``data``."""
    if not text.startswith("{", position):
        value, end = _decoder.raw_decode(text, position)
        return Document(value, ()), end
    pairs: list[tuple[str, Any]] = []
    items: tuple[str, ...] = ()
    position = _skip(text, position + 1)
    closed = text.startswith("}", position)
    while not closed:
        if not text.startswith('"', position):
            raise ValueError("key")
        key, position = _decoder.raw_decode(text, position)
        position = _expect(text, position, ":")
        if key == "data" and text.startswith("[", position):
            value, items, position = _decode_list(text, position)
        else:
            value, position = _decoder.raw_decode(text, position)
        pairs.append((key, value))
        position = _skip(text, position)
        closed = text.startswith("}", position)
        if not closed:
            position = _expect(text, position, ",")
    return Document(JsonObject.from_pairs(pairs), items), position + 1


def _decode_list(text: str, position: int) -> tuple[list[Any], tuple[str, ...], int]:
    """Decode a list and keep the source text of each item."""
    values: list[Any] = []
    sources: list[str] = []
    position = _skip(text, position + 1)
    closed = text.startswith("]", position)
    while not closed:
        value, end = _decoder.raw_decode(text, position)
        values.append(value)
        sources.append(text[position:end].replace("\x00", "\\u0000"))
        position = _skip(text, end)
        closed = text.startswith("]", position)
        if not closed:
            position = _expect(text, position, ",")
    return values, tuple(sources), position + 1
