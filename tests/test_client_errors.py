"""Refusing and broken answers become typed errors that are safe to show."""

from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

from odoo.tests import tagged

from ..ponto_client import (
    ConnectionFailed,
    FormatError,
    InvalidAddress,
    NotFound,
    PontoClient,
    PontoError,
    RateLimited,
    RecentlySynchronized,
    RequestRefused,
    ScopeError,
    ServerError,
)
from .http_stub import SECRET, TOKEN, ClientCase, Reply


@tagged("post_install", "-at_install")
class TestClientErrors(ClientCase):
    def failure(self, reply, kind=PontoError, path="/userinfo"):
        """Return the error that a reply leads to."""
        self.stub.reply(path, reply)
        with self.assertRaises(kind) as caught:
            if path == "/userinfo":
                self.client.userinfo()
            else:
                list(self.client.accounts())
        return caught.exception

    def test_status_decides_the_class(self):
        for status, kind, code in (
            (400, RequestRefused, "requestRefused"),
            (403, ScopeError, "insufficientScope"),
            (404, NotFound, "resourceNotFound"),
            (409, RequestRefused, "requestRefused"),
            (429, RateLimited, "tooManyRequests"),
            (500, ServerError, "serverError"),
            (503, ServerError, "serverError"),
            (301, FormatError, "unreadableAnswer"),
        ):
            for body in ("", "<html>edge</html>", "[]", '{"errors": []}', '{"errors": {}}', '{"errors": ["x"]}', "{"):
                with self.subTest(status=status, body=body):
                    error = self.failure(Reply(body, status), kind)
                    self.assertEqual((error.code, error.status), (code, status))
                    self.assertNotIn("html", f"{error} {error.detail}")
                    self.assertTrue(error.detail)

    def test_own_code_of_the_server_is_kept(self):
        error = self.failure(Reply({"errors": [{"code": "somethingNew", "detail": "Some text"}]}, 422), RequestRefused)
        self.assertEqual((error.code, error.detail, error.status), ("somethingNew", "Some text", 422))

    def test_recently_synchronized_only_by_its_code(self):
        for body, kind in (
            ({"errors": [{"code": "accountRecentlySynchronized"}]}, RecentlySynchronized),
            ({"errors": [{"code": "validationError"}]}, RequestRefused),
            ("", RequestRefused),
        ):
            self.stub.reply("/synchronizations", Reply(body, 400))
            with self.assertRaises(kind) as caught:
                self.client.create_synchronization("a", "accountDetails", "192.0.2.1")
            self.assertIs(type(caught.exception), kind)

    def test_request_id_from_header_or_body(self):
        body = {"errors": [{"code": "x", "meta": {"requestId": "from-body"}}]}
        self.assertEqual(self.failure(Reply(body, 400)).request_id, "from-body")
        with_header = Reply(body, 400, {"Ibanity-Request-Id": "from-header"})
        self.assertEqual(self.failure(with_header).request_id, "from-header")
        self.assertIn("from-header", str(self.failure(with_header)))
        html = Reply("<html>", 200, {"ibanity-request-id": "of-the-page"})
        self.assertEqual(self.failure(html, FormatError).request_id, "of-the-page")

    def test_retry_after_in_seconds_or_as_a_date(self):
        later = datetime.now(timezone.utc) + timedelta(seconds=90)
        for header, low, high in (
            ("0", 0, 0),
            ("30", 30, 30),
            (" 30 ", 30, 30),
            ("999999999", 86400, 86400),
            (format_datetime(later, usegmt=True), 60, 91),
            (format_datetime(later - timedelta(days=1), usegmt=True), 0, 0),
            (format_datetime(later.replace(tzinfo=None)), 60, 91),
        ):
            error = self.failure(Reply("", 429, {"Retry-After": header}), RateLimited)
            self.assertTrue(low <= error.retry_after <= high, (header, error.retry_after))
        for header in ("soon", "-3", "1.5", "", "٣", "Fri, 99 Foo 2026 00:00:00 GMT"):
            error = self.failure(Reply("", 429, {"Retry-After": header.encode().decode("latin-1")}), RateLimited)
            self.assertIsNone(error.retry_after, header)
        self.assertIsNone(self.failure(Reply("", 429), RateLimited).retry_after)

    def test_rate_limit_is_told_at_once(self):
        self.failure(Reply("", 429, {"Retry-After": "1"}), RateLimited)
        self.assertEqual(len(self.stub.calls("/userinfo")), 1)
        self.assertEqual(self.pauses, [])

    def test_answers_of_another_shape(self):
        for body in ("", "<!DOCTYPE html><html></html>", "[]", "7", "null", '"text"', '{"data": 1', "{} {}", "{1: 2}"):
            with self.subTest(body=body):
                self.failure(Reply(body), FormatError)
                self.failure(Reply(body), FormatError, "/accounts")
        for body in ("\ufeff{}".encode("utf-16"), b'{"data": "\xff"}', b"{" + b'"a":[' * 100_000, b"\x00"):
            self.failure(Reply(body), FormatError)
        for body in ({}, {"data": None}, {"data": {}}, {"data": "x"}, {"data": [None]}, {"data": [[]]}, {"data": [{}]}):
            with self.subTest(body=body):
                self.failure(Reply(body), FormatError, "/accounts")

    def test_single_resources_of_another_shape(self):
        for body in ({}, [], {"data": []}, {"data": None}, {"data": {}}, {"data": {"id": ""}}, {"id": 7}):
            with self.subTest(body=body):
                self.stub.reply("/accounts/a", Reply(body))
                with self.assertRaises(FormatError):
                    self.client.account("a")
        self.stub.reply("/accounts/a", Reply({"id": "bare", "attributes": {"currency": "EUR"}}))
        self.assertEqual(self.client.account("a").currency, "EUR")

    def test_byte_order_mark_and_white_space_around_the_answer(self):
        self.stub.reply("/userinfo", Reply(b'\xef\xbb\xbf \n{ "sub" : "organization" }\n '))
        self.assertEqual(self.client.userinfo().organization_id, "organization")

    def test_redirect_is_not_followed(self):
        other = self.start_stub()
        for status in (301, 302, 303, 307, 308):
            reply = Reply("", status, {"Location": f"{other.url}/userinfo"})
            error = self.failure(reply, FormatError)
            self.assertIs(type(error), FormatError)
            self.assertEqual(error.status, status)
            self.assertIn("redirect", str(error))
            self.assertNotIn(other.url, f"{error} {error.detail}")
        self.assertEqual(other.requests, [])

    def test_address_for_renewal_must_be_a_plain_web_address(self):
        path = "/accounts/a/reauthorization-requests"
        for address in (
            None,
            7,
            "",
            "javascript:alert(1)",
            "ftp://example.com/",
            "https://user@example.com/",
            "https:///path",
            "https://exa mple.com/",
            "https://example.com/\u202e",
            "//example.com/x",
            "https://[broken/",
        ):
            with self.subTest(address=address):
                self.stub.reply(path, Reply({"data": {"id": "r", "links": {"redirect": address}}}, 201))
                with self.assertRaises(FormatError):
                    self.client.create_reauthorization_request("a", "https://example.com/back")
        self.stub.reply(path, Reply({"data": {"id": "r", "links": {"redirect": "http://127.0.0.1:1/x"}}}, 201))
        request = self.client.create_reauthorization_request("a", "https://example.com/back")
        self.assertEqual(request.redirect_url, "http://127.0.0.1:1/x")

    def test_integration_without_the_right_to_renew(self):
        with self.assertRaises(NotFound):
            self.client.create_reauthorization_request("a", "https://example.com/back")

    def test_secrets_echoed_by_the_server_are_masked(self):
        lines = self.capture_logs()
        for echo in (SECRET, TOKEN["access_token"], f"Bearer {TOKEN['access_token']}"):
            body = {"errors": [{"code": echo, "detail": f"You sent {echo} to us", "meta": {"requestId": echo}}]}
            headers = {"Ibanity-Request-Id": echo}
            for reply in (Reply(body, 400, headers), Reply(body, 403), Reply(f"<p>{echo}</p>", 500, headers)):
                error = self.failure(reply)
                self.assertNoSecret(error, repr(error), error.detail, error.code, error.request_id, error.args)
            oauth = {"error": echo, "error_description": echo}
            self.stub.reply("/oauth2/token", Reply(oauth, 401, headers))
            with self.assertRaises(PontoError) as caught:
                self.client.check_credentials()
            self.assertNoSecret(
                caught.exception, repr(caught.exception), caught.exception.detail, caught.exception.code
            )
            self.stub.reply("/oauth2/token", Reply(TOKEN))
        self.assertTrue([line for line in lines if "GET /userinfo: 400" in line])
        self.assertNoSecret(*lines)

    def test_texts_of_the_server_are_one_clean_line(self):
        detail = "first\nsecond\x00\x1b[31m\u2028third\ud800 " + "x" * 1000
        error = self.failure(Reply({"errors": [{"code": "a code\n", "detail": detail}]}, 400), RequestRefused)
        self.assertTrue(error.detail.startswith("first second [31m third xxx"))
        self.assertEqual(len(error.detail), 300)
        self.assertEqual(error.code, "requestRefused")

    def test_error_texts_hold_no_account_data(self):
        body = {"errors": [{"code": "invalid", "detail": "BE07626550616261 of Jane Doe"}]}
        error = self.failure(Reply(body, 400, {"Ibanity-Request-Id": "abc"}))
        self.assertEqual(str(error), "Ponto refused the request. (invalid, HTTP 400, request abc)")
        self.assertEqual(repr(error), "<RequestRefused: Ponto refused the request. (invalid, HTTP 400, request abc)>")

    def test_addresses_that_cannot_be_called(self):
        for address in (
            "",
            "api.myponto.com",
            "ftp://api.myponto.com",
            "https://",
            "https://user:word@api.myponto.com",
            "https://api.myponto.com@evil.example",
            "https://api.myponto.com:port",
            "https://api.myponto.com:0",
            "https://api.myponto.com?x=1",
            "https://api.myponto.com#x",
            "https://api.my ponto.com",
            "https://[::1",
        ):
            with self.subTest(address=address):
                with self.assertRaises(InvalidAddress) as caught:
                    PontoClient(address, "id", SECRET)
                self.assertIsInstance(caught.exception, ConnectionFailed)
                self.assertEqual(caught.exception.code, "invalidAddress")

    def test_ids_cannot_lead_to_another_resource(self):
        self.stub.reply("/accounts/a/b?c#d", Reply({"data": {"id": "x"}}))
        self.client.account("a/b?c#d")
        self.assertTrue(self.stub.requests[-1].environ["REQUEST_URI"].endswith("/accounts/a%2Fb%3Fc%23d"))
        calls = self.client.api_calls
        for identifier in ("", ".", "..", "a b", "a\n", None, 7, "x" * 201):
            with self.assertRaises(ValueError):
                self.client.account(identifier)
        self.assertEqual(self.client.api_calls, calls)
