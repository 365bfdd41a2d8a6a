"""The Ponto API client: one method per endpoint (doc/ponto-api.md, 2; A spec23, specrs)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import requests

from .address import BaseAddress, cursor_of, next_query
from .answers import Answer, error_of
from .auth import Authenticator, MemoryTokenStore, TokenStore, is_fresh
from .errors import EndlessPages, ScopeError
from .jsontext import Document
from .parsing import (
    listed,
    parse_account,
    parse_institution,
    parse_reauthorization_request,
    parse_synchronization,
    parse_transaction_page,
    parse_transactions,
    parse_user_info,
    single,
)
from .resources import (
    Account,
    Institution,
    ReauthorizationRequest,
    Synchronization,
    Token,
    Transaction,
    TransactionPage,
    UserInfo,
)
from .transport import Transport
from .values import as_object, usable_id

PAGE_LIMIT = 100  # items per page, the most the API gives (A spec23)
# No list is known to have an end to its pages: a server that invents new cursors for ever is stopped here. Twenty
# thousand accounts, institutions, or transactions that one synchronization changed; a history is longer.
PAGES_LIMIT = 200
HISTORY_PAGES_LIMIT = 100_000


class PontoClient:
    """Talk to Ponto as one custom integration.

    A client is meant for one thread; use several clients with a shared token store for more. Every method raises a
    subclass of ``PontoError`` when the call fails. No error, log line or ``repr`` shows the secret or a token.

    :param base_url: ``https://api.myponto.com``, or the address of a sandbox. Requests and tokens go nowhere else.
    :param client_id: the id of the integration.
    :param client_secret: its secret.
    :param token_store: where the token lives, by default in this object only.
    :param session: a session to use instead of an own one.
    :param pause: called with the seconds to wait before a repeated call, by default ``sleeper``, which waits.
    :param retries: how many times a failed read is repeated.
    :raise InvalidAddress: ``base_url`` is not an http(s) address.
    """

    sleeper: Callable[[float], None] = staticmethod(time.sleep)

    def __init__(
        self,
        base_url: str,
        client_id: str,
        client_secret: str,
        *,
        token_store: TokenStore | None = None,
        session: requests.Session | None = None,
        pause: Callable[[float], None] | None = None,
        retries: int = 2,
    ) -> None:
        self._base = BaseAddress.parse(base_url)
        self._transport = Transport(self._base, session, pause or self.sleeper, retries)
        self._authenticator = Authenticator(self._transport, client_id, client_secret)
        self._tokens = token_store if token_store is not None else MemoryTokenStore()

    @property
    def api_calls(self) -> int:
        """Count the HTTP requests made so far, those for tokens and repeated ones included."""
        return self._transport.calls

    @property
    def call_limit(self) -> int | None:
        """Tell how many requests may be made altogether; None when nothing limits them.

        A call that would begin beyond it raises ``CallsSpent``; the further tries of one that began before may exceed
        it by ``retries``.
        """
        return self._transport.call_limit

    @call_limit.setter
    def call_limit(self, calls: int | None) -> None:
        self._transport.call_limit = calls

    @property
    def clock_difference(self) -> float | None:
        """Tell by how many seconds Ponto's clock is ahead of this machine's, negative when it is behind.

        As of the last answer, a refusal too; None when there was none, or it had no date.
        """
        return self._transport.clock_difference

    def close(self) -> None:
        """Close the client's connections; a later call opens new ones."""
        self._transport.close()

    # Credentials and organization

    def check_credentials(self) -> Token:
        """Ask for a new token, whatever the store holds, and store it.

        :return: the token.
        :raise CredentialsError: the id or the secret was refused.
        :raise ScopeError: the integration has no right to account information.
        """
        token = self._authenticator.request_token()
        if not token.has_account_information:
            raise ScopeError()
        return self._tokens.renew(self._tokens.load(), lambda: token)

    def userinfo(self) -> UserInfo:
        """Read the organization behind the integration (doc/ponto-api.md, 1.6; A spec23).

        :return: the organization.
        """
        return parse_user_info(self._get("/userinfo"))

    # Accounts and institutions

    def accounts(self) -> Iterator[Account]:
        """Read all accounts the integration sees (doc/ponto-api.md, 3.1; A spec23).

        :return: the accounts of all pages, asked for as they are used.
        """
        for document, _cursor in self._pages("/accounts"):
            yield from map(parse_account, listed(document))

    def account(self, account_id: str) -> Account:
        """Read one account.

        :param account_id: the id at Ponto.
        :return: the account.
        :raise NotFound: the integration does not see it.
        """
        return parse_account(single(self._get(_path("accounts", account_id))))

    def institutions(self) -> Iterator[Institution]:
        """Read all institutions of the accounts the integration sees (doc/ponto-api.md, 3.2; A spec23).

        :return: the institutions of all pages, asked for as they are used.
        """
        for document, _cursor in self._pages("/financial-institutions"):
            yield from map(parse_institution, listed(document))

    def institution(self, institution_id: str) -> Institution:
        """Read one institution.

        :param institution_id: the id at Ponto.
        :return: the institution.
        :raise NotFound: Ponto does not know it.
        """
        return parse_institution(single(self._get(_path("financial-institutions", institution_id))))

    # Transactions

    def transaction_pages(
        self, account_id: str, *, after: str | None = None, limit: int = PAGE_LIMIT
    ) -> Iterator[TransactionPage]:
        """Read the transactions of an account page by page, newest first as Ponto recorded them (A spec23; B oca).

        :param account_id: the id at Ponto.
        :param after: the ``next_cursor`` of the page before, to go on from there.
        :param limit: transactions per page, 1 to 100.
        :return: the pages, asked for as they are used; an empty page in between is given too.
        :raise EndlessPages: the pages lead in a circle, or come again; the page that proves it is not given.
        :raise ForeignLink: the next page would be at an unknown host; its page before is not given either.
        """
        path = _path("accounts", account_id, "transactions")
        for document, cursor in self._pages(path, after=after, limit=limit, most=HISTORY_PAGES_LIMIT):
            yield parse_transaction_page(document, account_id, cursor)

    def pending_transactions(self, account_id: str) -> Iterator[Transaction]:
        """Read the transactions that the bank has not settled yet (doc/ponto-api.md, 3.4; A specrs).

        :param account_id: the id at Ponto.
        :return: the transactions of all pages.
        """
        for document, _cursor in self._pages(_path("accounts", account_id, "pending-transactions")):
            yield from parse_transactions(document, account_id)

    # Synchronizations and authorizations

    def create_synchronization(self, account_id: str, subtype: str, customer_ip_address: str) -> Synchronization:
        """Ask Ponto to refresh an account at its bank (doc/ponto-api.md, 3.5, 3.6; A spec23). Never sent again by itself.

        :param account_id: the id at Ponto.
        :param subtype: accountDetails, accountTransactions or accountTransactionsWithUnsettled.
        :param customer_ip_address: the public address of the user who asks; a made-up one risks a block.
        :return: the synchronization, as a rule still pending.
        :raise RecentlySynchronized: the data are recent enough.
        """
        attributes = {
            "resourceType": "account",
            "resourceId": account_id,
            "subtype": subtype,
            "customerIpAddress": customer_ip_address,
        }
        return parse_synchronization(single(self._post("/synchronizations", "synchronization", attributes)))

    def synchronization(self, synchronization_id: str) -> Synchronization:
        """Read how a synchronization is doing; one that failed is an answer too, with its errors.

        :param synchronization_id: the id at Ponto.
        :return: the synchronization.
        """
        return parse_synchronization(single(self._get(_path("synchronizations", synchronization_id))))

    def updated_transactions(self, synchronization_id: str) -> Iterator[Transaction]:
        """Read what a synchronization created or changed (doc/ponto-api.md, 3.5; A spec23).

        :param synchronization_id: the id at Ponto.
        :return: the transactions of all pages.
        """
        for document, _cursor in self._pages(_path("synchronizations", synchronization_id, "updated-transactions")):
            yield from parse_transactions(document)

    def updated_pending_transactions(self, synchronization_id: str) -> Iterator[Transaction]:
        """Read the pending transactions that a synchronization created or changed (A specrs, elixir).

        :param synchronization_id: the id at Ponto.
        :return: the transactions of all pages.
        """
        path = _path("synchronizations", synchronization_id, "updated-pending-transactions")
        for document, _cursor in self._pages(path):
            yield from parse_transactions(document)

    def create_reauthorization_request(self, account_id: str, redirect_uri: str) -> ReauthorizationRequest:
        """Ask for an address where a user renews an authorization (doc/ponto-api.md, 3.7; A spec23). Never sent again.

        :param account_id: the id at Ponto.
        :param redirect_uri: where the user comes back to.
        :return: the request.
        :raise NotFound: the account is unknown, or the integration has no such right.
        """
        path = _path("accounts", account_id, "reauthorization-requests")
        document = self._post(path, "reauthorizationRequest", {"redirectUri": redirect_uri})
        return parse_reauthorization_request(single(document), plain_http=self._base.scheme == "http")

    # Calls

    def _get(self, path: str, query: str = "") -> Document:
        return self._call("GET", path, query=query, repeatable=True).document()

    def _post(self, path: str, kind: str, attributes: dict[str, Any]) -> Document:
        content = {"data": {"type": kind, "attributes": attributes}}
        return self._call("POST", path, repeatable=False, json=content).document()

    def _pages(
        self, path: str, *, after: str | None = None, limit: int = PAGE_LIMIT, most: int | None = None
    ) -> Iterator[tuple[Document, str | None]]:
        """Ask for the pages of a list one after the other, each with the cursor of the next.

        The link of a page is judged before the page is given: one that leads elsewhere or in a circle is an error
        that costs no item, since the page can be read again. The same for a page that came before.
        """
        if not 1 <= limit <= PAGE_LIMIT:
            raise ValueError(f"limit must be 1 to {PAGE_LIMIT}")
        query = urlencode({"page[limit]": limit, **({"page[after]": after} if after else {})})
        cursors = {after} if after else set()
        pages: set[int] = set()
        for _number in range(PAGES_LIMIT if most is None else most):
            document = self._get(path, query)
            items = listed(document)
            following = next_query(as_object(document.value.get("links")).get("next"), self._base, path)
            if following is None:
                yield document, None
                return
            # Without a cursor in the link, the last item's id is the one (doc/ponto-api.md, 4; A spec23). An item without a
            # usable id gives way to the one before it: what stands between is read twice, nothing is skipped.
            ids = tuple(filter(None, (usable_id(as_object(item).get("id")) for item in items)))
            cursor = cursor_of(following) or (ids[-1] if ids else following)
            if cursor in cursors:
                raise EndlessPages("The pages of the answer lead in a circle.")
            if ids and hash(ids) in pages:
                raise EndlessPages("A page of the answer came again.")
            cursors.add(cursor)
            pages.add(hash(ids))
            yield document, cursor
            query = following
        raise EndlessPages("The answer has too many pages.")

    def _call(self, method: str, path: str, *, query: str = "", repeatable: bool, **content: Any) -> Answer:
        """Make one call with a good token; renew the token once when it is rejected.

        A rejected call was not carried out, so it is repeated with the new token even when it is a POST.
        """
        token = self._tokens.load()
        if token is None or not is_fresh(token):
            token = self._tokens.renew(token, self._authenticator.request_token)
        for last in (False, True):
            self._transport.secrets.add(token.access_token)
            bearer = f"Bearer {token.access_token}"
            answer = self._transport.request(
                method, path, query=query, authorization=bearer, repeatable=repeatable, **content
            )
            if answer.status != 401 or last:
                break
            token = self._tokens.renew(token, self._authenticator.request_token)
        if not answer.ok:
            raise error_of(answer, self._transport.clean)
        return answer


def _path(*parts: str) -> str:
    """Join the parts of a path, each quoted whole: an id cannot lead to another resource.

    :raise ValueError: a part that is no usable id.
    """
    if not all(usable_id(part) for part in parts):
        raise ValueError("an id must be a non-empty text without white space")
    return "".join(f"/{quote(part, safe='')}" for part in parts)
