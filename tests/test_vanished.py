from datetime import date, datetime, timedelta
from decimal import Decimal

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import IBAN, OTHER_IBAN
from .rpc_case import RpcCase
from .test_down import DownCase
from .test_pull import SYNC_LOGGERS

VANISHED = "account_online_ponto.mail_activity_vanished"
FAILING = "account_online_ponto.mail_activity_failing"
QUIET = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


class VanishedCase(DownCase):
    """Two synchronized accounts; nine in the morning of 3 March 2026 in Belgium."""

    def prepare(self):
        super().prepare()
        self.bank_accounts = [self.open_account(), self.open_account(reference=OTHER_IBAN)]
        for number, bank_account in enumerate(self.bank_accounts):
            self.pay(bank_account, f"{number + 1}.00", day=date(2026, 3, 1))
        self.connection, self.books = self.start(*self.bank_accounts)
        self.account, self.other = (books.journal.ponto_account_id for books in self.books)
        self.env["mail.mail"].search([]).unlink()

    def look(self, days=0, hours=0):
        """Let time pass, and the scheduled action look at the accounts."""
        self.frozen.tick(timedelta(days=days, hours=hours))
        self.connection.next_sync_at = datetime.now()
        self.run_cron()
        self.connection.invalidate_recordset()

    def told(self, activity_type=VANISHED):
        return self.connection.activity_ids.filtered(lambda a: a.activity_type_id == self.env.ref(activity_type))

    def open_wizard(self):
        return self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])

    def line_of(self, wizard, account):
        return wizard.line_ids.filtered(lambda line: line.account_id == account)


@tagged("post_install", "-at_install")
class TestVanished(VanishedCase):
    """An account that Ponto does not list anymore is told on the day, in the right words, once."""

    def test_the_responsible_is_told_by_the_look_that_sees_it(self):
        self.integration.unshare(self.bank_accounts[0])
        self.look(hours=3)
        self.assertEqual(self.account.state, "off")
        self.assertEqual(self.account.vanished_on, date(2026, 3, 3))
        told = self.told()
        self.assertEqual(len(told), 1)
        self.assertEqual(told.user_id, self.accountant)
        self.assertIn("no longer shared by Ponto since 03/03/2026", told.note)
        self.assertIn("switched off in your integration, or closed at the bank", told.note)
        self.assertIn("Switch it on again in Ponto (Integrations), or", told.note)
        self.assertIn(IBAN, told.note)
        self.assertNotIn(OTHER_IBAN, told.note)
        self.assertIn(f'data-oe-id="{self.account.id}"', told.note, "it leads to the account")
        self.assertIn("does not list this account", self.account.message_ids[0].body)
        self.assertFalse(self.env["mail.mail"].search([]), "an activity, and no mail")

    def test_it_is_told_in_the_language_of_the_responsible(self):
        self.env["res.lang"]._activate_lang("nl_BE")
        self.accountant.lang = "nl_BE"
        self.integration.unshare(self.bank_accounts[0])
        self.look(days=7)
        language = self.env["res.lang"]._lang_get("nl_BE")
        self.assertIn(date(2026, 3, 10).strftime(language.date_format), self.told().note)

    def test_the_day_is_that_of_the_connection(self):
        self.integration.unshare(self.bank_accounts[0])
        self.frozen.move_to("2026-03-03 23:30:00")  # half past midnight in Belgium
        self.look()
        self.assertEqual(self.account.vanished_on, date(2026, 3, 4))

    def test_nothing_is_told_twice_and_a_second_account_joins_the_same_activity(self):
        self.integration.unshare(self.bank_accounts[0])
        self.look(hours=3)
        first, messages = self.told(), len(self.account.message_ids)
        self.look(days=1)
        self.assertEqual(self.account.vanished_on, date(2026, 3, 3))
        self.assertEqual(len(self.account.message_ids), messages)
        first.action_feedback()
        self.look(days=1)
        self.assertFalse(self.told(), "who has ticked it off knows")
        self.integration.unshare(self.bank_accounts[1])
        self.look(days=1)
        self.assertEqual(len(self.told()), 1)
        self.assertIn(IBAN, self.told().note)
        self.assertIn(OTHER_IBAN, self.told().note)

    def test_it_closes_and_resumes_by_itself_when_the_account_is_listed_again(self):
        self.integration.unshare(self.bank_accounts[0])
        self.look(hours=3)
        for day in (4, 5, 6):
            self.pay(self.bank_accounts[0], f"{day}.00", day=date(2026, 3, day))
        self.look(days=4)
        self.assertBooked(self.account, "1.00")
        self.assertEqual(len(self.told()), 1)
        self.integration.share(self.bank_accounts[0])
        self.look(hours=6)
        self.assertFalse(self.told())
        self.assertEqual((self.account.state, self.account.vanished_on), ("linked", False))
        self.assertBooked(self.account, "1.00", "4.00", "5.00", "6.00")
        self.assertInvariants(*self.books)

    def test_one_that_is_back_leaves_the_other_in_the_activity(self):
        for bank_account in self.bank_accounts:
            self.integration.unshare(bank_account)
        self.look(hours=3)
        self.integration.share(self.bank_accounts[1])
        self.look(days=1)
        self.assertIn(IBAN, self.told().note)
        self.assertNotIn(OTHER_IBAN, self.told().note)

    def test_an_empty_list_is_told_and_unlinks_nothing(self):
        for bank_account in self.bank_accounts:
            self.integration.unshare(bank_account)
        self.look(hours=3)
        self.assertIn("no account at all", self.told().note)
        self.assertEqual((self.account | self.other).mapped("state"), ["off", "off"])
        self.assertEqual((self.account | self.other).mapped("linked"), [True, True])
        self.assertEqual(self.account.journal_id.bank_statements_source, "ponto")
        for bank_account in self.bank_accounts:
            self.pay(bank_account, "9.00", day=date(2026, 3, 3))
            self.integration.share(bank_account)
        self.look(days=1)
        self.assertFalse(self.told())
        self.assertBooked(self.account, "1.00", "9.00")
        self.assertBooked(self.other, "2.00", "9.00")

    def test_unticking_it_closes_the_activity_and_an_unticked_one_is_not_told(self):
        self.integration.unshare(self.bank_accounts[0])
        self.look(hours=3)
        wizard = self.open_wizard()
        self.line_of(wizard, self.account).selected = False
        self.assertIn("will not go on by itself when Ponto shares it again", wizard.farewell)
        self.assertNotIn("billed", wizard.farewell)
        wizard.action_confirm()
        self.assertFalse(self.told())
        self.line_of(wizard, self.other).selected = False
        wizard.action_confirm()
        self.integration.unshare(self.bank_accounts[1])
        self.look(days=1)
        self.assertEqual(self.other.vanished_on, date(2026, 3, 4))
        self.assertFalse(self.told())

    def test_an_account_that_goes_on_under_a_new_record_is_nobody_s_work(self):
        self.bank.relink(self.bank_accounts[0])
        self.look(hours=3)
        self.assertFalse(self.told())
        heir = self.connection.account_ids.filtered(lambda a: a.linked and a.reference == IBAN)
        self.assertTrue(heir and heir != self.account)
        self.assertNotIn("does not list", " ".join(self.account.message_ids.mapped("body")))

    @mute_logger(*SYNC_LOGGERS)
    def test_an_account_that_failed_before_is_told_as_vanished_and_not_as_failing_too(self):
        self.sandbox.faults.add("status", path=rf"/accounts/{self.bank_accounts[0].id}", times=10**6, status=500)
        self.pay(self.bank_accounts[0], "5.00", day=date(2026, 3, 3))
        self.look(hours=3)
        self.assertTrue(self.account.failing_since)
        self.integration.unshare(self.bank_accounts[0])
        self.look(hours=6)
        self.sandbox.clear()
        self.pass_time(timedelta(days=3), step=timedelta(hours=6))
        self.assertFalse([call for call in self.sandbox.requests if self.bank_accounts[0].id in call.path])
        self.assertFalse(self.told(FAILING))
        self.assertFalse(self.account.last_error_message)
        self.assertEqual(len(self.told()), 1)
        self.sandbox.faults.clear()
        self.integration.share(self.bank_accounts[0])
        self.look(hours=6)
        self.assertBooked(self.account, "1.00", "5.00")

    def test_the_screens_say_it(self):
        self.integration.unshare(self.bank_accounts[0])
        self.look(hours=3)
        sentence = "Not shared by Ponto since 03/03/2026: switched off in your integration, or closed at the bank."
        self.assertEqual(self.account.notice, sentence)
        self.assertIn(sentence, self.line_of(self.open_wizard(), self.account).note)
        card = self.account.journal_id._prepare_ponto_card_vals(self.account)
        self.assertEqual((card["authorization"], card["authorization_level"]), (sentence, "danger"))
        self.assertTrue(card["closable"])
        self.assertFalse(self.other.journal_id._prepare_ponto_card_vals(self.other)["closable"])


@tagged("post_install", "-at_install")
class TestAccountClosed(VanishedCase):
    """Account Closed: no reminder anymore, the last balance looked at; journal and transactions stay."""

    def vanish(self):
        self.integration.unshare(self.bank_accounts[0])
        self.look(hours=3)

    def close(self, user=None):
        return self.account.with_user(user or self.accountant).action_close_account()

    def empty(self):
        """Transfer what is left, and book the opening balance, so that bank and books have zero."""
        self.pay(self.bank_accounts[0], "-1001.00", day=date(2026, 3, 3))
        self.look(hours=1)
        action = self.account.action_create_opening_entry()
        opening = self.env["ponto.account.opening"].browse(action["res_id"])
        counterpart = self.env["account.account"].search(
            [("account_type", "=", "equity"), ("company_ids", "in", self.company.ids)], limit=1
        )
        opening.counterpart_account_id = counterpart
        opening.action_confirm()
        self.account.invalidate_recordset()

    def test_it_ends_the_synchronization_and_keeps_journal_and_transactions(self):
        journal, lines = self.account.journal_id, self.lines_of(self.account)
        self.vanish()
        self.close()
        self.assertEqual((self.account.state, self.account.closed_on), ("closed", date(2026, 3, 3)))
        self.assertFalse(self.account.linked)
        self.assertEqual(self.account.journal_id, journal)
        self.assertEqual(journal.bank_statements_source, "undefined")
        self.assertEqual(self.lines_of(self.account), lines)
        self.assertEqual(self.env["ponto.account"].search([("state", "=", "closed")]), self.account)
        self.assertFalse(journal.ponto_account_id)

    def test_it_ends_every_reminder_at_once(self):
        # The sandbox's authorizations end on Saturday 29 August.
        self.frozen.move_to("2026-08-17 09:00:00")
        self.look()
        with self.working() as env:
            env["ponto.connection"]._cron_check_authorizations()
        self.vanish()
        self.assertEqual(len(self.told()), 1)
        authorization = "account_online_ponto.mail_activity_authorization"
        self.assertIn(OTHER_IBAN, self.told(authorization).note)
        self.close()
        self.assertFalse(self.told())
        self.assertNotIn(IBAN, self.told(authorization).note)
        self.other.with_user(self.accountant).action_close_account()
        self.assertFalse(self.connection.activity_ids)
        self.look(days=30)
        with self.working() as env:
            env["ponto.connection"]._cron_check_authorizations()
        self.assertFalse(self.connection.activity_ids)

    def test_it_is_not_told_again_when_it_vanishes_comes_and_vanishes(self):
        self.vanish()
        self.close()
        self.integration.share(self.bank_accounts[0])
        self.pay(self.bank_accounts[0], "7.00", day=date(2026, 3, 3))
        self.look(days=1)
        self.assertEqual(self.account.state, "closed")
        self.assertBooked(self.account, "1.00")
        self.integration.unshare(self.bank_accounts[0])
        self.look(days=1)
        self.assertEqual(self.account.state, "closed")
        self.assertFalse(self.connection.activity_ids)

    def test_an_account_that_expired_can_be_closed_while_ponto_still_lists_it(self):
        self.bank.expire(self.bank_accounts[0])
        self.look(hours=6)
        self.assertEqual(self.account.state, "expired")
        self.assertTrue(self.account.journal_id._prepare_ponto_card_vals(self.account)["closable"])
        self.account.journal_id.with_user(self.accountant).action_ponto_close_account()
        self.assertEqual(self.account.state, "closed")
        self.look(days=1)
        self.assertEqual(self.account.state, "closed")

    def test_fetch_accounts_says_closed_and_a_tick_takes_it_in_again(self):
        self.vanish()
        self.close()
        line = self.line_of(self.open_wizard(), self.account)
        self.assertFalse(line.selected)
        self.assertIn("Closed on 03/03/2026.", line.note)
        self.assertNotIn("Not shared", line.note)
        self.integration.share(self.bank_accounts[0])
        self.pay(self.bank_accounts[0], "7.00", day=date(2026, 3, 3))
        wizard = self.open_wizard()
        self.assertFalse(self.line_of(wizard, self.account).selected, "it does not come back by itself")
        self.line_of(wizard, self.account).selected = True
        wizard.action_confirm()
        self.look(days=1)
        self.assertEqual((self.account.closed_on, self.account.state), (False, "linked"))
        self.assertBooked(self.account, "1.00", "7.00")
        self.assertInvariants(*self.books)

    # ------------------------------------------------------------------ the last balance

    def assertFinding(self, sentence, kind):
        notice = self.close()["params"]
        # Odoo keeps sign, amount and currency together by characters that nobody sees.
        self.assertIn(sentence, self.plain(notice["message"]))
        self.assertEqual((notice["type"], notice["sticky"]), (kind, kind == "warning"))
        self.assertIn(sentence, self.plain(self.account.message_ids[0].body))

    def plain(self, text):
        return str(text).replace("\xa0", " ").replace("&nbsp;", " ").replace("\ufeff", "")

    def test_zero_on_both_sides_is_well(self):
        self.empty()
        self.vanish()
        self.assertFinding("is closed with a balance of 0.00 €; bank and books agree.", "success")

    def test_what_is_left_at_the_bank_may_mean_missing_transactions(self):
        self.vanish()
        self.assertFinding(
            "the last balance known is 1,001.00 €, of 03/03/2026, but a closed account has zero: its last"
            " transactions may be missing. The books have 1.00 €, a difference of 1,000.00 €.",
            "warning",
        )

    def test_books_that_agree_on_what_is_left_are_said_to_agree(self):
        self.empty()
        self.pay(self.bank_accounts[0], "12.34", day=date(2026, 3, 3))
        self.look(hours=1)
        self.vanish()
        self.assertFinding("the last balance known is 12.34 €, of 03/03/2026, and the books agree", "warning")

    def test_books_that_do_not_agree_with_zero_are_said(self):
        self.empty()
        self.pay(self.bank_accounts[0], "-5.00", day=date(2026, 3, 3))
        self.pay(self.bank_accounts[0], "5.00", day=date(2026, 3, 3))
        self.look(hours=1)
        self.lines_of(self.account)[-1:].move_id.button_cancel()
        self.vanish()
        self.account.invalidate_recordset()
        self.assertFinding("balance of 0.00 € at the bank; the books have -5.00 €, a difference of 5.00 €", "warning")

    def test_an_account_without_a_balance_is_compared_by_hand(self):
        self.vanish()
        self.account.has_bank_balance = False
        self.assertFinding("Ponto reported no balance, and the books have 1.00 €", "warning")

    # ------------------------------------------------------------------ who may

    def test_only_what_is_synchronized_is_closed(self):
        self.vanish()
        self.close()
        with self.assertRaisesRegex(UserError, "is not synchronized"):
            self.close()

    def test_invoicing_and_employees_may_not(self):
        self.vanish()
        for user in (self.invoicing, self.employee):
            with self.assertRaises(AccessError):
                self.close(user)
        self.assertTrue(self.account.linked)
        with self.assertRaises(AccessError):
            self.account.with_user(self.accountant).write({"closed_on": date(2026, 3, 3)})

    def test_a_manager_of_another_company_or_a_branch_may_not(self):
        self.vanish()
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        for company in (self._create_company("Other Company"), branch):
            user = self._create_user(f"manager_{company.id}", "account.group_account_manager", company)
            with self.assertRaises(AccessError):
                self.account.with_user(user).with_context(allowed_company_ids=company.ids).action_close_account()
        self.assertTrue(self.account.linked)

    def test_the_button_is_there_for_managers_when_the_account_ended(self):
        view = "account_online_ponto.ponto_account_view_form"
        for user, expected in ((self.accountant, True), (self.invoicing, False)):
            arch = self.account.with_user(user).get_view(self.env.ref(view).id, "form")["arch"]
            self.assertEqual("action_close_account" in arch, expected, user.login)
        self.vanish()
        with Form(self.account.with_user(self.accountant), view) as form:
            self.assertIn("Not shared by Ponto since", form.notice)


@tagged("post_install", "-at_install")
class TestAccountClosedOverRpc(RpcCase):
    """The same over the network."""

    @mute_logger(*QUIET)
    def test_who_may_not_close_over_json_rpc_and_by_api_key(self):
        self.open_account()
        account = self.connect_and_import().account_ids
        for user in (self.invoicing, self.employee):
            for log_in in (self.log_in, self.use_api_key):
                log_in(user)
                self.assertForbidden("ponto.account", "action_close_account", account.ids)
                self.assertForbidden("account.journal", "action_ponto_close_account", account.journal_id.ids)
        self.log_in(self.accountant)
        self.call("ponto.account", "action_close_account", account.ids)
        self.assertEqual(account.state, "closed")
        self.assertEqual(account.message_ids[0].author_id, self.accountant.partner_id)

    def test_two_accounts_are_closed_at_once(self):
        for reference in (IBAN, OTHER_IBAN):
            self.open_account(reference=reference, opening_balance=Decimal(0))
        accounts = self.connect_and_import().account_ids
        notice = accounts.with_user(self.accountant).action_close_account()
        self.assertEqual(notice["params"]["message"].count("\n"), 1)
        self.assertEqual(accounts.mapped("state"), ["closed", "closed"])
        self.assertEqual(accounts.mapped("closed_on"), [self.bank_day()] * 2)
