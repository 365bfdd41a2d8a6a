"""Remote control under /_sandbox/ for other processes: the ledger, the clock, faults; no part of Ponto."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from .bank import Bank
from .bulk import book_many
from .company_invoices import pay_open_invoices
from .faults import Faults
from .records import Account, Transaction
from .web import Call, Refusal

Json = dict[str, Any]
RETAIL = ("Bakkerij Het Zoete Hoekje", "Café de la Gare", "Tankstation Ringlaan", "Boekhandel Letterwoud")


def plain(value: Any) -> Any:
    """Turn records into JSON values: amounts as exact texts, days as ISO dates, records as objects."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value


def balances_by_day(account: Account) -> dict[str, str]:
    """Return the bank's balance at the end of every day with a booking."""
    moved: dict[date, Decimal] = defaultdict(Decimal)
    for item in account.ledger:
        moved[item.day] += item.amount
    balance, days = account.opening_balance, {}
    for day in sorted(moved):
        balance += moved[day]
        days[day.isoformat()] = str(balance)
    return days


class Control:
    """Answer control calls; amounts travel as texts, so no reader can lose a cent."""

    def __init__(self, bank: Bank, faults: Faults, requests: list[Call]) -> None:
        self._bank = bank
        self._faults = faults
        self._requests = requests

    def answer(self, method: str, name: str, body: str) -> Json:
        """Answer ``/_sandbox/{name}``.

        :raise Refusal: for an unknown name or an unusable body
        """
        handler = getattr(self, f"_{method.lower()}_{name}", None)
        if handler is None:
            raise Refusal(404, "resourceNotFound", f"No control call {method} {name}.")
        try:
            values = json.loads(body) if body else {}
            return plain(handler(values) if method == "POST" else handler())
        except (ValueError, KeyError, TypeError, ArithmeticError) as error:
            raise Refusal(400, "invalidControl", f"{type(error).__name__}: {error}") from error

    def _account(self, values: Json) -> Account:
        return self._bank.accounts[values["account"]]

    def _get_ledger(self) -> Json:
        names = {account.id: key for key, account in getattr(self._bank.scenario, "accounts", {}).items()}
        return {"now": self._bank.clock.now(), "accounts": [
            {
                "key": names.get(account.id),
                "ponto_id": account.id,
                "institution": account.institution.name,
                "reference": account.reference,
                "reference_type": account.reference_type,
                "currency": account.currency,
                "subtype": account.subtype,
                "holder_name": account.holder_name,
                "transactions": len(account.ledger),
                "visible_transactions": len(account.visible),
                "opening_balance": account.opening_balance,
                "balance": self._bank.balance(account),
                "reported_balance": account.reported_balance,
                "balances": balances_by_day(account),
                "authorized_at": account.authorized_at,
                "expires_at": account.expires_at,
                "authorized": account.authorized(self._bank.clock.now()),
            }
            for account in self._bank.accounts.values()
        ]}  # fmt: skip

    def _get_bookings(self) -> Json:
        """List every transaction that Ponto shows, by account, in its order: day, amount and text."""
        return {account.id: [[item.day, item.amount, item.remittance_information] for item in account.visible]
                for account in self._bank.accounts.values()}  # fmt: skip

    def _get_requests(self) -> Json:
        """List the calls so far, without their headers, which hold tokens."""
        return {"requests": [[call.method, call.path, call.query, call.status] for call in self._requests]}

    def _get_scenario(self) -> Json:
        company = self._bank.scenario
        if company is None:
            return {}
        accounts = {key: account.id for key, account in company.accounts.items()}
        return {"anchor": company.anchor, "seed": company.seed, "accounts": accounts,
                "invoices": company.invoices, "partners": company.partners}  # fmt: skip

    def _post_transactions(self, values: Json) -> Json:
        """Book ``{"account", "amount", "execution_date"?, "visible"?, ...}``, or ``count`` card payments of today."""
        account = self._account(values)
        if "count" in values:
            made = [self._card_payment(account, number) for number in range(int(values["count"]))]
        else:
            given = {key: value for key, value in values.items() if key not in ("account", "amount")}
            for key in ("execution_date", "value_date"):
                if given.get(key):
                    given[key] = date.fromisoformat(given[key])
            made = [self._bank.add_transaction(account, Decimal(str(values["amount"])), **given)]
        return {"ids": [item.id for item in made], "balance": self._bank.balance(account)}

    def _post_bookings(self, values: Json) -> Json:
        """Book ``{"account", "count", "first_day", "last_day", "seed", "late"?}``: many at once, see book_many."""
        account = self._account(values)
        days = (date.fromisoformat(values["first_day"]), date.fromisoformat(values["last_day"]))
        book_many(self._bank, account, int(values["count"]), *days, seed=int(values["seed"]),
                  late=bool(values.get("late")))  # fmt: skip
        return {"balance": self._bank.balance(account)}

    def _post_payments(self, _values: Json) -> Json:
        """Pay most of the company's open invoices today, see pay_open_invoices."""
        company = self._bank.scenario
        made = pay_open_invoices(self._bank, company.accounts["main"], company.invoices)
        return {"ids": [item.id for item in made]}

    def _card_payment(self, account: Account, number: int) -> Transaction:
        return self._bank.add_transaction(
            account,
            Decimal(-199 - number * 37) / 100,
            self._bank.clock.today(),
            counterpart_name=RETAIL[number % len(RETAIL)],
            description=f"Card payment {number + 1}",
            remittance_information=f"Card payment {number + 1}",
            bank_transaction_code="PMNT-CCRD-POSD",
        )

    def _post_clock(self, values: Json) -> Json:
        """Move the clock: ``advance_seconds``, ``set`` (ISO date-time, freezes) or ``release``."""
        clock = self._bank.clock
        if values.get("set"):
            moment = datetime.fromisoformat(values["set"].replace("Z", "+00:00"))
            clock.set(moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc))
        if values.get("release"):
            clock.release()
        if values.get("advance_seconds"):
            clock.advance(seconds=float(values["advance_seconds"]))
        return {"now": clock.now()}

    def _post_faults(self, values: Json) -> Json:
        """Plan a fault, or forget all with ``{"clear": true}``."""
        if values.pop("clear", False):
            self._faults.clear()
        if "kind" in values:
            self._faults.add(**values)
        return {"planned": len(self._faults.planned)}

    def _post_renew(self, values: Json) -> Json:
        account = self._account(values)
        self._bank.renew(account)
        return {"authorized_at": account.authorized_at, "expires_at": account.expires_at}

    def _post_expire(self, values: Json) -> Json:
        account = self._account(values)
        self._bank.expire(account)
        return {"authorized_at": account.authorized_at, "expires_at": account.expires_at}

    def _post_share(self, values: Json) -> Json:
        """Toggle an account in every integration: ``{"account", "on"}``."""
        account = self._account(values)
        for integration in self._bank.integrations:
            (integration.share if values.get("on", True) else integration.unshare)(account)
        return {"shared": [account.id in each.account_ids for each in self._bank.integrations]}

    def _post_options(self, values: Json) -> Json:
        """Set fields of the sandbox's options."""
        for name, value in values.items():
            if not hasattr(self._bank.options, name):
                raise ValueError(f"unknown option {name}")
            setattr(self._bank.options, name, value)
        return plain(self._bank.options)
