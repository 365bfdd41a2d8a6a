"""Suggestions: one amount of the bank for a whole file of payments (SEPA)."""

from datetime import timedelta

from ..matching.bank_codes import is_no_document
from ..matching.facts import Finding
from ..support.money import to_units
from .subset_sum import find_only_subset

# A file of payments reaches the bank within days; direct debits are announced two weeks before.
DAYS = timedelta(days=31)


class PaymentBatches:
    """Finds the sets of registered payments that make up the amount of one bank transaction."""

    def __init__(self, known):
        """Take what was read.

        :param LookUp known: of the batch
        """
        self._known = known

    def find(self):
        """Find batches of registered payments.

        :return list: of `Finding`
        """
        search = self._known.search
        registered = self._known.items.filtered(lambda item: item.payment_id and item.journal_id == search.journal)
        findings = []
        for payment in search.payments:
            if is_no_document(payment.bank_code):
                continue
            # A bank that books a file of payments at once names no counterparty.
            is_told = payment.account_number or payment.partner_name
            found = ("sum",) if is_told else ("sum", "collective")
            fitting = self._get_fitting(payment) & registered
            near = fitting.filtered(lambda item, day=payment.date: day - DAYS <= item.date <= day)
            for account, group in near.grouped("account_id").items():
                if batch := self._find_batch(payment, group):
                    findings.append(Finding(payment.key, "batch", account.id, 0, tuple(batch.ids), found))
        return findings

    def _get_fitting(self, payment):
        """Return the open items that money in the direction of a payment settles.

        :return: `account.move.line` records
        """
        known = self._known
        units = known.search.units[payment.key]
        return known.items.browse(
            item.id for item in known.open.by_id.values() if item.cents * units > 0 and item.line_id != payment.key
        )

    def _find_batch(self, payment, items):
        """Return the payments of one day, else all, else the only ones of one day, else of all, that make up an amount.

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
        of_days = [found for group in items.grouped("date").values() if (found := self._find_subset(group, total))]
        return of_days[0] if len(of_days) == 1 else self._find_subset(items, total)

    def _find_subset(self, items, total):
        """Return the only ones of some payments that make up an amount, or none.

        :param items: `account.move.line` records
        :param float total: without sign
        """
        currency = items.currency_id
        cents = [to_units(abs(item.amount_residual_currency), currency) for item in items]
        places = find_only_subset(cents, to_units(total, currency)) if items else None
        return items.browse([items[place].id for place in places or ()])
