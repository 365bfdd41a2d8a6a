"""An accounting firm: more companies, each with a connection and synchronized accounts, without a Ponto behind them."""

from datetime import timedelta

from odoo import fields

from .common import PontoCase


class ClientsCase(PontoCase):
    def add_client(self, name, accounts, **vals):
        """Give the accountant another company whose accounts are synchronized, each with two transactions."""
        company = self._create_company(name)
        self.env.user.company_ids |= company
        self.accountant.company_ids |= company
        env = self.env(context={**self.env.context, "allowed_company_ids": company.ids})
        connection = env["ponto.connection"].create(
            {"name": f"Ponto {name}", "company_id": company.id, "client_id": name}
        )
        connection.sudo().state = "connected"
        bank = env["ponto.institution"].create(
            {"connection_id": connection.id, "ponto_id": "1", "name": f"Bank {name}"}
        )
        for number in range(accounts):
            self._add_account(env, connection, bank, number, **vals)
        return company

    def _add_account(self, env, connection, bank, number, **vals):
        today = fields.Date.today()
        account = env["ponto.account"].create(
            {
                "connection_id": connection.id,
                "institution_id": bank.id,
                "ponto_id": f"{connection.name} {number}",
                "reference": f"{connection.name} {number}",
                "currency_code": "EUR",
                "authorization_expected_at": fields.Datetime.now() + timedelta(days=100 + number),
                "has_bank_balance": True,
                "bank_balance": 30.0 + number % 2,
                "bank_balance_date": today,
                "pull_complete": True,
                "last_import_at": fields.Datetime.now(),
                **vals,
            }
        )
        account._link_journal(env["account.journal"], today)
        account.sync_stage = False
        env["account.bank.statement.line"].create(
            [
                {"journal_id": account.journal_id.id, "date": today, "payment_ref": str(amount), "amount": amount}
                for amount in (10.0, 20.0)
            ]
        )
