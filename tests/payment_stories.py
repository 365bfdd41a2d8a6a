"""Payments whose truth is known: each is generated from documents, and says from which. Plain Python, no Odoo.

Nothing here knows how matching works. Each story below is one way in which companies and their customers pay, and says
what is right: a match by itself, a proposal only, or nothing. Further stories lie in payment_*_stories.py, by what they
are about.
"""

from datetime import date
from decimal import Decimal

from .payment_books import Ledger
from .payment_foreign_stories import FOREIGN_STORIES
from .payment_hard_stories import HARD_STORIES
from .payment_like_stories import LIKE_STORIES
from .payment_number_stories import NUMBER_STORIES
from .payment_open_stories import OPEN_STORIES
from .payment_other_stories import OTHER_STORIES
from .payment_phase_stories import PHASE_STORIES
from .payment_records import MAYBE
from .payment_sum_stories import SUM_STORIES
from .payment_texts import (
    creditor_forms,
    mistyped,
    number_forms,
    sentence,
    shortened,
    structured_forms,
    wrong_check,
)
from .payment_time_stories import TIME_STORIES

PAYMENTS = 400


def tell(seed: int, today: date) -> Ledger:
    """Return the parties, documents and 400 payments of a seed.

    :param today: last day of the payments
    """
    ledger = Ledger(seed, today)
    for story, count in ALL_STORIES.items():
        for number in range(count):
            # Each seed goes on with the forms of a story where the seed before it stopped.
            story(ledger, seed * count + number)
    if len(ledger.payments) != PAYMENTS:
        raise ValueError(f"The stories make {len(ledger.payments)} payments instead of {PAYMENTS}.")
    ledger.draw.shuffle(ledger.payments)
    return ledger


# ---------------------------------------------------------------------- reference and amount as they should be


def structured_customer(ledger: Ledger, number: int) -> None:
    """A customer pays with the structured communication, in every form that banks and payers write."""
    document = ledger.document(reference=ledger.structured())
    forms = structured_forms(document.reference)
    text, structured = forms[number % len(forms)]
    ledger.pay("structured communication", [document], text, structured=structured)


def structured_supplier(ledger: Ledger, number: int) -> None:
    """The company pays a supplier with the structured communication of the bill."""
    document = ledger.document("in_invoice", reference=ledger.structured())
    text, structured = structured_forms(document.reference)[number % 3]
    ledger.pay("structured communication", [document], text, structured=structured)


def creditor_reference(ledger: Ledger, number: int) -> None:
    """A foreign party uses an ISO 11649 reference."""
    kind = "out_invoice" if number % 2 else "in_invoice"
    document = ledger.document(kind, reference=ledger.creditor_reference())
    forms = creditor_forms(document.reference)
    text, structured = forms[number % len(forms)]
    ledger.pay("RF reference", [document], text, structured=structured)


def number_customer(ledger: Ledger, number: int) -> None:
    """A customer names the invoice."""
    document = ledger.document()
    forms = number_forms(document.number)
    ledger.pay("document number", [document], sentence(ledger.draw, forms[number % len(forms)]))


def number_supplier(ledger: Ledger, number: int) -> None:
    """The company names the supplier's invoice."""
    document = ledger.document("in_invoice")
    forms = number_forms(document.number)
    ledger.pay("document number", [document], sentence(ledger.draw, forms[number % 5]))


def several(ledger: Ledger, number: int) -> None:
    """Two or three documents in one payment, all named."""
    kind = "out_invoice" if number % 3 else "in_invoice"
    first = ledger.document(kind)
    others = [ledger.document(kind, first.party) for _other in range(1 + number % 2)]
    text = (" + ", ", ", " en ", " ")[number % 4].join(each.number for each in (first, *others))
    ledger.pay("several documents", [first, *others], text)


def netted(ledger: Ledger, number: int) -> None:
    """A credit note is taken off, and both are named."""
    kind, credit = ("out_invoice", "out_refund") if number % 2 else ("in_invoice", "in_refund")
    invoice = ledger.document(kind, amount=ledger.odd_amount())
    note = ledger.document(credit, invoice.party, amount=Decimal(ledger.draw.randrange(2_000, 90_000)).scaleb(-2))
    ledger.pay("netted credit note", [invoice, note], f"{invoice.number} - {note.number}")


def refund_to_customer(ledger: Ledger, number: int) -> None:
    """The company pays a credit note back, with its structured communication or number."""
    invoice = ledger.document(state="paid")
    reference = ledger.structured() if number % 2 else ""
    note = ledger.document(
        "out_refund", invoice.party, amount=invoice.amount, reference=reference, origin=invoice.number
    )
    ledger.pay("refund", [note], reference or f"Terugbetaling {note.number}", structured=bool(reference))


def refund_by_supplier(ledger: Ledger, number: int) -> None:
    """A supplier pays a credit note back and names it."""
    note = ledger.document("in_refund")
    ledger.pay("refund", [note], f"{('Creditnota', 'NC', 'Remboursement')[number % 3]} {note.number}")


def same_amount_named(ledger: Ledger, number: int) -> None:
    """A customer has two open invoices of one amount and names the one that he pays."""
    party, amount = ledger.draw.choice(ledger.customers), ledger.price()
    documents = [ledger.document(party=party, amount=amount) for _twin in range(2)]
    ledger.pay("same amount twice, named", [documents[number % 2]], sentence(ledger.draw, documents[number % 2].number))


def twin_documents(ledger: Ledger, number: int) -> None:
    """Two equal invoices of one day are paid the same day by two payments, each naming its own."""
    party, day, paid = ledger.draw.choice(ledger.customers), ledger.document_day(), ledger.payment_day()
    amount = ledger.price()
    for _twin in range(2):
        document = ledger.document(party=party, amount=amount, day=day, reference=ledger.structured())
        text = document.reference if number % 2 else document.number
        ledger.pay("twins", [document], text, day=paid, structured=bool(number % 2))


def other_account(ledger: Ledger, number: int) -> None:
    """A customer pays from an account that is in no file, under a name that is in none."""
    document = ledger.document(reference=ledger.structured() if number % 2 else "")
    text = document.reference or document.number
    name = (ledger.stranger(), document.party.name, "Fam. Verstraete", None)[number % 4]
    ledger.pay("another account", [document], text, account=ledger.new_account(), name=name)


def customer_reference(ledger: Ledger, number: int) -> None:
    """The same structured communication stands on every invoice of a customer; the amount tells which."""
    party = [party for party in ledger.customers if party.customer_reference][number % 12]
    documents = [
        ledger.document(party=party, amount=ledger.odd_amount(), reference=party.customer_reference)
        for _each in range(2)
    ]
    forms = structured_forms(party.customer_reference)
    text, structured = forms[number % len(forms)]
    ledger.pay("customer-based reference", documents[:1], text, structured=structured)


def registered(ledger: Ledger, number: int) -> None:
    """A payment was registered before; the bank line is it, not the invoice."""
    kind = "in_invoice" if number % 2 else "out_invoice"
    reference = ledger.structured() if number % 4 > 1 else ""
    day = ledger.payment_day()
    document = ledger.document(kind, reference=reference, state="registered", registered_on=ledger.sent_before(day))
    ledger.pay("registered payment", [document], document.reference or document.number, day=day)


def last_year_open(ledger: Ledger, number: int) -> None:
    """An invoice of last year is still open and named; this year's of the same count and amount is open too."""
    last, _this = ledger.of_two_years("open")
    ledger.pay("number of last year", [last], sentence(ledger.draw, last.number))


def shared_number(ledger: Ledger, number: int) -> None:
    """Two suppliers gave the same number; the account tells whose is paid."""
    payee = [party for party in ledger.suppliers if party.known][number % 20]
    other = ledger.unknown(ledger.suppliers)
    text, amount = f"{ledger.today.year}/{700 + number}", ledger.price()
    documents = [ledger.document("in_invoice", party, number=text, amount=amount) for party in (payee, other)]
    ledger.pay("number of two suppliers", documents[:1], f"factuur {text}")


def number_of_both_companies(ledger: Ledger, number: int) -> None:
    """Two companies of the database gave the same number and amount; the payment came on the account of this one."""
    document = ledger.document()
    ledger.document(party=ledger.draw.choice(ledger.customers), number=document.number, amount=document.amount,
                    company="other", day=document.day)  # fmt: skip
    ledger.pay("two companies", [document], sentence(ledger.draw, document.number))


# ---------------------------------------------------------------------- damaged: only the truth may be found


def typing_error(ledger: Ledger, number: int) -> None:
    """The payer mistypes the number or the structured communication."""
    own = number % 3 != 2
    reference = ledger.structured() if number % 2 else ""
    document = ledger.document("out_invoice" if own else "in_invoice", amount=ledger.odd_amount(), reference=reference)
    text = mistyped(ledger.draw, reference or document.number)
    ledger.pay("typing error", [document], text, MAYBE)


def wrong_check_digit(ledger: Ledger, number: int) -> None:
    """Twelve digits arrive whose check digits are wrong."""
    document = ledger.document(amount=ledger.odd_amount(), reference=ledger.structured())
    digits = wrong_check(document.reference)
    text = structured_forms(digits)[number % 4][0]
    ledger.pay("wrong check digit", [document], text, MAYBE)


def shortened_number(ledger: Ledger, number: int) -> None:
    """The payer writes only the end of the number."""
    document = ledger.document(amount=ledger.odd_amount())
    ledger.pay("shortened number", [document], shortened(ledger.draw, document.number), MAYBE)


def refund_naming_invoice(ledger: Ledger, number: int) -> None:
    """The company pays a credit note back and names the invoice that it takes back, which is paid."""
    invoice = ledger.document(state="paid", amount=ledger.odd_amount())
    note = ledger.document("out_refund", invoice.party, amount=invoice.amount, origin=invoice.number)
    ledger.pay("refund naming the invoice", [note], f"Terugbetaling {invoice.number}", MAYBE)


def batch(ledger: Ledger, number: int) -> None:
    """One debit for all payments of a SEPA file that were registered, or one credit for the collected ones."""
    kind = "out_invoice" if number % 5 == 4 else "in_invoice"
    day = ledger.payment_day()
    given = {"state": "registered", "registered_on": ledger.sent_before(day)}
    documents = [ledger.document(kind, amount=ledger.odd_amount(), **given) for _each in range(2 + number % 3)]
    text = f"SEPA-bestand {ledger.today:%Y%m}{number:02d} {len(documents)} opdrachten"
    ledger.pay("SEPA batch", documents, text, MAYBE, name=None, account=None, day=day,
               bank_transaction_code="PMNT-IRCT-ESCT" if kind == "in_invoice" else "PMNT-IDDT-ESDD")  # fmt: skip


def paid_twice(ledger: Ledger, number: int) -> None:
    """A customer pays an invoice twice with the same words: at most one of the two can be its payment."""
    document = ledger.document(reference=ledger.structured() if number % 2 else "", amount=ledger.odd_amount())
    for _time in range(2):
        ledger.pay("paid twice", [document], document.reference or document.number, MAYBE, day=ledger.payment_day())


def direct_debit_returned(ledger: Ledger, number: int) -> None:
    """A supplier collects a bill and the bank takes the debit back: the debit is its payment, the return is nothing."""
    document = ledger.document("in_invoice", amount=ledger.odd_amount())
    given = {"mandate_id": f"M-{ledger.seed}-{number}", "creditor_id": "BE68ZZZ0123456789"}
    day = ledger.payment_day()
    ledger.pay("direct debit, then returned", [document], document.number, MAYBE, day=day,
               bank_transaction_code="PMNT-RDDT-ESDD", **given)  # fmt: skip
    ledger.book("returned debit", document.amount, f"Terugbetaling domiciliëring {document.number}", day=day,
                name=document.party.name, account=document.party.account,
                bank_transaction_code="PMNT-RDDT-UPDD", **given)  # fmt: skip


STORIES = {
    structured_customer: 7,
    structured_supplier: 2,
    creditor_reference: 3,
    number_customer: 5,
    number_supplier: 3,
    several: 10,
    netted: 3,
    refund_to_customer: 5,
    refund_by_supplier: 5,
    same_amount_named: 5,
    twin_documents: 5,
    other_account: 10,
    customer_reference: 7,
    registered: 6,
    last_year_open: 4,
    shared_number: 1,
    number_of_both_companies: 2,
    typing_error: 10,
    wrong_check_digit: 10,
    shortened_number: 2,
    refund_naming_invoice: 1,
    batch: 10,
    paid_twice: 2,
    direct_debit_returned: 2,
}
ALL_STORIES = (
    STORIES
    | HARD_STORIES
    | OPEN_STORIES
    | OTHER_STORIES
    | FOREIGN_STORIES
    | LIKE_STORIES
    | NUMBER_STORIES
    | PHASE_STORIES
    | SUM_STORIES
    | TIME_STORIES
)
