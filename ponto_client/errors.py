"""The errors of the Ponto client: callers branch on the class or on ``code``, never on text."""

from __future__ import annotations


class PontoError(Exception):
    """Any failure of a call to Ponto.

    ``detail`` may quote the server (cleaned of secrets, at most ``answers.DETAIL_LIMIT`` characters). ``str(error)``
    never does: it holds our own words, the code, the status and the request id, and is safe in any log.

    :param detail: a sentence about this failure.
    :param code: the code of the API, or the default of the class.
    :param status: the HTTP status, None when there was no answer.
    :param request_id: the id under which Ponto's support finds the call.
    :param retry_after: seconds the server asks to wait.
    """

    default_code = "pontoError"
    summary = "The call to Ponto failed."
    own_words = False  # True: every detail of this class is written by this client, never by the server

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail or self.summary
        self.code = code or self.default_code
        self.status = status
        self.request_id = request_id
        self.retry_after = retry_after

    def __str__(self) -> str:
        """Tell what failed without a word of the server besides its code."""
        facts = [self.code]
        if self.status is not None:
            facts.append(f"HTTP {self.status}")
        if self.request_id:
            facts.append(f"request {self.request_id}")
        return f"{self.detail if self.own_words else self.summary} ({', '.join(facts)})"

    def __repr__(self) -> str:
        """Show the class and the safe text."""
        return f"<{type(self).__name__}: {self}>"


class ConnectionFailed(PontoError):
    """No complete answer: name not found, refused, time-out, TLS, or cut on the way."""

    default_code = "connectionFailed"
    summary = "Ponto could not be reached."
    own_words = True


class InvalidAddress(ConnectionFailed, ValueError):
    """The configured address is not one the client can call; nothing was sent."""

    default_code = "invalidAddress"
    summary = "The address of the Ponto API is not a valid http(s) address."


class ServerError(PontoError):
    """The server failed (HTTP 5xx)."""

    default_code = "serverError"
    summary = "Ponto has a technical problem."


class RateLimited(PontoError):
    """Too many calls (HTTP 429); ``retry_after`` holds the wait when the server gave one."""

    default_code = "tooManyRequests"
    summary = "Ponto refused the call because there were too many."


class CredentialsError(PontoError):
    """The token endpoint refused the client id or secret."""

    default_code = "invalidCredentials"
    summary = "Ponto refused the client id or the client secret."


class TokenRejected(PontoError):
    """A resource still answered 401 with a token that was just renewed."""

    default_code = "invalidAccessToken"
    summary = "Ponto rejected a new access token."


class ScopeError(PontoError):
    """The integration may not do this (HTTP 403, or a token without account information)."""

    default_code = "insufficientScope"
    summary = "The Ponto integration has no right to account information."


class NotFound(PontoError):
    """The resource does not exist for this integration (HTTP 404)."""

    default_code = "resourceNotFound"
    summary = "Ponto does not know the resource."


class RecentlySynchronized(PontoError):
    """The account was synchronized a moment ago: its data are recent enough."""

    default_code = "accountRecentlySynchronized"
    summary = "The account was already synchronized a moment ago."


class RequestRefused(PontoError):
    """Any other refusal (HTTP 4xx)."""

    default_code = "requestRefused"
    summary = "Ponto refused the request."


class FormatError(PontoError):
    """The answer is not what the API promises: not JSON, another shape, too large, or a redirect."""

    default_code = "unreadableAnswer"
    summary = "Ponto's answer could not be read."
    own_words = True


class EndlessPages(FormatError):
    """The pages of a list lead in a circle, come again, or do not end."""

    default_code = "endlessPages"
    summary = "The pages of a list have no end."


class CallsSpent(PontoError):
    """The client has made as many calls as it may; nothing was sent."""

    default_code = "callsSpent"
    summary = "The client has made as many calls as it may."
    own_words = True


class ForeignLink(PontoError):
    """The link to the next page leads to an unknown host; no request was made there."""

    default_code = "foreignLink"
    summary = "The link to the next page leads to an unknown host and was not followed."
    own_words = True
