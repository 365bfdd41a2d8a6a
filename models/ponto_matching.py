import logging

from psycopg2 import DataError, IntegrityError

from odoo import api, models
from odoo.exceptions import UserError, ValidationError

_logger = logging.getLogger(__name__)

# A match that raises one of these cannot be made; others can, and anything else is no fault of a match.
MATCH_ERRORS = (UserError, ValidationError, ValueError, IntegrityError, DataError)


class PontoMatching(models.AbstractModel):
    """Matching: what is exact by itself, and what a user chose, reconciled with what is open in the books."""

    _name = "ponto.matching"
    _description = "Matching of Bank Transactions"

    @api.model
    def _find(self, journal, payments, rules=False):
        """Find what payments can be matched with by themselves: exact evidence, transfers, then rules.

        :param journal: `account.journal` record that the payments are of
        :param list payments: of `Payment`
        :param bool rules: whether reconciliation models are asked too
        :return dict: key of a payment: `Finding`
        """
        found = self._find_exact(journal, payments)
        found |= self._find_transfers(journal, [payment for payment in payments if payment.key not in found])
        if rules:
            try:
                with self.env.cr.savepoint():
                    found |= self._find_by_rules(journal, [payment for payment in payments if payment.key not in found])
            except MATCH_ERRORS:
                # One reconciliation model that fails takes nothing from what is exact.
                _logger.exception("Journal %s: the reconciliation models could not be asked", journal.id)
        return found

    @api.model
    def _find_transfers(self, journal, payments):
        """Find transfers between journals of the company.

        :return dict: key of a payment: `Finding`
        """
        return {}

    @api.model
    def _find_by_rules(self, journal, payments):
        """Find what reconciliation models of the database say about payments.

        :return dict: key of a payment: `Finding`
        """
        return {}
