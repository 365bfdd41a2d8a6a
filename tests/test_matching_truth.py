import re
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

from odoo import Command
from odoo.tests import tagged
from odoo.tools import SQL

from .bulk_documents import copy_documents
from .payment_records import Document
from .payment_stories import tell
from .test_payment_stories import SEEDS
from .truth_case import TruthCase
from .truth_judgement import Books, Count, Judgement

LEAST_RECALL = 0.85
LEAST_FIRST = 0.95


@tagged("post_install", "-at_install")
class TestMatchingTruth(TruthCase):
    """Payments that nobody labelled for the engine: what it matches by itself is what each was generated from."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.all_seeds = Count()

    @classmethod
    def tearDownClass(cls):
        sys.stdout.write(f"TOLD Matching, all seeds: {cls.all_seeds}; recall by kind: {cls.all_seeds.by_kind}\n")
        super().tearDownClass()

    def test_a_copied_document_is_as_odoo_makes_it(self):
        ledger = tell(1, date.today())
        party = next(party for party in ledger.customers if party.on_contact)
        day = date.today()
        numbers = {"out_invoice": "TEST/{}/1", "out_refund": "RTEST/{}/1", "in_invoice": "F{}-1", "in_refund": "CN{}-1"}
        for place, (kind, number) in enumerate(numbers.items()):
            common = {"kind": kind, "party": party, "day": day, "amount": Decimal("1234.56"), "origin": "TEST/2020/1"}
            pair = [
                Document(
                    key=f"D{place}{each}", number=number.format(day.year) + each, reference=f"+++{each}+++", **common
                )
                for each in ("91", "93")
            ]
            child = Command.create({"name": "Boekhouding"})
            partner = self.env["res.partner"].create({"name": party.name, "is_company": True, "child_ids": [child]})
            self.partners = {party.key: partner}
            made = self.quiet["account.move"].create(self._document_values(pair[0]))
            made.action_post()
            first = replace(
                pair[0], key=f"D{place}95", number=number.format(2020) + "95", day=date(2020, 1, 31), amount=1
            )
            prototype = self.quiet["account.move"].create(self._document_values(first))
            prototype.action_post()
            copy = copy_documents(prototype, [self._copied_values(pair[1])])
            self.assertEqual(self._columns(copy), self._columns(made))
            self.assertEqual(self._columns(copy.line_ids), self._columns(made.line_ids))

    def _columns(self, records):
        """Return every stored column as text, except what differs between any two documents."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("SELECT * FROM %s WHERE id = ANY(%s) ORDER BY id", SQL.identifier(records._table), records.ids)
        )
        own = {"id", "move_id", "access_token", "create_date", "write_date"}
        rows = self.env.cr.dictfetchall()
        return sorted(
            sorted((name, re.sub("9[135]", "9x", str(value))) for name, value in row.items() if name not in own)
            for row in rows
        )

    def check(self, seed):
        ledger, told = self.play(seed)
        judgement = Judgement(Books(ledger, self.partners, self.moves, self.company), told)
        self.all_seeds.add(judgement.count)
        sys.stdout.write(f"TOLD Matching, seed {seed}: {judgement.count}\n")
        flaws = judgement.wrong + judgement.clicks
        flaws += judgement.missed * (judgement.count.recall < LEAST_RECALL)
        flaws += judgement.not_first * (judgement.count.first < LEAST_FIRST)
        self.assertFalse(flaws, "\n".join(flaws))


def _of_seed(seed):
    def test(self):
        self.check(seed)

    return test


for _seed in SEEDS:
    setattr(TestMatchingTruth, f"test_what_is_matched_of_seed_{_seed}_is_right", _of_seed(_seed))
