from odoo import models

from ..authorization.reminders import ACTIVITY as AUTHORIZATION


class PontoConnection(models.Model):
    """Reminders end when their reason does: an account that was closed or unticked is nobody's work."""

    _inherit = "ponto.connection"

    def _end_reminders(self):
        """Look at all open reminders of these connections again, after accounts were closed or unticked."""
        self._close_told_vanished()
        self._close_told_silences()
        for connection in self:
            if connection.activity_search([AUTHORIZATION]):
                connection._check_authorizations()
