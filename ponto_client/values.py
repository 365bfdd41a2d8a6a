"""Turn single JSON values into text, decimals, moments and truth values; what cannot be read is noted, not raised."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, TypeVar

from .errors import FormatError
from .jsontext import JsonNumber, JsonObject

_T = TypeVar("_T")

# Amounts arrive as numbers, in older fixtures as text (A java payment fixtures): both are read by one rule.
_AMOUNT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
AMOUNT_DIGITS = 24  # before and after the decimal point: beyond this, 1e400 included, no bank means it
# Seen: 3 digits, 6 digits, none (doc/ponto-api.md, 8.5; A recorded). A bare day is read as that day at 00:00 UTC, and
# a moment without offset as UTC: the reference shows neither.
_MOMENT = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,12}))?)?(?:[Zz]|([+-])([0-9]{2}):?([0-9]{2})?)?)?"
)
# PostgreSQL text refuses NUL and lone surrogates.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UNUSABLE_IN_ID = re.compile("[\x00-\x20\x7f\ud800-\udfff]")
ID_LENGTH = 200  # ids are UUID strings; the bound keeps a hostile one out of database indexes


class Unreadable(ValueError):
    """A value that is not of the wanted kind."""


def as_amount(value: Any) -> Decimal:
    """Read an amount: a JSON number, or a text that holds one.

    :param value: the JSON value.
    :return: the exact, finite amount.
    :raise Unreadable: not a number, not finite, or absurdly large or fine.
    """
    if not isinstance(value, str) or len(value) > 80 or not _AMOUNT.fullmatch(value):
        raise Unreadable(value)
    amount = Decimal(str(value))
    if amount.is_zero():
        # Zero has no sign and no exponent worth keeping: -0.0, 0E+3.
        return Decimal(0)
    if amount.adjusted() >= AMOUNT_DIGITS or amount.as_tuple().exponent < -AMOUNT_DIGITS:
        raise Unreadable(value)
    return Decimal(int(amount)) if amount.as_tuple().exponent > 0 else amount


def as_moment(value: Any) -> datetime:
    """Read an ISO 8601 date-time with any offset and any number of fraction digits.

    :param value: the JSON value.
    :return: the moment in UTC, to the microsecond.
    :raise Unreadable: not such a text, or no such day or hour.
    """
    match = _MOMENT.fullmatch(value) if isinstance(value, str) and not isinstance(value, JsonNumber) else None
    if match is None:
        raise Unreadable(value)
    year, month, day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = match.groups(default="0")
    offset = timedelta(hours=int(offset_hours), minutes=int(offset_minutes))
    try:
        moment = datetime(
            int(year), int(month), int(day), int(hour), int(minute), int(second), int(fraction[:6].ljust(6, "0")),
            tzinfo=timezone(-offset if sign == "-" else offset),
        )  # fmt: skip
        return moment.astimezone(timezone.utc)
    except (ValueError, OverflowError) as error:
        raise Unreadable(value) from error


def as_text(value: Any) -> str:
    """Read a text; a number is taken as its digits.

    :param value: the JSON value.
    :return: the text as it is.
    :raise Unreadable: neither text nor number.
    """
    if not isinstance(value, str):
        raise Unreadable(value)
    return str(value)


def as_flag(value: Any) -> bool:
    """Read a truth value; fixtures also write it as text ("true", A java).

    :param value: the JSON value.
    :return: the truth value.
    :raise Unreadable: anything else.
    """
    if isinstance(value, bool):
        return value
    flag = {"true": True, "false": False}.get(value.lower()) if isinstance(value, str) else None
    if flag is None:
        raise Unreadable(value)
    return flag


def as_count(value: Any) -> int:
    """Read a whole number of at least zero.

    :param value: the JSON value.
    :return: the number.
    :raise Unreadable: anything else, or more than a million.
    """
    amount = as_amount(value)
    if amount != amount.to_integral_value() or not 0 <= amount <= 1_000_000:
        raise Unreadable(value)
    return int(amount)


def usable_id(value: Any) -> str | None:
    """Read an id, None when the value cannot serve as one, in a path and in a database index.

    :param value: the JSON value.
    :return: the id or None.
    """
    if not isinstance(value, str) or isinstance(value, JsonNumber) or not 0 < len(value) <= ID_LENGTH:
        return None
    return None if value in {".", ".."} or _UNUSABLE_IN_ID.search(value) else value


def as_id(value: Any) -> str:
    """Read the id of a resource.

    :param value: the JSON value.
    :return: the id.
    :raise FormatError: the value cannot serve as one.
    """
    usable = usable_id(value)
    if usable is None:
        raise FormatError("A resource in the answer has no usable id.")
    return usable


def as_object(value: Any) -> JsonObject:
    """Take a value as an object; anything else is an empty one.

    :param value: the JSON value.
    :return: the object.
    """
    return value if isinstance(value, JsonObject) else JsonObject.from_pairs([])


class Reader:
    """Read the attributes of one resource: null and missing are None, unreadable is None and a problem.

    :param attributes: the value under ``attributes``.
    """

    def __init__(self, attributes: Any) -> None:
        self._attributes = as_object(attributes)
        self._problems = dict.fromkeys(self._attributes.conflicts)
        if attributes is not None and not isinstance(attributes, JsonObject):
            self._problems["attributes"] = None

    @property
    def problems(self) -> tuple[str, ...]:
        """Name the attributes that could not be read as sent, each once."""
        return tuple(self._problems)

    def _read(self, name: str, convert: Callable[[Any], _T]) -> _T | None:
        value = self._attributes.get(name)
        if value is None:
            return None
        try:
            return convert(value)
        except Unreadable:
            self._problems[name] = None
            return None

    def text(self, name: str) -> str | None:
        """Read a text, without the characters that no database text takes."""
        text = self._read(name, as_text)
        if text is not None and _UNSTORABLE.search(text):
            self._problems[name] = None
            return _UNSTORABLE.sub("", text)
        return text

    def amount(self, name: str) -> Decimal | None:
        """Read an amount."""
        return self._read(name, as_amount)

    def moment(self, name: str) -> datetime | None:
        """Read a date-time."""
        return self._read(name, as_moment)

    def flag(self, name: str) -> bool | None:
        """Read a truth value."""
        return self._read(name, as_flag)

    def count(self, name: str) -> int | None:
        """Read a whole number."""
        return self._read(name, as_count)
