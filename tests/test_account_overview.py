from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .clients_case import ClientsCase

SEEN = {
    name: {}
    for name in (
        "reference",
        "state",
        "authorization_expires_at",
        "last_import_at",
        "balance_difference",
        "balance_state",
        "unreconciled_count",
        "last_error_message",
    )
}
RELATED = ("company_id", "connection_id", "institution_id", "journal_id", "currency_id", "responsible_user_id")
SPECIFICATION = {**SEEN, **{name: {"fields": {"display_name": {}}} for name in RELATED}}


@tagged("post_install", "-at_install")
class TestAccountOverview(ClientsCase):
    """All bank accounts of all companies of a user: an accounting firm with many clients."""

    def open_overview(self, user):
        """Click the menu, and return the accounts listed, in the environment of the list."""
        server_action = self.env.ref("account_online_ponto.ponto_account_overview_open").with_user(user)
        action = server_action.with_context(allowed_company_ids=user.company_id.ids).run()
        context = safe_eval(action["context"], {})
        accounts = self.env["ponto.account"].with_user(user).with_context(**context)
        return action, accounts

    def list_all(self, user):
        self.env.flush_all()
        self.env.invalidate_all()  # each click is a request of its own
        action, accounts = self.open_overview(user)
        self.assertEqual(action["res_model"], "ponto.account")
        domain = safe_eval(action["domain"])
        order = "authorization_expires_at, company_id, id"
        return accounts.web_search_read(domain, SPECIFICATION, order=order, limit=400)["records"]

    def test_all_companies_are_listed_the_soonest_first(self):
        self.add_client("One", 1, authorization_expected_at=fields.Datetime.now() + timedelta(days=5))
        self.add_client("Two", 2)
        self.add_client("Three", 1, authorization_expected_at=fields.Datetime.now() - timedelta(days=1))
        records = self.list_all(self.accountant)
        self.assertEqual(
            [record["reference"] for record in records], ["Ponto Three 0", "Ponto One 0", "Ponto Two 0", "Ponto Two 1"]
        )
        self.assertEqual([record["state"] for record in records], ["expired", "expires_soon", "linked", "linked"])
        self.assertEqual([record["company_id"]["display_name"] for record in records], ["Three", "One", "Two", "Two"])
        self.assertEqual([record["unreconciled_count"] for record in records], [2, 2, 2, 2])
        self.assertEqual([record["balance_difference"] for record in records], [0.0, 0.0, 0.0, 1.0])
        self.assertEqual({record["responsible_user_id"]["id"] for record in records}, {self.env.uid})

    def test_reconciled_and_cancelled_transactions_do_not_count(self):
        company = self.add_client("One", 1)
        lines = self.env["account.bank.statement.line"].search([("company_id", "=", company.id)])
        self.company = company
        self.book_elsewhere(lines[0])
        self.assertEqual([record["unreconciled_count"] for record in self.list_all(self.accountant)], [1])
        lines[1].move_id.button_draft()
        self.assertEqual([record["unreconciled_count"] for record in self.list_all(self.accountant)], [0])

    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
    def test_a_user_of_one_company_sees_that_one(self):
        one, two = self.add_client("One", 1), self.add_client("Two", 1)
        for login, groups in (
            ("ponto_manager_one", "account.group_account_manager"),
            ("ponto_invoicing_one", "account.group_account_invoice"),
            ("ponto_reader_one", "account.group_account_readonly"),
        ):
            user = self._create_user(login, groups, one)
            with self.subTest(login):
                self.assertEqual([record["reference"] for record in self.list_all(user)], ["Ponto One 0"])
                _action, accounts = self.open_overview(user)
                self.assertEqual(accounts.env.companies, one)
                foreign = self.env["ponto.account"].search([("company_id", "=", two.id)])
                with self.assertRaises(AccessError):
                    accounts.browse(foreign.ids).read(["reference"])
        with self.assertRaises(AccessError):
            self.open_overview(self.employee)

    def test_a_record_of_a_company_that_is_not_chosen_can_be_opened(self):
        self.add_client("One", 1)
        _action, accounts = self.open_overview(self.accountant)
        self.assertEqual(accounts.env.company, self.company, "the chosen one stays the current one")
        account = accounts.search([("linked", "=", True)])
        self.assertEqual(
            account.web_read({"display_name": {}, "connection_id": {"fields": {"name": {}}}})[0]["id"], account.id
        )
        self.assertTrue(account.action_view_bank_transactions())
        chosen_only = account.with_context(allowed_company_ids=self.company.ids)
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            chosen_only.read(["reference"])

    def test_filters_and_groups(self):
        self.add_client("One", 2)
        self.add_client("Two", 1, authorization_expected_at=fields.Datetime.now() - timedelta(days=1))
        self.add_client("Three", 1, last_import_at=False, last_error_code="ServerError")
        _action, accounts = self.open_overview(self.accountant)
        linked = [("linked", "=", True)]

        def found(*domain):
            return set(accounts.search([*linked, *domain]).mapped("reference"))

        self.assertEqual(found(("state", "=", "expired")), {"Ponto Two 0"})
        self.assertEqual(found(("state", "=", "expires_soon")), set())
        self.assertEqual(found(("balance_state", "=", "different")), {"Ponto One 1"})
        self.assertEqual(found(("balance_state", "!=", "different")), {"Ponto One 0", "Ponto Two 0", "Ponto Three 0"})
        self.assertEqual(found(("last_import_at", "=", False)), {"Ponto Three 0"})
        accounts.search([("reference", "=", "Ponto Three 0")]).sudo().linked = False
        unknown = accounts.search([("balance_state", "=", "unknown")])
        self.assertEqual(unknown.mapped("reference"), ["Ponto Three 0"])
        unknown.sudo().linked = True
        self.assertEqual(found(("responsible_user_id", "=", self.env.uid)), found())
        groups = accounts.web_read_group(linked, ["state"], ["__count"])["groups"]
        self.assertEqual({group["state"]: group["__count"] for group in groups}, {"linked": 3, "expired": 1})
        for group in groups:
            self.assertEqual(accounts.search_count([*linked, *group["__extra_domain"]]), group["__count"])
        groups = accounts.web_read_group(linked, ["company_id"], ["__count"])["groups"]
        self.assertEqual(
            {group["company_id"][1]: group["__count"] for group in groups}, {"One": 2, "Two": 1, "Three": 1}
        )
        self.assertTrue(accounts.fields_get(["state"])["state"]["groupable"])

    def test_grouping_by_state_without_any_account(self):
        self.assertEqual(self.env["ponto.account"].web_read_group([], ["state"], ["__count"])["groups"], [])

    def test_the_number_of_queries_does_not_follow_the_number_of_accounts(self):
        self.add_client("One", 2)
        self.add_client("Two", 3)
        few, count = self.count_queries()
        self.assertEqual(count, 5)
        for name in ("Three", "Four", "Five"):
            self.add_client(name, 4)
        many, count = self.count_queries()
        self.assertEqual(count, 17)
        self.assertEqual(few, many)

    def count_queries(self):
        """Return the number of queries of the list with all its columns, and how many accounts it shows."""
        self.list_all(self.accountant)  # what is kept beyond a request, such as rights
        before = self.env.cr.sql_log_count
        records = self.list_all(self.accountant)
        return self.env.cr.sql_log_count - before, len(records)
