"""Weighing: which open documents a payment settles, by its texts and its amount. It asks no database."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date as day
from datetime import timedelta

from ...payment_references import CREDITOR, NUMBER, STRONG, STRUCTURED, is_likely_slip, number_strength
from .facts import Finding

CUSTOMER_REFERENCE = "customer_reference"
# The evidence that is named when several point to one document.
ORDER = (STRUCTURED, CREDITOR, NUMBER, CUSTOMER_REFERENCE)
# Who names a document much earlier than its date means another one of the same reference, as of a subscription.
EARLIEST = timedelta(days=14)
# Families of ISO 20022 for what comes back: returned transfers, unpaid and refunded direct debits.
RETURNS = ("RRTN", "RPCR", "UPDD", "PRDD", "RCDD", "UPCQ", "UPCT")


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
    name: str = ""

    @property
    def numbers(self):
        return self.references.get(NUMBER, set()) | self.references.get(CUSTOMER_REFERENCE, set())


@dataclass(slots=True)
class Case:
    """One payment with all that is known of it."""

    payment: object  # `Payment`
    amount: int  # in the smallest unit
    references: object  # `payment_references.References`
    partner_ids: frozenset  # commercial partners that its payer may be; empty when nobody is recognized


class Weighing:
    """The open documents of one look-up, and the payments that may settle them."""

    def __init__(self, documents):
        """Index documents by what names them.

        :param list documents: of `OpenDocument`
        """
        self._by_reference = defaultdict(list)
        self._by_amount = defaultdict(list)
        for document in documents:
            self._by_amount[document.residual].append(document)
            if not document.is_complete:
                continue
            for kind, keys in document.references.items():
                for key in keys:
                    self._by_reference[kind, key].append(document)

    def weigh(self, cases):
        """Find what payments settle; what two of them claim is given to none.

        :param list cases: of `Case`
        :return dict: key of a payment: `Finding`
        """
        found = {case.payment.key: finding for case in cases if (finding := self._weigh_one(case))}
        claims = Counter(item_id for finding in found.values() for item_id in finding.item_ids)
        return {
            key: finding for key, finding in found.items() if all(claims[item_id] == 1 for item_id in finding.item_ids)
        }

    def _weigh_one(self, case):
        if not case.amount or is_return(case.payment.bank_code):
            return None
        named = self._get_named(case)
        if not named:
            return None
        equal = {
            document.key: document
            for documents in named.values()
            for document in documents
            if document.residual == case.amount and self._may_be_of(document, case)
        }
        # Registered payments come before the documents that they pay, not before those of others.
        payments = [document for document in equal.values() if document.is_payment]
        if len(payments) > 1 or (payments and len({document.partner_id for document in equal.values()}) > 1):
            return None
        chosen = payments or self._choose(case, named)
        if not chosen or not self._is_consistent(case, chosen, named):
            return None
        return self._make_finding(case, chosen, named)

    # ------------------------------------------------------------------ what is named

    def _get_named(self, case):
        """Return what the texts name.

        :return dict: kind and key: open documents that carry it
        """
        texts = case.references
        named = {}
        for kind, keys in ((STRUCTURED, texts.structured), (CREDITOR, texts.creditor)):
            named.update(
                {(kind, key): self._by_reference[kind, key] for key in keys if (kind, key) in self._by_reference}
            )
        for kind in (NUMBER, CUSTOMER_REFERENCE):
            known = [key for key in texts.spans if (kind, key) in self._by_reference and number_strength(key)]
            named.update({(kind, key): self._by_reference[kind, key] for key in texts.get_named(known)})
        return named

    def _may_be_of(self, document, case):
        return not case.partner_ids or document.partner_id in case.partner_ids

    # ------------------------------------------------------------------ which of them

    def _choose(self, case, named):
        """Return the documents that the texts name and the amount equals; [] when that is not certain."""
        certain, shared = {}, []
        for (kind, _key), documents in named.items():
            documents = [document for document in documents if not document.is_payment]
            if not documents:
                continue
            possible = [document for document in documents if self._may_be_of(document, case)]
            if not possible:
                return []  # named is a document of somebody else
            if len(possible) == 1 and kind != CUSTOMER_REFERENCE:
                certain[possible[0].key] = possible[0]
            else:
                shared.append(possible)
        # A reference that several documents share says nothing more than those that are named otherwise,
        if all(any(document.key in certain for document in documents) for documents in shared) and certain:
            chosen = list(certain.values())
            return chosen if sum(document.residual for document in chosen) == case.amount else []
        if certain or not shared:
            return []
        # ... or it names the only one of the payment's amount.
        equal = [{d.key: d for d in documents if d.residual == case.amount} for documents in shared]
        common = set.intersection(*(set(documents) for documents in equal))
        if len(common) != 1 or any(len(documents) != 1 for documents in equal):
            return []
        return [equal[0][common.pop()]]

    def _is_consistent(self, case, chosen, named):
        """Tell whether nothing contradicts: one partner, one account, its time, no other number, no better reading."""
        if len({document.partner_id for document in chosen}) > 1:
            return False
        if len(set().union(*(document.account_ids for document in chosen))) > 1:
            return False
        if any(self._is_too_early(case, document, named) for document in chosen):
            return False
        numbers = set().union(*(document.numbers for document in chosen))
        if case.references.names_another(numbers):
            return False
        partner_is_known = bool(case.partner_ids)
        for document in chosen:
            kinds = self._get_kinds(document, named)
            if kinds & {STRUCTURED, CREDITOR}:
                continue  # check digits leave no doubt about the reference
            if document.is_purchase and not partner_is_known:
                return False  # its number is the supplier's: others number theirs alike
            keys = {key for (_kind, key), documents in named.items() if document in documents}
            if not partner_is_known and not self._is_beyond_doubt(document, keys):
                return False
        return True

    def _is_too_early(self, case, document, named):
        is_early = not document.is_payment and case.payment.date < document.date - EARLIEST
        # A number of its own names no other one, whatever date it was given.
        return is_early and not any((NUMBER, key) in named for key in document.own_numbers)

    def _is_beyond_doubt(self, document, keys):
        """Tell whether a number without check digits names a document although nobody knows the payer.

        Only one that the company gave: what people wrote on a document ("Rent 06/2025") others write too. What is on a
        payment that the company sends is its own text.
        """
        is_sent = document.is_payment and document.residual < 0
        named = keys if is_sent else keys & document.own_numbers
        keys = {key for key in named if number_strength(key) == STRONG}
        others = [other for other in self._by_amount[document.residual] if other.key != document.key]
        return bool(keys) and not any(
            is_likely_slip(key, number) for key in keys for other in others for number in other.numbers
        )

    # ------------------------------------------------------------------ what is told

    def _get_kinds(self, document, named):
        return {kind for (kind, _key), documents in named.items() if document in documents}

    def _make_finding(self, case, chosen, named):
        kinds = set().union(*(self._get_kinds(document, named) for document in chosen))
        if chosen[0].is_payment:
            evidence = "payment"
        elif len(chosen) > 1:
            evidence = "numbers"
        else:
            evidence = next(kind for kind in ORDER if kind in kinds)
        return Finding(
            key=case.payment.key,
            evidence=evidence,
            account_id=next(iter(chosen[0].account_ids)),
            partner_id=chosen[0].partner_id,
            item_ids=tuple(sorted(item_id for document in chosen for item_id in document.item_ids)),
            found=("amount", "number", *(("partner",) if case.partner_ids else ())),
            missing=() if case.partner_ids else ("partner",),
        )


def is_return(bank_code):
    """Tell whether a payment comes back: a returned transfer, an unpaid or refunded direct debit.

    :param str bank_code: ISO 20022 transaction code, its parts joined by hyphens
    """
    return any(part in RETURNS for part in (bank_code or "").upper().split("-"))
