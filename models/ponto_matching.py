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
    def _find_exact(self, journal, payments):
        """Find documents and registered payments that payments name and equal.

        :return dict: key of a payment: `Finding`
        """
        return {}

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

    @api.model
    def _find_partners(self, company, payments):
        """Find the partners of payments.

        :return dict: key of a payment: id of its partner
        """
        return {}

    @api.model
    def _get_payments(self, lines):
        """Return bank transactions as evidence sees them.

        :return list: of `Payment`, by the id of the line
        """
        return []

    @api.model
    def _apply(self, findings, user=None, run=None):
        """Match existing bank transactions with what was found for them.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        :param user: `res.users` record of who decided; None when they match by themselves
        :param run: `ponto.synchronization` record, for the log
        :return: the lines that are matched now
        """
        return self.env["account.bank.statement.line"]
