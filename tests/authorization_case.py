"""A bank account whose authorization ends, and a contact who renews it."""

from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields

from .common import PontoCase

ACTIVITY = "account_online_ponto.mail_activity_authorization"


class AuthorizationCase(PontoCase):
    """Time stands still unless the test moves it, for Odoo and for the bank; a contact renews."""

    beginning = datetime(2026, 3, 2, 6, 0)

    def prepare(self):
        super().prepare()
        clock = freeze_time(self.beginning)
        self.frozen = clock.start()
        self.addCleanup(clock.stop)
        self.bank.synchronizer.background_until = self.bank.clock.now()
        self.renewer = self.env["res.partner"].create({"name": "Rik", "email": "rik@example.com"})
        self.bank_account = self.open_account()

    def link(self, **kwargs):
        self.connection = self.connect_and_import(renewer_id=self.renewer.id, **kwargs)
        return self.account_of(self.bank_account)

    def account_of(self, bank_account):
        return self.connection.account_ids.filtered(lambda a: a.ponto_id == bank_account.id)

    def let_end(self, account, days):
        """Let an authorization of 180 days end in some days."""
        beginning = fields.Datetime.now() - timedelta(days=180 - days)
        account.write({"authorized_at": beginning, "authorization_expected_at": beginning + timedelta(days=180)})

    def pass_days(self, days):
        self.frozen.tick(timedelta(days=days))
        self.run_cron()
        self.env.invalidate_all()

    def check(self):
        self.env.flush_all()
        with self.working() as env:
            env["ponto.connection"]._cron_check_authorizations()
        self.env.invalidate_all()

    def mails(self):
        return self.env["mail.mail"].search([("model", "=", "ponto.renewal")])
