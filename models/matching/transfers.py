"""Transfers between journals of one company: each side is booked on the transfer account, the second settles the first."""

from collections import Counter, defaultdict
from datetime import timedelta

from odoo.fields import Domain

from ...statement_files.accounts import account_number
from .facts import Finding, normalize_account

TRANSFER_DAYS = timedelta(days=5)  # between two banks, a weekend and a holiday included


def plain_number(text):
    """Return an account number in the one way that all of them are compared in; a Belgian domestic one as its IBAN."""
    return account_number(normalize_account(text))


def read_own_numbers(env, company):
    """Return the account numbers of the bank and card journals of a company.

    :param env: environment
    :param company: `res.company` record
    :return dict: number, as `plain_number` gives it: `account.journal` records
    """
    journals = env["account.journal"].search([("company_id", "=", company.id), ("type", "in", ("bank", "credit"))])
    own = defaultdict(env["account.journal"].browse)
    for journal in journals:
        # sudo: who may book on a journal may know the number of its account, whoever may read that record.
        references = journal.sudo().ponto_account_ids.filtered("linked").mapped("reference")
        for text in (journal.sudo().bank_account_id.acc_number, *references):
            if number := plain_number(text):
                own[number] |= journal
    return own


def is_equal(item, currency_id, amount, day):
    """Tell whether an item of the transfer account is wholly open, of this amount and about this day."""
    compare = item.currency_id.compare_amounts
    return (
        item.currency_id.id == currency_id
        and compare(item.amount_currency, amount) == 0
        and compare(item.amount_residual_currency, amount) == 0
        and abs(item.date - day) <= TRANSFER_DAYS
    )


class TransferFinder:
    """Finds transfers between journals of the company.

    A payment from or to the account of another journal is one, whatever feeds that journal. Its counterpart is the
    transfer account; the open item of the other side comes along where there is exactly one, and nothing else could
    settle it.
    """

    def __init__(self, search):
        """Take what was read.

        :param Search search: of the batch
        """
        self._search = search
        self._items = search.env["account.move.line"]

    def find(self, payments, booked=None):
        """Find which payments are transfers.

        :param list payments: of `Payment`, of the search
        :param booked: `account.move.line` records of the payments themselves, when they are on the transfer account
        :return dict: key of a payment: `Finding`
        """
        transfer_account = self._search.transfer_account
        if not payments or not transfer_account.active:
            return {}
        others = {}
        for payment in payments:
            journals = self._get_journals(payment.account_number) - self._search.journal
            if journals and payment.amount:
                others[payment] = journals
        sides = self._find_other_sides(others, booked or self._items)
        return {
            payment.key: Finding(
                key=payment.key,
                evidence="transfer",
                account_id=transfer_account.id,
                partner_id=payment.partner_id,
                item_ids=tuple(sides[payment].ids),
                found=("account", "amount") if sides[payment] else ("account",),
            )
            for payment in others
        }

    def _get_journals(self, text):
        """Return the journals of the company whose account a number is."""
        return self._search.own_numbers.get(plain_number(text), self._search.journal.browse())

    # ------------------------------------------------------------------ the other side

    def _find_other_sides(self, others, booked):
        """Find the open items on the transfer account that are the other sides of payments.

        :param dict others: `Payment`: `account.journal` records that it came from or went to
        :param booked: `account.move.line` records of the payments themselves, if there are any
        :return dict: `Payment`: its `account.move.line` record; empty where none is certain
        """
        items = self._get_open_transfers(others)
        rivals = items.filtered(lambda item: item.journal_id == self._search.journal) - booked
        candidates = {
            payment: items.filtered(lambda item, p=payment, j=journals: self._is_other_side(item, p, j))
            for payment, journals in others.items()
        }
        claims = Counter(item for found in candidates.values() for item in found)
        claims.update(
            [
                item
                for item in claims
                for rival in rivals
                if is_equal(rival, item.currency_id.id, -item.amount_currency, item.date)
            ]
        )
        return {
            payment: found if len(found) == 1 and claims[found] == 1 else items.browse()
            for payment, found in candidates.items()
        }

    def _get_open_transfers(self, others):
        """Return what is open on the transfer account about the days of payments, of both journals."""
        search = self._search
        if not others or not search.transfer_account.reconcile:
            return self._items
        days = [payment.date for payment in others]
        return self._items.search(
            Domain("account_id", "=", search.transfer_account.id)
            & Domain("company_id", "=", search.company.id)
            & Domain("journal_id", "in", search.journal.union(*others.values()).ids)
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("date", ">=", min(days) - 2 * TRANSFER_DAYS)
            & Domain("date", "<=", max(days) + 2 * TRANSFER_DAYS)
        )

    def _is_other_side(self, item, payment, journals):
        """Tell whether an open item is what the other account says of a payment: same money, near day, no other place."""
        # What left one account is as much of a debit on the transfer account as it is an income of the other.
        return (
            item.journal_id in journals
            and is_equal(item, payment.currency_id, payment.amount, payment.date)
            and self._may_name(item.statement_line_id.account_number)
        )

    def _may_name(self, text):
        """Tell whether the counterparty's number of a transaction can be that of the journal; typed ones have none."""
        return not text or self._search.journal in self._get_journals(text)
