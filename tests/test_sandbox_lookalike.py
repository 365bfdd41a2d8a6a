"""A client written only from the API reference reads the whole company from the sandbox, each thing once."""

from collections import Counter

import requests

from odoo.tests import BaseCase, tagged

from ..sandbox import Sandbox, belgian_company

TIMEOUT = 30


class LookAlike:
    """Plain calls, as public clients of Ponto make them; knows an address, a client id and a secret."""

    def __init__(self, url, client_id, client_secret):
        self.url = url
        answer = requests.post(
            f"{url}/oauth2/token",
            params={"grant_type": "client_credentials"},
            auth=(client_id, client_secret),
            headers={"Accept": "application/json"},
            timeout=TIMEOUT,
        )
        answer.raise_for_status()
        token = answer.json()
        self.headers = {"Authorization": f"Bearer {token['access_token']}", "Accept": "application/json"}

    def get(self, url, **params):
        answer = requests.get(url, params=params, headers=self.headers, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def old_spelling(self, path, limit):
        """Ask page after page by hand with the last id, until an empty one (as OCA does)."""
        params, items = {"limit": limit}, []
        while True:
            data = self.get(self.url + path, **params)["data"]
            if not data:
                return items
            items += data
            params["after"] = data[-1]["id"]

    def new_spelling(self, path, limit):
        """Ask with page[...] and the cursor in meta.paging."""
        params, items = {"page[limit]": limit}, []
        while True:
            page = self.get(self.url + path, **params)
            items += page["data"]
            after = page["meta"]["paging"].get("after")
            if not after:
                return items
            params["page[after]"] = after

    def links(self, path, limit):
        """Follow links.next as they are."""
        page = self.get(f"{self.url}{path}?page[limit]={limit}")
        items = page["data"]
        while page["links"].get("next"):
            page = self.get(page["links"]["next"])
            items += page["data"]
        return items


@tagged("post_install", "-at_install")
class TestSandboxLookAlike(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = belgian_company()
        cls.sandbox = Sandbox(cls.company.bank).start()
        cls.addClassCleanup(cls.sandbox.stop)

    def setUp(self):
        super().setUp()
        integration = self.company.integration
        self.client = LookAlike(self.sandbox.url, integration.client_id, integration.client_secret)

    def _read_all(self, read, limit):
        accounts = read("/accounts", min(limit, 4))
        self.assertEqual(len(accounts), 9)
        self.assertEqual({item["id"] for item in accounts}, {each.id for each in self.company.accounts.values()})
        found = Counter()
        for account in accounts:
            items = read(f"/accounts/{account['id']}/transactions", limit)
            expected = [item.id for item in self.company.bank.transactions(self.company.bank.accounts[account["id"]])]
            self.assertEqual([item["id"] for item in items], expected, "the order is the bank's, newest first")
            found.update(item["id"] for item in items)
        self.assertEqual(sum(found.values()), 2502)
        self.assertEqual(set(found.values()), {1}, "every transaction exactly once")

    def test_the_old_spelling_reads_everything_once(self):
        self._read_all(self.client.old_spelling, 100)

    def test_the_new_spelling_reads_everything_once(self):
        self._read_all(self.client.new_spelling, 100)

    def test_the_links_read_everything_once(self):
        self._read_all(self.client.links, 77)

    def test_institutions_are_those_of_the_accounts(self):
        names = {item["attributes"]["name"] for item in self.client.links("/financial-institutions", 2)}
        expected = {account.institution.name for account in self.company.accounts.values()}
        self.assertEqual(names, expected)
        self.assertEqual(len(expected), 4)

    def test_balance_and_transactions_agree_for_a_reader(self):
        for account in self.client.links("/accounts", 100):
            items = self.client.links(f"/accounts/{account['id']}/transactions", 100)
            cents = sum(round(item["attributes"]["amount"] * 100) for item in items)
            opening = self.company.bank.accounts[account["id"]].opening_balance
            self.assertEqual(round(opening * 100) + cents, round(account["attributes"]["currentBalance"] * 100))
