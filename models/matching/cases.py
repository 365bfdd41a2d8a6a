"""What is weighed: open documents with their references, and payments with all that is known of them."""

from dataclasses import dataclass, field
from datetime import date as day

from ...payment_references import NUMBER, read_number
from .refusals import Refusal

CUSTOMER_REFERENCE = "customer_reference"


@dataclass(slots=True)
class OpenDocument:
    """A document, or a registered payment, with all of its open journal items in the currency of the journal."""

    key: int
    partner_id: int  # commercial; 0 when it has none
    is_payment: bool
    is_purchase: bool
    date: day
    references: dict[str, set[str]]  # kind: keys
    own_numbers: set[str]  # of its keys, those that the company's sequences gave it or what it pays
    is_complete: bool = (
        True  # False when only items of one amount are known: it cannot be settled, only be mistaken for
    )
    item_ids: list[int] = field(default_factory=list)
    account_ids: set[int] = field(default_factory=set)
    residual: int = 0  # in the smallest unit: positive when money is to come in
    whole: int = 0  # what is open of all of it, without sign, in the same unit; 0 where nobody knows
    written: tuple[str, ...] = ()  # its references as they stand on it
    named_by: frozenset = frozenset()  # the keys that were looked for and are written on it

    @property
    def numbers(self):
        return self.references.get(NUMBER, set()) | self.references.get(CUSTOMER_REFERENCE, set())

    @property
    def written_numbers(self):
        """Its numbers with their separators: set of `Number`."""
        keys = self.numbers
        return {number for text in self.written if (number := read_number(text)).key in keys}

    def get_written(self, key):
        """Return a reference as it stands on the document.

        :param str key: without separators
        :return set: of `Number`
        """
        return {number for text in self.written if (number := read_number(text)).key == key}


@dataclass(slots=True)
class Case:
    """One payment with all that is known of it."""

    payment: object  # `Payment`
    amount: int  # in the smallest unit
    references: object  # `payment_references.References`
    partner_ids: frozenset  # commercial partners that its payer may be; empty when nobody is recognized
    helping: object = None  # `References` of what the payer wrote for itself, if it did: it never contradicts

    def refuse(self, reason, documents=()):
        return Refusal(self.payment.key, reason, tuple({document.key: document for document in documents}.values()))
