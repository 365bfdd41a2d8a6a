"""The resources of the Ponto API as immutable values.

Attributes that the API leaves out, or gives as null, are None. Amounts are exact decimals, moments are aware
datetimes in UTC. Which attributes exist: doc/ponto-api.md, 3 (A spec23, java; the newer ones A java-new, specrs).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

SCOPE_ACCOUNT_INFORMATION = "ai"
AVAILABILITY_DEFAULT = "available"  # older payloads have no meta.availability (A java fixture 2019-20)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token; its text never shows in ``repr``."""

    access_token: str = field(repr=False)
    expires_at: float  # seconds since the epoch
    scope: str = ""  # as granted, separated by spaces: "ai", "ai pi", or empty

    @property
    def has_account_information(self) -> bool:
        """Tell whether the token may read accounts and transactions."""
        return SCOPE_ACCOUNT_INFORMATION in self.scope.split()


@dataclass(frozen=True, slots=True)
class SynchronizationIssue:
    """Why a synchronization failed; known codes: authorizationInvalid (A java), authorizationExpired (C kledg)."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Synchronization:
    """A refresh of an account from its bank; status pending, running, success or error."""

    id: str
    status: str | None
    subtype: str | None
    resource_id: str | None
    errors: tuple[SynchronizationIssue, ...]
    created_at: datetime | None
    updated_at: datetime | None
    updated_transactions_count: int | None = None  # the API gives no count; None until it does

    @property
    def brought_transactions(self) -> bool:
        """Whether the bank gave transactions: subtypes accountTransactions... (doc/ponto-api.md, 3.5)."""
        return self.status == "success" and (self.subtype or "").startswith("accountTransactions")


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account, with the meta data Ponto keeps beside its attributes."""

    id: str
    reference: str | None
    reference_type: str | None
    currency: str | None
    subtype: str | None
    description: str | None
    product: str | None
    holder_name: str | None
    deprecated: bool
    current_balance: Decimal | None
    current_balance_reference_date: datetime | None
    current_balance_changed_at: datetime | None
    available_balance: Decimal | None
    authorized_at: datetime | None
    authorization_expiration_expected_at: datetime | None
    internal_reference: str | None
    institution_id: str | None
    synchronized_at: datetime | None
    availability: str
    latest_synchronization: Synchronization | None


@dataclass(frozen=True, slots=True)
class Institution:
    """A bank; status experimental, beta or stable."""

    id: str
    name: str | None
    bic: str | None
    country: str | None
    status: str | None
    deprecated: bool
    maintenance_from: datetime | None
    maintenance_to: datetime | None
    maintenance_type: str | None
    logo_url: str | None
    shared_brand_name: str | None
    time_zone: str | None
    authorization_lifetime: int | None  # days
    pending_transactions_available: bool | None


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction, settled or pending, with the text it was read from.

    ``problems`` names, in the API's spelling, the attributes that could not be read as they were sent: amounts and
    dates of these are None, texts are without the characters that no database text takes. A missing or unusable id is
    None and the problem ``id``.
    """

    id: str | None
    amount: Decimal | None  # signed, debit negative
    currency: str | None
    execution_date: datetime | None
    value_date: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    description: str | None
    remittance_information: str | None
    remittance_information_type: str | None
    counterpart_name: str | None
    counterpart_reference: str | None
    end_to_end_id: str | None
    mandate_id: str | None
    creditor_id: str | None
    purpose_code: str | None
    bank_transaction_code: str | None
    proprietary_bank_transaction_code: str | None
    additional_information: str | None
    internal_reference: str | None
    digest: str | None
    card_reference: str | None
    card_reference_type: str | None
    fee: Decimal | None
    account_id: str | None
    raw: str = field(repr=False)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransactionPage:
    """One page of transactions, newest first as Ponto recorded them (not by date)."""

    items: tuple[Transaction, ...]
    next_cursor: str | None  # id to pass as ``after`` to go on, None at the end
    synchronized_at: datetime | None
    latest_synchronization: Synchronization | None


@dataclass(frozen=True, slots=True)
class ReauthorizationRequest:
    """A request to renew the authorization of an account: send the user to ``redirect_url``."""

    id: str
    redirect_url: str


@dataclass(frozen=True, slots=True)
class UserInfo:
    """The organization behind the integration."""

    organization_id: str | None
    name: str | None
    onboarding_complete: bool | None
    representative_organization_name: str | None
