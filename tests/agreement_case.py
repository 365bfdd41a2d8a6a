from datetime import date, timedelta

from odoo import Command

from .common import PontoCase


class AgreementCase(PontoCase):
    """A journal with a past, and a bank account that was never linked."""

    def prepare(self):
        super().prepare()
        self.journal = self.env["account.journal"].create(
            {"name": "Old Bank", "code": "OLD", "type": "bank", "company_id": self.company.id}
        )

    def type_lines(self, *lines):
        """Enter bank transactions: amount, days ago, further values."""
        return self.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": self.journal.id,
                    "date": date.today() - timedelta(days=days_ago),
                    "amount": amount,
                    "payment_ref": "Typed",
                    **values,
                }
                for amount, days_ago, values in lines
            ]
        )

    def post_entry(self, amount, day):
        """Post a journal entry on the bank's ledger account that is no bank transaction."""
        other = self.journal.suspense_account_id
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": day,
                "ref": "By the accountant",
                "journal_id": self.env["account.journal"]
                .search([("type", "=", "general"), ("company_id", "=", self.company.id)], limit=1)
                .id,
                "line_ids": [
                    Command.create({"account_id": self.journal.default_account_id.id, "balance": amount}),
                    Command.create({"account_id": other.id, "balance": -amount}),
                ],
            }
        )
        entry.action_post()
        return entry

    def connect_account(self):
        """Connect and read everything; nothing is linked."""
        connection, _wizard = self.connect()
        with self.working() as env:
            env["ponto.account"].browse(connection.account_ids.ids).action_synchronize()
        return connection.account_ids

    def open_shown(self, account, user=None):
        action = account.with_user(user or self.accountant)._open_agreement(
            self.journal.with_user(user or self.accountant)
        )
        return self.env[action["res_model"]].with_user(user or self.accountant).browse(action["res_id"])
