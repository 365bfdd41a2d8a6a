"""What the account's owner does in the Ponto dashboard, or lets happen: renew, expire, remove, link again."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import Any

from .clock import Clock, to_milliseconds
from .records import Account, Integration, Transaction
from .synchronizing import Synchronizer

# What a booking or a new link carries over: the bank's data, nothing of Ponto's.
COPIED = (
    "currency", "description", "remittance_information", "remittance_information_type", "counterpart_name",
    "counterpart_reference", "end_to_end_id", "mandate_id", "creditor_id", "purpose_code", "bank_transaction_code",
    "proprietary_bank_transaction_code", "additional_information", "card_reference", "card_reference_type", "fee",
    "overrides", "members",
)  # fmt: skip
RELINKED = ("reference", "reference_type", "currency", "subtype", "description", "holder_name", "product",
            "opening_balance", "deprecated", "credit_limit")  # fmt: skip


class OwnerActs(ABC):
    """The part of the bank that the owner of its accounts moves."""

    lock: threading.RLock
    clock: Clock
    accounts: dict[str, Account]
    synchronizer: Synchronizer

    @property
    @abstractmethod
    def integrations(self) -> list[Integration]:
        """Return the custom integrations, oldest first."""

    @abstractmethod
    def tick(self) -> None:
        """Let everything happen that is due by now."""

    @abstractmethod
    def add_account(self, *arguments: Any, **attributes: Any) -> Account:
        """Link an account."""

    @abstractmethod
    def add_transaction(self, *arguments: Any, **attributes: Any) -> Transaction:
        """Book a transaction."""

    def remove_account(self, account: Account) -> None:
        """Take an account out of Ponto altogether; its ledger stays readable through the record."""
        with self.lock:
            self.accounts.pop(account.id, None)
            for integration in self.integrations:
                integration.unshare(account)

    def relink(self, account: Account) -> Account:
        """Remove an account and link it again: new Ponto ids for it and all of its transactions, the bank's stay."""
        with self.lock:
            shared_with = [each for each in self.integrations if account.id in each.account_ids]
            self.remove_account(account)
            kept = {name: getattr(account, name) for name in RELINKED}
            fresh = self.add_account(account.institution, **kept)
            for integration in self.integrations:
                if integration not in shared_with:
                    integration.unshare(fresh)
            now = self.clock.now()
            for item in sorted(account.ledger, key=lambda each: (each.day, each.sequence)):
                copied = {name: getattr(item, name) for name in COPIED}
                self.add_transaction(fresh, item.amount, item.execution_date, item.value_date, created_at=now,
                                     bank_id=item.bank_id, **copied)  # fmt: skip
            return fresh

    def renew(self, account: Account) -> None:
        """Authorize again, now: a new ``authorizedAt``, and Ponto synchronizes at once."""
        with self.lock:
            self.tick()
            now = to_milliseconds(self.clock.now())
            account.authorized_at, account.expires_at_override, account.revoked = now, None, False
            account.background = True
            if not account.institution.readonly_at(now):
                self.synchronizer.record_success(account, self.synchronizer.later(account, now), customer_online=True)

    def expire(self, account: Account) -> None:
        """Let the authorization run out at this moment; dates and synchronizations say so."""
        with self.lock:
            self.tick()
            now = to_milliseconds(self.clock.now())
            account.authorized_at += now - account.expires_at
            account.expires_at_override = None
            self.synchronizer.record_expiry(account, now)

    def revoke(self, account: Account) -> None:
        """Let the bank refuse the authorization although its date lies ahead (``authorizationInvalid``)."""
        with self.lock:
            self.tick()
            account.revoked = True
            self.synchronizer.record_expiry(account, to_milliseconds(self.clock.now()))
