import logging

from odoo import api, fields, models

from .account_journal import READERS
from .ponto_record_errors import RECORD_ERRORS

_logger = logging.getLogger(__name__)


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
        try:
            with self.env.cr.savepoint():
                self.env["ponto.payment.alarm"]._raise_for(lines)
        except RECORD_ERRORS:
            # The bank's transactions are imported all the same.
            _logger.exception("Company %s: no alarms could be raised", company.id)
        return lines
