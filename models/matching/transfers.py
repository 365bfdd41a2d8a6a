from collections import Counter, defaultdict
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain

from ...statement_files.accounts import account_number
from .facts import Finding, normalize_account

TRANSFER_DAYS = timedelta(days=5)  # between two banks, a weekend and a holiday included


def plain_number(text):
    """Return an account number in the one way that all of them are compared in; a Belgian domestic one as its IBAN."""
    return account_number(normalize_account(text))


class PontoMatching(models.AbstractModel):
    """Transfers between journals of one company: each side is booked on the transfer account, the second settles the first."""

    _inherit = "ponto.matching"

    @api.model
    def _find_transfers(self, journal, payments, booked=None):
        """Find transfers between journals of the company.

        A payment from or to the account of another journal is one, whatever feeds that journal. Its counterpart is
        the transfer account; the open item of the other side comes along where there is exactly one, and nothing else
        could settle it.

        :param journal: `account.journal` record that the payments are of
        :param list payments: of `Payment`
        :param booked: `account.move.line` records of the payments themselves, when they are on the transfer account
        :return dict: key of a payment: `Finding`
        """
        transfer_account = self._get_transfer_account(journal)
        if not payments or not transfer_account.active:
            return {}
        own = self._get_own_numbers(journal.company_id)
        others = {}
        for payment in payments:
            journals = own.get(plain_number(payment.account_number), journal) - journal
            if journals and payment.amount:
                others[payment] = journals
        sides = self._find_other_sides(journal, transfer_account, others, own, booked)
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
    def _get_transfer_account(self, journal):
        # sudo: a user of a branch may read the journal, not the company it belongs to.
        return journal.company_id.sudo().transfer_account_id.sudo(False)

    @api.model
    def _get_own_numbers(self, company):
        """Return the account numbers of the bank and card journals of a company.

        :param company: `res.company` record
        :return dict: number, as `plain_number` gives it: `account.journal` records
        """
        journals = self.env["account.journal"].search(
            [("company_id", "=", company.id), ("type", "in", ("bank", "credit"))]
        )
        own = defaultdict(self.env["account.journal"].browse)
        for journal in journals:
            # sudo: who may book on a journal may know the number of its account, whoever may read that record.
            references = journal.sudo().ponto_account_ids.filtered("linked").mapped("reference")
            for text in (journal.sudo().bank_account_id.acc_number, *references):
                if number := plain_number(text):
                    own[number] |= journal
        return own

    # ------------------------------------------------------------------ the other side

    @api.model
    def _find_other_sides(self, journal, transfer_account, others, own, booked):
        """Find the open items on the transfer account that are the other sides of payments.

        :param journal: `account.journal` record of the payments
        :param transfer_account: `account.account` record
        :param dict others: `Payment`: `account.journal` records that it came from or went to
        :param dict own: numbers of the company's journals
        :param booked: `account.move.line` records of the payments themselves, if there are any
        :return dict: `Payment`: its `account.move.line` record; empty where none is certain
        """
        items = self._get_open_transfers(journal, transfer_account, others)
        rivals = items.filtered(lambda item: item.journal_id == journal) - (booked or items.browse())
        candidates = {
            payment: items.filtered(lambda item, p=payment, j=journals: self._is_other_side(item, p, j, journal, own))
            for payment, journals in others.items()
        }
        claims = Counter(item for found in candidates.values() for item in found)
        claims.update(
            [
                item
                for item in claims
                for rival in rivals
                if self._is_equal(rival, item.currency_id.id, -item.amount_currency, item.date)
            ]
        )
        return {
            payment: found if len(found) == 1 and claims[found] == 1 else items.browse()
            for payment, found in candidates.items()
        }

    @api.model
    def _get_open_transfers(self, journal, transfer_account, others):
        """Return what is open on the transfer account about the days of payments, of both journals."""
        items = self.env["account.move.line"]
        if not others or not transfer_account.reconcile:
            return items
        days = [payment.date for payment in others]
        return items.search(
            Domain("account_id", "=", transfer_account.id)
            & Domain("company_id", "=", journal.company_id.id)
            & Domain("journal_id", "in", journal.union(*others.values()).ids)
            & Domain("parent_state", "=", "posted")
            & Domain("reconciled", "=", False)
            & Domain("date", ">=", min(days) - 2 * TRANSFER_DAYS)
            & Domain("date", "<=", max(days) + 2 * TRANSFER_DAYS)
        )

    @api.model
    def _is_other_side(self, item, payment, journals, journal, own):
        """Tell whether an open item is what the other account says of a payment: same money, near day, no other place."""
        # What left one account is as much of a debit on the transfer account as it is an income of the other.
        return (
            item.journal_id in journals
            and self._is_equal(item, payment.currency_id, payment.amount, payment.date)
            and self._may_name(item.statement_line_id.account_number, journal, own)
        )

    @api.model
    def _is_equal(self, item, currency_id, amount, day):
        """Tell whether an item of the transfer account is wholly open, of this amount and about this day."""
        compare = item.currency_id.compare_amounts
        return (
            item.currency_id.id == currency_id
            and compare(item.amount_currency, amount) == 0
            and compare(item.amount_residual_currency, amount) == 0
            and abs(item.date - day) <= TRANSFER_DAYS
        )

    @api.model
    def _may_name(self, text, journal, own):
        """Tell whether the counterparty's number of a transaction can be that of a journal; typed ones have none."""
        return not text or journal in own.get(plain_number(text), journal.browse())

    # ------------------------------------------------------------------ lines in the books

    def _is_transfer_whole(self, line, finding):
        """Tell whether the other side of a transfer is still all of it; True for what is no transfer."""
        items = self.env["account.move.line"].browse(finding.item_ids)
        return finding.evidence != "transfer" or all(
            self._is_equal(item, line.currency_id.id, line.amount, line.date) for item in items
        )

    def _settle_transfers(self, findings):
        """Reconcile the two sides of transfers that were booked one after the other, or at once.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        """
        lines = self.env["account.bank.statement.line"].union(
            *(line for line, finding in findings.items() if finding.evidence == "transfer" and not finding.item_ids)
        )
        for journal, of_journal in lines.grouped("journal_id").items():
            self._pair_transfers(journal, of_journal)

    @api.model
    def _pair_transfers(self, journal, lines):
        """Reconcile lines on the transfer account with their other sides, where these are certain.

        :param journal: `account.journal` record
        :param lines: its `account.bank.statement.line` records
        """
        account = self._get_transfer_account(journal)
        booked = {
            line.id: line.line_ids.filtered(lambda item: item.account_id == account and not item.reconciled)
            for line in lines
        }
        payments = [payment for payment in self._get_payments(lines) if booked[payment.key]]
        items = self.env["account.move.line"]
        found = self._find_transfers(journal, payments, items.union(*booked.values()))
        if plan := [booked[key] | items.browse(finding.item_ids) for key, finding in found.items() if finding.item_ids]:
            items._reconcile_plan(plan)
