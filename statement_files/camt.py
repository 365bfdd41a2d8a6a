"""CAMT.053, the statement of ISO 20022, in any of its versions: they differ in where some texts lie.

Elements are found by their local names, so that namespace and prefix do not matter, nor what envelope a bank or a program
has put around. An entry is let go as soon as it is read: a file of a year does not fill the memory.
"""

from __future__ import annotations

import codecs
import re
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation

from .accounts import account_number
from .camt_entry import BOOKED, Entry, make_movement, read_entry, read_status
from .camt_node import MESSAGE, Node, Walk, read_amount, read_day
from .camt_proof import Balance, Reading, find_reading
from .errors import FileError
from .records import Statement, digest, find_places

BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
DECLARATION = re.compile(rb"<\?xml\s[^>]*\?>")
ROOT = re.compile(rb"(?:<\?xml\s[^>]*\?>|<!--.*?-->|\s)*<([\w:.-]+)", re.DOTALL)
# Messages of ISO 20022 begin so; what stands around them does not.
OTHER_MESSAGE = re.compile(r"^(BkToCstmr|Cstmr|FIToFI|FICdt|NtfctnTo|Acct\w*Rpt)")


def recognizes(content: bytes) -> bool:
    """Tell whether a file is XML."""
    return content.lstrip().startswith(b"<") or (content.startswith(BOMS) and b"<" in content[:8])


def read(content: bytes) -> tuple[Statement, ...]:
    """Read a CAMT.053 file.

    :param content: the file
    :return: its statements
    :raises FileError: when it is another message, or contradicts itself
    """
    reader, walks = _Reader(), []
    for document in _split(content):
        walks.append(Walk(reader.take_entry, reader.take_statement))
        walks[-1].go(document)
    if not any(MESSAGE in walk.names for walk in walks):
        raise FileError("other_message", _name_message(walks[0].names))
    return tuple(reader.statements)


def _split(content: bytes) -> list[bytes]:
    """Return the documents of a file: some programs write one behind the other."""
    content = content.lstrip()
    starts = [found.start() for found in DECLARATION.finditer(content)]
    if len(starts) > 1:
        ends = [*starts[1:], len(content)]
        return [content[start:end].strip() for start, end in zip([0, *starts[1:]], ends, strict=True)]
    root = ROOT.match(content)
    if root and content.count(b"</" + root[1] + b">") > 1 and _is_utf8(content):
        return [b"<several>" + DECLARATION.sub(b"", content) + b"</several>"]
    return [content]


def _is_utf8(content: bytes) -> bool:
    declaration = DECLARATION.match(content)
    return declaration is None or b"encoding" not in declaration[0] or b"utf-8" in declaration[0].lower()


def _name_message(names: list[str]) -> str:
    """Return the name of the message that a document holds instead, behind what stands around it; or of its root."""
    inner = names[1:2] if names[0] == "Document" else names[:1]
    return next((name for name in names if OTHER_MESSAGE.match(name)), "".join(inner) or names[0])


class _Reader:
    """Takes one entry and one statement after the other."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self._entries: list[Entry] = []
        self._wrong: Exception | None = None

    def take_entry(self, node: Node) -> None:
        """Read an entry; one that is not booked does not matter."""
        if read_status(node) not in ("", BOOKED):
            return
        try:
            self._entries.append(read_entry(node))
        except (InvalidOperation, KeyError, ValueError) as error:
            self._wrong = self._wrong or error

    def take_statement(self, node: Node) -> None:
        """Read a statement, after its entries.

        :raises FileError: when it cannot be read, or contradicts itself
        """
        name = node.text("Id") or str(len(self.statements) + 1)
        if self._wrong is not None:
            raise FileError("record", name) from self._wrong
        self.statements.append(_read_statement(node, self._entries, name))
        self._entries = []


def _read_statement(node: Node, entries: list[Entry], name: str) -> Statement:
    account = account_number(node.text("Acct/Id/IBAN") or node.text("Acct/Id/Othr/Id"))
    if not account:
        raise FileError("record", name)
    try:
        balances, currency = _read_balances(node)
    except (InvalidOperation, KeyError, ValueError) as error:
        raise FileError("record", name) from error
    currency = node.text("Acct/Ccy") or currency
    if any(entry.currency != currency for entry in entries) or not currency:
        raise FileError("currency", name)
    reading = find_reading(balances, entries, name)
    return _make_statement(node, name, account, currency, reading)


def _make_statement(node: Node, name: str, account: str, currency: str, reading: Reading) -> Statement:
    days = _get_days(node, reading, name)
    booked = [(day, amount) for day, (_entry, amount) in zip(days, reading.booked, strict=True)]
    entries = [entry for entry, _amount in reading.booked]
    references, identified = _get_references(entries, name)
    keys = _make_keys(account, currency, references, booked, "camt" if identified else "file")
    holder = node.text("Acct/Ownr/Nm") or node.text("Acct/Ownr/Pty/Nm")
    return Statement(
        account=account,
        currency=currency,
        name=name,
        opening=reading.opening,
        opening_day=reading.opening_day,
        closing=reading.closing,
        closing_day=reading.closing_day,
        movements=tuple(
            make_movement(entry, amount, account, holder, key=key, day=day, place=place)
            for entry, key, (day, amount), place in zip(
                entries, keys, booked, find_places(account, reading.opening, booked), strict=True
            )
        ),
        identified=identified,
        remarks=tuple(sorted(reading.remarks)),
    )


def _read_balances(node: Node) -> tuple[dict[str, list[Balance]], str]:
    """Return the balances of a statement by their codes, and their currency."""
    found: dict[str, list[Balance]] = {}
    currency = ""
    for balance in node.parts:
        code = balance.text("Tp/CdOrPrtry/Cd")
        found.setdefault(code, []).append(Balance(*read_amount(balance), read_day(balance, "Dt")))
        currency = balance.values["Amt"][0][1] or currency
    return found, currency


def _get_days(node: Node, reading: Reading, name: str) -> list[date]:
    """Return the days of the entries; one that has none is of the day of the statement, where it tells one day only.

    :raises FileError: when it tells several
    """
    known = [entry.day for entry, _amount in reading.booked]
    if None not in known:
        return known
    try:
        first, last = _get_span(node, reading)
    except ValueError as error:
        raise FileError("date", name) from error
    if not last or first != last or set(known) - {None, last}:
        raise FileError("date", name)
    return [day or last for day in known]


def _get_span(node: Node, reading: Reading) -> tuple[date | None, date | None]:
    """Return the first and the last day that a statement tells.

    :raises ValueError: when one of them is none
    """
    last = reading.closing_day or read_day(node, "FrToDt/ToDtTm") or read_day(node, "FrToDt/ToDt")
    first = read_day(node, "FrToDt/FrDtTm") or read_day(node, "FrToDt/FrDt")
    if not first and last and reading.opening_day and (last - reading.opening_day).days in (0, 1):
        first = last  # the balance before is that of the day before, or of the morning
    return first, last


def _get_references(entries: list[Entry], name: str) -> tuple[list[str], bool]:
    """Return what names each entry, and whether these are the bank's own references."""
    references = [entry.reference for entry in entries]
    if all(references):
        return references, True
    # Names inside this statement only: another file may hold the same transactions under other names.
    return [f"{name} {entry.own_reference} {number}" for number, entry in enumerate(entries)], False


def _make_keys(
    account: str, currency: str, references: list[str], booked: list[tuple[date, Decimal]], prefix: str
) -> list[str]:
    """Return a name for each movement; some banks give the parts of a batch one reference, so equal ones are counted."""
    seen: Counter[tuple[str, date, Decimal]] = Counter()
    keys = []
    for reference, (day, amount) in zip(references, booked, strict=True):
        same = (reference, day, amount.normalize())
        seen[same] += 1
        keys.append(f"{prefix}:{digest(account, currency, *same, seen[same])}")
    return keys
