from datetime import datetime, timedelta, timezone

from odoo.tests import tagged

from ..ponto_client import CredentialsError
from ..ponto_client.answers import clock_difference
from .http_stub import ClientCase
from .sandbox_case import SandboxCase

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc).timestamp()
DATED = "Sun, 01 Mar 2026 12:00:00 GMT"


@tagged("post_install", "-at_install")
class TestClientClock(SandboxCase, ClientCase):
    """The client tells how far Ponto's clock is from this machine's."""

    def test_what_an_answer_proves(self):
        for asked, answered, expected in (
            (0, 0.2, 0.0),  # the date is cut to whole seconds
            (0.9, 1.1, 0.0),
            (-20, 3, 0.0),  # a slow answer may have been dated at any moment
            (-61, -60, 60.0),
            (61, 62, -60.0),
        ):
            self.assertAlmostEqual(clock_difference(DATED, NOON + asked, NOON + answered), expected, msg=asked)
        self.assertAlmostEqual(clock_difference("Sun, 01 Mar 2026 13:00:00 +0100", NOON, NOON), 0.0)
        for unreadable in (None, "", "yesterday", "Sun, 99 Mar 2026 12:00:00 GMT"):
            self.assertIsNone(clock_difference(unreadable, NOON, NOON), unreadable)

    def test_every_answer_tells_it_a_refusal_too(self):
        self.serve(self.small_bank())
        client = self.make_client(self.sandbox.url, self.integration.client_secret, self.integration.client_id)
        self.assertIsNone(client.clock_difference)
        client.check_credentials()
        self.assertAlmostEqual(client.clock_difference, 0, delta=5)
        self.bank.clock.advance(minutes=20)
        list(client.accounts())
        self.assertAlmostEqual(client.clock_difference, 1200, delta=5)
        self.bank.clock.advance(minutes=-40)
        client = self.make_client(self.sandbox.url, "wrong", self.integration.client_id)
        with self.assertRaises(CredentialsError):
            client.check_credentials()
        self.assertAlmostEqual(client.clock_difference, -1200, delta=5)

    def test_the_sandbox_dates_its_answers_by_its_own_clock(self):
        self.serve(self.small_bank())
        self.bank.clock.set(datetime(2027, 1, 2, 3, 4, 5, tzinfo=timezone.utc) + timedelta(milliseconds=600))
        self.assertEqual(self.call("GET", "/").headers["Date"], "Sat, 02 Jan 2027 03:04:05 GMT")
