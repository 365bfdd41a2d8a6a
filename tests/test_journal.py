import json
from datetime import timedelta

from freezegun import freeze_time

from odoo import Command, fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import format_date

EXTRA_QUERIES = 6  # doc/decisions.md, 29


class PontoJournalCommon(AccountTestInvoicingCommon):
    """Accounts of Ponto linked to journals, without a server: the cards only show what is stored."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.journal = cls.company_data["default_journal_bank"]
        cls.connection = (
            cls.env["ponto.connection"]
            .sudo()
            .create({"name": "Ponto", "company_id": cls.company.id, "client_id": "client", "client_secret": "secret"})
        )
        cls.institution = (
            cls.env["ponto.institution"]
            .sudo()
            .create({"connection_id": cls.connection.id, "ponto_id": "institution-1", "name": "First Bank"})
        )

    @classmethod
    def _link(cls, journal, **vals):
        """Create a linked account of Ponto, authorized for another hundred days.

        :param journal: its ``account.journal``
        :param vals: further values of ``ponto.account``
        :return: ``ponto.account``
        """
        now = fields.Datetime.now()
        journal.sudo().bank_statements_source = "ponto"
        return (
            cls.env["ponto.account"]
            .sudo()
            .create(
                {
                    "connection_id": cls.connection.id,
                    "institution_id": cls.institution.id,
                    "ponto_id": f"account-{journal.id}",
                    "reference": f"BE{journal.id:014d}",
                    "reference_type": "IBAN",
                    "currency_code": cls.company.currency_id.name,
                    "journal_id": journal.id,
                    "linked": True,
                    "import_from": fields.Date.today() - timedelta(days=30),
                    "authorized_at": now - timedelta(days=80),
                    "authorization_expected_at": now + timedelta(days=100),
                    **vals,
                }
            )
        )

    @classmethod
    def _add_transaction(cls, account, number, **vals):
        """Create a transaction of Ponto on an account.

        :param account: ``ponto.account``
        :param number: int, makes its id unique
        :param vals: further values of ``ponto.transaction``
        :return: ``ponto.transaction``
        """
        return (
            cls.env["ponto.transaction"]
            .sudo()
            .create(
                {
                    "account_id": account.id,
                    "company_id": cls.company.id,
                    "ponto_id": f"{account.ponto_id}-{number}",
                    "amount": 10.0,
                    "state": "to_import",
                    **vals,
                }
            )
        )

    def _card(self, journal, user=None):
        """Return what the dashboard's card of a journal shows.

        :param journal: ``account.journal``
        :param user: whose dashboard it is, else the test's user
        :return: dict, the card's data about Ponto, or None
        """
        journal = journal.with_user(user or self.env.user)
        journal.invalidate_recordset()
        return json.loads(journal.kanban_dashboard).get("ponto")


@tagged("post_install", "-at_install")
class TestJournal(PontoJournalCommon):
    def test_ponto_is_a_feed_that_a_journal_may_have(self):
        selection = self.env["account.journal"].fields_get(["bank_statements_source"])["bank_statements_source"]
        self.assertIn(("ponto", "Ponto"), selection["selection"])
        self.journal.bank_statements_source = "ponto"
        self.assertEqual(self.journal.bank_statements_source, "ponto")

    def test_the_linked_account_is_the_one_of_the_journal(self):
        self.assertFalse(self.journal.ponto_account_id)
        account = self._link(self.journal)
        self.assertEqual(self.journal.ponto_account_id, account)
        journals = self.env["account.journal"]
        self.assertEqual(journals.search([("ponto_account_id", "=", account.id)]), self.journal)
        self.assertNotIn(self.journal, journals.search([("ponto_account_id", "=", False)]))
        account.linked = False
        self.assertFalse(self.journal.ponto_account_id)
        self.assertFalse(journals.search([("ponto_account_id", "=", account.id)]))
        self.assertIn(self.journal, journals.search([("ponto_account_id", "=", False)]))

    def test_a_copied_journal_has_no_feed(self):
        self._link(self.journal)
        copied = self.journal.copy()
        self.assertEqual(copied.bank_statements_source, "undefined")
        self.assertFalse(copied.ponto_account_id)

    def test_a_journal_without_ponto_has_a_card_as_before(self):
        self.assertIsNone(self._card(self.journal))

    def test_a_journal_that_waits_for_its_account_offers_to_fetch_accounts(self):
        self.journal.bank_statements_source = "ponto"
        self.assertEqual(self._card(self.journal), {"linked": False})

    def test_the_card_says_until_when_the_account_is_authorized(self):
        self._link(self.journal)
        card = self._card(self.journal)
        self.assertTrue(card["authorization"].startswith("Authorized until "), card["authorization"])
        self.assertEqual(card["authorization_level"], "muted")
        self.assertFalse(card["renewable"])

    @freeze_time("2026-03-03 10:00")  # far from a change of the clocks, and from midnight
    def test_the_card_warns_thirty_days_before_the_authorization_ends(self):
        self._link(self.journal, authorization_expected_at=fields.Datetime.now() + timedelta(days=9))
        card = self._card(self.journal)
        self.assertTrue(card["authorization"].startswith("Authorization expires in 9 days, on "), card["authorization"])
        self.assertEqual(card["authorization_level"], "warning")
        self.assertTrue(card["renewable"])

    def test_the_card_says_that_the_authorization_expired(self):
        self._link(self.journal, authorization_expected_at=fields.Datetime.now() - timedelta(days=1))
        card = self._card(self.journal)
        self.assertTrue(card["authorization"].startswith("Authorization expired on "))
        self.assertEqual(card["authorization_level"], "danger")
        self.assertTrue(card["renewable"])

    def test_a_refusal_without_a_known_date_is_said_too(self):
        self._link(
            self.journal,
            authorized_at=False,
            authorization_expected_at=False,
            authorization_refused_at=fields.Datetime.now(),
        )
        card = self._card(self.journal)
        today = format_date(self.env, fields.Date.context_today(self.journal))
        self.assertEqual(card["authorization"], f"Authorization expired on {today}")
        self.assertTrue(card["renewable"])

    def test_an_account_of_unknown_authorization_says_nothing_about_it(self):
        self._link(self.journal, authorized_at=False, authorization_expected_at=False)
        self.assertEqual(self._card(self.journal)["authorization"], "")

    def test_the_card_says_that_the_account_was_switched_off(self):
        self._link(self.journal, listed=False)
        card = self._card(self.journal)
        self.assertEqual(
            card["authorization"], "Not shared by Ponto: switched off in your integration, or closed at the bank."
        )
        self.assertEqual(card["authorization_level"], "danger")
        self.assertFalse(card["renewable"])

    def test_the_card_shows_the_last_error_of_the_account(self):
        account = self._link(self.journal, last_error_code="connectionFailed")
        self.assertEqual(self._card(self.journal)["error"], account.last_error_message)
        self.assertTrue(account.last_error_message)

    def test_the_card_shows_that_the_credentials_are_refused(self):
        self._link(self.journal)
        self.connection.write({"state": "error", "last_error_message": "Ponto refuses the credentials."})
        self.assertEqual(self._card(self.journal)["error"], "Ponto refuses the credentials.")

    def test_the_card_counts_the_transactions_that_wait(self):
        account = self._link(self.journal)
        self._add_transaction(account, 1, reason="no_rate")
        self._add_transaction(account, 2, state="error", reason="amount")
        self._add_transaction(account, 3, state="imported")
        self.assertEqual(self._card(self.journal)["waiting_count"], 2)

        action = self.journal.action_ponto_view_waiting()
        self.assertEqual(action["res_model"], "ponto.transaction")
        self.assertIn("search_default_error", action["context"])

    def test_renew_leads_to_the_website_of_ponto(self):
        self._link(self.journal)
        action = self.journal.action_ponto_renew_authorization()
        self.assertEqual((action["type"], action["url"]), ("ir.actions.act_url", "https://dashboard.myponto.com"))

    def test_the_balance_check_leads_to_the_account(self):
        account = self._link(self.journal)
        self.assertEqual(self.journal.action_ponto_view_account()["res_id"], account.id)

    def test_the_balance_check_is_never_red_by_ignorance(self):
        self._link(self.journal)
        self.assertEqual(self._card(self.journal)["balance_state"], "unknown")

    def test_a_dashboard_costs_at_most_six_more_queries_for_any_number_of_journals(self):
        few = self.env["account.journal"].create(
            [{"name": f"Few {n}", "code": f"FEW{n}", "type": "bank"} for n in range(2)]
        )
        many = self.env["account.journal"].create(
            [{"name": f"Many {n}", "code": f"M{n:03d}", "type": "bank"} for n in range(12)]
        )
        before = self._count_queries(few), self._count_queries(many)
        now = fields.Datetime.now()
        for journal in few + many:
            # Different from the books, and something waits: everything that a card can have to explain.
            account = self._link(
                journal,
                has_bank_balance=True,
                bank_balance=100.0,
                bank_balance_date=now.date(),
                pull_complete=True,
                synchronized_at=now,
                pulled_synchronized_at=now,
            )
            self._add_transaction(account, 1, reason="no_rate")
        self.assertEqual(self._card(many[0])["balance_state"], "different")
        after = self._count_queries(few), self._count_queries(many)
        self.assertLessEqual(after[0] - before[0], EXTRA_QUERIES)
        self.assertLessEqual(after[1] - before[1], EXTRA_QUERIES)

    def _count_queries(self, journals):
        journals = journals.with_prefetch(journals.ids)
        self.env.flush_all()
        journals.mapped("kanban_dashboard")  # warms the caches of the registry
        self.env.invalidate_all()
        start = self.env.cr.sql_log_count
        journals.mapped("kanban_dashboard")
        return self.env.cr.sql_log_count - start

    def test_the_dashboard_of_a_user_of_a_branch_does_not_fail(self):
        self._link(self.journal)
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        user = new_test_user(
            self.env,
            login="branch-basic",
            groups="account.group_account_basic",
            company_id=branch.id,
            company_ids=[Command.set(branch.ids)],
        )
        journal = self.journal.with_user(user).with_company(branch)
        self.assertEqual(json.loads(journal.kanban_dashboard)["ponto"]["linked"], True)

    def test_only_who_may_read_ponto_gets_it_on_the_card(self):
        journals = self.env["account.journal"]
        employee = new_test_user(self.env, login="employee", groups="base.group_user")
        invoicing = new_test_user(self.env, login="invoicing", groups="account.group_account_invoice")
        self.assertFalse(journals.with_user(employee)._may_read_ponto())
        self.assertTrue(journals.with_user(invoicing)._may_read_ponto())

    def test_fetch_transactions_says_when_no_account_is_linked(self):
        for action in (
            "action_ponto_synchronize",
            "action_ponto_renew_authorization",
            "action_ponto_view_waiting",
            "action_ponto_view_account",
        ):
            with self.subTest(action), self.assertRaisesRegex(UserError, "No Ponto account is linked"):
                getattr(self.journal, action)()

    def test_the_card_opens_the_bank_transactions_of_the_journal(self):
        self._link(self.journal)
        action = self.journal.open_action()
        self.assertEqual(action["res_model"], "account.bank.statement.line")
        self.assertEqual(action["context"]["search_default_journal_id"], self.journal.id)

    def test_several_journals_open_in_one_list(self):
        journals = self.journal + self.journal.copy()
        action = journals.action_view_bank_transactions()
        self.assertIn(("journal_id", "in", journals.ids), action["domain"])

    def test_other_journals_open_what_they_did(self):
        self.assertEqual(self.journal.open_action()["res_model"], "account.bank.statement")
        self._link(self.journal)
        statements = self.journal.with_context(action_name="action_bank_statement_tree").open_action()
        self.assertEqual(statements["res_model"], "account.bank.statement")

    def test_the_screen_of_another_module_keeps_its_button(self):
        self._link(self.journal)
        installed = {**self.env["ir.module.module"]._installed(), "account_reconcile_oca": 1}
        self.patch(self.env.registry["ir.module.module"], "_installed", lambda self: installed)
        self.assertEqual(self.journal.open_action()["res_model"], "account.bank.statement")
        self.assertEqual(self.journal.action_view_bank_transactions()["res_model"], "account.bank.statement.line")

    def test_fetch_accounts_of_a_linked_journal_opens_its_connection(self):
        self._link(self.journal)
        self.connection.state = "connected"
        action = self.journal.action_ponto_fetch_accounts()
        self.assertEqual(action["res_model"], "ponto.account.fetch")
        wizard = self.env["ponto.account.fetch"].browse(action["res_id"])
        self.assertEqual(wizard.connection_id, self.connection)

    def test_fetch_accounts_of_a_company_without_connection_starts_one(self):
        other = self.setup_other_company()
        action = other["default_journal_bank"].action_ponto_fetch_accounts()
        self.assertEqual(action["res_model"], "ponto.connection")
        self.assertEqual(action["context"]["default_company_id"], other["company"].id)
