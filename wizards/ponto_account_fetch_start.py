from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

from ..const import OVERLAP
from ..models.support.money import from_units


class PontoAccountFetchLine(models.TransientModel):
    """The start date that a journal with a past asks for: the day after bank and books last agreed."""

    _inherit = "ponto.account.fetch.line"

    compared = fields.Boolean(readonly=True, help="Bank and books were compared for the proposed start date.")
    agreed_on = fields.Date("Last Agreed", readonly=True)
    agreed_balance = fields.Monetary("Balance of That Day", readonly=True)

    @api.onchange("journal_id")
    def _onchange_journal_id(self):
        """Propose the start date of the journal that is chosen."""
        self.update({"compared": False, "agreed_on": False, "agreed_balance": 0.0})
        if not self.account_id.linked:
            self.update(self._prepare_start_vals())

    def _prepare_start_vals(self):
        """Return the start date that the books of the journal ask for: the day after bank and books last agreed.

        They never agreed, or it is not known yet: so long before the last line that late bookings are found; what is in
        the books already is recognized.

        :return dict: values of this line; empty for a journal without bank transactions
        """
        last = self._get_last_line_date()
        if not last:
            return {}
        account, journal = self.account_id._origin, self.journal_id._origin
        last = min(last, fields.Date.context_today(self))
        vals = {"import_scope": "date", "import_from": last - OVERLAP}
        if account._get_obstacle(journal):
            return vals
        agreement = account._find_agreement(journal)
        vals["compared"] = True
        if agreed := agreement.last_agreed:
            vals |= {
                "import_from": agreement.start,
                "agreed_on": agreed.day,
                "agreed_balance": from_units(agreed.bank, account.currency_id),
            }
        return vals

    def _get_last_line_date(self):
        if not self.journal_id:
            return False
        lines = self.env["account.bank.statement.line"]
        return lines.search([("journal_id", "=", self.journal_id._origin.id), ("state", "=", "posted")], limit=1).date

    def action_find_agreement(self):
        """Compare the account with the chosen journal, before anything is linked.

        :return dict: the action
        :raises UserError: when it is not known yet, in one sentence
        """
        self.ensure_one()
        self.check_access("write")
        return self.account_id._open_agreement(self.journal_id, self)

    def _get_agreement_remarks(self):
        """Say since when the books of the journal do not agree with the bank."""
        _ = self.env._
        if self.agreed_on:
            since = [
                ("account_id", "=", self.account_id._origin.id),
                ("date", ">", self.agreed_on),
                ("state", "!=", "pending"),
            ]
            values = {
                "date": format_date(self.env, self.agreed_on),
                "balance": format_amount(self.env, self.agreed_balance, self.currency_id),
                "count": self.env["ponto.transaction"].search_count(since),
            }
            return [_("Bank and books agreed on %(date)s, %(balance)s; %(count)s transactions since.", **values)]
        last = self._get_last_line_date()
        if not last:
            return []
        values = {"journal": self.journal_id.name, "date": format_date(self.env, last)}
        if self.compared:
            return [
                _(
                    "%(journal)s has transactions until %(date)s, and never agreed with the bank; those that are the"
                    " bank's are linked.",
                    **values,
                )
            ]
        return [_("%(journal)s has transactions until %(date)s.", **values)]
