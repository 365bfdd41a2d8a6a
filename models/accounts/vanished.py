from odoo import models
from odoo.tools.misc import format_date


class PontoAccount(models.Model):
    """Accounts that Ponto does not list anymore. Nothing tells whether one was switched off there or closed."""

    _inherit = "ponto.account"

    def _mark_vanished(self):
        """Remember since when Ponto does not list these accounts; it is asked nothing more of them.

        :return: the accounts that have just vanished
        """
        gone = self.filtered("listed")
        for day, accounts in gone.grouped(lambda account: account._get_today()).items():
            accounts.write({"listed": False, "vanished_on": day})
        for account in gone.filtered(lambda account: account.sync_stage == "pull"):
            # Ponto would not know the account: what is there can still be imported, the rest is read when it is back.
            account.sync_stage = "import" if account.linked else False
        failing = gone.filtered("failure_count")
        failing.write({"last_error_code": False, "failure_count": 0, "next_attempt_at": False})
        gone._note_success()
        return gone

    def _describe_vanished(self):
        """Return since when Ponto does not list this account, and what may have happened.

        :return str: one sentence
        """
        self.ensure_one()
        if not self.vanished_on:
            return self.env._("Not shared by Ponto: switched off in your integration, or closed at the bank.")
        return self.env._(
            "Not shared by Ponto since %(date)s: switched off in your integration, or closed at the bank.",
            date=format_date(self.env, self.vanished_on),
        )
