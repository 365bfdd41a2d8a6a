import logging

from odoo import api, fields, models

from ..account_journal import READERS
from ..support.errors import RECORD_ERRORS

_logger = logging.getLogger(__name__)


class AccountBankStatementLine(models.Model):
    """Alarms are raised when transactions arrive from the bank, in bulk."""

    _inherit = "account.bank.statement.line"

    ponto_alarm_ids = fields.One2many(
        "ponto.payment.alarm", "statement_line_id", string="Alarms", readonly=True, groups=READERS
    )

    @api.model
    def _raise_alarms(self, lines, company):
        """Raise the alarms that bank transactions give when they arrive.

        :param lines: `account.bank.statement.line` records
        :param company: `res.company` record of all of them
        """
        try:
            with self.env.cr.savepoint():
                self.env["ponto.payment.alarm"]._raise_for(lines)
        except RECORD_ERRORS:
            # The bank's transactions are imported all the same.
            _logger.exception("Company %s: no alarms could be raised", company.id)
