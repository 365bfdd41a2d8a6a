"""What the fake bank and the fake Ponto remember, as plain mutable records."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any


class _Missing:
    """One value that is no value, also after it was written down and read again."""

    def __reduce__(self) -> str:
        return "MISSING"


MISSING = _Missing()
# Ponto takes 180 days where a bank states nothing else (support article KA-02516).
DEFAULT_LIFETIME_DAYS = 180


@dataclass
class Options:
    """How this Ponto behaves; change the fields at any time."""

    # False: POST /accounts/{id}/reauthorization-requests answers 404, as a custom integration may get.
    reauthorization_requests: bool = True
    # Seconds from pending over running to the end; recorded sandbox answers took about 0.2 s.
    synchronization_seconds: float = 0.2
    # False: an older version of the API, which does not know accountTransactionsWithUnsettled yet.
    unsettled_synchronizations: bool = True
    # Serve at most this many items a page, whatever limit was asked.
    page_limit_cap: int | None = None
    # Add attributes and links that are newer than the recorded samples (expectedAuthorizationLifetime, ...).
    newer_attributes: bool = False


@dataclass(eq=False)
class Institution:
    """A bank as Ponto lists it."""

    id: str
    name: str
    bic: str
    status: str = "stable"
    country: str | None = "BE"
    deprecated: bool = False
    maintenance_type: str | None = None
    maintenance_from: datetime | None = None
    maintenance_to: datetime | None = None
    authorization_lifetime: int | None = DEFAULT_LIFETIME_DAYS
    logo_url: str = "https://assets.example/financial-institution.svg"
    primary_color: str = "#7d39ff"
    secondary_color: str = "#3DF2C2"
    shared_brand_name: str | None = None
    shared_brand_reference: str | None = None
    time_zone: str | None = "Europe/Brussels"

    def readonly_at(self, moment: datetime) -> bool:
        """Tell whether maintenance forbids synchronizations at a moment; open ends count as endless."""
        return (
            self.maintenance_type is not None
            and (self.maintenance_from is None or self.maintenance_from <= moment)
            and (self.maintenance_to is None or moment < self.maintenance_to)
        )


@dataclass(eq=False)
class Transaction:
    """A booked (or pending) transaction; ``created_at`` is empty until Ponto has seen it."""

    id: str
    bank_id: str
    account: Account
    amount: Decimal
    currency: str
    execution_date: date | datetime | None
    value_date: date | datetime | None
    booked_at: datetime
    sequence: int
    created_at: datetime | None = None
    updated_at: datetime | None = None
    bank_updated_at: datetime | None = None
    description: str | None = ""
    remittance_information: str | None = None
    remittance_information_type: str | None = "unstructured"
    counterpart_name: str | None = None
    counterpart_reference: str | None = None
    end_to_end_id: str | None = None
    mandate_id: str | None = None
    creditor_id: str | None = None
    purpose_code: str | None = None
    bank_transaction_code: str | None = None
    proprietary_bank_transaction_code: str | None = None
    additional_information: str | None = None
    internal_reference: str | None = None
    digest: str | None = None
    card_reference: str | None = None
    card_reference_type: str | None = None
    fee: Decimal | None = None
    # API attributes (in the API's spelling) served instead of the ones above: for values Ponto should never send.
    overrides: dict[str, Any] = field(default_factory=dict)
    # Members of the resource itself (``id``, ``type``, ...) served instead of its own; ``MISSING`` leaves one out.
    members: dict[str, Any] = field(default_factory=dict)

    @property
    def day(self) -> date:
        """Return the day on which the ledger books it: execution date, else value date, else booking moment."""
        moment = self.execution_date or self.value_date or self.booked_at
        return moment.date() if isinstance(moment, datetime) else moment

    @property
    def order(self) -> tuple[datetime, int]:
        """Return Ponto's order: the moment of creation, then the sequence in the bank."""
        return (self.created_at or self.booked_at, self.sequence)


@dataclass(eq=False)
class Synchronization:
    """One synchronization of one account and subtype."""

    id: str
    account: Account
    subtype: str
    created_at: datetime
    updated_at: datetime
    status: str = "pending"
    errors: list[dict[str, Any]] = field(default_factory=list)
    customer_online: bool = False
    customer_ip_address: str | None = None
    # Real seconds of the machine's steady clock at creation; empty for background synchronizations.
    started: float | None = None
    updated: list[Transaction] = field(default_factory=list)
    updated_pending: list[Transaction] = field(default_factory=list)

    @property
    def reads_transactions(self) -> bool:
        """Tell whether the subtype brings transactions."""
        return self.subtype != "accountDetails"


@dataclass(eq=False)
class Account:
    """A bank account: the bank's ledger, and beside it what Ponto has seen of it."""

    id: str
    bank_id: str
    institution: Institution
    reference: str
    reference_type: str
    currency: str
    subtype: str
    description: str
    holder_name: str | None
    product: str | None
    opening_balance: Decimal
    authorized_at: datetime
    internal_reference: str
    deprecated: bool = False
    revoked: bool = False
    # False: Ponto's background synchronizations leave the account alone (recorded samples).
    background: bool = True
    credit_limit: Decimal = Decimal(0)
    ledger: list[Transaction] = field(default_factory=list)
    unseen: list[Transaction] = field(default_factory=list)
    # What Ponto shows, oldest creation first, and the same by Ponto id.
    visible: list[Transaction] = field(default_factory=list)
    seen: dict[str, Transaction] = field(default_factory=dict)
    pending: list[Transaction] = field(default_factory=list)
    unseen_pending: list[Transaction] = field(default_factory=list)
    # Seen by Ponto since the last synchronization record: the next tick makes one for them.
    arrivals: list[Transaction] = field(default_factory=list)
    moved: bool = False
    reported_balance: Decimal = Decimal(0)
    balance_date: date | None = None
    balance_changed_at: datetime | None = None
    balance_observed_at: datetime | None = None
    latest: Synchronization | None = None
    latest_transactions: Synchronization | None = None
    synchronized_at: datetime | None = None
    transactions_synchronized_at: datetime | None = None
    # API attributes (in the API's spelling) served instead of the ones above: for answers that leave something out.
    overrides: dict[str, Any] = field(default_factory=dict)
    # Set when the recorded expiry is to be served instead of the computed one.
    expires_at_override: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """Return when the authorization ends: authorizedAt plus the bank's lifetime, to the millisecond."""
        lifetime = self.institution.authorization_lifetime or DEFAULT_LIFETIME_DAYS
        return self.expires_at_override or self.authorized_at + timedelta(days=lifetime)

    def authorized(self, moment: datetime) -> bool:
        """Tell whether Ponto may still read at the bank at a moment."""
        return not self.revoked and moment < self.expires_at

    def find(self, transaction_id: str) -> Transaction | None:
        """Return the visible transaction with that Ponto id, if any."""
        return self.seen.get(transaction_id)


@dataclass(eq=False)
class Integration:
    """A custom integration of the Ponto dashboard: credentials, a scope, and the accounts it sees."""

    id: str
    name: str
    scope: str
    client_id: str
    client_secret: str
    account_ids: list[str] = field(default_factory=list)

    def share(self, account: Account) -> None:
        """Toggle an account on in the dashboard: it appears at the end of the list."""
        if account.id not in self.account_ids:
            self.account_ids.append(account.id)

    def unshare(self, account: Account) -> None:
        """Toggle an account off in the dashboard."""
        if account.id in self.account_ids:
            self.account_ids.remove(account.id)


@dataclass(eq=False)
class ReauthorizationRequest:
    """A request of the integration that the account's owner authorizes it again."""

    id: str
    account: Account
    redirect_uri: str
    integration: Integration
    used: bool = False


@dataclass(frozen=True)
class Organization:
    """Who owns the Ponto subscription, as /userinfo tells it."""

    id: str
    name: str
    representative_id: str
    representative_name: str
