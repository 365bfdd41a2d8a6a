"""Texts of labelled parts: some banks send one text of all that they know (doc/ponto-api.md, 8.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass

BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
LABELLED = re.compile(r"\s*([^\W\d_][\w /]{1,24}?)\s*:\s*(.*)", re.DOTALL)
# What the parts are called, in Dutch and in English; a part of another name belongs to the communication.
LABELS = {
    "naam": "name",
    "name": "name",
    "iban": "account",
    "omschrijving": "communication",
    "description": "communication",
    "kenmerk": "end_to_end",
    "reference": "end_to_end",
    "mandaat id": "mandate",
    "machtiging id": "mandate",
    "mandate id": "mandate",
    "incassant id": "creditor",
    "creditor id": "creditor",
}
# Dates, times and numbers of cards look like numbers of documents, and name none.
NO_REFERENCE = (
    "valutadatum",
    "value date",
    "datum/tijd",
    "date/time",
    "pasvolgnr",
    "card sequence no",
    "transactie",
    "transaction",
    "term",
    "bic",
)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a text; those that it does not have are ""."""

    communication: tuple[str, ...] = ()
    name: str = ""
    account: str = ""
    end_to_end: str = ""
    mandate: str = ""
    creditor: str = ""


def take_apart(text: str) -> Parts | None:
    """Take a text of labelled parts apart.

    :param text: as the bank gives it
    :return: None when the text is not one of parts
    """
    pieces = BREAK.split(text or "")
    if len(pieces) < 2:
        return None
    found: dict[str, str] = {}
    communication = []
    for piece in pieces:
        match = LABELLED.fullmatch(piece)
        label = " ".join(match[1].lower().split()) if match else ""
        if label in NO_REFERENCE:
            continue
        name = LABELS.get(label, "communication")
        value = " ".join((match[2] if match and label in LABELS else piece).split())
        if name == "communication":
            communication.append(value)
        else:
            found.setdefault(name, value)
    return Parts(tuple(filter(None, communication)), **found)
