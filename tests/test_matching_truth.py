import ast
import re
import sys
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from odoo import Command
from odoo.tests import BaseCase, tagged
from odoo.tools import SQL

from ..sandbox.identifiers import structured_digits
from .bulk_documents import copy_documents
from .common import LONG
from .payment_books import MATCH, MAYBE, NONE, Document
from .payment_stories import PAYMENTS, tell
from .payment_texts import digits_of
from .truth_case import TruthCase

SEEDS = range(1, 21) if LONG else range(1, 4)
LEAST_RECALL = 0.85
LEAST_NEGATIVES = 150
LEAST_OF_EACH = 10
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
TOLD = ("payment_books", "payment_texts", "payment_stories", "payment_hard_stories", "payment_open_stories")
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
            self.assertGreaterEqual(expected[NONE], LEAST_NEGATIVES)
            self.assertEqual(tell(seed, date.today()), ledger, "equal seeds tell equal stories")

    def test_an_undamaged_payment_has_the_sum_of_its_documents_and_no_other_claims_them(self):
        ledger = tell(1, date.today())
        documents = {document.key: document for document in ledger.documents}
        claimed = Counter()
        for payment in ledger.payments:
            if payment.expected == MATCH:
                total = sum((documents[key].signed for key in payment.documents), Decimal(0))
                self.assertEqual(payment.amount, total, payment)
                self.assertTrue(
                    all(documents[key].state in ("open", "registered", "unlinked") for key in payment.documents)
                )
                self.assertTrue(all(documents[key].company == "main" for key in payment.documents))
                claimed.update(payment.documents)
            if payment.expected == MAYBE:
                self.assertTrue(payment.documents, payment)
        self.assertFalse({key for key, count in claimed.items() if count > 1})
        paid_otherwise = {key for each in ledger.payments if each.expected == MAYBE for key in each.documents}
        self.assertFalse(claimed.keys() & paid_otherwise)

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
                if document.number.startswith("INV/"):
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


@tagged("post_install", "-at_install")
class TestMatchingTruth(TruthCase):
    """Payments that nobody labelled for the engine: what it matches by itself is what each was generated from."""

    maxDiff = None

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
        ledger, outcomes = self.play(seed)
        wrong, undamaged, found, matched = [], Counter(), Counter(), 0
        for payment, outcome in outcomes:
            mistake = self._mistake(payment, outcome) or self._mistaken_partner(ledger, payment, outcome)
            if mistake:
                wrong.append(self._describe(ledger, payment, outcome, mistake))
            matched += bool(outcome.documents)
            if payment.expected == MATCH:
                undamaged[payment.kind] += 1
                found[payment.kind] += bool(outcome.documents)
        recall = found.total() / undamaged.total()
        missed = {kind: f"{found[kind]}/{count}" for kind, count in undamaged.items() if found[kind] < count}
        sys.stdout.write(
            f"TOLD Matching, seed {seed}: {len(outcomes)} payments, {matched} matched, {len(wrong)} wrong; recall"
            f" {recall:.1%} of {undamaged.total()} undamaged ones, not all of: {missed or 'none'}\n"
        )
        self.assertFalse(wrong, "\n".join(wrong))
        self.assertGreaterEqual(recall, LEAST_RECALL, missed)

    def _mistake(self, payment, outcome):
        """Return what is wrong with a payment's line, or nothing."""
        company = self.company
        if outcome.documents:
            if payment.expected == NONE:
                return "matched, and must stay open"
            if outcome.documents != payment.documents:
                return "matched with other documents"
            return outcome.residual and "matched, and not to the cent"
        if outcome.accounts == {company.account_journal_suspense_account_id.id}:
            return None
        if payment.own and outcome.accounts == {company.transfer_account_id.id}:
            return None
        return "booked on another account"

    def _mistaken_partner(self, ledger, payment, outcome):
        """Return what is wrong with the partner of a payment's line, or nothing."""
        account, name = (payment.attributes[f"counterpart_{field}"] for field in ("reference", "name"))
        parties = ledger.customers + ledger.suppliers
        by_account = {self.partners[each.key].id for each in parties if each.known and each.account == account}
        by_name = {self.partners[each.key].id for each in parties if each.name.casefold() == (name or "").casefold()}
        settled = {self.moves[key].commercial_partner_id.id for key in outcome.documents}
        if by_account and outcome.partner not in by_account:
            return "not the partner of the account"
        if outcome.partner and not payment.own and outcome.partner not in by_account | by_name | settled:
            return "a partner that nothing tells"
        return None

    def _describe(self, ledger, payment, outcome, mistake):
        """Return a wrong line in words that name the smallest example."""
        documents = {document.key: document for document in ledger.documents}

        def names(keys):
            return [
                f"{key}: {each.kind} {each.number} {each.amount} {each.currency} of {each.party.name}"
                f" ref {each.reference!r} ({each.state}, {each.company})"
                for key, each in ((key, documents[key.split()[0]]) for key in sorted(keys))
            ]

        side = f"{payment.attributes['counterpart_name']} {payment.attributes['counterpart_reference']}"
        accounts = self.env["account.account"].browse(outcome.accounts).mapped("display_name")
        return (
            f"[{payment.kind}, expected {payment.expected}] {mistake}: {payment.amount} {payment.text!r} from {side};"
            f" found {names(outcome.documents)} on {accounts}, residual {outcome.residual};"
            f" generated from {names(payment.documents)}"
        )


def _of_seed(seed):
    def test(self):
        self.check(seed)

    return test


for _seed in SEEDS:
    setattr(TestMatchingTruth, f"test_what_is_matched_of_seed_{_seed}_is_right", _of_seed(_seed))
