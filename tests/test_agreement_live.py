from datetime import date
from decimal import Decimal

from odoo.tests import tagged

from .agreement_case import AgreementCase
from .agreement_histories import History
from .test_agreement import HistoryAssertions

LIVE_SEEDS = range(500, 512)


@tagged("post_install", "-at_install")
class TestAgreementLive(HistoryAssertions, AgreementCase):
    """Generated histories, through the sandbox and the database."""

    def play(self, history):
        """Let a bank and a journal have a history; return its account in Odoo."""
        bank_account = self.open_account(opening_balance=Decimal(history.opening_balance) / 100)
        for row in history.bank:
            self.bank.add_transaction(
                bank_account,
                Decimal(row.cents) / 100,
                row.day,
                value_date=row.value_day or row.day,
                counterpart_reference=row.number or None,
                remittance_information=f"Transaction {row.key}",
            )
        if history.ledger_before:
            self.post_entry(history.ledger_before / 100, min(history.books_begin, history.evening))
        for row in history.books:
            if not row.is_bank_transaction:
                self.post_entry(row.cents / 100, row.day)
        lines = [row for row in history.books if row.is_bank_transaction]
        days_ago = [(date.today() - row.day).days for row in lines]
        self.type_lines(
            *[
                (row.cents / 100, days, {"account_number": row.number or False})
                for row, days in zip(lines, days_ago, strict=True)
            ]
        )
        return self.connect_account()

    def assertPlayed(self, seed):
        history = History(seed, self.bank_day(), days=18 + seed % 12, most_per_day=3)
        with self.subTest(history=str(history)):
            account = self.play(history)
            self.assertFalse(account._get_obstacle(self.journal))
            self.assertFound(history, account._find_agreement(self.journal))
            shown = self.open_shown(account)
            self.assertEqual(len(shown.day_ids), (history.last_day - history.evening).days + 1)
            self.assertEqual(shown.difference, history.get_difference(history.last_day) / 100)
            self.assertEqual(shown.agreed_on or None, history.last_agreed)


# One method a history: each has a database and a bank of its own.
for seed in LIVE_SEEDS:
    setattr(TestAgreementLive, f"test_history_{seed}", lambda self, seed=seed: self.assertPlayed(seed))
