"""JSON as the API writes it: exact numbers, sorted keys, and its two ways of writing date-times."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timezone
from decimal import Decimal
from typing import Any


class RawJson(str):
    """A text that is written into an answer as it is: for values that no serializer writes (``1e400``, ``NaN``)."""


def number_text(value: Decimal) -> str:
    """Write an amount as the recorded answers do: ``0``, ``-100.0``, ``12.34``; never an exponent.

    :param value: exact decimal; a special value (NaN) is written as its name, which is no JSON, on purpose
    """
    if not value.is_finite():
        return str(value)
    if value == 0:
        return "0"
    text = f"{value:f}"
    whole, _, fraction = text.partition(".")
    return f"{whole}.{fraction.rstrip('0') or '0'}"


def dumps(value: Any) -> str:
    """Return the JSON text of a structure; decimals are written exactly, without a way through floats."""
    if isinstance(value, RawJson):
        return str(value)
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(key))}:{dumps(value[key])}" for key in sorted(value)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(dumps(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def _utc(moment: date | datetime) -> datetime:
    if isinstance(moment, datetime):
        return moment.astimezone(timezone.utc) if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    # Ponto writes a calendar day as its midnight in UTC.
    return datetime.combine(moment, time(), timezone.utc)


def milliseconds(moment: date | datetime | None) -> str | None:
    """Write a date-time with exactly three digits of fraction: accounts, transactions, synchronizations."""
    if moment is None:
        return None
    moment = _utc(moment)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def microseconds(moment: datetime | None) -> str | None:
    """Write a date-time with six digits of fraction: records of the sandbox resources."""
    return None if moment is None else f"{_utc(moment):%Y-%m-%dT%H:%M:%S.%f}Z"


def seconds(moment: date | datetime | None) -> str | None:
    """Write a date-time without a fraction: dates of the sandbox resources."""
    return None if moment is None else f"{_utc(moment):%Y-%m-%dT%H:%M:%S}Z"
