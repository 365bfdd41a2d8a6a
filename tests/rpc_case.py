"""Talking to Odoo over HTTP, as a browser (session) or a script (API key) does, and remembering every answer."""

import json
from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase

from .common import PontoCase


class RpcRefused(Exception):
    """What the server answered instead of a result.

    :param str name: the exception on the server, or the reason phrase of HTTP
    :param str message: the sentence for the user
    """

    def __init__(self, name, message):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


class RpcCase(PontoCase, HttpCase):
    """The company of `PontoCase`, reachable over HTTP.

    No scheduled action runs by itself during such a test: `run_scheduled_action` does it.
    """

    # All requests of a test share one cursor. The first request of a browser may build what browsers load meanwhile, which
    # takes a busy machine longer than the 20 seconds that the others wait: they would answer a page of HTML, not JSON.
    test_cursor_lock_timeout = 120

    def setUp(self):
        super().setUp()
        self.answers = []

    def open_account_with_payments(self):
        """Return an account at the sandbox's bank with three transactions of the last days."""
        account = self.open_account()
        for number in range(1, 4):
            self.pay(account, f"{number}.50", days_ago=10 - number, remittance_information=f"Invoice {number}")
        return account

    @contextmanager
    def working(self):
        # The registry is in test mode already: new cursors may commit.
        self.env.flush_all()
        with self.registry.cursor() as cr:
            yield self.env(cr=cr)
        self.env.invalidate_all()

    def run_scheduled_action(self):
        """Run the synchronization as the scheduler does, in a transaction of its own."""
        self.env.ref("account_online_ponto.cron_synchronize").method_direct_trigger()
        self.env.invalidate_all()

    # ------------------------------------------------------------------ the two ways in

    def log_in(self, user):
        self.env.flush_all()
        self.authenticate(user.login, user.login)
        self.call = self._call_with_session
        return user

    def use_api_key(self, user):
        """From now on call as a script that holds an API key of the user."""
        self.env.flush_all()
        expires_at = fields.Datetime.now() + timedelta(days=1)
        self.api_key = self.env["res.users.apikeys"].with_user(user)._generate("rpc", "Test", expires_at)
        self.env.flush_all()
        self.call = self._call_with_key
        return user

    def _call_with_session(self, model, method, ids=None, /, *args, **kwargs):
        arguments = [*([] if ids is None else [ids]), *args]
        response = self.url_open(
            "/web/dataset/call_kw",
            json={
                "jsonrpc": "2.0",
                "method": "call",
                "id": 1,
                "params": {"model": model, "method": method, "args": arguments, "kwargs": kwargs},
            },
            timeout=60,
        )
        self.answers.append(response.text)
        self.env.invalidate_all()
        answer = response.json()
        if "error" in answer:
            raise RpcRefused(answer["error"]["data"]["name"], answer["error"]["data"]["message"])
        return answer.get("result")

    def _call_with_key(self, model, method, ids=None, /, **kwargs):
        body = kwargs if ids is None else {"ids": ids, **kwargs}
        response = self.url_open(
            f"/json/2/{model}/{method}",
            data=json.dumps(body),
            headers={"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json"},
            timeout=60,
        )
        self.answers.append(response.text)
        self.env.invalidate_all()
        answer = response.json()
        if response.status_code != 200:
            raise RpcRefused(answer["name"], answer["message"])
        return answer

    # ------------------------------------------------------------------ assertions

    def assertRefused(self, sentence, model, method, ids=None, /, *args, **kwargs):
        """Assert that a call is refused with a sentence.

        :param str sentence: regular expression
        """
        with self.assertRaisesRegex(RpcRefused, sentence):
            self.call(model, method, ids, *args, **kwargs)

    def assertForbidden(self, model, method, ids=None, /, *args, **kwargs):
        """Assert that a call is refused for want of rights, and for no other reason."""
        with self.assertRaises(RpcRefused, msg=f"{model}.{method}") as caught:
            self.call(model, method, ids, *args, **kwargs)
        self.assertRegex(caught.exception.name, "AccessError|Forbidden", f"{model}.{method}: {caught.exception}")

    def assertNeverAnswered(self, *secrets):
        """Assert that no answer of the server, an error with its traceback included, held a secret."""
        self.assertTrue(self.answers)
        for answer in self.answers:
            for secret in secrets:
                self.assertNotIn(secret, answer)
