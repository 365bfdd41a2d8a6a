"""Each reminder once, whatever moves; none lost; and what was asked stays known."""

from datetime import datetime, timedelta

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .authorization_case import ACTIVITY, AuthorizationCase


@tagged("post_install", "-at_install")
class TestReminders(AuthorizationCase):
    def prepare(self):
        super().prepare()
        self.account = self.link(responsible_user_id=self.accountant.id)

    def renewals(self):
        return self.env["ponto.renewal"].search([("connection_id", "=", self.connection.id)], order="id")

    def activity(self):
        return self.connection.activity_search([ACTIVITY])

    def test_an_end_that_moves_around_midnight_sends_no_stage_twice(self):
        self.let_end(self.account, days=14)
        end = datetime(2026, 3, 16, 22, 59)  # a minute before midnight in Brussels
        for day in range(20):
            self.account.authorization_expected_at = end + timedelta(minutes=2 * (day % 2))
            self.check()
            self.frozen.tick(timedelta(days=1))
        self.assertEqual(len(self.mails()), 4)

    def test_a_refusal_soon_after_a_renewal_is_told(self):
        self.let_end(self.account, days=0)
        self.check()
        self.bank.renew(self.bank_account)
        self.pass_days(1)
        self.assertFalse(self.account.reminded_stage)
        self.bank.revoke(self.bank_account)
        self.pass_days(1)
        self.check()
        self.assertEqual(len(self.mails()), 2)

    def test_what_was_renewed_stays_known_when_it_is_asked_again(self):
        for _cycle in range(2):
            self.let_end(self.account, days=9)
            self.check()
            self.bank.renew(self.bank_account)
            self.pass_days(1)
        self.assertEqual(self.renewals().mapped("state"), ["renewed", "renewed"])

    def test_an_account_that_is_unticked_is_asked_of_nobody_anymore(self):
        self.let_end(self.account, days=9)
        self.check()
        self.assertEqual(self.renewals().state, "asked")
        self.account._unlink_journal()
        self.assertEqual(self.renewals().state, "dropped")

    def test_a_renewal_under_a_new_id_is_recognized(self):
        self.let_end(self.account, days=9)
        self.check()
        self.bank.relink(self.bank_account)
        self.pass_days(1)
        self.assertFalse(self.account.linked)
        self.assertEqual(self.renewals().state, "renewed")

    def test_a_date_that_ponto_corrects_is_no_renewal(self):
        self.let_end(self.account, days=9)
        self.check()
        self.account.authorized_at -= timedelta(days=1)
        self.bank_account.authorized_at = self.bank.clock.now() - timedelta(days=171)
        self.pass_days(1)
        self.assertEqual(self.account.state, "expires_soon")
        self.assertEqual(self.renewals().state, "asked")

    def test_a_new_end_without_a_beginning_is_a_renewal(self):
        self.let_end(self.account, days=9)
        self.check()
        self.account.authorized_at = False
        self.bank_account.overrides = {"authorizedAt": None}
        self.pass_days(1)
        self.assertEqual(self.renewals().state, "renewed")
        self.assertEqual(self.account.state, "linked")

    def test_who_ticks_the_activity_off_is_told_again_only_when_it_has_ended(self):
        self.let_end(self.account, days=2)
        told = []
        for _day in range(5):
            self.check()
            told.append(bool(self.activity()))
            self.connection.activity_feedback([ACTIVITY])
            self.frozen.tick(timedelta(days=1))
        self.assertEqual(told, [True, False, True, False, False])

    def test_the_name_of_a_bank_is_text(self):
        self.account.institution_id.name = '<a href="https://evil.example">Bank</a>'
        self.let_end(self.account, days=9)
        self.check()
        self.assertNotIn("<a href", self.activity().note)

    def test_one_renewer_s_failing_mail_takes_nobody_else_s_with_it(self):
        other = self.open_account(reference="BE02001000000140")
        self.pass_days(1)
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        self.choose(wizard)
        other = self.account_of(other)
        other.mandate_id = self.env["res.partner"].create({"name": "An", "email": "an@example.com"})
        for account in (self.account, other):
            self.let_end(account, days=9)
        template = self.env.ref("account_online_ponto.mail_template_renewal")
        template.email_cc = "{{ object.partner_id.name == 'Rik' and 1 / 0 or '' }}"
        with mute_logger("odoo.addons.account_online_ponto", "odoo.addons.mail"):
            self.check()
        self.assertEqual(self.renewals().partner_id, other.mandate_id)
        self.assertTrue(self.activity())

    def test_a_mail_that_the_server_refuses_is_told_and_sent_again(self):
        self.let_end(self.account, days=9)
        self.check()
        self.mails().write({"state": "exception"})
        self.check()
        self.assertIn("could not be sent", self.activity().note)
        self.assertEqual(self.mails().mapped("state"), ["outgoing"])
        self.check()
        self.assertNotIn("could not be sent", self.activity().note)

    def test_a_deleted_template_ends_in_a_sentence(self):
        self.env.ref("account_online_ponto.mail_template_renewal").unlink()
        with self.assertRaisesRegex(UserError, "template"):
            self.account.action_ask_to_renew()

    def test_nobody_renders_the_link_of_another_one(self):
        self.let_end(self.account, days=9)
        self.check()
        with self.assertRaises(AccessError):
            self.renewals().with_user(self.accountant)._get_link()

    def test_what_ponto_does_not_share_is_asked_of_nobody(self):
        self.account.listed = False
        with self.assertRaises(UserError):
            self.account.action_ask_to_renew()
        self.assertFalse(self.mails())

    def test_an_archived_connection_s_link_serves_nothing(self):
        self.let_end(self.account, days=9)
        self.check()
        renewal = self.renewals().sudo()
        token = renewal._make_link(days=1).rsplit("/", 1)[1]
        self.assertEqual(renewal._find_by_link(token), renewal)
        self.connection.active = False
        self.assertFalse(renewal._find_by_link(token))
        self.connection.active = True
        self.renewer.active = False
        self.assertFalse(renewal._find_by_link(token))
