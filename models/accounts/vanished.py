from markupsafe import Markup

from odoo import models
from odoo.tools.misc import format_date

VANISHED = "account_online_ponto.mail_activity_vanished"


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


class PontoConnection(models.Model):
    """The duty of a connection towards people: accounts that vanish from Ponto's list are told at once, in one activity."""

    _inherit = "ponto.connection"

    def _tell_vanished(self, gone, back):
        """Tell the responsible of accounts that have just vanished; close what was told of those that are back.

        Call it when links have moved: an account that goes on under a new record of Ponto is nobody's work.

        :param gone: `ponto.account` records that Ponto does not list anymore
        :param back: `ponto.account` records that Ponto lists again
        """
        self.ensure_one()
        missed = gone.filtered("linked")
        for account in missed:
            account.message_post(
                body=self.env._(
                    "Ponto does not list this account anymore: it was switched off in your integration, or closed."
                    " Its journal and lines stay."
                )
            )
        if missed:
            self._ask_to_act(VANISHED, self._get_vanished_note(self._get_vanished()))
        elif back:
            self._close_told_vanished()

    def _close_told_vanished(self):
        """Close the activities about accounts that are listed again, closed or unticked; keep what is told of others."""
        for connection in self:
            if connection.activity_search([VANISHED]):
                if vanished := connection._get_vanished():
                    connection._ask_to_act(VANISHED, connection._get_vanished_note(vanished))
                else:
                    connection.activity_feedback([VANISHED])

    def _get_vanished(self):
        return self.account_ids.filtered(lambda account: account.linked and not account.listed)

    def _get_vanished_note(self, vanished):
        """Return what to tell of accounts that Ponto does not list, and what to do.

        :param vanished: `ponto.account` records of this connection
        :return Markup: in the language of the responsible, with a link to each account
        """
        env = self._speak_to_responsible().env
        sentences = [
            env._(
                "%(account)s is no longer shared by Ponto since %(date)s: it was switched off in your integration, or"
                " closed at the bank.",
                account=account._get_html_link(),
                date=format_date(env, account.vanished_on),
            )
            for account in vanished
        ]
        if not self.account_ids.filtered("listed"):
            sentences.append(
                env._(
                    "Ponto shares no account at all with this connection: look at the integration itself first. Nothing"
                    " was unlinked; everything goes on by itself when Ponto lists the accounts again."
                )
            )
        sentences.append(
            env._("Switch it on again in Ponto (Integrations), or open the account here and press Account Closed.")
        )
        return Markup(" ").join(sentences)
