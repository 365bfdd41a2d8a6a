"""The endpoints under /sandbox/: the bank's own side, where transactions are made (doc/ponto-api.md, 7)."""

from __future__ import annotations

import json
from datetime import date, datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from .api import Answer, Context, invalid, required
from .paging import Listing
from .records import Account, Institution, Transaction
from .rendering import BANK_ATTRIBUTES, CARD_ATTRIBUTES
from .web import not_found

REQUIRED = ("valueDate", "executionDate", "amount", "currency", "description", "remittanceInformationType")
# PATCH may not touch amount, currency, dates, remittanceInformationType; a name only where none was.
CHANGEABLE = {
    key: name
    for key, name in BANK_ATTRIBUTES.items()
    if key not in ("currency", "remittanceInformationType", "counterpartReference")
}


def _institution(call: Context, institution_id: str) -> Institution:
    institution = call.bank.institutions.get(institution_id)
    if institution is None:
        raise not_found("financialInstitution")
    return institution


def _accounts(call: Context, institution_id: str) -> list[Account]:
    institution = _institution(call, institution_id)
    return [account for account in call.bank.accounts.values() if account.institution is institution]


def _account(call: Context, institution_id: str, bank_account_id: str) -> Account:
    for account in _accounts(call, institution_id):
        if account.bank_id == bank_account_id:
            return account
    raise not_found("financialInstitutionAccount")


def _transaction(call: Context, institution_id: str, bank_account_id: str, transaction_id: str) -> Transaction:
    for item in _account(call, institution_id, bank_account_id).ledger:
        if item.bank_id == transaction_id:
            return item
    raise not_found("financialInstitutionTransaction")


def list_institutions(call: Context) -> Answer:
    """GET /sandbox/financial-institutions."""
    return 200, call.page(Listing(list(call.bank.institutions.values())), call.render.institution)


def get_institution(call: Context, institution_id: str) -> Answer:
    """GET /sandbox/financial-institutions/{id}."""
    return 200, {"data": call.render.institution(_institution(call, institution_id))}


class _ByBankId:
    """A record that the pager knows by its id at the bank."""

    def __init__(self, record: Account | Transaction) -> None:
        self.id = record.bank_id
        self.record = record


def list_accounts(call: Context, institution_id: str) -> Answer:
    """GET .../financial-institution-accounts."""
    items = [_ByBankId(account) for account in _accounts(call, institution_id)]
    return 200, call.page(Listing(items), lambda item: call.render.bank_account(item.record))


def get_account(call: Context, institution_id: str, bank_account_id: str) -> Answer:
    """GET .../financial-institution-accounts/{id}."""
    return 200, {"data": call.render.bank_account(_account(call, institution_id, bank_account_id))}


def list_transactions(call: Context, institution_id: str, bank_account_id: str) -> Answer:
    """GET .../financial-institution-transactions, also those that Ponto has not seen."""
    account = _account(call, institution_id, bank_account_id)
    items = [_ByBankId(item) for item in reversed(account.ledger)]
    return 200, call.page(Listing(items), lambda item: call.render.bank_transaction(item.record))


def get_transaction(call: Context, institution_id: str, bank_account_id: str, transaction_id: str) -> Answer:
    """GET .../financial-institution-transactions/{id}."""
    item = _transaction(call, institution_id, bank_account_id, transaction_id)
    return 200, {"data": call.render.bank_transaction(item)}


def _day(attributes: dict[str, Any], name: str) -> date | datetime:
    """Read a date-time attribute; midnight in UTC is a calendar day."""
    text = required(attributes, name)
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise invalid(name, f"The attribute {name} is no date-time.") from error
    moment = moment.replace(tzinfo=moment.tzinfo or timezone.utc).astimezone(timezone.utc)
    return moment.date() if moment.time() == datetime.min.time() else moment


def _exact_attributes(call: Context) -> dict[str, Any]:
    """Return the attributes of the body with numbers as exact decimals."""
    call.attributes()
    return json.loads(call.http.get_data(as_text=True), parse_float=Decimal, parse_int=Decimal)["data"]["attributes"]


def create_transaction(call: Context, institution_id: str, bank_account_id: str) -> Answer:
    """POST .../financial-institution-transactions: at the bank at once, in Ponto after a synchronization."""
    account = _account(call, institution_id, bank_account_id)
    attributes = _exact_attributes(call)
    for name in REQUIRED:
        if attributes.get(name) is None:
            raise invalid(name, f"The attribute {name} is required.")
    try:
        amount = Decimal(attributes["amount"])
    except (InvalidOperation, TypeError, ValueError) as error:
        raise invalid("amount", "The amount is no number.") from error
    known = BANK_ATTRIBUTES | CARD_ATTRIBUTES
    item = call.bank.add_transaction(
        account,
        amount,
        _day(attributes, "executionDate"),
        _day(attributes, "valueDate"),
        visible=False,
        **{field: attributes[key] for key, field in known.items() if key in attributes},
    )
    return 201, {"data": call.render.bank_transaction(item)}


def update_transaction(call: Context, institution_id: str, bank_account_id: str, transaction_id: str) -> Answer:
    """PATCH .../financial-institution-transactions/{id}: texts only; ``updatedAt`` moves."""
    item = _transaction(call, institution_id, bank_account_id, transaction_id)
    attributes = call.attributes()
    for name in attributes:
        if name not in CHANGEABLE:
            raise invalid(name, f"The attribute {name} cannot be changed.")
    changes = {CHANGEABLE[key]: value for key, value in attributes.items()}
    if item.counterpart_name and changes.get("counterpart_name", item.counterpart_name) != item.counterpart_name:
        raise invalid("counterpartName", "The counterpart's name can only be set when it was blank.")
    call.bank.change_transaction(item, **changes)
    return 200, {"data": call.render.bank_transaction(item)}
