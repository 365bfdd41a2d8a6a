from datetime import timedelta
from decimal import Decimal

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import OTHER_IBAN
from .refresh_case import ACCOUNT, PUBLIC, RefreshCase

DETAILS = "accountDetails"
TRANSACTIONS = "accountTransactionsWithUnsettled"
QUIET = ("odoo.http", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")
NOT_PUBLIC = (
    "127.0.0.1",
    "::1",
    "10.1.2.3",
    "172.16.9.9",
    "192.168.1.20",
    "169.254.0.7",
    "100.64.0.1",
    "203.0.113.7",
    "224.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "fe80::1",
    "fd00::5",
    "ff0e::1",
    "::ffff:10.0.0.1",
    "unknown",
    "8.8.4.4:5060",
    "8.8.4",
    "-",
)


@tagged("post_install", "-at_install")
class TestRefreshAddress(RefreshCase):
    """The bank must know that the customer is present: the user's own public address, or nothing."""

    def test_two_synchronizations_carry_exactly_the_address_of_the_user(self):
        params = self.click()
        self.assertFalse(self.sandbox.requests, "a click answers at once, without waiting for Ponto")
        for _poll in range(3):
            self.poll(params)
        self.assertAsked(DETAILS, TRANSACTIONS)
        for each in self.asked():
            self.assertEqual((each["resourceType"], each["resourceId"]), ("account", self.bank_account.id))
        self.assertEqual(self.refreshes.user_id, self.accountant)

    def test_an_address_of_the_new_internet_and_one_in_its_clothes(self):
        for number, (given, sent) in enumerate(
            (("2001:4860:4860::8844", "2001:4860:4860::8844"), (f"::ffff:{PUBLIC}", PUBLIC))
        ):
            self.come_from(given)
            self.bank.clock.advance(minutes=6 * number)
            self.sandbox.requests.clear()
            params = self.click()
            self.poll(params)
            self.assertAsked(DETAILS, TRANSACTIONS, address=sent)
            self.follow(params)
            self.assertAddressForgotten(sent)

    def test_of_several_proxies_the_one_that_odoo_trusts_counts(self):
        self.come_from(f"10.0.0.8, 1.1.1.1, {PUBLIC}")
        self.poll(self.click())
        self.assertAsked(DETAILS, TRANSACTIONS)

    def test_no_other_address_ever_reaches_ponto(self):
        for number, address in enumerate(NOT_PUBLIC):
            with self.subTest(address=address):
                self.come_from(address)
                self.pay(self.bank_account, f"2.{number:02}", days_ago=0)
                params = self.click()
                self.assertIn("does not see your own internet address", params["note"])
                answer = self.follow(params)
                self.assertFalse(self.asked())
                self.assertEqual(answer["imported_count"], 1, "what Ponto has is read all the same")
        self.assertFalse(self.refreshes)

    def test_a_header_is_not_believed_without_a_trusted_proxy(self):
        for options in ({"proxy_mode": False}, {"with_host": False}):
            self.come_from(PUBLIC, **options)
            self.assertIn("does not see your own internet address", self.click()["note"])
            self.run_scheduled_action()
        self.assertFalse(self.asked())

    def test_a_script_with_an_api_key_is_nobody_s_presence(self):
        self.logout()
        self.come_from(PUBLIC)
        self.use_api_key(self.accountant)
        self.pay(self.bank_account, "2.00", days_ago=0)
        self.call(ACCOUNT, "action_synchronize", self.account.ids)
        self.run_scheduled_action()
        self.assertFalse(self.asked())
        self.assertBooked(self.account, "1.00", "2.00")

    def test_outside_a_request_ponto_is_only_read(self):
        self.pay(self.bank_account, "2.00", days_ago=0)
        self.pay(self.bank_account, "3.00", days_ago=0, visible=False)
        self.synchronize(self.connection)
        self.assertFalse(self.asked())
        self.assertBooked(self.account, "1.00", "2.00")

    def test_the_address_is_read_by_nobody_and_forgotten_at_the_end(self):
        params = self.click()
        self.env.cr.execute("SELECT ip_address FROM ponto_refresh")
        self.assertEqual(self.env.cr.fetchall(), [(PUBLIC,)])
        with mute_logger(*QUIET):
            for user in (self.accountant, self.invoicing, self.env.ref("base.user_admin")):
                self.log_in(user)
                for method, arguments in (
                    ("read", {"fields": ["ip_address"]}),
                    ("search_read", {"domain": [("ip_address", "=", PUBLIC)], "fields": ["id"]}),
                    ("export_data", {"fields_to_export": ["ip_address"]}),
                ):
                    ids = None if method == "search_read" else self.refreshes.ids
                    self.assertRefused("", "ponto.refresh", method, ids, **arguments)
        self.log_in(self.accountant)
        self.assertNotIn("ip_address", self.call("ponto.refresh", "read", self.refreshes.ids)[0])
        self.follow(params)
        self.assertEnded("done")
        self.answers = [answer for answer in self.answers if "search_read" not in answer]
        self.assertNeverAnswered(PUBLIC)


@tagged("post_install", "-at_install")
class TestRefreshFollowed(RefreshCase):
    """Who waits takes the next step; nothing sleeps."""

    def test_what_only_a_refresh_brings_is_imported_after_it(self):
        self.pay(self.bank_account, "2.00", days_ago=0, visible=False)
        self.bank.options.synchronization_seconds = 60
        params = self.click()
        self.assertEqual(params["note"], "")
        answer = self.poll(params)
        self.assertEqual((answer["state"], answer["done"]), ("asking", False))
        self.assertRegex(answer["message"], "BE68.*asking the bank")
        self.run_scheduled_action()
        self.assertBooked(self.account, "1.00")
        self.bank.clock.advance(seconds=61)
        self.assertEqual(self.poll(params)["state"], "reading")
        self.run_scheduled_action()
        answer = self.poll(params)
        self.assertEqual((answer["new_count"], answer["imported_count"], answer["kind"]), (1, 1, "success"))
        self.assertEqual(answer["message"], "Done. New transactions: 1.")
        self.assertBooked(self.account, "1.00", "2.00")
        self.assertEnded("done")
        self.assertEqual(Decimal(str(self.account.bank_balance)), self.bank.balance(self.bank_account))
        self.assertEqual(
            self.account.pulled_synchronized_at, self.account.synchronized_at, "nothing is left for the next reading"
        )

    def test_all_open_pages_share_one_look(self):
        self.bank.options.synchronization_seconds = 600
        params = self.click()
        self.poll(params)
        colleague = self._create_user("ponto_colleague", "account.group_account_manager")
        self.log_in(colleague)
        self.assertEqual(self.click()["refreshes"], params["refreshes"], "the second click joins the first")
        self.assertAsked(DETAILS, TRANSACTIONS)
        self.assertFalse(self.looks(), "what Ponto answered a moment ago is not asked again")
        self.poll(params)
        self.assertEqual(len(self.looks()), 2, "one look at each of the two synchronizations")
        for _page in range(5):
            self.assertEqual(self.poll_at_once(params)["state"], "asking")
        self.assertEqual(len(self.looks()), 2)
        self.poll(params)
        self.assertEqual(len(self.looks()), 4)

    def test_a_finished_synchronization_is_not_looked_at_again(self):
        self.bank.options.synchronization_seconds = 60
        params = self.click()
        self.poll(params)
        refresh = self.refreshes
        details = self.bank.synchronizer.synchronizations[refresh.details_id]
        transactions = self.bank.synchronizer.synchronizations[refresh.transactions_id]
        details.started -= 100
        self.poll(params)
        self.assertTrue(refresh.details_done)
        self.assertFalse(refresh.transactions_done)
        transactions.started -= 100
        self.poll(params)
        self.assertEqual(self.looks().count(f"/synchronizations/{details.id}"), 1)
        self.assertEqual(self.looks().count(f"/synchronizations/{transactions.id}"), 2)
        self.assertEnded("done")

    def test_a_closed_page_loses_nothing(self):
        self.pay(self.bank_account, "2.00", days_ago=0, visible=False)
        self.bank.options.synchronization_seconds = 60
        cron = self.env.ref("account_online_ponto.cron_synchronize")
        self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
        self.click()
        for step in range(3):
            trigger = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
            self.assertEqual(len(trigger), 1, step)
            self.assertAlmostEqual(
                trigger.call_at, fields.Datetime.now() + timedelta(minutes=1), delta=timedelta(seconds=20)
            )
            trigger.unlink()
            self.run_scheduled_action()
            self.pass_some_seconds()
            self.assertAsked(DETAILS, TRANSACTIONS)
        self.bank.clock.advance(seconds=61)
        self.run_scheduled_action()
        self.assertEnded("done")
        self.assertBooked(self.account, "1.00", "2.00")

    def test_the_state_shows_without_the_page_that_clicked(self):
        self.bank.options.synchronization_seconds = 60
        params = self.click()
        self.poll(params)
        self.env.invalidate_all()
        self.assertEqual(self.account.progress, "Asking the bank")
        card = self.account.journal_id._get_journal_dashboard_data_batched()[self.account.journal_id.id]["ponto"]
        self.assertEqual(card["progress"], "Asking the bank")
        self.bank.clock.advance(seconds=61)
        self.poll(params)
        self.assertEqual(self.account.progress, "Reading from Ponto")
        self.follow(params)
        self.assertFalse(self.account.progress)

    def test_recently_synchronized_is_good_news(self):
        for each in (DETAILS, TRANSACTIONS):
            self.bank.synchronizer.create(self.bank_account, each, PUBLIC)
        self.pay(self.bank_account, "2.00", days_ago=0)
        params = self.click()
        self.assertEqual(self.poll(params)["state"], "reading")
        self.assertAsked(DETAILS, TRANSACTIONS)
        self.assertFalse(self.looks())
        self.assertEqual(self.follow(params)["imported_count"], 1)
        self.assertEnded("done")

    def test_ponto_that_does_not_know_pending_transactions_is_asked_without(self):
        self.bank.options.unsettled_synchronizations = False
        self.pay(self.bank_account, "2.00", days_ago=0, visible=False)
        params = self.click()
        self.poll(params)
        self.assertAsked(DETAILS, TRANSACTIONS, "accountTransactions")
        self.assertEqual(self.follow(params)["imported_count"], 1)
        self.assertEnded("done")

    def test_several_accounts_at_once(self):
        others = [
            self.open_account(reference=reference, subtype="savings") for reference in (OTHER_IBAN, "BE43068999999501")
        ]
        self.synchronize(self.connection)
        wizard = self.env["ponto.account.fetch"].browse(self.connection.action_fetch_accounts()["res_id"])
        self.choose(wizard)
        self.synchronize(self.connection)
        self.sandbox.requests.clear()
        for number, bank_account in enumerate([self.bank_account, *others]):
            self.pay(bank_account, f"{5 + number}.00", days_ago=0, visible=False)
        params = self.click(self.connection)
        self.assertEqual(len(params["refreshes"]), 3)
        self.assertIn("3 accounts", self.poll(params)["message"])
        self.assertEqual(len(self.asked()), 6)
        self.assertEqual({each["customerIpAddress"] for each in self.asked()}, {PUBLIC})
        self.assertEqual(self.follow(params)["imported_count"], 3)
        self.assertEqual(set(self.refreshes.mapped("state")), {"done"})
        self.assertAddressForgotten()

    def test_retry_asks_nothing_at_the_bank(self):
        failed = self.account.transaction_ids.copy({"ponto_id": "broken", "state": "error", "statement_line_id": False})
        params = self.call("ponto.transaction", "action_retry", failed.ids)["params"]
        self.assertFalse(params["refreshes"])
        self.follow(params)
        self.assertFalse(self.asked())

    def test_with_scheduled_actions_off_a_click_reads_in_the_request(self):
        self.env.ref("account_online_ponto.cron_synchronize").active = False
        self.pay(self.bank_account, "2.00", days_ago=0)
        notice = self.call(ACCOUNT, "action_synchronize", self.account.ids)
        self.assertIn("switched off", notice["params"]["message"])
        self.assertFalse(self.asked())
        self.assertFalse(self.refreshes)
        self.assertBooked(self.account, "1.00", "2.00")

    def test_a_refresh_that_ends_during_an_import_wants_another_pull(self):
        run = self.account._open_run("schedule")
        self.account.sync_stage = "pull"
        self.account._close_run(run)
        self.assertEqual(self.account.sync_stage, "pull")

    def test_a_run_before_the_click_is_not_counted(self):
        self.bank.clock.advance(minutes=10)
        self.assertEqual(self.follow(self.click())["message"], "Done. Nothing new.")

    def test_old_refreshes_are_forgotten_and_one_left_alone_loses_the_address(self):
        self.click()
        for age, state in ((2, "failed"), (31, None)):
            self.refreshes.asked_at = fields.Datetime.now() - timedelta(days=age)
            self.env["ponto.refresh"]._gc_old_refreshes()
            self.assertEqual(self.refreshes.state or None, state)
            self.assertAddressForgotten()

    def test_who_may_not_fetch_may_not_poll(self):
        self.bank.options.synchronization_seconds = 600
        params = self.click()
        self.env.flush_all()
        stranger = self._create_user(
            "ponto_stranger", "account.group_account_manager", self._create_company("Other Company")
        )
        for user in (self.invoicing, self.employee, stranger):
            with self.subTest(user=user.login), mute_logger(*QUIET):
                self.log_in(user)
                self.assertForbidden(ACCOUNT, "action_poll", params["accounts"], refreshes=params["refreshes"])
                self.assertFalse(self.sandbox.requests, "Ponto was asked")
        self.log_in(self.accountant)
        self.assertEqual(self.poll(params)["state"], "asking")

    def test_what_a_page_invents_is_not_believed(self):
        other = self._create_company("Other Company")
        foreign = self.new_connection(name="Foreign", company_id=other.id)
        account = self.account.copy({"connection_id": foreign.id, "ponto_id": "foreign", "journal_id": False})
        refresh = self.env["ponto.refresh"].create(
            {"account_id": account.id, "state": "failed", "error_code": "x", "error_detail": "secret of another"}
        )
        answer = self.call(ACCOUNT, "action_poll", self.account.ids, refreshes=refresh.ids, seen=[10**9])
        self.assertNotIn("secret", str(answer))
        neighbor = self.account.copy({"ponto_id": "neighbor", "journal_id": False})
        refresh = self.env["ponto.refresh"].create({"account_id": neighbor.id})
        answer = self.call(ACCOUNT, "action_poll", self.account.ids, refreshes=refresh.ids)
        self.assertEqual(answer["state"], "done", "what another account waits for is not this one's matter")
