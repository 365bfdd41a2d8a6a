"""Payments that only resemble what was registered, or what the books have. Plain Python, no Odoo."""

from datetime import timedelta

from .payment_books import Ledger
from .payment_records import NOTHING, PROPOSE, Document, Party
from .payment_texts import structured_forms

MEMOS = ("Voorschot loon {}", "Huur loods 1234-567 {}", "Loon {} bedienden", "Onkosten dossier {}", "Loyer bureau 7 {}")


def _sent(ledger: Ledger, payee: Party, place: int, **values) -> Document:
    """Add a payment that was registered without a document and sent, with its memo."""
    month = f"{ledger.today:%m/%Y}" if place % 2 else f"{ledger.today:%Y/%m}"
    memo = MEMOS[place % 5].format(month)
    given = {"number": memo, "amount": ledger.odd_amount(), "state": "alone", **values}
    return ledger.document("in_invoice", payee, **given)


# ---------------------------------------------------------------------- registered payments


def sent_to_another(ledger: Ledger, number: int) -> None:
    """A payment was sent to one, and a line with its memo and amount goes to another account and name."""
    day = ledger.payment_day()
    sent = _sent(ledger, ledger.single(), number, registered_on=ledger.sent_before(day))
    ledger.pay("resembles a registered payment", [sent], sent.number, NOTHING, name=ledger.stranger(),
               account=ledger.new_account(), day=day)  # fmt: skip


def bill_sent_to_another(ledger: Ledger, number: int) -> None:
    """A bill's payment was registered, and a line pays the bill of another supplier with the same number and amount."""
    day = ledger.payment_day()
    bill = ledger.document("in_invoice", ledger.single(known=number % 2 == 0), registered_on=ledger.sent_before(day),
                           number=f"INV/{ledger.today.year}/{40_100 + number}", amount=ledger.odd_amount(),
                           state=("registered", "unlinked")[number // 2 % 2])  # fmt: skip
    ledger.pay("resembles a registered payment", [bill], bill.number, NOTHING, name=ledger.stranger(),
               account=ledger.new_account(), day=day)  # fmt: skip


def refund_sent_to_another(ledger: Ledger, number: int) -> None:
    """A credit note's payment was registered; the money goes to an account and a name that nobody knows."""
    day = ledger.payment_day()
    note = ledger.document("out_refund", ledger.single(), amount=ledger.odd_amount(), state="registered",
                           registered_on=ledger.sent_before(day))  # fmt: skip
    ledger.pay("registered payment, other payee", [note], f"Terugbetaling {note.number}", PROPOSE,
               name=ledger.stranger(), account=ledger.new_account(), day=day)  # fmt: skip


def sent_to_known(ledger: Ledger, number: int) -> None:
    """Two payments of one memo and amount were sent; the account tells which, or the name, or nothing does."""
    payees = [ledger.single(known=number % 3 == 0) for _each in range(2)]
    day = ledger.payment_day()
    given = {"amount": ledger.odd_amount(), "registered_on": ledger.sent_before(day)}
    first, second = (_sent(ledger, payee, number, **given) for payee in payees)
    if number % 3 < 2:
        ledger.pay("registered payment, one of two", [second], second.number, name=second.party.name,
                   account=second.party.account, day=day)  # fmt: skip
    else:
        ledger.pay("registered payment, one of two", [first], first.number, PROPOSE, right=[[first], [second]],
                   name="Personeel", account=ledger.new_account(), day=day)  # fmt: skip


def registered_later(ledger: Ledger, number: int) -> None:
    """A text is the same each month; the payment that is registered is dated next month."""
    day = ledger.payment_day()
    sent = _sent(ledger, ledger.single(), number, number=("Huur garage 77-8801", "Contract 88-4417")[number % 2],
                 registered_on=day + timedelta(days=20 + number % 20), day=day)  # fmt: skip
    ledger.pay("registered payment, dated after", [sent], sent.number, NOTHING, day=day)


def registered_long_before(ledger: Ledger, number: int) -> None:
    """A text is the same each month; the payment that is registered is of half a year ago and never left."""
    day = ledger.payment_day()
    before = day - timedelta(days=170 + 20 * (number % 4))
    sent = _sent(ledger, ledger.single(), number, number=("Leasing wagen 9", "Contract 88-4418")[number % 2],
                 registered_on=before, day=before)  # fmt: skip
    ledger.pay("registered payment, long before", [sent], sent.number, PROPOSE, day=day)


def registered_just_now(ledger: Ledger, number: int) -> None:
    """A payment with a memo of its own was registered some days before the line."""
    day = ledger.payment_day()
    before = day - timedelta(days=(0, 1, 4, 12)[number % 4])
    sent = _sent(ledger, ledger.single(known=number % 2 == 0), number, registered_on=before, day=before)
    ledger.pay("registered payment, sent alone", [sent], sent.number, day=day, name=sent.party.name)


# ---------------------------------------------------------------------- what is paid is not in the books


def next_bill(ledger: Ledger, number: int) -> None:
    """The bill named is not in the books; the open one of the supplier has the number before it, and the amount."""
    forms = ("F{y}/{n:04d}", "{y4}-{n}", "{y4}{n:04d}", "VF{y}{n:06d}", "{n}/{y4}")
    count = 4711 + 10 * ledger.next("next bill")
    written, asked = (
        forms[number % 5].format(y=f"{ledger.today:%y}", y4=ledger.today.year, n=count + step) for step in (0, 1)
    )
    bill = ledger.document("in_invoice", ledger.single(), number=written, amount=ledger.odd_amount())
    ledger.pay("not in the books", [bill], (asked, f"factuur {asked}")[number % 2], NOTHING)


def other_communication(ledger: Ledger, number: int) -> None:
    """The structured communication is of a bill that is not in the books; another one of the supplier has the amount."""
    bill = ledger.document("in_invoice", ledger.single(), amount=ledger.odd_amount(), reference=ledger.structured())
    text, structured = structured_forms(ledger.structured())[number % 3]
    ledger.pay("not in the books", [bill], text, NOTHING, structured=structured)


def number_of_nobody(ledger: Ledger, number: int) -> None:
    """A stranger names an invoice that the books do not have; somebody's open invoice has the amount."""
    invoice = ledger.document(party=ledger.single(), amount=ledger.odd_amount())
    text = (f"INV/{ledger.today.year}/{80_000 + number}", f"factuur {ledger.today.year}88{number:02d}")[number % 2]
    ledger.pay("not in the books", [invoice], text, NOTHING, name=ledger.stranger(), account=ledger.new_account())


def paid_by_other_means(ledger: Ledger, number: int) -> None:
    """A stranger names an invoice that is paid; another customer's open one has the amount."""
    paid = ledger.document(party=ledger.single(), amount=ledger.odd_amount(), state="paid")
    ledger.document(party=ledger.single(), amount=paid.amount)
    ledger.pay("not in the books", [paid], paid.number, NOTHING, name=ledger.stranger(), account=ledger.new_account())


LIKE_STORIES = {
    sent_to_another: 3,
    bill_sent_to_another: 3,
    refund_sent_to_another: 1,
    sent_to_known: 2,
    registered_later: 1,
    registered_long_before: 1,
    registered_just_now: 2,
    next_bill: 3,
    other_communication: 1,
    number_of_nobody: 1,
    paid_by_other_means: 1,
}
