from odoo import api, fields, models

from ..models.booking.refusals import REFUSALS, find_refusal


class PontoBookRow(models.TransientModel):
    """One bank transaction that may be booked with others."""

    _name = "ponto.book.row"
    _description = "Book Bank Transactions: Row"
    _inherit = ["ponto.access"]

    book_id = fields.Many2one("ponto.book", required=True, ondelete="cascade", index=True)
    statement_line_id = fields.Many2one(
        "account.bank.statement.line", "Bank Transaction", required=True, readonly=True, ondelete="cascade"
    )
    ticked = fields.Boolean()
    # As in the dialog for one: with the user's own rights.
    currency_id = fields.Many2one(related="statement_line_id.currency_id", related_sudo=False)
    date = fields.Date(related="statement_line_id.date", related_sudo=False)
    payment_ref = fields.Char(related="statement_line_id.payment_ref", related_sudo=False)
    partner_name = fields.Char("Counterparty", related="statement_line_id.partner_name", related_sudo=False)
    amount = fields.Monetary(related="statement_line_id.amount", related_sudo=False)
    refusal = fields.Char("Why Not", compute="_compute_refusal")

    @api.depends("statement_line_id")
    @api.depends_context("lang")
    def _compute_refusal(self):
        for row in self:
            code = find_refusal(row.statement_line_id) if row.statement_line_id else ""
            row.refusal = self.env._(REFUSALS[code]) if code else False
