"""A journal with the number of an account at the sandbox's bank, and files of it that a user imports."""

from datetime import date, timedelta

from odoo import Command

from .bank_files import camt_of, coda_of
from .common import IBAN, PontoCase


class FileCase(PontoCase):
    """The bank's balance of every day is the oracle: of the sandbox's own ledger."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.journal = self.make_journal()

    def make_journal(self, number=IBAN, code="FILE", **kwargs):
        return self.env["account.journal"].create(
            {
                "name": f"Bank {code}",
                "code": code,
                "type": "bank",
                "company_id": self.company.id,
                "bank_acc_number": number,
                **kwargs,
            }
        )

    def day(self, days_ago):
        return date.today() - timedelta(days=days_ago)

    def coda(self, oldest, newest=0, **kwargs):
        """Return a CODA file from some days ago to some days ago."""
        return coda_of(self.bank, self.bank_account, self.day(oldest), self.day(newest), **kwargs)

    def camt(self, oldest, newest=0, **kwargs):
        return camt_of(self.bank, self.bank_account, self.day(oldest), self.day(newest), **kwargs)

    # ------------------------------------------------------------------ what a user does

    def upload(self, *contents, env=None, journal=None):
        """Open the dialog, upload files and read them.

        :return: the `ponto.file.import` record
        """
        env = env or self.env(user=self.accountant)
        model = "ponto.file.import"
        files = env["ir.attachment"].create(
            [{"name": f"file {n}", "raw": content, "res_model": model} for n, content in enumerate(contents)]
        )
        journal_id = (journal or self.journal).id
        wizard = env[model].create({"journal_id": journal_id, "attachment_ids": [Command.set(files.ids)]})
        wizard.action_read()
        return wizard

    def import_files(self, *contents, journal=None):
        """Import files as the Administrator of Invoicing; return the answer of the button."""
        with self.working() as env:
            return self.upload(*contents, env=env(user=self.accountant.id), journal=journal).action_import()

    def type_line(self, amount, days_ago, **kwargs):
        """Enter a line as a user does."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": self.day(days_ago),
                "amount": amount,
                "payment_ref": "Typed",
                **kwargs,
            }
        )

    def preview(self, *contents, journal=None):
        """Return what the dialog says: transactions, in the books, from Ponto, left out, to create."""
        line = self.upload(*contents, journal=journal).line_ids
        return (line.transaction_count, line.known_count, line.waiting_count, line.left_count, line.create_count)

    def connect_from(self, days_ago):
        """Connect, choose a start date, synchronize; return the account of Ponto."""
        connection, wizard = self.connect()
        wizard.line_ids.write(
            {
                "selected": True,
                "journal_id": self.journal.id,
                "import_scope": "date",
                "import_from": self.day(days_ago),
            }
        )
        wizard.action_confirm()
        self.synchronize(connection)
        return connection.account_ids

    # ------------------------------------------------------------------ domain assertions

    def amounts(self):
        lines = self.env["account.bank.statement.line"].search([("journal_id", "=", self.journal.id)])
        return sorted(lines.mapped("amount"))

    def assertDaysEqualBank(self, oldest, newest=0):
        """Assert that the ledger moves on every day as the bank's balance does, to the cent."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT date, SUM(balance) FROM account_move_line WHERE account_id = %s AND parent_state = 'posted' GROUP BY 1",
            [self.journal.default_account_id.id],
        )
        books = {day: round(float(total), 2) for day, total in self.env.cr.fetchall()}
        bank = {}
        for days_ago in range(oldest, newest - 1, -1):
            day = self.day(days_ago)
            before = day - timedelta(days=1)
            moved = self.bank.balance(self.bank_account, day) - self.bank.balance(self.bank_account, before)
            if moved:
                bank[day] = float(moved)
        self.assertEqual({day: total for day, total in books.items() if total}, bank)
