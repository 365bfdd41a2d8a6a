"""Who may read what: integrations, their secrets and their tokens."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from .clock import Clock
from .identifiers import IdFactory
from .records import Account, Integration

# Every recorded answer of the token endpoint says 1799 seconds.
TOKEN_SECONDS = 1799
ACCOUNT_INFORMATION = "ai"


class AccessDenied(Exception):
    """The call may not be answered: an OAuth or bearer problem."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


@dataclass
class IssuedToken:
    """A token that Ponto has given out."""

    text: str
    integration: Integration
    expires_at: datetime


class Access:
    """Keep integrations and tokens; the bank's part that knows credentials."""

    def __init__(self, clock: Clock, new_id: IdFactory) -> None:
        self._clock = clock
        self._new_id = new_id
        self.integrations: dict[str, Integration] = {}
        self._tokens: dict[str, IssuedToken] = {}

    def add_integration(self, name: str, scope: str, accounts: list[Account]) -> Integration:
        """Create a custom integration with random credentials that sees the given accounts."""
        integration = Integration(
            id=self._new_id("integration"),
            name=name,
            scope=scope,
            client_id=self._new_id("client"),
            client_secret=secrets.token_urlsafe(32),
        )
        for account in accounts:
            integration.share(account)
        self.integrations[integration.client_id] = integration
        return integration

    def regenerate_secret(self, integration: Integration) -> str:
        """Replace the secret, as the dashboard does; tokens already given out live on until they expire."""
        integration.client_secret = secrets.token_urlsafe(32)
        return integration.client_secret

    def remove_integration(self, integration: Integration) -> None:
        """Delete an integration with its credentials and tokens."""
        self.integrations.pop(integration.client_id, None)
        self.revoke_tokens(integration)

    def check_client(self, client_id: str | None, client_secret: str | None) -> Integration:
        """Return the integration of a pair of credentials.

        :raise AccessDenied: 401 invalid_client, in the shape of OAuth
        """
        integration = self.integrations.get(client_id or "")
        expected = integration.client_secret if integration else ""
        if integration is None or not hmac.compare_digest(expected.encode(), (client_secret or "").encode()):
            raise AccessDenied(401, "invalid_client", "Client authentication failed")
        return integration

    def issue_token(self, integration: Integration) -> IssuedToken:
        """Give out a token: two base64url parts of 43 characters joined by a dot."""
        text = f"{secrets.token_urlsafe(32)}.{secrets.token_urlsafe(32)}"
        token = IssuedToken(text, integration, self._clock.now() + timedelta(seconds=TOKEN_SECONDS))
        self._tokens[text] = token
        return token

    def check_token(self, text: str | None) -> Integration:
        """Return the integration of a bearer token.

        :raise AccessDenied: 401 invalidAccessToken when it is missing, unknown or expired
        """
        token = self._tokens.get(text or "")
        if token is None or token.expires_at <= self._clock.now():
            raise AccessDenied(401, "invalidAccessToken", "Your access token is invalid.")
        return token.integration

    def check_scope(self, integration: Integration) -> None:
        """Require account information in the scope of an integration.

        :raise AccessDenied: 403; the code is not documented, see doc/ponto-api.md, 9
        """
        if ACCOUNT_INFORMATION not in integration.scope.split():
            raise AccessDenied(403, "insufficientScope", "The integration has no access to account information.")

    def revoke_token(self, text: str | None) -> None:
        """Forget one token; an unknown one is no error."""
        self._tokens.pop(text or "", None)

    def revoke_tokens(self, integration: Integration | None = None) -> None:
        """Forget all tokens, or those of one integration."""
        for text, token in list(self._tokens.items()):
            if integration is None or token.integration is integration:
                del self._tokens[text]
