from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ..statement_files.accounts import account_number
from .ponto_match_facts import Finding

TRANSFER_DAYS = timedelta(days=5)  # between two banks, a weekend and a holiday included


class PontoMatching(models.AbstractModel):
    """Transfers between the company's own journals: each side is booked on the transfer account, the second settles the first."""

    _inherit = "ponto.matching"

    @api.model
    def _find_transfers(self, journal, payments):
        """Find transfers between journals of the company.

        A payment from or to the account of another journal is one, whatever feeds that journal. Its counterpart is
        the transfer account; the open item of the other side comes along where there is exactly one, and no other
        payment could settle it.

        :param journal: `account.journal` record that the payments are of
        :param list payments: of `Payment`
        :return dict: key of a payment: `Finding`
        """
        # sudo: a user of a branch may read the journal, not the company it belongs to.
        transfer_account = journal.company_id.sudo().transfer_account_id.sudo(False)
        if not payments or not transfer_account.active:
            return {}
        own = self._get_own_numbers(journal.company_id)
        others = {}
        for payment in payments:
            journals = own.get(account_number(payment.account_number), journal) - journal
            if journals and payment.amount:
                others[payment] = journals
        sides = self._find_other_sides(journal, transfer_account, others, own)
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

    @api.model
    def _get_own_numbers(self, company):
        """Return the account numbers of the bank and card journals of a company.

        :param company: `res.company` record
        :return dict: number without blanks: `account.journal` records
        """
        journals = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "in", ("bank", "credit"))]
        )
        own = defaultdict(self.env["account.journal"].browse)
        for journal in journals:
            # sudo: who may book on a journal may know the number of its account, whoever may read that record.
            references = journal.sudo().ponto_account_ids.filtered("linked").mapped("reference")
            for text in {journal.sudo().bank_account_id.acc_number, *references} - {False}:
                own[account_number(text)] |= journal
        return own

    @api.model
    def _find_other_sides(self, journal, transfer_account, others, own):
        """Find the open items on the transfer account that are the other sides of payments.

        :param journal: `account.journal` record of the payments
        :param transfer_account: `account.account` record
        :param dict others: `Payment`: `account.journal` records that it came from or went to
        :param dict own: numbers of the company's journals
        :return dict: `Payment`: its `account.move.line` record; empty where none is certain
        """
        items = self._get_open_transfers(journal, transfer_account, others)
        candidates = {
            payment: items.filtered(lambda item, p=payment, j=journals: self._is_other_side(item, p, j, journal, own))
            for payment, journals in others.items()
        }
        claims = Counter(item for found in candidates.values() for item in found)
        return {
            payment: found if len(found) == 1 and claims[found] == 1 else items.browse()
            for payment, found in candidates.items()
        }

    @api.model
    def _get_open_transfers(self, journal, transfer_account, others):
        """Return the items of other journals that are open on the transfer account about the days of payments."""
        items = self.env["account.move.line"]
        if not others or not transfer_account.reconcile:
            return items
        days = [payment.date for payment in others]
        domain = Domain(
            [
                ("account_id", "=", transfer_account.id),
                ("company_id", "=", journal.company_id.id),
                ("parent_state", "=", "posted"),
                ("reconciled", "=", False),
                ("date", ">=", min(days) - TRANSFER_DAYS),
                ("date", "<=", max(days) + TRANSFER_DAYS),
            ]
        )
        return items.search(
            domain & Domain("journal_id", "in", {j.id for journals in others.values() for j in journals})
        )

    @api.model
    def _is_other_side(self, item, payment, journals, journal, own):
        """Tell whether an open item is what the other account says of a payment: same money, near day, no other place."""
        # What left one account is as much of a debit on the transfer account as it is an income of the other.
        return (
            item.journal_id in journals
            and item.currency_id.id == payment.currency_id
            and item.currency_id.compare_amounts(item.amount_currency, payment.amount) == 0
            and item.currency_id.compare_amounts(item.amount_residual_currency, payment.amount) == 0
            and abs(item.date - payment.date) <= TRANSFER_DAYS
            and self._may_name(item.statement_line_id.account_number, journal, own)
        )

    @api.model
    def _may_name(self, text, journal, own):
        """Tell whether the counterparty's number of a transaction can be that of a journal; most cash books have none."""
        return not text or journal in own.get(account_number(text), journal.browse())
