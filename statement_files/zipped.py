"""Several files in one: a ZIP archive, bounded in number and size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from .errors import FileError

SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
MOST_FILES = 400  # a year of daily statements
MOST_BYTES = 64 * 1024 * 1024  # unpacked, all together: as much as one file may have
EXCEL = "[Content_Types].xml"  # a workbook is an archive, too
# What an archive made on a Mac or by Windows holds besides.
HIDDEN = ("__MACOSX/", ".", "Thumbs.db", "desktop.ini")
OTHERS = (".pdf", ".htm", ".html", ".jpg", ".png")  # the same for people to read


def recognizes(content: bytes) -> bool:
    """Tell whether a file is a ZIP archive."""
    return content.startswith(SIGNATURES)


def unpack(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each file in an archive, in its order.

    :param content: the archive
    :raises FileError: when it cannot be read, or holds too much
    """
    left = MOST_BYTES
    try:
        with ZipFile(BytesIO(content)) as archive:
            members = [member for member in archive.infolist() if not _is_passed_over(member)]
            if len(members) > MOST_FILES:
                raise FileError("zip_number", MOST_FILES)
            for member in members:
                data = _read_member(archive, member, left)
                left -= len(data)
                yield member.filename, data
    except (BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise FileError("zip") from error


def _is_passed_over(member: ZipInfo) -> bool:
    name = member.filename.rpartition("/")[2]
    hidden = member.filename.startswith(HIDDEN[:1]) or name.startswith(HIDDEN[1:])
    return member.is_dir() or hidden or name.lower().endswith(OTHERS)


def _read_member(archive: ZipFile, member: ZipInfo, most: int) -> bytes:
    """Return the content of a file in an archive; never more than allowed, whatever the archive says of itself."""
    if member.flag_bits & 0x1:
        raise FileError("zip_locked", member.filename)
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise FileError("zip")
    with archive.open(member) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise FileError("size")
    return data
