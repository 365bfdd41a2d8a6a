from collections import Counter
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount, format_date


class PontoSynchronizationUndo(models.TransientModel):
    """The proposal to undo a run: what is removed, what stays and why, and from where to import next."""

    _name = "ponto.synchronization.undo"
    _description = "Undo Import"
    _inherit = ["ponto.access"]

    synchronization_id = fields.Many2one("ponto.synchronization", required=True, readonly=True, ondelete="cascade")
    account_id = fields.Many2one(related="synchronization_id.undo_account_id")
    company_id = fields.Many2one(related="synchronization_id.company_id")
    linked = fields.Boolean(related="account_id.linked")
    removable_count = fields.Integer("To Remove", compute="_compute_summary")
    stay_count = fields.Integer("To Stay", compute="_compute_summary")
    summary = fields.Text(compute="_compute_summary")
    import_from = fields.Date(
        "Import Again From",
        compute="_compute_import_from",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="Transactions of this day and later are imported again after the undo; earlier ones are left out.",
    )
    opening_note = fields.Char(compute="_compute_opening_note")

    @api.depends("synchronization_id")
    def _compute_import_from(self):
        for wizard in self:
            account = wizard.account_id
            opening = account.opening_line_id
            # What lies before the opening entry is in it already.
            first = opening and opening.date + timedelta(days=1)
            days = [day for day in (account.import_from, first) if day]
            wizard.import_from = max(days, default=fields.Date.context_today(wizard))

    @api.depends("synchronization_id")
    @api.depends_context("lang")
    def _compute_summary(self):
        for wizard in self:
            run = wizard.synchronization_id
            run.check_access("read")
            lines = run._judge_lines() if run else []
            wizard.removable_count = sum(not line.stays for line in lines)
            wizard.stay_count = len(lines) - wizard.removable_count
            wizard.summary = "\n".join(wizard._describe(lines))

    def _describe(self, lines):
        """Say what happens to the bank transactions of the run.

        :param list lines: of `JudgedLine`, newest first
        :return list: sentences
        """
        _ = self.env._
        run, account = self.synchronization_id, self.account_id
        due = [line for line in lines if not line.stays]
        if due:
            sentences = [
                _(
                    "%(count)s bank transactions from %(first)s to %(last)s, %(amount)s together, will be removed.",
                    count=len(due),
                    first=format_date(self.env, due[-1].date),
                    last=format_date(self.env, due[0].date),
                    amount=format_amount(self.env, sum(line.amount for line in due), account.currency_id),
                )
            ]
        else:
            sentences = [_("No bank transaction can be removed.")]
        if edited := sum(line.edited for line in due):
            sentences.append(
                _("%(count)s of them have a label or a partner that was changed by hand; it is lost.", count=edited)
            )
        if any(line.in_statement for line in due):
            sentences.append(
                _(
                    "Statements that the synchronization made are dissolved when they lose transactions; they are made"
                    " again when the bank's balance confirms them."
                )
            )
        sentences += run._explain_stays(Counter(line.stays for line in lines if line.stays))
        if linked := self._count_rows(("link_id", "!=", False)):
            sentences.append(_("%(count)s were in the books before and are not touched.", count=linked))
        if deleted := self._count_rows(("deleted", "=", True)):
            sentences.append(_("%(count)s were deleted in Odoo already and stay deleted.", count=deleted))
        return sentences

    def _count_rows(self, *domain):
        rows = self.env["ponto.transaction"]
        return rows.search_count([("synchronization_id", "=", self.synchronization_id.id), *domain])

    @api.depends("synchronization_id")
    @api.depends_context("lang")
    def _compute_opening_note(self):
        for wizard in self:
            opening = wizard.account_id.opening_line_id
            wizard.opening_note = opening and self.env._(
                "The opening entry of %(date)s holds everything before the first transaction: start on the day after it,"
                " or delete it first.",
                date=format_date(self.env, opening.date),
            )

    def action_confirm(self):
        """Undo the run; afterwards the import goes on from the chosen day.

        :return dict | None: a notice that closes the dialog
        :raises UserError: in one sentence, before anything happens
        """
        self.ensure_one()
        self.account_id._check_may_undo()
        if not self.removable_count:
            raise UserError(self.env._("No bank transaction can be removed."))
        return self.account_id._start_undo(self.synchronization_id, self.import_from)
