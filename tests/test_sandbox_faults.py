"""Each planned fault does what its name says, at the n-th call, and nothing afterwards."""

import re
import time
from itertools import chain

import requests

from odoo.tests import tagged

from .sandbox_case import SandboxCase


@tagged("post_install", "-at_install")
class TestSandboxFaults(SandboxCase):
    def setUp(self):
        super().setUp()
        self.serve(self.small_bank(transactions=25))
        self.login()
        self.path = f"/accounts/{self.account.id}/transactions"
        self.all_ids = [item.id for item in self.bank.transactions(self.account)]
        self.faults = self.sandbox.faults

    def test_a_status_at_the_second_and_third_call(self):
        self.faults.add("status", path=r"/transactions$", nth=2, times=2, status=503)
        statuses = [self.call("GET", self.path).status_code for _number in range(4)]
        self.assertEqual(statuses, [200, 503, 503, 200])
        self.get("/accounts")

    def test_a_rate_limit_says_when_to_come_back(self):
        self.faults.add("status", status=429, retry_after=7)
        answer = self.call("GET", self.path)
        self.assertEqual((answer.status_code, answer.headers["Retry-After"]), (429, "7"))
        self.assertEqual(self.error(answer.json())["code"], "tooManyRequests")

    def test_a_status_with_a_body_of_its_own(self):
        self.faults.add("status", status=502, body="<h1>edge</h1>")
        self.assertEqual(self.call("GET", self.path).text, "<h1>edge</h1>")
        self.faults.add("status", path="oauth2", status=400, body={"error": "invalid_request"})
        answer = self.call("POST", "/oauth2/token")
        self.assertEqual((answer.status_code, answer.json()), (400, {"error": "invalid_request"}))

    def test_only_the_named_method_is_hit(self):
        self.faults.add("status", method="POST")
        self.get(self.path)
        self.assertEqual(self.call("POST", "/synchronizations").status_code, 500)

    def test_a_delay(self):
        self.faults.add("delay", seconds=0.2)
        started = time.perf_counter()
        self.get(self.path)
        self.assertGreaterEqual(time.perf_counter() - started, 0.2)

    def test_a_cut_before_and_within_the_answer(self):
        self.faults.add("cut")
        with self.assertRaises(requests.ConnectionError):
            self.call("GET", self.path)
        self.faults.clear()
        self.faults.add("cut", after_bytes=40)
        with self.assertRaises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            self.call("GET", self.path)
        self.get(self.path)
        self.assertEqual([call.status for call in self.sandbox.requests[-3:]], [0, 200, 200])

    def test_malformed_json(self):
        self.faults.add("malformed")
        answer = self.call("GET", self.path)
        self.assertEqual(answer.status_code, 200)
        with self.assertRaises(ValueError):
            answer.json()

    def test_html_instead_of_json(self):
        self.faults.add("html")
        answer = self.call("GET", self.path)
        self.assertEqual(answer.status_code, 200)
        self.assertIn("text/html", answer.headers["Content-Type"])

    def test_a_short_page_loses_nothing(self):
        self.faults.add("truncated_page", nth=2)
        self.assertEqual(len(self.get(f"{self.path}?limit=10")["data"]), 10)
        self.faults.clear()
        self.faults.add("truncated_page")
        self.assertEqual(len(self.get(f"{self.path}?limit=10")["data"]), 5)
        self.faults.add("truncated_page", nth=2)
        self.assertEqual(self.ids(f"{self.path}?limit=10"), self.all_ids)

    def test_a_duplicate_across_pages(self):
        self.faults.add("duplicate_across_pages")
        found = self.ids(f"{self.path}?page[limit]=10")
        self.assertEqual(len(found), 26)
        self.assertEqual(found[9], found[10])
        self.assertEqual(list(dict.fromkeys(found)), self.all_ids)

    def test_an_empty_page_in_the_middle_loses_nothing(self):
        for nth in (1, 2, 3):
            self.faults.clear()
            self.faults.add("empty_page_with_next", nth=nth)
            self.assertEqual(self.ids(f"{self.path}?limit=10"), self.all_ids)
        self.faults.clear()
        self.faults.add("empty_page_with_next")
        page = self.get(self.path)
        self.assertEqual(page["data"], [])
        self.assertIn("next", page["links"])

    def test_an_expired_token_stays_expired(self):
        self.faults.add("expired_token", nth=2)
        self.get(self.path)
        self.assertEqual(self.error(self.get(self.path, 401))["code"], "invalidAccessToken")
        self.get(self.path, 401)
        self.login()
        self.get(self.path)

    def test_a_next_link_to_a_foreign_host(self):
        self.faults.add("foreign_next_link", host="evil.example")
        following = self.get(f"{self.path}?limit=5")["links"]["next"]
        self.assertEqual(following, f"https://evil.example{self.path}?after={self.all_ids[4]}&limit=5")

    def test_a_next_link_to_the_sister_hosts(self):
        self.faults.add("sister_next_link")
        following = self.get(f"{self.path}?limit=5")["links"]["next"]
        self.assertTrue(following.startswith(f"https://api.ibanity.com/ponto-connect{self.path}?after="))
        self.faults.add("sister_next_link", host="api.myponto.com")
        following = self.get(f"{self.path}?limit=5")["links"]["next"]
        self.assertTrue(following.startswith(f"https://api.myponto.com{self.path}?after="))

    def test_a_cursor_that_is_not_known_anymore(self):
        self.faults.add("unknown_cursor", path=r"/transactions$", nth=2)
        first = self.get(f"{self.path}?limit=10")
        self.assertEqual(len(first["data"]), 10, "without a cursor it does nothing")
        gone = self.get(first["links"]["next"])
        self.assertEqual(gone["data"], [])
        self.assertNotIn("next", gone["links"])
        self.assertEqual(self.ids(f"{self.path}?limit=10"), self.all_ids)

    def test_a_fault_for_ever(self):
        self.faults.add("status", path=r"/transactions$", nth=2, times=None, status=429)
        statuses = [self.call("GET", self.path).status_code for _number in range(40)]
        self.assertEqual(statuses, [200] + [429] * 39)

    def control(self, **fault):
        """Plan a fault as another process does."""
        self.assertEqual(self.call("POST", "/_sandbox/faults", json=fault).json()["planned"], 1)

    def pages(self, count, limit=10):
        """Return the ids of the first pages of the list, and the cursors behind them."""
        ids, cursors, following = [], [], f"{self.path}?page[limit]={limit}"
        for _number in range(count):
            document = self.get(following)
            ids.append([item["id"] for item in document["data"]])
            cursors.append(document["meta"]["paging"]["after"])
            following = document["links"].get("next")
        return ids, cursors

    def test_pages_without_end_begin_again_under_new_cursors(self):
        self.control(kind="endless_pages", times=None)
        ids, cursors = self.pages(8)
        self.assertEqual([*chain(*ids[:3])], self.all_ids)
        self.assertEqual(ids[3], ids[0])
        self.assertEqual(len(set(cursors)), 8)

    def test_pages_without_end_and_ever_new_ids(self):
        self.control(kind="endless_pages", times=None, new_ids=True)
        ids, cursors = self.pages(8)
        self.assertEqual([*chain(*ids[:3])], self.all_ids)
        found = [*chain(*ids)]
        self.assertEqual(len(set(found)), len(found))
        self.assertEqual(len(set(cursors)), 8)

    def test_a_page_in_the_place_of_another(self):
        self.control(kind="repeated_page", nth=2)
        ids, cursors = self.pages(3)
        self.assertEqual(ids[0], ids[1])
        self.assertEqual(ids[2], self.all_ids[20:])
        self.assertEqual(cursors, [self.all_ids[9], self.all_ids[19], None])

    def test_a_circle(self):
        self.control(kind="circular_next", path=r"/transactions$", nth=3, times=None)
        _ids, cursors = self.pages(6, limit=5)
        first, second = self.all_ids[4], self.all_ids[9]
        self.assertEqual(cursors, [first, second, first, first, first, first])

    def test_a_circle_of_some_pages(self):
        self.control(kind="circular_next", path=r"/transactions$", nth=3, times=None, length=2)
        _ids, cursors = self.pages(7, limit=5)
        first, second = self.all_ids[4], self.all_ids[9]
        self.assertEqual(cursors, [first, second, first, second, first, second, first])

    def test_the_same_cursor_again(self):
        self.control(kind="circular_next", times=None)
        ids, cursors = self.pages(4)
        self.assertEqual(cursors, [self.all_ids[9]] * 4)
        self.assertEqual(ids[1:], [self.all_ids[10:20]] * 3)

    def test_a_synchronization_time_that_moves_at_every_answer(self):
        self.control(kind="moving_synchronized_at", path="^/accounts", times=None)
        paths = ("/accounts", f"/accounts/{self.account.id}", self.path, f"/accounts/{self.account.id}", "/accounts")
        documents = [self.get(path)["data"] for path in paths]
        accounts = [data if isinstance(data, dict) else data[0] for data in documents if data != documents[2]]
        moments = [account["meta"]["synchronizedAt"] for account in accounts]
        self.assertEqual(moments, sorted(set(moments)))
        self.assertEqual(len(moments), 4)
        self.assertTrue(all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", moment) for moment in moments))

    def test_a_synchronization_without_an_end(self):
        self.control(kind="unfinished_synchronization", path="^/synchronizations", times=None)
        found = self.synchronize("accountDetails")
        self.bank.clock.advance(minutes=20)
        again = self.get(f"/synchronizations/{found['id']}")["data"]
        self.assertEqual([each["attributes"]["status"] for each in (found, again)], ["running"] * 2)
        self.faults.clear()
        self.assertEqual(self.get(f"/synchronizations/{found['id']}")["data"]["attributes"]["status"], "success")

    def test_unknown_faults_and_bad_expressions_are_refused(self):
        with self.assertRaises(ValueError):
            self.faults.add("earthquake")
        with self.assertRaises(Exception):  # noqa: B017  (re.error has another name from Python 3.13 on)
            self.faults.add("status", path="(")
        self.assertEqual(self.faults.planned, [])

    def test_clearing_forgets_all(self):
        self.faults.add("status")
        self.sandbox.clear()
        self.get(self.path)
