"""One way in for files of every format."""

from __future__ import annotations

from . import camt, coda, zipped
from .errors import FileError
from .kinds import name_kind
from .records import Statement

MOST_BYTES = zipped.MOST_BYTES  # of one file: a year of a company with a million transactions comes in several


def read(content: bytes) -> tuple[Statement, ...]:
    """Read a file, or all files in a ZIP archive.

    :param content: the file
    :return: its statements, in its order
    :raises FileError: when it is no statement, is too large, or contradicts itself
    """
    if len(content) > MOST_BYTES:
        raise FileError("size")
    if not zipped.recognizes(content):
        return _read_one(content)
    statements: list[Statement] = []
    for name, member in zipped.unpack(content):
        if name == zipped.EXCEL:
            raise FileError("unknown", kind="excel")
        try:
            statements += _read_one(member)
        except FileError as error:
            raise FileError(error.code, error.place, kind=error.kind, member=name) from error
    if not statements:
        raise FileError("empty")
    return tuple(statements)


def _read_one(content: bytes) -> tuple[Statement, ...]:
    if camt.recognizes(content):
        statements = camt.read(content)
    elif coda.recognizes(content):
        statements = coda.read(content)
    else:
        raise FileError("unknown", kind=name_kind(content)) if content.strip() else FileError("empty")
    if not statements:
        raise FileError("empty")
    return statements
