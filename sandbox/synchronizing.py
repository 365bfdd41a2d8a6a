"""How Ponto learns what happened at the bank: synchronizations on request, in the background, on renewal."""

from __future__ import annotations

import os
from bisect import insort
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from .clock import Clock, background_slots, brussels_day, to_milliseconds
from .identifiers import IdFactory
from .records import Account, Options, Synchronization, Transaction

SUBTYPES = ("accountDetails", "accountTransactions", "accountTransactionsWithUnsettled")
RECENT = timedelta(minutes=5)
# A recorded synchronization took 180 to 240 ms from creation to its last update.
DURATION = timedelta(milliseconds=200)
MILLISECOND = timedelta(milliseconds=1)


def steady_seconds() -> float:
    """Return seconds that always run, even where a test froze the ``time`` module."""
    return os.times().elapsed


class RecentlySynchronized(Exception):
    """The same subtype was asked for this account less than five minutes ago."""


class Synchronizer:
    """Run synchronizations of the accounts of one bank."""

    def __init__(self, clock: Clock, new_id: IdFactory, options: Options) -> None:
        self._clock = clock
        self._new_id = new_id
        self._options = options
        self._running: list[Synchronization] = []
        self.synchronizations: dict[str, Synchronization] = {}
        self._asked: dict[tuple[str, str], datetime] = {}
        self.background_until = clock.now()
        # Counts what time alone has changed here, so that nobody needs to compare.
        self.changes = 0

    # -- on request ------------------------------------------------------------------------------------------------

    def create(self, account: Account, subtype: str, ip_address: str) -> Synchronization:
        """Start a synchronization that the customer asked for.

        :param subtype: one of :data:`SUBTYPES`
        :raise RecentlySynchronized: when the same subtype was asked for less than five minutes ago
        """
        now = to_milliseconds(self._clock.now())
        asked = self._asked.get((account.id, subtype))
        if asked is not None and now - asked < RECENT:
            raise RecentlySynchronized
        self._asked[account.id, subtype] = now
        sync = self._new(account, subtype, now, customer_online=True)
        sync.customer_ip_address = ip_address
        sync.started = steady_seconds()
        self._running.append(sync)
        return sync

    def _new(self, account: Account, subtype: str, at: datetime, customer_online: bool) -> Synchronization:
        sync = Synchronization(
            id=self._new_id("synchronization"),
            account=account,
            subtype=subtype,
            created_at=at,
            updated_at=at,
            customer_online=customer_online,
        )
        self.synchronizations[sync.id] = sync
        self.changes += 1
        return sync

    # -- time passes -----------------------------------------------------------------------------------------------

    def tick(self, accounts: Iterable[Account], looking: bool = True) -> None:
        """Bring every account to the current moment: finish, notice, and synchronize in the background.

        :param looking: somebody reads now, so that what arrived needs its synchronization record; a thousand
            bookings in a row share one
        """
        now = to_milliseconds(self._clock.now())
        accounts = list(accounts)
        self._progress(now)
        slots = list(background_slots(self.background_until, now)) if self.background_until < now else []
        self.background_until = max(now, self.background_until)
        # What arrived was there before the clock moved on: its record comes before the later background runs.
        for account in accounts:
            if account.moved and (looking or slots):
                self._notice(account, now)
            if slots and account.background:
                self._background(account, slots)

    def forget_steady_time(self) -> None:
        """Let what was running end at the next look: the machine's steady clock may have begun anew since."""
        for sync in self._running:
            sync.started = None

    def _progress(self, now: datetime) -> None:
        """Move requested synchronizations on, by the sandbox's clock or by real time, whichever ran further."""
        needed = self._options.synchronization_seconds
        for sync in list(self._running):
            elapsed = max((now - sync.created_at).total_seconds(), steady_seconds() - (sync.started or 0))
            if elapsed >= needed:
                self._running.remove(sync)
                self._finish(sync, max(now, sync.created_at + MILLISECOND))
            elif elapsed >= needed / 2:
                sync.status = "running"
                sync.updated_at = max(sync.updated_at, now)
                self.changes += 1

    def _notice(self, account: Account, now: datetime) -> None:
        """Record that Ponto has seen new data, later than every earlier record even on a frozen clock."""
        account.moved = False
        if account.authorized(now):
            self.record_success(account, self.later(account, now), quiet=True)
        elif account.synchronized_at is None:
            # Linked with an authorization that is over already: it was read last while it lived.
            self.record_success(account, account.expires_at - timedelta(hours=1), quiet=True)
            self.record_expiry(account, now)

    def _background(self, account: Account, slots: list[datetime]) -> None:
        """Run the background synchronizations of a span; only the first and the last living one change anything."""
        alive = [
            slot
            for slot in slots
            if account.authorized(slot) and not account.institution.readonly_at(slot) and slot > account.authorized_at
        ]
        for slot in dict.fromkeys(alive[:1] + alive[-1:]):
            if account.synchronized_at is None or slot > account.synchronized_at:
                self.record_success(account, slot)
        if not account.authorized(slots[-1]):
            self.record_expiry(account, slots[-1])

    # -- outcomes --------------------------------------------------------------------------------------------------

    def record_success(
        self, account: Account, at: datetime, customer_online: bool = False, quiet: bool = False
    ) -> None:
        """Synchronize transactions, then details, at a moment (pending ones only come on request).

        :param quiet: only write down that Ponto knows what it knows: ask nothing at the bank, so it cannot fail
        """
        for subtype in ("accountTransactions", "accountDetails"):
            end = at if quiet else at + DURATION
            self._finish(self._new(account, subtype, at, customer_online), end, quiet)
            at += MILLISECOND

    @staticmethod
    def later(account: Account, now: datetime) -> datetime:
        """Return a moment after every synchronization of an account, also on a frozen clock: a client sees a new one."""
        return max(now, account.synchronized_at + MILLISECOND) if account.synchronized_at else now

    def record_expiry(self, account: Account, at: datetime) -> None:
        """Let a background synchronization fail because the authorization is gone."""
        for subtype in ("accountTransactions", "accountDetails"):
            self._finish(self._new(account, subtype, at, customer_online=False), at + DURATION)

    def _finish(self, sync: Synchronization, at: datetime, quiet: bool = False) -> None:
        account = sync.account
        self.changes += 1
        sync.updated_at = at
        sync.errors = [] if quiet else self._problems(account, sync.created_at)
        sync.status = "error" if sync.errors else "success"
        account.latest = sync
        if sync.reads_transactions:
            account.latest_transactions = sync
        if sync.errors:
            return
        account.synchronized_at = at
        if sync.reads_transactions:
            account.transactions_synchronized_at = at
            sync.updated = self._publish(account, at, quiet)
            if sync.subtype == "accountTransactionsWithUnsettled":
                sync.updated_pending = self._publish_pending(account, at)
        else:
            self._observe_balance(account, at, quiet)

    def _problems(self, account: Account, at: datetime) -> list[dict[str, Any]]:
        if account.revoked:
            return [self._issue("authorizationInvalid", "The authorization is invalid, you should ask the customer "
                                "to reauthorize the account", at)]  # fmt: skip
        if not account.authorized(at):
            return [self._issue("authorizationExpired", "The authorization has expired, you should ask the customer "
                                "to reauthorize the account", at)]  # fmt: skip
        if account.institution.readonly_at(at):
            return [self._issue("financialInstitutionUnavailable", "The financial institution is under maintenance",
                                at, status=503)]  # fmt: skip
        return []

    def _issue(self, code: str, detail: str, at: datetime, status: int = 401) -> dict[str, Any]:
        """Return an error item of a synchronization, in the shape of the vendor's XS2A fixtures."""
        return {
            "code": code,
            "detail": detail,
            "meta": {
                "financialInstitutionResponse": {
                    "statusCode": status,
                    "body": {"tppMessages": [{"category": "ERROR", "code": "CONSENT_EXPIRED", "text": detail}]},
                    "requestId": self._new_id("bank-request"),
                    "timestamp": f"{at:%Y-%m-%dT%H:%M:%S}.000Z",
                    "requestUri": "https://bank.example/psd2/accounts",
                }
            },
        }

    def _publish(self, account: Account, at: datetime, quiet: bool) -> list[Transaction]:
        """Show what the bank has booked until now; return what this synchronization created or changed."""
        today = brussels_day(at)
        fresh = [] if quiet else [item for item in account.unseen if item.day <= today]
        for item in fresh:
            account.unseen.remove(item)
            item.created_at = item.updated_at = at - 40 * MILLISECOND
            show(account, item)
        account.moved = False
        updated = list(dict.fromkeys([*account.arrivals, *fresh]))
        account.arrivals.clear()
        return sorted(updated, key=lambda item: item.order)

    def _publish_pending(self, account: Account, at: datetime) -> list[Transaction]:
        fresh, account.unseen_pending = account.unseen_pending, []
        for item in fresh:
            item.created_at = item.updated_at = at - 40 * MILLISECOND
            account.pending.append(item)
        return fresh

    def _observe_balance(self, account: Account, at: datetime, quiet: bool) -> None:
        """Take over the bank's balance of the moment, all of its bookings included, shown or not yet."""
        today, balance = brussels_day(at), account.reported_balance
        if not quiet:
            booked = (item.amount for item in account.ledger if item.created_at is not None or item.day <= today)
            balance = account.opening_balance + sum(booked, Decimal(0))
        account.balance_observed_at = at - 60 * MILLISECOND
        if balance != account.reported_balance or account.balance_changed_at is None:
            account.balance_changed_at = at - 80 * MILLISECOND
        account.reported_balance = balance
        account.balance_date = today


def show(account: Account, item: Transaction) -> None:
    """Put a transaction where Ponto's order has it."""
    insort(account.visible, item, key=lambda each: each.order)
    account.seen[item.id] = item
