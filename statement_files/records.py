"""What a statement file says, as immutable values. Amounts are exact decimals, debit negative."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transaction as the bank booked it.

    The texts have the names that Ponto's transactions have, so that the same rules make labels and notes of both.
    """

    # What names the transaction in every file that holds it: a digest after the name of its format. Empty in details.
    key: str = ""
    day: date
    amount: Decimal
    value_day: date | None = None
    remittance_information: str = ""
    remittance_information_type: str = "unstructured"  # or "structured"
    description: str = ""
    additional_information: str = ""
    counterpart_name: str = ""
    counterpart_reference: str = ""
    end_to_end_id: str = ""
    mandate_id: str = ""
    creditor_id: str = ""
    bank_transaction_code: str = ""
    card_reference: str = ""
    details: tuple[Movement, ...] = ()  # of a total that the bank booked as one


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One statement of one account."""

    account: str  # IBAN, or what the bank calls the account
    currency: str
    name: str
    opening: Decimal
    opening_day: date | None  # of that balance, as the bank writes it
    closing: Decimal
    closing_day: date | None
    movements: tuple[Movement, ...]
    # Every movement has an identity of the bank, which two different transactions never share.
    identified: bool


def digest(*parts: object) -> str:
    """Return one name for what identifies a movement.

    :param parts: the same values in the same order for the same movement
    """
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def squeeze(text: str) -> str:
    """Return a text without the blanks that only fill a record."""
    return " ".join(text.split())
