"""Weighing: which open documents a payment settles, by its texts and its amount. It asks no database."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import chain

from ...payment_references import (
    CREDITOR,
    NUMBER,
    STRONG,
    STRUCTURED,
    is_likely_slip,
    number_strength,
    read_tail,
)
from .bank_codes import is_return
from .cases import CUSTOMER_REFERENCE
from .facts import Finding
from .refusals import Reason, Refusal

# The evidence that is named when several point to one document.
ORDER = (STRUCTURED, CREDITOR, NUMBER, CUSTOMER_REFERENCE)
# Who names a document much earlier than its date means another one of the same reference, as of a subscription.
EARLIEST = timedelta(days=14)
# Who sends a payment gives it to the bank within days; a month later it is the next one of the same text.
LONGEST_WAY = timedelta(days=27)


def is_in_time(registered, day):
    """Tell whether a registered payment may be what the bank shows.

    :param date registered: day of the registered payment
    :param date day: of the bank transaction
    """
    return registered <= day <= registered + LONGEST_WAY


class Weighing:
    """The open documents of one look-up, and the payments that may settle them."""

    def __init__(self, documents, get_repeated=frozenset):
        """Index documents by what names them.

        :param list documents: of `OpenDocument`
        :param get_repeated: function that returns the keys of those whose reference stands on other documents, too
        """
        self._get_repeated = get_repeated
        self._by_reference = defaultdict(list)
        self._by_amount = defaultdict(list)
        for document in documents:
            self._by_amount[document.residual].append(document)
            if not document.is_complete:
                continue
            for kind, keys in document.references.items():
                for key in keys:
                    self._by_reference[kind, key].append(document)

    def judge(self, cases):
        """Tell what each payment settles, or why nothing; what two of them claim is given to none.

        :param list cases: of `Case`
        :return dict: key of a payment: `Finding`, or the `Refusal` with its reason
        """
        judged = {case.payment.key: self._judge_one(case) for case in cases}
        findings = [result for result in judged.values() if isinstance(result, Finding)]
        claims = Counter(item_id for finding in findings for item_id in finding.item_ids)
        for finding in findings:
            if any(claims[item_id] > 1 for item_id in finding.item_ids):
                judged[finding.key] = Refusal(finding.key, Reason.CLAIMED_TWICE)
        return judged

    def _judge_one(self, case):
        """Return the `Finding` of one payment, or the `Refusal`."""
        if not case.amount:
            return case.refuse(Reason.NO_AMOUNT)
        if is_return(case.payment.bank_code):
            return case.refuse(Reason.COMES_BACK)
        judged = self._judge_texts(case, self._get_named(case.references))
        # What a payer calls the payment for itself names something of ours only where the payer is known.
        if isinstance(judged, Finding) or not case.helping or not case.partner_ids:
            return judged
        helped = self._judge_texts(case, self._get_named(case.references) | self._get_named(case.helping))
        return helped if isinstance(helped, Finding) else judged

    def _judge_texts(self, case, named):
        """Return the `Finding` of what texts name, or the `Refusal`.

        :param dict named: kind and key: open documents that carry it
        """
        if not named:
            return self._judge_shortened(case)
        chosen = self._choose_payment(case, named) or self._choose_documents(case, named)
        if isinstance(chosen, Refusal):
            return chosen
        if reason := self._get_contradiction(case, chosen, named):
            return case.refuse(reason, chosen)
        return self._make_finding(case, chosen, named)

    def _judge_shortened(self, case):
        """Return the `Finding` of a document of which the payer left out a part of the number, or a `Refusal`.

        Payer and amount are exact, too, and nothing else of the payer's is open for the amount.
        """
        equal = self._get_only_equal(case)
        if not equal:
            return case.refuse(Reason.NOTHING_NAMED)
        (document,) = equal
        numbers = {
            number
            for number in document.written_numbers
            if case.references.may_name(number) and number_strength(number.key)
        }
        if not numbers:
            return case.refuse(Reason.NOTHING_NAMED)
        tails = {tail for number in numbers if (tail := read_tail(number))}
        if case.references.names_another(numbers | tails | document.written_numbers):
            return case.refuse(Reason.NAMES_ANOTHER, equal)
        if reason := self._get_contradiction(case, equal, {}):
            return case.refuse(reason, equal)
        return self._make_finding(case, equal, {(NUMBER, number.key): equal for number in numbers})

    def _get_only_equal(self, case):
        """Return the document of the payer that the payment settles whole, when there is no other one of its amount.

        :return list: of one `OpenDocument`, or none
        """
        equal = [
            document
            for document in self._by_amount[case.amount]
            if document.partner_id in case.partner_ids and not document.is_payment
        ]
        is_only = len(equal) == len(case.partner_ids) == 1 and equal[0].whole == abs(case.amount)
        return equal if is_only else []

    # ------------------------------------------------------------------ what is named

    def _get_named(self, texts):
        """Return what texts name.

        :param References texts: of the payment
        :return dict: kind and key: open documents that carry it
        """
        named = {}
        for kind, keys in ((STRUCTURED, texts.structured), (CREDITOR, texts.creditor)):
            named.update(
                {(kind, key): self._by_reference[kind, key] for key in keys if (kind, key) in self._by_reference}
            )
        for kind in (NUMBER, CUSTOMER_REFERENCE):
            known = {
                key: {number for document in self._by_reference[kind, key] for number in document.get_written(key)}
                for key in texts.spans
                if (kind, key) in self._by_reference and number_strength(key)
            }
            named.update({(kind, key): self._get_carriers(kind, key, texts) for key in texts.get_named(known)})
        return named

    def _get_carriers(self, kind, key, texts):
        """Return the documents that carry a number as texts write it.

        :param References texts: that name the number
        :return list: of `OpenDocument`
        """
        documents = self._by_reference[kind, key]
        if len(documents) == 1:
            return documents
        return [document for document in documents if texts.hold(key, document.get_written(key))]

    def _may_be_of(self, document, case):
        return not case.partner_ids or document.partner_id in case.partner_ids

    # ------------------------------------------------------------------ which of them

    def _choose_payment(self, case, named):
        """Return the registered payment that is named and equal; [] when there is none, or a `Refusal`.

        Registered payments come before the documents that they pay, not before those of others.
        """
        equal = {
            document.key: document
            for documents in named.values()
            for document in documents
            if document.residual == case.amount and self._may_be_of(document, case)
        }
        payments = [document for document in equal.values() if document.is_payment]
        if len(payments) > 1:
            return case.refuse(Reason.SEVERAL_PAYMENTS, payments)
        if payments and len({document.partner_id for document in equal.values()}) > 1:
            return case.refuse(Reason.PAYMENT_AND_OTHERS, equal.values())
        return payments

    def _choose_documents(self, case, named):
        """Return the documents that the texts name and the amount equals; a `Refusal` when that is not certain."""
        certain, shared = {}, []
        for (kind, _key), documents in named.items():
            documents = [document for document in documents if not document.is_payment]
            possible = [document for document in documents if self._may_be_of(document, case)]
            if documents and not possible:
                return case.refuse(Reason.SOMEBODY_ELSES, documents)
            if len(possible) == 1 and kind != CUSTOMER_REFERENCE:
                certain[possible[0].key] = possible[0]
            elif possible:
                shared.append(possible)
        if certain:
            return self._choose_certain(case, certain, shared)
        return self._choose_among(case, shared)

    def _choose_certain(self, case, certain, shared):
        """Return the documents that references of their own name, when they are all and make up the amount.

        :param dict certain: key of a document: the document
        :param list shared: lists of documents that one reference names
        """
        # A reference that several documents share says nothing more than those that are named otherwise.
        for documents in shared:
            if not any(document.key in certain for document in documents):
                return case.refuse(Reason.SEVERAL_DOCUMENTS, documents)
        chosen = list(certain.values())
        if sum(document.residual for document in chosen) != case.amount:
            return case.refuse(Reason.OTHER_AMOUNT, chosen)
        return chosen

    def _choose_among(self, case, shared):
        """Return the only document of the payment's amount among those that share each reference.

        :param list shared: lists of documents that one reference names; [] when registered payments only are named
        """
        equal = [{d.key: d for d in documents if d.residual == case.amount} for documents in shared]
        if not any(equal):
            return case.refuse(Reason.OTHER_AMOUNT, chain(*shared))
        common = set.intersection(*(set(documents) for documents in equal))
        if len(common) != 1 or any(len(documents) != 1 for documents in equal):
            return case.refuse(Reason.SEVERAL_DOCUMENTS, chain(*shared))
        return [equal[0][common.pop()]]

    # ------------------------------------------------------------------ what stands against it

    def _get_contradiction(self, case, chosen, named):
        """Return what contradicts, or nothing: one partner, one account, its time, no other number, no better reading.

        :return Reason | None: the first
        """
        if len({document.partner_id for document in chosen}) > 1:
            return Reason.SEVERAL_PARTNERS
        if len(set().union(*(document.account_ids for document in chosen))) > 1:
            return Reason.SEVERAL_ACCOUNTS
        doubts = (self._get_time_doubt(case, document, named) for document in chosen)
        if reason := next(filter(None, doubts), None) or self._get_other_reference(case, chosen):
            return reason
        if case.partner_ids:
            return None
        doubts = (self._get_doubt(case, document, named) for document in chosen)
        return next(filter(None, doubts), None)

    def _get_other_reference(self, case, chosen):
        """Return the reason when the texts name something else besides.

        :return Reason | None: `NAMES_ANOTHER`
        """
        numbers = set().union(*(document.written_numbers for document in chosen))
        known = set().union(*(document.references.get(STRUCTURED, ()) for document in chosen))
        is_other = case.references.names_another(numbers) or bool(known and case.references.printed - known)
        return Reason.NAMES_ANOTHER if is_other else None

    def _get_doubt(self, case, document, named):
        """Return why it is not certain that a document is meant, of which only its number speaks: nobody knows the payer.

        :return Reason | None: the first
        """
        is_told = case.payment.account_number or case.payment.partner_name
        if document.is_payment and document.residual < 0 and is_told:
            return Reason.PAYEE_UNKNOWN
        if self._get_kinds(document, named) & {STRUCTURED, CREDITOR}:
            return None  # check digits leave no doubt about the reference
        keys = {key for (_kind, key), documents in named.items() if document in documents}
        if document.is_purchase:
            return Reason.SUPPLIERS_NUMBER
        return None if self._is_beyond_doubt(document, keys) else Reason.MAY_BE_A_SLIP

    # ------------------------------------------------------------------ its time

    def _get_time_doubt(self, case, document, named):
        """Return why the time of a payment makes it uncertain that a document is meant.

        :return Reason | None: the first
        """
        day = case.payment.date
        if document.is_payment:
            return None if is_in_time(document.date, day) else Reason.OTHER_TIME
        # A number of its own names no other one, whatever date it was given.
        if any((NUMBER, key) in named for key in document.own_numbers):
            return None
        if day < document.date - EARLIEST or (day < document.date and self._is_fixed(document, named)):
            return Reason.TOO_EARLY
        months = case.references.months
        if months and not any(month.is_of(document.date) for month in months) and self._is_repeated(document):
            return Reason.OTHER_MONTH
        return None

    def _is_fixed(self, document, named):
        """Tell whether the reference of a document may be that of a contract, and stand on earlier ones as well.

        What suppliers give as a structured communication is the contract's as often as the bill's: nobody tells.
        """
        kinds = self._get_kinds(document, named)
        is_contract = document.is_purchase and NUMBER not in kinds and bool(kinds & {STRUCTURED, CREDITOR})
        return is_contract or self._is_repeated(document)

    def _is_repeated(self, document):
        return document.key in self._get_repeated()

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
