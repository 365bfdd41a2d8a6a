from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_IBAN
from .refresh_case import PUBLIC, RefreshCase

DETAILS = "accountDetails"
TRANSACTIONS = "accountTransactionsWithUnsettled"
SYNC_LOG = "odoo.addons.account_online_ponto.models.reading.look"


@tagged("post_install", "-at_install")
class TestRefreshNotPossible(RefreshCase):
    """Known beforehand: Ponto is not asked, only read, and the user is told."""

    def prepare(self):
        super().prepare()
        self.other = self.open_account(
            reference=OTHER_IBAN, institution=self.bank.add_institution("KBC", bic="KREDBEBB")
        )
        self.synchronize(self.connection)
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        self.choose(wizard)
        self.synchronize(self.connection)
        self.sandbox.requests.clear()

    def check_only_read(self, sentence):
        """Click on both accounts: that of the other bank is refreshed, the first one is only read."""
        params = self.click(self.connection)
        self.assertRegex(params["note"], f"{self.account.reference}.*{sentence}")
        self.assertNotIn(OTHER_IBAN, params["note"])
        self.follow(params)
        self.assertEqual({each["resourceId"] for each in self.asked()}, {self.other.id})

    def test_a_bank_under_maintenance(self):
        self.institution.maintenance_type = "financialInstitution"
        self.synchronize(self.connection)
        self.pay(self.bank_account, "2.00", days_ago=0)
        self.check_only_read("under maintenance")
        self.assertBooked(self.account, "1.00", "2.00")

    def test_an_authorization_that_has_expired(self):
        self.bank.expire(self.bank_account)
        self.synchronize(self.connection)
        self.assertEqual(self.account.state, "expired")
        self.check_only_read("authorization has expired")

    def test_an_account_that_ponto_does_not_list(self):
        self.integration.unshare(self.bank_account)
        self.synchronize(self.connection)
        params = self.click(self.connection)
        self.follow(params)
        self.assertEqual({each["resourceId"] for each in self.asked()}, {self.other.id})


@tagged("post_install", "-at_install")
class TestRefreshFailures(RefreshCase):
    """What goes wrong on the way is said in words, and what Ponto has is read all the same."""

    def answer_with_error(self, *issues):
        """Let every look at a synchronization find that it failed."""
        errors = [{"code": code, "detail": detail} for code, detail in issues]
        attributes = {"status": "error", "subtype": DETAILS, "errors": errors}
        body = {"data": {"type": "synchronization", "id": "b1", "attributes": attributes}}
        self.sandbox.faults.add("status", path="^/synchronizations/", method="GET", times=99, status=200, body=body)

    def check_read_all_the_same(self, params):
        self.pay(self.bank_account, "2.00", days_ago=0)
        answer = self.follow(params)
        self.assertBooked(self.account, "1.00", "2.00")
        self.assertEqual(answer["kind"], "warning")
        self.assertIn(self.refreshes[0].message, answer["message"])
        self.assertIn("New transactions: 1", answer["message"])
        return answer

    def test_the_bank_no_longer_lets_ponto_read(self):
        # Ponto does not know it yet, so the account looks fine.
        self.bank_account.revoked = True
        params = self.click()
        self.check_read_all_the_same(params)
        self.assertEnded("failed", "Renew the authorization")
        self.assertEqual(self.refreshes.error_code, "authorizationInvalid")
        self.assertEqual(self.account.state, "expired")
        self.assertGreater(self.account.authorization_expires_at, fields.Datetime.now(), "whatever its date says")
        self.assertIn("Renew the authorization", self.account.refresh_message)
        self.bank.renew(self.bank_account)
        self.synchronize(self.connection)
        self.assertEqual(self.account.state, "linked")
        self.assertFalse(self.account.refresh_message)

    def test_the_authorization_has_expired_since_the_last_look(self):
        params = self.click()
        self.bank.clock.advance(days=200)
        self.poll(params)
        self.bank.clock.advance(seconds=1)
        self.assertEqual(self.poll(params)["state"], "reading")
        self.assertEnded("failed", "Renew the authorization")
        self.assertEqual(self.refreshes.error_code, "authorizationExpired")

    def test_one_of_several_errors_is_the_authorization(self):
        self.answer_with_error(("other", "?"), ("authorizationExpired", "?"), ("another", "?"))
        params = self.click()
        self.poll(params)
        self.poll(params)
        self.assertEnded("failed", "Renew the authorization")
        self.assertTrue(self.account.authorization_refused_at)

    def test_an_error_of_the_bank_is_told_with_ponto_s_own_words(self):
        params = self.click()
        self.poll(params)
        self.institution.maintenance_type = "financialInstitution"
        self.bank.clock.advance(seconds=1)
        self.poll(params)
        self.assertEnded("failed", "could not refresh.*The financial institution is under maintenance")
        card = self.account.journal_id._get_journal_dashboard_data_batched()[self.account.journal_id.id]["ponto"]
        self.assertIn("under maintenance", card["refresh_message"])
        self.check_read_all_the_same(params)
        self.assertIn("under maintenance", self.account.refresh_message)
        self.bank.clock.advance(hours=7)
        self.institution.maintenance_type = None
        self.synchronize(self.connection)
        self.assertFalse(self.account.refresh_message, "Ponto has refreshed it since")

    def test_hostile_words_are_cleaned_and_cut(self):
        words = f"Refused\x00 for \u202e{PUBLIC}\r\n<b>bold</b> Bearer abcdefgh {'x' * 5000}"
        self.answer_with_error(("we ird\x00code" * 50, words))
        params = self.click()
        self.poll(params)
        self.poll(params)
        self.assertEnded("failed", "Refused for")
        detail = self.refreshes.error_detail
        self.assertLessEqual(len(detail), 250)
        self.assertTrue(detail.isprintable())
        for word in (PUBLIC, "abcdefgh"):
            self.assertNotIn(word, detail)

    def test_an_error_without_a_word(self):
        self.answer_with_error()
        params = self.click()
        self.poll(params)
        self.check_read_all_the_same(params)
        self.assertEnded("failed", "could not refresh this account at the bank. What")

    def test_a_bank_that_does_not_answer_is_not_waited_for(self):
        self.bank.options.synchronization_seconds = 10**6
        params = self.click()
        self.poll(params)
        self.refreshes.asked_at -= timedelta(minutes=16)
        self.check_read_all_the_same(params)
        self.assertEnded("failed", "has not answered")

    def test_a_person_who_left_long_ago_is_not_present(self):
        params = self.click()
        self.refreshes.asked_at -= timedelta(minutes=16)
        self.check_read_all_the_same(params)
        self.assertFalse(self.asked())
        self.assertEnded("failed", "has not answered")

    def test_the_account_is_unlinked_meanwhile(self):
        for asked in (False, True):
            self.account.write({"linked": True, "declined": False})
            self.bank.clock.advance(minutes=6)
            self.sandbox.requests.clear()
            params = self.click()
            if asked:
                self.poll(params)
            self.account._unlink_journal()
            self.env.flush_all()
            self.poll(params)
            self.assertEqual(len(self.asked()), 2 if asked else 0)
            self.assertFalse(self.looks())
            self.assertEnded("failed", "no longer synchronized")
            self.assertFalse(self.account.sync_stage)

    def test_ponto_refuses_the_account(self):
        params = self.click()
        self.integration.unshare(self.bank_account)
        self.poll(params)
        self.assertEnded("failed", "The resource of the synchronization is invalid")
        self.assertFalse(self.connection.failure_count)

    def test_an_integration_that_may_only_read_goes_on_reading(self):
        self.sandbox.faults.add("status", path="^/synchronizations$", times=9, status=403)
        params = self.click()
        self.poll(params)
        self.check_read_all_the_same(params)
        self.assertEqual(self.connection.state, "connected")
        self.assertEnded("failed", "could not refresh")

    def test_an_unexpected_problem_ends_it_and_is_in_the_log(self):
        params = self.click()
        self.poll(params)
        self.refreshes.details_id = "no id"
        with self.assertLogs("odoo.addons.account_online_ponto.models.refresh.ponto_refresh", "ERROR"):
            self.assertEqual(self.poll(params)["state"], "reading")
        self.assertEnded("failed", "could not refresh")

    def test_an_unreadable_answer_ends_one_half_only(self):
        self.sandbox.faults.add("malformed", path="^/synchronizations$", method="POST")
        params = self.click()
        self.poll(params)
        self.assertAsked(DETAILS, TRANSACTIONS)
        self.check_read_all_the_same(params)
        self.assertEnded("failed", "The answer is not one that Ponto gives")


@tagged("post_install", "-at_install")
class TestRefreshPontoDown(RefreshCase):
    """A failure of Ponto itself counts for the connection: all its accounts wait together."""

    @mute_logger(SYNC_LOG)
    def check_ends(self, params, sentence):
        answer = self.poll(params)
        self.assertTrue(answer["done"])
        self.assertRegex(answer["message"], sentence)
        self.assertEqual(self.connection.failure_count, 1)
        self.assertGreater(self.connection.next_sync_at, fields.Datetime.now())
        self.assertEnded("failed", sentence)
        calls = len(self.sandbox.requests)
        self.poll(params)
        self.run_scheduled_action()
        self.assertEqual(len(self.sandbox.requests), calls, "nothing is asked before the next attempt")

    def test_ponto_has_a_problem_of_its_own(self):
        self.sandbox.faults.add("status", path="^/synchronizations$", status=503)
        self.check_ends(self.click(), "a problem of its own")
        self.assertEqual(len(self.asked()), 1, "never sent again by itself")

    def test_too_many_calls(self):
        self.sandbox.faults.add("status", path="^/synchronizations$", status=429, retry_after=1800)
        self.check_ends(self.click(), "too many calls")
        wait = self.connection.next_sync_at - fields.Datetime.now()
        self.assertAlmostEqual(wait, timedelta(seconds=1800), delta=timedelta(seconds=30))

    def test_ponto_fails_while_it_is_looked_at(self):
        self.sandbox.faults.add("status", path="^/synchronizations/", times=9, status=500)
        params = self.click()
        self.poll(params)
        self.check_ends(params, "a problem of its own")

    def test_credentials_that_are_refused_stop_the_connection(self):
        self.bank.regenerate_secret(self.integration)
        self.env["ponto.token"].search([]).unlink()
        params = self.click()
        with mute_logger(SYNC_LOG):
            answer = self.poll(params)
        self.assertRegex(answer["message"], "refuses this Client ID")
        self.assertEqual(self.connection.state, "error")
        self.assertFalse(self.asked())
        self.assertEnded("failed", "refuses this Client ID")

    def test_the_others_do_not_ask_after_one_has_failed(self):
        self.open_account(reference=OTHER_IBAN)
        self.synchronize(self.connection)
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        self.choose(wizard)
        self.synchronize(self.connection)
        self.sandbox.requests.clear()
        self.sandbox.faults.add("status", path="^/synchronizations$", times=9, status=503)
        params = self.click(self.connection)
        self.assertEqual(len(params["refreshes"]), 2)
        self.check_ends(params, "a problem of its own")
        self.assertEqual(len(self.asked()), 1)
        self.assertEqual(self.poll(params)["message"].count("a problem of its own"), 1, "said once")

    def test_a_cut_answer_and_a_second_click_make_no_second_synchronization(self):
        self.pay(self.bank_account, "2.00", days_ago=0, visible=False)
        # Ponto carries it out; its answer is cut on the way.
        self.sandbox.faults.add("cut", path="^/synchronizations$", after_bytes=20)
        self.check_ends(self.click(), "cannot be reached")
        self.assertEqual(len(self.asked()), 1)
        params = self.click()
        self.assertEqual(self.connection.failure_count, 0)
        self.poll(params)
        self.assertAsked(DETAILS, DETAILS, TRANSACTIONS)
        made = [
            sync.subtype
            for sync in self.bank.synchronizer.synchronizations.values()
            if sync.customer_ip_address == PUBLIC
        ]
        self.assertEqual(made, [DETAILS, TRANSACTIONS])
        self.assertEqual(self.follow(params)["imported_count"], 1)

    def test_a_crash_after_asking_is_no_second_synchronization(self):
        self.click()
        # A worker asked, and was killed before it wrote anything down.
        self.bank.synchronizer.create(self.bank_account, DETAILS, PUBLIC)
        self.bank.synchronizer.create(self.bank_account, TRANSACTIONS, PUBLIC)
        self.pay(self.bank_account, "2.00", days_ago=0, visible=False)
        self.bank.clock.advance(seconds=5)
        self.run_scheduled_action()
        self.run_scheduled_action()
        self.assertEnded("done")
        self.assertBooked(self.account, "1.00", "2.00")
