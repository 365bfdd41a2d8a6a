"""Send one HTTP request to the base address and bring the whole answer back: time-outs, limits, retries, logging."""

from __future__ import annotations

import http.client
import random
import time
import zlib
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase

from .address import BaseAddress
from .answers import REQUEST_ID_HEADER, Answer, clock_difference, plain_word
from .errors import CallsSpent, ConnectionFailed, FormatError
from .redaction import get_logger, redact

# The API reference names no request limits and no time-outs (doc/ponto-api.md, 9): these are our choices.
CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 30.0  # seconds between two pieces of an answer
TOTAL_TIMEOUT = 60.0  # seconds for a whole answer, however it trickles in
BODY_LIMIT = 20 * 1024 * 1024  # bytes, after unpacking; a full page of 100 transactions has about 150 kB
CHUNK = 64 * 1024  # bytes
BACKOFF_FIRST = 0.25  # seconds, doubled for each further try, with jitter
BACKOFF_TOTAL = 2.0  # seconds of waiting for one call altogether: a worker must not sleep
RETRY_WINDOW = 10.0  # seconds after which a failed call is not tried again: a time-out is not waited for twice
USER_AGENT = "account_online_ponto"

_logger = get_logger(__name__)


class TimeoutAdapter(HTTPAdapter):
    """An adapter that knows its time-outs, and never lets the session look at a redirect.

    The time-outs stand here and not in the call, because Odoo's test runner compares the call's with a number.

    :param timeout: seconds to connect, and between two pieces of an answer.
    :param total: seconds for a whole answer.
    """

    def __init__(
        self, timeout: tuple[float, float] = (CONNECT_TIMEOUT, READ_TIMEOUT), total: float = TOTAL_TIMEOUT
    ) -> None:
        super().__init__()
        self.timeout = timeout
        self.total = total

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """Send with the adapter's own time-outs.

        :param request: the prepared request.
        :param options: as for ``HTTPAdapter.send``; a given time-out is replaced.
        :return: the response, its body unread.
        """
        options["timeout"] = self.timeout
        response = super().send(request, **options)
        # Without its target the session neither follows a redirect nor reads its body, which may be endless.
        response.headers.pop("Location", None)
        return response


class HeaderAuth(AuthBase):
    """Set the Authorization header; as an auth object it wins over a .netrc file, which a plain header does not."""

    def __init__(self, value: str) -> None:
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the header.

        :param request: the request about to be sent.
        :return: the same request.
        """
        request.headers["Authorization"] = self._value
        return request


class Transport:
    """Requests to one base address over one session. Not safe for use by several threads at once.

    :param base: the address that gets every request.
    :param session: the session to use, or None for an own one. A session without time-out adapters gets them.
    :param pause: called with the seconds to wait before a further try.
    :param retries: how many further tries a repeatable request has.
    """

    def __init__(
        self, base: BaseAddress, session: requests.Session | None, pause: Callable[[float], None], retries: int
    ) -> None:
        self.base = base
        self.calls = 0
        self.call_limit: int | None = None
        self.clock_difference: float | None = None
        self.secrets: set[str] = set()
        self._session = session or requests.Session()
        self._pause = pause
        self._retries = max(0, retries)
        if not isinstance(self._session.get_adapter(f"{base.url}/"), TimeoutAdapter):
            self._session.mount(f"{base.url}/", TimeoutAdapter())

    def close(self) -> None:
        """Close the connections of the session."""
        self._session.close()

    def clean(self, text: str) -> str:
        """Mask the secrets that went through this transport, and whatever looks like one.

        :param text: a text of the server.
        :return: the text to show or to log.
        """
        return redact(text, self.secrets)

    def request(
        self, method: str, path: str, *, query: str = "", authorization: str, repeatable: bool, **content: Any
    ) -> Answer:
        """Send a request, again after a failure when it may be repeated.

        :param method: the HTTP method.
        :param path: the path below the base address, starting with a slash.
        :param query: the encoded query.
        :param authorization: the value of the Authorization header.
        :param repeatable: whether sending it twice does no harm.
        :param content: ``json`` or ``data`` of the request.
        :return: the answer, whatever its status.
        :raise CallsSpent: as many calls as allowed were made before.
        :raise ConnectionFailed: no complete answer.
        :raise FormatError: an answer beyond the limits.
        """
        if self.call_limit is not None and self.calls >= self.call_limit:
            raise CallsSpent()
        started = time.monotonic()
        waited = 0.0
        tries = self._retries if repeatable else 0
        for attempt in range(tries + 1):
            answer: Answer | None = None
            failure: ConnectionFailed | None = None
            try:
                answer = self._send(method, path, query, HeaderAuth(authorization), content)
            except ConnectionFailed as error:
                failure = error
            if answer is not None and answer.status < 500:
                return answer
            wait = self._wait(attempt, answer)
            if attempt == tries or waited + wait > BACKOFF_TOTAL or time.monotonic() - started > RETRY_WINDOW:
                break
            self._pause(wait)
            waited += wait
        if failure is not None:
            raise failure
        return answer

    def _wait(self, attempt: int, answer: Answer | None) -> float:
        """Return the seconds before the next try; what the server asks for wins."""
        asked = answer.retry_after if answer is not None else None
        if asked is not None:
            return asked
        return BACKOFF_FIRST * 2**attempt * random.uniform(0.5, 1.0)  # noqa: S311 jitter, not a secret

    def _send(self, method: str, path: str, query: str, auth: AuthBase, content: dict[str, Any]) -> Answer:
        """Send once and read the whole answer."""
        self.calls += 1
        started = time.monotonic()
        problem = ""
        answer: Answer | None = None
        try:
            asked_at = time.time()
            response = self._session.request(
                method,
                f"{self.base.url}{path}{'?' if query else ''}{query}",
                headers={"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": USER_AGENT},
                auth=auth,
                allow_redirects=False,
                stream=True,
                verify=True,
                **content,
            )
            self.clock_difference = clock_difference(response.headers.get("Date"), asked_at, time.time())
            answer = self._receive(response, started)
        except (requests.RequestException, http.client.HTTPException, OSError) as error:
            # Only what kind of failure it was goes on: the error's own text may hold the address and its query.
            problem = describe(error)
        elapsed = round((time.monotonic() - started) * 1000)
        if answer is None:
            _logger.debug("%s %s: no answer after %s ms, %s", method, path, elapsed, problem)
            raise ConnectionFailed(problem)
        request_id = self.clean(plain_word(answer.headers.get(REQUEST_ID_HEADER)) or "-")
        _logger.debug("%s %s: %s in %s ms, request %s", method, path, answer.status, elapsed, request_id)
        return answer

    def _receive(self, response: requests.Response, started: float) -> Answer:
        """Read the body within the limits and give the connection back for the next call."""
        adapter = self._session.get_adapter(f"{self.base.url}/")
        total = adapter.total if isinstance(adapter, TimeoutAdapter) else TOTAL_TIMEOUT
        try:
            body = _read(response, started + total)
            body = _unpack(body, response.headers.get("Content-Encoding", ""))
        except BaseException:
            response.close()
            raise
        response.raw.release_conn()
        return Answer(response.status_code, response.headers, body)


def _read(response: requests.Response, deadline: float) -> bytes:
    """Read the body piece by piece as it comes in.

    It is read from the standard library's response, whose ``read1`` returns after one piece: reading a fixed amount
    would wait for all of it, and each new byte would start the read time-out again.
    """
    wire: http.client.HTTPResponse = response.raw._original_response
    pieces: list[bytes] = []
    size = 0
    while piece := wire.read1(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > BODY_LIMIT:
            raise FormatError("The answer is too large.", status=response.status_code)
        if time.monotonic() > deadline:
            raise requests.Timeout
    if wire.length:
        raise http.client.IncompleteRead(b"", wire.length)
    wire.read()  # at the end of the body: only marks the answer as done, so that the connection can be used again
    return b"".join(pieces)


def _unpack(body: bytes, encoding: str) -> bytes:
    """Undo the compression, within the same limit."""
    encoding = encoding.strip().lower()
    if encoding in {"", "identity"}:
        return body
    unpacked: bytes | None = None
    if encoding in {"gzip", "x-gzip"}:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            unpacked = unpacker.decompress(body, BODY_LIMIT + 1)
        except zlib.error:
            unpacked = None
    if unpacked is None:
        raise FormatError("The answer's compression could not be undone.")
    if len(unpacked) > BODY_LIMIT:
        raise FormatError("The answer is too large.")
    if not unpacker.eof:
        raise http.client.IncompleteRead(b"")
    return unpacked


def describe(error: Exception) -> str:
    """Say in a sentence of our own why no answer came.

    :param error: the failure of the connection.
    :return: the sentence, without address or any other data of the call.
    """
    reason = repr(error)
    if isinstance(error, requests.exceptions.SSLError) or "SSLError" in reason or "CERTIFICATE" in reason:
        return "The secure connection to Ponto could not be set up (TLS)."
    if isinstance(error, (requests.Timeout, TimeoutError)) or "timed out" in reason:
        return "Ponto did not answer in time."
    if "NameResolution" in reason or "getaddrinfo" in reason or "Name or service" in reason:
        return "The name of the Ponto server could not be resolved (DNS)."
    if "refused" in reason:
        return "The Ponto server refused the connection."
    if "NewConnectionError" in reason or "unreachable" in reason or "ProxyError" in reason:
        return "No connection to the Ponto server could be made."
    return "The connection to Ponto was cut before the answer was complete."
