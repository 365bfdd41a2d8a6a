from odoo import fields, models


class PontoMatchChooseDocument(models.TransientModel):
    """One open document that may be ticked."""

    _name = "ponto.match.choose.document"
    _description = "Match a Bank Transaction: Open Document"
    _inherit = ["ponto.access"]

    wizard_id = fields.Many2one("ponto.match.choose", required=True, ondelete="cascade", index=True)
    # As in the dialog: with the user's own rights.
    statement_line_id = fields.Many2one(related="wizard_id.statement_line_id", related_sudo=False)
    company_id = fields.Many2one(related="wizard_id.company_id", related_sudo=False)
    currency_id = fields.Many2one(related="wizard_id.currency_id", related_sudo=False)
    ticked = fields.Boolean()
    item_id = fields.Many2one(
        "account.move.line",
        "Document",
        required=True,
        ondelete="cascade",
        domain="[('parent_state', '=', 'posted'), ('reconciled', '=', False), ('account_id.reconcile', '=', True),"
        " ('company_id', '=', company_id), ('currency_id', '=', currency_id),"
        " ('statement_line_id', '!=', statement_line_id),"
        " '|', ('account_id.account_type', 'not in', ('asset_receivable', 'liability_payable')),"
        " ('payment_id', '=', False)]",
    )
    partner_id = fields.Many2one(related="item_id.partner_id", related_sudo=False)
    date = fields.Date(related="item_id.date", related_sudo=False)
    date_maturity = fields.Date(related="item_id.date_maturity", related_sudo=False)
    ref = fields.Char(related="item_id.ref", related_sudo=False)
    residual = fields.Monetary("Open Amount", related="item_id.amount_residual_currency", related_sudo=False)
