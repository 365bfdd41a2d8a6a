from odoo import models


class PontoConnection(models.Model):
    """Check Connection: everything that a connection needs, line by line."""

    _inherit = "ponto.connection"

    def action_check(self):
        """Look at everything that this connection needs, at Ponto and in Odoo, and show what is to be mended.

        What Ponto lists is taken over, as by *Refresh* in Fetch Accounts.

        :return dict: the action of the check
        """
        self.ensure_one()
        self.check_access("write")
        return self.env["ponto.connection.check"]._open(self)
