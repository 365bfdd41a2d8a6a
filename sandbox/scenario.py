"""A small Belgian company with thirteen months of banking, the same for every run of a seed and a day."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from operator import attrgetter
from typing import Any

from . import company_data as data
from .bank import Bank
from .clock import Clock, background_slot, background_slots
from .company_data import Partner
from .company_flows import (
    Draft,
    Story,
    credit_cards,
    dollars,
    fill_checking,
    monthly_obligations,
    months_back,
    own_transfers,
    refunds,
    savings_interest,
    twins,
)
from .company_invoices import Invoice, write_invoices
from .recorded import add_recorded_account
from .records import Account, Institution, Integration

MONTHS = 13
EXPIRED_DAYS, EXPIRING_DAYS = 30, 9
STABLE_LIFETIME, BETA_LIFETIME = 180, 90
OPENING = {
    "main": "48250.17", "main_usd": "18400.00", "savings": "25000.00", "card_1": "0", "card_2": "-84.20",
    "expiring": "6120.55", "readonly": "9310.08", "expired": "2475.90",
}  # fmt: skip
# Within a synchronization of 200 ms, Ponto creates its records at about this time.
SEEN_AFTER = timedelta(milliseconds=160)
# A renewal happens during the day, at a time of the company's own.
RENEWED_AT = time(9, 41, 27, 318000, timezone.utc)


@dataclass
class Company:
    """The scenario and everything a test or a demo needs of it.

    :param accounts: by the keys main, main_usd, savings, card_1, card_2, expiring, readonly, expired, sample
    :param invoices: oldest first; ``paid_by`` says which are paid
    """

    bank: Bank
    integration: Integration
    accounts: dict[str, Account]
    invoices: list[Invoice]
    partners: list[Partner]
    anchor: date
    seed: int


def belgian_company(anchor: date | None = None, seed: int = 19, clock: Clock | None = None) -> Company:
    """Build the company as it stands on a day.

    :param anchor: the company's today; when omitted the clock's
    :param seed: decides ids, amounts and texts
    :param clock: the time of this world, left as it is; when omitted a new one that runs on the anchor's day
    :return: a company whose history ends the day before the anchor, all of it known to Ponto
    """
    if clock is None:
        clock = Clock()
        clock.advance(days=((anchor or clock.today()) - clock.today()).days)
    anchor = anchor or clock.today()
    bank = Bank(clock, seed)
    accounts = _accounts(bank, anchor)
    story = _story(anchor, seed)
    invoices = write_invoices(story)
    _tell(story)
    _book(bank, story, accounts, anchor, {invoice.number: invoice for invoice in invoices})
    accounts["sample"] = add_recorded_account(bank)
    bank.synchronizer.background_until = _last_slot(anchor)
    integration = bank.add_integration("Odoo", "ai")
    company = Company(bank, integration, accounts, invoices, [*data.CUSTOMERS, *data.SUPPLIERS], anchor, seed)
    bank.scenario = company
    return company


def _last_slot(anchor: date) -> datetime:
    """Return the last background synchronization that lies in the past at any time of the anchor's day."""
    return background_slot(anchor - timedelta(days=1), 20)


def _institutions(bank: Bank, anchor: date) -> dict[str, Institution]:
    maintenance = datetime.combine(anchor - timedelta(days=1), time(22), timezone.utc)
    return {
        "stable": bank.add_institution(
            "Brabantse Ondernemersbank", bic="BRONBEB2", authorization_lifetime=STABLE_LIFETIME
        ),
        "beta": bank.add_institution(
            "Banque des Quatre Vents", bic="BQVTBEBB", status="beta", authorization_lifetime=BETA_LIFETIME
        ),
        "maintenance": bank.add_institution(
            "Kempische Spaarbank",
            bic="KESPBE22",
            authorization_lifetime=STABLE_LIFETIME,
            maintenance_type="financialInstitution",
            maintenance_from=maintenance,
            maintenance_to=maintenance + timedelta(days=3),
        ),
    }


def _accounts(bank: Bank, anchor: date) -> dict[str, Account]:
    """Open the eight accounts; each was authorized so that it ends where the scenario wants it."""
    banks = _institutions(bank, anchor)
    accounts: dict[str, Account] = {}

    def add(key: str, institution: str, reference: str, ends_in: int, **more: Any) -> None:
        lifetime = banks[institution].authorization_lifetime or STABLE_LIFETIME
        authorized_at = datetime.combine(anchor + timedelta(days=ends_in - lifetime), RENEWED_AT)
        accounts[key] = bank.add_account(
            banks[institution],
            reference=reference,
            authorized_at=authorized_at,
            opening_balance=OPENING[key],
            **{"holder_name": data.HOLDER, **more},
        )

    card: dict[str, Any] = {"reference_type": "MASKEDPAN", "subtype": "card"}
    add("main", "stable", data.MAIN_IBAN, 138, description="Zichtrekening", product="Business zichtrekening")
    add("main_usd", "stable", data.MAIN_IBAN, 138, currency="USD", description="Zichtrekening USD")
    add("savings", "stable", data.SAVINGS_IBAN, 138, subtype="savings", description="Spaarrekening", product="Rente+")
    add("card_1", "stable", data.CARD_1, 138, description="Kredietkaart zaak", holder_name=None,
        credit_limit=Decimal(5000), **card)  # fmt: skip
    add("card_2", "beta", data.CARD_2, 61, description="Carte entreprise", holder_name="ANAÏS LEMAÎTRE",
        credit_limit=Decimal(2500), **card)  # fmt: skip
    add("expiring", "beta", data.EXPIRING_IBAN, EXPIRING_DAYS, description="Compte à vue magasin Namur")
    add("readonly", "maintenance", data.READONLY_IBAN, 102, description="Webshop", holder_name=None)
    add("expired", "beta", data.EXPIRED_IBAN, -EXPIRED_DAYS, description="Compte à vue foire")
    return accounts


def _story(anchor: date, seed: int) -> Story:
    """Return the empty history: thirteen months up to yesterday; the expired account stops before its expiry."""
    ends = {"": anchor - timedelta(days=1), "expired": anchor - timedelta(days=EXPIRED_DAYS + 1)}
    return Story(random.Random(f"{seed}:{anchor.isoformat()}"), months_back(anchor, MONTHS), ends)


def _tell(story: Story) -> None:
    monthly_obligations(story)
    own_transfers(story)
    savings_interest(story)
    twins(story)
    credit_cards(story)
    refunds(story)
    dollars(story)
    for account in ("main", "savings", "expiring", "readonly", "expired"):
        fill_checking(story, account)


def _book(bank: Bank, story: Story, accounts: dict[str, Account], anchor: date, invoices: dict[str, Invoice]) -> None:
    """Book all drafts by day and let Ponto know each at the background synchronization after it."""
    last = _last_slot(anchor)
    for key, account in accounts.items():
        # Linked when about a third of the history was over: everything before came at once.
        linked = datetime.combine(story.first + timedelta(days=125), RENEWED_AT)
        known_until = _last_success(account, last)
        drafts = sorted((each for each in story.drafts if each.account == key), key=attrgetter("day"))
        for number, draft in enumerate(drafts):
            if number % 160 == 77:
                draft.late = 3 + number % 6
            created = _created(story.rng, draft, linked, known_until)
            item = bank.add_transaction(
                account, draft.amount, draft.day, draft.value_day, created_at=created, **draft.attributes
            )
            item.booked_at = item.bank_updated_at = datetime.combine(draft.day, time(12), timezone.utc)
            if number % 90 == 41 and created > linked:
                # Details of the bank that came with a later synchronization.
                item.updated_at = max(created, min(created + timedelta(days=1), known_until))
            for invoice in draft.invoices:
                invoices[invoice].paid_by.append(item.id)
        _finish_account(bank, account, known_until, last)


def _created(rng: random.Random, draft: Draft, linked: datetime, known_until: datetime) -> datetime:
    """Return when Ponto saw a draft: one of the next background synchronizations, or the day of linking."""
    booked = background_slot(draft.day + timedelta(days=draft.late), 8)
    slots = list(background_slots(booked, booked + timedelta(hours=24)))
    return max(linked, min(rng.choice(slots), known_until) + SEEN_AFTER)


def _last_success(account: Account, last: datetime) -> datetime:
    """Return the last background synchronization that found the authorization alive."""
    until = min(last, account.expires_at - timedelta(hours=6))
    return list(background_slots(until - timedelta(days=1), until))[-1]


def _finish_account(bank: Bank, account: Account, known_until: datetime, last: datetime) -> None:
    """Write down the last background synchronization, and for the expired account also its failure."""
    account.arrivals = [item for item in account.visible if (item.updated_at or known_until) >= known_until]
    account.balance_changed_at = None
    bank.synchronizer.record_success(account, known_until)
    if not account.authorized(last):
        bank.synchronizer.record_expiry(account, last)
