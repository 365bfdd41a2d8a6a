"""What was read of a file, as bytes: a file is read once, however often a dialog asks for it."""

from __future__ import annotations

import json
import zlib
from dataclasses import fields
from datetime import date
from decimal import Decimal
from itertools import starmap

from .errors import FileError
from .records import Movement, Place, Statement, digest

DAYS, AMOUNTS = ("day", "value_day"), ("amount",)
TEXTS = tuple(f.name for f in fields(Movement) if f.name not in (*DAYS, *AMOUNTS, "place", "details"))
FRAME = tuple(f.name for f in fields(Statement) if f.name not in ("movements", "remarks"))
# What was kept by another version of these values is not understood anymore.
STRUCTURE = digest(*TEXTS, *FRAME, *(f.name for f in fields(Place)))[:16]
DECIMALS, DATES = ("opening", "closing"), ("opening_day", "closing_day")


def pack(outcome: tuple[Statement, ...] | FileError) -> bytes:
    """Return what a file says, or why it is refused, as bytes.

    :param outcome: as `read` returned or raised it
    """
    if isinstance(outcome, FileError):
        content = {"error": [outcome.code, outcome.place, outcome.kind, outcome.member]}
    else:
        content = {"statements": [_pack_statement(statement) for statement in outcome]}
    return zlib.compress(json.dumps(content, separators=(",", ":")).encode(), 1)


def unpack(content: bytes) -> tuple[Statement, ...]:
    """Return the statements of a file that was read before.

    :param content: as `pack` gave it
    :raises FileError: when the file was refused
    """
    kept = json.loads(zlib.decompress(content))
    if "error" in kept:
        code, place, kind, member = kept["error"]
        raise FileError(code, place, kind=kind, member=member)
    return tuple(_unpack_statement(*statement) for statement in kept["statements"])


def _pack_statement(statement: Statement) -> list:
    frame = {name: getattr(statement, name) for name in FRAME}
    frame.update({name: str(frame[name]) for name in DECIMALS})
    frame.update({name: _pack_day(frame[name]) for name in DATES})
    return [frame, statement.remarks, [_pack_movement(movement) for movement in statement.movements]]


def _unpack_statement(frame: dict, remarks: list, movements: list) -> Statement:
    frame.update({name: Decimal(frame[name]) for name in DECIMALS})
    frame.update({name: _unpack_day(frame[name]) for name in DATES})
    return Statement(**frame, remarks=tuple(remarks), movements=tuple(starmap(_unpack_movement, movements)))


def _pack_movement(movement: Movement) -> list:
    texts = [getattr(movement, name) for name in TEXTS]
    amount = None if movement.amount is None else str(movement.amount)
    place = movement.place and [
        str(movement.place.day_start),
        str(movement.place.before),
        movement.place.statement,
        _pack_day(movement.place.first_day),
        str(movement.place.opening),
    ]
    details = [_pack_movement(part) for part in movement.details]
    return [texts, _pack_day(movement.day), _pack_day(movement.value_day), amount, place, details]


def _unpack_movement(
    texts: list, day: int, value_day: int | None, amount: str | None, place: list | None, details: list
) -> Movement:
    return Movement(
        day=date.fromordinal(day),
        value_day=_unpack_day(value_day),
        amount=None if amount is None else Decimal(amount),
        place=_unpack_place(*place) if place else None,
        details=tuple(starmap(_unpack_movement, details)),
        **dict(zip(TEXTS, texts, strict=True)),
    )


def _unpack_place(start: str, before: str, statement: str, first_day: int, opening: str) -> Place:
    return Place(Decimal(start), Decimal(before), statement, date.fromordinal(first_day), Decimal(opening))


def _pack_day(day: date | None) -> int | None:
    return day.toordinal() if day else None


def _unpack_day(number: int | None) -> date | None:
    return date.fromordinal(number) if number else None
