"""An entry of CAMT.053: what was booked, and the transactions in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from .camt_node import Node, read_amount, read_day
from .camt_texts import TAKEN_BACK, get_counterparty, read_detail, read_foreign
from .records import Movement

BOOKED, YES = "BOOK", ("true", "1")


@dataclass(slots=True)
class Entry:
    """An entry as it is written; which sign and day it has, is settled with all entries of its statement."""

    amount: Decimal  # without its sign
    sign: int | None  # None: the file leaves it out
    currency: str
    has_status: bool  # that of a booked one; otherwise the file leaves it out
    reversal: bool
    day: date | None
    value_day: date | None
    reference: str
    own_reference: str
    code: str
    description: str
    taken_back: bool
    foreign: dict[str, str]  # of the entry itself, where no single transaction tells it
    details: list[dict] = field(default_factory=list)
    remarks: set[str] = field(default_factory=set)


def read_status(node: Node) -> str:
    """Return the status of an entry: up to version 7 a text, from version 8 on a code inside; or nothing."""
    return node.text("Sts/Cd") or node.text("Sts")


def read_entry(node: Node) -> Entry:
    """Read an entry.

    :raises ValueError, KeyError: when a value is wrong
    """
    amount, sign = read_amount(node)
    day, value_day = read_day(node, "BookgDt"), read_day(node, "ValDt")
    details = [read_detail(detail, node) for detail in node.parts]
    entry = Entry(
        amount=amount,
        sign=sign,
        currency=node.values["Amt"][0][1],
        has_status=read_status(node) == BOOKED,
        reversal=node.text("RvslInd") in YES,
        day=day or value_day,
        value_day=value_day,
        reference=node.text("AcctSvcrRef"),
        own_reference=node.text("NtryRef"),
        code=_read_code(node),
        description=node.text("AddtlNtryInf"),
        taken_back=node.text("BkTxCd/Domn/Fmly/SubFmlyCd") in TAKEN_BACK,
        foreign={} if len(details) == 1 else read_foreign(node, node, alone=False),
        details=details,
    )
    if sign is None:
        entry.remarks.add("indicator")
        signs = {detail["sign"] for detail in details}
        entry.sign = signs.pop() if len(signs) == 1 else None
    if day is None:
        entry.remarks.add("day")
    return entry


def _read_code(node: Node) -> str:
    parts = [node.text(f"BkTxCd/Domn/{name}") for name in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "-".join(part for part in parts if part) or node.text("BkTxCd/Prtry/Cd")


def make_movement(entry: Entry, amount: Decimal, account: str, holder: str, **values) -> Movement:
    """Return the movement of an entry.

    :param amount: with its sign
    :param account: number of the account itself, which is nobody's counterparty
    :param holder: name of its holder; may be empty
    :param values: of the movement, besides what the entry tells
    """
    # The money came in, or the booking takes back what once came in: then the debtor is the other side.
    incoming = (amount >= 0) != entry.reversal
    parties = {"account": account, "holder": holder, "incoming": incoming}
    texts = _tell(entry.details[0], entry, **parties) if len(entry.details) == 1 else entry.foreign
    parts = entry.details if len(entry.details) > 1 else []
    flipped = entry.sign is not None and entry.sign * entry.amount != amount
    return Movement(
        amount=amount,
        value_day=entry.value_day,
        bank_transaction_code=entry.code,
        description=entry.description,
        details=tuple(
            Movement(
                day=values["day"],
                amount=_get_amount(part, entry, amount, flipped=flipped),
                value_day=entry.value_day,
                **_tell(part, entry, **parties),
            )
            for part in parts
        ),
        **texts,
        **values,
    )


def _tell(detail: dict, entry: Entry, *, account: str, holder: str, incoming: bool) -> dict[str, str]:
    taken_back = entry.reversal or entry.taken_back or detail["taken_back"]
    name, number = get_counterparty(detail, account, holder, incoming=incoming, taken_back=taken_back)
    texts = {**detail["texts"], "counterpart_name": name, "counterpart_reference": number}
    for role in ("ultimate_debtor", "ultimate_creditor"):
        if texts[role] in (name, holder):
            texts[role] = ""
    texts["creditor_id"] = "" if incoming else detail["creditor_id"]
    return texts


def _get_amount(detail: dict, entry: Entry, total: Decimal, *, flipped: bool) -> Decimal | None:
    """Return the amount of a part in the currency of the account; None when the file does not tell it."""
    amount = detail["amounts"].get(entry.currency)
    if not amount:
        return None
    sign = detail["sign"] or 0
    if sign and flipped:
        sign = -sign
    return (sign or (1 if total >= 0 else -1)) * amount
