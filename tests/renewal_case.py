"""A company whose authorization ends, and the owner, who has no login and renews at the bank."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from odoo import fields

from .common import IBAN, OTHER_IBAN
from .rpc_case import RpcCase

LOGGER = "odoo.addons.account_online_ponto"


class RenewalCase(RpcCase):
    """Two accounts of one bank, renewed by Jan Maes; the accountant is responsible."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.other_bank_account = self.open_account(reference=OTHER_IBAN)
        self.pay(self.bank_account, "1.50", days_ago=9)
        self.connection = self.connect_and_import(responsible_user_id=self.accountant.id)
        self.accountant.email = "accountant@example.com"
        self.owner = self.env["res.partner"].create({"name": "Jan Maes", "email": "jan@example.com"})
        self.connection.renewer_id = self.owner
        self.account = self.connection.account_ids.filtered(lambda a: a.reference == IBAN)
        self.other = self.connection.account_ids - self.account
        self.sandbox.requests.clear()

    # ------------------------------------------------------------------ what ends

    def let_end(self, account, days):
        """Let an authorization end in some days, as Ponto tells it.

        :param account: `ponto.account` record
        :param int days: negative when it has ended
        """
        account.authorization_expected_at = fields.Datetime.now() + timedelta(days=days)

    def renew_elsewhere(self, bank_account, account):
        """Renew at the bank, and read it.

        :param bank_account: of the sandbox
        :param account: its `ponto.account` record
        """
        self.bank.renew(bank_account)
        self.synchronize(self.connection)
        account._note_renewed()

    # ------------------------------------------------------------------ what was asked

    def ask(self, accounts=None, partner=None, **kwargs):
        return self.env["ponto.renewal"]._ask(accounts or self.account, partner or self.owner, **kwargs)

    def mails(self):
        return self.env["mail.mail"].search([("model", "=", "ponto.renewal")], order="id")

    def link_in(self, mail):
        """Return the address behind the button of a mail, as the path of this Odoo."""
        (address,) = re.findall(r'href="([^"]*/ponto/renew/[^"]*)"', mail.body_html)
        return urlsplit(address).path

    def asked_at_ponto(self):
        return [call for call in self.sandbox.requests if call.path.endswith("/reauthorization-requests")]

    def state(self):
        """Return all that an address which is refused must not change."""
        self.env.invalidate_all()
        requests = self.env["ponto.renewal.request"].search([])
        renewals = self.env["ponto.renewal"].search([])
        return (
            renewals.mapped(lambda r: (r.id, r.state, r.opened_at, r.asked_at)),
            requests.mapped(lambda r: (r.id, r.used_at)),
            self.connection.next_sync_at,
            len(self.asked_at_ponto()),
            self.env["ir.cron.trigger"].search_count([]),
        )
