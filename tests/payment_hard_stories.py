"""Payments in which documents are easily mistaken for each other. Plain Python, no Odoo."""

from decimal import Decimal

from .payment_books import Ledger
from .payment_records import MAYBE, NOTHING, PROPOSE
from .payment_texts import structured_forms

CENTS = Decimal("0.01")


# ---------------------------------------------------------------------- exact all the same


def supplier_with_one_reference(ledger: Ledger, number: int) -> None:
    """A supplier prints the same structured communication on every bill; the amount tells which is paid."""
    party, reference = ledger.draw.choice(ledger.suppliers), ledger.structured()
    documents = [
        ledger.document("in_invoice", party, amount=ledger.odd_amount(), reference=reference) for _each in range(3)
    ]
    text, structured = structured_forms(reference)[number % 3]
    ledger.pay("reference of a supplier", documents[:1], text, structured=structured)


def rest(ledger: Ledger, number: int) -> None:
    """A part was paid before; the rest comes to the cent. Every second time the whole comes again, which is too much."""
    amount = ledger.odd_amount()
    settled = (amount / 3).quantize(CENTS)
    document = ledger.document(amount=amount, settled=settled, reference=ledger.structured() if number % 4 > 1 else "")
    text = document.reference or f"Saldo {document.number}"
    if number % 2:
        ledger.pay("the whole after a part", [document], text, PROPOSE, amount=amount)
    else:
        ledger.pay("the rest after a part", [document], text)


def elsewhere(ledger: Ledger, number: int) -> None:
    """The bank passes the reference on in another field than the communication."""
    document = ledger.document(reference=ledger.structured() if number % 2 else "")
    field = ("additional_information", "description")[number // 2 % 2]
    ledger.pay(
        "reference in another field", [document], "", **{field: f"Uw ref. {document.reference or document.number}"}
    )


def same_number_both_ways(ledger: Ledger, number: int) -> None:
    """A supplier counts as the company does, so that a bill has the number of an invoice, and its amount."""
    invoice = ledger.document()
    bill = ledger.document("in_invoice", number=invoice.number.replace("/", "-"), amount=invoice.amount)
    document = (invoice, bill)[number % 2]
    ledger.pay("number of a supplier and of the company", [document], document.number)


def unlinked(ledger: Ledger, number: int) -> None:
    """A payment was entered beside the document, which is open still: the bank's line is that payment."""
    kind = "in_invoice" if number % 2 else "out_invoice"
    day = ledger.payment_day()
    reference = ledger.structured() if number % 4 > 1 else ""
    document = ledger.document(kind, state="unlinked", reference=reference, registered_on=ledger.sent_before(day))
    ledger.pay("registered payment", [document], document.reference or document.number, day=day)


def told_twice(ledger: Ledger, number: int) -> None:
    """The payer writes the number twice, or the number and the structured communication of the invoice."""
    document = ledger.document(reference=ledger.structured())
    text = f"{document.number} {document.number}" if number % 2 else f"{document.number} {document.reference}"
    ledger.pay("told twice", [document], text)


def own_reference(ledger: Ledger, number: int) -> None:
    """A customer writes the number of his order, which stands on two invoices of other amounts."""
    order, party = f"PO{4_500_010_000 + number}", ledger.draw.choice(ledger.customers)
    documents = [ledger.document(party=party, amount=ledger.odd_amount(), order=order) for _each in range(2)]
    ledger.pay("reference of the customer", documents[:1], ("Order {}", "{}")[number % 2].format(order))


# ---------------------------------------------------------------------- for a person to judge: only the truth


def with_installment(ledger: Ledger, number: int) -> None:
    """The number has the count of a part behind it, as Odoo prints it for terms in parts."""
    document = ledger.document(amount=ledger.odd_amount())
    ledger.pay("number of a part", [document], f"{document.number}{('-1', '/1', '-01')[number % 3]}", MAYBE)


def two_ways(ledger: Ledger, number: int) -> None:
    """Two invoices are paid, one told by its structured communication and one by its number."""
    first = ledger.document(amount=ledger.odd_amount(), reference=ledger.structured())
    second = ledger.document(party=first.party, amount=ledger.odd_amount())
    ledger.pay("told in two ways", [first, second], f"{first.reference} {second.number}", MAYBE)


def number_of_its_credit_note(ledger: Ledger, number: int) -> None:
    """A supplier's credit note has the number of the bill, and both are open: the bill is paid, or both."""
    bill = ledger.document("in_invoice", amount=ledger.odd_amount())
    note = ledger.document("in_refund", bill.party, number=bill.number, amount=Decimal("150.00"))
    ledger.pay("number of its credit note", [bill, note] if number % 2 else [bill], bill.number, MAYBE)


# ---------------------------------------------------------------------- two claims


def overlapping(ledger: Ledger, number: int) -> None:
    """One payment names two invoices, another one of the two: at most one of the payments is right."""
    first = ledger.document(amount=ledger.odd_amount())
    second = ledger.document(party=first.party, amount=ledger.odd_amount())
    ledger.pay("overlapping", [first, second], f"{first.number} {second.number}", MAYBE)
    ledger.pay("overlapping", [second], second.number, MAYBE)


# ---------------------------------------------------------------------- to stay open


def two_references(ledger: Ledger, number: int) -> None:
    """The structured communication of one invoice stands beside the number of another; the amount is one's."""
    first = ledger.document(amount=ledger.odd_amount(), reference=ledger.structured())
    second = ledger.document(party=first.party, amount=ledger.odd_amount(), reference=ledger.structured())
    paid = (first, second)[number % 2]
    ledger.pay(
        "references that disagree",
        [first],
        f"{second.number} {first.reference}",
        PROPOSE,
        right=[[first], [second]],
        amount=paid.amount,
    )


def one_named_of_two_paid(ledger: Ledger, number: int) -> None:
    """The sum is that of two invoices, and only one is named."""
    documents = [ledger.document(amount=ledger.odd_amount())]
    documents.append(ledger.document(party=documents[0].party, amount=ledger.odd_amount()))
    total = sum(document.amount for document in documents)
    ledger.pay(
        "one named of two paid", [documents[0]], f"{documents[0].number} ea", PROPOSE, right=[documents], amount=total
    )


def two_paid_of_three_named(ledger: Ledger, number: int) -> None:
    """Three invoices are named, and the sum is that of two of them."""
    documents = [ledger.document(amount=ledger.odd_amount())]
    documents += [ledger.document(party=documents[0].party, amount=ledger.odd_amount()) for _each in range(2)]
    text = ", ".join(document.number for document in documents)
    ledger.pay(
        "two paid of three named",
        [documents[0]],
        text,
        PROPOSE,
        right=[documents[:2]],
        amount=documents[0].amount + documents[1].amount,
    )


def paid_before(ledger: Ledger, number: int) -> None:
    """The communication is of an invoice that is paid; another open one of the customer has the amount."""
    paid = ledger.document(
        state="paid", amount=ledger.odd_amount(), reference=ledger.structured() if number % 2 else ""
    )
    ledger.document(party=paid.party, amount=paid.amount)
    ledger.pay("paid before", [paid], paid.reference or paid.number, NOTHING)


def unknown_number(ledger: Ledger, number: int) -> None:
    """The customer names an invoice that the books do not have; one open invoice of the customer has the amount."""
    document = ledger.document(party=ledger.known(ledger.customers), amount=ledger.odd_amount())
    ledger.pay("unknown number", [document], f"INV/{ledger.today.year}/{90_000 + number}", NOTHING)


def supplier_with_one_reference_twice(ledger: Ledger, number: int) -> None:
    """A supplier's same communication stands on two bills of one amount."""
    party, reference, amount = ledger.draw.choice(ledger.suppliers), ledger.structured(), ledger.odd_amount()
    first, second = (ledger.document("in_invoice", party, amount=amount, reference=reference) for _twin in range(2))
    ledger.pay("reference of a supplier", [first], reference, PROPOSE, right=[[first], [second]], structured=True)


def other_name(ledger: Ledger, number: int) -> None:
    """The payer's account is in no file, and the name is exactly that of another customer."""
    named = ledger.document(amount=ledger.odd_amount(), reference=ledger.structured() if number % 2 else "")
    payer = ledger.draw.choice([party for party in ledger.customers if party is not named.party])
    ledger.pay(
        "another customer's",
        [named],
        named.reference or named.number,
        PROPOSE,
        name=payer.name,
        account=ledger.new_account(),
    )


def credit_note_of_that_count(ledger: Ledger, number: int) -> None:
    """The payer names a credit note; the invoice whose number ends its number has the amount."""
    count, year = 30_000 + number, ledger.today.year
    given = {"party": ledger.draw.choice(ledger.customers), "amount": ledger.odd_amount(),
             "day": ledger.day_of_this_year()}  # fmt: skip
    invoice = ledger.document(number=f"INV/{year}/{count}", **given)
    note = ledger.document("out_refund", number=f"RINV/{year}/{count}", **given)
    text = (note.number, note.number.replace("/", ""), f"CN {note.number}")[number % 3]
    ledger.pay("communication of a credit note", [invoice], text, NOTHING)


def netted_wrongly(ledger: Ledger, number: int) -> None:
    """Invoice and credit note are named; what is paid is the invoice, or both added up."""
    invoice = ledger.document(amount=ledger.odd_amount())
    note = ledger.document("out_refund", invoice.party, amount=Decimal(ledger.draw.randrange(2_000, 90_000)).scaleb(-2))
    amount = invoice.amount + note.amount if number % 2 else invoice.amount
    ledger.pay(
        "netted wrongly",
        [invoice],
        f"{invoice.number} min {note.number}",
        PROPOSE,
        right=[[invoice], [invoice, note]],
        amount=amount,
    )


def entered_twice(ledger: Ledger, number: int) -> None:
    """A bill was entered twice by mistake."""
    first = ledger.document(
        "in_invoice", amount=ledger.odd_amount(), reference=ledger.structured() if number % 2 else ""
    )
    second = ledger.document("in_invoice", first.party, number=first.number, amount=first.amount,
                             reference=first.reference, day=first.day)  # fmt: skip
    ledger.pay("entered twice", [first], first.reference or first.number, PROPOSE, right=[[first], [second]])


def month_as_text(ledger: Ledger, number: int) -> None:
    """The payer writes a month; a bill of somebody else has just that number and the amount."""
    month, year = f"{1 + number % 12:02d}", f"{ledger.today:%Y}"
    month = f"{year}/{month}" if number % 2 else f"{month}/{year}"
    bill = ledger.document("in_invoice", ledger.unknown(ledger.suppliers), number=month)
    text = ("Huur {}", "Loyer {}", "{}", "Leasing {}")[number % 4].format(month)
    ledger.book("month as free text", bill.signed, text, name=ledger.stranger(), account=ledger.new_account())


def from_to(ledger: Ledger, number: int) -> None:
    """Three invoices are paid, and only the first and the last are named, or only their ends."""
    documents = [ledger.document(amount=ledger.odd_amount())]
    documents += [ledger.document(party=documents[0].party, amount=ledger.odd_amount()) for _each in range(2)]
    first, second, last = (document.number for document in documents)
    text = f"{first} t/m {last}" if number % 2 else f"{first}/{second[-3:]}/{last[-3:]}"
    ledger.pay(
        "from and to",
        [documents[0]],
        text,
        PROPOSE,
        right=[documents],
        amount=sum(document.amount for document in documents),
    )


def tiny_number(ledger: Ledger, number: int) -> None:
    """A bill was entered with a letter or a digit as its number, which stands in nearly every text."""
    tiny = ("A", "7", "x", "1")[number % 4]
    bill = ledger.document("in_invoice", ledger.known(ledger.suppliers), number=tiny, amount=ledger.odd_amount())
    ledger.pay("tiny number", [bill], (tiny, f"Lijn {tiny}", f"{tiny} st. geleverd")[number % 3], PROPOSE)


def own_reference_twice(ledger: Ledger, number: int) -> None:
    """The order of a customer stands on two invoices of one amount."""
    order, amount = f"PO{4_500_020_000 + number}", ledger.odd_amount()
    first = ledger.document(amount=amount, order=order)
    second = ledger.document(party=first.party, amount=amount, order=order)
    ledger.pay("reference of the customer", [first], order, PROPOSE, right=[[first], [second]])


HARD_STORIES = {
    supplier_with_one_reference: 2,
    rest: 2,
    elsewhere: 2,
    same_number_both_ways: 2,
    unlinked: 4,
    told_twice: 2,
    own_reference: 2,
    with_installment: 1,
    two_ways: 1,
    number_of_its_credit_note: 2,
    from_to: 1,
    tiny_number: 2,
    own_reference_twice: 1,
    overlapping: 1,
    two_references: 1,
    one_named_of_two_paid: 2,
    two_paid_of_three_named: 1,
    paid_before: 2,
    unknown_number: 2,
    supplier_with_one_reference_twice: 1,
    other_name: 2,
    credit_note_of_that_count: 1,
    netted_wrongly: 1,
    entered_twice: 1,
    month_as_text: 2,
}
