from odoo import api, fields, models

from .account_journal import READERS


class AccountBankStatementLine(models.Model):
    """Alarms are raised when transactions arrive from the bank, in bulk."""

    _inherit = "account.bank.statement.line"

    ponto_alarm_ids = fields.One2many(
        "ponto.payment.alarm", "statement_line_id", string="Alarms", readonly=True, groups=READERS
    )

    @api.model
    def _create_from_bank(self, vals_list, company):
        """Create bank transactions, and raise the alarms that they give."""
        lines = super()._create_from_bank(vals_list, company)
        self.env["ponto.payment.alarm"]._raise_for(lines)
        return lines
