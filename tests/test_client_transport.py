"""Time-outs, limits, repeats and connections."""

import gzip
import json
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

import requests

from odoo.tests import tagged

from ..ponto_client import ConnectionFailed, FormatError, NotFound, ServerError, TimeoutAdapter, transport
from ..ponto_client.transport import BODY_LIMIT, describe
from .http_stub import SECRET, TOKEN, TOKEN_PATH, ClientCase, Reply

USER = Reply({"sub": "organization"})
MIB = b" " * 1024 * 1024


class RecordingSession(requests.Session):
    """A session that notes the options of its sends, as Odoo's test runner looks at them."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def send(self, request, **options):
        """Note and send."""
        self.sent.append(options)
        return super().send(request, **options)


class KeepAliveHandler(BaseHTTPRequestHandler):
    """Answer in the ways a body may end while the connection stays open, as Ponto's servers do."""

    protocol_version = "HTTP/1.1"
    account = b'{"data": {"id": "a", "attributes": {"currency": "EUR"}}}'

    def do_POST(self):
        """Give a token."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(json.dumps(TOKEN).encode())

    def do_GET(self):
        """Answer by the last part of the path."""
        kind = self.path.rpartition("/")[2]
        if kind == "chunked":
            chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (self.account[:9], self.account[9:]))
            self._answer(chunks + b"0\r\n\r\n", ("Transfer-Encoding", "chunked"))
        elif kind == "compressed":
            self._answer(gzip.compress(self.account), ("Content-Encoding", "gzip"))
        elif kind == "missing":
            self._answer(b"", status=404)
        else:
            self._answer(b'{"sub": "organization"}')

    def _answer(self, body, header=("X-Plain", "yes"), status=200):
        self.server.ports.append(self.client_address[1])
        self.send_response(status)
        self.send_header(*header)
        if header[1] != "chunked":
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        """Keep the test log free of the server's own lines."""


@tagged("post_install", "-at_install")
class TestClientTransport(ClientCase):
    def impatient(self, read=0.7, total=60.0):
        """Return a client with short time-outs."""
        session = requests.Session()
        session.mount(self.stub.url, TimeoutAdapter((1.0, read), total))
        return self.make_client(self.stub.url, session=session)

    def synchronize(self, client=None):
        return (client or self.client).create_synchronization("a", "accountDetails", "192.0.2.1")

    def test_read_is_repeated_after_a_server_error(self):
        self.stub.reply("/userinfo", Reply("", 503), Reply("", 500), USER)
        self.assertEqual(self.client.userinfo().organization_id, "organization")
        self.assertEqual(len(self.pauses), 2)
        self.assertTrue(0.125 <= self.pauses[0] <= 0.25 <= self.pauses[1] <= 0.5, self.pauses)

    def test_read_gives_up_after_the_repeats(self):
        self.stub.reply("/userinfo", Reply("", 502))
        with self.assertRaises(ServerError):
            self.client.userinfo()
        self.assertEqual(len(self.stub.calls("/userinfo")), 3)

    def test_number_of_repeats(self):
        self.stub.reply("/userinfo", Reply("", 502))
        for retries, calls in ((-1, {1}), (0, {1}), (1, {2}), (9, {4, 5})):
            self.stub.requests.clear()
            self.pauses.clear()
            with self.assertRaises(ServerError):
                self.make_client(self.stub.url, retries=retries).userinfo()
            self.assertIn(len(self.stub.calls("/userinfo")), calls)
            self.assertLessEqual(sum(self.pauses), 2.0)

    def test_short_wait_asked_for_is_kept(self):
        self.stub.reply("/userinfo", Reply("", 503, {"Retry-After": "1"}), USER)
        self.client.userinfo()
        self.assertEqual(self.pauses, [1.0])

    def test_long_wait_asked_for_is_told_at_once(self):
        self.stub.reply("/userinfo", Reply("", 503, {"Retry-After": "120"}))
        with self.assertRaises(ServerError) as caught:
            self.client.userinfo()
        self.assertEqual(caught.exception.retry_after, 120)
        self.assertEqual(self.pauses, [])
        self.assertEqual(len(self.stub.calls("/userinfo")), 1)

    def test_synchronization_is_sent_once_whatever_happens(self):
        for reply, kind in (
            (Reply("", 500), ServerError),
            (Reply("", 503, {"Retry-After": "1"}), ServerError),
            (Reply([b"{"], 201, {"Content-Length": "100"}), ConnectionFailed),
            (Reply("<html>", 201), FormatError),
        ):
            with self.subTest(reply=reply):
                self.stub.requests.clear()
                self.stub.reply("/synchronizations", reply)
                with self.assertRaises(kind):
                    self.synchronize()
                self.assertEqual(len(self.stub.calls("/synchronizations")), 1)
        self.assertEqual(self.pauses, [])

    def test_reauthorization_request_is_sent_once(self):
        path = "/accounts/a/reauthorization-requests"
        self.stub.reply(path, Reply("", 500))
        with self.assertRaises(ServerError):
            self.client.create_reauthorization_request("a", "https://example.com/")
        self.assertEqual(len(self.stub.calls(path)), 1)

    def test_refused_connection(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            client = self.make_client(f"http://127.0.0.1:{closed.getsockname()[1]}")
            with self.assertRaises(ConnectionFailed) as caught:
                client.userinfo()
        error = caught.exception
        self.assertEqual((error.code, error.status), ("connectionFailed", None))
        self.assertEqual(str(error), "The Ponto server refused the connection. (connectionFailed)")
        self.assertIsNone(error.__cause__)
        self.assertIsNone(error.__context__)
        self.assertEqual(client.api_calls, 3)

    def test_answer_without_tls_where_tls_is_expected(self):
        client = self.make_client(self.stub.url.replace("http:", "https:"))
        with self.assertRaises(ConnectionFailed) as caught:
            client.userinfo()
        self.assertIn("TLS", caught.exception.detail)

    def test_certificate_is_always_checked(self):
        session = RecordingSession()
        session.verify = False
        self.stub.reply("/userinfo", USER)
        with patch.dict(os.environ):
            os.environ.pop("REQUESTS_CA_BUNDLE", None)
            os.environ.pop("CURL_CA_BUNDLE", None)
            self.make_client(self.stub.url, session=session).userinfo()
        self.assertEqual([options["verify"] for options in session.sent], [True, True])

    def test_call_itself_passes_no_time_out(self):
        session = RecordingSession()
        self.stub.reply("/userinfo", USER)
        self.make_client(self.stub.url, session=session).userinfo()
        self.assertEqual([options["timeout"] for options in session.sent], [None, None])
        self.assertEqual(session.get_adapter(f"{self.stub.url}/").timeout, (5.0, 30.0))

    def test_silent_server(self):
        client = self.impatient()
        client.check_credentials()
        self.stub.reply("/userinfo", Reply([b"{}"], pause=1.5))
        with self.assertRaises(ConnectionFailed) as caught:
            client.userinfo()
        self.assertEqual(caught.exception.detail, "Ponto did not answer in time.")

    def test_time_out_is_not_waited_for_twice(self):
        # Ten seconds are the window in real use: the time-out is made short and the window with it.
        self.addCleanup(setattr, transport, "RETRY_WINDOW", transport.RETRY_WINDOW)
        transport.RETRY_WINDOW = 0.5
        client = self.impatient()
        client.check_credentials()
        self.stub.reply("/userinfo", Reply([b"{}"], pause=1.5))
        with self.assertRaises(ConnectionFailed):
            client.userinfo()
        self.assertEqual(len(self.stub.calls("/userinfo")), 1)

    def test_answer_that_trickles_in_is_cut_off(self):
        client = self.impatient(read=5.0, total=1.0)
        client.check_credentials()
        for headers in ({"Content-Length": "50"}, {}):
            self.stub.requests.clear()
            self.stub.reply("/synchronizations", Reply([b" "] * 50, 201, headers, pause=0.05))
            with self.assertRaises(ConnectionFailed) as caught:
                self.synchronize(client)
            self.assertEqual(caught.exception.detail, "Ponto did not answer in time.")

    def test_answer_cut_before_its_end_is_asked_for_again(self):
        for cut in (
            Reply([b'{"sub": "organization"}'], headers={"Content-Length": "1000"}),
            Reply(gzip.compress(b'{"sub": "organization"}')[:-6], headers={"Content-Encoding": "gzip"}),
        ):
            self.stub.reply("/userinfo", cut, USER)
            self.assertEqual(self.client.userinfo().organization_id, "organization")
            self.stub.reply("/userinfo", cut)
            with self.assertRaises(ConnectionFailed):
                self.client.userinfo()

    def test_connection_closed_without_an_answer(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            accepted = []

            def hang_up():
                for _number in range(3):
                    connection = listener.accept()[0]
                    accepted.append(connection.recv(65536))
                    connection.close()

            thread = threading.Thread(target=hang_up, daemon=True)
            thread.start()
            client = self.make_client(f"http://127.0.0.1:{listener.getsockname()[1]}")
            with self.assertRaises(ConnectionFailed) as caught:
                client.check_credentials()
            thread.join(5)
        self.assertEqual(len(accepted), 3)
        self.assertEqual(caught.exception.detail, "The connection to Ponto was cut before the answer was complete.")

    def test_compressed_answers(self):
        body = b'{"sub": "organization"}'
        for encoding in ("gzip", "X-GZIP"):
            self.stub.reply("/userinfo", Reply(gzip.compress(body), headers={"Content-Encoding": encoding}))
            self.assertEqual(self.client.userinfo().organization_id, "organization")
        self.stub.reply("/userinfo", Reply(body, headers={"Content-Encoding": "identity"}))
        self.client.userinfo()
        for encoding in ("gzip", "br", "gzip, gzip"):
            self.stub.reply("/userinfo", Reply(body, headers={"Content-Encoding": encoding}))
            with self.assertRaises(FormatError):
                self.client.userinfo()

    def test_huge_answers_are_not_kept(self):
        bomb = gzip.compress(MIB * 21, 1)
        for reply in (
            Reply([MIB] * 40),
            Reply([MIB] * 40, 500),
            Reply(bomb, headers={"Content-Encoding": "gzip"}),
            Reply([MIB] * 40, 302, {"Location": "/elsewhere"}),
        ):
            with self.subTest(reply=reply.headers):
                self.stub.reply("/userinfo", reply)
                with self.assertRaises(FormatError) as caught:
                    self.client.userinfo()
                self.assertEqual(caught.exception.detail, "The answer is too large.")
        self.assertEqual(BODY_LIMIT, 20 * 1024 * 1024)

    def test_large_answers_within_the_limit(self):
        self.stub.reply("/userinfo", Reply([b'{"sub": "organization"', *([MIB] * 3), b"}"]))
        self.assertEqual(self.client.userinfo().organization_id, "organization")

    def test_connection_is_used_again(self):
        server = ThreadingHTTPServer(("127.0.0.1", 0), KeepAliveHandler)
        server.ports = []
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = self.make_client(f"http://127.0.0.1:{server.server_port}")
        client.check_credentials()
        self.assertEqual(client.userinfo().organization_id, "organization")
        for path in ("chunked", "compressed"):
            self.assertEqual(client.account(path).currency, "EUR")
        with self.assertRaises(NotFound):
            client.account("missing")
        client.userinfo()
        self.assertEqual(len(server.ports), 6)
        self.assertEqual(len(set(server.ports)), 1)
        client.close()

    def test_calls_are_counted_with_tokens_and_repeats(self):
        self.stub.reply("/userinfo", Reply("", 500), USER)
        self.client.userinfo()
        self.assertEqual(self.client.api_calls, 3)
        self.assertEqual(len(self.stub.calls(TOKEN_PATH)), 1)

    def test_closed_client_opens_new_connections(self):
        self.stub.reply("/userinfo", USER)
        self.client.userinfo()
        self.client.close()
        self.client.userinfo()

    def test_debug_log_tells_the_call_without_query_and_secret(self):
        lines = self.capture_logs()
        self.stub.reply("/accounts", Reply({"data": []}, headers={"Ibanity-Request-Id": "abc-123"}))
        list(self.client.accounts())
        own = [line for line in lines if ".transport DEBUG" in line]
        self.assertEqual(len(own), 2)
        self.assertRegex(own[1], r"GET /accounts: 200 in \d+ ms, request abc-123$")
        self.assertNotIn("limit", own[1])
        self.assertNoSecret(*lines)
        self.assertNotIn(SECRET, repr(self.client))

    def test_failed_connections_are_described_without_their_data(self):
        for error, words in (
            (requests.exceptions.SSLError("x"), "TLS"),
            (OSError("CERTIFICATE_VERIFY_FAILED"), "TLS"),
            (requests.ReadTimeout("/accounts?token=1"), "in time"),
            (TimeoutError(), "in time"),
            (requests.ConnectionError("NameResolutionError: Failed to resolve"), "DNS"),
            (requests.ConnectionError("[Errno 111] Connection refused"), "refused"),
            (requests.ConnectionError("[Errno 101] Network is unreachable"), "No connection"),
            (requests.exceptions.ProxyError("http://user:word@proxy"), "No connection"),
            (ConnectionResetError("reset"), "cut"),
        ):
            self.assertIn(words, describe(error))
            self.assertNotIn("word", describe(error))
