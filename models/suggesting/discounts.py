"""Suggestions: an invoice paid less the early payment discount of its terms, within their time."""

from ..matching.bank_codes import is_no_document
from ..matching.facts import Finding
from .likely_documents import get_facts, make_counterpart


def get_discounted(item, label, amount):
    """Return the values of the journal items of a discounted payment: the whole document, and the discount.

    :param item: `account.move.line` record, the open document
    :param str label: of the payment
    :param float amount: of the payment, signed
    :return tuple: of dict; their balances sum up to minus the amount of the payment
    """
    parts = item.env["account.move"]._get_invoice_counterpart_amls_for_early_payment_discount(
        [{"aml": item, "amount_currency": -item.amount_residual_currency, "balance": -item.amount_residual}],
        item.amount_residual - amount,
    )
    return make_counterpart(item, label), *(values for kind in parts.values() for values in kind)


class Discounts:
    """Finds documents that a payment equals once their discount is taken off.

    The discount is booked as Odoo's own payments book it. In a foreign currency nothing is proposed.
    """

    def __init__(self, known):
        """Take what was read.

        :param LookUp known: of the batch
        """
        self._known = known

    def find(self):
        """Find discounted documents.

        :return list: of `Finding`
        """
        known, search = self._known, self._known.search
        if not known.is_company_currency:
            return []
        currency = search.currency
        discounted = known.items.filtered("discount_amount_currency")
        return [
            self._make_discount(payment, item)
            for payment in search.payments
            for item in discounted
            if currency.compare_amounts(item.discount_amount_currency, payment.amount) == 0
            and item.move_id._is_eligible_for_early_payment_discount(currency, payment.date)
            and known.partners.get(payment.key) in (None, item.partner_id.commercial_partner_id)
            and not is_no_document(payment.bank_code)
        ]

    def _make_discount(self, payment, item):
        found, missing = get_facts(self._known, payment, item)
        return Finding(
            payment.key,
            "discount",
            item.account_id.id,
            item.partner_id.commercial_partner_id.id,
            (item.id,),
            ("discount", *found),
            tuple(fact for fact in missing if fact != "amount"),
            get_discounted(item, payment.label, payment.amount),
        )
