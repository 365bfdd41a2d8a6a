from odoo import api, fields, models


class PontoRenewalLine(models.Model):
    """One account that somebody is asked to renew."""

    _name = "ponto.renewal.line"
    _description = "Renewal of a Bank Authorization"
    _order = "renewal_id desc, id"
    _rec_name = "account_id"

    renewal_id = fields.Many2one("ponto.renewal", required=True, ondelete="cascade", index=True, readonly=True)
    company_id = fields.Many2one(related="renewal_id.company_id", store=True, index=True)
    account_id = fields.Many2one("ponto.account", required=True, ondelete="cascade", index=True, readonly=True)
    asked_at = fields.Datetime("Asked On", required=True, readonly=True)
    renewed_at = fields.Datetime("Renewed On", readonly=True)
    summary = fields.Char(compute="_compute_summary")

    _account_uniq = models.UniqueIndex("(renewal_id, account_id)")

    @api.depends("renewal_id.summary", "renewed_at")
    @api.depends_context("lang")
    def _compute_summary(self):
        for line in self:
            line.summary = line.renewal_id._describe(line.renewed_at)

    def _say_state(self):
        """Say until when the account is authorized, or when it was renewed.

        :return str: in the language of the environment
        """
        self.ensure_one()
        if self.renewed_at:
            return self.env._("renewed on %(day)s", day=self.renewal_id._say_day(self.renewed_at))
        return self.account_id._say_authorization_end()
