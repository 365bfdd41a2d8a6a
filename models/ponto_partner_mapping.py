from odoo import api, fields, models


class PontoPartnerMapping(models.Model):
    """A name or an account number of bank transactions that a user said to be a partner's."""

    _name = "ponto.partner.mapping"
    _description = "Partner of Bank Transactions"
    _order = "partner_id, kind, value"
    _rec_name = "value"

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade", index=True)
    kind = fields.Selection([("account", "Account number"), ("name", "Name")], required=True, readonly=True)
    value = fields.Char(required=True, readonly=True, help="Normalized: without blanks and signs, in capitals.")
    partner_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade", index=True)
    user_id = fields.Many2one("res.users", "Confirmed By", readonly=True, ondelete="set null")

    _value_uniq = models.UniqueIndex("(company_id, kind, value)")

    @api.model
    def _remember(self, line, partner):
        """Keep that the counterparty of a bank transaction is a partner, because a user said so.

        :param line: `account.bank.statement.line` record
        :param partner: `res.partner` record
        """
