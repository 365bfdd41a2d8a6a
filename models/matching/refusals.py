"""Why a payment is matched with nothing, or not by itself: each reason has a name, so that it can be told."""

from dataclasses import dataclass
from enum import Enum


class Reason(Enum):
    """What stands against exact evidence."""

    NO_AMOUNT = "no_amount"
    """Nothing can equal the payment: it is of zero, or its amount is not in the currency of the journal."""

    COMES_BACK = "comes_back"
    """A returned transfer, or an unpaid or refunded direct debit: it settles no document, it opens one again."""

    NOTHING_NAMED = "nothing_named"
    """The texts hold no reference and no number of anything that is open."""

    SOMEBODY_ELSES = "somebody_elses"
    """What a text names is of another partner than the payer."""

    OTHER_AMOUNT = "other_amount"
    """What the texts name is certain, and open for another amount: a part of it, too much, or a discount."""

    SEVERAL_PAYMENTS = "several_payments"
    """Several registered payments are named and equal."""

    PAYMENT_AND_OTHERS = "payment_and_others"
    """A registered payment is named and equal, and so is a document of another partner."""

    SEVERAL_DOCUMENTS = "several_documents"
    """Several open documents carry the reference, and the amount does not tell which of them is meant."""

    SEVERAL_PARTNERS = "several_partners"
    """The documents that the texts name are of several partners."""

    SEVERAL_ACCOUNTS = "several_accounts"
    """The documents that the texts name are booked on several accounts."""

    TOO_EARLY = "too_early"
    """The payment was made long before the date of the document: another one of the same reference is meant."""

    OTHER_MONTH = "other_month"
    """The reference stands on other documents of the partner, too, and the texts name another month."""

    OTHER_TIME = "other_time"
    """The registered payment is dated after the bank transaction, or so long before that another one may be meant."""

    PAYEE_UNKNOWN = "payee_unknown"
    """The payment was registered for a partner who has neither the account nor the name of who got the money."""

    NAMES_ANOTHER = "names_another"
    """The texts name one more number, which is no document that the payment would settle."""

    SUPPLIERS_NUMBER = "suppliers_number"
    """Nobody knows the payer, and the number is a supplier's: other suppliers number theirs alike."""

    MAY_BE_A_SLIP = "may_be_a_slip"
    """Nobody knows the payer, and the number is short, written by people, or nearly that of another open document."""

    CLAIMED_TWICE = "claimed_twice"
    """Another payment of the same look-up claims the same document."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A payment that exact evidence matches with nothing, why, and what it is about."""

    key: int  # of the payment
    reason: Reason
    documents: tuple = ()  # of `OpenDocument`: those that are named and are not taken
