"""What an answer means: its JSON, or the error it stands for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from .errors import (
    CredentialsError,
    FormatError,
    NotFound,
    PontoError,
    RateLimited,
    RecentlySynchronized,
    RequestRefused,
    ScopeError,
    ServerError,
    TokenRejected,
)
from .jsontext import Document, JsonObject, decode
from .values import as_object

REQUEST_ID_HEADER = "ibanity-request-id"  # A ruby changelog 1.1.1, java
RETRY_AFTER_LIMIT = 86400.0  # seconds: a longer wait asked for is cut to a day
DETAIL_LIMIT = 300  # characters of the server's own words that are kept
# Status of insufficient scope and code of a rate limit are not known for sure (doc/ponto-api.md, 5 and 9): the status
# decides, whatever the code says. Only these codes decide by themselves.
CODE_RECENTLY_SYNCHRONIZED = "accountRecentlySynchronized"  # HTTP 400 (B oca 12.0 test)
_BY_STATUS: dict[int, type[PontoError]] = {401: TokenRejected, 403: ScopeError, 404: NotFound, 429: RateLimited}
# The token endpoint answers a wrong pair with 401 invalid_client (C kledg); 400 and 403 mean the same to the user.
_REFUSED_AT_TOKEN_ENDPOINT = (400, 401, 403)

# Neither token nor secret may follow to where a redirect leads.
_REDIRECTED = "The server answered with a redirect, which is not followed."
_SECONDS = re.compile(r"[0-9]{1,9}")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_UNPRINTABLE = re.compile("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer of the server."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def ok(self) -> bool:
        """Tell whether the status is a success."""
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> float | None:
        """Tell the seconds the server asks to wait, given as such or as a date; None when it gives none."""
        return read_retry_after(self.headers.get("Retry-After"))

    def document(self) -> Document:
        """Decode the body.

        :raise FormatError: it is not JSON; with the status and the request id of the answer.
        """
        try:
            return decode(self.body)
        except FormatError as error:
            error.status = self.status
            error.request_id = plain_word(self.headers.get(REQUEST_ID_HEADER))
            raise


def read_retry_after(value: str | None) -> float | None:
    """Read a Retry-After header.

    :param value: whole seconds or an HTTP date.
    :return: seconds from now, from 0 to a day; None when there is none or it is unreadable.
    """
    value = (value or "").strip()
    if _SECONDS.fullmatch(value):
        return min(float(value), RETRY_AFTER_LIMIT)
    moment = read_date(value)
    if moment is None:
        return None
    return min(max((moment - datetime.now(timezone.utc)).total_seconds(), 0.0), RETRY_AFTER_LIMIT)


def read_date(value: str | None) -> datetime | None:
    """Read an HTTP date.

    :param value: the text of a header.
    :return: the moment, aware; None when there is none or it is unreadable.
    """
    try:
        moment = parsedate_to_datetime(value or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).astimezone(timezone.utc)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


def clock_difference(date: str | None, asked_at: float, answered_at: float) -> float | None:
    """Compare the server's clock with the own one, by the date of an answer (RFC 9110, 6.6.1: whole seconds).

    An answer that may have been dated while it was waited for proves no difference.

    :param date: the Date header.
    :param asked_at: seconds since the epoch, by the own clock, when the request was sent.
    :param answered_at: the same when the answer came.
    :return: seconds by which the server is ahead for sure, negative when it is behind; None without a readable date.
    """
    moment = read_date(date)
    if moment is None:
        return None
    dated = moment.timestamp()
    if dated + 1.0 < asked_at:
        return dated + 1.0 - asked_at
    return max(dated - answered_at, 0.0)


def plain_word(value: Any) -> str | None:
    """Accept a code or a request id only when it is one plain word, so that no text travels in its place.

    :param value: what the server sent.
    :return: the word or None.
    """
    return str(value) if isinstance(value, str) and _PLAIN_WORD.fullmatch(value) else None


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an error body says, in either of the two shapes."""

    code: str | None = None
    detail: str = ""
    request_id: str | None = None
    oauth: bool = False


def read_complaint(value: Any) -> Complaint:
    """Read an error body: OAuth style, or JSON:API ``errors`` (doc/ponto-api.md, 1.7, 5; A ruby, dotnet).

    The bank's own answer under ``meta.financialInstitutionResponse`` may hold anything and is left out.

    :param value: the decoded body.
    :return: what it says, empty when it has neither shape.
    """
    body = as_object(value)
    errors = body.get("errors")
    first = as_object(errors[0]) if isinstance(errors, list) and errors else None
    if first is not None:
        request_id = as_object(first.get("meta")).get("requestId")
        return Complaint(plain_word(first.get("code")), _words(first.get("detail")), plain_word(request_id))
    if isinstance(body.get("error"), str):
        detail = f"{_words(body.get('error_description'))} {_words(body.get('error_hint'))}".strip()
        return Complaint(plain_word(body["error"]), detail, oauth=True)
    return Complaint()


def _words(value: Any) -> str:
    return _UNPRINTABLE.sub(" ", value).strip() if isinstance(value, str) else ""


def error_of(answer: Answer, clean: Callable[[str], str], *, token_endpoint: bool = False) -> PontoError:
    """Turn a refusing answer into the error to raise.

    :param answer: an answer without success.
    :param clean: masks secrets in a text of the server.
    :param token_endpoint: whether a token was asked for.
    :return: the error.
    """
    try:
        complaint = read_complaint(decode(answer.body).value)
    except FormatError:
        # The edge answers with HTML or nothing (doc/ponto-api.md, 5): the status says enough.
        complaint = Complaint()
    request_id = clean(plain_word(answer.headers.get(REQUEST_ID_HEADER)) or complaint.request_id or "") or None
    if 300 <= answer.status < 400:
        return FormatError(_REDIRECTED, status=answer.status, request_id=request_id)
    return _class_of(answer.status, complaint, token_endpoint)(
        clean(complaint.detail)[:DETAIL_LIMIT],
        code=clean(complaint.code) if complaint.code else None,
        status=answer.status,
        request_id=request_id,
        retry_after=answer.retry_after,
    )


def _class_of(status: int, complaint: Complaint, token_endpoint: bool) -> type[PontoError]:
    """Choose the class of an error."""
    if status >= 500:
        return ServerError
    if token_endpoint and status != 429:
        if complaint.oauth or status in _REFUSED_AT_TOKEN_ENDPOINT:
            return CredentialsError
    elif complaint.code == CODE_RECENTLY_SYNCHRONIZED:
        return RecentlySynchronized
    return _BY_STATUS.get(status, RequestRefused)


def top_object(document: Document) -> JsonObject:
    """Take the whole answer as an object.

    :param document: the decoded answer.
    :return: the object.
    :raise FormatError: it is none.
    """
    if not isinstance(document.value, JsonObject):
        raise FormatError("The answer is not a JSON object.")
    return document.value
