import base64
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import requests
from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import mute_logger
from odoo.tools.misc import hash_sign

from ..models.authorization.signed_address import MAIL_SCOPE, RETURN_SCOPE
from .common import IBAN
from .renewal_case import LOGGER, RenewalCase

TIMEOUT = 60


class LinkCase(RenewalCase):
    """The owner with a browser that nobody is logged in with."""

    def prepare(self):
        super().prepare()
        self.let_end(self.account, -1)
        self.renewal = self.ask()
        self.link = self.link_in(self.mails())

    def see(self, address):
        self.env.flush_all()
        response = self.url_open(address, timeout=TIMEOUT, allow_redirects=False)
        self.env.invalidate_all()
        return response

    def press(self, link=None, bank=None):
        """Press the button of a bank on the page behind a link."""
        self.env.flush_all()
        bank = self.account.institution_id.id if bank is None else bank
        response = self.url_open(link or self.link, data={"bank": bank}, timeout=TIMEOUT, allow_redirects=False)
        self.env.invalidate_all()
        return response

    def decide(self, bank_page, decision="authorize"):
        """Decide on the page of the bank, and return the address that leads back."""
        answer = requests.post(bank_page, data={"decision": decision}, allow_redirects=False, timeout=TIMEOUT)
        self.assertEqual(answer.status_code, 303)
        return answer.headers["Location"]

    def way_back(self, decision="authorize"):
        return self.decide(self.press().headers["Location"], decision)

    @contextmanager
    def refused(self, address):
        """Assert that an address is refused with a sentence, told once in the log, and changes nothing."""
        before = self.state()
        with self.assertLogs(LOGGER, "WARNING") as logs:
            yield
            response = self.see(address)
        self.assertEqual(response.status_code, 404)
        self.assertIn("This address does not work anymore", response.text)
        self.assertEqual(len(logs.records), 1, logs.output)
        token = address.rsplit("/", 1)[-1]
        self.assertNotIn(token, logs.output[0])
        self.assertEqual(self.state(), before)


@tagged("post_install", "-at_install")
class TestMailLink(LinkCase):
    """The link in the mail: two taps to the bank, without Odoo."""

    def test_opening_the_page_changes_nothing_and_makes_no_session(self):
        before = self.state()
        response = self.see(self.link)
        self.assertEqual(response.status_code, 200)
        for words in (
            "Bakkerij Maes",
            "Bank van Brabant",
            IBAN,
            "ended on",
            "Renew at",
            "What happens next",
        ):
            self.assertIn(words, response.text)
        self.assertNotIn("session_id", response.cookies)
        self.assertNotIn("<script", response.text)
        self.assertTrue(response.text.lstrip().startswith("<!DOCTYPE html>"), response.text[:80])
        self.assertEqual(response.headers["Referrer-Policy"], "no-referrer", "the bank must not learn the link")
        self.assertEqual(response.headers["Cache-Control"], "no-store")
        self.assertEqual(self.state(), before, "programs that check mails open the link too")

    def test_the_second_tap_leads_to_the_page_of_the_bank_without_a_session(self):
        self.opener.cookies.clear()
        response = self.press()
        self.assertEqual(response.status_code, 303)
        self.assertTrue(response.headers["Location"].startswith(f"{self.sandbox.url}/authorize/"))
        self.assertEqual(self.renewal.state, "opened")
        self.assertTrue(self.renewal.opened_at)

    def test_there_and_back_the_list_of_ponto_is_read_and_proves_the_renewal(self):
        back = self.way_back()
        self.connection.next_sync_at = "2099-01-01 00:00:00"
        response = self.see(back)
        self.assertEqual(response.status_code, 200)
        self.assertIn("Welcome back", response.text)
        self.assertIn("Start again at", response.text)
        self.assertIn("noticed\n                by itself", response.text)
        self.assertNotEqual(self.renewal.state, "renewed", "coming back proves nothing")
        self.assertLess(self.connection.next_sync_at.year, 2099)
        self.assertFalse(self.connection.asked_by_id, "the log knows nobody who has no login")
        before = self.account.authorized_at
        self.run_scheduled_action()
        self.assertGreater(self.account.authorized_at, before)
        self.account._note_renewed()
        response = self.see(self.link)
        self.assertIn("Everything is renewed. Thank you!", response.text)
        self.assertIn("Already renewed on", response.text)
        self.assertNotIn("<form", response.text)

    def test_the_page_after_the_return_leads_to_the_next_bank(self):
        second = self.bank.add_institution("Spaarbank", bic="SPARBEBB")
        self.open_account(institution=second, reference="BE02001234567840")
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        self.choose(self.env["ponto.account.fetch"].browse(wizard.action_refresh()["res_id"]))
        saving = self.connection.account_ids.filtered(lambda a: a.institution_id.name == "Spaarbank")
        self.let_end(saving, 3)
        self.ask(saving)
        page = self.see(self.way_back()).text
        self.assertIn("Spaarbank", page)
        (link,) = {part.split('"')[0] for part in page.split('action="')[1:]}
        response = self.press(urlsplit(link).path, bank=saving.institution_id.id)
        self.assertIn(saving.ponto_id, response.headers["Location"])

    def test_cancelling_changes_nothing(self):
        before = self.account.authorized_at
        self.assertEqual(self.see(self.way_back("cancel")).status_code, 200)
        self.run_scheduled_action()
        self.assertEqual(self.account.authorized_at, before)
        self.assertNotEqual(self.renewal.state, "renewed")
        self.assertIn("Renew at", self.see(self.link).text)

    def test_where_ponto_refuses_its_website_is_opened_and_the_log_says_why(self):
        self.sandbox.options.reauthorization_requests = False
        with self.assertLogs(LOGGER, "WARNING") as logs:
            response = self.press()
        self.assertEqual(response.headers["Location"], f"{self.sandbox.url}/dashboard")
        self.assertEqual(len(logs.records), 1)
        self.assertRegex(logs.output[0], r"HTTP 404, request \w+")
        self.assertNotIn(self.integration.client_secret, logs.output[0])
        self.assertTrue(self.renewal.opened_at)

    def test_whatever_ponto_answers_the_owner_gets_to_its_website(self):
        kinds = (("status", {"status": 403}), ("status", {"status": 500}), ("cut", {}), ("html", {}))
        for number, (kind, options) in enumerate(kinds):
            with (
                self.subTest(fault=kind, **options),
                mute_logger(f"{LOGGER}.models.authorization.ponto_renewal_request"),
            ):
                self.sandbox.faults.clear()
                fault = self.sandbox.faults.add(kind, path="/reauthorization-requests", method="POST", **options)
                with freeze_time(self.renewal.asked_at + timedelta(minutes=2 * number + 2)):
                    self.assertEqual(self.press().headers["Location"], f"{self.sandbox.url}/dashboard")
                self.assertEqual(fault.seen, 1, "such a request is never sent again")
        self.assertEqual(self.connection.state, "connected", "a refused request says nothing about the credentials")

    def test_a_connection_whose_credentials_are_refused_asks_nothing_of_ponto(self):
        self.connection.state = "error"
        self.assertEqual(self.press().headers["Location"], f"{self.sandbox.url}/dashboard")
        self.assertFalse(self.asked_at_ponto())

    def test_ponto_s_own_website_when_the_connection_is_ponto_s(self):
        self.assertEqual(self.connection._get_website(), f"{self.sandbox.url}/dashboard")
        self.connection.sudo().state = "draft"
        self.connection.api_url = "https://api.myponto.com"
        self.assertEqual(self.connection._get_website(), "https://dashboard.myponto.com")

    def test_impatient_taps_share_one_request(self):
        addresses = {self.press().headers["Location"] for _tap in range(3)}
        self.assertEqual(len(addresses), 1)
        self.assertEqual(len(self.asked_at_ponto()), 1)
        with freeze_time(self.renewal.opened_at + timedelta(minutes=2)):
            self.assertNotIn(self.press().headers["Location"], addresses)
        self.assertEqual(len(self.asked_at_ponto()), 2)

    def test_impatient_taps_on_a_refusal_ask_ponto_once_too(self):
        self.sandbox.options.reauthorization_requests = False
        with self.assertLogs(LOGGER, "WARNING") as logs:
            for _tap in range(3):
                self.press()
        self.assertEqual((len(self.asked_at_ponto()), len(logs.records)), (1, 1))

    def test_a_bank_that_is_not_asked_for_is_not_renewed(self):
        for bank in ("0", "999999", "-1", "x", "", "9" * 40, "1 OR 1=1"):
            with self.subTest(bank=bank):
                self.assertEqual(self.press(bank=bank).status_code, 200)
        self.assertFalse(self.asked_at_ponto())
        self.assertFalse(self.renewal.opened_at)

    def test_after_the_renewal_the_link_asks_ponto_nothing_anymore(self):
        self.renew_elsewhere(self.bank_account, self.account)
        self.sandbox.requests.clear()
        response = self.press()
        self.assertEqual(response.status_code, 200)
        self.assertIn("Thank you", response.text)
        self.assertFalse(self.asked_at_ponto())

    def test_the_page_speaks_the_language_of_who_renews(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.owner.lang = "fr_FR"
        self.account.authorization_expected_at = "2026-07-04 08:00:00"
        page = self.see(self.link).text
        self.assertIn('lang="fr"', page)
        self.assertIn("4 juillet 2026", page)

    def test_a_hostile_bank_name_stays_text(self):
        self.account.institution_id.name = "<script>alert(1)</script>"
        self.company.name = '"><img src=x onerror=alert(1)>'
        page = self.see(self.link).text
        self.assertNotIn("<script", page)
        self.assertNotIn("<img", page)
        self.assertIn("&lt;script&gt;", page)

    def test_forged_links_are_refused(self):
        token = self.link.rsplit("/", 1)[-1]
        data = bytearray(base64.urlsafe_b64decode(token + "==="))
        data[-3] ^= 1
        altered = base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")
        other = self.ask(partner=self.accountant.partner_id)
        nonce = self.renewal.sudo().nonce
        for forged in (
            altered,
            token[:-4],
            "x",
            "%00",
            "%C3%A9",
            hash_sign(self.env(su=True), RETURN_SCOPE, [self.renewal.id, nonce], expiration_hours=1),
            hash_sign(self.env(su=True), MAIL_SCOPE, [other.id, nonce], expiration_hours=1),
            hash_sign(self.env(su=True), MAIL_SCOPE, [999999, nonce], expiration_hours=1),
        ):
            with self.subTest(forged=forged), self.refused(f"/ponto/renew/{forged}"):
                pass
        self.assertEqual(self.press(f"/ponto/renew/{altered}").status_code, 404)
        self.assertFalse(self.asked_at_ponto())

    def test_a_link_of_another_database_is_refused(self):
        parameters = self.env["ir.config_parameter"].sudo()
        secret = parameters.get_param("database.secret")
        parameters.set_param("database.secret", "of another database")
        foreign = self.renewal._make_link(days=1)
        parameters.set_param("database.secret", secret)
        with self.refused(urlsplit(foreign).path):
            pass

    def test_a_link_ends_by_itself(self):
        with freeze_time(self.renewal.asked_at + timedelta(days=44)):
            self.assertEqual(self.see(self.link).status_code, 200)
        with freeze_time(self.renewal.asked_at + timedelta(days=46)), self.refused(self.link):
            pass
        with freeze_time(self.renewal.asked_at + timedelta(days=46)), mute_logger(LOGGER + ".controllers.renewal"):
            self.assertEqual(self.press().status_code, 404)
        self.assertFalse(self.asked_at_ponto())


@tagged("post_install", "-at_install")
class TestReturnAddress(LinkCase):
    """The way back: once, in time, by whom it was made for."""

    def click(self, user=None):
        """Click *Renew authorization*, and return the action."""
        self.log_in(user or self.accountant)
        return self.call("ponto.account", "action_renew_authorization", self.account.ids)

    def test_a_replayed_address_is_refused(self):
        back = self.way_back()
        self.assertEqual(self.see(back).status_code, 200)
        with self.refused(back):
            pass

    def test_a_late_return_is_refused(self):
        back = self.way_back()
        with freeze_time(self.renewal.opened_at + timedelta(hours=23)):
            self.assertEqual(self.see(back).status_code, 200)
        self.env["ponto.renewal.request"].search([]).used_at = False
        with freeze_time(self.renewal.opened_at + timedelta(hours=25)), self.refused(back):
            pass

    def test_forged_addresses_are_refused(self):
        back = self.way_back()
        way = self.env["ponto.renewal.request"].search([])
        nonce = way.sudo().nonce
        for forged in (
            "x" + back.rsplit("/", 1)[-1],
            "x",
            self.link.rsplit("/", 1)[-1],
            hash_sign(self.env(su=True), RETURN_SCOPE, [way.id, "another"], expiration_hours=1),
            hash_sign(self.env(su=True), RETURN_SCOPE, [999999, nonce], expiration_hours=1),
            hash_sign(self.env(su=True), MAIL_SCOPE, [way.id, nonce], expiration_hours=1),
        ):
            with self.subTest(forged=forged), self.refused(f"/ponto/renewed/{forged}"):
                pass
        self.assertEqual(self.see(back).status_code, 200, "the true one still serves")

    def test_an_address_of_another_database_is_refused(self):
        self.press()
        way = self.env["ponto.renewal.request"].search([])
        parameters = self.env["ir.config_parameter"].sudo()
        secret = parameters.get_param("database.secret")
        parameters.set_param("database.secret", "of another database")
        foreign = way._get_return_address()
        parameters.set_param("database.secret", secret)
        with self.refused(urlsplit(foreign).path):
            pass

    def test_a_user_goes_to_the_bank_and_comes_back_to_the_dashboard(self):
        action = self.click()
        self.assertEqual((action["type"], action["target"]), ("ir.actions.act_url", "self"))
        back = self.decide(action["url"])
        self.connection.next_sync_at = "2099-01-01 00:00:00"
        response = self.see(back)
        self.assertEqual(response.status_code, 303)
        self.assertIn("/odoo/action-account_online_ponto.ponto_renewal_returned_action", response.headers["Location"])
        self.assertLess(self.connection.next_sync_at.year, 2099)
        self.assertEqual(self.connection.asked_by_id, self.accountant, "the log tells whom the next run follows")
        own = self.connection.renewal_ids.filtered(lambda renewal: not renewal.partner_id)
        self.assertEqual((own.asked_by, own.state), (self.accountant, "opened"))
        self.assertIn("Opened at Ponto on", own.summary)

    def test_the_dashboard_follows_what_is_read_for_who_has_just_come_back(self):
        dashboard = "account.open_account_journal_dashboard_kanban"
        self.see(self.decide(self.click()["url"]))
        action = self.call("ponto.account", "action_come_back")
        self.assertEqual(action["tag"], "account_online_ponto.progress")
        self.assertEqual(action["params"]["accounts"], self.account.ids)
        self.assertFalse(action["params"]["refreshes"], "the bank is not asked for more")
        self.assertEqual(action["params"]["next"]["xml_id"], dashboard)
        self.connection.state = "error"
        self.assertEqual(self.call("ponto.account", "action_come_back")["xml_id"], dashboard)
        self.connection.state = "connected"
        self.log_in(self._create_user("colleague", "account.group_account_manager"))
        self.assertEqual(self.call("ponto.account", "action_come_back")["xml_id"], dashboard)

    def test_only_that_user_comes_back(self):
        back = self.decide(self.click()["url"])
        colleague = self._create_user("colleague", "account.group_account_manager")
        self.log_in(colleague)
        with self.refused(back):
            pass
        self.logout(keep_db=False)
        with self.refused(back):
            pass
        self.log_in(self.accountant)
        self.assertEqual(self.see(back).status_code, 303)

    def test_the_click_asks_at_the_bank_of_this_account_with_an_address_of_this_odoo(self):
        self.click()
        (call,) = self.asked_at_ponto()
        self.assertIn(self.account.ponto_id, call.path)
        self.assertIn(f"{self.base_url()}/ponto/renewed/", call.body)

    def test_without_reauthorization_requests_the_click_opens_the_website_in_a_new_tab(self):
        self.sandbox.options.reauthorization_requests = False
        with self.assertLogs(LOGGER, "WARNING"):
            action = self.click()
        self.assertEqual(
            action, {"type": "ir.actions.act_url", "url": f"{self.sandbox.url}/dashboard", "target": "new"}
        )

    def test_a_return_does_not_wake_a_connection_whose_credentials_are_refused(self):
        back = self.way_back()
        self.connection.write({"state": "error", "next_sync_at": False})
        self.assertEqual(self.see(back).status_code, 200)
        self.assertFalse(self.connection.next_sync_at)

    def test_a_return_lets_an_account_that_failed_be_read_at_once(self):
        back = self.way_back()
        self.account.next_attempt_at = "2099-01-01 00:00:00"
        self.see(back)
        self.assertFalse(self.account.next_attempt_at)

    def test_old_requests_are_forgotten_when_no_return_is_possible_anymore(self):
        self.press()
        ways = self.env["ponto.renewal.request"]
        ways._gc_requests()
        self.assertEqual(len(ways.search([])), 1)
        with freeze_time(self.renewal.opened_at + timedelta(days=8)):
            ways._gc_requests()
        self.assertFalse(ways.search([]))
