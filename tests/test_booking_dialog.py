"""The dialog that Match opens: booking what has no document, and what a document leaves."""

import base64
from datetime import date, timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from .common import OTHER_IBAN
from .test_booking_items import BookingCase


class DialogCase(BookingCase):
    """Somebody with Basic, who may book and is no Administrator."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.basic = cls._create_user("ponto_basic", "account.group_account_basic")

    def open(self, line, user=None):
        return self.open_dialog(line, user or self.basic)

    def add(self, dialog, account, amount, *taxes, **values):
        """Type a line; return the dialog."""
        taxes = [Command.set([tax.id for tax in taxes])]
        dialog.line_ids = [
            Command.create({"account_id": account.id, "amount": amount, "tax_ids": taxes, "name": "Lunch", **values})
        ]
        return dialog

    def get_match(self, line):
        return line.ponto_match_ids.filtered(lambda match: match.state == "applied")

    def attach(self, dialog, user=None):
        """Add a file in the dialog, as its widget does."""
        file = (
            self.env["ir.attachment"]
            .with_user(user or self.basic)
            .create({"name": "bill.pdf", "datas": base64.b64encode(b"bill"), "res_model": dialog._name, "res_id": 0})
        )
        dialog.attachment_ids = [Command.link(file.id)]
        return file


@tagged("post_install", "-at_install")
class TestBookingDialog(DialogCase):
    def test_basic_books_a_restaurant_bill_without_tax_and_takes_it_back(self):
        self.restaurants.tax_ids = self.full
        line = self.line(-48.5, "Restaurant")
        dialog = self.add(self.open(line), self.restaurants, -48.5)
        self.assertEqual((dialog.remaining, dialog.outcome), (0.0, "Everything is settled."))
        self.assertIn("Restaurants", dialog.preview)
        self.assertEqual(dialog.action_match()["type"], "ir.actions.act_window_close")
        items = line._seek_for_lines()[2]
        self.assertEqual((items.account_id, items.balance, items.tax_ids.ids), (self.restaurants, 48.5, []))
        match = self.get_match(line)
        self.assertEqual((match.evidence, match.user_id, match.amount), ("booked", self.basic, -48.5))
        self.assertEqual(match.explanation, f"{self.basic.name} booked it on {self.restaurants.display_name}.")
        self.assertFalse(line.label_editable, "label and partner are read-only now")
        line.with_user(self.basic).action_undo_match()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line.ponto_match_ids.state, "undone")
        self.add(self.open(line), self.restaurants, -48.5).action_match()
        self.assertTrue(line.is_reconciled)

    def test_what_another_decided_is_taken_back_by_an_administrator(self):
        line = self.line(-48.5)
        self.add(self.open(line, self.accountant), self.restaurants, -48.5).action_match()
        with self.assertRaisesRegex(UserError, "an Administrator of Invoicing takes it back"):
            line.with_user(self.basic).action_undo_match()
        self.assertTrue(line.is_reconciled)
        other = self.line(-10.0)
        self.add(self.open(other), self.restaurants, -10.0).action_match()
        (line | other).with_user(self.accountant).action_undo_match()
        self.assertFalse(any((line | other).mapped("is_reconciled")))

    def test_the_rest_stays_open_and_is_said(self):
        line = self.line(-100.0)
        dialog = self.add(self.open(line), self.restaurants, -60.0)
        self.assertEqual(dialog.remaining, -40.0)
        self.assertIn(
            "40.00 of the transaction is not booked yet",
            dialog.outcome.replace("€", "").replace("\N{NO-BREAK SPACE}", ""),
        )
        dialog.action_match()
        self.assertFalse(line.is_reconciled)
        self.assertEqual(line._seek_for_lines()[1].balance, 40.0)
        with self.assertRaisesRegex(UserError, "undo that first"):
            self.open(line)

    def test_input_tax_without_a_document_asks_once(self):
        line = self.line(-121.0)
        dialog = self.add(self.open(line), self.restaurants, -121.0, self.full)
        self.assertEqual(dialog.action_match()["res_id"], dialog.id)
        self.assertIn("no right to deduct", dialog.question)
        self.assertFalse(line.is_reconciled)
        dialog.action_match()
        self.assertTrue(line.is_reconciled)
        self.assertEqual(line._seek_for_lines()[2].tax_line_id, self.full)

    def test_with_a_document_nothing_is_asked_and_it_is_kept(self):
        line = self.line(-121.0)
        dialog = self.add(self.open(line), self.restaurants, -121.0, self.full)
        file = self.attach(dialog)
        dialog.action_match()
        self.assertTrue(line.is_reconciled)
        self.assertEqual((file.res_model, file.res_id), ("account.move", line.move_id.id))
        output = self.line(121.0)
        self.add(self.open(output), self.expense, 121.0, self.sold).action_match()
        self.assertTrue(output.is_reconciled, "a tax on sales is owed with or without")

    def test_the_file_of_another_record_is_not_taken_along(self):
        line = self.line(-121.0)
        dialog = self.add(self.open(line), self.restaurants, -121.0, self.full)
        theirs = self.env["ir.attachment"].create(
            {"name": "contract.pdf", "res_model": "res.partner", "res_id": self.customer.id}
        )
        dialog.sudo().attachment_ids = theirs
        dialog.action_match()
        self.assertIn("no right to deduct", dialog.question)
        dialog.action_match()
        self.assertEqual(theirs.res_model, "res.partner")

    def test_what_cannot_be_booked_is_refused_in_a_sentence(self):
        archived = self.expense.copy({"code": "613999", "active": False})
        bank = self.match_journal.default_account_id
        for account, amount, sentence in (
            (archived, -50.0, "Nothing can be booked on"),
            (bank, -50.0, "Nothing can be booked on"),
            (self.match_journal.suspense_account_id, -50.0, "Nothing can be booked on"),
            (self.restaurants, 0.0, "Give each line an amount"),
            (self.restaurants, -60.0, "more than the bank transaction"),
            (self.env["account.account"], -50.0, "Choose an account"),
        ):
            line = self.line(-50.0)
            with self.subTest(sentence=sentence), self.assertRaisesRegex(UserError, sentence):
                self.add(self.open(line), account, amount).action_match()
            self.assertFalse(line.is_reconciled)

    def test_invoicing_neither_opens_nor_books(self):
        line = self.line(-50.0)
        action = line.with_user(self.invoicing).action_ponto_open_match()
        self.assertEqual(action["res_model"], line._name)
        dialog = self.add(self.open(line), self.restaurants, -50.0)
        for method in ("action_match", "action_private", "action_on_account", "action_create_contact"):
            with self.assertRaises(AccessError):
                getattr(dialog.with_user(self.invoicing), method)()
        self.assertFalse(line.is_reconciled)

    def test_a_click_after_somebody_else_booked_it_books_nothing(self):
        line = self.line(-50.0)
        first, second = self.open(line), self.open(line)
        self.add(first, self.restaurants, -50.0).action_match()
        items = line.line_ids
        with self.assertRaisesRegex(UserError, "booked already"):
            self.add(second, self.expense, -50.0).action_match()
        self.assertEqual(line.line_ids, items)

    def test_locked_periods_and_taxes_are_odoos(self):
        line, taxed = self.line(-50.0, days_ago=40), self.line(-121.0, days_ago=40)
        dialog = self.add(self.open(line), self.restaurants, -50.0)
        with_tax = self.add(self.open(taxed), self.restaurants, -121.0, self.full)
        with_tax.action_match()  # asks
        self.company.tax_lock_date = date.today() - timedelta(days=30)
        with self.assertRaisesRegex(UserError, "tax"), self.env.cr.savepoint():
            with_tax.action_match()
        self.assertFalse(taxed.is_reconciled)
        dialog.action_match()
        self.assertTrue(line.is_reconciled, "without a tax the tax lock date says nothing")

    def test_a_reconciliation_model_fills_in_its_lines(self):
        model = self.env["account.reconcile.model"].create(
            {
                "name": "Fuel, half private",
                "company_id": self.company.id,
                "line_ids": [
                    Command.create(
                        {
                            "account_id": self.restaurants.id,
                            "amount_string": "50",
                            "tax_ids": [Command.set(self.full.ids)],
                        }
                    ),
                    Command.create({"account_id": self.director.id, "label": "Private part"}),
                ],
            }
        )
        line = self.line(-100.0, "Fuel")
        with Form(self.open(line)) as form:
            form.model_id = model
            self.assertEqual([form.line_ids.edit(n).amount for n in range(2)], [-50.0, -50.0])
            self.assertIn("director", form.preview)
        dialog = form.record
        dialog.action_match()
        dialog.action_match()
        items = line._seek_for_lines()[2]
        self.assertEqual(set(items.mapped("name")), {"Fuel", "Private part", "21 %"})
        self.assertEqual(items.reconcile_model_id, model)


@tagged("post_install", "-at_install")
class TestPrivateAndOnAccount(DialogCase):
    def test_private_is_one_button_once_the_account_is_chosen(self):
        line = self.line(-75.0)
        with self.assertRaisesRegex(UserError, "An Administrator of Invoicing chooses it"):
            self.open(line).action_private()
        dialog = self.open(line, self.accountant)
        action = dialog.action_private()
        settings = self.env[action["res_model"]].with_user(self.accountant).browse(action["res_id"])
        self.assertEqual(settings.difference_limit, 1.0)
        settings.private_account_id = self.director
        self.assertEqual(settings.action_save()["res_id"], dialog.id)
        dialog.action_private()
        self.assertEqual(line._seek_for_lines()[2].account_id, self.director)
        other = self.line(-5.0)
        self.open(other).action_private()
        self.assertTrue(other.is_reconciled)
        with self.assertRaises(AccessError):
            self.env["ponto.booking.settings"].with_user(self.basic).create({})

    def test_a_branch_books_private_on_the_account_of_the_company_above(self):
        self.company.ponto_private_account_id = self.director
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        user = self._create_user("ponto_of_branch", "account.group_account_basic", branch)
        line = self.line(-5.0, company_id=branch.id).with_user(user).with_context(allowed_company_ids=branch.ids)
        action = line.action_ponto_open_match()
        line.env[action["res_model"]].browse(action["res_id"]).action_private()
        self.assertEqual(line.sudo()._seek_for_lines()[2].account_id, self.director)

    def test_on_account_waits_for_the_bill(self):
        line = self.line(-121.0, "Molens", partner_id=self.insurer.id)
        self.open(line).action_on_account()
        payable = self.insurer.with_company(self.company).property_account_payable_id
        item = line._seek_for_lines()[2]
        self.assertEqual((item.account_id, item.partner_id, item.reconciled), (payable, self.insurer, False))
        bill = self.bill(121.0, self.insurer, "in_invoice")
        widget = bill.move_id.invoice_outstanding_credits_debits_widget
        self.assertIn(item.id, [one["id"] for one in widget["content"]])
        (bill | item).reconcile()
        self.assertEqual(bill.move_id.payment_state, "paid")

    def test_on_account_asks_for_the_partner(self):
        with self.assertRaisesRegex(UserError, "Choose the partner first"):
            self.open(self.line(-5.0)).action_on_account()

    def test_money_received_goes_to_the_receivable(self):
        line = self.line(50.0, partner_id=self.customer.id)
        self.open(line).action_on_account()
        self.assertEqual(line._seek_for_lines()[2].account_id.account_type, "asset_receivable")

    def test_a_partner_with_bills_asks_before_a_cost_account(self):
        self.bill(10.0, self.insurer, "in_invoice")
        line = self.line(-99.0, partner_id=self.insurer.id)
        dialog = self.add(self.open(line), self.restaurants, -99.0)
        self.assertIn("wait for the bill", dialog.bills_hint)
        dialog.action_match()
        self.assertFalse(line.is_reconciled)
        self.assertIn("would be booked twice", dialog.question)
        self.assertFalse(self.open(self.line(99.0, partner_id=self.insurer.id)).bills_hint, "money that came in")
        dialog.action_match()
        self.assertTrue(line.is_reconciled)


@tagged("post_install", "-at_install")
class TestDifferences(DialogCase):
    def short(self, amount, left=-5.0, kind="charges", account=None):
        """Tick an invoice that is paid short; return the dialog and its item."""
        item = self.bill(amount - left)
        line = self.line(amount, "Paid", partner_id=self.customer.id)
        dialog = self.open(line)
        dialog.document_ids.filtered(lambda one: one.item_id == item).ticked = True
        dialog.difference = kind
        if account:
            dialog.difference_account_id = account
        return dialog, item

    def test_more_than_the_limit_asks_and_the_next_one_knows_the_account(self):
        dialog, item = self.short(116.0, account=self.expense)
        self.assertEqual(dialog.remaining, -5.0)
        dialog.action_match()
        self.assertIn("more than what is booked without a question", dialog.question)
        self.assertFalse(item.reconciled)
        dialog.action_match()
        line = dialog.statement_line_id
        self.assertReconciled(item, line)
        cost = line._seek_for_lines()[2].filtered(lambda one: one.account_id == self.expense)
        self.assertEqual((cost.balance, cost.tax_ids.ids), (5.0, []))
        match = self.get_match(line)
        self.assertEqual((match.difference, match.difference_account_id), ("charges", self.expense))
        self.assertEqual(match.item_ids, item)
        within, other = self.short(99.5, -0.5)
        self.assertEqual(within.difference_account_id, self.expense)
        within.action_match()
        self.assertReconciled(other, within.statement_line_id)

    def test_without_an_account_it_is_asked_for(self):
        dialog, item = self.short(99.5, -0.5, "rounding")
        with self.assertRaisesRegex(UserError, "Choose an account"):
            dialog.action_match()
        self.assertFalse(item.reconciled)

    def test_a_cash_discount_goes_where_the_company_books_them(self):
        self.company.account_journal_early_pay_discount_loss_account_id = self.expense
        dialog, item = self.short(99.5, -0.5, "discount")
        self.assertEqual(dialog.difference_account_id, self.expense)
        dialog.action_match()
        self.assertReconciled(item, dialog.statement_line_id)

    def test_within_the_terms_of_early_payment_the_tax_is_corrected(self):
        self.company.account_journal_early_pay_discount_loss_account_id = self.expense
        term = self.env["account.payment.term"].create(
            {
                "name": "2 % within 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 30,
                "early_pay_discount_computation": "included",
                "company_id": self.company.id,
            }
        )
        item = self.bill(100.0, taxes=self.sold, invoice_payment_term_id=term.id)
        line = self.line(118.58, "Paid early", partner_id=self.customer.id)
        dialog = self.open(line)
        dialog.document_ids.filtered(lambda one: one.item_id == item).ticked = True
        dialog.difference = "discount"
        dialog.action_match()
        if dialog.question:
            dialog.action_match()
        self.assertReconciled(item, line)
        taxes = line._seek_for_lines()[2].filtered("tax_line_id")
        self.assertEqual(taxes.balance, 0.42)

    def test_a_difference_the_other_way(self):
        dialog, item = self.short(100.5, 0.5, account=self.expense)
        dialog.action_match()
        line = dialog.statement_line_id
        self.assertReconciled(item, line)
        self.assertEqual(sum(line.line_ids.mapped("balance")), 0.0)

    def test_what_is_typed_beside_documents_leaves_the_rest_to_them(self):
        item = self.bill(100.0)
        line = self.line(97.0, partner_id=self.customer.id)
        dialog = self.open(line)
        dialog.document_ids.filtered(lambda one: one.item_id == item).ticked = True
        self.add(dialog, self.expense, -3.0).action_match()
        self.assertReconciled(item, line)


@tagged("post_install", "-at_install")
class TestContacts(DialogCase):
    THEIRS = {"partner_name": "Garage Peeters", "account_number": "BE62510007547061"}

    def test_one_click_makes_a_contact_of_the_company(self):
        creator = self._create_user("ponto_creator", "account.group_account_basic,base.group_partner_manager")
        dialog = self.open(self.line(-5.0, **self.THEIRS), creator)
        self.assertFalse(dialog.booked_partner_id)
        self.assertEqual(dialog.action_create_contact()["res_id"], dialog.id)
        partner = dialog.booked_partner_id
        self.assertEqual((partner.name, partner.company_id), ("Garage Peeters", self.company))
        self.assertEqual(partner.bank_ids.sanitized_acc_number, "BE62510007547061")
        self.assertEqual(partner.create_uid, creator)

    def test_who_may_not_create_contacts_makes_none(self):
        dialog = self.open(self.line(-5.0, **self.THEIRS))
        with self.assertRaises(AccessError):
            dialog.action_create_contact()

    def test_one_that_is_known_is_taken(self):
        dialog = self.open(self.line(-5.0, partner_name="Claes", account_number=OTHER_IBAN))
        self.assertEqual(dialog.booked_partner_id, self.customer)
        dialog.booked_partner_id = False
        count = self.env["res.partner"].search_count([])
        dialog.action_create_contact()
        self.assertEqual(dialog.booked_partner_id, self.customer)
        self.assertIn("Known already", dialog.news)
        self.assertEqual(self.env["res.partner"].search_count([]), count)

    def test_booking_on_a_cost_account_teaches_nothing_of_the_counterparty(self):
        line = self.line(-5.0, **self.THEIRS)
        self.add(self.open(line), self.restaurants, -5.0, partner_id=self.insurer.id).action_match()
        mappings = self.env["ponto.partner.mapping"].search([("company_id", "=", self.company.id)])
        self.assertFalse(mappings)
        self.assertEqual(line.partner_id, self.insurer)
        other = self.line(-6.0, **self.THEIRS)
        dialog = self.open(other)
        dialog.booked_partner_id = self.insurer
        dialog.action_on_account()
        self.assertTrue(mappings.search([("company_id", "=", self.company.id)]))
