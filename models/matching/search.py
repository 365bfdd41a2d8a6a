"""What is read for one batch of payments: each part once, when the first who needs it asks for it."""

from functools import cached_property
from itertools import chain

from ...payment_references import References
from ..support.money import from_units, to_units
from .open_documents import RepeatedReferences


class Search:
    """Payments of one journal, and what the books hold about them; every finder of the batch is given the same one.

    The books are asked by the hooks of `ponto.matching`. What was read stays as it was: after a write, begin anew.
    """

    def __init__(self, matching, journal, payments, company=None):
        """Begin a search; nothing is read yet.

        :param matching: `ponto.matching` model
        :param journal: `account.journal` record that the payments are of
        :param list payments: of `Payment`
        :param company: `res.company` record whose partners are looked at; that of the journal if None
        """
        self.matching = matching
        self.env = matching.env
        self.journal = journal
        self.payments = payments
        self.company = journal.company_id
        self.company_of_partners = company or self.company

    # ------------------------------------------------------------------ payments

    @cached_property
    def currency(self):
        """The currency of the journal: `res.currency` record."""
        return self.journal.currency_id or self.company.currency_id

    @cached_property
    def references(self):
        """The texts of the payments, read: dict of the key of a payment: `References`."""
        return {payment.key: References(payment.free_texts) for payment in self.payments}

    @cached_property
    def helping(self):
        """What payers wrote as their own reference, read: dict of the key of a payment: `References`."""
        return {payment.key: References((payment.end_to_end_id,)) for payment in self.payments if payment.end_to_end_id}

    @cached_property
    def keys(self):
        """Every key that may stand in the texts: set."""
        return set().union(*(texts.keys for texts in chain(self.references.values(), self.helping.values())))

    @cached_property
    def units(self):
        """The amounts in the smallest unit of the currency: dict of the key of a payment: int, signed."""
        return {payment.key: to_units(payment.amount, self.currency) for payment in self.payments}

    @cached_property
    def amounts(self):
        """The amounts as the books hold them, each once: set of float, signed."""
        return {from_units(units, self.currency) for units in self.units.values()}

    def get_left(self, found):
        """Return the payments that nothing was found for.

        :param dict found: key of a payment: `Finding`
        :return list: of `Payment`
        """
        return [payment for payment in self.payments if payment.key not in found]

    # ------------------------------------------------------------------ partners

    @cached_property
    def owners(self):
        """Whom the payments may be of: dict of the key of a payment: ids of commercial partners."""
        return self.matching._get_known_partners(self.company_of_partners, self.payments)

    @cached_property
    def partner_ids(self):
        """Whom the payments are of, where there is no doubt: dict of the key of a payment: id."""
        own = self.company_of_partners.partner_id.commercial_partner_id.id
        certain = {payment.key: self.owners.get(payment.key, ()) for payment in self.payments}
        return {
            key: next(iter(partner_ids))
            for key, partner_ids in certain.items()
            if len(partner_ids) == 1 and own not in partner_ids
        }

    # ------------------------------------------------------------------ the books

    @cached_property
    def open_items_domain(self):
        """Which journal items the payments may settle: `Domain` on `account.move.line`."""
        return self.matching._get_open_items_domain(self.journal)

    @cached_property
    def open_documents(self):
        """What is open and carries a reference of the payments, or has one of their amounts: list of `OpenDocument`."""
        return self.matching._get_open_documents(self)

    @cached_property
    def repeated(self):
        """Which of them carry a reference that stands on other documents of the partner, too: keys."""
        return RepeatedReferences(self).find()

    @cached_property
    def refusals(self):
        """Why exact evidence matched payments with nothing: dict of the key of a payment: `Refusal`; filled by it."""
        return {}

    @cached_property
    def transfer_account(self):
        """What transfers between journals of the company are booked on: `account.account` record."""
        return self.matching._get_transfer_account(self.journal)

    @cached_property
    def own_numbers(self):
        """The account numbers of the company's journals: dict of a number: `account.journal` records."""
        return self.matching._get_own_numbers(self.company)

    @cached_property
    def rules(self):
        """The reconciliation models that book payments by themselves: `account.reconcile.model` records."""
        return self.matching._get_rules(self.journal)
