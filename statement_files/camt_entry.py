"""An entry of CAMT.053: what was booked, with whom, and what for."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from lxml import etree

from .accounts import account_number
from .records import Movement, squeeze

Element = etree._Element
SIGNS = {"CRDT": 1, "DBIT": -1}
PLAIN_AMOUNT = re.compile(r"^\d{1,18}(\.\d{0,5})?$")  # of ISO 20022: never signed, never an exponent
NOT_PROVIDED = {"NOTPROVIDED", "NOT PROVIDED"}


def find(element: Element, path: str) -> Element | None:
    """Return the first element of a path of local names."""
    return element.find("/".join(f"{{*}}{name}" for name in path.split("/")))


def text_of(element: Element, path: str) -> str:
    """Return the text of the first element of a path, without blanks around and inside that fill; or nothing."""
    found = find(element, path)
    return squeeze(found.text or "") if found is not None else ""


def read_day(element: Element, path: str) -> date | None:
    """Return a day, written as such or as a moment in the bank's own time.

    :raises ValueError: when it is none
    """
    text = text_of(element, f"{path}/Dt") or text_of(element, f"{path}/DtTm") or text_of(element, path)
    return date.fromisoformat(text[:10]) if text else None


def read_amount(element: Element, path: str = "Amt") -> Decimal:
    """Return the signed amount of a balance or an entry.

    :raises ValueError: when it is none
    :raises KeyError: when it is neither credit nor debit
    """
    text = text_of(element, path)
    if not PLAIN_AMOUNT.match(text):
        raise ValueError("amount")
    return SIGNS[text_of(element, "CdtDbtInd")] * Decimal(text)


def read_entry(entry: Element, account: str) -> dict:
    """Read an entry.

    :param account: number of the account itself, which is nobody's counterparty
    :return: values of a :class:`Movement` without its key; the day may be missing
    :raises ValueError, KeyError: when a value is wrong
    """
    amount = read_amount(entry)
    value_day = read_day(entry, "ValDt")
    texts = entry.findall("{*}NtryDtls/{*}TxDtls")
    values = {
        "day": read_day(entry, "BookgDt") or value_day,
        "amount": amount,
        "value_day": value_day,
        "bank_transaction_code": _read_code(entry),
        "description": text_of(entry, "AddtlNtryInf"),
    }
    if len(texts) == 1:
        # The money came in, or the booking takes back what once came in: then the debtor is the other side.
        incoming = (amount >= 0) != (text_of(entry, "RvslInd") in ("true", "1"))
        values.update(_read_texts(texts[0], account, incoming=incoming))
    return values


def read_details(entry: Element, account: str, movement: dict) -> tuple[Movement, ...]:
    """Return the parts of an entry that the bank booked as one total.

    :param movement: the values of the entry
    """
    details = entry.findall("{*}NtryDtls/{*}TxDtls")
    if len(details) < 2:
        return ()
    parts = []
    for detail in details:
        amount = _read_detail_amount(detail, entry, movement["amount"])
        incoming = (movement["amount"] >= 0) != (text_of(entry, "RvslInd") in ("true", "1"))
        texts = _read_texts(detail, account, incoming=incoming)
        parts.append(Movement(day=movement["day"], amount=amount, value_day=movement["value_day"], **texts))
    return tuple(parts)


def _read_detail_amount(detail: Element, entry: Element, total: Decimal) -> Decimal:
    """Return the amount of a part in the currency of the account; zero when the file does not tell it."""
    currency = find(entry, "Amt").get("Ccy")
    sign = SIGNS.get(text_of(detail, "CdtDbtInd"), 1 if total >= 0 else -1)
    for path in ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"):
        found = find(detail, path)
        if found is not None and found.get("Ccy") == currency and PLAIN_AMOUNT.match(squeeze(found.text or "")):
            return sign * Decimal(squeeze(found.text))
    return Decimal(0)


def _read_code(entry: Element) -> str:
    parts = [text_of(entry, f"BkTxCd/Domn/{path}") for path in ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")]
    return "-".join(part for part in parts if part) or text_of(entry, "BkTxCd/Prtry/Cd")


def _read_texts(detail: Element, account: str, *, incoming: bool) -> dict[str, str]:
    """Return the texts of one transaction, by the names that movements have for them."""
    name, number = _read_counterparty(detail, account, incoming=incoming)
    free = " ".join(squeeze(text.text or "") for text in detail.findall("{*}RmtInf/{*}Ustrd"))
    reference = text_of(detail, "RmtInf/Strd/CdtrRefInf/Ref")
    more = (text_of(detail, "RmtInf/Strd/AddtlRmtInf"), text_of(detail, "AddtlTxInf"), text_of(detail, "RtrInf/Rsn/Cd"))
    return {
        "remittance_information": reference or squeeze(free),
        "remittance_information_type": "structured" if reference else "unstructured",
        "additional_information": squeeze(" ".join((free if reference else "", *more))),
        "counterpart_name": name,
        "counterpart_reference": number,
        "end_to_end_id": _provided(text_of(detail, "Refs/EndToEndId")),
        "mandate_id": _provided(text_of(detail, "Refs/MndtId")),
        "creditor_id": ""
        if incoming
        else text_of(detail, "RltdPties/Cdtr/Id/PrvtId/Othr/Id")
        or text_of(detail, "RltdPties/Cdtr/Pty/Id/PrvtId/Othr/Id"),
    }


def _read_counterparty(detail: Element, account: str, *, incoming: bool) -> tuple[str, str]:
    """Return name and account number of the other side; a bank that fills in one side only is taken at its word."""
    sides = ("Dbtr", "Cdtr") if incoming else ("Cdtr", "Dbtr")
    for side in sides:
        number = account_number(
            text_of(detail, f"RltdPties/{side}Acct/Id/IBAN") or text_of(detail, f"RltdPties/{side}Acct/Id/Othr/Id")
        )
        # From version 8 on a party is one level deeper.
        names = (f"{side}/Nm", f"{side}/Pty/Nm", f"Ultmt{side}/Nm", f"Ultmt{side}/Pty/Nm")
        name = next((text for path in names if (text := text_of(detail, f"RltdPties/{path}"))), "")
        if number == account or (side == sides[1] and not number):
            continue
        if name or number:
            return name, number
    return "", ""


def _provided(text: str) -> str:
    return "" if text.upper() in NOT_PROVIDED else text
