"""The company's 120 invoices, and how its customers and it itself pay a part of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from . import company_data as data
from .bank import Bank
from .company_flows import Story, business_day, credit_transfer, euros
from .identifiers import creditor_reference, structured_digits, structured_text
from .records import Account, Transaction

# The type under another name: an invoice has a field "date".
Day = date
CUSTOMER_COUNT, CUSTOMER_PAID = 70, 50
SUPPLIER_COUNT, SUPPLIER_PAID = 50, 30
STAYS_OPEN = 4  # one open invoice in so many is not paid yet


@dataclass(eq=False)
class Invoice:
    """An invoice of the company.

    :param kind: ``customer`` (sent) or ``supplier`` (received)
    :param partner: name, as in the company's partners
    :param amount: with VAT, in euros
    :param structured_communication: in the canonical form, when it has one
    :param creditor_reference: ISO 11649 reference instead, for some foreign partners
    :param paid_by: ids of the transactions that pay it; empty while it is open
    """

    number: str
    kind: str
    partner: str
    partner_account: str
    date: Day
    due: Day
    amount_untaxed: Decimal
    amount: Decimal
    structured_communication: str | None
    creditor_reference: str | None = None
    paid_by: list[str] = field(default_factory=list)


def write_invoices(story: Story) -> list[Invoice]:
    """Write all invoices, oldest first, and add the payments of the first part of them."""
    customers = _invoices(story, "customer", CUSTOMER_COUNT, CUSTOMER_PAID)
    suppliers = _invoices(story, "supplier", SUPPLIER_COUNT, SUPPLIER_PAID)
    _pay_customers(story, customers[:CUSTOMER_PAID])
    _pay_suppliers(story, suppliers[:SUPPLIER_PAID])
    return sorted(customers + suppliers, key=lambda invoice: (invoice.date, invoice.number))


def _invoices(story: Story, kind: str, count: int, paid: int) -> list[Invoice]:
    """Return invoices by date; the last ones, which stay open, lie within the last ten weeks."""
    last = story.end("main")
    span = (last - story.first).days
    days = sorted(story.first + timedelta(days=story.rng.randint(0, span - 60)) for _ in range(paid))
    days += sorted(last - timedelta(days=story.rng.randint(0, 55)) for _ in range(count - paid))
    numbers: Counter[int] = Counter()
    partners = data.CUSTOMERS if kind == "customer" else data.SUPPLIERS
    result = []
    for index, day in enumerate(days):
        partner = partners[index % len(partners)]
        numbers[day.year] += 1
        number = f"INV/{day.year}/{numbers[day.year]:05d}"
        if kind == "supplier":
            number = f"{partner.name[:2].upper()}{day:%y}-{1100 + index * 7}"
        untaxed = euros(story.rng.randint(12500, 640000) if kind == "customer" else story.rng.randint(4500, 240000))
        vat = Decimal("1.21") if partner.country == "BE" else Decimal(1)
        # One number in four has a remainder of 0, where the check digits are 97.
        base = (910000 + index) * 97 if index % 4 == 0 else 9_000_000_000 + index * 7919
        base += 0 if kind == "customer" else 970_000_000
        structured = structured_text(structured_digits(base)) if partner.country == "BE" and index % 6 != 5 else None
        foreign = creditor_reference(f"{day:%y}{index:05d}") if partner.country in ("DE", "LU") else None
        result.append(Invoice(
            number=number, kind=kind, partner=partner.name, partner_account=partner.account, date=day,
            due=day + timedelta(days=30), amount_untaxed=untaxed, amount=(untaxed * vat).quantize(Decimal("0.01")),
            structured_communication=structured, creditor_reference=foreign,
        ))  # fmt: skip
    return result


# How payers write a structured communication: the bank passes it on as it came.
def _digits(invoice: Invoice) -> str:
    return "".join(filter(str.isdigit, invoice.structured_communication or ""))


WRITTEN: tuple[Callable[[Invoice], tuple[str, str]], ...] = (
    lambda invoice: (structured_text(_digits(invoice)), "structured"),
    lambda invoice: (_digits(invoice), "structured"),
    lambda invoice: (structured_text(_digits(invoice), "***"), "structured"),
    lambda invoice: (f"Betaling factuur {invoice.number} {structured_text(_digits(invoice))} dank u", "unstructured"),
    lambda invoice: (f"facture {_digits(invoice)} merci", "unstructured"),
    lambda invoice: (f"Betreft {invoice.number}", "unstructured"),
)


def communication(invoice: Invoice, index: int) -> tuple[str, str]:
    """Return what a payer writes for an invoice, and the type under which the bank passes it on."""
    if invoice.structured_communication:
        return WRITTEN[index % len(WRITTEN)](invoice)
    if invoice.creditor_reference:
        return invoice.creditor_reference, "structured"
    return f"{invoice.number} {invoice.partner}", "unstructured"


def _payment_day(story: Story, invoice: Invoice) -> date:
    latest = story.end("main")
    # Seldom late, mostly around the due date; the last ones before today.
    day = business_day(invoice.date + timedelta(days=story.rng.randint(8, 48)))
    while day > latest or day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def _pay_customers(story: Story, invoices: list[Invoice]) -> None:
    """Let customers pay: most at once, two pairs together, two in two parts."""
    by_partner: dict[str, list[Invoice]] = {}
    for invoice in invoices:
        by_partner.setdefault(invoice.partner, []).append(invoice)
    together = [pair[:2] for pair in list(by_partner.values())[:2]]
    grouped = {id(invoice) for pair in together for invoice in pair}
    for pair in together:
        text = " + ".join(invoice.number for invoice in pair)
        _receive(story, pair, max(_payment_day(story, invoice) for invoice in pair), text, "unstructured")
    single = [invoice for invoice in invoices if id(invoice) not in grouped]
    for index, invoice in enumerate(single):
        text, kind = communication(invoice, index)
        day = _payment_day(story, invoice)
        if index in (20, 33):
            half = (invoice.amount / 2).quantize(Decimal("0.01"))
            earlier = max(invoice.date, day - timedelta(days=5))
            _receive(story, [invoice], earlier, f"Voorschot {invoice.number}", "unstructured", half)
            _receive(story, [invoice], day, f"Saldo {invoice.number}", "unstructured", invoice.amount - half)
        else:
            _receive(story, [invoice], day, text, kind)


def _receive(
    story: Story, invoices: list[Invoice], day: date, text: str, kind: str, amount: Decimal | None = None
) -> None:
    total = amount if amount is not None else sum((invoice.amount for invoice in invoices), Decimal(0))
    attributes = credit_transfer(invoices[0].partner.upper(), invoices[0].partner_account, text, True,
                                 remittance_information_type=kind)  # fmt: skip
    draft = story.add("main", day, total, **attributes)
    if draft:
        draft.invoices = tuple(invoice.number for invoice in invoices)


def _pay_suppliers(story: Story, invoices: list[Invoice]) -> None:
    """Pay suppliers by credit transfer, with their communication or their invoice number."""
    for index, invoice in enumerate(invoices):
        text, kind = communication(invoice, index if index % 3 else 0)
        attributes = credit_transfer(invoice.partner, invoice.partner_account, text, False,
                                     remittance_information_type=kind, end_to_end_id=f"PAY-{index + 1:05d}")  # fmt: skip
        draft = story.add("main", _payment_day(story, invoice), -invoice.amount, **attributes)
        if draft:
            draft.invoices = (invoice.number,)


def pay_open_invoices(bank: Bank, account: Account, invoices: list[Invoice]) -> list[Transaction]:
    """Pay most open invoices today, in the words of their payers; now and then somebody pays too little.

    :param account: of the company, on which customers pay and from which it pays suppliers
    :return: the new transactions, which Ponto shows at once
    """
    made = []
    for index, invoice in enumerate(invoice for invoice in invoices if not invoice.paid_by):
        if index % STAYS_OPEN == 0:
            continue
        customer = invoice.kind == "customer"
        text, kind = communication(invoice, index)
        amount = invoice.amount - 5 if customer and index % 7 == 5 else invoice.amount
        attributes = credit_transfer(invoice.partner, invoice.partner_account, text, customer,
                                     remittance_information_type=kind)  # fmt: skip
        item = bank.add_transaction(account, amount if customer else -amount, **attributes)
        invoice.paid_by.append(item.id)
        made.append(item)
    return made
