from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .rpc_case import RpcCase, RpcRefused

QUIET = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model", "odoo.models.unlink")
STORED = (
    "ponto.connection",
    "ponto.institution",
    "ponto.account",
    "ponto.transaction",
    "ponto.synchronization",
    "ponto.balance.day",
    "ponto.link",
    "ponto.match",
    "ponto.partner.mapping",
    "ponto.payment.alarm",
    "ponto.refresh",
    "ponto.renewal",
    "ponto.renewal.line",
)
WIZARDS = (
    "ponto.account.fetch",
    "ponto.account.fetch.line",
    "ponto.account.opening",
    "ponto.synchronization.undo",
    "ponto.file.import",
    "ponto.file.import.line",
    "ponto.match.choose",
    "ponto.match.choose.candidate",
    "ponto.match.choose.document",
    "ponto.match.choose.line",
    "ponto.book",
    "ponto.book.row",
    "ponto.booking.settings",
)
LINE = "account.bank.statement.line"

# What each kind of user may do, by the first letters of read, write, create, unlink.
RIGHTS = {
    "ponto.connection": {"administrator": "rwcu", "invoicing": "r"},
    "ponto.institution": {"administrator": "r", "invoicing": "r"},
    "ponto.account": {"administrator": "rw", "invoicing": "r"},
    "ponto.transaction": {"administrator": "r", "invoicing": "r"},
    "ponto.synchronization": {"administrator": "r", "invoicing": "r"},
    "ponto.link": {"administrator": "r", "invoicing": "r"},
    "ponto.refresh": {"administrator": "r", "invoicing": "r"},
    "ponto.renewal": {"administrator": "r", "invoicing": "r"},
    "ponto.renewal.line": {"administrator": "r", "invoicing": "r"},
    "ponto.renewal.request": {"administrator": "", "invoicing": ""},
    "ponto.account.fetch": {"administrator": "rwcu", "invoicing": ""},
    "ponto.account.fetch.line": {"administrator": "rwcu", "invoicing": ""},
    "ponto.account.opening": {"administrator": "rwcu", "invoicing": ""},
    "ponto.balance.day": {"administrator": "r", "invoicing": "r"},
    "ponto.synchronization.undo": {"administrator": "rwcu", "invoicing": ""},
    "ponto.file.import": {"administrator": "rwcu", "invoicing": ""},
    "ponto.file.import.line": {"administrator": "rwcu", "invoicing": ""},
    "ponto.file.reading": {"administrator": "", "invoicing": ""},
    "ponto.agreement": {"administrator": "r", "invoicing": "r"},
    "ponto.agreement.day": {"administrator": "r", "invoicing": "r"},
    "ponto.agreement.finding": {"administrator": "r", "invoicing": "r"},
    "ponto.connection.check": {"administrator": "r", "invoicing": ""},
    "ponto.connection.check.line": {"administrator": "r", "invoicing": ""},
    "ponto.match": {"administrator": "r", "invoicing": "r"},
    "ponto.partner.mapping": {"administrator": "ru", "invoicing": "r"},
    "ponto.payment.alarm": {"administrator": "r", "invoicing": "r"},
    "ponto.match.choose": {"administrator": "rwcu", "invoicing": ""},
    "ponto.match.choose.candidate": {"administrator": "rwcu", "invoicing": ""},
    "ponto.match.choose.document": {"administrator": "rwcu", "invoicing": ""},
    "ponto.match.choose.line": {"administrator": "rwcu", "invoicing": ""},
    "ponto.book": {"administrator": "rwcu", "invoicing": ""},
    "ponto.book.row": {"administrator": "rwcu", "invoicing": ""},
    "ponto.booking.settings": {"administrator": "rwcu", "invoicing": ""},
    "ponto.token": {"administrator": "", "invoicing": ""},
    LINE: {"administrator": "rwcu", "invoicing": "r"},
}


class AccessCase(RpcCase):
    """One synchronized account with one waiting, one failed and one imported transaction."""

    def prepare(self):
        super().prepare()
        self.pay(self.open_account(), "1.00", remittance_information="Imported")
        self.connection = self.connect_and_import()
        self.account = self.connection.account_ids
        self.institution_record = self.connection.institution_ids
        self.journal = self.account.journal_id
        self.line = self.lines_of(self.account)
        self.run_with_lines = self.line.ponto_transaction_ids.synchronization_id
        self.env["ponto.transaction"].create(
            {
                "account_id": self.account.id,
                "company_id": self.company.id,
                "ponto_id": "broken",
                "state": "error",
                "reason": "refused",
                "detail": "?",
                "raw": self.account.transaction_ids.raw.replace(self.account.transaction_ids.ponto_id, "broken"),
            }
        )
        self.env["ponto.refresh"].create({"account_id": self.account.id, "state": "done"})
        link = {"account_id": self.account.id, "date": self.line.date, "evidence": "same_day"}
        self.link = self.env["ponto.link"].create(link)
        renewer = self.env["res.partner"].create({"name": "Jan Maes", "email": "jan@example.com"})
        self.connection.renewer_id = renewer
        renewal = self.env["ponto.renewal"]._ask(self.account, renewer)
        self.env["ponto.renewal.request"].create({"renewal_id": renewal.id, "account_id": self.account.id})
        self.env["ponto.match"].create(
            {"statement_line_id": self.line.id, "state": "dismissed", "evidence": "suggestion"}
        )
        self.env["ponto.partner.mapping"].create(
            {"company_id": self.company.id, "kind": "name", "value": "JAN MAES", "partner_id": renewer.id}
        )
        self.env["ponto.payment.alarm"].create({"statement_line_id": self.line.id, "kind": "paid_twice"})
        self.env["ponto.file.reading"].create({"checksum": "1", "structure": "1"})
        self.portal = self._create_user("ponto_portal", "base.group_portal")
        self.env.flush_all()

    def a_record_of(self, model):
        if model == "ponto.account.fetch":
            return self.env[model].create({"connection_id": self.connection.id})
        if model == "ponto.account.fetch.line":
            return self.a_record_of("ponto.account.fetch").line_ids[:1]
        if model == "ponto.account.opening":
            action = self.account.action_create_opening_entry()
            return self.env[model].browse(action["res_id"])
        if model == "ponto.synchronization.undo":
            action = self.run_with_lines.action_undo()
            return self.env[model].browse(action["res_id"])
        if model == "ponto.file.import":
            return self.env[model].create({"journal_id": self.journal.id})
        if model == "ponto.file.import.line":
            line = {"account_number": "BE1", "currency_code": "EUR"}
            return self.env[model].create({"wizard_id": self.a_record_of("ponto.file.import").id, **line})
        if model.startswith("ponto.connection.check"):
            check = self.env["ponto.connection.check"].browse(self.connection.action_check()["res_id"])
            return check.line_ids[:1] if model.endswith("line") else check
        if model.startswith("ponto.agreement"):
            shown = self.env["ponto.agreement"].browse(self.account.action_find_agreement()["res_id"])
            return {"day": shown.day_ids, "finding": shown.finding_ids}.get(model.split(".")[-1], shown)[:1]
        if model.startswith("ponto.match.choose"):
            return self.a_match_record_of(model)
        if model.startswith("ponto.book"):
            return self.a_booking_record_of(model)
        if model == LINE:
            return self.line
        return self.env[model].search([], limit=1)

    def a_match_record_of(self, model):
        dialog = self.env["ponto.match.choose"].browse(self.line.action_ponto_open_match()["res_id"])
        if model.endswith("candidate"):
            return self.env[model].create({"wizard_id": dialog.id, "key": "0"})
        if model.endswith("line"):
            return self.env[model].create({"wizard_id": dialog.id, "amount": 1.0})
        if model.endswith("document"):
            return self.env[model].create({"wizard_id": dialog.id, "item_id": self.line.line_ids[:1].id})
        return dialog

    def a_booking_record_of(self, model):
        if model == "ponto.booking.settings":
            return self.env[model].create({"company_id": self.company.id})
        dialog = self.env["ponto.book"].create({"company_id": self.company.id})
        row = self.env["ponto.book.row"].create({"book_id": dialog.id, "statement_line_id": self.line.id})
        return row if model == "ponto.book.row" else dialog

    def strangers(self):
        """Log in, in turn, everybody who has nothing to do with the books."""
        for user in (self.employee, self.portal):
            with self.subTest(user=user.login):
                self.log_in(user)
                yield user


@tagged("post_install", "-at_install")
class TestRights(AccessCase):
    def _attempts(self, model, record):
        vals = {"name": "x"} if "name" in self.env[model]._fields else {}
        return {
            "r": ("read", [record.id], {"fields": ["id", "display_name"]}),
            "w": ("write", [record.id], {"vals": vals}),
            "c": ("create", None, {"vals_list": [vals]}),
            "u": ("unlink", [record.id], {}),
        }

    @mute_logger(*QUIET)
    def _check(self, user, kind):
        for model, rights in RIGHTS.items():
            record = self.a_record_of(model)
            granted = rights.get(kind, "")
            for letter, (method, ids, kwargs) in self._attempts(model, record).items():
                with self.subTest(user=user.login, model=model, method=method):
                    if letter not in granted:
                        self.assertForbidden(model, method, ids, **kwargs)
                    else:
                        operation = {"r": "read", "w": "write", "c": "create", "u": "unlink"}[letter]
                        self.assertTrue(self.env[model].with_user(user).has_access(operation))
            if "r" in granted and not self.env[model]._transient:
                self.assertTrue(
                    self.call(model, "search_read", domain=[("id", "=", record.id)], fields=["display_name"])
                )

    def test_the_administrator_over_json_rpc(self):
        self._check(self.log_in(self.accountant), "administrator")

    def test_invoicing_over_json_rpc(self):
        self._check(self.log_in(self.invoicing), "invoicing")

    def test_invoicing_by_api_key(self):
        self._check(self.use_api_key(self.invoicing), "invoicing")

    def test_strangers_over_json_rpc(self):
        for user in self.strangers():
            self._check(user, "stranger")

    def test_a_stranger_by_api_key(self):
        self._check(self.use_api_key(self.employee), "stranger")

    @mute_logger(*QUIET)
    def test_nobody_reads_secret_and_token_not_even_the_system_administrator(self):
        system = self._create_user("ponto_system", "base.group_system,account.group_account_manager")
        for log_in in (self.log_in, self.use_api_key):
            log_in(system)
            self.assertForbidden("ponto.token", "search_read", domain=[])
            self.assertForbidden("ponto.connection", "read", self.connection.ids, fields=["client_secret_stored"])
        self.assertNeverAnswered(self.integration.client_secret)

    @mute_logger(*QUIET)
    def test_invoicing_sees_neither_client_id_nor_address(self):
        self.log_in(self.invoicing)
        for name in ("client_id", "client_secret", "api_url"):
            self.assertForbidden("ponto.connection", "read", self.connection.ids, fields=[name])
        self.call("ponto.connection", "web_read", self.connection.ids, specification={"name": {}, "state": {}})
        self.assertNeverAnswered(self.integration.client_id)


@tagged("post_install", "-at_install")
class TestActions(AccessCase):
    """Each public action: who may, and who may not."""

    def _acting(self):
        """Return every action that changes something or asks Ponto: model, method, record."""
        fetch = self.a_record_of("ponto.account.fetch")
        failed = self.env["ponto.transaction"].search([("state", "=", "error")])
        return [
            ("ponto.connection", "action_fetch_accounts", self.connection),
            ("ponto.institution", "action_fetch_accounts", self.institution_record),
            ("ponto.account", "action_fetch_accounts", self.account),
            ("account.journal", "action_ponto_fetch_accounts", self.journal),
            ("ponto.connection", "action_connect", self.connection),
            ("ponto.connection", "action_check", self.connection),
            ("ponto.connection.check", "action_check_again", self.a_record_of("ponto.connection.check")),
            ("ponto.connection.check.line", "action_mend", self.a_record_of("ponto.connection.check.line")),
            ("ponto.connection", "action_synchronize", self.connection),
            ("ponto.account", "action_synchronize", self.account),
            ("ponto.account", "action_poll", self.account),
            ("ponto.account", "action_renew_authorization", self.account),
            ("ponto.account", "action_ask_to_renew", self.account),
            ("ponto.connection", "action_ask_to_renew", self.connection),
            ("account.journal", "action_ponto_renew_authorization", self.journal),
            ("account.journal", "action_ponto_ask_to_renew", self.journal),
            ("account.journal", "action_ponto_synchronize", self.journal),
            ("ponto.account", "action_create_opening_entry", self.account),
            ("ponto.account.opening", "action_confirm", self.a_record_of("ponto.account.opening")),
            ("ponto.account.opening", "action_already_in_books", self.a_record_of("ponto.account.opening")),
            ("ponto.link", "action_undo", self.link),
            ("ponto.synchronization", "action_undo", self.run_with_lines),
            ("ponto.synchronization.undo", "action_confirm", self.a_record_of("ponto.synchronization.undo")),
            ("ponto.file.import", "action_read", self.a_record_of("ponto.file.import")),
            ("ponto.file.import", "action_import", self.a_record_of("ponto.file.import")),
            ("ponto.account.fetch", "action_refresh", fetch),
            ("ponto.account.fetch", "action_confirm", fetch),
            ("ponto.transaction", "action_retry", failed),
        ]

    @mute_logger(*QUIET)
    def _check_refused(self):
        self.env.flush_all()
        for model, method, record in self._acting():
            calls = len(self.sandbox.requests)
            with self.subTest(model=model, method=method):
                self.assertForbidden(model, method, record.ids)
                self.assertEqual(len(self.sandbox.requests), calls, "Ponto was asked")
        self.assertTrue(self.account.linked)

    def test_invoicing_may_not_act(self):
        self.log_in(self.invoicing)
        self._check_refused()

    def test_invoicing_may_not_act_by_api_key(self):
        self.use_api_key(self.invoicing)
        self._check_refused()

    def test_strangers_may_not_act(self):
        for _user in self.strangers():
            self._check_refused()

    def test_the_administrator_may(self):
        self.log_in(self.accountant)
        for model, method in (
            ("ponto.connection", "action_fetch_accounts"),
            ("ponto.institution", "action_fetch_accounts"),
            ("ponto.account", "action_fetch_accounts"),
            ("ponto.connection", "action_connect"),
            ("ponto.connection", "action_check"),
            ("ponto.account", "action_synchronize"),
            ("ponto.connection", "action_synchronize"),
        ):
            with self.subTest(model=model, method=method):
                answer = self.call(model, method, self.env[model].search([]).ids[:1])
                self.assertIn("type", answer)
        for method in ("action_ponto_fetch_accounts", "action_ponto_synchronize"):
            self.assertIn("type", self.call("account.journal", method, self.journal.ids))
        fetch_id = self.call("ponto.connection", "action_fetch_accounts", self.connection.ids)["res_id"]
        fetch_id = self.call("ponto.account.fetch", "action_refresh", [fetch_id])["res_id"]
        self.assertEqual(self.call("ponto.account.fetch", "action_confirm", [fetch_id])["tag"], "display_notification")
        self.run_scheduled_action()
        opening_id = self.call("ponto.account", "action_create_opening_entry", self.account.ids)["res_id"]
        self.call("ponto.account.opening", "action_confirm", [opening_id])
        self.assertEqual(self.account.balance_state, "equal")
        undo_id = self.call("ponto.synchronization", "action_undo", self.run_with_lines.ids)["res_id"]
        self.call("ponto.synchronization.undo", "action_confirm", [undo_id])
        self.assertTrue(self.line.exists(), "a request only asks for it")
        self.assertEqual(self.account.undo_run_id, self.run_with_lines)
        self.run_scheduled_action()
        self.assertFalse(self.line.exists())
        self.call("ponto.link", "action_undo", self.link.ids)
        self.assertFalse(self.link.exists())
        failed = self.env["ponto.transaction"].search([("state", "=", "error")])
        self.call("ponto.transaction", "action_retry", failed.ids)
        self.assertEqual(failed.state, "to_import")

    def test_renewing_leads_to_ponto_and_asking_to_a_mail(self):
        self.log_in(self.accountant)
        for model, prefix, record in (
            ("ponto.account", "action", self.account),
            ("account.journal", "action_ponto", self.journal),
        ):
            action = self.call(model, f"{prefix}_renew_authorization", record.ids)
            self.assertEqual(action["type"], "ir.actions.act_url")
            self.assertTrue(action["url"].startswith(f"{self.sandbox.url}/authorize/"))
            answer = self.call(model, f"{prefix}_ask_to_renew", record.ids)
            self.assertIn("Asked Jan Maes", answer["params"]["message"])
        self.call("ponto.connection", "action_ask_to_renew", self.connection.ids)


@tagged("post_install", "-at_install")
class TestInvoicing(AccessCase):
    def test_invoicing_sees_transactions_and_state_and_writes_nothing(self):
        self.log_in(self.invoicing)
        menus = self.call("ir.ui.menu", "load_menus", False)
        menu = self.env.ref("account_online_ponto.account_bank_statement_line_menu")
        self.assertIn(str(menu.id), menus)
        lines = self.call(
            LINE, "search_read", domain=[("is_ponto", "=", True)], fields=["payment_ref", "running_balance"]
        )
        self.assertEqual([line["payment_ref"] for line in lines], ["Imported"])
        states = ["state", "balance_state", "balance_message", "waiting_count", "waiting_message", "last_error_message"]
        self.assertEqual(self.call("ponto.account", "read", self.account.ids, fields=states)[0]["state"], "linked")
        self.call("account.journal", "read", self.journal.ids, fields=["ponto_account_id", "ponto_state"])
        with mute_logger(*QUIET):
            self.assertForbidden(LINE, "write", self.line.ids, vals={"payment_ref": "Changed"})
            self.assertForbidden(LINE, "unlink", self.line.ids)

    def test_strangers_have_no_menu(self):
        menu = self.env.ref("account_online_ponto.account_bank_statement_line_menu")
        self.log_in(self.employee)
        menus = self.call("ir.ui.menu", "load_menus", False)
        self.assertNotIn(str(menu.id), menus)
        self.assertNotIn(str(self.env.ref("account.menu_finance").id), menus)


@tagged("post_install", "-at_install")
class TestSecondCompany(AccessCase):
    """An Administrator of Invoicing of another company sees and moves nothing of the first."""

    def prepare(self):
        super().prepare()
        self.other_company = self._create_company("Brouwerij Peeters")
        self.stranger = self._create_user("ponto_other", "account.group_account_manager", self.other_company)
        self.own_connection = self.new_connection(company_id=self.other_company.id)

    def setUp(self):
        super().setUp()
        self.log_in(self.stranger)

    def test_it_finds_nothing(self):
        for model in STORED:
            found = self.call(
                model, "search_read", domain=[("company_id", "=", self.company.id)], fields=["display_name"]
            )
            self.assertEqual(found, [], model)
        self.assertEqual(
            [found["id"] for found in self.call("ponto.connection", "search_read", domain=[])], self.own_connection.ids
        )

    @mute_logger(*QUIET)
    def test_it_reads_and_moves_nothing_by_id(self):
        for model in STORED:
            self.assertForbidden(model, "read", self.a_record_of(model).ids, fields=["display_name"])
        for model, method, record in (
            ("ponto.connection", "action_connect", self.connection),
            ("ponto.connection", "action_check", self.connection),
            ("ponto.connection.check", "action_check_again", self.a_record_of("ponto.connection.check")),
            ("ponto.connection.check.line", "action_mend", self.a_record_of("ponto.connection.check.line")),
            ("ponto.connection", "action_fetch_accounts", self.connection),
            ("ponto.connection", "action_synchronize", self.connection),
            ("ponto.account", "action_synchronize", self.account),
            ("ponto.account", "action_create_opening_entry", self.account),
            ("ponto.institution", "action_fetch_accounts", self.institution_record),
            ("ponto.transaction", "action_retry", self.account.transaction_ids),
            ("ponto.synchronization", "action_undo", self.run_with_lines),
            ("ponto.synchronization.undo", "action_confirm", self.a_record_of("ponto.synchronization.undo")),
            ("ponto.link", "action_undo", self.link),
            ("ponto.account", "action_renew_authorization", self.account),
            ("ponto.account", "action_ask_to_renew", self.account),
            ("ponto.connection", "action_ask_to_renew", self.connection),
            (LINE, "action_ponto_accept", self.line),
            (LINE, "action_ponto_open_match", self.line),
            ("ponto.match.choose", "action_match", self.a_record_of("ponto.match.choose")),
            ("ponto.payment.alarm", "action_dismiss", self.a_record_of("ponto.payment.alarm")),
            ("account.journal", "action_ponto_synchronize", self.journal),
            ("account.journal", "action_ponto_renew_authorization", self.journal),
            ("account.journal", "action_ponto_ask_to_renew", self.journal),
        ):
            with self.subTest(model=model, method=method):
                self.assertForbidden(model, method, record.ids)
        self.assertForbidden("ponto.connection", "write", self.connection.ids, vals={"name": "Mine"})
        self.assertForbidden("ponto.account", "write", self.account.ids, vals={"import_from": "2020-01-01"})

    @mute_logger(*QUIET)
    def test_it_links_and_stops_no_account_of_the_first_company(self):
        fresh = self.account.copy(
            {"ponto_id": "fresh", "connection_id": self.connection.id, "reference": "BE02001234567840"}
        )
        self.env.flush_all()
        for account, selected in ((fresh, True), (self.account, False)):
            line = {"account_id": account.id, "selected": selected, "import_scope": "all", "import_from": "2026-01-01"}
            with self.subTest(account=account.display_name), self.assertRaisesRegex(RpcRefused, "AccessError"):
                wizard_ids = self.call(
                    "ponto.account.fetch",
                    "create",
                    [{"connection_id": self.own_connection.id, "line_ids": [Command.create(line)]}],
                )
                self.call("ponto.account.fetch", "action_confirm", wizard_ids)
        self.assertFalse(fresh.linked)
        self.assertTrue(self.account.linked)

    @mute_logger(*QUIET)
    def test_wizards_show_nothing_of_the_first_company(self):
        for model, vals in (
            ("ponto.account.fetch", {"connection_id": self.connection.id}),
            ("ponto.account.opening", {"account_id": self.account.id, "date": "2026-01-01", "amount": 1.0}),
            ("ponto.synchronization.undo", {"synchronization_id": self.run_with_lines.id}),
        ):
            with self.subTest(model=model), self.assertRaises(RpcRefused):
                self.call(model, "read", self.call(model, "create", [vals]))
        self.assertNeverAnswered(self.account.reference, self.journal.name)
