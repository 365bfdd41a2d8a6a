"""What one transaction of CAMT.053 says: with whom, what for, and what it was in another currency."""

from __future__ import annotations

from decimal import Decimal

from .accounts import account_number
from .camt_node import SIGNS, Node

AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/CntrValAmt/Amt", "AmtDtls/InstdAmt/Amt")
# What was ordered comes first.
PLACES_OF_AMOUNTS = tuple(
    (f"AmtDtls/{name}/Amt", f"AmtDtls/{name}/CcyXchg/XchgRate")
    for name in ("InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt")
)
NAMES = ("Nm", "Pty/Nm")
BANK_NAMES = ("Nm", "BICFI", "BIC", "ClrSysMmbId/MmbId")
# Of a party, from version 8 on one level deeper; of a bank, its name or what identifies it.
NAME_PLACES = {
    side: (
        *(f"RltdPties/{side}/{name}" for name in NAMES),
        *(f"RltdPties/{side}/Agt/FinInstnId/{name}" for name in BANK_NAMES),
    )
    for side in ("Dbtr", "Cdtr", "UltmtDbtr", "UltmtCdtr")
}
NUMBER_PLACES = {
    side: (f"RltdPties/{side}Acct/Id/IBAN", f"RltdPties/{side}Acct/Id/Othr/Id") for side in ("Dbtr", "Cdtr")
}
CHARGES = ("Chrgs/TtlChrgsAndTaxAmt", "Chrgs/Rcrd/Amt", "Chrgs/Amt")
# Codes of bookings that take back another one (external code set of ISO 20022): the parties are those of the other.
TAKEN_BACK = frozenset({"RRTN", "RPCR", "UPDD", "PRDD", "UPCT", "UPCQ", "RCDD", "ARET"})


def read_detail(detail: Node, entry: Node) -> dict:
    """Read a transaction of an entry, before it is known on which side of it the account is.

    :return dict: `texts`, values of a :class:`Movement`; `parties`, name and number of debtor and creditor;
        `taken_back`, whether they are those of a payment that this one takes back; `amounts`, by currency; `sign`
    """
    reasons = _read_reasons(detail)
    texts = {
        **_read_remittance(detail, reasons),
        "end_to_end_id": detail.text("Refs/EndToEndId"),
        "mandate_id": detail.text("Refs/MndtId"),
        "ultimate_debtor": _read_name(detail, "UltmtDbtr"),
        "ultimate_creditor": _read_name(detail, "UltmtCdtr"),
        **read_foreign(detail, entry, alone=len(entry.parts) == 1),
    }
    return {
        "texts": texts,
        "parties": {side: (_read_name(detail, side), _read_number(detail, side)) for side in ("Dbtr", "Cdtr")},
        "creditor_id": detail.text("RltdPties/Cdtr/Id/PrvtId/Othr/Id")
        or detail.text("RltdPties/Cdtr/Pty/Id/PrvtId/Othr/Id"),
        "taken_back": bool(reasons) or detail.text("BkTxCd/Domn/Fmly/SubFmlyCd") in TAKEN_BACK,
        "amounts": _read_amounts(detail),
        "sign": SIGNS.get(detail.text("CdtDbtInd")),
    }


def _read_name(detail: Node, side: str) -> str:
    return next((name for place in NAME_PLACES[side] if place in detail.values and (name := detail.text(place))), "")


def _read_number(detail: Node, side: str) -> str:
    number = next((number for place in NUMBER_PLACES[side] if (number := detail.text(place))), "")
    return account_number(number) if number else ""


def _read_reasons(detail: Node) -> list[str]:
    """Return why a payment came back: a code, the bank's own word, a text."""
    return [text for name in ("Rsn/Cd", "Rsn/Prtry", "AddtlInf") for text in detail.texts(f"RtrInf/{name}")]


def _read_remittance(detail: Node, reasons: list[str]) -> dict[str, str]:
    """Return what a payment is for: one reference alone is structured, several are text as free text is."""
    free = " ".join(detail.texts("RmtInf/Ustrd"))
    references = detail.texts("RmtInf/Strd/CdtrRefInf/Ref")
    documents = [
        *detail.texts("RmtInf/Strd/RfrdDocInf/Nb"),
        *detail.texts("RmtInf/Strd/RfrdDocInf/LineDtls/Id/Nb"),
    ]
    notes = [*detail.texts("RmtInf/Strd/AddtlRmtInf"), *detail.texts("AddtlTxInf"), *reasons]
    kind, label = "unstructured", free or ", ".join(references) or ", ".join(dict.fromkeys(documents))
    if len(references) == 1:
        kind, label = "structured", references[0]
    more = [
        text for text in dict.fromkeys((free, *references, *documents)) if text and text != label and text not in label
    ]
    return {
        "remittance_information": label,
        "remittance_information_type": kind,
        "additional_information": " ".join((", ".join(more), *notes)).strip(),
    }


def _read_amounts(detail: Node) -> dict[str, Decimal]:
    """Return the amounts of a transaction by their currency, without signs."""
    amounts: dict[str, Decimal] = {}
    for path in AMOUNTS:
        for currency, digits in detail.amounts(path):
            amounts.setdefault(currency, Decimal(digits))
    return amounts


def read_foreign(detail: Node, entry: Node, *, alone: bool) -> dict[str, str]:
    """Return original amount, rate and charges of a payment, as the file writes them.

    :param detail: the transaction; the entry itself, when it has none
    :param entry: the entry
    :param alone: whether the entry has what the transaction leaves out: what it tells of several belongs to none
    """
    own = entry.values["Amt"][0][1]
    original = rate = ""
    for part in (detail, entry) if alone else (detail,):
        for path, rate_path in PLACES_OF_AMOUNTS:
            if path in part.values:
                original = original or _find_other(part.amounts(path), own)
                rate = rate or part.text(rate_path)
    original = original or _find_other(detail.amounts("Amt"), own)
    return {
        "original_amount": original,
        "exchange_rate": rate,
        "charges": _read_charges(detail) or (_read_charges(entry) if alone else ""),
    }


def _find_other(amounts: list[tuple[str, str]], own: str) -> str:
    """Return the first amount that is in another currency than the account, as the file writes it; or nothing."""
    return next((f"{currency} {digits}" for currency, digits in amounts if currency not in (own, "")), "")


def _read_charges(node: Node) -> str:
    """Return the charges of a transaction or an entry: their total, where the file has one."""
    found = next((amounts for path in CHARGES if (amounts := node.amounts(path))), [])
    return ", ".join(f"{currency} {digits}".strip() for currency, digits in found)


def get_counterparty(detail: dict, account: str, holder: str, *, incoming: bool, taken_back: bool) -> tuple[str, str]:
    """Return name and account number of the other side, which is never the holder of the account.

    :param detail: as `read_detail` gives it
    :param account: number of the account itself
    :param holder: name of its holder; empty when the file does not tell it
    :param incoming: whether the other side is the debtor
    :param taken_back: the transaction takes back another one, so the other side may stand where we are expected
    """
    sides = ("Dbtr", "Cdtr") if incoming else ("Cdtr", "Dbtr")
    for side in sides if taken_back else sides[:1]:
        name, number = detail["parties"][side]
        ultimate = detail["texts"]["ultimate_debtor" if side == "Dbtr" else "ultimate_creditor"]
        name = name or ultimate
        # Where we are expected, the other side is known by its number only.
        is_ours = side == sides[1]
        is_holder = bool(holder) and name.casefold() == holder.casefold()
        if number == account or not number:
            is_other = not number and not is_ours and not is_holder
        else:
            is_other = not (is_ours and is_holder)
        if is_other and (name or number):
            return name, number
    return "", ""
