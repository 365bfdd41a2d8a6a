import random
from datetime import timedelta
from decimal import Decimal

from odoo.tests import tagged

from .bank_files import camt_amount, camt_file, coda_file, coda_movement, coda_statement
from .common import LONG, OTHER_IBAN
from .file_case import FileCase

SEEDS = range(20) if LONG else range(1)  # a play takes fifteen seconds; `test_pairing.py` draws more
PAIRS = 200
NUMBERS = (OTHER_IBAN, "NL91ABNA0417164300", None)


@tagged("post_install", "-at_install")
class TestFileDaysApart(FileCase):
    """The same payments from Ponto and from a file, a day apart: none is doubled, none is taken for another."""

    statement_period = "none"

    def pay_many(self, chance):
        """Book payments of some weeks, among them fares of one amount; the file tells most of them a day apart.

        :return list: tuples of the transaction and its day in the file
        """
        shift = chance.choice([-1, 1])  # a bank that differs at all does so in one way, as a rule
        often = chance.random() < 0.5
        booked = []
        for number in range(PAIRS):
            amount = chance.choice(["-2.50", "-2.50", f"-{number}.{chance.randrange(100):02}", f"{number}.10"])
            item = self.pay(
                self.bank_account,
                Decimal(amount) or "1.00",
                chance.randrange(5, 60),
                counterpart_reference=chance.choice(NUMBERS),
                value_date=None,
            )
            apart = shift if often else chance.choice([shift, 0, -shift])
            booked.append((item, item.day + timedelta(days=apart)))
        return sorted(booked, key=lambda pair: pair[1])

    def write_coda(self, booked):
        movements = [
            coda_movement(
                number,
                item.amount,
                day,
                reference=f"B{item.sequence:020}",
                account=item.counterpart_reference or "",
            )
            for number, (item, day) in enumerate(booked, 1)
        ]
        values = {"opening": Decimal(1000), "opening_day": booked[0][1], "closing_day": booked[-1][1]}
        return coda_file(coda_statement(movements, account=self.bank_account.reference, **values))

    def write_camt(self, booked):
        entries = [
            f"<Ntry>{camt_amount(item.amount)}<Sts>BOOK</Sts><BookgDt><Dt>{day}</Dt></BookgDt>"
            f"<AcctSvcrRef>B{item.sequence}</AcctSvcrRef></Ntry>"
            for item, day in booked
        ]
        closing = Decimal(1000) + sum(item.amount for item, _day in booked)
        values = {"opening": Decimal(1000), "closing": closing, "first": booked[0][1], "last": booked[-1][1]}
        return camt_file(entries, account=self.bank_account.reference, **values)

    def test_first_ponto(self):
        self._play(file_first=False)

    def test_first_the_file(self):
        self._play(file_first=True)

    def _play(self, *, file_first):
        reference = self.bank_account.reference
        for seed in SEEDS:
            with self.subTest(seed=seed):
                chance = random.Random(seed)
                self.bank.accounts.clear()
                self.integration.account_ids.clear()
                self.journal.bank_account_id = False
                number = f"{reference[:4]}{seed:012}"
                self.bank_account = self.open_account(reference=number)
                self.journal = self.make_journal(number, f"A{seed}")
                booked = self.pay_many(chance)
                content = (self.write_coda if seed % 2 else self.write_camt)(booked)
                if file_first:
                    self.import_files(content)
                account = self.connect_from(70)
                if not file_first:
                    self.import_files(content)
                self.assertEqual(len(self.amounts()), PAIRS)
                self.assertEqual(self.amounts(), sorted(float(item.amount) for item, _day in booked))
                self.assertEqual(set(account.transaction_ids.mapped("state")), {"imported"})
