import ast
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..sandbox.identifiers import structured_digits
from .common import LONG
from .payment_foreign_texts import finnish, luhn, swiss
from .payment_records import INCOMING, MATCH, MAYBE, OPEN, OWN_KINDS, PROPOSE, REGISTERED
from .payment_stories import ALL_STORIES, PAYMENTS, tell
from .payment_texts import digits_of

SEEDS = range(1, 21) if LONG else range(1, 4)
LEAST_NEGATIVES = 150
LEAST_OF_EACH = 10
MEANT = ("half, which another has",)  # the amount is that of a document that is not right
# What issue 6 names, each with the stories that are it.
NAMED = {
    "typing errors": ("typing error",),
    "two invoices in one payment": ("several documents",),
    "same amount twice": ("same amount twice", "same amount twice, named"),
    "customer paying from another account": ("another account",),
    "refunds": ("refund",),
    "fees": ("fee",),
    "transfers": ("transfer",),
    "structured communication of a credit note": ("communication of a credit note",),
    "wrong check digit": ("wrong check digit",),
    "number of last year's invoice": ("number of last year",),
    "2025 as free text": ("2025 as free text",),
    "1001 as free text": ("1001 as free text",),
    "own account": ("own account",),
    "customer-based references": ("customer-based reference",),
    "twins": ("twins",),
    "SEPA batch debit": ("SEPA batch",),
    "registered payments": ("registered payment",),
    "returned debit": ("returned debit",),
}
TOLD = sorted(path.stem for path in Path(__file__).parent.glob("payment_*.py"))
ALLOWED = {"..sandbox.identifiers", *(f".{name}" for name in TOLD)}
STANDARD = {"random", "re", "dataclasses", "datetime", "decimal"}


@tagged("post_install", "-at_install")
class TestPaymentStories(BaseCase):
    """The generator itself: what it says is the truth is the truth."""

    def test_every_kind_of_the_issue_and_the_negatives_are_there_in_number(self):
        for seed in SEEDS:
            ledger = tell(seed, date.today())
            self.assertEqual(len(ledger.payments), PAYMENTS)
            kinds = Counter(payment.kind for payment in ledger.payments)
            for name, stories in NAMED.items():
                self.assertGreaterEqual(sum(kinds[story] for story in stories), LEAST_OF_EACH, name)
            expected = Counter(payment.expected for payment in ledger.payments)
            self.assertGreaterEqual(sum(expected[each] for each in OPEN), LEAST_NEGATIVES)
            self.assertEqual(tell(seed, date.today()), ledger, "equal seeds tell equal stories")

    def test_an_undamaged_payment_has_the_sum_of_its_documents_and_no_other_claims_them(self):
        ledger = tell(1, date.today())
        documents = {document.key: document for document in ledger.documents}
        claimed = Counter()
        for payment in ledger.payments:
            if payment.expected == MATCH:
                total = sum((documents[key].signed for key in payment.documents), Decimal(0))
                self.assertEqual(payment.amount, total, payment)
                self.assertTrue(all(documents[key].state in ("open", *REGISTERED) for key in payment.documents))
                self.assertTrue(all(documents[key].company == "main" for key in payment.documents))
                claimed.update(payment.documents)
            if payment.expected == MAYBE:
                self.assertTrue(payment.documents, payment)
        self.assertFalse({key for key, count in claimed.items() if count > 1})
        paid_otherwise = {key for each in ledger.payments if each.expected == MAYBE for key in each.documents}
        self.assertFalse(claimed.keys() & paid_otherwise)

    def test_what_is_right_to_propose_is_open_and_nothing_else_of_the_party_has_its_sum(self):
        for seed in SEEDS:
            ledger = tell(seed, date.today())
            documents = {document.key: document for document in ledger.documents}
            for payment in ledger.payments:
                if payment.expected == PROPOSE:
                    self.assertTrue(payment.right, payment)
                for key in set().union(*payment.right):
                    self.assertIn(documents[key].state, ("open", *REGISTERED), payment)
                if payment.expected in (PROPOSE, MAYBE) and payment.kind not in MEANT:
                    self.assertFalse(self._others_of_its_amount(ledger, documents, payment), payment)

    def _others_of_its_amount(self, ledger, documents, payment):
        """Return open documents of the parties of what is right that have the amount, and are not right."""
        right = set().union(*payment.right, payment.documents)
        parties = {documents[key].party for key in right}
        return [
            each for each in ledger.documents
            if each.state in ("open", *REGISTERED) and each.company == "main" and each.currency == "EUR"
            and each.key not in right and each.party in parties and each.amount * INCOMING[each.kind] == payment.amount
        ]  # fmt: skip

    def test_each_seed_has_something_of_every_story(self):
        self.assertEqual(
            {story.__module__.rsplit(".", 1)[-1] for story in ALL_STORIES}, {name for name in TOLD if "stories" in name}
        )
        self.assertGreaterEqual(min(ALL_STORIES.values()), 1)

    def test_references_of_other_countries_have_right_check_digits(self):
        # The examples that the countries' own descriptions give.
        self.assertEqual(swiss(21_000000_000313_947143_000901), "210000000003139471430009017")
        self.assertEqual(finnish(123456), "1234561")
        self.assertEqual(luhn("7992739871"), "3")
        self.assertEqual(luhn("234567"), "6")

    def test_structured_communications_have_right_check_digits_and_one_party_each(self):
        ledger = tell(1, date.today())
        parties = defaultdict(set)
        for document in ledger.documents:
            if document.reference.startswith("+"):
                parties[digits_of(document.reference)].add(document.party)
        for digits in parties:
            self.assertEqual(structured_digits(int(digits[:10])), digits)
        self.assertEqual({len(sharing) for sharing in parties.values()}, {1})
        self.assertGreater(sum(digits.endswith("97") for digits in parties), 5)

    def test_it_holds_in_the_first_days_of_a_year(self):
        for today in (date(2027, 1, 1), date(2026, 1, 31), date(2028, 2, 29)):
            ledger = tell(5, today)
            self.assertLess(max(payment.day for payment in ledger.payments), today)
            for document in ledger.documents:
                if document.kind in OWN_KINDS and document.number.startswith("INV/"):
                    self.assertEqual(int(document.number.split("/")[1]), document.day.year)

    def test_it_knows_nothing_of_how_matching_works(self):
        for name in TOLD:
            tree = ast.parse((Path(__file__).parent / f"{name}.py").read_text())
            for node in ast.walk(tree):
                if isinstance(node, ast.ImportFrom):
                    source = "." * node.level + (node.module or "")
                    self.assertTrue(source in ALLOWED or source in STANDARD, f"{name}: {source}")
                elif isinstance(node, ast.Import):
                    self.assertTrue({alias.name for alias in node.names} <= STANDARD, name)
