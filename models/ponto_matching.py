from odoo import api, models


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
            found |= self._find_by_rules(journal, [payment for payment in payments if payment.key not in found])
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
