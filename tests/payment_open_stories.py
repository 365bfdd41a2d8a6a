"""Payments that must stay open: the evidence is not exact, whatever a person would guess. Plain Python, no Odoo."""

from datetime import date, timedelta
from decimal import Decimal

from .payment_books import HOLDER, NONE, SAVINGS, Document, Ledger
from .payment_texts import RUBBISH, digits_of, structured_forms

EMPLOYEES = ("Lotte Willems", "Karim El Amrani", "Sofie De Backer")
MERCHANTS = ("Tankstation Ringlaan", "Colruyt Halle", "Bol.com", "NMBS Halle", "Boekhandel Letterwoud")
YEAR_TEXTS = ("Bijdrage {}", "Lidgeld {}", "Cotisation {}", "Voorschot {}", "Abonnement {} - jaar", "{}")
FREE_TEXTS = ("Huur {}", "Loyer {} Lausanne", "Ticket {}", "{}", "Bestelling {}", "Kamer {}")


# ---------------------------------------------------------------------- what pays no document


def ordinary(ledger: Ledger, number: int) -> None:
    """Salaries, taxes with a structured communication, cards, takings: no document at all."""
    text, name, code = (
        (f"Loon {ledger.today:%m/%Y}", EMPLOYEES[number % 3], "PMNT-ICDT-ESCT"),
        (ledger.structured(), "FOD Financiën", "PMNT-ICDT-ESCT"),
        (f"{MERCHANTS[number % 5]} {ledger.today:%d/%m}", MERCHANTS[number % 5], "PMNT-CCRD-POSD"),
        (f"REF {ledger.draw.randrange(10**9, 10**10)} TERMINAL 02", None, "PMNT-RCDT-ESCT"),
    )[number % 4]
    amount = ledger.price() * (1 if number % 4 == 3 else -1)
    ledger.book("ordinary", amount, text, name=name, account=ledger.new_account(), bank_transaction_code=code)


def bank_fee(ledger: Ledger, number: int) -> None:
    """The bank takes a fee, of the amount of an open bill now and then."""
    bill = ledger.document("in_invoice", amount=Decimal(ledger.draw.randrange(250, 4000)).scaleb(-2))
    text = (f"Beheerskosten {ledger.today:%m/%Y}", "Frais de gestion", "Kosten betaalterminal", "Debetrente")[
        number % 4
    ]
    ledger.book("fee", -bill.amount, text, name=None, account=None, bank_transaction_code="ACMT-MDOP-CHRG")


def transfer(ledger: Ledger, number: int) -> None:
    """Money moves between the company's own accounts."""
    sign = 1 if number % 2 else -1
    text = ("Sparen", "Eigen overschrijving", "Provisie btw", ledger.structured())[number % 4]
    ledger.book("transfer", sign * ledger.price(), text, name=HOLDER, account=SAVINGS, own=True,
                bank_transaction_code="PMNT-ICDT-BOOK")  # fmt: skip


def own_account(ledger: Ledger, number: int) -> None:
    """The company moves money from its own account and names the document for which it came in or is kept."""
    document = ledger.document("out_invoice" if number % 2 else "in_invoice", reference=ledger.structured())
    text = (document.number, document.reference, f"Doorstorting {document.number}", f"Provisie {document.number}")[
        number % 4
    ]
    ledger.book("own account", document.signed, text, name=HOLDER.upper(), account=SAVINGS, own=True)


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
    leave_open(ledger, "draft", document, document.reference or document.number)


def other_company(ledger: Ledger, number: int) -> None:
    """The document named is of another company of the database."""
    reference = ledger.structured() if number % 2 else ""
    document = ledger.document(company="other", number=f"INV/{ledger.today.year}/{70_000 + number}", reference=reference,
                               day=ledger.day_of_this_year())  # fmt: skip
    leave_open(ledger, "two companies", document, document.reference or document.number)


# ---------------------------------------------------------------------- a document is named, and something contradicts


def credit_note_received(ledger: Ledger, number: int) -> None:
    """The structured communication or number of a credit note comes with money in, not out."""
    note = ledger.document("out_refund", reference=ledger.structured() if number % 4 else "")
    text = structured_forms(note.reference)[number % 4][0] if note.reference else note.number
    leave_open(ledger, "communication of a credit note", note, text, amount=note.amount)


def wrong_sign(ledger: Ledger, number: int) -> None:
    """A document is named by money that goes the other way: a transfer sent back, a payment made by mistake."""
    document = ledger.document("in_invoice" if number % 2 else "out_invoice", reference=ledger.structured())
    text = (document.reference, f"Retour {document.number}", document.number)[number % 3]
    leave_open(ledger, "wrong sign", document, text, amount=-document.signed)


def returned_debit(ledger: Ledger, number: int) -> None:
    """A collected invoice comes back unpaid, while a credit note that takes it back is open."""
    invoice = ledger.document(state="paid" if number % 2 else "open", reference=ledger.structured())
    ledger.document("out_refund", invoice.party, amount=invoice.amount, origin=invoice.number)
    text = (f"Onbetaalde domiciliëring {invoice.number}", f"Rejet domiciliation MS03 {invoice.number}",
            f"{invoice.reference} onbetaald AM04")[number % 3]  # fmt: skip
    leave_open(ledger, "returned debit", invoice, text, amount=-invoice.amount, mandate_id=f"M{number}",
          bank_transaction_code="PMNT-IDDT-UPDD", description="Onbetaalde Europese domiciliëring")  # fmt: skip


def partial(ledger: Ledger, number: int) -> None:
    """A part is paid: half, an advance, all but a cent, or a cent too much."""
    document = ledger.document(amount=ledger.odd_amount(), reference=ledger.structured() if number % 2 else "")
    half = (document.amount / 2).quantize(Decimal("0.01"))
    cent = Decimal("0.01")
    amount = (half, Decimal("500.00"), document.amount - cent, document.amount + cent)[number % 4]
    leave_open(ledger, "partial amount", document, document.reference or f"Voorschot {document.number}", amount=amount)


def less_costs(ledger: Ledger, number: int) -> None:
    """A foreign payer's bank keeps its costs."""
    document = ledger.document(amount=ledger.odd_amount(), reference=ledger.creditor_reference() if number % 2 else "")
    costs = Decimal(("5.00", "12.50", "0.20")[number % 3])
    leave_open(ledger, "fee", document, document.reference or document.number, amount=document.amount - costs,
          additional_information=f"Charges EUR {costs}")  # fmt: skip


def discount(ledger: Ledger, number: int) -> None:
    """The payer takes the early-payment discount: for a person to accept."""
    amount = Decimal(ledger.draw.randrange(10, 60)) * 100
    document = ledger.document(amount=amount, discount=True, day=ledger.today - timedelta(days=6 + number % 3))
    leave_open(ledger, "discount", document, document.number, amount=amount * Decimal("0.98"),
          day=ledger.today - timedelta(days=1 + number % 3))  # fmt: skip


def several_of_other_sum(ledger: Ledger, number: int) -> None:
    """Two invoices are named, and the sum is neither theirs nor one's."""
    first = ledger.document(amount=ledger.odd_amount())
    second = ledger.document(party=first.party, amount=ledger.odd_amount())
    total = first.amount + second.amount + (Decimal("-7.00"), Decimal("0.01"), Decimal("100.00"))[number % 3]
    leave_open(ledger, "several of another sum", first, f"{first.number} en {second.number}", amount=total)


def several_and_one_amount(ledger: Ledger, number: int) -> None:
    """Two invoices of one amount are named, and one is paid: nobody knows which."""
    first = ledger.document(amount=ledger.odd_amount())
    second = ledger.document(party=first.party, amount=first.amount)
    leave_open(ledger, "several of another sum", first, f"{first.number}, {second.number}", amount=first.amount)


def other_customer(ledger: Ledger, number: int) -> None:
    """A customer whose account is known writes the number of another customer's invoice of the same amount."""
    payer = ledger.known(ledger.customers)
    other = ledger.draw.choice([party for party in ledger.customers if party is not payer])
    amount = ledger.price()
    ledger.document(party=payer, amount=amount)
    named = ledger.document(party=other, amount=amount, reference=ledger.structured() if number % 2 else "")
    leave_open(
        ledger, "another customer's", named, named.reference or named.number, name=payer.name, account=payer.account
    )


def other_currency(ledger: Ledger, number: int) -> None:
    """The document named is in dollars; the same figure arrives in euro."""
    document = ledger.document(currency="USD", reference=ledger.structured() if number % 2 else "")
    leave_open(ledger, "another currency", document, document.reference or document.number)


# ---------------------------------------------------------------------- a document is not told apart


def same_amount(ledger: Ledger, number: int) -> None:
    """A customer has two open invoices of one amount and names none."""
    party, amount = ledger.known(ledger.customers), ledger.price()
    first, _second = (ledger.document(party=party, amount=amount) for _twin in range(2))
    text = ("betaling", "uw factuur", f"{ledger.payment_day():%d/%m/%Y}", "factuur september")[number % 4]
    leave_open(ledger, "same amount twice", first, text)


def customer_reference_twice(ledger: Ledger, number: int) -> None:
    """The communication is the same on all invoices of a customer, and two have the amount; or none has."""
    party = [party for party in ledger.customers if party.customer_reference][number % 12]
    amount = ledger.odd_amount()
    documents = [ledger.document(party=party, amount=amount, reference=party.customer_reference) for _twin in range(2)]
    paid = amount if number % 3 else amount - Decimal("10.00")
    text, structured = structured_forms(party.customer_reference)[number % 3]
    leave_open(ledger, "customer-based reference", documents[0], text, amount=paid, structured=structured)


def two_suppliers(ledger: Ledger, number: int) -> None:
    """Two suppliers gave the same number to bills of one amount, and the account paid is in no file."""
    pair = ledger.draw.sample(ledger.suppliers, 2)
    text, amount = f"{ledger.today.year}/{800 + number}", ledger.price()
    first, _second = (ledger.document("in_invoice", party, number=text, amount=amount) for party in pair)
    leave_open(ledger, "number of two suppliers", first, text, name=ledger.stranger(), account=ledger.new_account())


def rubbish(ledger: Ledger, number: int) -> None:
    """The label says nothing, while exactly one open document has the amount."""
    document = ledger.document("out_invoice" if number % 3 else "in_invoice", amount=ledger.odd_amount())
    text = RUBBISH[number % len(RUBBISH)].format(year=document.day.year)
    leave_open(ledger, "says nothing", document, text)


def inside_another(ledger: Ledger, number: int) -> None:
    """The number stands inside a longer one, which is something else."""
    document = ledger.document(amount=ledger.odd_amount(), reference=ledger.structured() if number % 3 == 2 else "")
    digits = digits_of(document.reference)
    text = (f"{document.number}7", f"X{document.number}", f"Terminal 4{digits}9")[number % 3]
    leave_open(ledger, "inside another number", document, text, name=ledger.stranger(), account=ledger.new_account())


def leave_open(ledger: Ledger, kind: str, document: Document, text: str, **values) -> None:
    """Add a payment that comes with a document and must stay open all the same."""
    ledger.pay(kind, [document], text, NONE, **values)


OPEN_STORIES = {
    ordinary: 5,
    bank_fee: 7,
    transfer: 10,
    own_account: 10,
    year_as_text: 10,
    count_as_text: 10,
    last_year_paid: 6,
    draft: 3,
    other_company: 3,
    credit_note_received: 10,
    wrong_sign: 3,
    returned_debit: 6,
    partial: 6,
    less_costs: 3,
    discount: 3,
    several_of_other_sum: 3,
    several_and_one_amount: 3,
    other_customer: 4,
    other_currency: 3,
    same_amount: 5,
    customer_reference_twice: 4,
    two_suppliers: 3,
    rubbish: 6,
    inside_another: 4,
}
