from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import format_list
from odoo.tools.misc import format_date

from ..const import EXPIRY_ACTIVITY_DAYS

ACTIVITY = "account_online_ponto.mail_activity_authorization"


class PontoConnection(models.Model):
    """The duty of a connection towards people: an authorization that ends is told in time."""

    _inherit = "ponto.connection"

    @api.model
    def _cron_check_authorizations(self):
        """Give the responsible one activity per connection from 21 days before an authorization ends; close it after
        renewal."""
        for connection in self.sudo().search([("state", "!=", "draft")]):
            connection._check_authorizations()
            connection._check_silence()
            self.env["ir.cron"]._commit_progress(1)

    def _check_authorizations(self):
        self.ensure_one()
        limit = fields.Datetime.now() + timedelta(days=EXPIRY_ACTIVITY_DAYS)
        ending = self.account_ids.filtered(
            lambda account: (
                account.linked
                and account.listed
                and (
                    account.state == "expired"
                    or (account.authorization_expires_at and account.authorization_expires_at <= limit)
                )
            )
        )
        if not ending:
            self.activity_feedback([ACTIVITY])
            return
        env = self.with_context(lang=self._get_responsible().lang).env
        sentences = [
            env._(
                "%(account)s: authorized until %(date)s.",
                account=account.display_name,
                date=format_date(env, account.authorization_expires_at) if account.authorization_expires_at else "?",
            )
            for account in ending
        ]
        note = env._(
            "Renew the authorization on Ponto's website, or these accounts stop synchronizing. %(accounts)s",
            accounts=format_list(env, sentences, "unit"),
        )
        self._ask_to_act(ACTIVITY, note)
