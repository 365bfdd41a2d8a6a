from odoo import models
from odoo.exceptions import UserError
from odoo.tools.misc import format_amount, format_date

from ..support.notification import make_notification


class PontoAccount(models.Model):
    """An account that was closed at the bank: nobody is reminded of it anymore, and its last balance is looked at."""

    _inherit = "ponto.account"

    def action_close_account(self):
        """End the synchronization of accounts that were closed at the bank; journals and transactions stay.

        :return dict: a notice that says what the last balance proves
        :raises UserError: when an account is not synchronized
        """
        self.check_access("write")
        # sudo: the link of an account is written by the addon only; the right to it was checked.
        accounts = self.sudo()
        for account in accounts.filtered(lambda account: not account.linked):
            raise UserError(
                self.env._("%(account)s is not synchronized: there is nothing to end.", account=account.display_name)
            )
        closed = [account._close() for account in accounts]
        all_well = all(well for well, _sentence in closed)
        return make_notification(
            "\n".join(sentence for _well, sentence in closed),
            "success" if all_well else "warning",
            sticky=not all_well,  # a warning stays until somebody has read it
        )

    def _close(self):
        """Close one account, and write in its chatter what the last balance proves.

        :return tuple: whether the balance is zero and books agree, and the sentence
        """
        well, sentence = self._check_last_balance()
        self._unlink_journal()
        self.closed_on = self._get_today()
        self.message_post(
            body=self.env._("Account closed; its journal and its transactions stay. %(finding)s", finding=sentence)
        )
        return well, sentence

    def _check_last_balance(self):
        """Compare the last balance that Ponto reported with zero and with the books.

        :return tuple: whether both are zero, and a sentence
        """
        self.ensure_one()
        values = {
            "account": self.display_name,
            "bank": format_amount(self.env, self.bank_balance, self.currency_id),
            "books": format_amount(self.env, self.book_balance, self.currency_id),
            "difference": format_amount(self.env, self.bank_balance - self.book_balance, self.currency_id),
            "date": format_date(self.env, self.bank_balance_date) or "?",
        }
        if not self.has_bank_balance:
            return False, self.env._(
                "%(account)s: Ponto reported no balance, and the books have %(books)s. A closed account has zero: compare"
                " them with the last statement of your bank.",
                **values,
            )
        agree = self.currency_id.compare_amounts(self.bank_balance, self.book_balance) == 0
        if self.currency_id.is_zero(self.bank_balance):
            if agree:
                return True, self.env._(
                    "%(account)s is closed with a balance of %(bank)s; bank and books agree.", **values
                )
            return False, self.env._(
                "%(account)s is closed with a balance of %(bank)s at the bank; the books have %(books)s, a difference of"
                " %(difference)s.",
                **values,
            )
        if agree:
            return False, self.env._(
                "%(account)s: the last balance known is %(bank)s, of %(date)s, and the books agree; but a closed account"
                " has zero: its last transactions may be missing.",
                **values,
            )
        return False, self.env._(
            "%(account)s: the last balance known is %(bank)s, of %(date)s, but a closed account has zero: its last"
            " transactions may be missing. The books have %(books)s, a difference of %(difference)s.",
            **values,
        )
