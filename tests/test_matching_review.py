from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import OTHER_IBAN
from .match_case import MatchCase
from .matching_case import MatchingCase

THEIR_ACCOUNT = {"account_number": OTHER_IBAN, "partner_name": "Drukkerij Claes"}


@tagged("post_install", "-at_install")
class TestMatchingContested(MatchingCase):
    """What waits for a user's word, and a payment that comes meanwhile."""

    def test_a_second_payment_does_not_take_what_is_proposed_for_the_first(self):
        self.begin()
        self.account.matching_started_at = False
        invoice = self.make_document("121.00")
        self.receive("121.00", invoice.name)
        first = self.fetch()[invoice.name]
        self.assertEqual(first.ponto_match_ids.state, "proposed")
        self.account.matching_started_at = "2026-01-01"
        self.receive("121.00", f"{invoice.name} again")
        second = self.fetch()[f"{invoice.name} again"]
        self.assertOpen(second, invoice)
        self.assertOpen(first, invoice)


@tagged("post_install", "-at_install")
class TestMatchingReview(MatchCase):
    """Buttons of the review: what was shown is applied, and nothing else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_journal = cls.match_journal.copy({"name": "Second Bank", "code": "SEC"})

    def proposed(self, lines):
        return lines.ponto_match_ids.filtered(lambda match: match.state == "proposed")

    def apply(self, journals, user=None, companies=None):
        """Click *Apply all* on the cards of journals, one by one."""
        self.env.flush_all()
        with self.working() as env:
            for journal in env["account.journal"].browse(journals.ids).with_user(user or self.accountant):
                journal.with_context(allowed_company_ids=(companies or self.company).ids).action_ponto_apply_exact()
        self.env.invalidate_all()

    def find_by_rules(self, line):
        matching = self.env["ponto.matching"]
        payments = matching._get_payments(line)
        return matching._find_by_rules(matching._make_search(self.match_journal, payments), payments)

    def add_rule(self, account):
        return self.env["account.reconcile.model"].create(
            {
                "name": f"Fees on {account.code}",
                "trigger": "auto_reconcile",
                "match_label": "contains",
                "match_label_param": "Fees",
                "company_id": self.company.id,
                "line_ids": [Command.create({"account_id": account.id})],
            }
        )

    def test_two_payments_that_ask_for_one_document_are_not_proposed_in_whatever_journals(self):
        item = self.bill(121.0)
        lines = self.line(121.0, item.move_name)
        lines |= self.line(121.0, item.move_name, journal_id=self.other_journal.id)
        (self.match_journal | self.other_journal).with_user(self.accountant).action_ponto_look_again()
        self.assertFalse(self.proposed(lines))
        self.apply(self.match_journal | self.other_journal)
        self.assertFalse(item.reconciled)

    def test_another_rule_than_the_one_that_was_shown_books_nothing(self):
        fees = self.expense.copy({"code": "653199"})
        first = self.add_rule(self.expense)
        line = self.line(-5.0, "Fees of March")
        finding = self.find_by_rules(line)
        self.env["ponto.matching"]._propose({line: finding[line.id]})
        match = self.proposed(line)
        found = self.find_by_rules(line)
        self.assertTrue(self.match_journal._is_proposed(match, found[line.id]))
        first.active = False
        self.add_rule(fees)
        found = self.find_by_rules(line)
        self.assertFalse(self.match_journal._is_proposed(match, found[line.id]))

    def test_a_transfer_is_applied_although_its_other_side_has_come_meanwhile(self):
        self.match_journal.bank_account_id, self.other_journal.bank_account_id = self.env["res.partner.bank"].create(
            [
                {"acc_number": number, "partner_id": self.company.partner_id.id}
                for number in ("BE43068999999501", "BE62510007547061")
            ]
        )
        out = self.line(-50.0, "To the second", account_number="BE62510007547061")
        come = self.line(50.0, "From the first", account_number="BE43068999999501", journal_id=self.other_journal.id)
        journals = (self.match_journal | self.other_journal).with_user(self.accountant)
        journals.action_ponto_look_again()
        self.assertEqual(self.proposed(out | come).mapped("evidence"), ["transfer", "transfer"])
        self.apply(journals)
        self.assertEqual((out | come).ponto_match_ids.mapped("state"), ["applied", "applied"])
        self.assertTrue(all((out | come).mapped("is_reconciled")))
        self.assertEqual(len((out | come).line_ids.full_reconcile_id), 1)

    def test_a_transaction_that_is_a_draft_is_not_matched_before_it_is_posted(self):
        item = self.bill(121.0)
        line = self.line(121.0, item.move_name, **THEIR_ACCOUNT)
        finding = self.env["ponto.matching"]._suggest(line)[line.id][0]
        self.match_journal.with_user(self.accountant).action_ponto_look_again()
        line.move_id.button_draft()
        self.assertFalse(line.ponto_candidate)
        self.assertEqual(self.match_journal.get_ponto_review()["exact"], 0)
        self.apply(self.match_journal)
        with self.assertRaisesRegex(UserError, "cannot be matched now"):
            line._accept(finding)
        with self.assertRaisesRegex(UserError, "post its entry first"):
            line.action_ponto_open_match()
        self.assertEqual(item.move_id.payment_state, "not_paid")
        line.move_id.action_post()
        self.apply(self.match_journal)
        self.assertReconciled(item, line)

    def test_a_match_that_was_reset_to_draft_is_taken_back_as_any_other(self):
        item = self.bill(121.0)
        line = self.line(121.0, item.move_name, **THEIR_ACCOUNT)
        self.match_journal.with_user(self.accountant).action_ponto_look_again()
        self.apply(self.match_journal)
        line.move_id.button_draft()
        self.assertFalse(line.label_editable)
        line.with_user(self.accountant).action_undo_match()
        self.assertTrue(line.label_editable)
        self.assertEqual((line.state, line.ponto_match_ids.state), ("draft", "undone"))
        self.assertFalse(item.reconciled)

    def test_a_candidate_that_is_dismissed_takes_no_other_with_it(self):
        self.book_elsewhere(self.line(-80.0, "Fees", 30, **THEIR_ACCOUNT))
        self.add_rule(self.expense)
        line = self.line(-85.0, "Fees", **THEIR_ACCOUNT)
        self.env["ponto.matching"]._propose({line: self.find_by_rules(line)[line.id]})
        dialog = self.open_dialog(line)
        for evidence, left in (("last_time", ["rule"]), ("rule", [])):
            dialog.candidate_ids.filtered(lambda one, evidence=evidence: one.evidence == evidence).action_dismiss()
            self.assertEqual(dialog.candidate_ids.mapped("evidence"), left)
        self.assertEqual(line.ponto_match_ids.mapped("state"), ["dismissed", "dismissed"])

    def test_the_contact_that_a_user_chose_stays(self):
        contact = self.env["res.partner"].create({"name": "Jan", "parent_id": self.customer.id})
        item = self.bill(121.0)
        line = self.line(121.0, item.move_name, partner_id=contact.id)
        self.match_journal.with_user(self.accountant).action_ponto_look_again()
        self.apply(self.match_journal)
        self.assertReconciled(item, line)
        self.assertEqual(line.partner_id, contact)

    def test_what_odoo_refuses_is_said_in_its_own_words(self):
        item = self.bill(121.0)
        line = self.line(121.0, "Thank you", **THEIR_ACCOUNT)
        key = line.ponto_candidate_key
        self.assertTrue(key)

        def refuse(items, plan):
            raise UserError(items.env._("The ledger is being moved."))

        self.patch(type(self.env["account.move.line"]), "_reconcile_plan", refuse)
        with self.assertRaisesRegex(UserError, "The ledger is being moved"):
            line.with_context(ponto_candidate_key=key).with_user(self.accountant).action_ponto_accept()
        self.assertFalse(item.reconciled)

    def test_a_user_of_a_branch_neither_sees_nor_changes_what_is_proposed_in_the_parent(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        user = self._create_user("ponto_branch", "account.group_account_manager", company=branch)
        item = self.bill(121.0)
        line = self.line(121.0, item.move_name)
        self.match_journal.with_user(self.accountant).action_ponto_look_again()
        match = self.proposed(line)
        self.assertTrue(match)
        journal = self.match_journal.with_user(user).with_context(allowed_company_ids=branch.ids)
        journal.action_ponto_look_again()
        self.apply(self.match_journal, user, branch)
        self.assertEqual(match.exists().state, "proposed")
        with self.assertRaises(AccessError):
            match.with_env(journal.env).read(["explanation"])
        self.assertFalse(journal.env["ponto.payment.alarm"].search([]))
        self.assertEqual(journal.get_ponto_review()["exact"], 0)
