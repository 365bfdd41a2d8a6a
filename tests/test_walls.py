from contextlib import suppress

from odoo import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .rpc_case import RpcRefused
from .test_access import QUIET, AccessCase

CONNECTION = "ponto.connection"
STATEMENT = "account.bank.statement"
THEIR_IBAN = "BE43068999999501"


class WallCase(AccessCase):
    """The accountant of one company, and another company whose records he names by their ids."""

    def prepare(self):
        super().prepare()
        self.theirs = self._create_company("Brouwerij Peeters")
        env = self.env(context={**self.env.context, "allowed_company_ids": self.theirs.ids})
        vals = {"name": f"Secret Journal {THEIR_IBAN}", "code": "SECR", "type": "bank", "company_id": self.theirs.id}
        self.their_journal = env["account.journal"].create(vals)
        self.their_contact = env["res.partner"].create({"name": "Secret Contact", "company_id": self.theirs.id})
        self.their_connection = self.new_connection(name="Secret Connection", company_id=self.theirs.id)
        self.their_bank = self.institution_record.copy(
            {"name": "Secret Bank", "ponto_id": "theirs", "connection_id": self.their_connection.id}
        )
        account = {"ponto_id": "theirs", "reference": THEIR_IBAN, "holder_name": "Secret Holder"}
        self.their_account = self.account.copy(
            {
                **account,
                "connection_id": self.their_connection.id,
                "institution_id": self.their_bank.id,
                "journal_id": False,
            }
        )
        self.their_run = self.env["ponto.synchronization"].create(
            {"account_id": self.their_account.id, "state": "done", "trigger": self.run_with_lines.trigger}
        )
        line = {"journal_id": self.their_journal.id, "date": "2026-01-15", "amount": 7.0, "payment_ref": "Secret Line"}
        self.their_line = env["account.bank.statement.line"].create(line)
        self.their_ledger_account = env["account.account"].create(
            {"name": "Secret Account", "code": "S1", "account_type": "expense", "company_ids": self.theirs.ids}
        )
        self.env.flush_all()

    def setUp(self):
        super().setUp()
        self.log_in(self.accountant)

    def tearDown(self):
        if self.answers:
            self.assertNeverAnswered("Secret", THEIR_IBAN)
        super().tearDown()


@tagged("post_install", "-at_install")
class TestWalls(WallCase):
    """No record of a company goes over to another one, and none names what is not its company's."""

    def _give_away(self):
        """Try to give a connection to the other company, in every way that a call has."""
        theirs, spec = self.theirs.id, {"company_id": {"fields": {"display_name": {}}}}
        draft = self.new_connection(client_id="other")
        self.env.flush_all()
        vals = {"name": "Mine", "client_id": "x"}
        for connection in (draft, self.connection):
            self.assertForbidden(CONNECTION, "write", connection.ids, vals={"company_id": theirs})
            self.assertForbidden(
                CONNECTION, "web_save", connection.ids, vals={"company_id": theirs}, specification=spec
            )
            self.assertForbidden(CONNECTION, "onchange", connection.ids, {"company_id": theirs}, ["company_id"], spec)
        self.assertForbidden(CONNECTION, "create", [{**vals, "company_id": theirs}])
        self.assertForbidden(CONNECTION, "create", [vals], context={"default_company_id": theirs})
        self.assertForbidden(CONNECTION, "copy", draft.ids, {"company_id": theirs})
        self.assertForbidden(CONNECTION, "onchange", [], {"company_id": theirs}, [], spec)
        self.assertEqual((draft | self.connection).company_id, self.company)
        self.assertEqual(self.env[CONNECTION].search([("company_id", "=", theirs)]), self.their_connection)

    @mute_logger(*QUIET)
    def test_a_connection_is_not_given_to_a_company_that_is_not_the_users(self):
        self._give_away()

    @mute_logger(*QUIET)
    def test_nor_by_who_may_read_all_companies(self):
        self.log_in(self._create_user("ponto_rights", "base.group_erp_manager,account.group_account_manager"))
        self._give_away()

    def test_a_draft_goes_over_to_another_company_of_the_user(self):
        own = self._create_company("Bakkerij Maes Gent")
        self.accountant.company_ids |= own
        draft = self.new_connection(client_id="other")
        self.env.flush_all()
        self.call(CONNECTION, "write", draft.ids, vals={"company_id": own.id})
        self.assertEqual(draft.company_id, own)

    @mute_logger(*QUIET)
    def test_a_connection_names_nothing_of_another_company(self):
        contact = {"renewer_id": self.their_contact.id}
        spec = {"renewer_id": {"fields": {"display_name": {}}}}
        self.assertForbidden(CONNECTION, "write", self.connection.ids, vals=contact)
        self.assertForbidden(CONNECTION, "web_save", self.connection.ids, vals=contact, specification=spec)
        self.assertForbidden(CONNECTION, "create", [{"client_id": "x", **contact}])
        for vals in (
            {"account_ids": [Command.link(self.their_account.id)]},
            {"account_ids": [Command.set(self.their_account.ids)]},
            {"account_ids": [Command.update(self.their_account.id, {"import_from": "2020-01-01"})]},
            {"institution_ids": [Command.link(self.their_bank.id)]},
        ):
            self.assertForbidden(CONNECTION, "write", self.connection.ids, vals=vals)
        self.assertEqual(self.their_account.connection_id, self.their_connection)
        self.assertForbidden("ponto.account", "write", self.account.ids, vals={"mandate_id": self.their_contact.id})
        spec = {"mandate_id": {"fields": {"display_name": {}}}}
        vals = {"mandate_id": self.their_contact.id}
        self.assertForbidden("ponto.account", "onchange", self.account.ids, vals, ["mandate_id"], spec)
        self.assertFalse(self.account.mandate_id)

    @mute_logger(*QUIET)
    def test_an_account_is_not_moved_to_another_connection_or_journal(self):
        own = self.new_connection(client_id="other")
        self.env.flush_all()
        for vals in (
            {"connection_id": self.their_connection.id},
            {"connection_id": own.id},
            {"company_id": self.theirs.id},
            {"journal_id": self.their_journal.id},
            {"institution_id": self.their_bank.id},
        ):
            self.assertForbidden("ponto.account", "write", self.account.ids, vals=vals)
        self.assertForbidden(CONNECTION, "write", own.ids, vals={"account_ids": [Command.link(self.account.id)]})
        journal = {"ponto_account_ids": [Command.link(self.their_account.id)]}
        self.assertForbidden("account.journal", "write", self.journal.ids, vals=journal)
        self.assertEqual(self.account.connection_id, self.connection)

    @mute_logger(*QUIET)
    def test_a_statement_is_not_said_to_be_made_from_an_account(self):
        spec = {"ponto_account_id": {"fields": {"display_name": {}}}}
        statement = self.env[STATEMENT].create({"name": "Typed", "line_ids": [Command.set(self.line.ids)]})
        self.env.flush_all()
        for account in (self.their_account, self.account):
            vals = {"ponto_account_id": account.id, "ponto_period_start": "2026-01-01"}
            self.assertForbidden(STATEMENT, "write", statement.ids, vals=vals)
            self.assertForbidden(STATEMENT, "web_save", statement.ids, vals=vals, specification=spec)
            self.assertForbidden(STATEMENT, "create", [{"name": "Forged", **vals}])
            default = {"default_ponto_account_id": account.id, "default_ponto_period_start": "2026-01-01"}
            created = self.call(STATEMENT, "create", [{"name": "Mine"}], context=default)
            self.assertFalse(self.env[STATEMENT].browse(created).ponto_account_id)
            created = self.env[STATEMENT].browse(created)
            self.call(STATEMENT, "unlink", created.ids)
        self.assertFalse(self.their_account.declined_periods)
        self.assertFalse(statement.ponto_account_id)

    def test_what_only_a_synchronization_writes_has_no_default_of_the_caller(self):
        context = {"default_state": "connected", "default_organization_name": "x", "default_failure_count": 3}
        created = self.call(CONNECTION, "create", [{"name": "Mine", "client_id": "x"}], context=context)
        connection = self.env[CONNECTION].browse(created)
        self.assertEqual((connection.state, connection.organization_name), ("draft", False))
        self.assertEqual(connection.failure_count, 0)

    @mute_logger(*QUIET, "odoo.addons.mail.models.mail_render_mixin")
    def test_the_link_of_who_renews_is_rendered_for_nobody_else(self):
        renewal = self.env["ponto.renewal"].search([], limit=1)
        template = self.env.ref("account_online_ponto.mail_template_renewal")
        spec = {"body": {}}
        for user in (self.invoicing, self.accountant):
            self.log_in(user)
            for mode in ("comment", "mass_mail"):
                vals = {
                    "template_id": template.id,
                    "model": "ponto.renewal",
                    "res_ids": str(renewal.ids),
                    "composition_mode": mode,
                }
                with self.subTest(user=user.login, mode=mode):
                    for method, arguments in (
                        ("create", [[vals]]),
                        ("web_save", [[], vals, spec]),
                        ("onchange", [[], vals, list(vals), spec]),
                    ):
                        # Refused, or answered without it.
                        with suppress(RpcRefused):
                            answer = self.call("mail.compose.message", method, *arguments)
                            if method == "create":
                                self.call("mail.compose.message", "read", answer, fields=["body"])
            mail = {"email_to": "somebody@example.com"}
            with self.assertRaises(RpcRefused):
                self.call("mail.template", "send_mail", template.ids, renewal.id, email_values=mail)
        self.assertNeverAnswered("/ponto/renew/")

    @mute_logger(*QUIET, "odoo.addons.mail.models.mail_render_mixin")
    def test_nor_where_odoo_renders_a_mail_as_superuser(self):
        """Who may not edit templates writes mails with them all the same: Odoo renders what he has not changed."""
        renewal = self.env["ponto.renewal"].search([], limit=1)
        self.env["ir.config_parameter"].set_param("mail.restrict.template.rendering", True)
        self.log_in(self.invoicing)
        vals = {
            "template_id": self.env.ref("account_online_ponto.mail_template_renewal").id,
            "model": "ponto.renewal",
            "res_ids": str(renewal.ids),
            "composition_mode": "mass_mail",
        }
        composer = self.call("mail.compose.message", "create", [vals])
        self.assertRefused("link is for who renews", "mail.compose.message", "action_send_mail", composer)
