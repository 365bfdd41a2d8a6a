"""Routes, resources and pages of the sandbox: strict where Ponto is, and its remote control."""

import re
import uuid
from datetime import timedelta
from decimal import Decimal

import requests

from odoo.tests import tagged

from ..sandbox import Bank, Sandbox
from ..sandbox.jsontext import dumps, number_text
from .sandbox_case import TIMEOUT, SandboxCase


@tagged("post_install", "-at_install")
class TestSandboxRoutes(SandboxCase):
    def setUp(self):
        super().setUp()
        self.serve(self.small_bank(transactions=2))
        self.login()

    def test_unknown_routes_do_not_exist(self):
        for path in ("/nothing", "/accounts/", "/account", "/ponto-connect/accounts", "/synchronizations/x/y"):
            self.assertEqual(self.error(self.get(path, 404))["code"], "resourceNotFound", path)

    def test_other_methods_are_not_allowed(self):
        for method, path in (("PUT", "/accounts"), ("DELETE", "/userinfo"), ("GET", "/synchronizations")):
            self.assertEqual(self.call(method, path).status_code, 405)

    def test_unknown_resources_name_their_type(self):
        unknown = str(uuid.uuid4())
        own = f"/accounts/{self.account.id}"
        for path, name in (
            (f"/accounts/{unknown}", "account"),
            (f"{own}/transactions/{unknown}", "transaction"),
            (f"{own}/pending-transactions/{unknown}", "pendingTransaction"),
            (f"/financial-institutions/{unknown}", "financialInstitution"),
            (f"/synchronizations/{unknown}", "synchronization"),
            (f"/synchronizations/{unknown}/updated-transactions", "synchronization"),
            (f"/sandbox/financial-institutions/{unknown}", "financialInstitution"),
        ):
            self.assertEqual(self.error(self.get(path, 404))["meta"]["resource"], name)

    def test_the_discovery_document_leads_to_real_resources(self):
        links = self.get("/")["links"]
        accounts = re.sub(r"/\{\w+\}$", "", links["accounts"])
        self.assertEqual(self.ids(accounts), [self.account.id])
        self.assertIn("{synchronizationId}", links["synchronization"]["updatedTransactions"])
        self.http.headers["Authorization"] = "Bearer wrong"
        self.get("/", 401)

    def test_institutions_can_be_filtered(self):
        other = self.bank.add_institution("Gringotts", bic="GRINFR22", country="FR")
        self.bank.add_account(other, reference="FR7630006000011234567890189")
        self.assertEqual(self.ids("/financial-institutions?filter[name][like]=gring"), [other.id])
        self.assertEqual(self.ids("/financial-institutions?filter[country][eq]=BE"), [self.institution.id])

    def test_newer_attributes_come_on_demand(self):
        path = f"/financial-institutions/{self.institution.id}"
        self.assertNotIn("expectedAuthorizationLifetime", self.get(path)["data"]["attributes"])
        self.sandbox.options.newer_attributes = True
        self.assertEqual(self.get(path)["data"]["attributes"]["expectedAuthorizationLifetime"], 180)
        relationships = self.get(f"/accounts/{self.account.id}")["data"]["relationships"]
        self.assertIn("pendingTransactions", relationships)

    def test_values_outside_the_reference_can_be_served(self):
        item = self.bank.add_transaction(self.account, 1, overrides={"executionDate": "soon", "amount": "abc"})
        served = self.get(f"/accounts/{self.account.id}/transactions/{item.id}")["data"]["attributes"]
        self.assertEqual((served["executionDate"], served["amount"]), ("soon", "abc"))

    def test_calls_are_recorded_with_their_answers(self):
        self.sandbox.clear()
        self.get("/accounts?limit=5")
        self.get("/nothing", 404)
        seen = [(call.method, call.path, call.query, call.status) for call in self.sandbox.requests]
        self.assertEqual(seen, [("GET", "/accounts", {"limit": "5"}, 200), ("GET", "/nothing", {}, 404)])
        self.assertTrue(self.sandbox.requests[0].headers["Authorization"].startswith("Bearer "))
        self.assertNotIn("Bearer", repr(self.sandbox.requests), "the list may be printed")

    def test_amounts_are_written_without_a_way_through_floats(self):
        for amount, text in (
            ("0", "0"), ("0.00", "0"), ("-100", "-100.0"), ("12.34", "12.34"), ("12.30", "12.3"), ("1E+3", "1000.0"),
            ("0.1", "0.1"), ("12345678901234.56", "12345678901234.56"), ("-0.01", "-0.01"),
        ):  # fmt: skip
            self.assertEqual(number_text(Decimal(amount)), text)
        self.assertEqual(dumps({"b": Decimal("0.10"), "a": [None, True, "é"]}), '{"a":[null,true,"é"],"b":0.1}')

    def test_fractions_of_a_second_are_as_recorded(self):
        item = self.bank.transactions(self.account)[0]
        served = self.get(f"/accounts/{self.account.id}/transactions/{item.id}")["data"]["attributes"]
        for name in ("executionDate", "valueDate", "createdAt", "updatedAt"):
            self.assertRegex(served[name], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertTrue(served["executionDate"].endswith("T00:00:00.000Z"))


@tagged("post_install", "-at_install")
class TestSandboxReauthorization(SandboxCase):
    def setUp(self):
        super().setUp()
        self.serve(self.small_bank())
        self.login()
        self.path = f"/accounts/{self.account.id}/reauthorization-requests"

    def _redirect(self):
        asked = self.post(self.path, {"redirectUri": "http://127.0.0.1:9/back?state=x"})
        return asked["data"]["links"]["redirect"]

    def _decide(self, address, decision):
        return requests.post(address, data={"decision": decision}, allow_redirects=False, timeout=TIMEOUT)

    def test_the_owner_authorizes_and_returns(self):
        self.bank.expire(self.account)
        address = self._redirect()
        self.assertIn(self.account.reference, requests.get(address, timeout=TIMEOUT).text)
        answer = self._decide(address, "authorize")
        self.assertEqual((answer.status_code, answer.headers["Location"]), (303, "http://127.0.0.1:9/back?state=x"))
        self.assertTrue(self.account.authorized(self.bank.clock.now()))
        meta = self.get(f"/accounts/{self.account.id}")["data"]["meta"]
        self.assertEqual(meta["latestSynchronization"]["attributes"]["status"], "success")
        self.assertEqual(self._decide(address, "authorize").status_code, 410, "a request serves once")

    def test_the_owner_cancels_and_nothing_changes(self):
        before = self.account.authorized_at
        self.assertEqual(self._decide(self._redirect(), "cancel").status_code, 303)
        self.assertEqual(self.account.authorized_at, before)

    def test_an_integration_may_get_404_instead(self):
        self.sandbox.options.reauthorization_requests = False
        self.post(self.path, {"redirectUri": "https://books.example/back"}, 404)

    def test_the_redirect_uri_is_required_and_absolute(self):
        for attributes in ({}, {"redirectUri": "/back"}, {"redirectUri": "javascript:alert(1)"}):
            error = self.error(self.post(self.path, attributes, 400))
            self.assertEqual(error["source"], {"pointer": "/data/attributes/redirectUri"})

    def test_the_dashboard_renews_and_toggles(self):
        page = requests.get(f"{self.sandbox.url}/dashboard", timeout=TIMEOUT)
        self.assertIn(self.account.reference, page.text)
        self.bank.clock.advance(days=1)
        requests.post(page.url, data={"action": "renew", "account": self.account.id}, timeout=TIMEOUT)
        self.assertEqual(self.account.authorized_at.date(), self.bank.clock.today())
        toggle = {"action": "toggle", "account": self.account.id, "integration": self.integration.id}
        requests.post(page.url, data=toggle, timeout=TIMEOUT)
        self.assertEqual(self.integration.account_ids, [])

    def test_pages_escape_what_they_show(self):
        self.account.reference = "<script>alert(1)</script>"
        for address in (self._redirect(), f"{self.sandbox.url}/dashboard"):
            self.assertNotIn("<script>", requests.get(address, timeout=TIMEOUT).text)


@tagged("post_install", "-at_install")
class TestSandboxBankSide(SandboxCase):
    def setUp(self):
        super().setUp()
        self.serve(self.small_bank())
        self.login()
        self.path = (
            f"/sandbox/financial-institutions/{self.institution.id}/financial-institution-accounts"
            f"/{self.account.bank_id}/financial-institution-transactions"
        )
        self.given = {
            "valueDate": "2026-05-22T00:00:00Z",
            "executionDate": "2026-05-25T00:00:00Z",
            "amount": 84.42,
            "currency": "EUR",
            "description": "Small Cotton Shoes",
            "remittanceInformationType": "unstructured",
        }
        self.bank.clock.advance(days=3650)
        self.bank.renew(self.account)
        self.login()

    def test_a_made_transaction_is_seen_after_a_synchronization(self):
        made = self.post(self.path, self.given)["data"]
        self.assertRegex(made["attributes"]["createdAt"], r"\.\d{6}Z$")
        self.assertEqual(made["attributes"]["executionDate"], "2026-05-25T00:00:00Z")
        own = f"/accounts/{self.account.id}/transactions"
        self.assertEqual(self.ids(own), [])
        self.assertEqual(self.bank.balance(self.account), Decimal("184.42"))
        self.assertEqual(self.bank.reported_balance(self.account), Decimal(100))
        self.synchronize("accountTransactions")
        [seen] = self.get(own)["data"]
        self.assertEqual((seen["type"], seen["attributes"]["amount"]), ("transaction", 84.42))
        self.assertNotEqual(seen["id"], made["id"])

    def test_required_attributes_are_required(self):
        for name in self.given:
            given = {key: value for key, value in self.given.items() if key != name}
            error = self.error(self.post(self.path, given, 400))
            self.assertEqual(error["meta"]["attribute"], name)

    def test_texts_can_be_changed_and_amounts_cannot(self):
        made = self.post(self.path, self.given)["data"]
        one = f"{self.path}/{made['id']}"
        body = {"data": {"attributes": {"counterpartName": "Otro Bank", "description": "Blue shoes"}}}
        changed = self.call("PATCH", one, json=body).json()["data"]["attributes"]
        self.assertEqual((changed["counterpartName"], changed["description"]), ("Otro Bank", "Blue shoes"))
        self.assertGreater(changed["updatedAt"], changed["createdAt"])
        for attributes in ({"amount": 1}, {"counterpartName": "Another"}):
            refused = self.call("PATCH", one, json={"data": {"attributes": attributes}})
            self.assertEqual(refused.status_code, 400)

    def test_a_body_of_another_shape_is_refused(self):
        for body in ("", "[]", "{", '{"data": {"attributes": []}}'):
            answer = self.call("POST", self.path, data=body)
            self.assertEqual(answer.status_code, 400)


@tagged("post_install", "-at_install")
class TestSandboxControl(SandboxCase):
    def setUp(self):
        super().setUp()
        self.serve(self.small_bank(transactions=2))

    def _post(self, name, values, status=200):
        answer = self.call("POST", f"/_sandbox/{name}", json=values)
        self.assertEqual(answer.status_code, status, answer.text)
        return answer.json()

    def test_the_ledger_is_told_exactly(self):
        [told] = self.get("/_sandbox/ledger")["accounts"]
        self.assertEqual((told["ponto_id"], told["transactions"], told["balance"]), (self.account.id, 2, "102"))
        self.assertEqual(told["balances"], {self.bank.clock.today().isoformat(): "102"})
        self.assertEqual(told["expires_at"], self.account.expires_at.isoformat())

    def test_transactions_are_booked(self):
        given = {"account": self.account.id, "amount": "-0.10", "execution_date": "2026-01-05", "visible": False}
        told = self._post("transactions", given)
        self.assertEqual((told["balance"], len(told["ids"])), ("101.90", 1))
        self.assertEqual(len(self.account.visible), 2)
        self.assertEqual(len(self._post("transactions", {"account": self.account.id, "count": 200})["ids"]), 200)
        self.assertEqual(len(self.account.visible), 202)

    def test_the_clock_and_authorizations_move(self):
        before = self.bank.clock.now()
        self._post("clock", {"advance_seconds": 86400})
        self.assertGreaterEqual(self.bank.clock.now() - before, timedelta(days=1))
        self._post("expire", {"account": self.account.id})
        self.assertFalse(self.account.authorized(self.bank.clock.now()))
        self._post("renew", {"account": self.account.id})
        self.assertTrue(self.account.authorized(self.bank.clock.now()))
        self._post("share", {"account": self.account.id, "on": False})
        self.assertEqual(self.integration.account_ids, [])

    def test_faults_and_options_are_set(self):
        self._post("faults", {"kind": "status", "path": "/userinfo", "status": 503})
        self.login()
        self.get("/userinfo", 503)
        self.get("/userinfo")
        self._post("faults", {"clear": True})
        self._post("options", {"page_limit_cap": 1})
        self.assertEqual(self.sandbox.options.page_limit_cap, 1)

    def test_nonsense_is_refused(self):
        self._post("faults", {"kind": "earthquake"}, 400)
        self._post("options", {"nothing": 1}, 400)
        self._post("renew", {"account": "unknown"}, 400)
        self._post("nothing", {}, 404)

    def test_control_calls_are_not_among_the_recorded_ones(self):
        self.sandbox.clear()
        self.get("/_sandbox/ledger")
        self.assertEqual(self.sandbox.requests, [])

    def test_two_banks_never_share_an_id(self):
        other = Bank()
        institution = other.add_institution("Test Bank", bic="TESTBEBB")
        self.assertNotEqual(institution.id, self.institution.id)
        with Sandbox(other) as sandbox:
            self.assertNotEqual(sandbox.url, self.sandbox.url)
