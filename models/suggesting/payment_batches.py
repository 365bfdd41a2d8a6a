from datetime import timedelta

from odoo import api, models

from ..matching.facts import Finding
from ..support.money import to_units
from .subset_sum import find_only_subset

# A file of payments reaches the bank within days; direct debits are announced two weeks before.
DAYS = timedelta(days=31)


class PontoMatching(models.AbstractModel):
    """Suggestions: one amount of the bank for a whole file of payments (SEPA)."""

    _inherit = "ponto.matching"

    @api.model
    def _find_batches(self, known):
        """Return the sets of registered payments that make up the amount of one bank transaction.

        :param LookUp known: what was read
        :return list: of `Finding`
        """
        registered = known.items.filtered(lambda item: item.payment_id and item.journal_id == known.journal)
        findings = []
        for payment in known.payments:
            fitting = self._get_fitting(known, payment) & registered
            near = fitting.filtered(lambda item, day=payment.date: day - DAYS <= item.date <= day)
            for account, group in near.grouped("account_id").items():
                if batch := self._find_batch(payment, group):
                    findings.append(Finding(payment.key, "batch", account.id, 0, tuple(batch.ids), found=("sum",)))
        return findings

    @api.model
    def _find_batch(self, payment, items):
        """Return the payments of one day, else all, else the only ones that make up an amount.

        :param Payment payment: of the bank
        :param items: `account.move.line` records of registered payments
        :return: `account.move.line` records, two or more, or none
        """
        currency = items.currency_id
        total = abs(payment.amount)
        sets = [*items.grouped("date").values(), items]
        equal = {
            tuple(group.ids): group
            for group in sets
            if len(group) > 1
            and currency.compare_amounts(abs(sum(group.mapped("amount_residual_currency"))), total) == 0
        }
        if len(equal) == 1:
            return next(iter(equal.values()))
        if equal:
            return items.browse()
        cents = [to_units(abs(item.amount_residual_currency), currency) for item in items]
        places = find_only_subset(cents, to_units(total, currency)) if items else None
        return items.browse([items[place].id for place in places or ()])
