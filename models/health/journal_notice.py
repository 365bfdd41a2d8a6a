from odoo import models

CLOSABLE_STATES = ("off", "expired")


class AccountJournal(models.Model):
    """What the card of a journal says of its account beside balance and authorization: maintenance, silence, its end."""

    _inherit = "account.journal"

    def _prepare_ponto_notice_vals(self, account):
        """Prepare what keeps transactions away, in words.

        :param account: the linked `ponto.account` record
        :return dict: JSON-able
        """
        return {
            "notice": account._get_card_notice(),
            "silence": account.silence_message or "",
            "closable": account.state in CLOSABLE_STATES,
        }

    def action_ponto_close_account(self):
        """End the synchronization of the linked account, which was closed at the bank.

        :return dict: the account's notice about its last balance
        :raises UserError: when no account is linked
        """
        return self._get_linked_ponto_account().action_close_account()
