from odoo.tests import tagged
from odoo.tools import mute_logger

from .rpc_case import RpcRefused
from .test_access import QUIET, AccessCase
from .test_public_methods import PUBLIC_METHODS

# They take no records.
OF_MODELS = {"action_come_back", "action_view_all_companies"}


@tagged("post_install", "-at_install")
class TestPublicRights(AccessCase):
    """Each public method asks for a right, also one that only opens a screen."""

    def prepare(self):
        super().prepare()
        self.records = {model: self.a_record(model).ids for model, methods in PUBLIC_METHODS.items() if methods}
        self.env.flush_all()

    def a_record(self, model):
        return self.journal if model == "account.journal" else self.a_record_of(model)

    def each_method(self):
        for model, ids in self.records.items():
            for method in sorted(PUBLIC_METHODS[model]):
                yield model, method, None if method in OF_MODELS else ids

    @mute_logger(*QUIET)
    def test_who_has_nothing_to_do_with_invoicing_is_refused(self):
        for _user in self.strangers():
            for model, method, ids in self.each_method():
                with self.subTest(model=model, method=method):
                    self.assertForbidden(model, method, ids)
                    if ids:
                        with self.assertRaises(RpcRefused):
                            self.call(model, method, [])
        self.assertNeverAnswered(self.account.reference)

    @mute_logger(*QUIET)
    def test_by_api_key_too(self):
        self.use_api_key(self.employee)
        for model, method, ids in self.each_method():
            with self.subTest(model=model, method=method):
                self.assertForbidden(model, method, ids)

    @mute_logger(*QUIET)
    def test_an_administrator_of_another_company_is_refused(self):
        company = self._create_company("Brouwerij Peeters")
        self.log_in(self._create_user("ponto_other", "account.group_account_manager", company))
        for model, method, ids in self.each_method():
            if ids:
                with self.subTest(model=model, method=method):
                    self.assertForbidden(model, method, ids)
        self.assertNeverAnswered(self.account.reference)

    @mute_logger(*QUIET)
    def test_invoicing_opens_what_it_may_see(self):
        self.log_in(self.invoicing)
        for model, method in (
            ("ponto.connection", "action_open_ponto"),
            ("ponto.connection", "action_view_log"),
            ("ponto.connection", "action_view_renewals"),
            ("ponto.account", "action_view_balance"),
            ("ponto.account", "action_view_bank_transactions"),
            ("ponto.account", "action_view_links"),
            ("ponto.account", "action_view_log"),
            ("ponto.account", "action_view_renewals"),
            ("ponto.account", "action_view_transactions"),
            ("ponto.synchronization", "action_view_links"),
            ("ponto.synchronization", "action_view_transactions"),
            ("ponto.balance.day", "action_view_items"),
            ("ponto.balance.day", "action_view_transactions"),
            ("account.journal", "action_ponto_review"),
            ("account.journal", "action_ponto_view_alarms"),
            ("account.journal", "action_ponto_view_matches"),
            ("account.journal", "action_view_bank_transactions"),
        ):
            with self.subTest(model=model, method=method):
                self.assertIn("type", self.call(model, method, self.records[model]))
        self.assertIn("type", self.call("ponto.account", "action_view_all_companies"))
        self.assertIn("exact", self.call("account.journal", "get_ponto_review", self.journal.ids))

    @mute_logger(*QUIET)
    def test_invoicing_opens_no_dialog_that_it_cannot_use(self):
        self.log_in(self.invoicing)
        for model, method in (
            ("account.journal", "action_ponto_import_file"),
            ("ponto.account", "action_import_file"),
            ("ponto.account", "action_create_opening_entry"),
            ("account.bank.statement.line", "action_undo_match"),
        ):
            with self.subTest(model=model, method=method):
                self.assertForbidden(model, method, self.records[model])
