import logging
from collections import Counter, defaultdict

from odoo import api, models
from odoo.exceptions import UserError

from ..booking.replacing import replace_items
from ..support.errors import RECORD_ERRORS
from .facts import EXACT
from .rules import get_rule
from .transfers import is_equal

_logger = logging.getLogger(__name__)


class MatchFailed(UserError):
    """What was found exact is not settled by its payment."""


def write_partners(env, findings):
    """Give lines the partners of their matches, those of one partner at once.

    :param env: environment
    :param dict findings: `account.bank.statement.line` record: `Finding`
    """
    by_partner = defaultdict(lambda: env["account.bank.statement.line"])
    for line, finding in findings.items():
        # A contact of that partner, which a user chose, stays.
        if finding.partner_id and line.partner_id.commercial_partner_id.id != finding.partner_id:
            by_partner[finding.partner_id] += line
    for partner_id, lines in by_partner.items():
        lines.write({"partner_id": partner_id})


def prefetch(items, lines):
    """Read what tells whether findings still hold, at once."""
    items.fetch(["reconciled", "parent_state", "company_id", "account_id", "amount_residual_currency", "currency_id"])
    lines.move_id.line_ids.fetch(["account_id", "partner_id"])


class PontoMatching(models.AbstractModel):
    """Applying: the counterpart of a bank transaction goes to what it settles, and both are reconciled."""

    _inherit = "ponto.matching"

    # ------------------------------------------------------------------ lines that are being imported

    @api.model
    def _prepare_line_vals(self, finding):
        """Return what a bank transaction is created with, so that only reconciling is left to do.

        :param Finding finding: what its payment was found to settle
        :return dict: values of `account.bank.statement.line`, besides what the bank says
        """
        # Counterparts of several items are booked when the line exists.
        return {} if finding.counterparts else {"counterpart_account_id": finding.account_id}

    @api.model
    def _settle(self, findings, previous_partners, run):
        """Reconcile bank transactions that were just created on their counterparts, all by one plan.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        :param dict previous_partners: id of a line: id of the partner that it would have without its match
        :param run: `ponto.synchronization` record
        :raises MatchFailed: when something exact is not settled
        """
        self._replace_suspense(findings)
        self._reconcile(findings)
        self._log(findings, "applied", previous_partners, run=run)

    # ------------------------------------------------------------------ lines that are in the books

    @api.model
    def _apply(self, findings, user=None, run=None):
        """Match bank transactions that are in the books with what was found for them.

        What has changed since it was found is left out: a line or an item that is no longer open, exact evidence that
        is no longer exact, one item for two lines. What Odoo refuses is left out too, and the others are matched.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        :param user: `res.users` record of who decided; None when they match by themselves
        :param run: `ponto.synchronization` record, for the log
        :return: the lines that are matched now
        """
        applicable = self._get_applicable(findings)
        return self._apply_or_halve(applicable, user, run)

    @api.model
    def _apply_chosen(self, line, finding, user):
        """Match one bank transaction as a user decided.

        :param line: `account.bank.statement.line` record
        :param Finding finding: what was decided
        :param user: `res.users` record
        :return bool: whether it still could be matched
        :raises UserError: in Odoo's own words, when Odoo refuses it
        """
        applicable = self._get_applicable({line: finding})
        if applicable:
            self._apply_at_once(applicable, user, None)
        return bool(applicable)

    def _apply_or_halve(self, findings, user, run):
        lines = self.env["account.bank.statement.line"]
        if not findings:
            return lines
        try:
            with self.env.cr.savepoint():
                self._apply_at_once(findings, user, run)
            return lines.union(*findings)
        except RECORD_ERRORS as error:
            if len(findings) == 1:
                _logger.info("Bank transaction %s was not matched: %s", next(iter(findings)).id, type(error).__name__)
                return lines
        pairs = list(findings.items())
        half = len(pairs) // 2
        return self._apply_or_halve(dict(pairs[:half]), user, run) | self._apply_or_halve(dict(pairs[half:]), user, run)

    @api.model
    def _apply_at_once(self, findings, user, run):
        previous_partners = {line.id: line.partner_id.id for line in findings}
        write_partners(self.env, findings)
        by_account = defaultdict(lambda: self.env["account.move.line"])
        self._replace_suspense(findings)
        for line, finding in findings.items():
            if not finding.counterparts:
                by_account[finding.account_id] += line._seek_for_lines()[1]
        for account_id, items in by_account.items():
            items.write({"account_id": account_id})
        self._reconcile(findings)
        self._log(findings, "applied", previous_partners, user, run)
        self.env.flush_all()
        self._raise_alarms(findings)

    def _replace_suspense(self, findings):
        """Put the counterparts of matches in the place of the suspense items, of all of them at once.

        :param dict findings: `account.bank.statement.line` record: `Finding`; those without counterparts are left alone
        """
        replace_items(
            self.env, {line: finding.counterparts for line, finding in findings.items() if finding.counterparts}
        )

    def _reconcile(self, findings):
        """Reconcile lines with what they settle; then follows what their evidence asks for besides.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        :raises MatchFailed: when something exact is not settled
        """
        self._reconcile_items(findings)
        self._schedule_activities(findings)
        self._settle_transfers(findings)

    def _reconcile_items(self, findings):
        """Reconcile the items of lines with what they settle, all by one plan.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        :raises MatchFailed: when something exact is not settled
        """
        items = self.env["account.move.line"]
        plan, exact = [], items
        # All that reconciling and the log read of them, at once: Odoo would read the entry of each match alone.
        wanted = items.browse({item_id for finding in findings.values() for item_id in finding.item_ids})
        wanted.move_id.line_ids.fetch(["account_id", "move_name", "analytic_distribution", "tax_ids"])
        for line, finding in findings.items():
            settled = items.browse(finding.item_ids)
            counterparts = sum(line._seek_for_lines()[1:], items)
            for account in settled.account_id:
                group = (settled | counterparts).filtered(lambda item, account=account: item.account_id == account)
                plan.append(group)
                if finding.evidence in EXACT:
                    exact |= group
        if not plan:
            return
        items._reconcile_plan(plan)
        if any(not item.reconciled for item in exact):
            raise MatchFailed(self.env._("An exact match was not settled as a whole."))

    # ------------------------------------------------------------------ what follows

    def _schedule_activities(self, findings):
        """Schedule the activities that reconciliation models ask for, for who wrote each model.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        """
        for line, finding in findings.items():
            rule = get_rule(self.env, finding)
            if activity_type := rule.next_activity_type_id:
                user = (activity_type.default_user_id or rule.create_uid).filtered("active") or self.env.user
                # Without an e-mail: a rule may book every day.
                move = line.move_id.with_context(mail_activity_quick_update=True)
                move.activity_schedule(activity_type_id=activity_type.id, user_id=user.id, summary=rule.name)

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
        search = self._make_search(journal, [payment for payment in self._get_payments(lines) if booked[payment.key]])
        items = self.env["account.move.line"]
        found = self._find_transfers(search, search.payments, items.union(*booked.values()))
        if plan := [booked[key] | items.browse(finding.item_ids) for key, finding in found.items() if finding.item_ids]:
            items._reconcile_plan(plan)

    # ------------------------------------------------------------------ whether it still holds

    def _get_applicable(self, findings):
        """Return the findings that still hold, and that no other contradicts.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        :return dict: some of them
        """
        claims = Counter(item_id for finding in findings.values() for item_id in finding.item_ids)
        items = self.env["account.move.line"].browse(claims).exists()
        prefetch(items, self.env["account.bank.statement.line"].union(*findings))
        open_ids = {item.id for item in items if not item.reconciled and item.parent_state == "posted"}
        return {
            line: finding
            for line, finding in findings.items()
            if line.state == "posted"
            and line.partner_editable
            and all(claims[item_id] == 1 and item_id in open_ids for item_id in finding.item_ids)
            and self._still_holds(line, finding)
        }

    def _still_holds(self, line, finding):
        """Tell whether what a line would settle is of its company, and exact if that is the evidence."""
        items = self.env["account.move.line"].browse(finding.item_ids)
        if items.company_id - line.company_id:
            return False
        if finding.evidence == "transfer":  # the other side is still all of it
            return all(is_equal(item, line.currency_id.id, line.amount, line.date) for item in items)
        if finding.evidence not in EXACT:
            return True
        currency = line.journal_id.currency_id or line.company_id.currency_id
        return (
            items.account_id.ids == [finding.account_id]
            and items.currency_id == currency
            and currency.compare_amounts(sum(items.mapped("amount_residual_currency")), line.amount) == 0
        )
