"""Access tokens: asking for one, keeping it, renewing it in time."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Callable
from typing import Any, Protocol

from .answers import Answer, error_of, read_complaint, top_object
from .errors import FormatError
from .jsontext import JsonNumber
from .resources import Token
from .transport import Transport
from .values import Unreadable, as_amount

GRANT_PATH = "/oauth2/token"  # A ponto-ruby access_token.rb; B cli, tieno
RENEW_BEFORE = 60.0  # seconds a token must still have to be used
# expires_in was 1799 in every answer seen (B oca test; C kledg). When it is missing or no number, the token is used
# for a short while only: long enough not to ask for one at every call, short enough to be harmless.
LIFETIME_UNKNOWN = 300.0  # seconds
LIFETIME_LIMIT = 86400.0  # seconds; a longer promise is not believed
_USABLE_TOKEN = re.compile(r"[\x21-\x7e]{1,4096}")  # what may stand in an HTTP header


class TokenStore(Protocol):
    """Where the token of an integration lives between calls."""

    def load(self) -> Token | None:
        """Return the current token, None when there is none."""

    def renew(self, stale: Token | None, request: Callable[[], Token]) -> Token:
        """Replace a token that is about to expire or was rejected.

        The store decides whether somebody else has already renewed: when its token is another one than ``stale``
        and still good, it returns that one and asks for none.

        :param stale: the token found unusable, None when there was none.
        :param request: asks Ponto for a new token.
        :return: the token to use from now on.
        :raise PontoError: what ``request`` raises.
        """


class MemoryTokenStore:
    """Keep the token in this object. Not safe for use by several threads at once."""

    def __init__(self, token: Token | None = None) -> None:
        self._token = token

    def load(self) -> Token | None:
        """Return the current token, None when there is none."""
        return self._token

    def renew(self, stale: Token | None, request: Callable[[], Token]) -> Token:
        """Replace the token, unless it was replaced already.

        :param stale: the token found unusable, None when there was none.
        :param request: asks Ponto for a new token.
        :return: the token to use from now on.
        """
        if self._token is None or self._token == stale or not is_fresh(self._token):
            self._token = request()
        return self._token


def is_fresh(token: Token | None) -> bool:
    """Tell whether a token may still be used for a call.

    :param token: the token, or None.
    :return: False when it is None or has less than ``RENEW_BEFORE`` seconds left.
    """
    return token is not None and token.expires_at - time.time() >= RENEW_BEFORE


class Authenticator:
    """Ask the token endpoint with the credentials of a custom integration (client credentials grant).

    :param transport: sends the request.
    :param client_id: the id of the integration.
    :param client_secret: its secret; any characters, sent as UTF-8.
    """

    def __init__(self, transport: Transport, client_id: str, client_secret: str) -> None:
        self._transport = transport
        pair = f"{client_id}:{client_secret}".encode("utf-8", "replace")
        self._basic = base64.b64encode(pair).decode("ascii")
        transport.secrets.update((client_secret, self._basic))

    def request_token(self) -> Token:
        """Ask for a new token (doc/ponto-api.md, 1.3; A ponto-ruby, B cli).

        Asking twice does no harm, so a failed call is repeated like a GET.

        :return: the token.
        :raise CredentialsError: the id or the secret was refused.
        :raise PontoError: any other failure.
        """
        asked_at = time.time()
        answer = self._transport.request(
            "POST",
            GRANT_PATH,
            authorization=f"Basic {self._basic}",
            repeatable=True,
            data={"grant_type": "client_credentials"},
        )
        if not answer.ok:
            raise error_of(answer, self._transport.clean, token_endpoint=True)
        return parse_token(answer, asked_at, self._transport.clean)


def parse_token(answer: Answer, asked_at: float, clean: Callable[[str], str]) -> Token:
    """Read the answer of the token endpoint.

    :param answer: a successful answer.
    :param asked_at: when it was asked for, in seconds since the epoch; the lifetime counts from there.
    :param clean: masks secrets in a text of the server.
    :return: the token. A missing scope is an empty one: no right is assumed that was not told.
    :raise CredentialsError: the body is an OAuth error in spite of the status.
    :raise FormatError: the body holds no usable bearer token.
    """
    body = top_object(answer.document())
    if read_complaint(body).oauth:
        raise error_of(answer, clean, token_endpoint=True)
    access_token = body.get("access_token")
    if not isinstance(access_token, str) or isinstance(access_token, JsonNumber):
        access_token = ""
    if not _USABLE_TOKEN.fullmatch(access_token):
        raise FormatError("The answer holds no access token.", status=answer.status)
    token_type = body.get("token_type")
    if token_type is not None and (not isinstance(token_type, str) or token_type.lower() != "bearer"):
        raise FormatError("The access token is of an unknown type.", status=answer.status)
    scope = body.get("scope")
    granted = scope if isinstance(scope, str) else ""
    return Token(access_token, asked_at + _lifetime(body.get("expires_in")), granted)


def _lifetime(value: Any) -> float:
    """Return the seconds a token may be used."""
    try:
        seconds = float(as_amount(value))
    except Unreadable:
        return LIFETIME_UNKNOWN
    return min(seconds, LIFETIME_LIMIT) if seconds > 0 else LIFETIME_UNKNOWN
