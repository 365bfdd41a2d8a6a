"""One look at the books for a batch of payments: no text is read twice, and nothing is asked for twice."""

from collections import Counter
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from ..models.suggesting.look_up import LookUp
from ..payment_references import References
from .common import OTHER_IBAN
from .match_case import MatchCase
from .matching_case import KNOWN, MatchingCase

# What asks the database for the whole of a batch.
READERS = ("_get_known_partners", "_get_open_items_domain", "_get_open_documents", "_get_own_numbers", "_get_rules")


@contextmanager
def counted(matching):
    """Count how often texts are read, and how often the books are asked."""
    calls = Counter()

    def count(owner, name):
        original = getattr(owner, name)

        def counting(*args, **kwargs):
            calls[name] += 1
            return original(*args, **kwargs)

        return patch.object(owner, name, counting)

    with ExitStack() as stack:
        stack.enter_context(count(References, "__init__"))
        for name in READERS:
            stack.enter_context(count(type(matching), name))
        yield calls


@tagged("post_install", "-at_install")
class TestSearchOfSuggestions(MatchCase):
    """What is shown of bank transactions in the books."""

    def test_suggestions_read_each_text_and_the_books_once(self):
        for number in range(3):
            self.bill(10.0 + number)
        lines = self.env["account.bank.statement.line"].union(
            *(self.line(10.0 + number, f"Payment {number}", account_number=OTHER_IBAN) for number in range(3))
        )
        matching = self.env["ponto.matching"]
        with counted(matching) as calls:
            found = matching._suggest(lines)
        self.assertTrue(all(found[line.id] for line in lines))
        self.assertEqual(calls, {"__init__": len(lines), **dict.fromkeys(READERS, 1)})

    def test_what_a_year_alone_names_is_read_and_is_not_likely(self):
        theirs = self.bill(300.0, self.insurer, "in_invoice", ref="2025")
        named = self.bill(400.0, self.insurer, "in_invoice", ref="AB-77123")
        line = self.line(-99.0, "Order 2025, AB-77123", partner_name="Somebody")
        matching = self.env["ponto.matching"]
        search = matching._make_search(self.match_journal, matching._get_payments(line))
        read = {item_id for document in search.open_documents for item_id in document.item_ids}
        self.assertEqual(read, {theirs.id, named.id})
        self.assertEqual(LookUp(search, matching._get_dismissed(line)).items, named)


@tagged("post_install", "-at_install")
class TestSearchOfImport(MatchingCase):
    """What is looked up for a batch before its lines are made."""

    def test_a_batch_reads_each_text_and_the_books_once(self):
        self.begin()
        self.account.matching = "rules"
        invoices = [self.make_document(100 + number) for number in range(3)]
        for invoice in invoices:
            self.receive(str(invoice.amount_total), invoice.name, number=KNOWN)
        self.receive("5.00", "What no document explains")
        with counted(self.env["ponto.matching"]) as calls:
            lines = self.fetch()
        self.assertEqual([lines[invoice.name].is_reconciled for invoice in invoices], [True] * 3)
        del calls["_get_own_numbers"]  # alarms ask for them, too, once the lines are made
        readers = [name for name in READERS if name != "_get_own_numbers"]
        self.assertEqual(calls, {"__init__": len(lines), **dict.fromkeys(readers, 1)})
