from odoo import api, models


class PontoMatching(models.AbstractModel):
    """A match tells who was paid: then it may be seen that the account is not that supplier's."""

    _inherit = "ponto.matching"

    @api.model
    def _apply_at_once(self, findings, user, run):
        """Match bank transactions that are in the books, and raise the alarms that their partners give."""
        result = super()._apply_at_once(findings, user, run)
        self.env["ponto.payment.alarm"]._raise_for(self.env["account.bank.statement.line"].union(*findings))
        return result
