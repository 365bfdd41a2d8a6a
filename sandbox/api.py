"""The endpoints of Ponto's own resources."""

from __future__ import annotations

import ipaddress
import json
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from werkzeug.wrappers import Request as HttpRequest

from .bank import Bank
from .faults import Fault, Faults, distortion
from .paging import InvalidLimit, Listing, Pager, read_request
from .records import Account, Integration, ReauthorizationRequest, Synchronization
from .rendering import Renderer
from .synchronizing import SUBTYPES, RecentlySynchronized
from .web import Refusal, not_found

Json = dict[str, Any]
Answer = tuple[int, Json]


@dataclass
class Context:
    """One authorized call."""

    bank: Bank
    http: HttpRequest
    integration: Integration
    render: Renderer
    faults: Faults
    hitting: dict[str, Fault]

    def page(self, listing: Listing, render: Callable[[Any], Json], write_nulls: bool = False) -> Json:
        """Return the asked page of a listing.

        :raise Refusal: 400 for a limit outside 1 to 100
        """
        try:
            asked = read_request(self.http.args)
        except InvalidLimit as error:
            raise Refusal(400, "invalid_paging_limit", "The limit must be between 1 and 100.") from error
        pager = Pager(self.faults.alias, self.faults.resolve)
        address = f"{self.render.base}{self.http.path}"
        document = pager.page(
            listing,
            asked,
            address,
            render,
            cap=self.bank.options.page_limit_cap,
            write_nulls=write_nulls,
            distortion=distortion(self.hitting),
        )
        return self.faults.twist(
            document, self.hitting, self.http.path, lambda cursor: address + asked.query(after=cursor)
        )

    def attributes(self) -> Json:
        """Return ``data.attributes`` of the JSON body; ``data.type`` is not checked, Ponto seems not to either.

        :raise Refusal: 400 when the body has another shape
        """
        try:
            attributes = json.loads(self.http.get_data(as_text=True))["data"]["attributes"]
        except (ValueError, KeyError, TypeError) as error:
            raise Refusal(400, "invalidBody", "The body is no JSON:API document.", pointer="/data") from error
        if not isinstance(attributes, dict):
            raise Refusal(400, "invalidBody", "The attributes are no object.", pointer="/data/attributes")
        return attributes

    def account(self, account_id: str) -> Account:
        """Return a shared account.

        :raise Refusal: 404 when the integration does not see it
        """
        account = self.bank.accounts.get(account_id)
        if account is None or account.id not in self.integration.account_ids:
            raise not_found("account")
        return account

    def shared_accounts(self) -> list[Account]:
        """Return the accounts that the integration sees, in the order in which they were shared."""
        ids = self.integration.account_ids
        return [self.bank.accounts[each] for each in ids if each in self.bank.accounts]


def required(attributes: Json, name: str) -> str:
    """Return a required text attribute.

    :raise Refusal: 400 when it is missing, empty or no text
    """
    value = attributes.get(name)
    if not isinstance(value, str) or not value:
        raise invalid(name, f"The attribute {name} is required.")
    return value


def invalid(name: str, detail: str) -> Refusal:
    """Return the refusal of an attribute (the code is not documented, doc/ponto-api.md, 9)."""
    return Refusal(400, "validationError", detail, pointer=f"/data/attributes/{name}", attribute=name)


# -- accounts ------------------------------------------------------------------------------------------------------


def list_accounts(call: Context) -> Answer:
    """GET /accounts."""
    return 200, call.page(Listing(call.shared_accounts()), call.render.account)


def get_account(call: Context, account_id: str) -> Answer:
    """GET /accounts/{id}."""
    return 200, {"data": call.render.account(call.account(account_id))}


def delete_account(call: Context, account_id: str) -> Answer:
    """DELETE /accounts/{id}: out of this integration only, the account stays in Ponto."""
    account = call.account(account_id)
    call.integration.unshare(account)
    return 200, {"data": {"id": account.id, "type": "account"}}


# -- institutions --------------------------------------------------------------------------------------------------


def _institutions(call: Context) -> list[Any]:
    """Return the institutions of the shared accounts, each once; a user token shows no others."""
    return list(dict.fromkeys(account.institution for account in call.shared_accounts()))


def list_institutions(call: Context) -> Answer:
    """GET /financial-institutions, with the two filters seen in the vendor's libraries."""
    name = call.http.args.get("filter[name][like]", "").lower()
    country = call.http.args.get("filter[country][eq]")
    items = [each for each in _institutions(call) if name in each.name.lower() and country in (None, each.country)]
    return 200, call.page(Listing(items), call.render.institution)


def get_institution(call: Context, institution_id: str) -> Answer:
    """GET /financial-institutions/{id}."""
    for institution in _institutions(call):
        if institution.id == institution_id:
            return 200, {"data": call.render.institution(institution)}
    raise not_found("financialInstitution")


# -- transactions --------------------------------------------------------------------------------------------------


class _NewestFirst(Sequence[Any]):
    """A list seen from its end, without a copy: histories are long."""

    def __init__(self, items: list[Any]) -> None:
        self._items = items

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            start, stop, _step = index.indices(len(self._items))
            count = len(self._items)
            return self._items[count - stop : count - start][::-1]
        return self._items[-1 - index]


def transaction_listing(account: Account) -> Listing:
    """Return the visible transactions of an account, newest creation first."""

    def position(cursor: str) -> int | None:
        item = account.seen.get(cursor)
        if item is None:
            return None
        return len(account.visible) - 1 - bisect_left(account.visible, item.order, key=lambda each: each.order)

    return Listing(_NewestFirst(account.visible), position)


def list_transactions(call: Context, account_id: str) -> Answer:
    """GET /accounts/{id}/transactions."""
    return 200, _transactions_of(call, account_id, pending=False)


def list_pending(call: Context, account_id: str) -> Answer:
    """GET /accounts/{id}/pending-transactions."""
    return 200, _transactions_of(call, account_id, pending=True)


def _transactions_of(call: Context, account_id: str, pending: bool) -> Json:
    account = call.account(account_id)
    listing = Listing(account.pending[::-1]) if pending else transaction_listing(account)
    kind = "pendingTransaction" if pending else "transaction"
    document = call.page(listing, lambda item: call.render.transaction(item, kind), write_nulls=True)
    document["meta"]["synchronizedAt"] = call.render.latest_time(account)
    document["meta"]["latestSynchronization"] = call.render.latest(account.latest_transactions)
    return document


def get_transaction(call: Context, account_id: str, transaction_id: str) -> Answer:
    """GET /accounts/{id}/transactions/{id}."""
    item = call.account(account_id).seen.get(transaction_id)
    if item is None:
        raise not_found("transaction")
    return 200, {"data": call.render.transaction(item)}


def get_pending(call: Context, account_id: str, transaction_id: str) -> Answer:
    """GET /accounts/{id}/pending-transactions/{id}."""
    for item in call.account(account_id).pending:
        if item.id == transaction_id:
            return 200, {"data": call.render.transaction(item, "pendingTransaction")}
    raise not_found("pendingTransaction")


# -- synchronizations ----------------------------------------------------------------------------------------------


def create_synchronization(call: Context) -> Answer:
    """POST /synchronizations; all four attributes are required since early 2023."""
    attributes = call.attributes()
    values = [required(attributes, name) for name in ("resourceType", "resourceId", "subtype", "customerIpAddress")]
    resource_type, resource_id, subtype, address = values
    if resource_type != "account":
        raise invalid("resourceType", "The resource type must be account.")
    known = SUBTYPES if call.bank.options.unsettled_synchronizations else SUBTYPES[:2]
    if subtype not in known:
        raise invalid("subtype", f"The subtype must be one of {', '.join(known)}.")
    try:
        ipaddress.ip_address(address)
    except ValueError as error:
        raise invalid("customerIpAddress", "The customer's IP address is invalid.") from error
    account = call.bank.accounts.get(resource_id)
    if account is None or account.id not in call.integration.account_ids:
        raise Refusal(400, "invalidSynchronizationResource", "The resource of the synchronization is invalid.")
    try:
        sync = call.bank.synchronizer.create(account, subtype, address)
    except RecentlySynchronized as error:
        detail = (
            "This type of synchronization was already created recently for the account. "
            "Try again later or on the Dashboard."
        )
        raise Refusal(400, "accountRecentlySynchronized", detail, bare=True) from error
    return 201, {"data": call.render.synchronization(sync)}


def _synchronization(call: Context, synchronization_id: str) -> Synchronization:
    sync = call.bank.synchronizer.synchronizations.get(synchronization_id)
    if sync is None or sync.account.id not in call.integration.account_ids:
        raise not_found("synchronization")
    return sync


def get_synchronization(call: Context, synchronization_id: str) -> Answer:
    """GET /synchronizations/{id}: a failed one is HTTP 200 too."""
    return 200, {"data": call.render.synchronization(_synchronization(call, synchronization_id))}


def list_updated(call: Context, synchronization_id: str) -> Answer:
    """GET /synchronizations/{id}/updated-transactions: what it created or changed."""
    sync = _synchronization(call, synchronization_id)
    return 200, call.page(Listing(sync.updated[::-1]), call.render.transaction, write_nulls=True)


def list_updated_pending(call: Context, synchronization_id: str) -> Answer:
    """GET /synchronizations/{id}/updated-pending-transactions."""
    sync = _synchronization(call, synchronization_id)
    still = [item for item in sync.updated_pending if item in sync.account.pending]
    return 200, call.page(
        Listing(still[::-1]), lambda item: call.render.transaction(item, "pendingTransaction"), write_nulls=True
    )


# -- the rest ------------------------------------------------------------------------------------------------------


def create_reauthorization_request(call: Context, account_id: str) -> Answer:
    """POST /accounts/{id}/reauthorization-requests; 404 when the option says so."""
    account = call.account(account_id)
    if not call.bank.options.reauthorization_requests:
        raise not_found("reauthorizationRequest")
    redirect_uri = required(call.attributes(), "redirectUri")
    if urlsplit(redirect_uri).scheme not in ("http", "https") or not urlsplit(redirect_uri).netloc:
        raise invalid("redirectUri", "The redirect URI must be an absolute address.")
    asked = ReauthorizationRequest(call.bank.new_id("reauthorization-request"), account, redirect_uri, call.integration)
    call.bank.reauthorizations[asked.id] = asked
    return 201, {"data": call.render.reauthorization_request(asked)}


def userinfo(call: Context) -> Answer:
    """GET /userinfo: flat JSON."""
    return 200, call.render.userinfo()


def delete_integration(call: Context, organization_id: str) -> Answer:
    """DELETE /organizations/{id}/integration: credentials and tokens end with it."""
    if organization_id != call.bank.organization.id:
        raise not_found("organization")
    call.bank.access.remove_integration(call.integration)
    return 200, {"data": call.render.deleted_integration(call.integration)}
