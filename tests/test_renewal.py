from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from .renewal_case import RenewalCase
from .rpc_case import RpcRefused

QUIET = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


@tagged("post_install", "-at_install")
class TestAsking(RenewalCase):
    """Who is asked, by which mail, and what is remembered of it."""

    def text_of(self, mail):
        return " ".join(html2plaintext(mail.body_html).replace("*", "").split())

    def test_one_mail_goes_to_who_renews_with_a_copy_for_the_responsible(self):
        renewal = self.ask(stage="two_weeks")
        mail = self.mails()
        self.assertEqual(len(mail), 1)
        self.assertEqual(mail.state, "outgoing")
        self.assertEqual(mail.email_to, '"Jan Maes" <jan@example.com>')
        self.assertIn("accountant@example.com", mail.email_cc)
        self.assertIn("accountant@example.com", mail.reply_to)
        self.assertFalse(mail.recipient_ids)
        self.assertEqual((renewal.stage, renewal.state), ("two_weeks", "asked"))
        self.assertFalse(renewal.asked_by)
        self.assertEqual(renewal.line_ids.account_id, self.account)

    def test_the_mail_leaves_soon_not_with_the_hourly_queue(self):
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        before = self.env["ir.cron.trigger"].search([("cron_id", "=", queue.id)])
        self.ask()
        self.assertEqual(len(before.search([("cron_id", "=", queue.id)]) - before), 1)

    def test_the_mail_says_which_account_of_which_bank_ends_when(self):
        with freeze_time("2026-06-25 10:00:00"):
            self.account.authorization_expected_at = "2026-07-04 08:00:00"
            self.other.authorization_expected_at = "2026-06-26 08:00:00"
            self.ask(self.account | self.other)
        mail = self.mails()
        self.assertEqual(mail.subject, "Bakkerij Maes: please renew the bank authorization by June 26, 2026")
        text = self.text_of(mail)
        self.assertIn("Bank van Brabant BE68539007547034 EUR: authorized until July 4, 2026, in 9 days", text)
        self.assertIn("Bank van Brabant BE71096123456769 EUR: authorized until June 26, 2026, tomorrow", text)
        self.assertIn("is about to end", text)
        self.assertIn("The link works until August 9, 2026", text)

    def test_on_the_last_day_and_after_it_the_mail_says_so(self):
        self.account.authorization_expected_at = "2026-07-04 08:00:00"
        with freeze_time("2026-07-04 06:00:00"):
            self.ask(stage="day")
            self.assertIn("authorized until July 4, 2026, today", self.text_of(self.mails()))
        with freeze_time("2026-07-07 06:00:00"):
            self.ask(stage="after")
        last = self.mails()[-1]
        self.assertEqual(last.subject, "Bakkerij Maes: the bank authorization has ended, please renew it")
        self.assertIn("Bank van Brabant BE68539007547034 EUR: ended on July 4, 2026", self.text_of(last))

    def test_the_days_are_those_of_the_connection_not_of_greenwich(self):
        self.connection.timezone = "Pacific/Auckland"
        self.account.authorization_expected_at = "2026-07-04 13:00:00"  # the 5th there
        with freeze_time("2026-07-03 13:00:00"):  # the 4th there
            self.assertEqual(self.account._say_authorization_end(), "authorized until July 5, 2026, tomorrow")

    def test_a_bank_that_refuses_has_ended_the_authorization_whatever_its_date(self):
        with freeze_time("2026-06-25 10:00:00"):
            self.account.authorization_expected_at = "2026-07-04 08:00:00"
            self.account.authorization_refused_at = "2026-06-24 09:00:00"
            self.ask()
        self.assertIn("has ended", self.mails().subject)
        self.assertIn("ended on June 24, 2026", self.text_of(self.mails()))

    def test_an_unknown_end_is_no_reason_to_fail(self):
        self.account.write({"authorized_at": False, "authorization_expected_at": False})
        self.ask()
        self.assertEqual(self.mails().subject, "Bakkerij Maes: please renew the bank authorization")
        self.assertIn("authorized until an unknown day", self.text_of(self.mails()))

    def test_the_mail_is_in_the_language_of_who_renews(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        template = self.env.ref("account_online_ponto.mail_template_renewal")
        template.with_context(
            lang="fr_FR"
        ).subject = "Renouvelez avant le {{ format_date(object.ends_on, date_format='long') }}"
        self.account.authorization_expected_at = "2026-07-04 08:00:00"
        with freeze_time("2026-06-25 10:00:00"):
            self.ask()
            self.owner.lang = "fr_FR"
            self.ask()
        english, french = self.mails()
        self.assertIn("please renew", english.subject)
        self.assertEqual(french.subject, "Renouvelez avant le 4 juillet 2026")
        self.assertIn("4 juillet 2026", self.text_of(french))

    def test_the_mail_holds_no_secret_but_its_link(self):
        renewal = self.ask()
        mail = self.mails()
        for secret in (self.integration.client_secret, self.integration.client_id, renewal.sudo().nonce):
            self.assertNotIn(secret, mail.body_html)
        self.assertEqual(mail.body_html.count("/ponto/renew/"), 1)
        self.assertFalse(mail.mail_message_id.body, "who may read renewals must not find the link")
        self.assertTrue(mail.auto_delete)
        self.assertIn("/ponto/renew/", mail._prepare_outgoing_list()[0]["body"])

    def test_all_mails_of_a_connection_are_one_thread_in_the_mailbox(self):
        self.ask()
        self.ask(partner=self.accountant.partner_id)
        second = self.new_connection(name="Second")
        first, again = self.mails()
        self.assertTrue(first.references)
        self.assertEqual(first.references, again.references)
        self.assertNotEqual(first.message_id, again.message_id)
        self.assertNotEqual(first.references, second._get_renewal_thread())
        (sent,) = first._prepare_outgoing_list()
        self.assertEqual(sent["references"], first.references)
        self.assertEqual(len(sent["email_to"]), 1)
        self.assertEqual(len(sent["email_cc"]), 1)

    def test_whoever_is_responsible_gets_no_copy_of_his_own_mail(self):
        self.ask(partner=self.accountant.partner_id)
        self.assertFalse(self.mails().email_cc)

    def test_asking_is_told_in_the_chatter(self):
        before = self.connection.message_ids
        self.ask(stage="day")
        body = (self.connection.message_ids - before).body
        self.assertIn("Asked Jan Maes (jan@example.com)", body)
        self.assertIn("BE68539007547034", body)
        self.assertNotIn("/ponto/renew", body)

    def test_asking_again_goes_on_with_what_is_open(self):
        renewal = self.ask(stage="two_weeks")
        self.assertEqual(self.ask(self.other, stage="three_days"), renewal)
        self.assertEqual(renewal.line_ids.account_id, self.connection.account_ids)
        self.assertEqual(renewal.stage, "three_days")
        self.assertEqual(len(self.mails()), 2)
        self.assertIn(self.account.reference, self.mails()[-1].body_html, "the mail names all that is left")

    def test_another_contact_is_asked_apart(self):
        self.assertNotEqual(self.ask(), self.ask(partner=self.accountant.partner_id))

    def test_nobody_without_an_address_is_asked(self):
        self.owner.email = "nowhere"
        with self.assertRaisesRegex(UserError, "Jan Maes has no e-mail address"):
            self.ask()
        self.assertFalse(self.mails())

    def test_an_unticked_account_is_in_no_mail(self):
        self.ask(self.account | self.other)
        self.other._unlink_journal()
        self.ask()
        self.assertNotIn(self.other.reference, self.mails()[-1].body_html)

    def test_a_hostile_bank_name_stays_text(self):
        self.account.institution_id.name = "<script>alert(1)</script>"
        self.ask()
        self.assertNotIn("<script>", self.mails().body_html)
        self.assertIn("&lt;script&gt;", self.mails().body_html)


@tagged("post_install", "-at_install")
class TestRenewed(RenewalCase):
    """What is noted when Ponto gives a newer authorization."""

    def test_asked_on_a_day_and_renewed_on_another(self):
        with freeze_time("2026-03-03 10:00:00"):
            renewal = self.ask()
            self.assertEqual(renewal.summary, "Asked on March 3.")
            self.assertEqual(self.account.renewal_note, "Asked on March 3.")
        with freeze_time("2026-03-05 23:30:00"):
            self.account.authorized_at = "2026-03-05 08:00:00"
            self.account._note_renewed()
            self.assertEqual(renewal.state, "renewed")
            self.assertEqual(renewal.summary, "Asked on March 3, renewed on March 5.")
            self.assertEqual(self.account.renewal_note, "Asked on March 3, renewed on March 5.")
        with freeze_time("2027-01-01 10:00:00"):
            self.env.invalidate_all()
            self.assertEqual(renewal.summary, "Asked on March 3, 2026, renewed on March 5, 2026.")

    def test_the_reader_s_language_and_the_connection_s_time_zone(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        with freeze_time("2026-03-03 23:30:00"):  # the 4th in Brussels
            renewal = self.ask()
            self.assertEqual(renewal.summary, "Asked on March 4.")
            self.assertIn("4 mars", renewal.with_context(lang="fr_FR").summary)

    def test_each_account_is_closed_by_itself_and_the_renewal_with_the_last(self):
        renewal = self.ask(self.account | self.other)
        self.account._note_renewed()
        self.assertEqual(renewal.state, "asked")
        self.assertEqual(renewal._get_pending_lines().account_id, self.other)
        self.other._note_renewed()
        self.assertEqual(renewal.state, "renewed")
        moment = renewal.renewed_at
        self.other.authorized_at = fields.Datetime.now() + timedelta(days=1)
        self.other._note_renewed()
        self.assertEqual(renewal.renewed_at, moment, "what is closed stays as it is")

    def test_the_next_time_is_a_new_renewal(self):
        renewal = self.ask()
        self.account._note_renewed()
        self.assertNotEqual(self.ask(), renewal)

    def test_a_renewal_closes_what_was_asked_of_everybody(self):
        first, second = self.ask(), self.ask(partner=self.accountant.partner_id)
        self.account._note_renewed()
        self.assertEqual((first.state, second.state), ("renewed", "renewed"))


@tagged("post_install", "-at_install")
class TestRenewer(RenewalCase):
    """Who renews, and the button that asks."""

    def test_the_only_one_who_can_comes_first(self):
        director = self.env["res.partner"].create({"name": "An Peeters", "email": "an@example.com"})
        self.account.mandate_id = director
        self.assertEqual(self.account._get_renewer(), director)
        self.assertEqual(self.other._get_renewer(), self.owner)
        self.assertEqual((self.account | self.other)._get_renewer(), self.owner, "one mail to two: not to her alone")

    def test_an_archived_contact_or_one_without_address_is_not_asked(self):
        responsible = self.accountant.partner_id
        self.owner.active = False
        self.assertEqual(self.account._get_renewer(), responsible)
        self.owner.write({"active": True, "email": False})
        self.assertEqual(self.account._get_renewer(), responsible)
        self.account.mandate_id = self.owner
        self.assertEqual(self.account._get_renewer(), responsible)
        self.connection.renewer_id = False
        self.assertEqual(self.other._get_renewer(), responsible)

    def test_only_she_can_renew_is_said_in_the_mail_in_fetch_accounts_and_on_the_account(self):
        director = self.env["res.partner"].create({"name": "An Peeters", "email": "an@example.com"})
        self.account.mandate_id = director
        self.assertEqual(self.account.mandate_note, "Only An Peeters can renew.")
        self.assertFalse(self.other.mandate_note)
        self.ask(partner=director)
        self.assertIn("Only An Peeters can renew.", self.mails().body_html)
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        notes = {line.account_id: line.note or "" for line in wizard.line_ids}
        self.assertIn("Only An Peeters can renew.", notes[self.account])
        self.assertNotIn("can renew", notes[self.other])

    def test_the_mandate_goes_along_when_ponto_replaces_the_account(self):
        self.account.mandate_id = self.owner
        heir = self.account.copy({"ponto_id": "heir", "connection_id": self.connection.id, "mandate_id": False})
        heir._link_journal(self.account.journal_id, self.account.import_from)
        self.assertEqual(heir.mandate_id, self.owner)

    def test_a_click_asks_and_says_whom(self):
        with freeze_time("2026-03-03 10:00:00"):
            action = self.account.with_user(self.accountant).action_ask_to_renew()
        self.assertEqual(action["params"]["message"], "Asked Jan Maes (jan@example.com) on March 3.")
        renewal = self.env["ponto.renewal"].search([("connection_id", "=", self.connection.id)])
        self.assertEqual(renewal.asked_by, self.accountant)
        self.assertFalse(renewal.stage)
        self.assertEqual(len(self.mails()), 1)

    def test_a_click_on_the_connection_asks_for_what_ends_else_for_everything(self):
        connection = self.connection.with_user(self.accountant)
        connection.action_ask_to_renew()
        self.assertEqual(self.connection.renewal_ids.line_ids.account_id, self.account | self.other)
        self.connection.renewal_ids.unlink()
        self.let_end(self.account, -1)
        self.let_end(self.other, 100)
        connection.action_ask_to_renew()
        self.assertEqual(self.connection.renewal_ids.line_ids.account_id, self.account)
        self.assertEqual(self.connection.renewal_count, 1)

    def test_a_click_asks_each_who_can_and_tells_all(self):
        director = self.env["res.partner"].create({"name": "An Peeters", "email": "an@example.com"})
        self.account.mandate_id = director
        action = self.connection.with_user(self.accountant).action_ask_to_renew()
        self.assertIn("An Peeters", action["params"]["message"])
        self.assertIn("Jan Maes", action["params"]["message"])
        self.assertEqual(len(self.mails()), 2)

    def test_nobody_to_ask_is_one_sentence(self):
        self.owner.email = False
        self.let_end(self.account, 5)
        for records in (self.account, self.connection, self.account.journal_id):
            method = "action_ponto_ask_to_renew" if records._name == "account.journal" else "action_ask_to_renew"
            with self.assertRaisesRegex(UserError, "Jan Maes, who renews .*BE68.*, has no e-mail address"):
                getattr(records.with_user(self.accountant), method)()
        self.account.mandate_id = self.owner
        with self.assertRaisesRegex(UserError, "Only Jan Maes can renew .*BE68.*, and has no e-mail address"):
            self.account.with_user(self.accountant).action_ask_to_renew()
        self.owner.active = False
        with self.assertRaisesRegex(UserError, "is archived"):
            self.account.with_user(self.accountant).action_ask_to_renew()
        self.assertFalse(self.mails())

    def test_what_is_not_synchronized_is_not_asked_for(self):
        self.account._unlink_journal()
        with self.assertRaisesRegex(UserError, "synchronized"):
            self.account.action_ask_to_renew()
        self.other._unlink_journal()
        with self.assertRaisesRegex(UserError, "nothing to renew"):
            self.connection.action_ask_to_renew()

    def test_the_card_says_who_was_asked_until_it_is_renewed(self):
        journal = self.account.journal_id.with_user(self.accountant)
        card = journal._prepare_ponto_card_vals(journal.ponto_account_id)
        self.assertNotIn("renewal_note", card)
        self.let_end(self.account, 9)
        self.account.mandate_id = self.owner
        with freeze_time(fields.Datetime.now()):
            journal.action_ponto_ask_to_renew()
            self.env.invalidate_all()
            card = journal._prepare_ponto_card_vals(journal.ponto_account_id)
            self.assertEqual(card["renewal_note"], self.connection.renewal_ids.summary)
        self.assertEqual(card["mandate_note"], "Only Jan Maes can renew.")
        self.account._note_renewed()
        self.env.invalidate_all()
        self.assertEqual(journal._prepare_ponto_card_vals(journal.ponto_account_id)["renewal_note"], "")


@tagged("post_install", "-at_install")
class TestRenewalRights(RenewalCase):
    """Who may not."""

    def prepare(self):
        super().prepare()
        self.let_end(self.account, 5)
        self.renewal = self.ask()
        self.env.flush_all()

    def test_a_user_who_only_reads_asks_nobody_and_goes_nowhere(self):
        for group in ("account.group_account_invoice", "account.group_account_readonly"):
            user = self._create_user(group.replace(".", "_"), group)
            for records, method in (
                (self.account, "action_ask_to_renew"),
                (self.account, "action_renew_authorization"),
                (self.connection, "action_ask_to_renew"),
            ):
                with self.subTest(group=group, method=method), self.assertRaises(AccessError):
                    getattr(records.with_user(user), method)()
            self.assertEqual(self.renewal.with_user(user).summary, self.renewal.summary)
        self.assertEqual(len(self.mails()), 1)
        self.assertFalse(self.asked_at_ponto())

    @mute_logger(*QUIET)
    def test_nobody_writes_a_renewal_and_nobody_reads_what_signs_it(self):
        self.log_in(self._create_user("system", "base.group_system,account.group_account_manager"))
        self.assertForbidden("ponto.renewal", "write", self.renewal.ids, {"asked_at": "2026-01-01 10:00:00"})
        self.assertForbidden("ponto.renewal", "create", [{"connection_id": self.connection.id}])
        self.assertForbidden("ponto.renewal", "unlink", self.renewal.ids)
        self.assertForbidden("ponto.renewal.line", "write", self.renewal.line_ids.ids, {"renewed_at": False})
        self.assertForbidden("ponto.renewal", "read", self.renewal.ids, ["nonce"])
        self.assertForbidden("ponto.renewal.request", "search_read", [])
        self.assertNeverAnswered(self.renewal.sudo().nonce)

    @mute_logger(*QUIET)
    def test_another_company_sees_and_asks_nothing(self):
        company = self._create_company("Brouwerij Peeters")
        self.log_in(self._create_user("stranger", "account.group_account_manager", company))
        self.assertForbidden("ponto.renewal", "read", self.renewal.ids, ["summary"])
        self.assertForbidden("ponto.renewal.line", "read", self.renewal.line_ids.ids, ["summary"])
        self.assertEqual(self.call("ponto.renewal", "search_count", []), 0)
        for method in ("action_ask_to_renew", "action_renew_authorization"):
            self.assertForbidden("ponto.account", method, self.account.ids)
        self.assertForbidden("ponto.connection", "action_ask_to_renew", self.connection.ids)
        self.assertEqual(len(self.mails()), 1)

    def test_the_mandate_is_of_the_same_company_or_of_none(self):
        company = self._create_company("Brouwerij Peeters")
        foreign = self.env["res.partner"].create({"name": "Foreign", "company_id": company.id})
        with self.assertRaises(UserError):
            self.account.mandate_id = foreign

    @mute_logger(*QUIET)
    def test_only_an_administrator_names_who_alone_can_renew(self):
        self.log_in(self.invoicing)
        with self.assertRaisesRegex(RpcRefused, "AccessError"):
            self.call("ponto.account", "write", self.account.ids, {"mandate_id": self.owner.id})
        self.log_in(self.accountant)
        self.call("ponto.account", "write", self.account.ids, {"mandate_id": self.owner.id})
        self.assertEqual(self.account.mandate_id, self.owner)
