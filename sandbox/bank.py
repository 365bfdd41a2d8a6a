"""The fake bank's front: institutions, accounts, a ledger, and what Ponto has seen of it."""

from __future__ import annotations

import hashlib
import itertools
import threading
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .access import Access
from .clock import Clock, to_milliseconds
from .identifiers import IdFactory, uuid_of
from .owner import COPIED, OwnerActs
from .records import (
    Account,
    Institution,
    Integration,
    Options,
    Organization,
    ReauthorizationRequest,
    Transaction,
)
from .synchronizing import MILLISECOND, Synchronizer, show

# Banks made without a seed differ from each other, so that two fakes of one test never share an id.
_seeds = itertools.count(1_000_000)


def _decimal(value: Decimal | int | str | float) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


class Bank(OwnerActs):
    """All banks behind one Ponto, with an exact ledger of their own.

    :param clock: the time of this world; a new one when omitted
    :param seed: decides all ids; a number of its own per bank when omitted
    """

    def __init__(self, clock: Clock | None = None, seed: int | None = None) -> None:
        self.lock = threading.RLock()
        self.clock = clock or Clock()
        self.seed = next(_seeds) if seed is None else seed
        self.options = Options()
        self.new_id = IdFactory(self.seed)
        self.institutions: dict[str, Institution] = {}
        self.accounts: dict[str, Account] = {}
        self.access = Access(self.clock, self.new_id)
        self.synchronizer = Synchronizer(self.clock, self.new_id, self.options)
        self.reauthorizations: dict[str, ReauthorizationRequest] = {}
        self.organization = Organization(
            id=self.new_id("organization"),
            name="Atelier Noordzee BV",
            representative_id=self.new_id("organization"),
            representative_name="Fiduciaire De Wit & Partners",
        )
        # What the Belgian company hands to the control route: invoices, partners, names of the accounts.
        self.scenario: Any = None
        self._sequence = 0  # of the transaction that was booked last

    def __getstate__(self) -> dict[str, Any]:
        """Return everything but the lock, which belongs to a process."""
        return {name: value for name, value in vars(self).items() if name != "lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, lock=threading.RLock())

    def tick(self) -> None:
        """Let everything happen that is due by now; every call does this first."""
        with self.lock:
            self.synchronizer.tick(self.accounts.values())

    def _settle(self) -> None:
        """Let time pass before the bank's data change; nobody looks at this moment."""
        self.synchronizer.tick(self.accounts.values(), looking=False)

    # -- set up ----------------------------------------------------------------------------------------------------

    @property
    def integrations(self) -> list[Integration]:
        """Return the custom integrations, oldest first."""
        return list(self.access.integrations.values())

    def add_integration(self, name: str = "Test", scope: str = "ai") -> Integration:
        """Create a custom integration that sees all accounts of now and later.

        :param scope: ``ai``, ``ai pi``, ``pi`` or empty
        """
        with self.lock:
            return self.access.add_integration(name, scope, list(self.accounts.values()))

    def regenerate_secret(self, integration: Integration) -> str:
        """Replace an integration's secret and return the new one."""
        with self.lock:
            return self.access.regenerate_secret(integration)

    def add_institution(self, name: str, *, bic: str, **attributes: Any) -> Institution:
        """Add a bank.

        :param attributes: other fields of :class:`Institution`
        """
        with self.lock:
            attributes.setdefault("id", self.new_id("institution"))
            institution = Institution(name=name, bic=bic, **attributes)
            self.institutions[institution.id] = institution
            return institution

    def add_account(
        self,
        institution: Institution,
        *,
        reference: str,
        reference_type: str = "IBAN",
        currency: str = "EUR",
        subtype: str = "checking",
        description: str = "",
        holder_name: str | None = None,
        product: str | None = None,
        opening_balance: Decimal | int | str = Decimal(0),
        authorized_at: datetime | None = None,
        deprecated: bool = False,
        **attributes: Any,
    ) -> Account:
        """Link an account and share it with every integration; Ponto synchronizes it at once.

        :param opening_balance: balance before the first transaction, in the account's currency
        :param authorized_at: aware moment of the authorization, now when omitted
        :param attributes: other fields of :class:`Account`
        """
        with self.lock:
            self._settle()
            now = to_milliseconds(self.clock.now())
            account = Account(
                id=attributes.pop("id", None) or self.new_id("account"),
                bank_id=self.new_id("bank-account"),
                institution=institution,
                reference=reference,
                reference_type=reference_type,
                currency=currency,
                subtype=subtype,
                description=description,
                holder_name=holder_name,
                product=product,
                opening_balance=_decimal(opening_balance),
                reported_balance=_decimal(opening_balance),
                authorized_at=to_milliseconds(authorized_at or now),
                deprecated=deprecated,
                internal_reference=attributes.pop("internal_reference", None) or self.new_id("internal"),
                **attributes,
            )
            self.accounts[account.id] = account
            for integration in self.integrations:
                integration.share(account)
            account.moved = True
            return account

    # -- the bank books --------------------------------------------------------------------------------------------

    def add_transaction(
        self,
        account: Account,
        amount: Decimal | int | str,
        execution_date: date | datetime | None = None,
        value_date: date | datetime | None = None,
        visible: bool = True,
        created_at: datetime | None = None,
        **attributes: Any,
    ) -> Transaction:
        """Book a transaction.

        :param amount: signed, debit negative, in the account's currency
        :param execution_date: today when both dates are omitted (pass both as None in ``overrides`` to serve none)
        :param visible: False leaves it at the bank until a synchronization succeeds
        :param created_at: when Ponto created its record, now when omitted; decides the order
        :param attributes: API attributes in snake case, ``id``, or ``overrides`` in the API's spelling
        """
        with self.lock:
            self._settle()
            if execution_date is None and value_date is None:
                execution_date = self.clock.today()
            item = self._book(account, amount, execution_date, value_date, attributes)
            if visible:
                item.created_at = item.updated_at = to_milliseconds(created_at or self.clock.now())
                self._see(account, item)
            else:
                account.unseen.append(item)
            account.ledger.append(item)
            return item

    def _see(self, account: Account, item: Transaction) -> None:
        """Let Ponto know a transaction at once, as a background synchronization would."""
        show(account, item)
        account.arrivals.append(item)
        account.moved = True
        account.reported_balance += item.amount
        account.balance_changed_at = to_milliseconds(self.clock.now())

    def _book(
        self,
        account: Account,
        amount: Decimal | int | str,
        execution_date: date | datetime | None,
        value_date: date | datetime | None,
        attributes: dict[str, Any],
    ) -> Transaction:
        attributes = dict(attributes)
        self._sequence += 1
        now = self.clock.now()
        item = Transaction(
            id=attributes.pop("id", None) or self.new_id("transaction"),
            bank_id=attributes.pop("bank_id", None) or self.new_id("bank-transaction"),
            account=account,
            amount=_decimal(amount),
            currency=attributes.pop("currency", account.currency),
            execution_date=execution_date,
            value_date=value_date if value_date is not None else execution_date,
            booked_at=now,
            bank_updated_at=now,
            sequence=self._sequence,
            **attributes,
        )
        item.internal_reference = item.internal_reference or uuid_of(item.id, "internal")
        item.digest = item.digest or self._digest(item)
        return item

    @staticmethod
    def _digest(item: Transaction) -> str:
        """Return 64 hex digits over the bank's data: equal twins of one day share it, as documented."""
        parts = (item.account.reference, item.currency, item.amount, item.execution_date, item.counterpart_reference,
                 item.counterpart_name, item.remittance_information, item.description)  # fmt: skip
        return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()

    def change_transaction(self, item: Transaction, **attributes: Any) -> Transaction:
        """Change a transaction at the bank; when Ponto has it, its ``updatedAt`` moves.

        :param attributes: fields of :class:`Transaction`
        """
        with self.lock:
            self._settle()
            account, before = item.account, item.amount
            for name, value in attributes.items():
                setattr(item, name, _decimal(value) if name == "amount" else value)
            item.bank_updated_at = self.clock.now()
            if item.created_at is not None:
                # Later than before even on a frozen clock: that is how a client sees the change.
                earlier = item.updated_at or item.created_at
                item.updated_at = max(to_milliseconds(self.clock.now()), earlier + MILLISECOND)
                account.reported_balance += item.amount - before
                account.arrivals.append(item)
                account.moved = True
            return item

    def add_pending(
        self,
        account: Account,
        amount: Decimal | int | str,
        execution_date: date | None = None,
        visible: bool = True,
        **attributes: Any,
    ) -> Transaction:
        """Announce a transaction that is not booked yet; it changes no balance.

        :param visible: False leaves it at the bank until a synchronization *with unsettled* succeeds
        """
        with self.lock:
            self._settle()
            item = self._book(account, amount, execution_date or self.clock.today(), None, attributes)
            if visible:
                item.created_at = item.updated_at = to_milliseconds(self.clock.now())
                account.pending.append(item)
            else:
                account.unseen_pending.append(item)
            return item

    def settle(self, pending: Transaction, visible: bool = True, **attributes: Any) -> Transaction:
        """Book a pending transaction; it leaves the pending list and gets a new id.

        :param attributes: what changes on booking
        """
        with self.lock:
            account = pending.account
            for waiting in (account.pending, account.unseen_pending):
                if pending in waiting:
                    waiting.remove(pending)
            kept = {name: getattr(pending, name) for name in COPIED}
            kept.update(attributes)
            amount = kept.pop("amount", pending.amount)
            return self.add_transaction(account, amount, kept.pop("execution_date", pending.execution_date),
                                        visible=visible, **kept)  # fmt: skip

    # -- the oracle ------------------------------------------------------------------------------------------------

    def balance(self, account: Account, day: date | None = None) -> Decimal:
        """Return the bank's own balance, whatever Ponto shows.

        :param day: at the end of this execution date; over everything when omitted
        """
        with self.lock:
            booked = (item.amount for item in account.ledger if day is None or item.day <= day)
            return account.opening_balance + sum(booked, Decimal(0))

    def reported_balance(self, account: Account) -> Decimal:
        """Return the current balance that Ponto shows."""
        with self.lock:
            self.tick()
            return account.reported_balance

    def transactions(self, account: Account) -> list[Transaction]:
        """Return the transactions that Ponto shows, in its order, newest first."""
        with self.lock:
            self.tick()
            return account.visible[::-1]
