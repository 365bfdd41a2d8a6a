"""The sandbox answers as Ponto does: tokens, scopes, toggles, pages."""

import base64
import uuid
from datetime import date, timedelta

import requests

from odoo.tests import tagged

from .sandbox_case import SandboxCase


@tagged("post_install", "-at_install")
class TestSandboxTokens(SandboxCase):
    def setUp(self):
        super().setUp()
        self.serve(self.small_bank())

    def _ask(self, secret=None, **options):
        auth = (self.integration.client_id, secret or self.integration.client_secret)
        return self.call("POST", "/oauth2/token", auth=auth, **options)

    def test_a_token_has_the_recorded_form(self):
        answer = self._ask(data={"grant_type": "client_credentials"})
        document = answer.json()
        self.assertEqual(set(document), {"access_token", "expires_in", "scope", "token_type"})
        self.assertRegex(document["access_token"], r"^[A-Za-z0-9_-]{43}\.[A-Za-z0-9_-]{43}$")
        self.assertEqual((document["expires_in"], document["scope"], document["token_type"]), (1799, "ai", "bearer"))
        self.assertTrue(answer.headers["ibanity-request-id"])

    def test_the_grant_type_may_stand_in_the_query_or_in_json(self):
        self.assertEqual(self._ask(params={"grant_type": "client_credentials"}).status_code, 200)
        self.assertEqual(self._ask(json={"grant_type": "client_credentials"}).status_code, 200)

    def test_another_grant_is_refused(self):
        answer = self._ask(data={"grant_type": "password"})
        self.assertEqual((answer.status_code, answer.json()["error"]), (400, "unsupported_grant_type"))

    def test_wrong_credentials_are_refused_in_oauths_shape(self):
        for options in ({"secret": "wrong"}, {}):
            answer = self._ask(**options, data={"grant_type": "client_credentials"}) if options else self.call(
                "POST", "/oauth2/token", data={"grant_type": "client_credentials"}
            )  # fmt: skip
            self.assertEqual(answer.status_code, 401)
            self.assertEqual(answer.json()["error"], "invalid_client")
            self.assertIn("error_description", answer.json())

    def test_a_regenerated_secret_replaces_the_old_one(self):
        old = self.integration.client_secret
        new = self.bank.regenerate_secret(self.integration)
        self.assertEqual(self._ask(old, data={"grant_type": "client_credentials"}).status_code, 401)
        self.assertEqual(self._ask(new, data={"grant_type": "client_credentials"}).status_code, 200)

    def test_tokens_expire_by_the_clock(self):
        self.login()
        self.bank.clock.advance(seconds=1790)
        self.get("/accounts")
        self.bank.clock.advance(seconds=10)
        error = self.error(self.get("/accounts", 401))
        self.assertEqual(error["code"], "invalidAccessToken")
        self.assertTrue(error["meta"]["requestId"])

    def test_a_missing_or_wrong_bearer_is_refused(self):
        self.assertEqual(self.error(self.get("/accounts", 401))["code"], "invalidAccessToken")
        basic = base64.b64encode(b"a:b").decode()
        for header in ("Bearer wrong", f"Basic {basic}", "Bearer "):
            self.http.headers["Authorization"] = header
            self.get("/accounts", 401)

    def test_a_revoked_token_ends(self):
        token = self.token()
        auth = (self.integration.client_id, self.integration.client_secret)
        self.assertEqual(self.call("POST", "/oauth2/revoke", auth=auth, data={"token": token}).json(), {})
        self.http.headers["Authorization"] = f"Bearer {token}"
        self.get("/accounts", 401)

    def test_without_account_information_resources_are_forbidden(self):
        for scope in ("", "pi"):
            self.integration.scope = scope
            self.login()
            self.get("/accounts", 403)
            self.get("/financial-institutions", 403)
            self.get("/userinfo")
        self.integration.scope = "ai pi"
        self.login()
        self.get("/accounts")

    def test_each_integration_sees_what_was_toggled_on(self):
        second = self.bank.add_account(self.institution, reference="BE68539007547034")
        self.integration.unshare(self.account)
        self.login()
        self.assertEqual(self.ids("/accounts"), [second.id])
        self.get(f"/accounts/{self.account.id}", 404)
        self.get(f"/accounts/{self.account.id}/transactions", 404)
        self.integration.share(self.account)
        self.assertEqual(self.ids("/accounts"), [second.id, self.account.id])

    def test_deleting_takes_an_account_out_of_one_integration_only(self):
        other = self.bank.add_integration("Other")
        self.login()
        answer = self.call("DELETE", f"/accounts/{self.account.id}")
        self.assertEqual((answer.status_code, answer.json()["data"]), (200, {"id": self.account.id, "type": "account"}))
        self.assertEqual(self.ids("/accounts"), [])
        self.assertEqual(self.ids("/financial-institutions"), [])
        self.integration = other
        self.login()
        self.assertEqual(self.ids("/accounts"), [self.account.id])

    def test_a_stopped_sandbox_answers_nobody_not_even_an_open_connection(self):
        self.login()
        self.get("/accounts")
        self.sandbox.stop()
        with self.assertRaises(requests.ConnectionError):
            self.call("GET", "/accounts")
        self.sandbox.start()
        self.get("/accounts")


@tagged("post_install", "-at_install")
class TestSandboxPaging(SandboxCase):
    def setUp(self):
        super().setUp()
        self.serve(self.small_bank(transactions=25))
        self.login()
        self.path = f"/accounts/{self.account.id}/transactions"
        self.newest_first = [item.id for item in self.bank.transactions(self.account)]

    def test_ten_a_page_by_default_newest_first(self):
        page = self.get(self.path)
        self.assertEqual([item["id"] for item in page["data"]], self.newest_first[:10])
        self.assertEqual(page["links"]["first"], f"{self.sandbox.url}{self.path}")
        self.assertEqual(page["meta"]["paging"], {"limit": 10, "after": self.newest_first[9], "before": None})

    def test_links_keep_the_spelling_of_the_question(self):
        last = self.newest_first[3]
        new = self.get(f"{self.path}?page[limit]=4")["links"]
        self.assertEqual(new["next"], f"{self.sandbox.url}{self.path}?page[after]={last}&page[limit]=4")
        self.assertEqual(new["first"], f"{self.sandbox.url}{self.path}?page[limit]=4")
        old = self.get(f"{self.path}?limit=4")["links"]
        self.assertEqual(old["next"], f"{self.sandbox.url}{self.path}?after={last}&limit=4")

    def test_both_spellings_lead_to_the_end(self):
        for question in ("?limit=7", "?page[limit]=7", ""):
            self.assertEqual(self.ids(self.path + question), self.newest_first)

    def test_before_walks_to_newer_ones(self):
        page = self.get(f"{self.path}?limit=5&before={self.newest_first[12]}")
        self.assertEqual([item["id"] for item in page["data"]], self.newest_first[7:12])
        self.assertIn(f"before={self.newest_first[7]}", page["links"]["prev"])
        self.assertEqual(page["meta"]["paging"]["before"], self.newest_first[7])
        first = self.get(f"{self.path}?limit=50&before={self.newest_first[3]}")
        self.assertEqual([item["id"] for item in first["data"]], self.newest_first[:3])
        self.assertNotIn("prev", first["links"])

    def test_after_the_last_and_after_an_unknown_id_comes_nothing(self):
        for cursor in (self.newest_first[-1], str(uuid.uuid4())):
            page = self.get(f"{self.path}?page[after]={cursor}")
            self.assertEqual(page["data"], [])
            self.assertEqual(list(page["links"]), ["first"])

    def test_the_last_page_has_no_next(self):
        page = self.get(f"{self.path}?limit=100")
        self.assertEqual(len(page["data"]), 25)
        self.assertNotIn("next", page["links"])
        self.assertIsNone(page["meta"]["paging"]["after"])

    def test_limits_outside_1_to_100_are_refused(self):
        for limit in ("0", "-1", "101", "ten", "1.5", "²"):
            for name in ("limit", "page[limit]"):
                error = self.error(self.get(f"{self.path}?{name}={limit}", 400))
                self.assertEqual(error["code"], "invalid_paging_limit")
        self.get(f"{self.path}?limit=100")
        self.get(f"{self.path}?limit=1")

    def test_other_lists_leave_missing_cursors_out(self):
        self.assertEqual(self.get("/accounts")["meta"]["paging"], {"limit": 10})
        self.bank.add_account(self.institution, reference="BE68539007547034")
        page = self.get("/accounts?page[limit]=1")
        self.assertEqual(page["meta"]["paging"], {"limit": 1, "after": self.account.id})

    def test_a_cap_gives_fewer_items_than_asked_and_loses_none(self):
        self.sandbox.options.page_limit_cap = 3
        self.assertEqual(len(self.get(f"{self.path}?limit=100")["data"]), 3)
        self.assertEqual(self.ids(f"{self.path}?limit=100"), self.newest_first)

    def test_the_order_is_creation_not_date(self):
        late = self.bank.add_transaction(self.account, "-3", date(2020, 1, 1))
        early = self.bank.add_transaction(
            self.account, "-4", self.bank.clock.today(), created_at=self.bank.clock.now() - timedelta(days=400)
        )
        ids = self.ids(self.path)
        self.assertEqual((ids[0], ids[-1]), (late.id, early.id))
