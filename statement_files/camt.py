"""CAMT.053, the statement of ISO 20022, in any of its versions: they differ in where some texts lie.

Elements are found by their local names, so that namespace and prefix do not matter.
"""

from __future__ import annotations

import codecs
from collections import Counter
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from .accounts import account_number
from .camt_entry import Element, read_amount, read_day, read_details, read_entry, text_of
from .errors import FileError
from .records import Movement, Statement, digest

BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# The first that is there counts; an interim balance begins and ends the pages of a long statement.
OPENING_BALANCES, CLOSING_BALANCES = ("OPBD", "PRCD"), ("CLBD",)
INTERIM_BALANCE = "ITBD"
BOOKED = "BOOK"
Balance = tuple[Decimal, date | None]  # at the end of a day


def recognizes(content: bytes) -> bool:
    """Tell whether a file is XML."""
    return content.lstrip().startswith(b"<") or (content.startswith(BOMS) and b"<" in content[:8])


def read(content: bytes) -> tuple[Statement, ...]:
    """Read a CAMT.053 file.

    :param content: the file
    :return: its statements
    :raises FileError: when it is another message, or contradicts itself
    """
    message = _parse(content)
    if message is None or etree.QName(message).localname != "BkToCstmrStmt":
        raise FileError("other_message", etree.QName(message).localname if message is not None else "")
    return tuple(_read_statement(element, place) for place, element in enumerate(message.findall("{*}Stmt"), 1))


def _parse(content: bytes) -> Element | None:
    """Return the message in a document, safely: no entity is expanded, nothing is loaded."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FileError("xml") from error
    # ISO 20022 has no document type; whoever sends one wants entities.
    if root.getroottree().docinfo.internalDTD is not None:
        raise FileError("xml")
    return root if etree.QName(root).localname == "BkToCstmrStmt" else next(iter(root), None)


def _read_statement(element: Element, place: int) -> Statement:
    name = text_of(element, "Id") or str(place)
    account = account_number(text_of(element, "Acct/Id/IBAN") or text_of(element, "Acct/Id/Othr/Id"))
    if not account:
        raise FileError("record", name)
    entries = [entry for entry in element.findall("{*}Ntry") if _is_booked(entry)]
    try:
        opening, closing, currency = _read_balances(element, name)
        movements = [read_entry(entry, account) for entry in entries]
    except (InvalidOperation, KeyError, ValueError) as error:
        raise FileError("record", name) from error
    currency = text_of(element, "Acct/Ccy") or currency
    _check_entries(entries, movements, currency, name)
    opening, closing = _check_balances(opening, closing, movements, name)
    references, identified = _get_references(entries, name)
    keys = _make_keys(account, currency, references, movements, "camt" if identified else "file")
    return Statement(
        account=account,
        currency=currency,
        name=name,
        opening=opening[0],
        opening_day=opening[1],
        closing=closing[0],
        closing_day=closing[1],
        movements=tuple(
            Movement(key=key, details=read_details(entry, account, movement), **movement)
            for key, entry, movement in zip(keys, entries, movements, strict=True)
        ),
        identified=identified,
    )


def _check_entries(entries: list[Element], movements: list[dict], currency: str, name: str) -> None:
    """Refuse a statement of entries in another currency than its own, or without a day."""
    if any(entry.find("{*}Amt").get("Ccy") != currency for entry in entries) or not currency:
        raise FileError("currency", name)
    if any(movement["day"] is None for movement in movements):
        raise FileError("date", name)


def _check_balances(
    opening: Balance | None, closing: Balance | None, movements: list[dict], name: str
) -> tuple[Balance, Balance]:
    """Return both balances; where nothing moved, one of them is enough.

    :raises FileError: when a balance is missing, or the movements do not lead from one to the other
    """
    if opening is None or closing is None:
        known = opening or closing
        if movements or known is None:
            raise FileError("no_balance", name)
        opening = closing = known
    if opening[0] + sum((movement["amount"] for movement in movements), Decimal(0)) != closing[0]:
        raise FileError("balance", name)
    return opening, closing


def _get_references(entries: list[Element], name: str) -> tuple[list[str], bool]:
    """Return what names each entry, and whether these are the bank's own references."""
    references = [_get_reference(entry) for entry in entries]
    if all(references):
        return references, True
    # Names inside this statement only: another file may hold the same transactions under other names.
    return [f"{name} {text_of(entry, 'NtryRef')} {number}" for number, entry in enumerate(entries)], False


def _is_booked(entry: Element) -> bool:
    # Up to version 7 the status is a text, from version 8 on a code inside.
    return (text_of(entry, "Sts/Cd") or text_of(entry, "Sts")) == BOOKED


def _read_balances(element: Element, name: str) -> tuple:
    """Return opening and closing balance, each with its last day, or None where there is none; and their currency."""
    found: dict[str, list] = {}
    currency = ""
    for balance in element.findall("{*}Bal"):
        code = text_of(balance, "Tp/CdOrPrtry/Cd")
        found.setdefault(code, []).append((read_amount(balance), read_day(balance, "Dt")))
        currency = balance.find("{*}Amt").get("Ccy") or currency
    interim = found.get(INTERIM_BALANCE, [])
    opening = next((found[code][0] for code in OPENING_BALANCES if code in found), next(iter(interim), None))
    closing = next((found[code][-1] for code in CLOSING_BALANCES if code in found), next(reversed(interim), None))
    return opening, closing, currency


def _get_reference(entry: Element) -> str:
    """Return the bank's own reference of an entry, which no other has; empty when there is none."""
    reference = text_of(entry, "AcctSvcrRef")
    return "" if reference.upper().replace(" ", "") in ("NOTPROVIDED", "NONREF") else reference


def _make_keys(account: str, currency: str, references: list[str], movements: list[dict], prefix: str) -> list[str]:
    """Return a name for each movement; some banks give the parts of a batch one reference, so equal ones are counted."""
    seen: Counter[tuple[str, date, Decimal]] = Counter()
    keys = []
    for reference, movement in zip(references, movements, strict=True):
        same = (reference, movement["day"], movement["amount"].normalize())
        seen[same] += 1
        keys.append(f"{prefix}:{digest(account, currency, *same, seen[same])}")
    return keys
