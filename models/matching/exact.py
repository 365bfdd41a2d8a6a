from odoo import api, models

from ...payment_references import References
from ..support.money import from_units, to_units
from .weighing import Case, Weighing


class PontoMatching(models.AbstractModel):
    """Exact evidence: payments that name what they settle, and equal it."""

    _inherit = "ponto.matching"

    @api.model
    def _find_exact(self, journal, payments, owners=None):
        """Find documents and registered payments that payments name and equal.

        The number of queries is the same for one payment and for many. Ambiguity, another partner, another sign, a
        part of the amount, and payments that come back find nothing.

        :param journal: `account.journal` record that the payments are of
        :param list payments: of `Payment`
        :param dict owners: whom the payments may be of, where that was looked up before
        :return dict: key of a payment: `Finding`
        """
        if not payments:
            return {}
        company = journal.company_id
        currency = journal.currency_id or company.currency_id
        if owners is None:
            owners = self._get_known_partners(company, payments)
        cases = [
            Case(
                payment,
                to_units(payment.amount, currency) if payment.currency_id == currency.id else 0,
                References((payment.label, *payment.texts, payment.end_to_end_id)),
                owners.get(payment.key, frozenset()),
            )
            for payment in payments
        ]
        keys = set().union(*(case.references.keys for case in cases))
        amounts = {from_units(to_units(payment.amount, currency), currency) for payment in payments}
        return Weighing(self._get_open_documents(journal, currency, keys, amounts)).weigh(cases)
