from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import BaseCase, tagged

from ..models.matching.words import describe_evidence, get_key
from ..models.suggesting.subset_sum import find_only_subset
from .common import OTHER_IBAN
from .match_case import MatchCase

THEIR_ACCOUNT = {"account_number": "BE71 0961 2345 6769", "partner_name": "Drukkerij Claes"}


@tagged("post_install", "-at_install")
class TestSubsets(BaseCase):
    """Which amounts make up a sum, in cents."""

    def test_the_only_way_is_found_and_nothing_else(self):
        self.assertEqual(set(find_only_subset([1000, 2599, 330, 4150], 5150)), {0, 3})
        self.assertIsNone(find_only_subset([1000, 2000, 3000, 4000], 5000), "two ways")
        self.assertIsNone(find_only_subset([1000, 2599], 2599), "one amount is no set")
        self.assertIsNone(find_only_subset([1000, 2599], 3598))
        self.assertIsNone(find_only_subset([], 0))
        powers = [2**number for number in range(19)]
        self.assertEqual(find_only_subset(powers[:18], 2**17 + 1), (0, 17))
        self.assertIsNone(find_only_subset(powers, 2**17 + 1), "too many to tell")

    def test_each_amount_counts_once(self):
        self.assertIsNone(find_only_subset([500, 700], 1000))
        self.assertIsNone(find_only_subset([500, 500, 500], 1000), "three ways")
        self.assertEqual(set(find_only_subset([500, 500], 1000)), {0, 1})


@tagged("post_install", "-at_install")
class TestSuggestions(MatchCase):
    """What is shown to a person when the evidence is not exact, and what becomes of it."""

    def words(self, finding):
        return describe_evidence(self.env, finding)

    def test_equal_amount_of_a_known_account_is_the_best_candidate_and_says_so(self):
        wanted = self.bill(121.0)
        self.bill(80.0)
        self.bill(121.0, self.insurer)
        line = self.line(121.0, "Thank you", **THEIR_ACCOUNT)
        found = self.suggest(line)
        self.assertEqual(found[0].item_ids, tuple(wanted.ids))
        self.assertEqual(
            self.words(found[0]), "amount equal, account known; not by itself: the text names nothing that is open"
        )
        self.assertNotIn(self.insurer.id, [finding.partner_id for finding in found], "somebody else's document")
        self.assertEqual(len(found), 2)
        self.assertEqual(line.ponto_candidate, f"{wanted.move_name} · Drukkerij Claes")
        self.assertTrue(line.ponto_candidate_settles)

    def test_a_number_counts_more_than_the_rest_and_an_unequal_amount_is_not_one_click(self):
        wanted = self.bill(300.0)
        number = wanted.move_name.replace("/", " ")
        line = self.line(100.0, f"first part of {number}, thanks", partner_name="Somebody")
        found = self.suggest(line)
        self.assertEqual(found[0].item_ids, tuple(wanted.ids))
        self.assertEqual(
            self.words(found[0]),
            "number found, name different; not by itself: what the text names is open for another amount",
        )
        self.assertFalse(line.ponto_candidate_settles)

    def test_there_are_five_at_most_and_none_for_what_is_booked_or_unlike_anything(self):
        for _number in range(7):
            self.bill(50.0)
        line = self.line(50.0, "?", **THEIR_ACCOUNT)
        self.assertEqual(len(self.suggest(line)), 5)
        self.assertIn("(5 alike)", line.ponto_candidate_evidence)
        self.assertFalse(line.ponto_candidate_settles, "between equals a person decides")
        self.assertFalse(self.suggest(self.line(-50.0, "/", **THEIR_ACCOUNT)), "the wrong sign")
        self.assertFalse(self.suggest(self.line(49.0, "5")))
        booked = self.line(50.0, "?", **THEIR_ACCOUNT)
        self.book_elsewhere(booked)
        self.assertFalse(self.suggest(booked))

    def test_several_documents_of_the_partner_whose_sum_equals(self):
        items = self.bill(10.0) | self.bill(25.5)
        self.bill(7.0)
        line = self.line(35.5, "Both", **THEIR_ACCOUNT)
        best = self.suggest(line)[0]
        self.assertEqual(set(best.item_ids), set(items.ids))
        self.assertEqual(
            self.words(best), "the sum is equal, account known; not by itself: the text names nothing that is open"
        )
        line.with_context(ponto_candidate_key=get_key(best)).with_user(self.accountant).action_ponto_accept()
        for item in items:
            self.assertReconciled(item, line)

    def test_accepting_takes_what_was_shown_and_nothing_else(self):
        item = self.bill(121.0)
        line = self.line(121.0, "Thank you", **THEIR_ACCOUNT)
        key = line.ponto_candidate_key
        other = self.line(121.0, item.move_name)
        other._accept(self.suggest(other)[0])
        self.assertReconciled(item, other)
        newer = self.bill(121.0)
        with self.assertRaisesRegex(UserError, "changed since"):
            line.with_context(ponto_candidate_key=key).action_ponto_accept()
        self.assertFalse(line.is_reconciled)
        line.invalidate_recordset()
        line.with_context(ponto_candidate_key=line.ponto_candidate_key).with_user(self.accountant).action_ponto_accept()
        self.assertReconciled(newer, line)
        match = line.ponto_match_ids
        self.assertEqual((match.state, match.evidence, match.user_id), ("applied", "suggestion", self.accountant))

    def test_who_only_reads_transactions_accepts_and_dismisses_nothing(self):
        self.bill(121.0)
        line = self.line(121.0, "Thank you", **THEIR_ACCOUNT).with_user(self.invoicing)
        self.assertTrue(line.ponto_candidate, "but sees the candidates")
        with self.assertRaises(AccessError):
            line.with_context(ponto_candidate_key=line.ponto_candidate_key).action_ponto_accept()
        with self.assertRaises(AccessError):
            line._dismiss(self.suggest(line)[0])
        shown = line.action_ponto_open_match()
        self.assertEqual((shown["res_model"], shown["res_id"], shown["target"]), (line._name, line.id, "current"))
        with self.assertRaises(AccessError):
            self.match_journal.with_user(self.invoicing).action_ponto_apply_exact()

    def test_what_was_dismissed_is_not_shown_again(self):
        first, second = self.bill(121.0), self.bill(121.0)
        line = self.line(121.0, "Thank you", **THEIR_ACCOUNT)
        dialog = self.open_dialog(line)
        self.assertEqual(dialog.candidate_ids.item_ids, first | second)
        dialog.candidate_ids[0].action_dismiss()
        self.assertEqual(dialog.candidate_ids.item_ids, second)
        self.assertEqual([finding.item_ids for finding in self.suggest(line)], [tuple(second.ids)])
        self.assertEqual(line.ponto_match_ids.state, "dismissed")

    def test_of_many_alike_the_oldest_are_shown_then_the_next(self):
        mine = [self.bill(50.0).id for _number in range(8)]
        named = self.bill(70.0)
        equal = self.bill(33.0)
        line = self.line(33.0, f"{named.move_name} or another", **THEIR_ACCOUNT)
        shown = [finding.item_ids for finding in self.suggest(line)]
        self.assertEqual(shown, [(named.id,), (equal.id,), *((item,) for item in mine[:3])])
        for finding in self.suggest(line)[1:]:
            line._dismiss(finding)
        shown = [finding.item_ids for finding in self.suggest(line)]
        self.assertEqual(shown, [(named.id,), *((item,) for item in mine[3:7])])

    def test_the_number_of_queries_is_that_of_one_line(self):
        for number in range(10):
            self.bill(10.0 + number)
        lines = self.env["account.bank.statement.line"].union(
            *(self.line(10.0 + number, f"Payment {number}", **THEIR_ACCOUNT) for number in range(10))
        )

        def count(records):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            records.mapped("ponto_candidate_evidence")
            return self.env.cr.sql_log_count - before

        count(lines)
        self.assertLessEqual(count(lines), count(lines[:1]) + 2)

    # ------------------------------------------------------------------ batches and discounts

    def register(self, item, days_ago):
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=item.move_id.ids)
            .create({"journal_id": self.match_journal.id, "payment_date": date.today() - timedelta(days=days_ago)})
        )
        payments = wizard._create_payments()
        return payments.move_id.line_ids.filtered(lambda one: not one.reconciled)

    def test_a_batch_debit_settles_the_payments_that_make_it_up(self):
        suppliers = [self.env["res.partner"].create({"name": f"Supplier {number}"}) for number in range(3)]
        today = [
            self.register(self.bill(amount, supplier, "in_invoice"), 6)
            for amount, supplier in zip((100.0, 200.5, 33.1), suppliers, strict=True)
        ]
        self.register(self.bill(12.0, suppliers[0], "in_invoice"), 20)
        items = self.env["account.move.line"].union(*today)
        line = self.line(-333.6, "SEPA 2026-11", days_ago=5)
        best = self.suggest(line)[0]
        self.assertEqual((best.evidence, set(best.item_ids)), ("batch", set(items.ids)))
        line.with_user(self.accountant).with_context(ponto_candidate_key=get_key(best)).action_ponto_accept()
        for item in items:
            self.assertReconciled(item, line)
        later = self.line(-333.6, "SEPA again")
        self.assertFalse([finding for finding in self.suggest(later) if finding.evidence == "batch"])

    def test_an_early_payment_discount_within_its_time_is_booked_as_odoo_does(self):
        terms = self.env["account.payment.term"].create(
            {
                "name": "2% in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "line_ids": [Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})],
            }
        )
        self.assertTrue(self.company.account_journal_early_pay_discount_loss_account_id)
        item = self.bill(100.0, invoice_payment_term_id=terms.id)
        late = self.line(98.0, "Less discount", days_ago=2, **THEIR_ACCOUNT)
        self.assertNotIn("discount", [finding.evidence for finding in self.suggest(late)])
        line = self.line(98.0, "Less discount", days_ago=12, **THEIR_ACCOUNT)
        best = self.suggest(line)[0]
        self.assertEqual(best.evidence, "discount")
        line.with_user(self.accountant).with_context(ponto_candidate_key=get_key(best)).action_ponto_accept()
        self.assertReconciled(item, line)
        self.assertEqual(item.move_id.payment_state, self.env["account.move"]._get_invoice_in_payment_state())
        discount = line.line_ids.filtered(
            lambda one: one.account_id == self.company.account_journal_early_pay_discount_loss_account_id
        )
        self.assertEqual(discount.balance, 2.0)

    # ------------------------------------------------------------------ like last time

    def test_it_is_booked_like_last_time_by_creditor_and_mandate_with_its_taxes(self):
        tax = self.env["account.tax"].create(
            {"name": "21%", "amount": 21.0, "type_tax_use": "purchase", "company_id": self.company.id}
        )
        mandate = {"transaction_details": {"ref2": "M-17", "ref3": "BE98ZZZ123"}}
        last = self.line(-121.0, "Policy", days_ago=40, **mandate)
        self.book_with_taxes(last, (121.0, tax))
        self.assertEqual(sorted(last.line_ids.mapped("balance")), [-121.0, 21.0, 100.0])
        other = {"transaction_details": {"ref2": "M-18", "ref3": "BE98ZZZ123"}}
        self.assertFalse(self.suggest(self.line(-60.5, "Another policy", **other)))
        line = self.line(-60.5, "Policy", **mandate)
        dialog = self.open_dialog(line)
        self.assertIn("Insurance (21%) · Verzekeringen NV", dialog.last_time)
        self.assertIn("same creditor and mandate", dialog.last_time)
        dialog.action_book_like_last_time()
        _liquidity, suspense, others = line._seek_for_lines()
        self.assertFalse(suspense)
        self.assertEqual(sorted(others.mapped("balance")), [10.5, 50.0])
        base = others.filtered("tax_ids")
        self.assertEqual((base.account_id, base.partner_id, base.tax_ids), (self.expense, self.insurer, tax))
        self.assertEqual((others - base).tax_repartition_line_id, last.line_ids.tax_repartition_line_id)
        self.assertEqual(others.tax_tag_ids, last.line_ids.tax_tag_ids)
        self.assertEqual(line.ponto_match_ids.evidence, "last_time")

    def test_a_counterparty_account_is_booked_like_last_time_and_matched_ones_are_no_example(self):
        matched = self.line(80.0, "Paid", days_ago=50, **THEIR_ACCOUNT)
        self.bill(80.0)
        matched._accept(self.suggest(matched)[0])
        self.assertFalse(self.suggest(self.line(33.0, "Another", **THEIR_ACCOUNT)))
        last = self.line(-12.5, "Fees", days_ago=30, account_number=OTHER_IBAN)
        self.book_elsewhere(last)
        line = self.line(-33.0, "Fees", **THEIR_ACCOUNT)
        best = self.suggest(line)[0]
        self.assertEqual((best.evidence, best.found), ("last_time", ("counterparty",)))
        self.assertEqual([values["balance"] for values in best.counterparts], [33.0])

    # ------------------------------------------------------------------ ticking

    def tick(self, dialog, items):
        for item in items:
            document = dialog.document_ids.filtered(lambda one, item=item: one.item_id == item)
            if document:
                document.ticked = True
            else:
                dialog.document_ids = [Command.create({"item_id": item.id, "ticked": True})]

    def test_ticked_documents_are_paid_and_what_remains_is_shown(self):
        first, second, third = self.bill(100.0), self.bill(50.0), self.bill(60.0)
        line = self.line(150.0, "Two of them", **THEIR_ACCOUNT)
        dialog = self.open_dialog(line)
        with self.assertRaisesRegex(UserError, "Tick a document"):
            dialog.action_match()
        self.tick(dialog, first)
        self.assertEqual((dialog.ticked_amount, dialog.remaining), (100.0, 50.0))
        self.assertIn("50.00", dialog.outcome)
        self.assertIn("stays open on the account of the partner", dialog.outcome)
        self.tick(dialog, second)
        self.assertEqual((dialog.remaining, dialog.outcome), (0.0, "Everything is settled."))
        dialog.action_match()
        for item in first | second:
            self.assertReconciled(item, line)
        self.assertFalse(third.reconciled)
        self.assertEqual((line.ponto_match_ids.evidence, line.partner_id), ("chosen", self.customer))

    def test_a_partial_payment_leaves_the_rest_of_the_document_open(self):
        item = self.bill(100.0)
        line = self.line(30.0, "A part", **THEIR_ACCOUNT)
        dialog = self.open_dialog(line)
        self.tick(dialog, item)
        self.assertEqual(dialog.remaining, -70.0)
        self.assertIn("of the ticked documents stays open", dialog.outcome)
        dialog.action_match()
        self.assertEqual((item.amount_residual, line.is_reconciled), (70.0, True))

    def test_too_much_stays_with_the_partner(self):
        item = self.bill(100.0)
        line = self.line(130.0, "Too much", **THEIR_ACCOUNT)
        dialog = self.open_dialog(line)
        self.tick(dialog, item)
        dialog.action_match()
        self.assertTrue(item.reconciled)
        rest = line.line_ids.filtered(lambda one: one.account_id == item.account_id)
        self.assertEqual((rest.amount_residual, rest.partner_id), (-30.0, self.customer))

    def test_what_cannot_be_settled_together_is_refused(self):
        mine, theirs = self.bill(100.0), self.bill(100.0, self.insurer)
        supplied = self.bill(100.0, move_type="in_invoice")
        settled = self.bill(5.0)
        line = self.line(200.0, "?", **THEIR_ACCOUNT)
        dialog = self.open_dialog(line)
        self.tick(dialog, mine | theirs)
        with self.assertRaisesRegex(UserError, "different partners"):
            dialog.action_match()
        dialog = self.open_dialog(line)
        self.tick(dialog, mine | supplied)
        with self.assertRaisesRegex(UserError, "different accounts"):
            dialog.action_match()
        dialog = self.open_dialog(line)
        self.tick(dialog, supplied)
        with self.assertRaisesRegex(UserError, "other sign"):
            dialog.action_match()
        dialog = self.open_dialog(line)
        self.tick(dialog, settled)
        paid = self.line(5.0, settled.move_name)
        paid._accept(self.suggest(paid)[0])
        with self.assertRaisesRegex(UserError, "changed since"):
            dialog.action_match()
        self.assertFalse(line.is_reconciled)
        with self.assertRaisesRegex(UserError, "already"):
            paid.action_ponto_open_match()

    def test_the_dialog_shows_nothing_of_another_company(self):
        other = self._create_company("Garage Dubois")
        stranger = self._create_user("ponto_stranger", "account.group_account_manager", company=other)
        line = self.line(121.0, "Thank you", **THEIR_ACCOUNT)
        item = self.bill(121.0)
        dialog = self.open_dialog(line)
        for record in (dialog, dialog.candidate_ids, dialog.document_ids):
            with self.assertRaises(AccessError):
                record.with_user(stranger).read(["id"])
        with self.assertRaises(AccessError):
            self.env["ponto.match.choose"].with_user(stranger).create({"statement_line_id": line.id})
        with self.assertRaises(AccessError):
            dialog.with_user(stranger).write({"document_ids": [Command.create({"item_id": item.id})]})
