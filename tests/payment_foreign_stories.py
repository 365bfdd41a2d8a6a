"""Payments with the references of other countries. Plain Python, no Odoo."""

from .payment_books import Ledger
from .payment_foreign_texts import FOREIGN, foreign_form, foreign_reference
from .payment_records import MAYBE, NOTHING, PROPOSE, Document, Party
from .payment_texts import mistyped


def _bill(ledger: Ledger, country: str, payee: Party | None = None, **values) -> Document:
    """Add a bill that asks for the reference of its country."""
    reference = foreign_reference(country, ledger.seed % 1000 * 1000 + ledger.next("foreign"))
    given = {"amount": ledger.odd_amount(), "reference": reference, **values}
    return ledger.document("in_invoice", payee or ledger.single(), **given)


def foreign(ledger: Ledger, number: int) -> None:
    """The company pays a foreign supplier with the reference of its country, plain, in groups, or behind its name."""
    country = tuple(FOREIGN)[number % 5]
    bill = _bill(ledger, country)
    ledger.pay(f"{country} reference", [bill], foreign_form(country, bill.reference, number // 5))


def foreign_customer(ledger: Ledger, number: int) -> None:
    """A Finnish customer pays with the reference on the invoice; the bank fills it with zeros every second time."""
    reference = foreign_reference("Finnish", ledger.seed % 1000 * 1000 + ledger.next("foreign"))
    invoice = ledger.document(party=ledger.single(), amount=ledger.odd_amount(), reference=reference)
    ledger.pay("Finnish reference", [invoice], foreign_form("Finnish", reference, number))


def foreign_payee_unknown(ledger: Ledger, number: int) -> None:
    """The payee's account and name are in no file."""
    country = tuple(FOREIGN)[number % 5]
    bill = _bill(ledger, country, ledger.single(known=False))
    ledger.pay("foreign reference, payee unknown", [bill], foreign_form(country, bill.reference, number), MAYBE,
               name=ledger.stranger())  # fmt: skip


def foreign_mistyped(ledger: Ledger, number: int) -> None:
    """A digit is wrong, so that it is nobody's reference; payee and amount are right."""
    country = tuple(FOREIGN)[number % 5]
    bill = _bill(ledger, country)
    text = mistyped(ledger.draw, bill.reference)
    ledger.pay("foreign reference, mistyped", [bill], text, PROPOSE)


def foreign_of_another_bill(ledger: Ledger, number: int) -> None:
    """The reference is right, and of a bill that is not in the books; another bill of the supplier has the amount."""
    country = tuple(FOREIGN)[number % 5]
    bill = _bill(ledger, country)
    other = foreign_reference(country, 999_000 + ledger.next("foreign"))
    text = foreign_form(country, other, number // 5)
    ledger.pay("foreign reference, not in the books", [bill], text, NOTHING)


def foreign_twice(ledger: Ledger, number: int) -> None:
    """The reference is the supplier's, on two open bills of one amount, or of two amounts, which tells which."""
    country = tuple(FOREIGN)[number % 5]
    bill = _bill(ledger, country)
    amount = None if number % 2 else bill.amount
    second = _bill(ledger, country, bill.party, reference=bill.reference, amount=amount or ledger.odd_amount())
    text = foreign_form(country, bill.reference, number)
    if number % 2:
        ledger.pay("foreign reference of a supplier", [bill], text)
    else:
        ledger.pay("foreign reference of a supplier", [bill], text, PROPOSE, right=[[bill], [second]])


def foreign_inside(ledger: Ledger, number: int) -> None:
    """The digits of a reference stand inside a longer number, which is something else; the payee is unknown."""
    country = tuple(FOREIGN)[number % 5]
    bill = _bill(ledger, country, ledger.single(known=False))
    text = (f"Polis 7{bill.reference}", f"Dossier {bill.reference}83", f"4{bill.reference}1")[number % 3]
    ledger.pay("inside another number", [bill], text, NOTHING, name=ledger.stranger(), account=ledger.new_account())


def foreign_two(ledger: Ledger, number: int) -> None:
    """Two references stand in one text, and the sum is that of both; or of one, when the other is not in the books."""
    country = tuple(FOREIGN)[number % 5]
    first = _bill(ledger, country)
    if number % 2:
        second = _bill(ledger, country, first.party)
        ledger.pay("foreign reference, two", [first, second], f"{first.reference} {second.reference}", MAYBE)
    else:
        other = foreign_reference(country, 999_000 + ledger.next("foreign"))
        ledger.pay("foreign reference, two", [first], f"{first.reference} {other}", PROPOSE)


FOREIGN_STORIES = {
    foreign: 10,
    foreign_customer: 1,
    foreign_payee_unknown: 1,
    foreign_mistyped: 1,
    foreign_of_another_bill: 2,
    foreign_twice: 1,
    foreign_inside: 1,
    foreign_two: 1,
}
