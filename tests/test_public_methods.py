import inspect

from odoo.models import BaseModel
from odoo.tests import tagged

from .common import PontoCase

OURS = "odoo.addons.account_online_ponto."
LINE = "account.bank.statement.line"
# Methods without an underscore, which anybody may call at /json/2: each one is here because it checks who calls.
PUBLIC_METHODS = {
    "ponto.connection": {
        "action_ask_to_renew",
        "action_check",
        "action_connect",
        "action_fetch_accounts",
        "action_open_ponto",
        "action_synchronize",
        "action_take_over",
        "action_view_log",
        "action_view_renewals",
    },
    "ponto.institution": {"action_fetch_accounts"},
    "ponto.account": {
        "action_ask_to_renew",
        "action_close_account",
        "action_come_back",
        "action_create_opening_entry",
        "action_fetch_accounts",
        "action_find_agreement",
        "action_import_file",
        "action_poll",
        "action_renew_authorization",
        "action_synchronize",
        "action_view_all_companies",
        "action_view_balance",
        "action_view_bank_transactions",
        "action_view_links",
        "action_view_log",
        "action_view_renewals",
        "action_view_transactions",
    },
    "ponto.renewal": set(),
    "ponto.renewal.line": set(),
    "ponto.renewal.request": set(),
    "ponto.link": {"action_undo"},
    "ponto.transaction": {"action_import_again", "action_import_on_open_day", "action_retry"},
    "ponto.synchronization": {"action_undo", "action_view_links", "action_view_transactions"},
    "ponto.balance.day": {"action_view_items", "action_view_transactions"},
    "ponto.synchronization.undo": {"action_confirm"},
    "ponto.refresh": set(),
    "ponto.token": set(),
    "ponto.account.fetch": {
        "action_confirm",
        "action_open_connection",
        "action_open_ponto",
        "action_refresh",
        "action_take_over",
    },
    "ponto.account.fetch.line": {"action_find_agreement"},
    "ponto.account.opening": {"action_already_in_books", "action_confirm"},
    "ponto.file.import": {"action_import", "action_read"},
    "ponto.file.import.line": set(),
    "ponto.file.reading": set(),
    "ponto.connection.check": {"action_check_again"},
    "ponto.connection.check.line": {"action_mend"},
    "ponto.agreement": {"action_back", "action_start_here"},
    "ponto.agreement.day": set(),
    "ponto.agreement.finding": {"action_open_at_bank", "action_open_in_books"},
    "account.journal": {
        "action_ponto_apply_exact",
        "action_ponto_ask_to_renew",
        "action_ponto_close_account",
        "action_ponto_fetch_accounts",
        "action_ponto_find_agreement",
        "action_ponto_import_file",
        "action_ponto_look_again",
        "action_ponto_renew_authorization",
        "action_ponto_review",
        "action_ponto_synchronize",
        "action_ponto_take_over",
        "action_ponto_view_account",
        "action_ponto_view_alarms",
        "action_ponto_view_balance",
        "action_ponto_view_links",
        "action_ponto_view_log",
        "action_ponto_view_matches",
        "action_ponto_view_transactions",
        "action_ponto_view_waiting",
        "action_view_bank_transactions",
        "get_ponto_review",
    },
    "account.bank.statement": set(),
    LINE: {"action_ponto_accept", "action_ponto_book", "action_ponto_open_match", "action_undo_match"},
    "ponto.match": set(),
    "ponto.matching": set(),
    "ponto.partner.mapping": set(),
    "ponto.payment.alarm": {"action_dismiss"},
    "ponto.match.choose": {
        "action_book_like_last_time",
        "action_create_contact",
        "action_match",
        "action_on_account",
        "action_private",
    },
    "ponto.match.choose.candidate": {"action_accept", "action_dismiss"},
    "ponto.match.choose.document": set(),
    "ponto.match.choose.line": set(),
    "ponto.book": {"action_book", "action_on_account", "action_private"},
    "ponto.book.row": set(),
    "ponto.booking.settings": {"action_save"},
}


@tagged("post_install", "-at_install")
class TestPublicMethods(PontoCase):
    """Odoo 19 answers every public method over the network (doc/decisions.md, 38)."""

    def test_no_helper_is_public_by_accident(self):
        for model, expected in PUBLIC_METHODS.items():
            self.assertEqual(self._get_own_public_methods(model), expected, model)

    def _get_own_public_methods(self, model):
        """Return the public methods that only this addon defines on a model.

        :param str model: its name
        :return set: names
        """
        own, of_others = set(), set(dir(BaseModel))
        for cls in type(self.env[model]).mro():
            names = {name for name, value in vars(cls).items() if inspect.isfunction(value)}
            if cls.__module__.startswith(OURS):
                own |= {name for name in names if not hasattr(vars(cls)[name], "_api_private")}
            else:
                of_others |= names
        return {name for name in own - of_others if not name.startswith("_")}
