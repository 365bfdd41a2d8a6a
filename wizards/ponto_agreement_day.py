from odoo import fields, models


class PontoAgreementDay(models.TransientModel):
    """The balances at the end of one day."""

    _name = "ponto.agreement.day"
    _description = "Compare with the Bank: Day"
    _order = "date desc"

    agreement_id = fields.Many2one("ponto.agreement", required=True, readonly=True, ondelete="cascade", index=True)
    currency_id = fields.Many2one(related="agreement_id.currency_id")
    date = fields.Date(required=True, readonly=True)
    bank_balance = fields.Monetary("Balance at the Bank", readonly=True)
    book_balance = fields.Monetary("Balance in the Ledger", readonly=True)
    difference = fields.Monetary(readonly=True)
