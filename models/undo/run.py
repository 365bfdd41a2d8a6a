from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, LazyTranslate

from ..support.days import say_moment

_lt = LazyTranslate(__name__)

# Why a bank transaction of a run stays when the run is undone; the first that holds is told.
STAYS = {
    "not_posted": _lt("%(count)s were reset to draft or cancelled in Odoo."),
    "hashed": _lt("%(count)s are secured with a hash."),
    "locked": _lt("%(count)s lie in a period that is locked."),
    "statement": _lt("%(count)s are on a statement that a user made or edited."),
    "reconciled": _lt("%(count)s are reconciled, or booked by hand on other accounts."),
}


class JudgedLine(NamedTuple):
    """A bank transaction that a run created, and what an undo does with it."""

    line_id: int
    index: str  # Odoo's order of bank transactions
    date: object
    amount: float
    stays: str | None  # key of STAYS; None when it is removed
    edited: bool  # a user typed a label or chose a partner
    in_statement: bool  # of a statement that the synchronization made


class PontoSynchronization(models.Model):
    """Undo of a run: what it created and nobody used yet is taken out of the books again."""

    _inherit = "ponto.synchronization"

    removed_count = fields.Integer("Removed", readonly=True, copy=False)
    undo_of_id = fields.Many2one(
        "ponto.synchronization", readonly=True, copy=False, ondelete="set null", index="btree_not_null"
    )
    stayed = fields.Json(
        readonly=True, copy=False, help="Why bank transactions stayed: reason or refusal, and how many."
    )
    undone_at = fields.Datetime("Undone", readonly=True, copy=False)
    undone_count = fields.Integer("Undone Transactions", readonly=True, copy=False)
    created_count = fields.Integer("Bank Transactions", compute="_compute_created_count")
    undo_message = fields.Text("Undo Result", compute="_compute_undo_message")
    undo_account_id = fields.Many2one(
        "ponto.account",
        compute="_compute_undo_account_id",
        help="The account in charge: the link may have moved to another record of the same bank account since.",
    )

    @api.depends("account_id.linked")
    def _compute_undo_account_id(self):
        for run in self:
            run.undo_account_id = run.account_id._get_in_charge() or run.account_id

    def _compute_created_count(self):
        groups = self.env["ponto.transaction"]._read_group(
            [
                ("synchronization_id", "in", self.ids),
                ("statement_line_id", "!=", False),
                ("link_id", "=", False),
            ],
            groupby=["synchronization_id"],
            aggregates=["__count"],
        )
        counts = {run.id: count for run, count in groups}
        for run in self:
            run.created_count = counts.get(run.id, 0)

    def _compute_undo_message(self):
        _ = self.env._
        for run in self:
            if run.trigger == "undo":
                sentences = [_("%(count)s bank transactions were removed.", count=run.removed_count)]
                run.undo_message = "\n".join(sentences + run._explain_stays(run.stayed or {}))
            elif run.undo_account_id.undo_run_id == run:
                run.undo_message = _(
                    "Being undone: %(count)s bank transactions removed so far.", count=run.undone_count
                )
            elif run.undone_at:
                run.undo_message = _(
                    "Undone on %(date)s: %(removed)s bank transactions removed, %(stay)s stay.",
                    date=say_moment(self.env, run.undone_at, run.connection_id.timezone),
                    removed=run.undone_count,
                    stay=run.created_count,
                )
            else:
                run.undo_message = False

    def _explain_stays(self, stays):
        """Say how many bank transactions stay, and why.

        :param dict stays: key of STAYS or the sentence of a refusal: number
        :return list: sentences
        """
        _ = self.env._
        if not stays:
            return []
        # The lazy text carries no values of its own: translate first, fill in second.
        sentences = {key: _(sentence) for key, sentence in STAYS.items()}
        reasons = [sentence % {"count": stays[key]} for key, sentence in sentences.items() if key in stays]
        reasons += [
            _("%(count)s cannot be deleted: %(reason)s", count=count, reason=reason)
            for reason, count in stays.items()
            if reason not in STAYS
        ]
        return [_("%(count)s stay:", count=sum(stays.values())), *(f"• {reason}" for reason in reasons)]

    # ------------------------------------------------------------------ action

    def action_undo(self):
        """Say what an undo of this run removes and what stays, and ask for the next start date.

        :return dict | None: action of the proposal; a notice when the undo has begun already
        :raises UserError: in one sentence, when there is nothing to undo or something else is going on
        """
        self.ensure_one()
        self.check_access("read")
        account = self.undo_account_id
        account._check_may_undo()
        if account.undo_run_id == self:
            return account._work_on_undo()
        self._check_can_be_undone()
        wizard = self.env["ponto.synchronization.undo"].create({"synchronization_id": self.id})
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Undo Import"),
            "res_model": wizard._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
        }

    def _check_can_be_undone(self):
        _ = self.env._
        if self.state == "running":
            raise UserError(_("This synchronization is still running. Undo it when it has ended."))
        if other := self.undo_account_id.undo_run_id:
            raise UserError(
                _(
                    "The import of %(date)s is being undone; wait until that is done.",
                    date=say_moment(self.env, other.started_at, other.connection_id.timezone),
                )
            )
        if not self.created_count:
            raise UserError(_("No bank transaction that this synchronization created is left."))

    # ------------------------------------------------------------------ what stays

    def _judge_lines(self, before=None, limit=None):
        """Tell for each bank transaction that this run created whether it can be removed, newest first.

        A transaction that was in the books before and only linked is none of them. Only an entry of liquidity and
        suspense that nothing is matched with is removed: everything else is work of a user.

        :param str before: only those before this place in Odoo's order
        :param int limit: the most to return
        :return list: of `JudgedLine`
        """
        self.ensure_one()
        journal, company = self.undo_account_id.journal_id, self.company_id
        lock_date = company._get_user_fiscal_lock_date(journal, ignore_exceptions=True)
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                SELECT line.id, line.internal_index, move.date, line.amount::float,
                       CASE WHEN move.state != 'posted' THEN 'not_posted'
                            WHEN move.inalterable_hash IS NOT NULL THEN 'hashed'
                            WHEN move.date <= %(lock_date)s THEN 'locked'
                            WHEN statement.id IS NOT NULL AND statement.ponto_account_id IS NULL THEN 'statement'
                            WHEN NOT items.untouched THEN 'reconciled'
                        END,
                       line.payment_ref IS DISTINCT FROM bank_row.label OR line.partner_id IS DISTINCT FROM bank_row.partner_id,
                       statement.ponto_account_id IS NOT NULL
                  FROM ponto_transaction bank_row
                  JOIN account_bank_statement_line line ON line.id = bank_row.statement_line_id
                  JOIN account_move move ON move.id = line.move_id
                  JOIN account_journal journal ON journal.id = move.journal_id
             LEFT JOIN account_bank_statement statement ON statement.id = line.statement_id
            CROSS JOIN LATERAL (
                           SELECT COUNT(*) = 2 AND COUNT(item.matching_number) = 0
                                  AND COUNT(*) FILTER (WHERE item.account_id = journal.suspense_account_id) = 1
                                  AS untouched
                             FROM account_move_line item
                            WHERE item.move_id = move.id
                       ) items
                 WHERE bank_row.synchronization_id = %(run)s AND bank_row.link_id IS NULL AND %(place)s
                 ORDER BY line.internal_index DESC
                 LIMIT %(limit)s
                """,
                run=self.id,
                lock_date=lock_date,
                place=SQL("line.internal_index < %s", before) if before else SQL("TRUE"),
                limit=limit,
            )
        )
        return [JudgedLine(*values) for values in self.env.cr.fetchall()]

    def _count_stayed(self, stays):
        """Add to the reasons why bank transactions stayed.

        :param Mapping stays: key of STAYS or the sentence of a refusal: number
        """
        if stays:
            known = dict(self.stayed or {})
            self.stayed = {**known, **{reason: known.get(reason, 0) + count for reason, count in stays.items()}}
