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
    amount: Decimal | None  # None in details whose amount the file does not tell
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
    # On whose behalf: names of who paid and was paid in the end, where they are not the ones who did.
    ultimate_debtor: str = ""
    ultimate_creditor: str = ""
    # Of a payment in another currency, as the file writes them: "USD 100.00", "0.9", "EUR 2.50".
    original_amount: str = ""
    exchange_rate: str = ""
    charges: str = ""
    # The bank's balance when the day of its statement begins, and just before this transaction. Empty in details.
    day_start: Decimal | None = None
    before: Decimal | None = None
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
    # What the file leaves out or means otherwise, and the balances prove: "indicator", "status", "day", "reversal",
    # "available".
    remarks: tuple[str, ...] = ()


def follow_balance(opening: Decimal, booked: list[tuple[date, Decimal]]) -> list[tuple[Decimal, Decimal]]:
    """Return the balance at the beginning of the day of each transaction, and just before each.

    :param opening: the balance before all of them
    :param booked: day and amount of each, in the order of the file; the newest may come first
    """
    step = -1 if booked and booked[0][0] > booked[-1][0] else 1
    order = sorted(range(len(booked)), key=lambda place: (booked[place][0], step * place))
    balances = [(opening, opening)] * len(booked)
    balance, start, day = opening, opening, None
    for place in order:
        if booked[place][0] != day:
            day, start = booked[place][0], balance
        balances[place] = (start, balance)
        balance += booked[place][1]
    return balances


def digest(*parts: object) -> str:
    """Return one name for what identifies a movement.

    :param parts: the same values in the same order for the same movement
    """
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def squeeze(text: str) -> str:
    """Return a text without the blanks that only fill a record."""
    return " ".join(text.split())
