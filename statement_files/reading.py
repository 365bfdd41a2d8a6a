"""One way in for files of every format."""

from __future__ import annotations

from . import camt, coda
from .errors import FileError
from .records import Statement


def read(content: bytes) -> tuple[Statement, ...]:
    """Read a file.

    :param content: the file
    :return: its statements, in its order
    :raises FileError: when it is no statement, or contradicts itself
    """
    if camt.recognizes(content):
        statements = camt.read(content)
    elif coda.recognizes(content):
        statements = coda.read(content)
    else:
        raise FileError("unknown" if content.strip() else "empty")
    if not statements:
        raise FileError("empty")
    return statements
