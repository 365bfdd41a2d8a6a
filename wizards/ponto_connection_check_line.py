from odoo import api, fields, models

from .connection_check.registry import LEVELS, find_mending, find_probe


class PontoConnectionCheckLine(models.TransientModel):
    """One thing that a connection needs: how it is, in one sentence, and the action that mends it."""

    _name = "ponto.connection.check.line"
    _description = "Check Connection, Line"
    _order = "sequence, id"

    check_id = fields.Many2one("ponto.connection.check", required=True, readonly=True, ondelete="cascade", index=True)
    sequence = fields.Integer(readonly=True)
    code = fields.Char(required=True, readonly=True)
    name = fields.Char(compute="_compute_texts")
    level = fields.Selection("_selection_level", required=True, readonly=True)
    sentence = fields.Text(required=True, readonly=True)
    action = fields.Char(readonly=True)
    action_label = fields.Char(compute="_compute_texts")

    @api.model
    def _selection_level(self):
        return [(level, self.env._(text)) for level, text in LEVELS.items()]

    @api.depends("code", "action")
    @api.depends_context("lang")
    def _compute_texts(self):
        for line in self:
            probe, mending = find_probe(self.env, line.code), find_mending(self.env, line.action)
            line.name = self.env._(probe.label) if probe else False
            line.action_label = self.env._(mending.label) if mending else False

    def action_mend(self):
        """Do the one thing that mends this line, or open the place where a person does it.

        :return dict: the action; the check done again, when nothing is left to a person
        :raises UserError: when it cannot be done, in one sentence
        """
        self.ensure_one()
        self.check_id.connection_id.check_access("write")
        return self.check_id._mend(self.action)
