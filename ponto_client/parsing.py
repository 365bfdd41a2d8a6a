"""From JSON:API objects to resources. Unknown attributes are ignored, missing ones are None."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .errors import FormatError
from .jsontext import Document, JsonObject
from .resources import (
    AVAILABILITY_DEFAULT,
    Account,
    Institution,
    ReauthorizationRequest,
    Synchronization,
    SynchronizationIssue,
    Transaction,
    TransactionPage,
    UserInfo,
)
from .values import Reader, as_id, as_object, usable_id

# Texts of a transaction: field of Transaction -> attribute of the API (doc/ponto-api.md, 3.3; A spec23, java).
TRANSACTION_TEXTS = {
    "currency": "currency",
    "description": "description",
    "remittance_information": "remittanceInformation",
    "remittance_information_type": "remittanceInformationType",
    "counterpart_name": "counterpartName",
    "counterpart_reference": "counterpartReference",
    "end_to_end_id": "endToEndId",
    "mandate_id": "mandateId",
    "creditor_id": "creditorId",
    "purpose_code": "purposeCode",
    "bank_transaction_code": "bankTransactionCode",
    "proprietary_bank_transaction_code": "proprietaryBankTransactionCode",
    "additional_information": "additionalInformation",
    "internal_reference": "internalReference",
    "digest": "digest",
    "card_reference": "cardReference",
    "card_reference_type": "cardReferenceType",
}


def single(document: Document) -> JsonObject:
    """Take the one resource of an answer; one without the ``data`` wrapper is accepted too (A ponto-ruby).

    :param document: the decoded answer.
    :return: the resource object.
    :raise FormatError: the answer holds no single resource.
    """
    value = document.value
    if isinstance(value, JsonObject):
        value = value.get("data", value if "id" in value else None)
    if not isinstance(value, JsonObject):
        raise FormatError("The answer holds no resource where one was expected.")
    return value


def listed(document: Document) -> list[Any]:
    """Take the resources of a list answer.

    :param document: the decoded answer.
    :return: the items.
    :raise FormatError: the answer is not a list of resources.
    """
    items = document.value.get("data") if isinstance(document.value, JsonObject) else None
    if not isinstance(items, list):
        raise FormatError("The answer holds no list where one was expected.")
    return items


def _id(item: Any) -> str:
    return as_id(as_object(item).get("id"))


def _related_id(item: Any, name: str) -> str | None:
    """Return the id of a related resource, None when the answer does not tell."""
    relationship = as_object(as_object(as_object(item).get("relationships")).get(name))
    return usable_id(as_object(relationship.get("data")).get("id"))


def parse_account(item: Any) -> Account:
    """Read an account (doc/ponto-api.md, 3.1; A spec23).

    :param item: the resource object.
    :return: the account.
    :raise FormatError: without a usable id.
    """
    read = Reader(as_object(item).get("attributes"))
    meta = as_object(as_object(item).get("meta"))
    about = Reader(meta)
    return Account(
        id=_id(item),
        reference=read.text("reference"),
        reference_type=read.text("referenceType"),
        currency=read.text("currency"),
        subtype=read.text("subtype"),
        description=read.text("description"),
        product=read.text("product"),
        holder_name=read.text("holderName"),
        deprecated=bool(read.flag("deprecated")),
        current_balance=read.amount("currentBalance"),
        current_balance_reference_date=read.moment("currentBalanceReferenceDate"),
        current_balance_changed_at=read.moment("currentBalanceChangedAt"),
        available_balance=read.amount("availableBalance"),
        authorized_at=read.moment("authorizedAt"),
        authorization_expiration_expected_at=read.moment("authorizationExpirationExpectedAt"),
        internal_reference=read.text("internalReference"),
        institution_id=_related_id(item, "financialInstitution"),
        synchronized_at=about.moment("synchronizedAt"),
        availability=about.text("availability") or AVAILABILITY_DEFAULT,
        latest_synchronization=_latest(meta),
    )


def parse_institution(item: Any) -> Institution:
    """Read a financial institution (doc/ponto-api.md, 3.2; A spec23, java-new).

    :param item: the resource object.
    :return: the institution.
    :raise FormatError: without a usable id.
    """
    read = Reader(as_object(item).get("attributes"))
    return Institution(
        id=_id(item),
        name=read.text("name"),
        bic=read.text("bic"),
        country=read.text("country"),
        status=read.text("status"),
        deprecated=bool(read.flag("deprecated")),
        maintenance_from=read.moment("maintenanceFrom"),
        maintenance_to=read.moment("maintenanceTo"),
        maintenance_type=read.text("maintenanceType"),
        logo_url=read.text("logoUrl"),
        shared_brand_name=read.text("sharedBrandName"),
        time_zone=read.text("timeZone"),
        authorization_lifetime=read.count("expectedAuthorizationLifetime"),
        pending_transactions_available=read.flag("pendingTransactionsAvailable"),
    )


def parse_transaction(item: Any, raw: str, account_id: str | None = None) -> Transaction:
    """Read a settled or a pending transaction (doc/ponto-api.md, 3.3, 3.4; A spec23, specrs).

    :param item: the resource object.
    :param raw: the text it was read from.
    :param account_id: the account asked for, used when the item names none.
    :return: the transaction; what could not be read is None and named in ``problems``, its id too: one item without
        a usable id must not cost the page that it stands in.
    """
    read = Reader(as_object(item).get("attributes"))
    values = {field: read.text(name) for field, name in TRANSACTION_TEXTS.items()}
    identifier = usable_id(as_object(item).get("id"))
    return Transaction(
        id=identifier,
        amount=read.amount("amount"),
        execution_date=read.moment("executionDate"),
        value_date=read.moment("valueDate"),
        created_at=read.moment("createdAt"),
        updated_at=read.moment("updatedAt"),
        fee=read.amount("fee"),
        account_id=_related_id(item, "account") or account_id,
        raw=raw,
        problems=read.problems if identifier else ("id", *read.problems),
        **values,
    )


def parse_transactions(document: Document, account_id: str | None = None) -> tuple[Transaction, ...]:
    """Read a list of transactions.

    :param document: the decoded answer.
    :param account_id: the account asked for, if one was.
    :return: the transactions in the order received.
    :raise FormatError: not a list.
    """
    pairs = zip(listed(document), document.items, strict=True)
    return tuple(parse_transaction(item, raw, account_id) for item, raw in pairs)


def parse_transaction_page(document: Document, account_id: str, next_cursor: str | None) -> TransactionPage:
    """Read a page of transactions with the meta data of the list.

    :param document: the decoded answer.
    :param account_id: the account asked for.
    :param next_cursor: where the next page starts, None at the end.
    :return: the page.
    :raise FormatError: not a list.
    """
    items = parse_transactions(document, account_id)
    meta = as_object(document.value.get("meta"))
    return TransactionPage(items, next_cursor, Reader(meta).moment("synchronizedAt"), _latest(meta))


def parse_synchronization(item: Any) -> Synchronization:
    """Read a synchronization (doc/ponto-api.md, 3.5; A spec23, error items A java).

    :param item: the resource object.
    :return: the synchronization.
    :raise FormatError: without a usable id.
    """
    attributes = as_object(as_object(item).get("attributes"))
    read = Reader(attributes)
    errors = attributes.get("errors")
    return Synchronization(
        id=_id(item),
        status=read.text("status"),
        subtype=read.text("subtype"),
        resource_id=read.text("resourceId"),
        errors=tuple(_issue(error) for error in errors) if isinstance(errors, list) else (),
        created_at=read.moment("createdAt"),
        updated_at=read.moment("updatedAt"),
    )


def _issue(error: Any) -> SynchronizationIssue:
    """Read one error of a synchronization; the bank's own answer in its meta may hold anything and is left out."""
    read = Reader(error)
    return SynchronizationIssue(read.text("code") or "", read.text("detail") or "")


def _latest(meta: JsonObject) -> Synchronization | None:
    """Read the latest synchronization beside an account or a list; without an id it counts as not told."""
    latest = meta.get("latestSynchronization")
    return parse_synchronization(latest) if usable_id(as_object(latest).get("id")) else None


def parse_reauthorization_request(item: JsonObject, *, plain_http: bool = False) -> ReauthorizationRequest:
    """Read a reauthorization request (doc/ponto-api.md, 3.7; A spec23). Attributes may be empty.

    :param item: the resource object.
    :param plain_http: accept an address without TLS, for a server on the loopback.
    :return: the request.
    :raise FormatError: without id, or without an address a browser may be sent to.
    """
    address = as_object(item.get("links")).get("redirect")
    if not isinstance(address, str) or not _is_web_address(address, plain_http):
        raise FormatError("The answer holds no usable address to renew the authorization.")
    return ReauthorizationRequest(_id(item), str(address))


def _is_web_address(address: str, plain_http: bool) -> bool:
    """Tell whether a browser may be sent to the address: a plain web address without user name or hidden signs."""
    if not address.isascii() or not address.isprintable() or set(address) & set(' \\"<>'):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    schemes = {"https", "http"} if plain_http else {"https"}
    return bool(parts.hostname) and "@" not in parts.netloc and parts.scheme in schemes


def parse_user_info(document: Document) -> UserInfo:
    """Read the organization: flat JSON in practice, JSON:API in the schema (doc/ponto-api.md, 1.6; A spec23, java).

    :param document: the decoded answer.
    :return: the organization.
    :raise FormatError: not an object.
    """
    if not isinstance(document.value, JsonObject):
        raise FormatError("The answer holds no resource where one was expected.")
    data = document.value.get("data")
    attributes = as_object(data.get("attributes")) if isinstance(data, JsonObject) else document.value
    read = Reader(attributes)
    organization = read.text("sub")
    if organization is None and isinstance(data, JsonObject):
        organization = Reader(data).text("id")
    return UserInfo(
        organization_id=organization,
        name=read.text("name"),
        onboarding_complete=read.flag("onboardingComplete"),
        representative_organization_name=read.text("representativeOrganizationName"),
    )
