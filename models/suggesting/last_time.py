"""Suggestions: what the same creditor, or the same counterparty account, was booked on the last times."""

from datetime import timedelta

from odoo import Command
from odoo.tools import SQL

from ..booking.taxes import PARTNER_ACCOUNTS
from ..matching.facts import Finding
from ..matching.rule_counterparts import is_bookable

# How far back it is looked, and how many bank transactions of one counterparty are looked at.
REACH = timedelta(days=400)
LAST_TIMES = 5


def get_last_time_key(payment, kind):
    """Return what tells that two payments are of the same creditor and mandate, or the same counterparty.

    :param Payment payment: of the bank
    :param str kind: "mandate" or "counterparty"
    :return str: "" where the bank does not tell
    """
    if kind == "counterparty":
        return payment.account_number
    return f"{payment.creditor_id} {payment.mandate_id}" if payment.creditor_id and payment.mandate_id else ""


def get_own_items(line):
    """Return the items that a bank transaction was booked on, or nothing when documents were settled with it."""
    _liquidity, suspense, others = line._seek_for_lines()
    if suspense or others.filtered(lambda item: item.account_type in PARTNER_ACCOUNTS or item.account_id.reconcile):
        return others.browse()
    return others


def get_amount_with_taxes(item):
    """Return what an item and its taxes sum up to, by what the taxes say now.

    :param item: `account.move.line` record
    :return float:
    """
    if not item.tax_ids:
        return item.balance
    return item.tax_ids.compute_all(
        item.balance, item.currency_id, is_refund=item.is_refund, handle_price_include=False
    )["total_included"]


def copy_item(item, partner, payment, amount):
    """Return the values of an item like an earlier one, of another amount."""
    # An item that has the label of its bank transaction gets that of the new one: "Rent June", not "Rent May".
    is_labelled = item.name == item.move_id.statement_line_id.payment_ref
    return {
        "name": payment.label if is_labelled else item.name,
        "account_id": item.account_id.id,
        "partner_id": partner.id,
        "currency_id": item.currency_id.id,
        "amount_currency": amount,
        "balance": amount,
        "analytic_distribution": item.analytic_distribution,
        "tax_ids": [Command.set(item.tax_ids.ids)],
        "tax_tag_ids": [Command.set(item.tax_tag_ids.ids)],
    }


class LastTimes:
    """Finds how the last payment of the same kind was booked: account, taxes, partner.

    In a foreign currency nothing is proposed.
    """

    def __init__(self, known):
        """Take what was read.

        :param LookUp known: of the batch
        """
        self._known = known
        self._search = known.search
        self._matching = known.search.matching

    def find(self):
        """Find earlier bookings that can be repeated.

        :return list: of `Finding`, one for a payment at most
        """
        if self._search.currency != self._search.company.currency_id:
            return []
        booked = self._get_booked_before()
        findings = []
        for payment in self._search.payments:
            for kind in ("mandate", "counterparty"):
                lines = booked.get((kind, get_last_time_key(payment, kind), payment.amount > 0))
                if lines:
                    finding = self._repeat_booking(payment, kind, lines[0])
                    findings += [finding] if finding else []
                    break
        return findings

    def _get_booked_before(self):
        """Return bank transactions that were booked on accounts of their own, without any document.

        :return dict: (kind of key, key, whether money was received): records, newest first
        """
        lines = self._search_same_counterparties()
        booked = {}
        for payment in self._matching._get_payments(lines):
            line = lines.browse(payment.key)
            # What another currency was booked with says nothing of the amounts of this one.
            if not get_own_items(line) or line.line_ids.currency_id != line.company_id.currency_id:
                continue
            for kind in ("mandate", "counterparty"):
                if key := get_last_time_key(payment, kind):
                    group = (kind, key, payment.amount > 0)
                    booked[group] = booked.get(group, lines.browse()) | line
        return booked

    def _search_same_counterparties(self):
        """Return the last bank transactions of the same creditors and counterparty accounts, newest first.

        :return: `account.bank.statement.line` records, a few of each
        """
        lines = self._search.env["account.bank.statement.line"]
        creditors = list({payment.creditor_id for payment in self._search.payments if payment.creditor_id})
        numbers = list({payment.account_number for payment in self._search.payments if payment.account_number})
        if not creditors and not numbers:
            return lines
        for model in ("account.bank.statement.line", "account.move"):
            self._search.env[model].flush_model()
        self._search.env.cr.execute(
            SQL(
                """
                SELECT id FROM (
                    SELECT line.id, line.internal_index, ROW_NUMBER() OVER (
                        PARTITION BY creditor.id, counterparty.number, line.amount > 0
                        ORDER BY line.internal_index DESC
                    ) AS place
                    FROM account_bank_statement_line line
                    JOIN account_move move ON move.id = line.move_id
                    CROSS JOIN LATERAL (SELECT line.transaction_details ->> 'ref3' AS id) creditor
                    CROSS JOIN LATERAL (
                        SELECT UPPER(REGEXP_REPLACE(line.account_number, '[^[:alnum:]]', '', 'g')) AS number
                    ) counterparty
                    WHERE line.company_id = %(company)s AND line.is_reconciled AND move.state = 'posted'
                    AND line.currency_id = %(currency)s AND line.foreign_currency_id IS NULL
                    AND move.date >= %(since)s
                    AND (creditor.id = ANY(%(creditors)s) OR counterparty.number = ANY(%(numbers)s))
                ) same WHERE place <= %(places)s ORDER BY internal_index DESC
                """,
                company=self._search.company.id,
                currency=self._search.company.currency_id.id,
                since=min(payment.date for payment in self._search.payments) - REACH,
                creditors=creditors,
                numbers=numbers,
                places=LAST_TIMES,
            )
        )
        # The rules of the user have the last word on what may be read.
        return lines.browse(row[0] for row in self._search.env.cr.fetchall())._filtered_access("read")

    # ------------------------------------------------------------------ the same again

    def _repeat_booking(self, payment, kind, line):
        """Return a booking like that of an earlier bank transaction.

        :param Payment payment: of the bank
        :param str kind: "mandate" or "counterparty"
        :param line: `account.bank.statement.line` record, booked
        :return Finding | None: None when it cannot be repeated with this amount
        """
        items = get_own_items(line)
        base = items.filtered(lambda item: not item.tax_repartition_line_id)
        if not all(base.tax_ids.mapped("active")) or (items != base and not base.tax_ids):
            return None  # a tax that is no longer, or that was typed by hand
        partner = line.partner_id or base[:1].partner_id or self._known.partners.get(payment.key, line.partner_id)
        counterparts = self._repeat_items(line, base, partner, payment)
        # A tax that changed since makes another sum of several items.
        if line.currency_id.compare_amounts(sum(values["balance"] for values in counterparts), -payment.amount):
            return None
        accounts = self._search.env["account.account"].browse(values["account_id"] for values in counterparts)
        if not all(is_bookable(account, self._search.journal) for account in accounts):
            return None
        return Finding(
            payment.key,
            "last_time",
            base[:1].account_id.id,
            partner.id,
            found=(kind,),
            counterparts=tuple(counterparts),
        )

    def _repeat_items(self, line, base, partner, payment):
        """Return items like those of an earlier bank transaction, with the taxes of today.

        :param line: `account.bank.statement.line` record, booked
        :param base: its `account.move.line` records without those of taxes
        :param partner: `res.partner` record
        :param Payment payment: of the bank
        :return list: values of `account.move.line`; empty when the parts of another amount are not known
        """
        if len(base) == 1:
            amounts = [-payment.amount]
        elif line.currency_id.compare_amounts(line.amount, payment.amount) == 0:
            amounts = [get_amount_with_taxes(item) for item in base]
        else:
            return []
        parts = [
            (copy_item(item, partner, payment, amount), item.tax_ids)
            for item, amount in zip(base, amounts, strict=True)
        ]
        return self._matching._add_taxes(parts, line.company_id)
