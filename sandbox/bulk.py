"""Many bookings at once: what a scale test or a crash harness fills an account with."""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from .bank import Bank
from .identifiers import belgian_iban
from .records import Account, Transaction

PAYERS = ("Aannemer Claes", "Brouwerij De Hoorn", "Café Le Canal", "Drukkerij Van Eyck", "Épicerie du Marché")
TWINS = 0.03  # share of transactions that repeat day, amount, text and account of the one before


def book_many(
    bank: Bank, account: Account, count: int, first_day: date, last_day: date, *, seed: int, late: bool = False
) -> list[Transaction]:
    """Book transactions of both signs, evenly over some days, a few of them twins of the one before.

    :param count: how many
    :param seed: decides amounts and texts
    :param late: Ponto hears of them now, in no order of days; otherwise on their day, oldest first
    :return: the transactions, in the order in which Ponto got them
    """
    draw = random.Random(seed)
    span = (last_day - first_day).days
    days = [first_day + timedelta(days=span * number // max(1, count - 1)) for number in range(count)]
    if late:
        draw.shuffle(days)
    made: list[Transaction] = []
    for number, day in enumerate(days):
        if made and draw.random() < TWINS:
            given = {"amount": made[-1].amount, "execution_date": made[-1].execution_date,
                     "remittance_information": made[-1].remittance_information,
                     "counterpart_reference": made[-1].counterpart_reference}  # fmt: skip
        else:
            given = {"amount": Decimal(draw.randrange(-90_000, 110_000)) / 100, "execution_date": day,
                     "remittance_information": f"Order {seed}-{number} of {day:%d/%m/%Y}",
                     "counterpart_reference": belgian_iban(917, draw.randrange(40))}  # fmt: skip
        created = None if late else datetime.combine(given["execution_date"], time(20, 15), timezone.utc)
        if created and created > bank.clock.now():
            created = None
        made.append(bank.add_transaction(account, counterpart_name=draw.choice(PAYERS), created_at=created, **given))
    return made
