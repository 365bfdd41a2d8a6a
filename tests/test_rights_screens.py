from ast import literal_eval

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, HttpCase, new_test_user, tagged

from .test_journal import PontoJournalCommon

LIST_VIEW = "account_online_ponto.account_bank_statement_line_view_list"
FORM_VIEW = "account_online_ponto.account_bank_statement_line_view_form"
MENUS = (
    "account_bank_ponto_review_menu",
    "account_bank_statement_line_menu",
    "account_bank_ponto_transaction_menu",
    "account_bank_ponto_link_menu",
    "account_bank_ponto_account_menu",
    "account_bank_ponto_balance_menu",
    "account_bank_ponto_log_menu",
    "account_bank_ponto_match_menu",
    "account_bank_ponto_payment_alarm_menu",
    "account_bank_ponto_partner_mapping_menu",
)


class ScreensCommon(PontoJournalCommon):
    """Three bank transactions and one user of each kind, none with a hidden group of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        company = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.administrator = new_test_user(
            cls.env, login="ponto-administrator", groups="account.group_account_manager", **company
        )
        cls.invoicing = new_test_user(
            cls.env, login="ponto-invoicing", groups="account.group_account_invoice", **company
        )
        cls.employee = new_test_user(cls.env, login="ponto-employee", groups="base.group_user", **company)
        cls.lines = cls.env["account.bank.statement.line"].create(
            [
                {
                    "journal_id": cls.journal.id,
                    "date": f"2024-03-0{day}",
                    "payment_ref": f"Line {day}",
                    "amount": 10.0 * day,
                }
                for day in (1, 2, 3)
            ]
        )
        cls.account = cls._link(cls.journal)

    @classmethod
    def _book(cls, line):
        """Book a line on another account, as a match does: its entry is liquidity and that account.

        :param line: ``account.bank.statement.line``
        """
        _liquidity, suspense, _others = line._seek_for_lines()
        suspense.account_id = cls.company_data["default_account_revenue"]


@tagged("post_install", "-at_install")
class TestBankTransactionsScreen(ScreensCommon):
    def _line(self, index, user):
        return self.lines[index].with_user(user).with_context(allowed_company_ids=self.company.ids)

    def test_the_administrator_has_no_hidden_group_of_his_own(self):
        self.assertNotIn(self.env.ref("account.group_account_basic"), self.administrator.group_ids)
        self.assertFalse(self.administrator.has_group("account.group_account_readonly"))

    def test_the_administrator_corrects_label_and_partner(self):
        with Form(self._line(0, self.administrator), FORM_VIEW) as form:
            form.payment_ref = "Rent of March"
            form.partner_id = self.partner_a
        self.assertEqual(self.lines[0].payment_ref, "Rent of March")
        self.assertEqual(self.lines[0].line_ids.mapped("name"), ["Rent of March"] * 2)
        self.assertEqual(self.lines[0].line_ids.partner_id, self.partner_a)

    def test_label_and_partner_of_a_booked_line_cannot_be_typed(self):
        self._book(self.lines[0])
        line = self._line(0, self.administrator)
        self.assertFalse(line.label_editable)
        form = Form(line, FORM_VIEW)
        with self.assertRaisesRegex(AssertionError, "readonly"):
            form.payment_ref = "Something else"
        with self.assertRaisesRegex(AssertionError, "readonly"):
            form.partner_id = self.partner_a

    def test_in_a_locked_period_the_label_changes_and_the_partner_does_not(self):
        for line in self.lines:
            self._book(line)
        open_line = self.env["account.bank.statement.line"].create(
            {"journal_id": self.journal.id, "date": "2024-05-01", "payment_ref": "May", "amount": 5.0}
        )
        self._book(open_line)
        self.company.fiscalyear_lock_date = "2024-05-31"
        # A lock date cannot be set over unreconciled lines; one of an earlier import may still be there.
        open_line.line_ids.flush_recordset()
        self.env.cr.execute(
            "UPDATE account_move_line SET account_id = %s WHERE move_id = %s AND account_id = %s",
            [
                self.journal.suspense_account_id.id,
                open_line.move_id.id,
                self.company_data["default_account_revenue"].id,
            ],
        )
        self.env.invalidate_all()
        self.assertTrue(open_line.label_editable)
        self.assertFalse(open_line.partner_editable)

    def test_the_administrator_deletes_a_line(self):
        self._line(1, self.administrator).unlink()
        self.assertEqual(len(self.lines.exists()), 2)

    def test_a_line_of_a_complete_statement_is_not_deleted(self):
        self.env["account.bank.statement"].create({"line_ids": [Command.set(self.lines.ids)], "balance_end_real": 60.0})
        with self.assertRaisesRegex(UserError, "remove the statement first"):
            self._line(1, self.administrator).unlink()

    def test_the_administrator_undoes_a_match(self):
        self._book(self.lines[0])
        lines = self.lines.with_user(self.administrator).with_context(allowed_company_ids=self.company.ids)
        untouched = self.lines[1].line_ids
        lines.action_undo_match()
        self.assertFalse(self.lines[0].is_reconciled)
        self.assertTrue(self.lines[0].label_editable)
        self.assertEqual(self.lines[1].line_ids, untouched, "a line without match keeps its journal items")

    def test_invoicing_sees_the_transactions_and_changes_nothing(self):
        line = self._line(0, self.invoicing)
        self.assertEqual(line.read(["payment_ref", "amount", "running_balance"])[0]["running_balance"], 10.0)
        for what in (
            lambda: line.write({"payment_ref": "Changed"}),
            line.unlink,
            line.action_undo_reconciliation,
            lambda: line.create({"journal_id": self.journal.id, "payment_ref": "New", "amount": 1.0}),
        ):
            with self.assertRaises(AccessError):
                what()

    def test_the_screens_of_invoicing_are_read_only(self):
        for view, tag in ((LIST_VIEW, "list"), (FORM_VIEW, "form")):
            arch = self._get_arch(self.invoicing, view, tag)
            self.assertEqual(arch.get("edit"), "False", tag)
            self.assertEqual(arch.get("delete"), "False", tag)
            self.assertFalse(arch.xpath("//button[@name='action_undo_match']"), tag)

    def test_the_screens_of_the_administrator_can_be_edited(self):
        for view, tag in ((LIST_VIEW, "list"), (FORM_VIEW, "form")):
            arch = self._get_arch(self.administrator, view, tag)
            self.assertNotEqual(arch.get("edit"), "False", tag)
            self.assertNotEqual(arch.get("delete"), "False", tag)
            self.assertTrue(arch.xpath("//button[@name='action_undo_match']"), tag)

    def _get_arch(self, user, view, tag):
        model = self.env["account.bank.statement.line"].with_user(user)
        return etree.fromstring(model.get_view(self.env.ref(view).id, tag)["arch"])

    def test_undo_match_asks_first_wherever_it_is(self):
        for view, tag in ((LIST_VIEW, "list"), (FORM_VIEW, "form")):
            buttons = self._get_arch(self.administrator, view, tag).xpath("//button[@name='action_undo_match']")
            self.assertTrue(buttons, tag)
            for button in buttons:
                self.assertIn("open again", button.get("confirm"))

    def test_the_addon_is_shown_where_applications_are(self):
        module = self.env["ir.module.module"].search([("name", "=", "account_online_ponto")])
        self.assertTrue(module.application, "the first filter of Apps hides what is none")

    def test_the_menus_are_for_invoicing_and_above(self):
        for name in MENUS:
            menu = self.env.ref(f"account_online_ponto.{name}").id
            self.assertIn(menu, self.env["ir.ui.menu"].with_user(self.administrator)._visible_menu_ids())
            self.assertIn(menu, self.env["ir.ui.menu"].with_user(self.invoicing)._visible_menu_ids())
            self.assertNotIn(menu, self.env["ir.ui.menu"].with_user(self.employee)._visible_menu_ids())

    def test_invoicing_sees_the_state_of_the_accounts(self):
        account = self.account.with_user(self.invoicing).with_context(allowed_company_ids=self.company.ids)
        self.assertEqual(account.read(["state", "balance_state"])[0]["state"], "linked")

    def test_an_employee_sees_nothing(self):
        with self.assertRaises(AccessError):
            self._line(0, self.employee).read(["payment_ref"])
        for model in ("ponto.connection", "ponto.institution", "ponto.account", "ponto.transaction"):
            self.assertFalse(self.env[model].with_user(self.employee).has_access("read"), model)
        with self.assertRaises(AccessError):
            self.journal.with_user(self.employee).read(["ponto_account_id"])

    def test_lines_of_ponto_are_found_by_the_filter(self):
        self._add_transaction(self.account, 1, state="imported", statement_line_id=self.lines[0].id)
        for user in (self.administrator, self.invoicing):
            model = self.env["account.bank.statement.line"].with_user(user)
            domain = [("journal_id", "=", self.journal.id)]
            self.assertEqual(model.search([*domain, ("is_ponto", "=", True)]).ids, self.lines[0].ids)
            self.assertEqual(len(model.search([*domain, ("is_ponto", "=", False)])), 2)
        self.assertEqual(self.lines.mapped("is_ponto"), [True, False, False])

    def test_every_filter_and_group_of_the_search_works(self):
        search = self.env.ref("account_online_ponto.account_bank_statement_line_view_search")
        model = self.env["account.bank.statement.line"].with_user(self.invoicing)
        found = {}
        for node in etree.fromstring(search.arch).xpath("//filter[@domain]"):
            domain = [("journal_id", "=", self.journal.id), *literal_eval(node.get("domain"))]
            found[node.get("name")] = model.search_count(domain)
        self.assertEqual(found["unreconciled"], 3)
        self.assertEqual(found["to_check"], 0)
        self.assertEqual(found["no_partner"], 3)
        self.assertEqual(found["received"], 3)
        self.assertEqual(found["paid"], 0)
        self.assertEqual(found["no_statement"], 3)
        for group in ("statement_id", "date:month", "partner_id", "journal_id"):
            self.assertTrue(model.formatted_read_group([], [group], ["amount:sum"]), group)


@tagged("post_install", "-at_install")
class TestBankTransactionsOverHttp(ScreensCommon, HttpCase):
    """The same over JSON-RPC, as the web client does it."""

    def _call(self, method, *args, **kwargs):
        return self.make_jsonrpc_request(
            "/web/dataset/call_kw",
            {"model": "account.bank.statement.line", "method": method, "args": list(args), "kwargs": kwargs},
        )

    def test_the_administrator_opens_searches_corrects_and_deletes(self):
        self.authenticate("ponto-administrator", "ponto-administrator")
        context = {"allowed_company_ids": self.company.ids}
        found = self._call(
            "web_search_read",
            [["journal_id", "=", self.journal.id], ["payment_ref", "ilike", "line 2"]],
            {"payment_ref": {}, "running_balance": {}, "label_editable": {}, "is_ponto": {}},
            context=context,
        )["records"]
        self.assertEqual([record["payment_ref"] for record in found], ["Line 2"])
        self.assertEqual(found[0]["running_balance"], 30.0)
        self.assertTrue(found[0]["label_editable"])
        self._call("web_save", [found[0]["id"]], {"payment_ref": "Corrected"}, specification={}, context=context)
        self._call("unlink", [self.lines[2].id], context=context)
        self.env.invalidate_all()
        self.assertEqual(self.lines[1].payment_ref, "Corrected")
        self.assertFalse(self.lines[2].exists())
