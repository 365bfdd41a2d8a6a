"""What is wrong with what matching did to generated payments, and with what it offers for those that are open."""

from collections import Counter
from dataclasses import dataclass, field

from .payment_books import Ledger
from .payment_records import MATCH, OPEN, UNOFFERED


@dataclass
class Count:
    """Figures of one seed, or of several added up.

    :param undamaged: payments that are to match by themselves, by kind
    :param found: those of them that did
    :param offers: open payments of which a candidate is right, by kind
    :param firsts: those of them of which it is the best
    """

    payments: int = 0
    matched: int = 0
    wrong: int = 0
    clicks: int = 0
    undamaged: Counter = field(default_factory=Counter)
    found: Counter = field(default_factory=Counter)
    offers: Counter = field(default_factory=Counter)
    firsts: Counter = field(default_factory=Counter)

    @property
    def recall(self):
        """Return the share of undamaged payments that matched by themselves."""
        return self.found.total() / (self.undamaged.total() or 1)

    @property
    def first(self):
        """Return the share of open payments with a right candidate of which it is the best."""
        return self.firsts.total() / (self.offers.total() or 1)

    @property
    def missed(self):
        """Return the kinds of which not all matched, with how many did."""
        return {
            kind: f"{self.found[kind]}/{count}" for kind, count in self.undamaged.items() if self.found[kind] < count
        }

    @property
    def by_kind(self):
        """Return how many of each kind matched by themselves, and of each open kind had the right candidate first."""
        pairs = (("", self.found, self.undamaged), ("proposed: ", self.firsts, self.offers))
        return ", ".join(
            f"{label}{kind} {some[kind]}/{every[kind]}" for label, some, every in pairs for kind in sorted(every)
        )

    def add(self, other):
        """Add the figures of another seed."""
        for name, value in vars(other).items():
            if isinstance(value, Counter):
                getattr(self, name).update(value)
            else:
                setattr(self, name, getattr(self, name) + value)

    def __str__(self):
        second = {
            kind: f"{self.firsts[kind]}/{count}" for kind, count in self.offers.items() if self.firsts[kind] < count
        }
        return (
            f"{self.payments} payments, {self.matched} matched, {self.wrong} wrong; recall {self.recall:.1%} of"
            f" {self.undamaged.total()} undamaged ones, not all of: {self.missed or 'none'}; right candidate first in"
            f" {self.first:.1%} of {self.offers.total()} open ones, not in all of: {second or 'none'};"
            f" {self.clicks} wrong ones with one click"
        )


@dataclass
class Books:
    """What the ledger told, and its records.

    :param partners: `res.partner` by key of the party
    :param moves: `account.move` by key of the document
    """

    ledger: Ledger
    partners: dict
    moves: dict
    company: object


class Judgement:
    """What is wrong with one seed, in words that name the smallest example, and its figures."""

    def __init__(self, books, told):
        """Judge every payment.

        :param Books books: what was told
        :param list told: of `truth_case.Told`
        """
        self._books = books
        self._documents = {document.key: document for document in books.ledger.documents}
        self.wrong, self.missed, self.clicks, self.not_first = [], [], [], []
        self.count = Count(payments=len(told))
        for each in told:
            self._judge_match(each)
            if not each.outcome.documents and not each.payment.own:
                self._judge_offer(each)
        self.count.wrong, self.count.clicks = len(self.wrong), len(self.clicks)

    # ------------------------------------------------------------------ by itself

    def _judge_match(self, told):
        payment, outcome = told.payment, told.outcome
        if mistake := self._mistake(payment, outcome) or self._mistaken_partner(payment, outcome):
            self.wrong.append(self._describe(told, f"{mistake}; found {self._names(outcome.documents)}"))
        self.count.matched += bool(outcome.documents)
        if payment.expected == MATCH:
            self.count.undamaged[payment.kind] += 1
            self.count.found[payment.kind] += bool(outcome.documents)
            if not outcome.documents:
                self.missed.append(self._describe(told, "not matched by itself"))

    def _mistake(self, payment, outcome):
        """Return what is wrong with a payment's line, or nothing."""
        company = self._books.company
        if outcome.documents:
            if payment.expected in OPEN:
                return "matched, and must stay open"
            if outcome.documents != payment.documents:
                return "matched with other documents"
            return outcome.residual and "matched, and not to the cent"
        if outcome.accounts == {company.account_journal_suspense_account_id.id}:
            return None
        if payment.own and outcome.accounts == {company.transfer_account_id.id}:
            return None
        return "booked on another account"

    def _mistaken_partner(self, payment, outcome):
        """Return what is wrong with the partner of a payment's line, or nothing."""
        account, name = (payment.attributes[f"counterpart_{field}"] for field in ("reference", "name"))
        parties, partners = self._books.ledger.parties, self._books.partners
        by_account = {partners[each.key].id for each in parties if each.known and each.account == account}
        by_name = {partners[each.key].id for each in parties if each.name.casefold() == (name or "").casefold()}
        settled = {self._books.moves[key].commercial_partner_id.id for key in outcome.documents}
        if by_account and outcome.partner not in by_account:
            return "not the partner of the account"
        told = by_account | by_name | settled | self._taught(payment)
        if outcome.partner and not payment.own and outcome.partner not in told:
            return "a partner that nothing tells"
        return None

    def _taught(self, payment):
        """Return the partner for whom a person accepted payments of this account that name what they pay; of one only."""
        account = payment.attributes["counterpart_reference"]
        accepted = [
            self._documents[key]
            for each in self._books.ledger.payments
            if each.accepted and each.phase < payment.phase and each.attributes["counterpart_reference"] == account
            for key in each.documents
            if self._documents[key].number in each.text
        ]
        found = {self._books.partners[document.party.key].id for document in accepted}
        return found if len(found) == 1 else set()

    # ------------------------------------------------------------------ offered

    def _judge_offer(self, told):
        payment, offer = told.payment, told.offer
        best = offer.candidates[0] if offer.candidates else frozenset()
        # What another payment settled meanwhile is right no more.
        right = [candidate for candidate in payment.right if candidate <= told.opened]
        if right:
            self.count.offers[payment.kind] += 1
            self.count.firsts[payment.kind] += best in right
            if best not in right:
                self.not_first.append(self._describe(told, f"the best candidate is {self._names(best)}"))
        if best and best not in right and offer.one_click:
            self.clicks.append(self._describe(told, f"one click takes {self._names(best)}"))
        if payment.expected == UNOFFERED and any(offer.candidates):
            self.clicks.append(self._describe(told, f"documents are offered: {self._names(best)}"))

    # ------------------------------------------------------------------ words

    def _names(self, keys):
        return [self._name(key) for key in sorted(keys)]

    def _name(self, key):
        document = self._documents.get(key.split()[0])
        if document is None:
            return key
        return (
            f"{key}: {document.kind} {document.number} {document.amount} {document.currency} of {document.party.name}"
            f" ref {document.reference!r} ({document.state}, {document.company}, {document.day})"
        )

    def _describe(self, told, flaw):
        payment = told.payment
        side = f"{payment.attributes['counterpart_name']} {payment.attributes['counterpart_reference']}"
        return (
            f"[{payment.kind}, expected {payment.expected}] {flaw}: {payment.amount} {payment.text!r} on {payment.day}"
            f" from {side}; residual {told.outcome.residual}; generated from {self._names(payment.documents)};"
            f" evidence {told.offer.words!r}"
        )
