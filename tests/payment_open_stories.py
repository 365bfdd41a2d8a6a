"""Payments that must stay open: the evidence is not exact, whatever a person would guess. Plain Python, no Odoo."""

from datetime import date, timedelta
from decimal import Decimal

from .payment_books import Ledger
from .payment_records import NOTHING, PROPOSE
from .payment_texts import RUBBISH, digits_of, structured_forms

YEAR_TEXTS = ("Bijdrage {}", "Lidgeld {}", "Cotisation {}", "Voorschot {}", "Abonnement {} - jaar", "{}")
FREE_TEXTS = ("Huur {}", "Loyer {} Lausanne", "Ticket {}", "{}", "Bestelling {}", "Kamer {}")


# ---------------------------------------------------------------------- what pays no document


def year_as_text(ledger: Ledger, number: int) -> None:
    """The payer writes a year; a supplier's document has just that number, and others hold it."""
    year = ledger.today.year - number % 2
    if number % 3:
        document = ledger.document(
            day=date(year, 1, 10) if year < ledger.today.year else None, amount=ledger.odd_amount()
        )
    else:
        document = ledger.document("in_invoice", ledger.unknown(ledger.suppliers), number=str(year),
                                   amount=ledger.odd_amount())  # fmt: skip
    text = YEAR_TEXTS[number % len(YEAR_TEXTS)].format(year)
    ledger.book("2025 as free text", document.signed, text, name=ledger.stranger(), account=ledger.new_account())


def count_as_text(ledger: Ledger, number: int) -> None:
    """The payer writes a house number, a ticket, an order; a supplier's document has just that number."""
    text = str(1001 + number)
    document = ledger.document("in_invoice", ledger.unknown(ledger.suppliers), number=text, amount=ledger.price())
    written = FREE_TEXTS[number % len(FREE_TEXTS)].format(text)
    ledger.book("1001 as free text", document.signed, written, name=ledger.stranger(), account=ledger.new_account())


def last_year_paid(ledger: Ledger, number: int) -> None:
    """The customer names an invoice of last year, paid since; this year's of the same count and amount is open."""
    last, _this = ledger.of_two_years("paid")
    name = last.number
    text = (name, f"Betreft {name}", name.replace("/", ""), name.replace("/", "-"))[number % 4]
    ledger.book("number of last year", last.amount, text, name=last.party.name, account=last.party.account)


def draft(ledger: Ledger, number: int) -> None:
    """The document named is a draft, so it owes nothing yet."""
    document = ledger.document(state="draft", reference=ledger.structured() if number % 2 else "")
    ledger.pay("draft", [document], document.reference or document.number, NOTHING)


def other_company(ledger: Ledger, number: int) -> None:
    """The document named is of another company of the database."""
    reference = ledger.structured() if number % 2 else ""
    document = ledger.document(company="other", number=f"INV/{ledger.today.year}/{70_000 + number}", reference=reference,
                               day=ledger.day_of_this_year())  # fmt: skip
    ledger.pay("two companies", [document], document.reference or document.number, NOTHING)


# ---------------------------------------------------------------------- a document is named, and something contradicts


def credit_note_received(ledger: Ledger, number: int) -> None:
    """The structured communication or number of a credit note comes with money in, not out."""
    note = ledger.document("out_refund", reference=ledger.structured() if number % 4 else "")
    text = structured_forms(note.reference)[number % 4][0] if note.reference else note.number
    ledger.pay("communication of a credit note", [note], text, NOTHING, amount=note.amount)


def wrong_sign(ledger: Ledger, number: int) -> None:
    """A document is named by money that goes the other way: a transfer sent back, a payment made by mistake."""
    document = ledger.document("in_invoice" if number % 2 else "out_invoice", reference=ledger.structured())
    text = (document.reference, f"Retour {document.number}", document.number)[number % 3]
    ledger.pay("wrong sign", [document], text, NOTHING, amount=-document.signed)


def returned_debit(ledger: Ledger, number: int) -> None:
    """A collected invoice comes back unpaid, while a credit note that takes it back is open."""
    invoice = ledger.document(state="paid" if number % 2 else "open", reference=ledger.structured())
    ledger.document("out_refund", invoice.party, amount=invoice.amount, origin=invoice.number)
    text = (f"Onbetaalde domiciliëring {invoice.number}", f"Rejet domiciliation MS03 {invoice.number}",
            f"{invoice.reference} onbetaald AM04")[number % 3]  # fmt: skip
    ledger.pay(
        "returned debit",
        [invoice],
        text,
        NOTHING,
        amount=-invoice.amount,
        mandate_id=f"M{number}",
        bank_transaction_code="PMNT-IDDT-UPDD",
        description="Onbetaalde Europese domiciliëring",
    )


def partial(ledger: Ledger, number: int) -> None:
    """A part is paid: half, an advance, all but a cent, or a cent too much."""
    document = ledger.document(amount=ledger.odd_amount(), reference=ledger.structured() if number % 2 else "")
    half = (document.amount / 2).quantize(Decimal("0.01"))
    cent = Decimal("0.01")
    amount = (half, Decimal("500.00"), document.amount - cent, document.amount + cent)[number % 4]
    ledger.pay(
        "partial amount", [document], document.reference or f"Voorschot {document.number}", PROPOSE, amount=amount
    )


def less_costs(ledger: Ledger, number: int) -> None:
    """A foreign payer's bank keeps its costs."""
    document = ledger.document(amount=ledger.odd_amount(), reference=ledger.creditor_reference() if number % 2 else "")
    costs = Decimal(("5.00", "12.50", "0.20")[number % 3])
    ledger.pay(
        "fee",
        [document],
        document.reference or document.number,
        PROPOSE,
        amount=document.amount - costs,
        additional_information=f"Charges EUR {costs}",
    )


def discount(ledger: Ledger, number: int) -> None:
    """The payer takes the early-payment discount: for a person to accept."""
    amount = Decimal(ledger.draw.randrange(10, 60)) * 100
    document = ledger.document(amount=amount, discount=True, day=ledger.today - timedelta(days=6 + number % 3))
    ledger.pay(
        "discount",
        [document],
        document.number,
        PROPOSE,
        amount=amount * Decimal("0.98"),
        day=ledger.today - timedelta(days=1 + number % 3),
    )


def several_of_other_sum(ledger: Ledger, number: int) -> None:
    """Two invoices are named, and the sum is neither theirs nor one's."""
    first = ledger.document(amount=ledger.odd_amount())
    second = ledger.document(party=first.party, amount=ledger.odd_amount())
    total = first.amount + second.amount + (Decimal("-7.00"), Decimal("0.01"), Decimal("100.00"))[number % 3]
    ledger.pay(
        "several of another sum",
        [first],
        f"{first.number} en {second.number}",
        PROPOSE,
        right=[[first, second], [first], [second]],
        amount=total,
    )


def several_and_one_amount(ledger: Ledger, number: int) -> None:
    """Two invoices of one amount are named, and one is paid: nobody knows which."""
    first = ledger.document(amount=ledger.odd_amount())
    second = ledger.document(party=first.party, amount=first.amount)
    ledger.pay(
        "several of another sum",
        [first],
        f"{first.number}, {second.number}",
        PROPOSE,
        right=[[first], [second]],
        amount=first.amount,
    )


def other_customer(ledger: Ledger, number: int) -> None:
    """A customer whose account is known writes the number of another customer's invoice of the same amount."""
    payer = ledger.known(ledger.customers)
    other = ledger.draw.choice([party for party in ledger.customers if party is not payer])
    amount = ledger.odd_amount()
    own = ledger.document(party=payer, amount=amount)
    named = ledger.document(party=other, amount=amount, reference=ledger.structured() if number % 2 else "")
    ledger.pay(
        "another customer's",
        [named],
        named.reference or named.number,
        PROPOSE,
        right=[[named], [own]],
        name=payer.name,
        account=payer.account,
    )


def other_currency(ledger: Ledger, number: int) -> None:
    """The document named is in dollars; the same figure arrives in euro."""
    document = ledger.document(currency="USD", reference=ledger.structured() if number % 2 else "")
    ledger.pay("another currency", [document], document.reference or document.number, NOTHING)


# ---------------------------------------------------------------------- a document is not told apart


def same_amount(ledger: Ledger, number: int) -> None:
    """A customer has two open invoices of one amount and names none."""
    party, amount = ledger.known(ledger.customers), ledger.odd_amount()
    first, second = (ledger.document(party=party, amount=amount) for _twin in range(2))
    text = ("betaling", "uw factuur", f"{ledger.payment_day():%d/%m/%Y}", "factuur september")[number % 4]
    ledger.pay("same amount twice", [first], text, PROPOSE, right=[[first], [second]])


def customer_reference_twice(ledger: Ledger, number: int) -> None:
    """The communication is the same on all invoices of a customer, and two have the amount; or none has."""
    party = [party for party in ledger.customers if party.customer_reference][number % 12]
    amount = ledger.odd_amount()
    documents = [ledger.document(party=party, amount=amount, reference=party.customer_reference) for _twin in range(2)]
    paid = amount if number % 3 else amount - Decimal("10.00")
    text, structured = structured_forms(party.customer_reference)[number % 3]
    ledger.pay(
        "customer-based reference",
        [documents[0]],
        text,
        PROPOSE,
        right=[[document] for document in documents],
        amount=paid,
        structured=structured,
    )


def two_suppliers(ledger: Ledger, number: int) -> None:
    """Two suppliers gave the same number to bills of one amount, and the account paid is in no file."""
    pair = ledger.draw.sample(ledger.suppliers, 2)
    text, amount = f"{ledger.today.year}/{800 + number}", ledger.odd_amount()
    first, second = (ledger.document("in_invoice", party, number=text, amount=amount) for party in pair)
    ledger.pay(
        "number of two suppliers",
        [first],
        text,
        PROPOSE,
        right=[[first], [second]],
        name=ledger.stranger(),
        account=ledger.new_account(),
    )


def rubbish(ledger: Ledger, number: int) -> None:
    """The label says nothing, while exactly one open document has the amount."""
    document = ledger.document("out_invoice" if number % 3 else "in_invoice", amount=ledger.odd_amount())
    text = RUBBISH[number % len(RUBBISH)].format(year=document.day.year)
    ledger.pay("says nothing", [document], text, PROPOSE)


def inside_another(ledger: Ledger, number: int) -> None:
    """The number stands inside a longer one, which is something else."""
    document = ledger.document(amount=ledger.odd_amount(), reference=ledger.structured() if number % 3 == 2 else "")
    digits = digits_of(document.reference)
    text = (f"{document.number}7", f"X{document.number}", f"Terminal 4{digits}9")[number % 3]
    ledger.pay("inside another number", [document], text, NOTHING, name=ledger.stranger(), account=ledger.new_account())


OPEN_STORIES = {
    year_as_text: 10,
    count_as_text: 10,
    last_year_paid: 6,
    draft: 1,
    other_company: 2,
    credit_note_received: 9,
    wrong_sign: 2,
    returned_debit: 8,
    partial: 4,
    less_costs: 3,
    discount: 2,
    several_of_other_sum: 1,
    several_and_one_amount: 1,
    other_customer: 2,
    other_currency: 1,
    same_amount: 5,
    customer_reference_twice: 3,
    two_suppliers: 1,
    rubbish: 3,
    inside_another: 2,
}
