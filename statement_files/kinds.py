"""What a file is that is no statement to be read here: its bank has another one to give."""

from __future__ import annotations

import re

MT940 = re.compile(
    rb"^(?:\xef\xbb\xbf)?(?:\{1:|.{0,200}?^:20:[^\r\n]*[\r\n]+(?:.{0,200}?):25)", re.DOTALL | re.MULTILINE
)
SPREADSHEETS = (b"\xd0\xcf\x11\xe0",)
SEPARATORS = (";", "\t", ",", "|")
LINES = 5  # that are looked at


def name_kind(content: bytes) -> str:
    """Return the kind of a file: "mt940", "csv", "pdf" or "excel"; or nothing.

    :param content: neither empty, nor CODA, nor XML
    """
    head = content[:4096]
    if head.lstrip().startswith(b"%PDF"):
        return "pdf"
    if head.startswith(SPREADSHEETS):
        return "excel"
    if MT940.search(head):
        return "mt940"
    return "csv" if _is_table(head) else ""


def _is_table(head: bytes) -> bool:
    """Tell whether a file begins with lines of text that have columns."""
    encoding = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else "latin-1"
    text = head.decode(encoding, "ignore").lstrip("\ufeff")
    if "\x00" in text:
        return False
    lines = [line for line in text.splitlines() if line.strip()][:LINES]
    return any(len(lines) > 0 and all(separator in line for line in lines[:2]) for separator in SEPARATORS)
