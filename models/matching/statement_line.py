from odoo import fields, models

from ..account_journal import READERS


class AccountBankStatementLine(models.Model):
    """What a bank transaction was matched with."""

    _inherit = "account.bank.statement.line"

    ponto_match_ids = fields.One2many(
        "ponto.match", "statement_line_id", string="Matches", readonly=True, groups=READERS
    )

    def action_undo_reconciliation(self):
        """Take lines back to the bank's own entry; the log says so, and they have the partner again that they had.

        Whose their counterparties are is forgotten where it was learned from a user's match.
        """
        res = super().action_undo_reconciliation()
        # sudo: the log is written by code only, whoever undoes.
        matches = (
            self.env["ponto.match"].sudo().search([("statement_line_id", "in", self.ids), ("state", "=", "applied")])
        )
        for match in matches:
            line = match.statement_line_id.sudo(False)
            if line.partner_id == match.partner_id != match.previous_partner_id:
                line.partner_id = match.previous_partner_id
        matches.write({"state": "undone"})
        self.env["ponto.partner.mapping"]._forget(matches.filtered("taught"))
        return res
