from odoo import fields, models


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

    def write(self, vals):
        edited = {"balance_start", "balance_end_real", "line_ids", "name"} & vals.keys()
        if edited and not self.env.context.get("ponto_statement"):
            vals = {**vals, "ponto_account_id": False}
        return super().write(vals)
