import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

from odoo.tests import common, tagged
from odoo.tools import config, mute_logger

from .common import IBAN
from .refresh_case import PUBLIC
from .rpc_case import RpcCase

TOUR_SECONDS = 180  # the longest on a busy machine


class Browser(common.ChromeBrowser):
    """A browser whose requests may come with what a reverse proxy adds to them, and beside it a worker at work."""

    def navigate_to(self, url, *arguments, **options):
        headers = {"X-Forwarded-For": self.test_case.comes_from, "X-Forwarded-Host": urlsplit(url).netloc}
        self._websocket_request("Network.enable")
        self._websocket_request("Network.setExtraHTTPHeaders", params={"headers": headers})
        return super().navigate_to(url, *arguments, **options)

    def _wait_code_ok(self, *arguments, **options):
        with self.test_case.worker():
            return super()._wait_code_ok(*arguments, **options)


@tagged("post_install", "-at_install")
class TestRefreshBrowser(RpcCase):
    """The button on the card, and the notification that follows what it began, while the scheduled action works."""

    statement_period = "none"

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        self.pay(self.bank_account, "1.50", days_ago=3)
        self.connection = self.connect_and_import()
        self.cron_id = self.env.ref("account_online_ponto.cron_synchronize").id
        self.sandbox.requests.clear()

    @contextmanager
    def worker(self):
        """Run the scheduled action every second, as Odoo's worker does; none runs during a test."""
        stop, problems = threading.Event(), []

        def work():
            while not stop.wait(1):
                try:
                    with self.registry.cursor() as cr:
                        self.env(cr=cr)["ir.cron"].browse(self.cron_id).method_direct_trigger()
                except Exception as error:  # noqa: BLE001 told by the test
                    problems.append(error)

        thread = threading.Thread(target=work, name="scheduled action")
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()
        self.assertFalse(problems)

    def watch(self, tour):
        self.addCleanup(config.__setitem__, "proxy_mode", config["proxy_mode"])
        config["proxy_mode"] = True
        self.patch(common, "ChromeBrowser", Browser)
        self.start_tour("/odoo", tour, login=self.accountant.login, timeout=TOUR_SECONDS)
        self.env.invalidate_all()

    def posted(self):
        return [call for call in self.sandbox.requests if call.method == "POST" and call.path == "/synchronizations"]

    @mute_logger("odoo.http")
    def test_a_click_on_the_card_is_followed_to_the_new_transactions(self):
        self.comes_from = PUBLIC
        self.bank.options.synchronization_seconds = 4
        self.pay(self.bank_account, "2000.00", days_ago=0, visible=False)
        self.watch("ponto_refresh")
        self.assertEqual(len(self.posted()), 2)
        for call in self.posted():
            self.assertIn(PUBLIC, call.body)
        self.assertBooked(self.connection.account_ids, "1.50", "2000.00")

    @mute_logger("odoo.http")
    def test_without_a_public_address_the_click_only_reads_and_says_so(self):
        self.comes_from = "192.168.1.20"
        self.pay(self.bank_account, "2000.00", days_ago=0)
        self.watch("ponto_read_only")
        self.assertFalse(self.posted())
        self.assertBooked(self.connection.account_ids, "1.50", "2000.00")
        self.assertEqual(self.connection.account_ids.reference, IBAN)
