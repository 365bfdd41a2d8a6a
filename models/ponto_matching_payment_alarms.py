from odoo import api, models


class PontoMatching(models.AbstractModel):
    """A match tells who was paid: then it may be seen that the account is not that supplier's."""

    _inherit = "ponto.matching"

    @api.model
    def _apply(self, findings, user=None, run=None):
        """Match bank transactions that are in the books, and raise the alarms that their partners give."""
        lines = super()._apply(findings, user=user, run=run)
        self.env["ponto.payment.alarm"]._raise_for(lines)
        return lines
