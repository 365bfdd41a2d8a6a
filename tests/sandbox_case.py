"""What the sandbox's own tests share: a bank, a server, and plain requests calls with a token."""

from __future__ import annotations

from typing import Any

import requests

from odoo.tests import BaseCase

from ..sandbox import Bank, Sandbox

# A plain number: Odoo's test runner compares it with another.
TIMEOUT = 30
CUSTOMER_ADDRESS = "203.0.113.7"


class SandboxCase(BaseCase):
    """Serve one bank with one integration; ``self.bank`` may be set before."""

    bank: Bank

    def serve(self, bank: Bank) -> Sandbox:
        """Serve a bank until the end of the test."""
        self.bank = bank
        if not bank.integrations:
            bank.add_integration()
        self.integration = bank.integrations[0]
        self.sandbox = Sandbox(bank)
        self.sandbox.start()
        self.addCleanup(self.sandbox.stop)
        self.http = requests.Session()
        self.addCleanup(self.http.close)
        return self.sandbox

    def small_bank(self, transactions: int = 0) -> Bank:
        """Return a bank with one account and some transactions of one euro each, oldest first."""
        bank = Bank()
        self.institution = bank.add_institution("Test Bank", bic="TESTBEBB")
        self.account = bank.add_account(self.institution, reference="BE07626550616261", opening_balance="100")
        for number in range(transactions):
            bank.add_transaction(self.account, 1, remittance_information=f"number {number}")
        return bank

    def token(self) -> str:
        """Return a fresh access token."""
        answer = self.http.post(
            f"{self.sandbox.url}/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=(self.integration.client_id, self.integration.client_secret),
            timeout=TIMEOUT,
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()["access_token"]

    def login(self) -> None:
        """Send a fresh token with every further call."""
        self.http.headers["Authorization"] = f"Bearer {self.token()}"

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        """Call the sandbox."""
        options.setdefault("timeout", TIMEOUT)
        return self.http.request(method, path if "://" in path else self.sandbox.url + path, **options)

    def get(self, path: str, status: int = 200) -> Any:
        """Return the JSON of a GET whose status must be the given one."""
        answer = self.call("GET", path)
        self.assertEqual(answer.status_code, status, answer.text)
        return answer.json()

    def post(self, path: str, attributes: dict[str, Any], status: int = 201) -> Any:
        """Return the JSON of a POST of attributes whose status must be the given one."""
        answer = self.call("POST", path, json={"data": {"type": "whatever", "attributes": attributes}})
        self.assertEqual(answer.status_code, status, answer.text)
        return answer.json()

    def ids(self, path: str) -> list[str]:
        """Return the ids of all pages of a list, in order."""
        found: list[str] = []
        following: str | None = path
        while following:
            document = self.get(following)
            found += [item["id"] for item in document["data"]]
            following = document["links"].get("next")
        return found

    def synchronize(self, subtype: str, account_id: str | None = None) -> dict[str, Any]:
        """Ask for a synchronization and return it when it is done, without waiting for real time."""
        given = {
            "resourceType": "account",
            "resourceId": account_id or self.account.id,
            "subtype": subtype,
            "customerIpAddress": CUSTOMER_ADDRESS,
        }
        created = self.post("/synchronizations", given)["data"]
        self.bank.clock.advance(seconds=1)
        return self.get(f"/synchronizations/{created['id']}")["data"]

    def error(self, document: dict[str, Any]) -> dict[str, Any]:
        """Return the only error of an error document."""
        self.assertEqual(list(document), ["errors"])
        self.assertEqual(len(document["errors"]), 1)
        return document["errors"][0]
