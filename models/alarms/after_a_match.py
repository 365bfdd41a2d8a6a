from odoo import api, models


class PontoMatching(models.AbstractModel):
    """A match tells who was paid: then it may be seen that the account is not that supplier's."""

    _inherit = "ponto.matching"

    @api.model
    def _raise_alarms(self, findings):
        """Raise the alarms that lines give by their new partners.

        :param dict findings: `account.bank.statement.line` record: `Finding`
        """
        self.env["ponto.payment.alarm"]._raise_for(self.env["account.bank.statement.line"].union(*findings))
