from odoo import fields, models


class PontoMatchChooseCandidate(models.TransientModel):
    """One candidate of a bank transaction, as it was when the dialog was opened."""

    _name = "ponto.match.choose.candidate"
    _description = "Match a Bank Transaction: Candidate"
    _inherit = ["ponto.access"]

    wizard_id = fields.Many2one("ponto.match.choose", required=True, ondelete="cascade", index=True)
    key = fields.Char(required=True, readonly=True)
    name = fields.Char("Candidate", readonly=True)
    evidence = fields.Char("Kind", readonly=True)
    explanation = fields.Char("Evidence", readonly=True)
    settles = fields.Boolean(readonly=True, help="Nothing of the payment stays open.")
    item_ids = fields.Many2many("account.move.line", string="Journal Items", readonly=True)

    def action_accept(self):
        """Match the bank transaction with this candidate.

        :return dict: closes the dialog
        :raises UserError: when it is no candidate any more
        """
        self.ensure_one()
        line = self.wizard_id.statement_line_id
        line._accept(line._get_candidate(self.key))
        return {"type": "ir.actions.act_window_close"}

    def action_dismiss(self):
        """Show this candidate no longer.

        :return dict: the dialog again, with what is left
        :raises UserError: when it is no candidate any more
        """
        self.ensure_one()
        wizard = self.wizard_id
        wizard.statement_line_id._dismiss(wizard.statement_line_id._get_candidate(self.key))
        wizard._fill()
        return wizard._get_action()
