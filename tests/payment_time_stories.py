"""References that come back each month, payments before the document's day, references of the payer. Plain Python, no Odoo."""

from datetime import date, timedelta

from .payment_books import Ledger
from .payment_records import MAYBE, NOTHING, Document
from .payment_texts import month_forms


def _subscription(ledger: Ledger, number: int, day: date) -> tuple[Document, str]:
    """Add a bill, or an invoice, of a subscription: earlier ones with the same reference and amount are paid.

    :param number: tells whose it is, and whether the reference is a communication or a contract
    :param day: of the document that is open
    :return tuple: that document, the reference
    """
    kind = ("in_invoice", "out_invoice")[number // 2 % 2]
    contract = f"CTR-{ledger.seed % 1000:03d}{ledger.next('contract'):03d}"
    given = {"party": ledger.single(), "amount": ledger.odd_amount()}
    if number % 2 == 0:
        given["reference"] = ledger.structured()
    elif kind == "in_invoice":
        given["number"] = contract
    else:
        given["order"] = contract
    for months in (1, 2):
        before = day - timedelta(days=30 * months)
        ledger.document(kind, day=before, state="paid", **given)
    return ledger.document(kind, day=day, **given), given.get("reference", contract)


def wrong_month(ledger: Ledger, number: int) -> None:
    """A fixed reference comes with a month, and the only open document is of another one."""
    document, reference = _subscription(ledger, number, ledger.today - timedelta(days=20 + number % 9))
    other = document.day.replace(day=1) - timedelta(days=(1, 40)[number % 2])
    month = month_forms(other)[number % 7]
    ledger.pay("fixed reference, another month", [document], f"{reference} {month}", NOTHING,
               day=document.day + timedelta(days=2 + number % 12))  # fmt: skip


def right_month(ledger: Ledger, number: int) -> None:
    """A fixed reference comes with a month, and the only open document is of that month."""
    document, reference = _subscription(ledger, number, ledger.today - timedelta(days=20 + number % 9))
    month = month_forms(document.day)[number % 7]
    ledger.pay("fixed reference, its month", [document], f"{reference} {month}",
               day=document.day + timedelta(days=2 + number % 12))  # fmt: skip


def before_its_document(ledger: Ledger, number: int) -> None:
    """A fixed reference is paid some days before the only open document: it is for one that is not in the books."""
    document, reference = _subscription(ledger, number, ledger.today - timedelta(days=3 + number % 5))
    ledger.pay("fixed reference, document later", [document], reference, NOTHING,
               day=document.day - timedelta(days=4 + number % 10))  # fmt: skip


def early(ledger: Ledger, number: int) -> None:
    """A customer pays a pro forma before the day of the invoice, and names its own number."""
    day = ledger.today - timedelta(days=2 + number % 3)
    invoice = ledger.document(party=ledger.single(known=number % 2 == 0), amount=ledger.odd_amount(), day=day)
    ledger.pay("before its day, own number", [invoice], invoice.number, day=day - timedelta(days=3 + 9 * (number % 3)))


def end_to_end_like_ours(ledger: Ledger, number: int) -> None:
    """The payer's own reference looks like a number of the company: nobody's, or somebody else's open invoice."""
    party = ledger.single(known=number % 3 != 2)
    state = "registered" if number % 4 == 3 else "open"
    day = ledger.payment_day()
    registered_on = ledger.sent_before(day)
    invoice = ledger.document(party=party, amount=ledger.odd_amount(), state=state, registered_on=registered_on)
    others = (f"INV/{ledger.today.year}/{55_000 + number}", f"PBNK1/{ledger.today.year}/{900 + number:05d}",
              ledger.document(party=ledger.single(), amount=ledger.odd_amount()).number,
              ledger.document(party=party, amount=ledger.odd_amount()).number)  # fmt: skip
    ledger.pay("payer's own reference like ours", [invoice], invoice.number, day=day,
               end_to_end_id=others[number % 4])  # fmt: skip


def end_to_end_only(ledger: Ledger, number: int) -> None:
    """The number of the invoice stands in the payer's own reference only."""
    invoice = ledger.document(party=ledger.single(), amount=ledger.odd_amount())
    ledger.pay("number as the payer's own reference", [invoice], ("", "betaling")[number % 2], MAYBE,
               end_to_end_id=invoice.number)  # fmt: skip


TIME_STORIES = {
    wrong_month: 4,
    right_month: 3,
    before_its_document: 4,
    early: 1,
    end_to_end_like_ours: 3,
    end_to_end_only: 1,
}
