"""A click in a browser behind a proxy, the page that shows its progress, and what Ponto is asked meanwhile."""

import json
from datetime import timedelta

from odoo.tools import config

from .rpc_case import RpcCase

PUBLIC = "8.8.4.4"
ACCOUNT = "ponto.account"


class RefreshCase(RpcCase):
    """One synchronized account with one transaction in the books, and an Administrator of Invoicing who clicks."""

    def prepare(self):
        super().prepare()
        self.bank_account = self.open_account()
        # Not in the second in which a test may let the bank refuse it: of the two the authorization would count.
        self.bank_account.authorized_at -= timedelta(minutes=1)
        self.pay(self.bank_account, "1.00", days_ago=3)
        self.connection = self.connect_and_import()
        self.account = self.connection.account_ids
        self.sandbox.requests.clear()

    def setUp(self):
        super().setUp()
        self.addCleanup(config.__setitem__, "proxy_mode", config["proxy_mode"])
        self.log_in(self.accountant)

    # ------------------------------------------------------------------ the person

    def log_in(self, user):
        user = super().log_in(user)
        self.come_from(PUBLIC)
        return user

    def come_from(self, address, proxy_mode=True, with_host=True):
        """Sit behind a proxy that says from where the next requests come."""
        config["proxy_mode"] = proxy_mode
        self.opener.headers["X-Forwarded-For"] = address
        self.opener.headers.pop("X-Forwarded-Host", None)
        if with_host:
            self.opener.headers["X-Forwarded-Host"] = self.base_url().split("//")[1]

    def click(self, record=None):
        """Click *Fetch Transactions*, and return whose progress the web client gets to show."""
        record = self.account if record is None else record
        action = self.call(record._name, "action_synchronize", record.ids)
        self.assertEqual(action["tag"], "account_online_ponto.progress")
        return action["params"]

    def poll(self, params):
        """Poll as the open page does, a while after the last time."""
        self.pass_some_seconds()
        return self.poll_at_once(params)

    def poll_at_once(self, params):
        return self.call(ACCOUNT, "action_poll", params["accounts"], refreshes=params["refreshes"], seen=params["seen"])

    def follow(self, params):
        """Do what page and scheduled action do until all is done, and return the last answer."""
        for _poll in range(10):
            answer = self.poll(params)
            if answer["done"]:
                return answer
            self.bank.clock.advance(seconds=1)
            self.run_scheduled_action()
        raise AssertionError(f"Never done: {answer}")

    def pass_some_seconds(self):
        """Let the last answer of Ponto be older than what pages share."""
        self.env.cr.execute("UPDATE ponto_refresh SET polled_at = polled_at - interval '3 seconds'")
        self.env.invalidate_all()

    # ------------------------------------------------------------------ what Ponto was asked

    @property
    def refreshes(self):
        return self.env["ponto.refresh"].search([("account_id.connection_id", "=", self.connection.id)])

    def asked(self):
        """Return the attributes of every synchronization that was asked for, refused ones included."""
        return [
            json.loads(call.body)["data"]["attributes"]
            for call in self.sandbox.requests
            if (call.method, call.path) == ("POST", "/synchronizations")
        ]

    def looks(self):
        """Return the path of every look at a synchronization."""
        return [call.path for call in self.sandbox.requests if call.path.startswith("/synchronizations/")]

    def assertAsked(self, *subtypes, address=PUBLIC):
        self.assertEqual([each["subtype"] for each in self.asked()], list(subtypes))
        for each in self.asked():
            self.assertEqual(each["customerIpAddress"], address)

    def assertEnded(self, state, sentence="^$"):
        """Assert how the last refresh ended, and that the address is forgotten."""
        refresh = self.refreshes[:1]
        self.assertEqual(refresh.state, state, refresh.message)
        self.assertRegex(refresh.message or "", sentence)
        self.assertTrue(refresh.ended_at)
        self.assertAddressForgotten()

    def assertAddressForgotten(self, address=PUBLIC):
        self.env.flush_all()
        self.env.cr.execute("SELECT count(*) FROM ponto_refresh row WHERE row::text LIKE %s", [f"%{address}%"])
        self.assertEqual(self.env.cr.fetchone()[0], 0)
