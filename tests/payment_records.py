"""What a generated year of a Belgian company consists of, and what is right for each payment. Plain Python, no Odoo."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from ..sandbox.identifiers import belgian_iban

HOLDER = "Bakkerij Maes"
SAVINGS = belgian_iban(739, 1180022)  # the company's own, in its books but not in Ponto
# What is right: the match by itself; that match, or a proposal of it; a proposal only; nothing; not even a proposal.
MATCH, MAYBE, PROPOSE, NOTHING, UNOFFERED = "match", "maybe", "propose", "nothing", "unoffered"
OPEN = (PROPOSE, NOTHING, UNOFFERED)  # never by itself
OWN_KINDS = ("out_invoice", "out_refund")
INCOMING = {"out_invoice": 1, "in_refund": 1, "out_refund": -1, "in_invoice": -1}
REGISTERED = ("registered", "unlinked", "alone")  # a payment waits on an outstanding account


@dataclass(frozen=True)
class Party:
    """A customer or supplier.

    :param account: the IBAN that it pays from and is paid on
    :param known: the account is in the company's file
    :param on_contact: it is there as the account of a contact of the party, as of its accounting department
    :param customer_reference: structured communication that stands on every invoice to it, or ""
    """

    key: str
    name: str
    account: str
    known: bool
    on_contact: bool = False
    customer_reference: str = ""


@dataclass(frozen=True)
class Document:
    """An invoice or credit note.

    :param kind: Odoo's ``move_type``
    :param number: as printed on it, which for documents of suppliers is theirs
    :param amount: to be paid, positive, in its currency
    :param reference: payment reference printed on it, "" when it asks for none
    :param origin: number of the invoice that a credit note takes back
    :param order: the customer's own reference on it
    :param settled: what of the amount was paid before
    :param state: ``open``, ``paid``, ``draft``, ``registered``: a payment of it waits on an outstanding account,
        ``unlinked``: it does, and the document is open all the same, or ``alone``: it does, and there is no document
    :param discount: its terms allow 2 % within ten days
    :param registered_on: day of its registered payment, which is else two days after the document
    """

    key: str
    kind: str
    number: str
    party: Party
    day: date
    amount: Decimal
    reference: str = ""
    origin: str = ""
    order: str = ""
    company: str = "main"
    currency: str = "EUR"
    settled: Decimal = Decimal(0)
    state: str = "open"
    discount: bool = False
    registered_on: date | None = None

    @property
    def signed(self) -> Decimal:
        """Return what a payment of it adds to the bank account."""
        return (self.amount - self.settled) * INCOMING[self.kind]


@dataclass(frozen=True)
class Payment:
    """A bank transaction, and what it was generated from.

    :param kind: the story that it belongs to
    :param documents: keys of the documents that it was generated from; empty when it pays none of them
    :param expected: what is right, one of those above
    :param right: the candidates of which one is to be the best when it stays open; empty when none is right
    :param attributes: of the bank's transaction
    :param own: it is a transfer between the company's own accounts
    :param phase: 1, or 2 for what comes in after a person accepted candidates of the first
    :param accepted: a person accepts what is right for it, when it is offered
    """

    kind: str
    amount: Decimal
    day: date
    text: str
    documents: frozenset[str]
    expected: str
    right: tuple[frozenset[str], ...] = ()
    attributes: dict[str, str | None] = field(default_factory=dict)
    own: bool = False
    phase: int = 1
    accepted: bool = False
