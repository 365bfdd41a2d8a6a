"""The institution, the account and the two transactions that the vendor recorded in 2022, served as they were."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from .bank import Bank
from .records import Account, Institution, Synchronization, Transaction
from .rendering import BANK_ATTRIBUTES, CARD_ATTRIBUTES

SAMPLES = Path(__file__).parent / "samples"


def load(name: str, folder: str = "openapi") -> Any:
    """Return a recorded document, numbers as exact decimals.

    :param name: file name without ``.json``
    """
    text = (SAMPLES / folder / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def _known(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def _day(text: str) -> date:
    return date.fromisoformat(text[:10])


def add_recorded_account(bank: Bank) -> Account:
    """Add "Super Sandbox Bank" with its account; its authorization ended in 2022, Ponto leaves it alone."""
    institution = _institution(bank)
    document = load("getAccount.200")["data"]
    given = document["attributes"]
    items = [load("listTransactions.200")["data"][0], load("listUpdatedTransactionsForSynchronization.200")["data"][0]]
    total = sum((item["attributes"]["amount"] for item in items), Decimal(0))
    account = bank.add_account(
        institution,
        id=document["id"],
        reference=given["reference"],
        currency=given["currency"],
        subtype=given["subtype"],
        description=given["description"],
        opening_balance=given["currentBalance"] - total,
        authorized_at=_moment(given["authorizedAt"]),
        internal_reference=given["internalReference"],
        expires_at_override=_moment(given["authorizationExpirationExpectedAt"]),
        background=False,
    )
    for item in items:
        _transaction(bank, account, item)
    account.reported_balance = given["currentBalance"]
    account.balance_date = _day(given["currentBalanceReferenceDate"])
    account.balance_changed_at = _moment(given["currentBalanceChangedAt"])
    account.balance_observed_at = _moment(given["currentBalanceVariationObservedAt"])
    account.latest = _synchronization(bank, account, document["meta"]["latestSynchronization"])
    account.synchronized_at = account.latest.updated_at
    listed = load("listTransactions.200")["meta"]["latestSynchronization"]
    account.latest_transactions = _synchronization(bank, account, listed)
    account.latest_transactions.updated = [account.visible[0]]
    account.transactions_synchronized_at = account.latest_transactions.updated_at
    account.arrivals.clear()
    account.moved = False
    return account


def _institution(bank: Bank) -> Institution:
    document = load("getOrganizationFinancialInstitution.200")["data"]
    given = document["attributes"]
    return bank.add_institution(
        given["name"], id=document["id"], bic=given["bic"], logo_url=given["logoUrl"], authorization_lifetime=90
    )


def _transaction(bank: Bank, account: Account, document: dict[str, Any]) -> Transaction:
    given = document["attributes"]
    texts = {field: given[key] for key, field in (BANK_ATTRIBUTES | CARD_ATTRIBUTES).items() if key != "currency"}
    item = bank.add_transaction(
        account,
        given["amount"],
        _day(given["executionDate"]),
        _day(given["valueDate"]),
        created_at=_moment(given["createdAt"]),
        id=document["id"],
        digest=given["digest"],
        internal_reference=given["internalReference"],
        **texts,
    )
    item.booked_at = _known(given["createdAt"])
    item.updated_at = item.bank_updated_at = _moment(given["updatedAt"])
    return item


def _synchronization(bank: Bank, account: Account, document: dict[str, Any]) -> Synchronization:
    given = document["attributes"]
    sync = Synchronization(
        id=document["id"],
        account=account,
        subtype=given["subtype"],
        created_at=_known(given["createdAt"]),
        updated_at=_known(given["updatedAt"]),
        status=given["status"],
        customer_online=given["customerOnline"],
    )
    bank.synchronizer.synchronizations[sync.id] = sync
    return sync
