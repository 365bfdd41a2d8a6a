"""What matching knows of a payment, and what it found for it: values that no database holds."""

from dataclasses import dataclass
from datetime import date as day

from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

# What a match rests on, in the words of the log.
EVIDENCE = {
    "structured": _lt("Structured communication"),
    "creditor": _lt("Creditor reference (RF)"),
    "number": _lt("Document number"),
    "numbers": _lt("Several documents named"),
    "customer_reference": _lt("Customer's reference and unique amount"),
    "payment": _lt("Registered payment"),
    "batch": _lt("Batch of registered payments"),
    "rule": _lt("Reconciliation model"),
    "transfer": _lt("Internal transfer"),
    "suggestion": _lt("Suggestion, accepted"),
    "chosen": _lt("Chosen by a user"),
    "last_time": _lt("Like last time"),
    "discount": _lt("Early payment discount"),
    "booked": _lt("Booked by a user"),
}
# Evidence that needs nobody's judgment: what it names must still be open, and sum up to the amount.
EXACT = ("structured", "creditor", "number", "numbers", "customer_reference", "payment")


@dataclass(frozen=True, slots=True)
class Payment:
    """One bank transaction as evidence sees it, before or after it has a line in the books.

    `amount` is signed and in the journal's currency, whatever its foreign currency is. `texts` is everything besides
    the label where a reference may stand. Texts that the bank does not tell are "".
    """

    key: int  # whatever the caller finds it by: id of the ponto.transaction, or of the line
    date: day
    amount: float
    currency_id: int
    label: str
    texts: tuple[str, ...] = ()
    partner_name: str = ""
    account_number: str = ""  # of the counterparty, sanitised
    creditor_id: str = ""
    mandate_id: str = ""
    end_to_end_id: str = ""
    bank_code: str = ""
    partner_id: int = 0  # of an existing line: what a user chose

    @property
    def free_texts(self):
        """What the payer wrote for us: the texts without the reference that it wrote for itself."""
        return tuple(text for text in (self.label, *self.texts) if text != self.end_to_end_id)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a payment can be matched with, or booked on, and why.

    `found` and `missing` name evidence in detail ("amount", "account", "number", "name"), for the words of suggestions.
    `counterparts` are values of journal items that take the place of one counterpart account. `doubt` is the name of
    the reason why exact evidence did not match the payment by itself, for the words of suggestions.
    """

    key: int  # of the payment
    evidence: str  # key of EVIDENCE
    account_id: int  # counterpart account of the line
    partner_id: int = 0
    item_ids: tuple[int, ...] = ()  # open journal items that it settles
    found: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    counterparts: tuple = ()
    doubt: str = ""


def normalize_account(number):
    """Return an account number as Odoo keeps it to compare.

    :param str | None number: as the bank or a user wrote it
    :return str: without blanks and signs, in capitals; "" for what names no account
    """
    sanitized = "".join(sign for sign in number or "" if sign.isalnum()).upper()
    return sanitized if sum(map(str.isdigit, sanitized)) > 3 else ""
