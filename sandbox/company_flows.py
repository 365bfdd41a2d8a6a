"""What happens on the company's accounts, month by month, as drafts that the scenario books in order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from . import company_data as data


def euros(cents: int) -> Decimal:
    """Return an amount with two decimals."""
    return Decimal(cents).scaleb(-2)


def months_back(day: date, count: int) -> date:
    """Return the same day some months earlier, or the last day of that shorter month."""
    month = day.year * 12 + day.month - 1 - count
    year, month = divmod(month, 12)
    first_of_next = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), first_of_next - timedelta(days=1))


def business_day(day: date) -> date:
    """Return the day, or the Monday after a weekend: banks book on working days."""
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


@dataclass(eq=False)
class Draft:
    """A transaction to be booked.

    :param late: days that Ponto saw it after its execution date, beyond the usual
    :param invoices: numbers of the invoices that it pays
    """

    account: str
    day: date
    amount: Decimal
    attributes: dict[str, Any]
    value_day: date | None = None
    late: int = 0
    invoices: tuple[str, ...] = ()


@dataclass
class Story:
    """Collect drafts between two days.

    :param first: oldest execution date
    :param last: newest execution date of each account's key, the common one under the key ``""``
    """

    rng: random.Random
    first: date
    ends: dict[str, date]
    drafts: list[Draft] = field(default_factory=list)

    def end(self, account: str) -> date:
        """Return the newest execution date of an account."""
        return self.ends.get(account, self.ends[""])

    def add(self, account: str, day: date, amount: Decimal, **attributes: Any) -> Draft | None:
        """Add a draft unless its day lies outside the account's history."""
        if not self.first <= day <= self.end(account):
            return None
        draft = Draft(account, day, amount, attributes)
        self.drafts.append(draft)
        return draft

    def month_days(self, day_of_month: int, account: str = "main") -> Iterator[date]:
        """Yield the booking day of every month for a day of the month."""
        month = self.first.replace(day=1)
        while month <= self.end(account):
            day = business_day(month + timedelta(days=day_of_month - 1))
            if self.first <= day <= self.end(account):
                yield day
            month = (month + timedelta(days=32)).replace(day=1)

    def random_day(self, account: str, weekend: bool = True) -> date:
        """Return a day of an account's history."""
        span = (self.end(account) - self.first).days
        while True:
            day = self.first + timedelta(days=self.rng.randint(0, span))
            if weekend or day.weekday() < 5:
                return day

    def count(self, account: str) -> int:
        """Return how many drafts an account has."""
        return sum(draft.account == account for draft in self.drafts)


def credit_transfer(
    name: str | None, account: str | None, text: str | None, incoming: bool, **more: Any
) -> dict[str, Any]:
    """Return the attributes of a SEPA credit transfer."""
    return {
        "counterpart_name": name,
        "counterpart_reference": account,
        "remittance_information": text,
        "description": "Overschrijving in euro" if incoming else "Uw overschrijving in euro",
        "bank_transaction_code": "PMNT-RCDT-ESCT" if incoming else "PMNT-ICDT-ESCT",
        "proprietary_bank_transaction_code": "00150000" if incoming else "00101000",
        "end_to_end_id": "NOTPROVIDED" if incoming else None,
    } | more


def card_payment(merchant: tuple[str, str, int, int], day: date, card: str) -> dict[str, Any]:
    """Return the attributes of a purchase with a card."""
    text = f"{merchant[0]} {merchant[1]}"
    return {
        "counterpart_name": text,
        "remittance_information": f"{text} {day:%d/%m}",
        "description": f"Betaling met kaart {card[-4:]} {day:%d-%m-%Y}",
        "additional_information": f"{merchant[0]}, {merchant[1]}",
        "bank_transaction_code": "PMNT-CCRD-POSD",
        "proprietary_bank_transaction_code": "00402000",
        "card_reference": card,
        "card_reference_type": "MASKEDPAN",
    }


def bank_fee(text: str) -> dict[str, Any]:
    """Return the attributes of costs that the bank itself takes: nobody stands on the other side."""
    return {
        "description": text,
        "remittance_information": text,
        "bank_transaction_code": "ACMT-MDOP-CHRG",
        "proprietary_bank_transaction_code": "03537000",
    }


def monthly_obligations(story: Story) -> None:
    """Add salaries, taxes, direct debits and bank fees to the main account."""
    for debit in data.DEBITS:
        for number, day in enumerate(story.month_days(debit.day)):
            cents = debit.cents + (story.rng.randint(-debit.spread, debit.spread) if debit.spread else 0)
            draft = story.add("main", day, euros(-cents), counterpart_name=debit.name, counterpart_reference=debit.account, remittance_information=f"{debit.text} {day:%m/%Y}", description="Europese domiciliëring", mandate_id=debit.mandate_id, creditor_id=debit.creditor_id, end_to_end_id=f"{debit.mandate_id}-{day:%y%m}", bank_transaction_code="PMNT-RDDT-ESDD", proprietary_bank_transaction_code="00501000")  # fmt: skip
            if draft and number % 3 == 0:
                draft.value_day = day - timedelta(days=1)
    for name, account, cents in data.EMPLOYEES:
        for day in story.month_days(27):
            text = f"Loon {day:%m/%Y}"
            story.add("main", day, euros(-cents - story.rng.randint(0, 9000)),
                      **credit_transfer(name, account, text, False, purpose_code="SALA"))  # fmt: skip
    for index, (name, account, _digits, due, cents) in enumerate(data.TAXES):
        for day in story.month_days(due):
            text = data.TAX_COMMUNICATIONS[index]
            story.add("main", day, euros(-cents - story.rng.randint(0, 40000)),
                      **credit_transfer(name, account, text, False, remittance_information_type="structured",
                                        purpose_code="TAXS"))  # fmt: skip
    for account, cents in (("main", 1250), ("main_usd", 900), ("expiring", 450), ("readonly", 395), ("expired", 395)):
        for day in story.month_days(3, account):
            story.add(account, day, euros(-cents), **bank_fee(f"Beheerskosten rekening {day:%m/%Y}"))


def own_transfers(story: Story) -> None:
    """Add transfers between the company's accounts, each visible on both sides the same day."""
    plans = (
        ("main", "savings", data.MAIN_IBAN, data.SAVINGS_IBAN, 22, 75000, "Sparen"),
        ("main", "expiring", data.MAIN_IBAN, data.EXPIRING_IBAN, 6, 60000, "Kas winkel Namen"),
        ("readonly", "main", data.READONLY_IBAN, data.MAIN_IBAN, 24, 40000, "Afroming webshop"),
        ("main", "expired", data.MAIN_IBAN, data.EXPIRED_IBAN, 10, 50000, "Provisie beurs"),
    )
    for source, target, source_iban, target_iban, day_of_month, cents, text in plans:
        both_end = source if story.end(source) < story.end(target) else target
        for day in story.month_days(day_of_month, both_end):
            amount = euros(cents + 100 * story.rng.randint(0, 300))
            more = {"description": "Overschrijving tussen eigen rekeningen", "bank_transaction_code": "PMNT-ICDT-BOOK"}
            story.add(source, day, -amount, **credit_transfer(data.HOLDER, target_iban, text, False, **more))
            story.add(target, day, amount, **credit_transfer(data.HOLDER, source_iban, text, True, **more))
    for day in story.month_days(16, "main_usd"):
        cents = 100000 + 100 * story.rng.randint(0, 900)
        more = {"counterpart_reference": data.MAIN_IBAN, "bank_transaction_code": "PMNT-ICDT-XBCT"}
        text = f"FX USD {euros(cents)}"
        story.add("main_usd", day, euros(-cents), **credit_transfer(data.HOLDER, None, text, False, **more))
        story.add("main", day, euros(int(cents * 0.92)), **credit_transfer(data.HOLDER, None, text, True, **more))


def savings_interest(story: Story) -> None:
    """Add a year's interest, its tax, and small regular deposits on the savings account."""
    for day in story.month_days(1, "savings"):
        if day.month in (1, 4, 7, 10):
            gross = story.rng.randint(4200, 8800)
            attributes = bank_fee("Creditrente") | {"bank_transaction_code": "ACMT-MCOP-INTR"}
            story.add("savings", day, euros(gross), **attributes)
            tax = bank_fee("Roerende voorheffing") | {"bank_transaction_code": "ACMT-MDOP-TAXE"}
            story.add("savings", day, euros(-gross * 30 // 100), **tax)


def dollars(story: Story) -> None:
    """Fill the dollar account with wires; Ponto gives no exchange rate with them."""
    for number in range(data.QUOTAS["main_usd"] - story.count("main_usd")):
        day, incoming = story.random_day("main_usd", weekend=False), story.rng.random() < 0.62
        name = story.rng.choice(data.US_CUSTOMERS if incoming else data.US_SUPPLIERS)
        cents = story.rng.randint(20000, 480000) if incoming else -story.rng.randint(15000, 420000)
        attributes = credit_transfer(name, None, f"INVOICE {1000 + number}", incoming,
                                     bank_transaction_code="PMNT-RCDT-XBCT" if incoming else "PMNT-ICDT-XBCT",
                                     description="International wire",
                                     proprietary_bank_transaction_code="04101000")  # fmt: skip
        if incoming and number % 4 == 0:
            attributes["fee"] = Decimal("12.50")
        story.add("main_usd", day, euros(cents), **attributes)


def twins(story: Story) -> None:
    """Add pairs (and one triple) of equal transactions of one day: same amount, counterpart and text."""
    for account, card, index in (("main", data.DEBIT_CARD, 5), ("main", data.DEBIT_CARD, 0),
                                 ("card_1", data.CARD_1, 8), ("card_2", data.CARD_2, 9),
                                 ("expiring", data.DEBIT_CARD, 1)):  # fmt: skip
        merchants = data.CARD_MERCHANTS if account.startswith("card") else data.MERCHANTS
        for repeat in range(3):
            day, merchant = story.random_day(account), merchants[index]
            for _copy in range(3 if repeat == 0 and index == 5 else 2):
                story.add(account, day, euros(-merchant[2] - 150 * repeat), **card_payment(merchant, day, card))


def _fill_cards(story: Story, account: str, card: str) -> None:
    """Fill a credit card with purchases, a few refunds, and its monthly settlement from the main account."""
    settlements = list(story.month_days(7, account))
    purchases = data.QUOTAS[account] - story.count(account) - len(settlements)
    for number in range(purchases):
        day, merchant = story.random_day(account), story.rng.choice(data.CARD_MERCHANTS)
        cents = -story.rng.randint(merchant[2], merchant[3])
        attributes = card_payment(merchant, day, card)
        if number % 41 == 7:
            cents, attributes["description"] = -cents, "Terugbetaling op kaart"
        if number % 29 == 3:
            # Bought in another currency: the bank takes a fee and says so.
            attributes["fee"] = euros(max(1, abs(cents) * 15 // 1000))
        draft = story.add(account, day, euros(cents), **attributes)
        if draft and number % 9 == 0:
            draft.value_day = min(day + timedelta(days=2), story.end(account))
    bought, since = [draft for draft in story.drafts if draft.account == account], story.first
    for day in settlements:
        spent = sum((draft.amount for draft in bought if since <= draft.day < day), Decimal(0))
        since, text = day, f"AFREKENING KREDIETKAART {card} {day:%m/%Y}"
        more = {"bank_transaction_code": "PMNT-CCRD-DAJT", "description": "Afrekening kredietkaart"}
        owed = -spent if spent < 0 else euros(100)
        story.add("main", day, -owed, **credit_transfer(None, None, text, False, **more))
        story.add(account, day, owed, **credit_transfer(data.HOLDER, data.MAIN_IBAN, text, True, **more))


def credit_cards(story: Story) -> None:
    """Fill both credit cards."""
    _fill_cards(story, "card_1", data.CARD_1)
    _fill_cards(story, "card_2", data.CARD_2)


def refunds(story: Story) -> None:
    """Add refunds of suppliers and of direct debits to the main account."""
    for number in range(6):
        supplier, day = story.rng.choice(data.SUPPLIERS), story.random_day("main", weekend=False)
        text = f"Creditnota CN-{4400 + number}"
        story.add("main", day, euros(story.rng.randint(2500, 31000)),
                  **credit_transfer(supplier.name, supplier.account, text, True))  # fmt: skip
    for number in range(3):
        debit, day = data.DEBITS[number], story.random_day("main", weekend=False)
        story.add("main", day, euros(debit.cents), counterpart_name=debit.name, counterpart_reference=debit.account, mandate_id=debit.mandate_id, creditor_id=debit.creditor_id, description="Terugbetaling domiciliëring", remittance_information=f"Terugbetaling {debit.text}", bank_transaction_code="PMNT-RDDT-UPDD")  # fmt: skip


def fill_checking(story: Story, account: str) -> None:
    """Fill a checking or savings account up to its quota with card payments, sales and takings."""
    missing = data.QUOTAS[account] - story.count(account)
    for number in range(missing):
        kind = story.rng.random()
        day = story.random_day(account, weekend=kind < 0.45)
        if account == "savings":
            attributes = credit_transfer(data.HOLDER, data.EXPIRING_IBAN, "Spaarplan", number % 5 != 0)
            draft = story.add(account, day, euros(-15000 if number % 5 == 0 else 5000), **attributes)
        elif kind < 0.45:
            merchant = story.rng.choice(data.MERCHANTS)
            cents = story.rng.randint(merchant[2], merchant[3])
            draft = story.add(account, day, euros(-cents), **card_payment(merchant, day, data.DEBIT_CARD))
        elif kind < 0.64:
            # Takings of the payment terminal: the counterpart's account is the acquirer's, its name is missing.
            text = f"REF {story.rng.randint(10**9, 10**10 - 1)} TERMINAL 0{story.rng.randint(1, 3)} {day:%d%m%y}"
            attributes = credit_transfer(None, data.belgian_iban(909, 8080808), text, True,
                                         description="Verzamelstorting betaalterminal")  # fmt: skip
            scale = 1 if account == "main" else 5
            draft = story.add(account, day, euros(story.rng.randint(38000, 158000) // scale), **attributes)
        else:
            name = story.rng.choice(data.SHOPPERS)
            text = story.rng.choice(("Krukje eik", "Acompte table", "Bestelling {n}", "merci pour l'étagère", "")).format(
                n=20000 + number)  # fmt: skip
            attributes = credit_transfer(name, data.belgian_iban(901, 3000000 + number), text or None, True)
            draft = story.add(account, day, euros(story.rng.randint(2500, 29000)), **attributes)
        if draft and number % 37 == 11:
            draft.value_day = draft.day - timedelta(days=1)
