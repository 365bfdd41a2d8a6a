"""A small HTTP server on the loopback for answers that the sandbox cannot give, and the base of the client's tests."""

import json
import logging
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from odoo.tests import BaseCase

from ..ponto_client import PontoClient

SAMPLES = Path(__file__).parent.parent / "sandbox" / "samples"
TOKEN_PATH = "/oauth2/token"
TOKEN = {"access_token": f"{'t' * 43}.{'k' * 43}", "expires_in": 1799, "scope": "ai", "token_type": "bearer"}
SECRET = "s3cr3t-of-the-integration"


def sample(name):
    """Return the bytes of a recorded sample, by its folder and name."""
    return (SAMPLES / name).read_bytes()


@dataclass
class Reply:
    """One answer of the stub: ``body`` is bytes, text, something to write as JSON, or a list sent piece by piece."""

    body: object = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    pause: float = 0.0  # seconds before each piece

    def response(self):
        """Build the response."""
        headers = {"Content-Type": "application/json", **self.headers}
        if isinstance(self.body, bytes):
            body = self.body
        elif isinstance(self.body, list):
            body = self._pieces()
        else:
            body = self.body if isinstance(self.body, str) else json.dumps(self.body)
        return Response(body, self.status, headers)

    def _pieces(self):
        for piece in self.body:
            time.sleep(self.pause)
            yield piece


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log(self, *_args):
        """Keep the test log free of the stub's own lines."""


class HttpStub:
    """Give scripted replies by path; the last reply of a path is repeated. Requests are kept in ``requests``."""

    def __init__(self):
        self.requests = []
        self._replies = {TOKEN_PATH: [Reply(TOKEN)]}
        self._server = make_server("127.0.0.1", 0, self._application, threaded=True, request_handler=_QuietHandler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def stop(self):
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def reply(self, path, *replies):
        """Answer a path with these replies, one after the other."""
        self._replies[path] = list(replies)

    def calls(self, path=None):
        """Return the requests to a path, or all."""
        return [request for request in self.requests if path in (None, request.path)]

    def _application(self, environ, start_response):
        request = Request(environ)
        request.get_data()
        self.requests.append(request)
        replies = self._replies.get(request.path) or [Reply({"errors": [{"code": "resourceNotFound"}]}, 404)]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        return reply.response()(environ, start_response)


class ClientCase(BaseCase):
    """Base of the client's tests: a stub, a client of it, and the pauses the client asked for."""

    def setUp(self):
        super().setUp()
        self.pauses = []
        self.stub = self.start_stub()
        self.client = self.make_client(self.stub.url)

    def start_stub(self):
        """Start a server that is stopped after the test."""
        stub = HttpStub()
        self.addCleanup(stub.stop)
        return stub

    def make_client(self, url, secret=SECRET, client_id="the-client-id", **options):
        """Return a client whose pauses are noted and not slept."""
        client = PontoClient(url, client_id, secret, pause=self.pauses.append, **options)
        self.addCleanup(client.close)
        return client

    def capture_logs(self):
        """Collect every log record from now on, of whatever logger, at the finest level."""
        handler = _Collector()
        root = logging.getLogger()
        levels = {logger: logger.level for logger in (root, logging.getLogger("urllib3"), _client_logger())}
        for logger in levels:
            logger.setLevel(logging.DEBUG)
        root.addHandler(handler)

        def restore():
            root.removeHandler(handler)
            for logger, level in levels.items():
                logger.setLevel(level)

        self.addCleanup(restore)
        return handler.lines

    def assertNoSecret(self, *texts):
        """Check that no secret of the client stands in any of the texts."""
        basic = "dGhlLWNsaWVudC1pZDpz"  # start of base64("the-client-id:s…")
        for text in texts:
            for secret in (SECRET, TOKEN["access_token"], basic):
                self.assertNotIn(secret, str(text))


class _Collector(logging.Handler):
    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))

    def emit(self, record):
        self.lines.append(self.format(record))


def _client_logger():
    return logging.getLogger(PontoClient.__module__.rpartition(".")[0])
