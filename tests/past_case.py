"""A journal with lines from before Ponto, and an account that is imported into it."""

from datetime import date, timedelta

from .common import PontoCase


class PastCase(PontoCase):
    """Somebody has kept the books of this bank account by hand, or with files, until now."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.journal = self.env["account.journal"].create(
            {"name": "Bank with a past", "code": "PAST", "type": "bank", "company_id": self.company.id}
        )

    def type_line(self, amount, days_ago, **kwargs):
        """Enter a line as a user, or a file import, did before."""
        return self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.journal.id,
                "date": date.today() - timedelta(days=days_ago),
                "amount": amount,
                "payment_ref": "From before",
                **kwargs,
            }
        )

    def choose(self, wizard, days_ago=60):
        """Choose the account for the journal, from some days ago on."""
        wizard.line_ids.write(
            {
                "selected": True,
                "journal_id": self.journal.id,
                "import_scope": "date",
                "import_from": date.today() - timedelta(days=days_ago),
            }
        )

    def tick(self, wizard, days_ago=60):
        """Choose the account for the journal, from some days ago on, and confirm."""
        self.choose(wizard, days_ago)
        wizard.action_confirm()

    def import_into_past(self, days_ago=60, expected_to_create=None, **kwargs):
        """Connect and import.

        :param int expected_to_create: lines that the dialog must announce
        :param kwargs: of `connect`
        :return: the `ponto.account` record
        """
        connection, wizard = self.connect(**kwargs)
        self.choose(wizard, days_ago)
        if expected_to_create is not None:
            self.assertEqual(wizard.line_ids.transaction_count, expected_to_create)
        wizard.action_confirm()
        self.synchronize(connection)
        return connection.account_ids
