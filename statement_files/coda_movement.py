"""A movement of CODA: record 21 with its continuations 22 and 23, and the information records 31, 32, 33 after it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .accounts import read_account_field
from .placeholders import told
from .records import squeeze

SIGNS = {"0": 1, "1": -1}
TWELVE_DIGITS = re.compile(r"^\d{12}$")
# Structured communications that are a reference to be matched, and where in the communication they lie.
REFERENCES = {"100": slice(4, 29), "101": slice(4, 16), "102": slice(4, 16), "105": slice(49, 61)}
INFORMATION_ZONES = {"1": slice(39, 113), "2": slice(10, 115), "3": slice(10, 100)}
# Card payments: where name and city of the terminal lie.
TERMINALS = {"111": slice(39, 65), "113": slice(44, 70), "114": slice(31, 57)}
DIRECT_DEBIT, CARD_PAYMENT, COUNTERPARTY = "127", "113", "001"
RETURN_REASON = re.compile(r"^\d?([A-Z]{2}\d{2})$")  # of ISO 20022, such as MS03, behind the kind of return
ORIGINAL_AMOUNT = re.compile(r"^(\d{15})(\d{15})(\d{12})([A-Z]{3})")  # gross, gross in its own currency, rate
ULTIMATE_CREDITOR, ULTIMATE_DEBTOR, FOREIGN_PAYMENT = "008", "009", "105"


def read_date(text: str) -> date | None:
    """Return a day; zeros and blanks are the standard's "not known".

    :raises ValueError: when it is no day
    """
    if not text.strip("0 "):
        return None
    if not text.isascii() or not text.isdigit():
        raise ValueError("date")
    return datetime.strptime(f"{text[:4]}20{text[4:]}", "%d%m%Y").date()


def read_amount(text: str) -> Decimal:
    """Return an amount: a sign (0 credit, 1 debit) and fifteen digits, three of them decimals.

    :raises ValueError: when it is none
    :raises KeyError: when the sign is none
    """
    digits = text[1:]
    if len(digits) != 15 or not digits.isascii() or not digits.isdigit():
        raise ValueError("amount")
    return SIGNS[text[0]] * Decimal(int(digits)).scaleb(-3)


@dataclass
class MovementDraft:
    """A movement that is being read."""

    sequence: str
    detail_number: str
    bank_reference: str
    amount: Decimal
    value_day: date | None
    code: str
    communication: str  # with its first sign: 1 when it is structured
    entry_day: date | None
    has_information: bool = False  # the record says that one of its own follows
    article: str = "1"
    customer_reference: str = ""
    counterpart_name: str = ""
    counterpart_reference: str = ""
    ultimate_creditor: str = ""
    ultimate_debtor: str = ""
    informations: list[str] = field(default_factory=list)
    details: list[MovementDraft] = field(default_factory=list)

    @classmethod
    def from_record(cls, line: str) -> MovementDraft:
        """Read a record 21.

        :raises ValueError: when a field is wrong
        """
        return cls(
            sequence=line[2:6],
            detail_number=line[6:10],
            bank_reference=line[10:31].strip(),
            amount=read_amount(line[31:47]),
            value_day=read_date(line[47:53]),
            code=line[53:61],
            communication=line[61:115],
            entry_day=read_date(line[115:121]),
            has_information=line[127] == "1",
        )

    @property
    def told_amount(self) -> Decimal | None:
        """Return the amount of a part of a total; zeros say that it is not told."""
        return self.amount or None

    def goes_on(self, line: str) -> bool:
        """Tell whether a record 22 or 23 belongs to this movement."""
        same = line[2:10] == self.sequence + self.detail_number
        return same and self.article < line[1] <= "3"

    def take_continuation(self, line: str) -> None:
        """Read a record 22 or 23 of this movement."""
        self.article = line[1]
        self.has_information = self.has_information or line[127] == "1"
        if line[1] == "2":
            self.communication += line[10:63]
            self.customer_reference = _known(squeeze(line[63:98]))
            if reason := RETURN_REASON.match(squeeze(line[112:117])):
                self.informations.append(reason[1])
        else:
            self.counterpart_reference = _known(read_account_field(line[10:47])[0])
            self.counterpart_name = told(squeeze(line[47:82]))
            self.communication += line[82:125]

    def take_information(self, line: str) -> None:
        """Read a record 31, 32 or 33 that belongs to this movement.

        :raises KeyError: when it is another record
        """
        zone = line[INFORMATION_ZONES[line[1]]]
        self.article = "3"  # no record 22 or 23 follows
        if line[1] == "1":
            structured, kind = zone[0] == "1", zone[1:4]
            if structured:
                self._take_name(kind, told(squeeze(zone[4:74])))
            zone = zone[4:] if structured else zone[1:]
        if text := told(squeeze(zone)):
            self.informations.append(text)

    def _take_name(self, kind: str, name: str) -> None:
        if kind == COUNTERPARTY:
            self.counterpart_name = self.counterpart_name or name
        elif kind == ULTIMATE_CREDITOR:
            self.ultimate_creditor = name
        elif kind == ULTIMATE_DEBTOR:
            self.ultimate_debtor = name

    def read_communication(self) -> dict[str, str]:
        """Return the texts of the communication, by the names that movements have for them."""
        zone = self.communication
        if zone[0] != "1":
            return {"remittance_information": told(squeeze(zone[1:]))}
        kind, text = zone[1:4], told(squeeze(zone[4:]))
        original = _read_original(zone[4:]) if kind == FOREIGN_PAYMENT else {}
        if kind in REFERENCES:
            reference = _known(squeeze(zone[REFERENCES[kind]]))
            if reference and (kind == "100" or TWELVE_DIGITS.match(reference)):
                return {
                    "remittance_information": reference,
                    "remittance_information_type": "structured",
                    "description": text if kind == FOREIGN_PAYMENT else "",
                    **original,
                }
        if kind == DIRECT_DEBIT:
            return {
                "remittance_information": told(squeeze(zone[83:145])),
                "creditor_id": told(squeeze(zone[13:48])),
                "mandate_id": told(squeeze(zone[48:83])),
                "description": "" if zone[83:145].strip() else text,
            }
        if kind in TERMINALS and (terminal := squeeze(zone[TERMINALS[kind]])):
            card = squeeze(zone[4:20]) if kind == CARD_PAYMENT else ""
            return {"remittance_information": terminal, "description": text, "card_reference": card}
        return {"remittance_information": text, **original}


def _known(text: str) -> str:
    """Return a text unless zeros only fill its place, or what stands for nothing."""
    return told(text) if text.strip("0") else ""


def _read_original(zone: str) -> dict[str, str]:
    """Return amount and rate of a payment in another currency; nothing where the bank leaves them out."""
    found = ORIGINAL_AMOUNT.match(zone)
    if not found or not found[2].strip("0"):
        return {}
    rate = f"{Decimal(int(found[3])).scaleb(-8).normalize():f}" if found[3].strip("0") else ""
    return {"original_amount": f"{found[4]} {_write_amount(found[2])}", "exchange_rate": rate}


def _write_amount(digits: str) -> str:
    """Return an amount of fifteen digits with two decimals, or three where the third is one."""
    amount = Decimal(int(digits)).scaleb(-3)
    return f"{amount:.3f}" if digits[-1] != "0" else f"{amount:.2f}"
