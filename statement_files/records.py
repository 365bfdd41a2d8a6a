"""What a statement file says, as immutable values. Amounts are exact decimals, debit negative."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Place:
    """Where a transaction stands in the bank's balance: what tells the same money under other names stands there, too."""

    day_start: Decimal  # the balance when the day of the transaction begins in its statement
    before: Decimal  # just before the transaction
    statement: str  # the same for all transactions of a statement
    first_day: date  # on which that one begins
    opening: Decimal  # with which it begins


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
    place: Place | None = None  # None in details
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


def find_places(account: str, opening: Decimal, booked: list[tuple[date, Decimal]]) -> list[Place]:
    """Return where each transaction of a statement stands in the balance.

    :param account: number of the account
    :param opening: the balance before all of them
    :param booked: day and amount of each, in the order of the file; the newest may come first
    """
    step = -1 if booked and booked[0][0] > booked[-1][0] else 1
    order = sorted(range(len(booked)), key=lambda number: (booked[number][0], step * number))
    first_day = booked[order[0]][0] if booked else date.min
    closing = opening + sum((amount for _day, amount in booked), Decimal(0))
    statement = digest(account, first_day, opening.normalize(), closing.normalize(), len(booked))[:16]
    places: list[Place] = [None] * len(booked)
    balance, start, day = opening, opening, None
    for number in order:
        if booked[number][0] != day:
            day, start = booked[number][0], balance
        places[number] = Place(start, balance, statement, first_day, opening)
        balance += booked[number][1]
    return places


def digest(*parts: object) -> str:
    """Return one name for what identifies a movement.

    :param parts: the same values in the same order for the same movement
    """
    return hashlib.sha256("\x1f".join(str(part) for part in parts).encode()).hexdigest()


def squeeze(text: str) -> str:
    """Return a text without the blanks that only fill a record."""
    return " ".join(text.split())
