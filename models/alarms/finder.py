import re
from collections import defaultdict
from datetime import timedelta
from itertools import pairwise

from odoo import api, models
from odoo.fields import Domain

from ..matching.transfers import plain_number

TWICE_DAYS = timedelta(days=30)
RHYTHM_DAYS = timedelta(days=40)  # how much further back a payment counts that shows a monthly rhythm
RHYTHM_TOLERANCE = timedelta(days=3)  # months and weekends differ
SHORTEST_RHYTHM = timedelta(days=5)
# A card number or a word is no account that a file could hold.
SHORTEST_NUMBER = 8


class PontoPaymentAlarm(models.Model):
    """What gives an alarm; a fixed number of queries for any number of payments."""

    _inherit = "ponto.payment.alarm"

    # ------------------------------------------------------------------ paid twice

    @api.model
    def _prepare_repeated(self, company, paid):
        """Return the alarms of payments that repeat another: same account, amount and reference within 30 days.

        What is paid at regular intervals is a standing order, and what came back in between was to be paid again.

        :param company: `res.company` record
        :param paid: its `account.bank.statement.line` records that money left with
        :return list: values of alarms
        """
        paid = paid.filtered(self._get_reference)
        near = self._get_near(company, paid)
        groups = defaultdict(near.browse)
        for line in near.sorted(lambda line: (line.date, line.id)):
            groups[self._get_payment_key(line)] |= line
        vals_list = []
        for key in {self._get_payment_key(line) for line in paid}:
            group = groups[key]
            for index, (first, second) in enumerate(pairwise(group)):
                if second.date - first.date > TWICE_DAYS or not (first | second) & paid:
                    continue
                if not self._is_rhythm(group[:index], first, second) and not self._came_back(near, first, second):
                    vals_list.append({"kind": "paid_twice", "statement_line_id": second.id, "first_line_id": first.id})
        return self._without_known(vals_list)

    @api.model
    def _get_near(self, company, paid):
        """Return the transactions of a company with the amounts of payments, paid or received, about their days."""
        lines = self.env["account.bank.statement.line"]
        if not paid:
            return lines
        days = paid.mapped("date")
        amounts = {amount for line in paid for amount in (line.amount, -line.amount)}
        near = lines.search(
            Domain("company_id", "=", company.id)
            & Domain("date", ">=", min(days) - TWICE_DAYS - RHYTHM_DAYS)
            & Domain("date", "<=", max(days) + TWICE_DAYS)
            & Domain("amount", "in", amounts)
            & Domain("state", "=", "posted")
        )
        return near.filtered("account_number")

    @api.model
    def _get_payment_key(self, line):
        return plain_number(line.account_number), line.amount, line.currency_id, self._get_reference(line)

    @api.model
    def _get_reference(self, line):
        """Return the letters and digits of a label; "" when the bank gave none and the label says who was paid."""
        reference = re.sub(r"\W+", "", line.payment_ref or "").casefold()
        no_reference = (line.partner_name, line.env._("Bank transaction"))
        return "" if reference in {re.sub(r"\W+", "", text or "").casefold() for text in no_reference} else reference

    @api.model
    def _is_rhythm(self, before, first, second):
        """Tell whether a payment follows another as that one followed a third."""
        interval = second.date - first.date
        return interval >= SHORTEST_RHYTHM and any(
            abs(first.date - line.date - interval) <= RHYTHM_TOLERANCE for line in before
        )

    @api.model
    def _came_back(self, near, first, second):
        """Tell whether the money of the first payment came back before the second left."""
        return any(
            line.amount == -first.amount
            and first.date <= line.date <= second.date
            and plain_number(line.account_number) == plain_number(first.account_number)
            for line in near
        )

    # ------------------------------------------------------------------ unknown account

    @api.model
    def _prepare_unknown(self, company, paid):
        """Return the alarms of suppliers that were paid on an account that is not in their file.

        A file without any account says nothing. A direct debit is no payment on an account: the creditor collects it.
        What a user dismissed once for a supplier and an account is right from then on.

        :param company: `res.company` record
        :param paid: its `account.bank.statement.line` records that money left with
        :return list: values of alarms
        """
        paid = paid.filtered(
            lambda line: (
                line.partner_id.commercial_partner_id.supplier_rank
                and len(plain_number(line.account_number)) >= SHORTEST_NUMBER
                and not {"ref2", "ref3"} & set(line.transaction_details or {})
            )
        )
        files = self._get_files(company, paid.partner_id.commercial_partner_id)
        dismissed = self.sudo().search(  # sudo: what was dismissed counts, whoever imports
            [
                ("company_id", "=", company.id),
                ("kind", "=", "unknown_account"),
                ("state", "=", "dismissed"),
                ("partner_id", "in", list(files)),
            ]
        )
        right = {(alarm.partner_id.id, plain_number(alarm.statement_line_id.account_number)) for alarm in dismissed}
        vals_list = []
        for line in paid:
            partner, number = line.partner_id.commercial_partner_id, plain_number(line.account_number)
            if files.get(partner.id, {number}).isdisjoint({number}) and (partner.id, number) not in right:
                vals_list.append({"kind": "unknown_account", "statement_line_id": line.id, "partner_id": partner.id})
        return self._without_known(vals_list)

    @api.model
    def _get_files(self, company, partners):
        """Return the account numbers of suppliers.

        :return dict: id of a commercial partner: set of numbers; without who has none
        """
        # sudo: the accounts of a supplier count, also those that the user may not read; only whether one is among them is told.
        accounts = (
            self.env["res.partner.bank"]
            .sudo()
            .search(
                Domain("partner_id.commercial_partner_id", "in", partners.ids)
                & Domain(self.env["res.partner.bank"]._check_company_domain(company))
            )
        )
        files = defaultdict(set)
        for account in accounts:
            files[account.partner_id.commercial_partner_id.id].add(plain_number(account.acc_number))
        return files

    @api.model
    def _without_known(self, vals_list):
        """Leave out the alarms that were raised before, dismissed or not."""
        # sudo: an alarm that the user may not read is there all the same.
        known = self.sudo().search([("statement_line_id", "in", [vals["statement_line_id"] for vals in vals_list])])
        there = {(alarm.statement_line_id.id, alarm.kind) for alarm in known}
        return [vals for vals in vals_list if (vals["statement_line_id"], vals["kind"]) not in there]
