from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount, format_date

from ..models.support.money import from_units
from ..models.support.notification import make_notification


class PontoAgreement(models.TransientModel):
    """Bank and books side by side: since when they differ, and what explains it. It shows, and writes nothing."""

    _name = "ponto.agreement"
    _description = "Compare with the Bank"

    account_id = fields.Many2one("ponto.account", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id")
    currency_id = fields.Many2one(related="account_id.currency_id")
    journal_id = fields.Many2one("account.journal", required=True, readonly=True, ondelete="cascade")
    fetch_line_id = fields.Many2one("ponto.account.fetch.line", readonly=True, ondelete="set null")
    summary = fields.Text(readonly=True)
    strip = fields.Html("Days", readonly=True, sanitize=False, help="Every day: green where both agree, red elsewhere.")
    first_difference_on = fields.Date("First Different Day", readonly=True)
    agreed_on = fields.Date("Last Agreed", readonly=True)
    agreed_balance = fields.Monetary("Balance of That Day", readonly=True)
    difference = fields.Monetary(readonly=True, help="What the bank has more than the books on the last day.")
    start = fields.Date("Proposed Start Date", readonly=True)
    can_start = fields.Boolean(compute="_compute_can_start")
    finding_ids = fields.One2many("ponto.agreement.finding", "agreement_id", string="What Explains It", readonly=True)
    day_ids = fields.One2many("ponto.agreement.day", "agreement_id", string="Every Day", readonly=True)

    @api.depends("journal_id", "agreed_on")
    def _compute_display_name(self):
        for shown in self:
            shown.display_name = self.env._("%(journal)s compared with the bank", journal=shown.journal_id.display_name)

    @api.depends("start", "fetch_line_id", "account_id.import_from")
    @api.depends_context("uid")
    def _compute_can_start(self):
        """Tell whether the proposed start date may be used, and would bring anything."""
        for shown in self:
            account = shown.account_id
            earlier = account.linked and account.journal_id == shown.journal_id and shown.start
            useful = bool(shown.fetch_line_id) or (
                earlier and (not account.import_from or shown.start < account.import_from)
            )
            shown.can_start = bool(shown.start and useful and account.has_access("write"))

    # ------------------------------------------------------------------ making it

    @api.model
    def _show(self, account, journal, agreement, fetch_line=None):
        """Return a record that shows a comparison.

        :param account: `ponto.account` record
        :param journal: `account.journal` record
        :param Agreement agreement: the comparison
        :param fetch_line: `ponto.account.fetch.line` record that asked, or nothing
        :return: `ponto.agreement` record
        """
        agreed, first = agreement.last_agreed, agreement.first_difference
        # sudo: nobody writes a comparison but the addon; reading account and journal was checked.
        shown = self.sudo().create(
            {
                "account_id": account.id,
                "journal_id": journal.id,
                "fetch_line_id": fetch_line and fetch_line.id,
                "first_difference_on": first and first.day,
                "agreed_on": agreed and agreed.day,
                "agreed_balance": from_units(agreed.bank, account.currency_id) if agreed else 0.0,
                "difference": from_units(agreement.days[-1].difference, account.currency_id),
                "start": agreement.start,
            }
        )
        shown.write({"summary": shown._get_summary(agreement), "strip": shown._get_strip(agreement)})
        self.env["ponto.agreement.day"].sudo().create(
            [
                {
                    "agreement_id": shown.id,
                    "date": day.day,
                    "bank_balance": from_units(day.bank, account.currency_id),
                    "book_balance": from_units(day.ledger, account.currency_id),
                    "difference": from_units(day.difference, account.currency_id),
                }
                for day in reversed(agreement.days)
            ]
        )
        self.env["ponto.agreement.finding"].sudo()._show(shown, agreement)
        return shown.sudo(False)

    def _get_summary(self, agreement):
        """Return what to know, in a few sentences.

        :param Agreement agreement: the comparison
        :return str: paragraphs
        """
        _, last, agreed = self.env._, agreement.days[-1], agreement.last_agreed
        values = {
            "first": format_date(self.env, agreement.days[0].day),
            "last": format_date(self.env, last.day),
            "difference": self._format(last.difference),
        }
        if agreed:
            values |= {"agreed": format_date(self.env, agreed.day), "balance": self._format(agreed.bank)}
        if not agreement.first_difference and not agreement.discrepancies:
            return _("Bank and books agree on every day from %(first)s to %(last)s: %(balance)s.", **values)
        since, before = agreement.discrepancies_since_agreed, agreement.discrepancies_before_agreed
        if agreed == last:
            sentences = [_("Bank and books agree on %(agreed)s: %(balance)s.", **values)]
        elif agreed:
            sentences = [
                _("Bank and books agreed until %(agreed)s: %(balance)s.", **values),
                _("Since then they differ by %(difference)s: %(what)s.", what=self._count(since), **values),
            ]
        else:
            sentences = [
                _(
                    "Bank and books agree on no day from %(first)s to %(last)s. They differ by %(difference)s: %(what)s.",
                    what=self._count(since),
                    **values,
                )
            ]
        if before:
            sentences.append(_("Before, what cancels out: %(what)s.", what=self._count(before)))
        if self.account_id.linked and self.account_id.sync_stage:
            sentences.append(_("Transactions are being imported right now: compare again when that is done."))
        return " ".join(sentences)

    def _count(self, discrepancies):
        counts = {}
        for discrepancy in discrepancies:
            counts[discrepancy.kind] = counts.get(discrepancy.kind, 0) + max(len(discrepancy.bank), 1)
        names = self.env["ponto.agreement.finding"]._fields["kind"]._description_selection(self.env)
        return ", ".join(f"{name.lower()} ({counts[kind]})" for kind, name in names if kind in counts)

    def _format(self, amount):
        return format_amount(self.env, from_units(amount, self.currency_id), self.currency_id)

    def _get_strip(self, agreement):
        """Return the strip of days: one colored piece per run, as wide as it is long.

        :param Agreement agreement: the comparison
        :return Markup: HTML
        """
        pieces = []
        for run in agreement.runs:
            values = {"first": format_date(self.env, run.first), "last": format_date(self.env, run.last)}
            if run.difference:
                values["amount"] = self._format(run.difference)
                title = self.env._("%(first)s to %(last)s: they differ by %(amount)s", **values)
            else:
                title = self.env._("%(first)s to %(last)s: bank and books agree", **values)
            pieces.append(
                Markup('<span class="%s" style="flex-grow: %s" title="%s"></span>')
                % ("bg-danger" if run.difference else "bg-success", (run.last - run.first).days + 1, title)
            )
        ends = [format_date(self.env, agreement.days[place].day) for place in (0, -1)]
        return Markup(
            '<div class="o_ponto_strip">%s</div><div class="o_ponto_strip_days"><span>%s</span><span>%s</span></div>'
        ) % (Markup().join(pieces), *ends)

    # ------------------------------------------------------------------ actions

    def action_start_here(self):
        """Use the proposed start date: the account, or the line of Fetch Accounts, imports from that day on.

        :return dict: a notice, or the action of Fetch Accounts
        :raises UserError: for who may not, or when there is nothing to propose
        """
        self.ensure_one()
        if not self.start:
            raise UserError(self.env._("Bank and books never agreed: there is no start date to propose."))
        self.account_id.check_access("write")
        if line := self.fetch_line_id:
            line.write({"import_scope": "date", "import_from": self.start})
            return self.action_back()
        if not self.account_id.linked or self.account_id.journal_id != self.journal_id:
            raise UserError(self.env._("Link the account in Fetch Accounts first."))
        self.account_id.import_from = self.start
        self.account_id.connection_id._trigger_synchronization()
        return make_notification(
            self.env._(
                "Transactions from %(date)s on are imported; what is in the books already is linked.",
                date=format_date(self.env, self.start),
            ),
            "success",
        )

    def action_back(self):
        """Go back to Fetch Accounts.

        :return dict: the action
        """
        self.ensure_one()
        self.check_access("read")
        return self.fetch_line_id.wizard_id._get_action()
