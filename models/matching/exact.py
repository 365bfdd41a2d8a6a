"""Exact evidence: payments that name what they settle, and equal it."""

from .cases import Case
from .facts import Finding
from .refusals import Refusal
from .weighing import Weighing


class ExactFinder:
    """Finds documents and registered payments that payments name and equal.

    The number of queries is the same for one payment and for many. Ambiguity, another partner, another sign, a part of
    the amount, and payments that come back find nothing.
    """

    def __init__(self, search):
        """Take what was read.

        :param Search search: of the batch
        """
        self._search = search

    def find(self, payments):
        """Find what payments settle.

        :param list payments: of `Payment`, of the search
        :return dict: key of a payment: `Finding`
        """
        if not payments:
            return {}
        search = self._search
        weighing = Weighing(search.open_documents, lambda: search.repeated)
        judged = weighing.judge([self._make_case(payment) for payment in payments])
        search.refusals.update({key: result for key, result in judged.items() if isinstance(result, Refusal)})
        return {key: result for key, result in judged.items() if isinstance(result, Finding)}

    def _make_case(self, payment):
        search, key = self._search, payment.key
        return Case(
            payment,
            search.units[key] if payment.currency_id == search.currency.id else 0,
            search.references[key],
            search.owners.get(key, frozenset()),
            search.helping.get(key),
        )
