from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..models.matching.facts import Finding
from ..models.suggesting import look_up
from .match_case import MatchCase

THEIRS = {"account_number": "BE71 0961 2345 6769", "partner_name": "Drukkerij Claes"}
UNKNOWN = {"account_number": "NL91ABNA0417164300", "partner_name": "Somebody Else"}


@tagged("post_install", "-at_install")
class TestLastTime(MatchCase):
    """Book it like last time: amounts of one currency, and the label of today."""

    def last_time(self, line):
        found = [finding for finding in self.suggest(line) if finding.evidence == "last_time"]
        return found[0].counterparts if found else ()

    def in_dollars(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        return dollar

    def test_what_was_booked_in_another_currency_is_no_example_and_an_older_one_in_ours_is(self):
        dollar = self.in_dollars()
        journal = self.env["account.journal"].create(
            {
                "name": "Dollars",
                "code": "USDB",
                "type": "bank",
                "company_id": self.company.id,
                "currency_id": dollar.id,
            }
        )
        for days_ago in range(10, 17):
            self.book_elsewhere(self.line(-100.0, "Fees", days_ago, journal_id=journal.id, **UNKNOWN))
        abroad = self.line(-100.0, "Fees", 20, foreign_currency_id=dollar.id, amount_currency=-110.0, **UNKNOWN)
        self.book_elsewhere(abroad)
        self.assertFalse(self.last_time(self.line(-90.0, "Fees", **UNKNOWN)))
        ours = self.line(-80.0, "Fees", 30, **UNKNOWN)
        self.book_elsewhere(ours)
        (values,) = self.last_time(self.line(-90.0, "Fees", **UNKNOWN))
        self.assertEqual(values["account_id"], ours._seek_for_lines()[2].account_id.id)
        self.assertEqual(values["currency_id"], self.company.currency_id.id)
        self.assertEqual((values["amount_currency"], values["balance"]), (90.0, 90.0))

    def test_an_item_that_a_user_booked_in_another_currency_is_no_example(self):
        last = self.line(-100.0, "Fees", 20, **UNKNOWN)
        _liquidity, suspense, _others = last._seek_for_lines()
        item = {
            "name": "Fees",
            "account_id": self.expense.id,
            "currency_id": self.in_dollars().id,
            "amount_currency": 110.0,
            "balance": 100.0,
        }
        last.with_context(force_delete=True, skip_readonly_check=True).write(
            {"line_ids": [Command.delete(suspense.id), Command.create(item)]}
        )
        self.assertTrue(last.is_reconciled)
        self.assertFalse(self.last_time(self.line(-90.0, "Fees", **UNKNOWN)))

    def test_the_label_of_last_time_is_not_that_of_today(self):
        self.book_elsewhere(self.line(-900.0, "Rent May", 40, **UNKNOWN))
        for amount in (-900.0, -910.0):
            (values,) = self.last_time(self.line(amount, "Rent June", **UNKNOWN))
            self.assertEqual(values["name"], "Rent June")

    def test_a_name_that_a_user_gave_is_kept(self):
        last = self.line(-900.0, "Rent May", 40, **UNKNOWN)
        last._seek_for_lines()[1].name = "Rent of the workshop"
        self.book_elsewhere(last)
        (values,) = self.last_time(self.line(-900.0, "Rent June", **UNKNOWN))
        self.assertEqual(values["name"], "Rent of the workshop")

    def test_what_may_not_be_booked_on_any_more_is_no_example(self):
        tax = self.new_tax(21.0)
        last = self.line(-121.0, "Fees", 30, **UNKNOWN)
        self.book_with_taxes(last, (121.0, tax))
        self.assertTrue(self.last_time(self.line(-60.5, "Fees", **UNKNOWN)))
        for archived in (self.expense, tax):
            archived.active = False
            for amount in (-121.0, -60.5):
                self.assertFalse(self.last_time(self.line(amount, "Fees", **UNKNOWN)), archived)
            archived.active = True

    def test_the_tax_is_what_it_says_now(self):
        tax = self.new_tax(21.0)
        self.book_with_taxes(self.line(-121.0, "Fees", 30, **UNKNOWN), (121.0, tax))
        tax.amount = 6.0
        for amount, balances in ((-121.0, [114.15, 6.85]), (-106.0, [100.0, 6.0])):
            values = self.last_time(self.line(amount, "Fees", **UNKNOWN))
            self.assertEqual([item["balance"] for item in values], balances)

    def test_several_items_are_booked_again_as_long_as_their_taxes_make_the_same_amount(self):
        tax, other = self.new_tax(21.0), self.new_tax(6.0)
        parts = ((121.0, tax), (53.0, other), (10.0, tax.browse()))
        self.book_with_taxes(self.line(-184.0, "Fees", 30, **UNKNOWN), *parts)
        line = self.line(-184.0, "Fees", **UNKNOWN)
        balances = [values["balance"] for values in self.last_time(line)]
        self.assertEqual(balances, [100.0, 50.0, 10.0, 21.0, 3.0])
        self.assertFalse(self.last_time(self.line(-185.0, "Fees", **UNKNOWN)))
        other.amount = 12.0
        self.assertFalse(self.last_time(line))

    def test_a_tax_that_somebody_typed_is_no_example(self):
        last = self.line(-121.0, "Fees", 30, **UNKNOWN)
        self.book_with_taxes(last, (121.0, self.new_tax(21.0)))
        last.move_id.button_draft()
        last.line_ids.filtered("tax_ids").with_context(skip_invoice_sync=True).tax_ids = False
        last.move_id.action_post()
        self.assertEqual(sorted(last.line_ids.mapped("balance")), [-121.0, 21.0, 100.0])
        self.assertFalse(self.last_time(self.line(-121.0, "Fees", **UNKNOWN)))

    def new_tax(self, percent):
        return self.env["account.tax"].create(
            {"name": f"{percent}%", "amount": percent, "type_tax_use": "purchase", "company_id": self.company.id}
        )


@tagged("post_install", "-at_install")
class TestLikely(MatchCase):
    """What is read for suggestions, and what one click accepts."""

    def register(self, amount, days_ago):
        item = self.bill(amount, self.insurer, "in_invoice")
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=item.move_id.ids
        ).create(
            {"journal_id": self.match_journal.id, "payment_date": date.today() - timedelta(days=days_ago)}
        )._create_payments()
        return item.matched_credit_ids.credit_move_id | item.matched_debit_ids.debit_move_id

    def test_many_open_items_of_one_kind_hide_none_of_another(self):
        self.patch(look_up, "MOST_ITEMS", 3)
        for number in range(4):
            self.register(10.0 + number, 12)
            self.bill(500.0, self.insurer, invoice_date=date.today() - timedelta(days=90))
            self.bill(20.0 + number, invoice_date=date.today() - timedelta(days=90))
        named = self.bill(300.0, self.insurer)
        mine = self.bill(77.0)
        found = self.suggest(self.line(500.0, f"part of {named.move_name}", partner_name="Somebody"))
        self.assertEqual(found[0].item_ids, tuple(named.ids))
        found = self.suggest(self.line(70.0, "Something", **THEIRS))
        self.assertIn(tuple(mine.ids), [finding.item_ids for finding in found])
        found = self.suggest(self.line(77.0, "Something", **THEIRS))
        self.assertEqual(found[0].item_ids, tuple(mine.ids))

    def test_registered_payments_are_read_of_the_days_about_the_bank_transactions(self):
        self.register(10.0, 60)
        self.register(11.0, 12)
        self.register(12.0, 1)
        line = self.line(-99.0, "Nothing like it", **UNKNOWN)
        matching = self.env["ponto.matching"]
        search = matching._make_search(self.match_journal, matching._get_payments(line))
        items = look_up.LookUp(search, matching._get_dismissed(line)).items
        self.assertEqual(items.filtered("payment_id").mapped("amount_residual"), [-11.0])
        old = self.line(-10.0, "Late", **UNKNOWN)
        found = [finding.item_ids for finding in self.suggest(old)]
        self.assertEqual(len(found), 1, "an equal amount is found however old")

    def test_a_year_names_no_document(self):
        theirs = self.bill(100.0, self.insurer, "in_invoice", ref="2025")
        self.assertFalse(self.suggest(self.line(-100.0, "Order 2025", **THEIRS)))
        line = self.line(-100.0, "Order 2025", **UNKNOWN)
        (found,) = self.suggest(line)
        self.assertEqual(found.item_ids, tuple(theirs.ids))
        self.assertIn("the text names nothing that is open", line.ponto_candidate_evidence)

    def test_what_other_modules_keep_in_the_details_of_a_bank_transaction_is_no_text(self):
        item = self.bill(100.0)
        line = self.line(100.0, "Thanks", **THEIRS)
        line.transaction_details = {"ref1": 1, "ref2": {"a": 1}, "ref3": True, "ref4": ["one", "two"]}
        self.assertEqual(self.suggest(line)[0].item_ids, tuple(item.ids))

    def test_a_document_of_another_partner_than_the_payer_takes_more_than_one_click(self):
        theirs = self.bill(100.0, self.insurer)
        line = self.line(100.0, theirs.move_name, **THEIRS)
        self.assertEqual(self.suggest(line)[0].item_ids, tuple(theirs.ids))
        self.assertEqual(
            line.ponto_candidate_evidence,
            "amount equal, number found; not by itself: what the text names is another partner's",
        )
        self.assertFalse(line.ponto_candidate_settles)
        self.assertFalse(self.open_dialog(line).candidate_ids.settles)


@tagged("post_install", "-at_install")
class TestRecognizedPartners(MatchCase):
    """Whose counterparties users said they are: taken back with the match, removed by who matches."""

    def mappings(self):
        return self.env["ponto.partner.mapping"].search([("company_id", "=", self.company.id)])

    def test_undo_forgets_whose_the_counterparty_is(self):
        wrong = self.bill(100.0, self.insurer)
        line = self.line(100.0, f"first of {wrong.move_name}", **UNKNOWN)
        other = self.line(100.0, "Else", account_number="NL02ABNA0123456789")
        self.env["ponto.partner.mapping"]._remember(other, self.insurer)
        kept = self.mappings()
        line.with_user(self.accountant)._accept(self.suggest(line)[0])
        self.assertEqual((self.mappings() - kept).mapped("kind"), ["account", "name"])
        self.assertEqual(self.mappings().partner_id, self.insurer)
        line.with_user(self.accountant).action_undo_reconciliation()
        self.assertEqual(self.mappings(), kept)
        self.assertFalse(line.is_reconciled)

    def test_undo_leaves_what_was_said_of_another_partner_or_not_by_the_match(self):
        item = self.bill(100.0, self.insurer)
        line = self.line(100.0, f"all of {item.move_name}", **UNKNOWN)
        line._accept(self.suggest(line)[0])
        theirs = self.bill(120.0, self.customer)
        other = self.line(110.0, f"part of {theirs.move_name}", **UNKNOWN)
        other._accept(next(one for one in self.suggest(other) if one.item_ids == tuple(theirs.ids)))
        self.assertEqual(self.mappings().mapped("is_shared"), [True, True])
        line.action_undo_reconciliation()
        self.assertEqual(self.mappings().partner_id, self.customer)
        self.assertEqual(self.mappings().mapped("is_shared"), [False, False])
        finding = Finding(line.id, "number", item.account_id.id, self.insurer.id, tuple(item.ids))
        self.assertEqual(self.env["ponto.matching"]._apply({line: finding}), line)
        line.action_undo_reconciliation()
        self.assertEqual(self.mappings().partner_id, self.customer, "it matched by itself: nobody said it then")

    def test_undo_forgets_nothing_that_another_match_taught(self):
        lines = self.line(1.0).browse()
        for amount in (100.0, 110.0):
            item = self.bill(amount, self.insurer)
            line = self.line(amount, f"all of {item.move_name}", **UNKNOWN)
            line._accept(self.suggest(line)[0])
            lines |= line
        item = self.bill(120.0, self.insurer)
        line = self.line(120.0, item.move_name, **UNKNOWN)
        finding = self.suggest(line)[0]
        self.env["ponto.matching"]._apply({line: finding}, user=self.accountant)  # as *Apply all* does
        taught = self.mappings()
        for undone, left in ((line, taught), (lines[0], taught), (lines[1], taught.browse())):
            undone.with_user(self.accountant).action_undo_match()
            self.assertEqual(self.mappings(), left)

    def test_who_matches_removes_a_mapping_and_nobody_else_does(self):
        line = self.line(5.0, **UNKNOWN)
        self.env["ponto.partner.mapping"]._remember(line, self.insurer)
        mappings = self.mappings()
        other = self._create_company("Garage Dubois")
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        readonly = self._create_user("ponto_readonly", "account.group_account_readonly")
        of_branch = self._create_user("ponto_branch", "account.group_account_manager", branch)
        stranger = self._create_user("ponto_stranger", "account.group_account_manager", other)
        self.env.flush_all()
        self.env.invalidate_all()

        def seen_by(user):
            return mappings.with_user(user).with_context(allowed_company_ids=user.company_ids.ids)

        for user in (of_branch, stranger):  # whose bank transactions these are, they do not see either
            with self.assertRaises(AccessError):
                seen_by(user).mapped("value")
        for user in (self.invoicing, readonly, of_branch, stranger):
            with self.assertRaises(AccessError):
                seen_by(user).unlink()
        for user in (self.accountant, of_branch):
            with self.assertRaises(AccessError):
                seen_by(user).write({"partner_id": self.customer.id})
        mappings[0].with_user(self._create_user("ponto_basic", "account.group_account_basic")).unlink()
        mappings[1].with_user(self.accountant).unlink()
        self.assertFalse(self.mappings())


@tagged("post_install", "-at_install")
class TestReaders(MatchCase):
    """Who may not match: what a row of the review opens, and what no onchange tells."""

    def test_a_click_on_a_row_shows_the_bank_transaction_to_who_only_reads(self):
        line = self.line(5.0)
        readonly = self._create_user("ponto_readonly", "account.group_account_readonly")
        for user in (self.invoicing, readonly):
            action = line.with_user(user).action_ponto_open_match()
            self.assertEqual((action["res_model"], action["res_id"]), (line._name, line.id))
        stranger = self._create_user(
            "ponto_stranger", "account.group_account_manager", self._create_company("Garage Dubois")
        )
        for user in (self.employee, stranger):
            with self.assertRaises(AccessError):
                line.with_user(user).with_context(allowed_company_ids=user.company_ids.ids).action_ponto_open_match()

    def test_an_onchange_tells_nothing_of_another_company(self):
        line = self.line(121.0, "Salary of Jan", **THEIRS)
        item = self.bill(121.0, ref="Secret")
        dialog, document = "ponto.match.choose", "ponto.match.choose.document"
        stranger = self._create_user(
            "ponto_stranger", "account.group_account_manager", self._create_company("Garage Dubois")
        )
        self.env.flush_all()
        wizard_fields = (
            "company_id",
            "currency_id",
            "date",
            "payment_ref",
            "partner_id",
            "partner_name",
            "account_number",
            "amount",
        )
        asked = [
            *((dialog, {"statement_line_id": line.id}, {name: {}}) for name in wizard_fields),
            *(
                (
                    dialog,
                    {"statement_line_id": line.id, "document_ids": [Command.create({"ticked": False})]},
                    {"document_ids": {"fields": {name: {}}}},
                )
                for name in ("company_id", "currency_id")
            ),
            *(
                (document, {"item_id": item.id}, {name: {}})
                for name in ("partner_id", "date", "date_maturity", "ref", "residual")
            ),
            *(
                (dialog, {"document_ids": [Command.create({"item_id": item.id, "ticked": True})]}, {name: {}})
                for name in ("ticked_amount", "outcome")
            ),
        ]
        for model, values, spec in asked:
            with self.subTest(model=model, spec=spec):
                self.env.invalidate_all()
                with self.assertRaises(AccessError):
                    self.env[model].with_user(stranger).with_context(
                        allowed_company_ids=stranger.company_ids.ids
                    ).onchange(values, list(values), {**{key: {} for key in values}, **spec})
        self.env.invalidate_all()
        shown = (
            self.env["ponto.match.choose"]
            .with_user(self.accountant)
            .onchange({"statement_line_id": line.id}, ["statement_line_id"], {"payment_ref": {}, "amount": {}})
        )
        self.assertEqual(shown["value"], {"payment_ref": "Salary of Jan", "amount": 121.0})
