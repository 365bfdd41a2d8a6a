"""What the demo's sandbox did lasts as long as its file: over a kill, and over the days in which it does not run."""

import os
import subprocess
import sys
import tempfile
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path

import requests

from odoo.tests import BaseCase, tagged

from ..sandbox import MISSING, Sandbox
from ..sandbox.keeping import Keeper, load
from .sandbox_case import CUSTOMER_ADDRESS, TIMEOUT, SandboxCase

TREE = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds, on a busy machine


class KeptSandbox:
    """The sandbox of the demo in a process of its own.

    :param folder: holds the file of its state
    """

    def __init__(self, folder):
        self.state = folder / "sandbox.state"
        self._ready = folder / "ready"
        self._secret = uuid.uuid4().hex
        self._token = None

    def start(self, anchor):
        """Start it, and return when it listens.

        :param anchor: day on which a new company begins
        """
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tools.sandbox_server", "--port", "0", "--anchor", anchor.isoformat()]
        command += ["--state", str(self.state), "--ready-file", str(self._ready)]
        self._child = subprocess.Popen(command, cwd=TREE, env={**os.environ, "PONTO_SANDBOX_SECRET": self._secret})
        end = time.monotonic() + PATIENCE
        while not self._ready.exists():
            if self._child.poll() is not None or time.monotonic() > end:
                raise AssertionError("the sandbox does not start")
            time.sleep(0.05)
        self.url, self.client_id = self._ready.read_text().split()

    def kill(self):
        self._child.kill()
        self._child.wait()

    def log_in(self):
        answer = requests.post(
            f"{self.url}/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(self.client_id, self._secret),
            timeout=TIMEOUT,
        )
        answer.raise_for_status()
        self._token = answer.json()["access_token"]

    def call(self, method, path, **options):
        """Return the JSON of a call with the token of the last login."""
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = requests.request(method, self.url + path, headers=headers, timeout=TIMEOUT, **options)
        answer.raise_for_status()
        return answer.json()

    def get(self, path):
        return self.call("GET", path)

    def post(self, path, **values):
        return self.call("POST", path, json=values)

    def synchronize(self, account_id, subtype):
        """Ask Ponto to read an account, and return the id of the synchronization when it has ended."""
        attributes = {"resourceType": "account", "resourceId": account_id, "subtype": subtype,
                      "customerIpAddress": CUSTOMER_ADDRESS}  # fmt: skip
        made = self.post("/synchronizations", data={"type": "synchronization", "attributes": attributes})["data"]["id"]
        end = time.monotonic() + PATIENCE
        while self.get(f"/synchronizations/{made}")["data"]["attributes"]["status"] != "success":
            if time.monotonic() > end:
                raise AssertionError("the synchronization does not end")
            time.sleep(0.05)
        return made

    def snapshot(self):
        """Return everything that a client of Ponto, or a person before its dashboard, can see."""
        ledger = self.get("/_sandbox/ledger")["accounts"]
        seen = {"ledger": ledger, "accounts": self.get("/accounts?limit=100"), "userinfo": self.get("/userinfo")}
        seen["institutions"] = self.get("/financial-institutions?limit=100")
        for account in ledger:
            seen[account["ponto_id"]] = self.get(f"/accounts/{account['ponto_id']}/transactions?limit=100")
        return repr(seen).replace(self.url, "")


@tagged("post_install", "-at_install")
class TestSandboxKeeping(BaseCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.kept = KeptSandbox(Path(folder.name))

    def start(self):
        self.kept.start(datetime.now(timezone.utc).date())
        self.addCleanup(self.kept.kill)

    def test_a_killed_sandbox_comes_back_as_the_one_that_it_was(self):
        kept = self.kept
        self.start()
        kept.log_in()
        main = kept.get("/_sandbox/scenario")["accounts"]["main"]
        paid = kept.post("/_sandbox/payments")["ids"]
        self.assertTrue(paid)
        booked = kept.post("/_sandbox/transactions", account=main, amount="-1.25", visible=False)
        read = kept.synchronize(main, "accountTransactions")
        requests.post(f"{kept.url}/dashboard", data={"account": main, "action": "renew"}, timeout=TIMEOUT)
        before = kept.snapshot()
        kept.kill()
        self.start()
        self.assertEqual(kept.snapshot(), before, "nothing is forgotten, not even the token")
        self.assertEqual(kept.get(f"/synchronizations/{read}")["data"]["attributes"]["status"], "success")
        shown = [item["id"] for item in kept.get(f"/accounts/{main}/transactions?limit=100")["data"]]
        self.assertEqual(shown[: len(paid) + 1], booked["ids"] + paid[::-1])
        # What comes now is new: no id and no payment of an invoice comes twice.
        self.assertFalse(set(kept.post("/_sandbox/payments")["ids"]) & set(paid))
        again = kept.post("/_sandbox/transactions", account=main, amount="-1.25")
        self.assertFalse(set(again["ids"]) & set(booked["ids"] + paid))

    def test_an_answer_goes_out_only_when_it_is_written_down(self):
        kept = self.kept
        self.start()
        main = kept.get("/_sandbox/scenario")["accounts"]["main"]
        known = set()
        for _kill in range(2):
            made = kept.post("/_sandbox/transactions", account=main, amount="-1.25")
            kept.kill()
            self.assertFalse(known & set(made["ids"]))
            known.update(made["ids"])
            self.start()
            ledger = {each["ponto_id"]: each for each in kept.get("/_sandbox/ledger")["accounts"]}
            self.assertEqual(ledger[main]["balance"], made["balance"])

    def test_its_file_is_for_its_owner_only(self):
        self.start()
        self.assertEqual(self.kept.state.stat().st_mode & 0o777, 0o600)
        self.kept.post("/_sandbox/payments")
        self.assertEqual(self.kept.state.stat().st_mode & 0o777, 0o600)


@tagged("post_install", "-at_install")
class TestSandboxKeepingDays(SandboxCase):
    """Days pass while nobody serves: the clock of the bank that comes back says so."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "state")

    def keep(self, bank):
        self.serve(bank)
        self.sandbox.stop()
        self.sandbox = Sandbox(bank, keeper=Keeper(bank, self.path)).start()
        self.addCleanup(self.sandbox.stop)
        self.login()
        return bank

    def come_back(self, **later):
        """Serve what was written down, after some time."""
        self.sandbox.stop()
        bank = load(self.path)
        bank.clock.advance(**later)
        return self.keep(bank)

    def test_background_synchronizations_of_the_days_between_are_told(self):
        bank = self.keep(self.small_bank(3))
        left = bank.clock.now()
        bank.add_transaction(self.account, "-20", visible=False)
        self.call("POST", "/_sandbox/renew", json={"account": self.account.id})
        back = self.come_back(days=3)
        account = self.get("/accounts")["data"][0]
        self.assertEqual(account["attributes"]["currentBalance"], 83)
        last = back.accounts[self.account.id].synchronized_at
        self.assertGreater(last, left + timedelta(days=2, hours=12))
        self.assertLess(last, left + timedelta(days=3, seconds=5))
        self.assertEqual(len(self.ids(f"/accounts/{self.account.id}/transactions")), 4)

    def test_what_time_alone_changed_is_written_down_too(self):
        bank = self.keep(self.small_bank())
        bank.clock.advance(days=1)
        before = set(load(self.path).synchronizer.synchronizations)
        self.get("/_sandbox/ledger")
        made = set(load(self.path).synchronizer.synchronizations) - before
        self.assertEqual(made, set(bank.synchronizer.synchronizations) - before)
        self.assertTrue(made, "background synchronizations of a day")

    def test_authorizations_end_while_nobody_serves(self):
        bank = self.small_bank(2)
        bank.accounts[self.account.id].institution.authorization_lifetime = 9
        self.keep(bank)
        before = self.get("/accounts")["data"][0]["attributes"]["currentBalance"]
        self.come_back(days=10)
        latest = self.get("/accounts")["data"][0]["meta"]["latestSynchronization"]["attributes"]
        self.assertEqual(latest["errors"][0]["code"], "authorizationExpired")
        self.assertEqual(self.get("/accounts")["data"][0]["attributes"]["currentBalance"], before)

    def test_a_synchronization_that_ran_when_the_sandbox_ended_ends(self):
        bank = self.keep(self.small_bank())
        bank.options.synchronization_seconds = 5
        given = {"resourceType": "account", "resourceId": self.account.id, "subtype": "accountTransactions",
                 "customerIpAddress": CUSTOMER_ADDRESS}  # fmt: skip
        made = self.post("/synchronizations", given)["data"]["id"]
        self.come_back()
        self.assertEqual(self.get(f"/synchronizations/{made}")["data"]["attributes"]["status"], "success")

    def test_a_value_that_is_left_out_stays_left_out(self):
        bank = self.small_bank()
        bank.add_transaction(self.account, 1, members={"id": MISSING})
        self.keep(bank)
        path = f"/accounts/{self.account.id}/transactions"
        told = self.get(path)["data"]
        self.assertNotIn("id", told[0])
        self.come_back()
        again = self.get(path)["data"]
        self.assertEqual([set(item) for item in again], [set(item) for item in told])
        self.assertEqual(again[0]["attributes"], told[0]["attributes"])
