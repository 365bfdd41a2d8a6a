"""The HTTP side of the sandbox: answers, the threaded server, and what it writes down of each call."""

from __future__ import annotations

import itertools
import socket
import socketserver
import threading
from dataclasses import dataclass, field
from typing import Any

from werkzeug.serving import BaseWSGIServer, ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Response

from .jsontext import dumps

LOOPBACK = "127.0.0.1"
_request_numbers = itertools.count(1)


def new_request_id() -> str:
    """Return a request id that looks like Ibanity's (example in doc/ponto-api.md, 5)."""
    return f"00077F0000{next(_request_numbers):08X}7F0000011F4066E44223327005A"


@dataclass(frozen=True)
class Call:
    """One request that the sandbox answered."""

    method: str
    path: str
    query: dict[str, str]
    # 0 when the connection was cut.
    status: int
    headers: dict[str, str] = field(repr=False)
    body: str = field(default="", repr=False)


class Refusal(Exception):
    """An error answer in the API's shape.

    :param status: HTTP status
    :param code: error code
    :param meta: further members of the error's meta
    :param pointer: JSON pointer into the request
    """

    def __init__(
        self, status: int, code: str, detail: str, pointer: str | None = None, bare: bool = False, **meta: Any
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.pointer = pointer
        # Without a request id, as the recorded accountRecentlySynchronized.
        self.bare = bare
        self.meta = meta

    def document(self, request_id: str) -> dict[str, Any]:
        """Return the error document."""
        meta = self.meta if self.bare else {"requestId": request_id, **self.meta}
        error: dict[str, Any] = {"code": self.code, "detail": self.detail, "meta": meta}
        if self.pointer is not None:
            error["source"] = {"pointer": self.pointer}
        return {"errors": [error]}


def not_found(resource: str) -> Refusal:
    """Return the refusal of an unknown resource.

    :param resource: camel-case type
    """
    return Refusal(404, "resourceNotFound", "The requested resource was not found.", resource=resource)


def json_response(document: Any, status: int = 200) -> Response:
    """Return a JSON answer with exact numbers."""
    return Response(dumps(document), status=status, content_type="application/json; charset=utf-8")


class _Handler(WSGIRequestHandler):
    """Answer silently, without Nagle's delay, and let the server close the connection when it stops."""

    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self.server.connections.add(self.connection)  # type: ignore[attr-defined]

    def finish(self) -> None:
        self.server.connections.discard(self.connection)  # type: ignore[attr-defined]
        super().finish()

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin an answer without this machine's date: the sandbox dates its answers by its own clock."""
        self.send_response_only(code, message)
        self.send_header("Server", self.version_string())

    def connection_dropped(self, error: BaseException, environ: Any = None) -> None:
        """Hang up when a planned fault cuts the answer; otherwise the client would wait for the rest."""
        self.close_connection = True

    def log(self, *_message: Any) -> None:
        """Write nothing: the sandbox keeps its own list of calls."""


class _Server(ThreadedWSGIServer):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__(*args, **kwargs)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that hang up."""


class ServerThread:
    """A WSGI application served on the loopback from a thread."""

    def __init__(self, application: Any, port: int) -> None:
        self._application = application
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None
        self.port = port

    def start(self) -> None:
        """Listen; with port 0 a free port is taken, and a start after a stop keeps it. A second start does nothing.

        :raise OSError: when the port is taken
        """
        if self._server is not None:
            return
        # A socket of our own: Werkzeug would end the process when the port is taken.
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((LOOPBACK, self.port))
            listener.listen(128)
            self.port = listener.getsockname()[1]
            self._server = _Server(LOOPBACK, self.port, self._application, handler=_Handler, fd=listener.fileno())
        self._thread = threading.Thread(
            target=socketserver.BaseServer.serve_forever, args=(self._server, 0.02), name="ponto-sandbox", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and hang up on every client, also on idle kept-alive connections."""
        if self._server is None or self._thread is None:
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for connection in list(self._server.connections):  # type: ignore[attr-defined]
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        self._server = self._thread = None
