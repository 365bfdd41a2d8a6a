from odoo import api, fields, models
from odoo.exceptions import UserError


class PontoLink(models.Model):
    """Transactions that were found in the books already: which lines they are, and by what evidence.

    A line belongs to one link; nothing on it is touched. Undoing a link lets its transactions be imported.
    """

    _name = "ponto.link"
    _description = "Linked to Existing Transaction"
    _order = "date desc, id desc"
    _rec_name = "evidence"

    account_id = fields.Many2one("ponto.account", required=True, readonly=True, ondelete="cascade", index=True)
    company_id = fields.Many2one(related="account_id.company_id", store=True, index=True)
    journal_id = fields.Many2one(related="account_id.journal_id")
    date = fields.Date(required=True, readonly=True)
    evidence = fields.Selection(
        [
            ("ponto_id", "The same Ponto ID"),
            ("same_day", "The same day, amount and counterparty account"),
            ("same_day_amount", "The same day and amount"),
            ("near_day", "The same amount and counterparty account, a day apart"),
            ("near_day_amount", "The same amount, a day apart"),
            ("day_total", "The same total of the day"),
            ("other_day", "The same amount and counterparty account, once; later in the books"),
        ],
        required=True,
        readonly=True,
    )
    transaction_ids = fields.One2many("ponto.transaction", "link_id", string="Ponto Transactions", readonly=True)
    line_ids = fields.Many2many(
        "account.bank.statement.line",
        "ponto_link_line_rel",
        "link_id",
        "line_id",
        string="Bank Transactions",
        readonly=True,
    )
    amount = fields.Monetary(compute="_compute_amount")
    currency_id = fields.Many2one(related="account_id.currency_id")

    @api.depends("transaction_ids.amount")
    def _compute_amount(self):
        for link in self:
            link.amount = sum(link.transaction_ids.mapped("amount"))

    def action_undo(self):
        """Undo these links: their transactions are imported, the lines that were there stay.

        :return dict | None: a notice for the web client
        :raises UserError: where another line carries the Ponto ID of the transaction: it would be there twice
        """
        self.check_access("read")
        self.account_id.check_access("write")
        if "ponto_id" in self.mapped("evidence"):
            raise UserError(self.env._("These lines carry the Ponto ID of the transaction: they are the same."))
        # sudo: links and rows are written by the addon only; who may edit the account may ask for this.
        links = self.sudo()
        rows = links.transaction_ids
        rows.write({"state": "to_import", "reason": False, "statement_line_id": False, "kept_apart": True})
        links.unlink()
        return rows._import_now()
