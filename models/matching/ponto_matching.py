import logging

from odoo import api, models

from ..support.errors import SEARCH_ERRORS

_logger = logging.getLogger(__name__)


class PontoMatching(models.AbstractModel):
    """Matching: what is exact by itself, and what a user chose, reconciled with what is open in the books."""

    _name = "ponto.matching"
    _description = "Matching of Bank Transactions"

    @api.model
    def _find(self, journal, payments, rules=False, owners=None):
        """Find what payments can be matched with by themselves: exact evidence, transfers, then rules.

        :param journal: `account.journal` record that the payments are of
        :param list payments: of `Payment`
        :param bool rules: whether reconciliation models are asked too
        :param dict owners: whom the payments may be of, where that was looked up before
        :return dict: key of a payment: `Finding`
        """
        if owners is None:
            owners = self._get_known_partners(journal.company_id, payments)
        found = self._find_exact(journal, payments, owners)
        found |= self._find_transfers(journal, [payment for payment in payments if payment.key not in found])
        if rules:
            try:
                with self.env.cr.savepoint():
                    left = [payment for payment in payments if payment.key not in found]
                    found |= self._find_by_rules(journal, left, owners)
            except SEARCH_ERRORS:
                # One reconciliation model that fails takes nothing from what is exact.
                _logger.exception("Journal %s: the reconciliation models could not be asked", journal.id)
        return found
