from datetime import date

from odoo.tests import tagged
from odoo.tools import mute_logger

from .rpc_case import RpcCase

LINE = "account.bank.statement.line"
CONNECTION = "ponto.connection"
QUIET = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


class StoryCase(RpcCase):
    """The steps of an Administrator of Invoicing, each of them one or more calls over the network."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account_with_payments()

    def create_connection(self):
        """Create the connection with the calls that the form makes, and return its id."""
        values = {
            "name": "Our Ponto",
            "client_id": self.integration.client_id,
            "client_secret": self.integration.client_secret,
            "api_url": self.sandbox.url,
        }
        return self.call(CONNECTION, "web_save", [], vals=values, specification=self.specification)[0]["id"]

    @property
    def specification(self):
        return {
            name: {} for name in ("name", "client_id", "client_secret", "has_secret", "state", "last_error_message")
        }

    def choose_everything(self, action, **values):
        """Tick every line of the wizard and confirm it."""
        self.assertEqual(action["res_model"], "ponto.account.fetch")
        wizard_id = action["res_id"]
        line_ids = self.call("ponto.account.fetch", "read", [wizard_id], fields=["line_ids"])[0]["line_ids"]
        self.call("ponto.account.fetch.line", "write", line_ids, vals={"selected": True, **values})
        self.call("ponto.account.fetch", "action_confirm", [wizard_id])

    def connect_and_choose(self):
        connection_id = self.create_connection()
        self.choose_everything(self.call(CONNECTION, "action_connect", [connection_id]), import_scope="all")
        return connection_id

    def find_lines(self, *domain):
        found = self.call(LINE, "search_read", domain=list(domain), fields=["payment_ref", "amount", "label_editable"])
        return {line["payment_ref"]: line for line in found}


@tagged("post_install", "-at_install")
class TestStoryOverRpc(StoryCase):
    """Every step after installation, by a user who has no other group than Administrator of Invoicing."""

    statement_period = "none"

    def setUp(self):
        super().setUp()
        self.log_in(self.accountant)

    def test_the_accountant_has_one_group_only(self):
        chosen = self.accountant.group_ids - self.env.ref("base.group_user")
        self.assertEqual(chosen, self.env.ref("account.group_account_manager"))
        for group in ("base.group_system", "base.group_no_one", "account.group_account_user"):
            self.assertFalse(self.accountant.has_group(group), group)

    def test_connect_choose_and_import(self):
        connection_id = self.create_connection()
        self.assertEqual(self.call(CONNECTION, "read", [connection_id], fields=["state"])[0]["state"], "draft")
        action = self.call(CONNECTION, "action_connect", [connection_id])
        self.choose_everything(action, import_scope="all")
        self.assertFalse(self.find_lines(), "a request does not import, the scheduled action does")
        self.run_scheduled_action()
        self.assertEqual({line["amount"] for line in self.find_lines().values()}, {1.5, 2.5, 3.5})
        account = self.call(
            "ponto.account",
            "search_read",
            domain=[("connection_id", "=", connection_id)],
            fields=["state", "journal_id"],
        )[0]
        self.assertEqual(account["state"], "linked")
        self.assertTrue(account["journal_id"])

    def test_fetching_by_button_brings_what_is_new_and_nothing_twice(self):
        connection_id = self.connect_and_choose()
        self.run_scheduled_action()
        self.pay(self.bank_account, "8.88", days_ago=0, remittance_information="New")
        journal = self.env[CONNECTION].browse(connection_id).account_ids.journal_id
        for model, method, record_id in (
            ("account.journal", "action_ponto_synchronize", journal.id),
            ("ponto.account", "action_synchronize", journal.ponto_account_id.id),
            (CONNECTION, "action_synchronize", connection_id),
        ):
            notice = self.call(model, method, [record_id])
            self.assertEqual(notice["tag"], "account_online_ponto.progress", model)
            self.run_scheduled_action()
            self.assertEqual(len(self.find_lines()), 4, model)

    def test_open_and_search_the_transactions_of_a_journal(self):
        self.connect_and_choose()
        self.run_scheduled_action()
        journal_id = self.env["ponto.account"].search([("linked", "=", True)]).journal_id.id
        action = self.call("account.journal", "open_action", [journal_id])
        self.assertEqual(action["res_model"], LINE)
        self.assertEqual(action["context"]["search_default_journal_id"], journal_id)
        views = self.call(LINE, "get_views", views=[view[:2] for view in action["views"]] + [[False, "search"]])
        self.assertEqual(set(views["views"]), {"list", "form", "search"})
        journal = ("journal_id", "=", journal_id)
        self.assertEqual(set(self.find_lines(journal, ("payment_ref", "ilike", "invoice 2"))), {"Invoice 2"})
        self.assertEqual(len(self.find_lines(journal, ("is_ponto", "=", True), ("is_reconciled", "=", False))), 3)
        groups = self.call(LINE, "web_read_group", domain=[journal], groupby=["date:month"], aggregates=["amount:sum"])
        self.assertEqual(sum(group["amount:sum"] for group in groups["groups"]), 7.5)

    def test_correct_a_label_and_delete_a_line(self):
        self.connect_and_choose()
        self.run_scheduled_action()
        line = self.find_lines()["Invoice 1"]
        self.assertTrue(line["label_editable"])
        self.call(
            LINE, "web_save", [line["id"]], vals={"payment_ref": "Rent of March"}, specification={"payment_ref": {}}
        )
        self.call(LINE, "unlink", [self.find_lines()["Invoice 2"]["id"]])
        self.pay(self.bank_account, "9.99", days_ago=0, remittance_information="New")
        self.call(CONNECTION, "action_synchronize", self.env[CONNECTION].search([]).ids)
        self.run_scheduled_action()
        self.assertEqual(set(self.find_lines()), {"Rent of March", "Invoice 3", "New"})
        deleted = self.call(
            "ponto.transaction", "search_read", domain=[("deleted", "=", True)], fields=["label", "message"]
        )
        self.assertEqual([row["label"] for row in deleted], ["Invoice 2"])
        self.assertIn("not imported again", deleted[0]["message"])

    def test_an_opening_entry_brings_the_ledger_to_the_bank(self):
        self.connect_and_choose()
        self.run_scheduled_action()
        account = self.env["ponto.account"].search([("linked", "=", True)])
        self.assertEqual(account.balance_state, "different")
        action = self.call("ponto.account", "action_create_opening_entry", [account.id])
        self.call("ponto.account.opening", "action_confirm", [action["res_id"]])
        self.assertEqual(account.balance_state, "equal")
        self.assertLedgerEqualsBank(account, self.bank_account)


@tagged("post_install", "-at_install")
class TestStoryByApiKey(StoryCase):
    """The essential steps once more at ``/json/2``, as a script of the same user."""

    statement_period = "none"

    def test_connect_import_correct_and_delete(self):
        self.use_api_key(self.accountant)
        connection_id = self.connect_and_choose()
        self.run_scheduled_action()
        lines = self.find_lines()
        self.assertEqual(set(lines), {"Invoice 1", "Invoice 2", "Invoice 3"})
        self.call(LINE, "write", [lines["Invoice 1"]["id"]], vals={"payment_ref": "Corrected"})
        self.call(LINE, "unlink", [lines["Invoice 2"]["id"]])
        self.call(CONNECTION, "action_synchronize", [connection_id])
        self.run_scheduled_action()
        self.assertEqual(set(self.find_lines()), {"Corrected", "Invoice 3"})
        self.assertNeverAnswered(self.integration.client_secret)

    def test_a_wrong_secret_is_refused_in_one_sentence(self):
        self.use_api_key(self.accountant)
        connection_id = self.connect_and_choose()
        self.assertRefused("refuses this Client ID", CONNECTION, "write", [connection_id], vals={"client_secret": "No"})


@tagged("post_install", "-at_install")
class TestSecretOverRpc(StoryCase):
    """The secret goes in, and never comes out."""

    def setUp(self):
        super().setUp()
        self.log_in(self.accountant)
        self.secrets = [self.integration.client_secret]

    def test_saving_the_form_does_not_answer_the_secret(self):
        connection_id = self.create_connection()
        self.assertNeverAnswered(*self.secrets)
        self.call(
            CONNECTION, "web_save", [connection_id], vals={"client_secret": "typed"}, specification=self.specification
        )
        self.assertNeverAnswered(*self.secrets, "typed")

    @mute_logger(*QUIET)
    def test_no_way_of_reading_gives_the_secret_or_the_token(self):
        connection_id = self.connect_and_choose()
        self.call(CONNECTION, "action_synchronize", [connection_id])
        self.run_scheduled_action()
        with self.registry.cursor() as cr:
            cr.execute("SELECT access_token FROM ponto_token WHERE access_token IS NOT NULL")
            self.secrets += [row[0] for row in cr.fetchall()]
        self.assertEqual(len(self.secrets), 2, "there is a token to keep")
        readable = list(self.call(CONNECTION, "fields_get"))
        self.assertNotIn("client_secret_stored", readable)
        self.call(CONNECTION, "read", [connection_id])
        self.call(CONNECTION, "web_read", [connection_id], specification={name: {} for name in readable})
        self.call(CONNECTION, "search_read", domain=[])
        self.call(CONNECTION, "default_get", fields=readable)
        self.call(CONNECTION, "name_search", name="Our")
        self.call(CONNECTION, "onchange", [connection_id], {"name": "New"}, ["name"], {name: {} for name in readable})
        copy_id = self.call(CONNECTION, "copy", [connection_id], default={"client_id": "x"})
        self.call(CONNECTION, "read", copy_id if isinstance(copy_id, list) else [copy_id])
        self.call("mail.message", "search_read", domain=[("model", "=", CONNECTION)])
        self.assertNeverAnswered(*self.secrets)
        self.assertFalse(self.env[CONNECTION].browse(copy_id).has_secret)

    @mute_logger(*QUIET)
    def test_the_stored_secret_cannot_be_guessed_by_searching_sorting_or_grouping(self):
        connection_id = self.connect_and_choose()
        stored = "client_secret_stored"
        for method, arguments in (
            ("read", {"ids": [connection_id], "fields": [stored]}),
            ("web_read", {"ids": [connection_id], "specification": {stored: {}}}),
            ("search_count", {"domain": [(stored, "=like", "a%")]}),
            ("search_read", {"domain": [("account_ids.connection_id.client_secret_stored", "=like", "a%")]}),
            ("search", {"domain": [], "order": stored}),
            ("formatted_read_group", {"domain": [], "groupby": [stored], "aggregates": ["__count"]}),
            ("write", {"ids": [connection_id], "vals": {stored: "x"}}),
        ):
            ids = arguments.pop("ids", None)
            self.assertForbidden(CONNECTION, method, ids, **arguments)
        self.assertForbidden("ponto.account", "search_count", domain=[(f"connection_id.{stored}", "=like", "a%")])
        self.assertForbidden("ponto.token", "search_read", domain=[])
        self.assertNeverAnswered(*self.secrets)

    @mute_logger(*QUIET)
    def test_exporting_does_not_give_the_secret(self):
        self.accountant.group_ids += self.env.ref("base.group_allow_export")
        connection_id = self.connect_and_choose()
        answer = self.call(CONNECTION, "export_data", [connection_id], fields_to_export=["name", "client_secret"])
        self.assertEqual(answer["datas"][0][0], "Our Ponto")
        self.assertForbidden(CONNECTION, "export_data", [connection_id], fields_to_export=["client_secret_stored"])
        self.assertNeverAnswered(*self.secrets)

    def test_a_new_secret_is_tested_before_it_replaces_the_old_one(self):
        connection_id = self.connect_and_choose()
        connection = self.env[CONNECTION].browse(connection_id)
        old = self.integration.client_secret
        with mute_logger(*QUIET):
            self.assertRefused(
                "refuses this Client ID and Client Secret",
                CONNECTION,
                "web_save",
                [connection_id],
                vals={"client_secret": "mistyped"},
                specification=self.specification,
            )
        self.assertEqual(connection.sudo()._make_client().check_credentials().scope, "ai", "the old one still works")
        self.pay(self.bank_account, "4.50", days_ago=0, remittance_information="Still here")
        self.call(CONNECTION, "action_synchronize", [connection_id])
        self.run_scheduled_action()
        self.assertIn("Still here", self.find_lines())
        new = self.bank.regenerate_secret(self.integration)
        self.call(
            CONNECTION, "web_save", [connection_id], vals={"client_secret": new}, specification=self.specification
        )
        self.pay(self.bank_account, "5.50", day=date.today(), remittance_information="With the new one")
        self.call(CONNECTION, "action_synchronize", [connection_id])
        self.run_scheduled_action()
        self.assertIn("With the new one", self.find_lines())
        self.assertEqual(connection.state, "connected")
        self.assertNeverAnswered(old, new)

    def test_a_wrong_secret_at_the_first_connection_ends_in_one_sentence(self):
        self.secrets.append("not-the-secret")
        connection_id = self.call(
            CONNECTION,
            "create",
            [{"client_id": self.integration.client_id, "client_secret": "not-the-secret", "api_url": self.sandbox.url}],
        )[0]
        with mute_logger(*QUIET):
            self.assertRefused(
                "refuses this Client ID and Client Secret", CONNECTION, "action_connect", [connection_id]
            )
        self.assertFalse(self.env["ponto.account"].search([("connection_id", "=", connection_id)]))
        self.assertNeverAnswered(*self.secrets)
