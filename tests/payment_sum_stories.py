"""Sums: several documents in one payment of which not all are named, or whose sum is no bill's. Plain Python, no Odoo."""

from decimal import Decimal

from .payment_books import Ledger
from .payment_records import PROPOSE, Document

MINUS = ("{} min creditnota", "{} - CN", "{} moins avoir", "{}", "{} abzgl. Gutschrift", "saldo {}")


def _in_a_row(ledger: Ledger, count: int) -> list[Document]:
    """Add invoices of one customer whose numbers follow each other."""
    party, day = ledger.single(), ledger.document_day()
    return [ledger.document(party=party, amount=ledger.odd_amount(), day=day) for _each in range(count)]


def short_range(ledger: Ledger, number: int) -> None:
    """A range of invoices is named by its first and the end of its last, and the sum is theirs."""
    documents = _in_a_row(ledger, 3 + number % 2)
    first, last = documents[0].number, documents[-1].number
    bare = f"{first[4:]}-{last[-2:]}"
    text = (bare, f"facturen {bare}", f"{first}-{last[-2:]}", f"{first} - {last[-5:]}", f"{first} tot {last}")[
        number % 5
    ]
    ledger.pay("range", documents, text, PROPOSE)


def second_shortened(ledger: Ledger, number: int) -> None:
    """Two invoices are paid, and of the second only the end of its number is written."""
    first, second = _in_a_row(ledger, 2)
    text = ("{} et {}", "{} + {}", "{} en {}", "{}/{}")[number % 4].format(first.number, second.number[-3:])
    ledger.pay("second number shortened", [first, second], text, PROPOSE)


def credit_note_unnamed(ledger: Ledger, number: int) -> None:
    """A credit note is taken off, and only the invoice is named."""
    kind, credit = ("in_invoice", "in_refund") if number % 3 == 2 else ("out_invoice", "out_refund")
    invoice = ledger.document(kind, ledger.single(), amount=ledger.odd_amount())
    note = ledger.document(credit, invoice.party, amount=Decimal(ledger.draw.randrange(2_003, 90_000)).scaleb(-2))
    ledger.pay("credit note not named", [invoice, note], MINUS[number % 6].format(invoice.number), PROPOSE)


def registered_and_open(ledger: Ledger, number: int) -> None:
    """Two invoices are paid at once; a payment of the first was registered already."""
    party, day = ledger.single(), ledger.payment_day()
    first, second = (
        ledger.document(party=party, amount=ledger.odd_amount(), state=state, registered_on=ledger.sent_before(day))
        for state in ("registered", "open")
    )
    text = ("{} {}", "{} + {}", "facturen {}, {}")[number % 3].format(first.number, second.number)
    ledger.pay("one registered, one open", [first, second], text, PROPOSE, day=day)


def office(ledger: Ledger, number: int) -> None:
    """An accounting office pays invoices of two clients at once, and names both."""
    documents = [ledger.document(party=ledger.single(), amount=ledger.odd_amount()) for _client in range(2)]
    text = (" ", " + ", " en ")[number % 3].join(document.number for document in documents)
    ledger.pay("office of two clients", documents, text, PROPOSE, name="Kantoor Smets", account=ledger.new_account())


def half(ledger: Ledger, number: int) -> None:
    """Half of an invoice is paid; another invoice of the customer has just that amount."""
    party = ledger.single()
    amount = ledger.odd_amount()
    invoice = ledger.document(party=party, amount=2 * amount)
    other = ledger.document(party=party, amount=amount)
    text = ("{} 1e schijf", "{} 50%", "1/2 van {}")[number % 3].format(invoice.number)
    ledger.pay("half, which another has", [invoice], text, PROPOSE, right=[[invoice]], amount=other.amount)


def two_named_one_unbooked(ledger: Ledger, number: int) -> None:
    """Two invoices are named; the one in the books has the amount, the other one is not there."""
    invoice = ledger.document(party=ledger.single(), amount=ledger.odd_amount())
    other = f"{invoice.number[:9]}{60_000 + number}"
    text = ("{0} en {1}", "{1}, {0}", "{0} {1}")[number % 3].format(invoice.number, other)
    ledger.pay("two named, one not in the books", [invoice], text, PROPOSE)


SUM_STORIES = {
    short_range: 3,
    second_shortened: 1,
    credit_note_unnamed: 4,
    registered_and_open: 2,
    office: 2,
    half: 1,
    two_named_one_unbooked: 1,
}
