import logging

from odoo import api, models

from ..booking.taxes import add_taxes
from ..support.errors import SEARCH_ERRORS
from .exact import ExactFinder
from .open_documents import DocumentReader, get_open_items_domain
from .partners import PartnerFinder
from .payments import make_payment, read_line
from .rule_counterparts import RuleCounterparts
from .rules import RuleFinder, read_rules
from .search import Search
from .transfers import TransferFinder, read_own_numbers

_logger = logging.getLogger(__name__)


class PontoMatching(models.AbstractModel):
    """Matching: what is exact by itself, and what a user chose, reconciled with what is open in the books.

    This is where another module has its word: it inherits from `ponto.matching`, and overrides or extends one of these
    methods. The work itself is done by plain classes, which are given one `Search` a batch and ask it for what they need.
    """

    _name = "ponto.matching"
    _description = "Matching of Bank Transactions"

    # ------------------------------------------------------------------ payments

    @api.model
    def _get_payments(self, lines):
        """Return bank transactions as evidence sees them; where they come from does not matter.

        :param lines: `account.bank.statement.line` records
        :return list: of `Payment`, by the id of the line
        """
        return [self._make_payment(**read_line(line)) for line in lines]

    @api.model
    def _make_payment(self, **facts):
        """Return a payment of what the bank, or a line in the books, says of it.

        Override it to read what a bank hides elsewhere.

        :param facts: of `Payment`; the account number as the bank gives it
        :return Payment:
        """
        return make_payment(**facts)

    @api.model
    def _make_search(self, journal, payments, company=None):
        """Return what all finders of a batch are given: nothing is read yet, and each part is read once.

        :param journal: `account.journal` record that the payments are of
        :param list payments: of `Payment`
        :param company: `res.company` record whose partners are looked at; that of the journal if None
        :return Search:
        """
        return Search(self, journal, payments, company)

    # ------------------------------------------------------------------ finders

    @api.model
    def _find(self, search, rules=False):
        """Find what payments can be matched with by themselves: exact evidence, transfers, then rules.

        Extend it to find more: what is found already has the last word.

        :param Search search: of the batch
        :param bool rules: whether reconciliation models are asked too
        :return dict: key of a payment: `Finding`
        """
        found = self._find_exact(search, search.payments)
        found |= self._find_transfers(search, search.get_left(found))
        if rules:
            try:
                with self.env.cr.savepoint():
                    found |= self._find_by_rules(search, search.get_left(found))
            except SEARCH_ERRORS:
                # One reconciliation model that fails takes nothing from what is exact.
                _logger.exception("Journal %s: the reconciliation models could not be asked", search.journal.id)
        return found

    @api.model
    def _find_exact(self, search, payments):
        """Find documents and registered payments that payments name and equal.

        :param Search search: of the batch
        :param list payments: of `Payment`, of the search
        :return dict: key of a payment: `Finding`
        """
        return ExactFinder(search).find(payments)

    @api.model
    def _find_transfers(self, search, payments, booked=None):
        """Find transfers between journals of the company.

        :param Search search: of the batch
        :param list payments: of `Payment`, of the search
        :param booked: `account.move.line` records of the payments themselves, when they are on the transfer account
        :return dict: key of a payment: `Finding`
        """
        return TransferFinder(search).find(payments, booked)

    @api.model
    def _find_by_rules(self, search, payments):
        """Find what automated reconciliation models say about payments.

        :param Search search: of the batch
        :param list payments: of `Payment`, of the search
        :return dict: key of a payment: `Finding`
        """
        return RuleFinder(search).find(payments)

    # ------------------------------------------------------------------ what a search reads

    @api.model
    def _get_known_partners(self, company, payments):
        """Return whom the payers and payees of payments may be.

        :param company: `res.company` record; partners of other companies than it and its parents are not looked at
        :param list payments: of `Payment`
        :return dict: key of a payment: ids of commercial partners, of the best sign that there is; without doubt, one
        """
        return PartnerFinder(self.env, company).find(payments)

    @api.model
    def _get_open_items_domain(self, journal):
        """Return which journal items may be settled by bank transactions of a journal: Odoo's own rules, one company.

        :param journal: `account.journal` record
        :return Domain: on `account.move.line`
        """
        return get_open_items_domain(self.env, journal)

    @api.model
    def _get_open_documents(self, search):
        """Return what is open and carries a reference of the payments, or has one of their amounts.

        :param Search search: of the batch
        :return list: of `OpenDocument`
        """
        return DocumentReader(search).find()

    @api.model
    def _get_transfer_account(self, journal):
        """Return what transfers between journals of the company are booked on.

        :param journal: `account.journal` record
        :return: `account.account` record, maybe empty
        """
        # sudo: a user of a branch may read the journal, not the company it belongs to.
        return journal.company_id.sudo().transfer_account_id.sudo(False)

    @api.model
    def _get_own_numbers(self, company):
        """Return the account numbers of the bank and card journals of a company.

        :param company: `res.company` record
        :return dict: number, as `plain_number` gives it: `account.journal` records
        """
        return read_own_numbers(self.env, company)

    @api.model
    def _get_rules(self, journal):
        """Return the reconciliation models that book payments of a journal by themselves, in the order of the database.

        :param journal: `account.journal` record
        :return: `account.reconcile.model` records
        """
        return read_rules(self.env, journal)

    # ------------------------------------------------------------------ what a rule books

    @api.model
    def _prepare_counterparts(self, rule, journal, payment, partner_id):
        """Return the journal items that take the place of a payment's suspense item.

        :param rule: `account.reconcile.model` record whose conditions hold
        :param journal: `account.journal` record
        :param Payment payment: the payment
        :param int partner_id: its partner, 0 when none is known
        :return list: values of `account.move.line`, equal to the payment in its currency and in the company's;
            empty when the rule does not book all of it
        """
        return RuleCounterparts(self, rule, journal, payment, partner_id).prepare()

    @api.model
    def _add_taxes(self, parts, company):
        """Divide counterpart items of one entry into bases and taxes: what the bank moved includes them.

        :param list parts: tuples of the values of an item, taxes included, and its `account.tax` records
        :param company: `res.company` record
        :return list: values of the base items, in the order given, then of the tax items
        """
        return add_taxes(self.env, parts, company)
