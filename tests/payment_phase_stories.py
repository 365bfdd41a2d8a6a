"""Payments of two imports: between them a person accepts candidates, and matching learns, or not. Plain Python, no Odoo."""

from datetime import timedelta

from .payment_books import Ledger
from .payment_records import NOTHING, PROPOSE, Document, Party


def _weak(ledger: Ledger, party: Party) -> Document:
    """Add an invoice whose number of digits only is not enough from a payer whom nobody knows."""
    number = f"{ledger.today.year}{8_000 + 3 * ledger.next('weak'):04d}"
    return ledger.document(party=party, amount=ledger.odd_amount(), number=number)


def taught(ledger: Ledger, number: int) -> None:
    """A person accepts a payment that names its invoice; the account is known from then on."""
    party = ledger.single(known=False)
    payer = {"name": ledger.stranger(), "account": ledger.new_account()}
    first, second = _weak(ledger, party), _weak(ledger, party)
    ledger.pay("taught by a person", [first], f"factuur {first.number}", PROPOSE, accepted=True, **payer)
    ledger.pay("taught by a person, then", [second], f"factuur {second.number}", phase=2, **payer)


def institution(ledger: Ledger, number: int) -> None:
    """An account pays for several customers, accepted each; it is nobody's: a full number is enough, digits are not."""
    payer = {"name": ("Betaalinstelling Noord", "Stichting Derden", "Kantoor De Gids")[number % 3],
             "account": ledger.new_account()}  # fmt: skip
    customers = [ledger.single(known=False) for _each in range(2)]
    for party in customers:
        first = _weak(ledger, party)
        ledger.pay(
            "account of several customers", [first], f"uitbetaling {first.number}", PROPOSE, accepted=True, **payer
        )
    others = ledger.document(party=ledger.single(), amount=ledger.odd_amount())
    again = ledger.document(party=customers[0], amount=ledger.odd_amount())
    weak = _weak(ledger, customers[1])
    for document in (others, again):
        ledger.pay("account of several customers, then", [document], f"uitbetaling {document.number}", phase=2, **payer)
    ledger.pay("account of several customers", [weak], f"uitbetaling {weak.number}", PROPOSE, phase=2, **payer)


def amount_only(ledger: Ledger, number: int) -> None:
    """A person accepts a candidate of which only the amount speaks: that teaches nothing about the payer."""
    payer = {"name": ("Betaalprovider Zuid", ledger.stranger())[number % 2], "account": ledger.new_account()}
    party = ledger.single(known=False)
    first = ledger.document(party=party, amount=ledger.odd_amount())
    ledger.pay(
        "amount accepted", [first], ("uitbetaling 11-20", "betaling")[number % 2], PROPOSE, accepted=True, **payer
    )
    others = ledger.document(party=ledger.single(), amount=ledger.odd_amount())
    ledger.pay("amount accepted, then", [others], f"uitbetaling {others.number}", phase=2, **payer)
    weak = _weak(ledger, party)
    ledger.pay("amount accepted", [weak], f"factuur {weak.number}", PROPOSE, phase=2, **payer)


def paid_again(ledger: Ledger, number: int) -> None:
    """An invoice that an import matched is paid again in the next one; another open one has the amount now and then."""
    party = ledger.single(known=number % 2 == 0)
    given = {"party": party, "amount": ledger.odd_amount()}
    invoice = ledger.document(reference=ledger.structured() if number % 3 == 0 else "", **given)
    text = invoice.reference or invoice.number
    day = ledger.today - timedelta(days=20 + number % 9)
    ledger.pay("paid again later, first", [invoice], text, day=day)
    ledger.pay("paid again later", [invoice], text, NOTHING, phase=2, day=day + timedelta(days=1 + number % 9))


PHASE_STORIES = {
    taught: 1,
    institution: 1,
    amount_only: 1,
    paid_again: 1,
}
