"""Tokens are asked for as the API wants it, renewed in time, once, and judged before use."""

import base64
import os
import tempfile
import time
from unittest.mock import patch

from odoo.tests import tagged

from ..ponto_client import (
    CredentialsError,
    FormatError,
    MemoryTokenStore,
    NotFound,
    RateLimited,
    RequestRefused,
    ScopeError,
    ServerError,
    Token,
    TokenRejected,
)
from .http_stub import SECRET, TOKEN, TOKEN_PATH, ClientCase, Reply

UNAUTHORIZED = Reply({"errors": [{"code": "invalidAccessToken", "detail": "Your access token is invalid."}]}, 401)
USER = Reply({"sub": "organization"})


def token_reply(name, **changes):
    """Return the answer of the token endpoint with another token text or other values."""
    return Reply({**TOKEN, "access_token": name, **changes})


class OtherWorkerStore(MemoryTokenStore):
    """A store in which another worker has renewed the token in the meantime."""

    def renew(self, stale, request):
        """Take the other worker's token."""
        self._token = Token("other-worker-token", time.time() + 1000, "ai")
        return super().renew(stale, request)


@tagged("post_install", "-at_install")
class TestClientTokens(ClientCase):
    def bearers(self, path="/userinfo"):
        return [call.headers["Authorization"] for call in self.stub.calls(path)]

    def client_with_token(self, seconds_left):
        token = Token("stored-token", time.time() + seconds_left, "ai")
        return self.make_client(self.stub.url, token_store=MemoryTokenStore(token))

    def test_request_for_a_token(self):
        token = self.client.check_credentials()
        (call,) = self.stub.requests
        self.assertEqual((call.method, call.path, call.query_string), ("POST", TOKEN_PATH, b""))
        pair = base64.b64encode(f"the-client-id:{SECRET}".encode()).decode()
        self.assertEqual(call.headers["Authorization"], f"Basic {pair}")
        self.assertEqual(call.form.to_dict(), {"grant_type": "client_credentials"})
        self.assertEqual(call.headers["Accept"], "application/json")
        self.assertEqual(call.mimetype, "application/x-www-form-urlencoded")
        self.assertEqual(token.access_token, TOKEN["access_token"])
        self.assertAlmostEqual(token.expires_at, time.time() + 1799, delta=10)
        self.assertTrue(token.has_account_information)

    def test_secret_with_letters_beyond_ascii(self):
        for secret in ("pässwörd€", "秘密", "\ud800"):
            self.make_client(self.stub.url, secret).check_credentials()
            pair = base64.b64decode(self.stub.requests[-1].headers["Authorization"].partition(" ")[2])
            self.assertEqual(pair.decode(), f"the-client-id:{secret}".replace("\ud800", "?"))

    def test_netrc_file_does_not_replace_the_token(self):
        self.stub.reply("/userinfo", USER)
        with tempfile.NamedTemporaryFile("w", suffix="netrc") as netrc:
            netrc.write("machine 127.0.0.1 login somebody password else\n")
            netrc.flush()
            with patch.dict(os.environ, NETRC=netrc.name):
                self.client.userinfo()
        self.assertEqual(self.bearers(), [f"Bearer {TOKEN['access_token']}"])

    def test_one_token_serves_many_calls(self):
        self.stub.reply("/userinfo", USER)
        for _number in range(3):
            self.client.userinfo()
        self.assertEqual(len(self.stub.calls(TOKEN_PATH)), 1)
        self.assertEqual(self.client.api_calls, 4)

    def test_check_always_asks_for_a_new_token_and_stores_it(self):
        self.stub.reply(TOKEN_PATH, token_reply("first"), token_reply("second"))
        self.stub.reply("/userinfo", USER)
        self.client.check_credentials()
        self.assertEqual(self.client.check_credentials().access_token, "second")
        self.client.userinfo()
        self.assertEqual(self.bearers(), ["Bearer second"])

    def test_token_is_renewed_when_less_than_a_minute_is_left(self):
        self.stub.reply("/userinfo", USER)
        self.client_with_token(55).userinfo()
        self.assertEqual(len(self.stub.calls(TOKEN_PATH)), 1)
        self.assertEqual(self.bearers(), [f"Bearer {TOKEN['access_token']}"])

    def test_token_with_more_than_a_minute_is_used(self):
        self.stub.reply("/userinfo", USER)
        self.client_with_token(70).userinfo()
        self.assertEqual(self.stub.calls(TOKEN_PATH), [])
        self.assertEqual(self.bearers(), ["Bearer stored-token"])

    def test_rejected_token_is_renewed_once_and_the_read_repeated(self):
        self.stub.reply("/userinfo", UNAUTHORIZED, USER)
        self.client_with_token(1000).userinfo()
        self.assertEqual(self.bearers(), ["Bearer stored-token", f"Bearer {TOKEN['access_token']}"])
        self.assertEqual(len(self.stub.calls(TOKEN_PATH)), 1)

    def test_rejected_token_is_renewed_once_and_the_post_repeated(self):
        done = Reply({"data": {"id": "s", "attributes": {"status": "pending"}}}, 201)
        self.stub.reply("/synchronizations", UNAUTHORIZED, done)
        self.client_with_token(1000).create_synchronization("a", "accountDetails", "192.0.2.1")
        self.assertEqual(len(self.bearers("/synchronizations")), 2)

    def test_rejected_twice_is_never_renewed_twice(self):
        for method in (self.client.userinfo, lambda: self.client.create_synchronization("a", "b", "192.0.2.1")):
            self.stub.requests.clear()
            self.stub.reply("/userinfo", UNAUTHORIZED)
            self.stub.reply("/synchronizations", UNAUTHORIZED)
            self.client.check_credentials()
            with self.assertRaises(TokenRejected) as caught:
                method()
            self.assertEqual(caught.exception.code, "invalidAccessToken")
            self.assertEqual(len(self.stub.calls(TOKEN_PATH)), 2)
            self.assertEqual(len(self.stub.requests), 4)

    def test_token_renewed_by_another_worker_is_taken(self):
        self.stub.reply("/userinfo", UNAUTHORIZED, USER)
        store = OtherWorkerStore(Token("stored-token", time.time() + 1000, "ai"))
        self.make_client(self.stub.url, token_store=store).userinfo()
        self.assertEqual(self.bearers(), ["Bearer stored-token", "Bearer other-worker-token"])
        self.assertEqual(self.stub.calls(TOKEN_PATH), [])

    def test_secret_withdrawn_while_working(self):
        self.stub.reply("/userinfo", UNAUTHORIZED)
        self.stub.reply(TOKEN_PATH, Reply(TOKEN), Reply({"error": "invalid_client"}, 401))
        with self.assertRaises(CredentialsError):
            self.client.userinfo()
        self.assertEqual(len(self.bearers()), 1)

    def test_refusals_of_the_token_endpoint(self):
        oauth = {"error": "invalid_client", "error_description": "Client authentication failed"}
        for reply, kind, code in (
            (Reply(oauth, 401), CredentialsError, "invalid_client"),
            (Reply(oauth, 400), CredentialsError, "invalid_client"),
            (Reply(oauth, 418), CredentialsError, "invalid_client"),
            (Reply(oauth, 200), CredentialsError, "invalid_client"),
            (Reply({"errors": [{"code": "forbidden"}]}, 403), CredentialsError, "forbidden"),
            (Reply("<html>no</html>", 401), CredentialsError, "invalidCredentials"),
            (Reply("", 404), NotFound, "resourceNotFound"),
            (Reply("", 405), RequestRefused, "requestRefused"),
            (Reply(oauth, 429, {"Retry-After": "7"}), RateLimited, "invalid_client"),
            (Reply("down", 500), ServerError, "serverError"),
            (Reply("<html>hello</html>"), FormatError, "unreadableAnswer"),
            (Reply("[]"), FormatError, "unreadableAnswer"),
            (Reply("", 302, {"Location": "https://elsewhere.example/"}), FormatError, "unreadableAnswer"),
        ):
            with self.subTest(reply=reply):
                self.stub.requests.clear()
                self.stub.reply(TOKEN_PATH, reply)
                with self.assertRaises(kind) as caught:
                    self.client.check_credentials()
                self.assertEqual(caught.exception.code, code)
                self.assertNoSecret(caught.exception, repr(caught.exception), caught.exception.detail)
                self.assertEqual(len(self.stub.requests), 3 if kind is ServerError else 1)

    def test_token_request_is_repeated_after_a_failure(self):
        self.stub.reply(TOKEN_PATH, Reply("", 503), Reply(TOKEN))
        self.client.check_credentials()
        self.assertEqual(self.client.api_calls, 2)

    def test_answers_without_a_usable_token(self):
        for changes in (
            {"access_token": None},
            {"access_token": ""},
            {"access_token": 12},
            {"access_token": "line\r\nX-Header: break"},
            {"access_token": "tökén"},
            {"access_token": ["token"]},
            {"token_type": "mac"},
            {"token_type": 1},
        ):
            with self.subTest(changes=changes):
                self.stub.reply(TOKEN_PATH, Reply({**TOKEN, **changes}))
                with self.assertRaises(FormatError):
                    self.client.check_credentials()

    def test_token_type_in_any_case_or_missing(self):
        for token_type in ("Bearer", "BEARER", None):
            self.stub.reply(TOKEN_PATH, Reply({**TOKEN, "token_type": token_type}))
            self.assertTrue(self.client.check_credentials().access_token)

    def test_lifetime_of_a_token(self):
        for expires_in, lifetime in (
            (1799, 1799),
            ("1799", 1799),
            (0.5, 0.5),
            (None, 300),
            ("soon", 300),
            (-5, 300),
            (0, 300),
            (True, 300),
            ({}, 300),
            (10**15, 86400),
        ):
            with self.subTest(expires_in=expires_in):
                self.stub.reply(TOKEN_PATH, Reply({**TOKEN, "expires_in": expires_in}))
                self.assertAlmostEqual(self.client.check_credentials().expires_at, time.time() + lifetime, delta=10)

    def test_short_lived_tokens_still_work(self):
        self.stub.reply(TOKEN_PATH, Reply({**TOKEN, "expires_in": 30}))
        self.stub.reply("/userinfo", USER)
        self.client.userinfo()
        self.client.userinfo()
        self.assertEqual(len(self.stub.calls(TOKEN_PATH)), 2)

    def test_scope_without_account_information(self):
        for scope in ("pi", "", None, "aiai name", 7):
            with self.subTest(scope=scope):
                self.stub.reply(TOKEN_PATH, Reply({**TOKEN, "scope": scope}))
                with self.assertRaises(ScopeError):
                    self.client.check_credentials()
        for scope in ("ai", "ai pi", "offline_access ai"):
            self.stub.reply(TOKEN_PATH, Reply({**TOKEN, "scope": scope}))
            self.assertEqual(self.client.check_credentials().scope, scope)

    def test_token_shows_nowhere(self):
        token = self.client.check_credentials()
        self.assertNoSecret(repr(token), repr(self.client), repr(vars(self.client)))
