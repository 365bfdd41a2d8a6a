from odoo import api, fields, models

from .support.writing import keep_own_defaults, refuse_readonly

OURS = "ponto_"


class AccountBankStatement(models.Model):
    _inherit = "account.bank.statement"

    ponto_account_id = fields.Many2one(
        "ponto.account",
        string="Made From Ponto",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="Kept up to date by the synchronization until a user edits the statement.",
    )
    ponto_period_start = fields.Date(readonly=True, copy=False)
    ponto_period_end = fields.Date(readonly=True, copy=False)

    @api.model
    def default_get(self, fields):
        return keep_own_defaults(self, super().default_get(fields), OURS)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            refuse_readonly(self, vals, OURS)
        return super().create(vals_list)

    def write(self, vals):
        refuse_readonly(self, vals, OURS)
        edited = {"balance_start", "balance_end_real", "line_ids", "name"} & vals.keys()
        if edited and not self.env.context.get("ponto_statement"):
            vals = {**vals, "ponto_account_id": False}
        return super().write(vals)

    def unlink(self):
        if not self.env.context.get("ponto_statement"):
            for statement in self.filtered("ponto_account_id"):
                # sudo: who deletes a statement need not be allowed to edit the account.
                account = statement.ponto_account_id.sudo()
                start = statement.ponto_period_start.isoformat()
                account.declined_periods = [*(account.declined_periods or []), start]
        return super().unlink()
