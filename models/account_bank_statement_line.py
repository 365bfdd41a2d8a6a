from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import sql
from odoo.tools.misc import clean_context

from ..const import PONTO_ID_LENGTH
from .account_journal import READERS

# The column of OCA's import modules, when one of them is installed; dropped by hooks.py.
IMPORT_ID = "unique_import_id"
IMPORT_ID_INDEX = "account_bank_statement_line_ponto_import_id_idx"


class DateMoved(UserError):
    """Odoo would book a line on another day than the bank's."""


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    ponto_transaction_ids = fields.One2many(
        "ponto.transaction", "statement_line_id", string="Ponto Transactions", readonly=True, groups=READERS
    )
    # Sudo: who may read the line may know where it comes from, also without access to Ponto's records.
    is_ponto = fields.Boolean(
        string="From Ponto", compute="_compute_is_ponto", search="_search_is_ponto", compute_sudo=True
    )
    label_editable = fields.Boolean(compute="_compute_editable")
    partner_editable = fields.Boolean(compute="_compute_editable")

    _ponto_file_uniq = models.UniqueIndex(
        "(journal_id, (transaction_details ->> 'ponto_file')) WHERE transaction_details ->> 'ponto_file' IS NOT NULL",
        "This file is being imported by somebody else.",
    )

    # Each batch of an import asks for the lines that carry its ids. Not partial: PostgreSQL would ignore the statistics
    # of the expression, and read the whole table.
    _ponto_id_idx = models.Index("((transaction_details ->> 'ponto'))")

    def init(self):
        """Index the Ponto ID at the end of OCA's key; the class cannot declare it, for the column may be missing."""
        result = super().init()
        if sql.column_exists(self.env.cr, self._table, IMPORT_ID):
            sql.create_index(self.env.cr, IMPORT_ID_INDEX, self._table, [f"right({IMPORT_ID}, {PONTO_ID_LENGTH})"])
        return result

    @api.depends("ponto_transaction_ids")
    def _compute_is_ponto(self):
        for line in self:
            line.is_ponto = bool(line.ponto_transaction_ids)

    def _search_is_ponto(self, operator, value):
        if operator != "in":
            return NotImplemented
        # "any!": like the field itself, the filter needs no access to Ponto's records.
        return Domain("ponto_transaction_ids", "any!", Domain.TRUE)

    @api.depends(
        "state",
        "date",
        "inalterable_hash",
        "move_id.line_ids.account_id",
        "journal_id.default_account_id",
        "journal_id.suspense_account_id",
    )
    def _compute_editable(self):
        """Tell whether label and partner can still be written.

        Odoo rebuilds the journal items when either changes, so only on an entry that is liquidity and suspense and
        nothing else; anything matched or split raises. In a locked period the label may change, the partner not.
        """
        lock_dates = {}
        for line in self:
            journal = line.journal_id
            if journal not in lock_dates:
                # Sudo: a user of a branch may read the journal, not the company it belongs to.
                lock_dates[journal] = journal.company_id.sudo()._get_user_fiscal_lock_date(journal)
            liquidity, suspense, others = line._seek_for_lines()
            line.label_editable = (
                line.state != "cancel"
                and not line.inalterable_hash
                and len(liquidity) == 1
                and len(suspense) == 1
                and not others
            )
            line.partner_editable = line.label_editable and line.date > lock_dates[journal]

    def action_undo_match(self):
        """Take the selected lines back to the bank's own entry: what they were matched or booked with comes free.

        Lines that are matched with nothing are left alone, so a whole selection may be given; cancelled ones, too.

        :raises UserError: for what somebody else decided, but by an Administrator of Invoicing
        """
        self.check_access("write")
        lines = self.filtered(lambda line: not line.label_editable and line.state != "cancel")
        # sudo: who decided counts, whoever looks.
        decided = lines.sudo().ponto_match_ids.filtered(lambda match: match.state == "applied").user_id - self.env.user
        if decided and not self.env.user.has_group("account.group_account_manager"):
            names = ", ".join(decided.mapped("name"))
            raise UserError(
                self.env._("%(names)s decided this: an Administrator of Invoicing takes it back.", names=names)
            )
        lines.action_undo_reconciliation()

    def copy_data(self, default=None):
        """Give a copied line no identity of the bank: what it is a copy of has it."""
        vals_list = super().copy_data(default)
        for vals in vals_list:
            if details := vals.get("transaction_details"):
                vals["transaction_details"] = {
                    key: text for key, text in details.items() if key not in ("ponto", "ponto_file", "ponto_file_place")
                }
        return vals_list

    @api.model
    def _create_from_bank(self, vals_list, company):
        """Create bank transactions on the days of the bank, or none, and raise the alarms that they give.

        :param list vals_list: values of the lines
        :param company: `res.company` record of all of them
        :return: the lines
        :raises DateMoved: when Odoo moved one to another day
        """
        # Odoo's own checks for what cannot be here (an invoice, an unbalanced entry) are left out, and the note
        # "created" in the chatter, except where the chatter is the audit trail (doc/decisions.md, 37). Defaults of the
        # screen of whoever clicked would land on the journal items: they are left out too.
        guided = self._leave_guesses_out()
        lines = guided.with_context(
            clean_context(guided.env.context),
            ponto_import=True,
            skip_invoice_sync=True,
            check_move_validity=False,
            tracking_disable=not company.restrictive_audit_trail,
        ).create(vals_list)
        self.env.flush_all()
        for line, vals in zip(lines, vals_list, strict=True):
            if line.date != vals["date"]:
                raise DateMoved(self.env._("Odoo would book this transaction on another day."))
        self._raise_alarms(lines, company)
        return lines
