"""Payments that pay no document at all: fees, wages, cards, payouts, the company's own transfers. Plain Python, no Odoo."""

from decimal import Decimal

from .payment_books import Ledger
from .payment_records import HOLDER, NOTHING, SAVINGS, UNOFFERED

EMPLOYEES = ("Lotte Willems", "Karim El Amrani", "Sofie De Backer")
MERCHANTS = ("Tankstation Ringlaan", "Colruyt Halle", "Bol.com", "NMBS Halle", "Boekhandel Letterwoud")
# What the bank's own code tells: card payments, cash, fees, interest. Text, ISO 20022 code, whether money comes in.
TOLD_BY_BANK = (
    ("BANCONTACT 18/11 19:42 TANKSTATION 0042", "PMNT-CCRD-POSD", False),
    ("GELDOPNEMING 20-11 12:14 KAART 1234", "PMNT-CCRD-CWDL", False),
    ("Maandelijkse kost zakelijke rekening", "ACMT-MDOP-CHRG", False),
    ("Debetrente 3e kwartaal", "ACMT-MDOP-INTR", False),
    ("STORTING BILJETTEN KANTOOR HALLE", "PMNT-CNTR-CDPT", True),
    ("GELDOPNEMING LOKET", "PMNT-CNTR-CWDL", False),
    ("Provisie buitenlandse betaling", "ACMT-MDOP-COMM", False),
    ("Creditrente", "ACMT-MCOP-INTR", True),
)
# Other things that a text tells; a document of the same amount is open. Text, name, whether money comes in.
OTHER_THINGS = (
    ("MAANDELIJKSE KOST ZAKELIJKE REKENING 11/2026", None, False),
    ("Loon november", "Karim El Amrani", False),
    ("RSZ 4e voorschot", "Sociale Zekerheid", False),
    ("KREDIET 726-1234567-01 KAPITAAL EN INTREST", None, False),
    ("BANCONTACT 18/11 19:42 TANKSTATION 0042 KAART 5127 XXXX", "TANKSTATION LINT", False),
    ("CCV 4455667 TRX 20/11 NETTO 23 VERRICHTINGEN", "Kaartdienst NV", True),
    ("STRIPE PAYOUT po_9x8y7z", "Stripe Technology", True),
    ("Mollie afrekening 2026-11-19 ref 7788.2611.19", "Stichting Mollie", True),
    ("PAYPAL AUSZAHLUNG 1041234567890", "PayPal Europe", True),
    ("Terugbetaling belastingen", "FOD Financiën", True),
)


def ordinary(ledger: Ledger, number: int) -> None:
    """Salaries, taxes with a structured communication, cards, takings: no document at all."""
    text, name, code = (
        (f"Loon {ledger.today:%m/%Y}", EMPLOYEES[number % 3], "PMNT-ICDT-ESCT"),
        (ledger.structured(), "FOD Financiën", "PMNT-ICDT-ESCT"),
        (f"{MERCHANTS[number % 5]} {ledger.today:%d/%m}", MERCHANTS[number % 5], "PMNT-CCRD-POSD"),
        (f"REF {ledger.draw.randrange(10**9, 10**10)} TERMINAL 02", None, "PMNT-RCDT-ESCT"),
    )[number % 4]
    amount = ledger.price() * (1 if number % 4 == 3 else -1)
    expected = UNOFFERED if number % 4 == 2 else NOTHING
    ledger.book("ordinary", amount, text, expected, name=name, account=ledger.new_account(), bank_transaction_code=code)


def bank_fee(ledger: Ledger, number: int) -> None:
    """The bank takes a fee, of the amount of an open bill."""
    bill = ledger.document("in_invoice", amount=Decimal(ledger.draw.randrange(250, 4000)).scaleb(-2))
    text = (f"Beheerskosten {ledger.today:%m/%Y}", "Frais de gestion", "Kosten betaalterminal", "Debetrente")[
        number % 4
    ]
    ledger.book("fee", -bill.amount, text, UNOFFERED, name=None, account=None, bank_transaction_code="ACMT-MDOP-CHRG")


def told_by_bank(ledger: Ledger, number: int) -> None:
    """The bank's own code says that it is a card, cash, a fee or interest; a document of the amount is open."""
    text, code, incoming = TOLD_BY_BANK[number % 8]
    document = ledger.document("out_invoice" if incoming else "in_invoice", ledger.single(), amount=ledger.odd_amount())
    ledger.book("told by the bank's code", document.signed, text, UNOFFERED, name=None, account=None,
                bank_transaction_code=code)  # fmt: skip


def other_thing(ledger: Ledger, number: int) -> None:
    """The text says that it is no invoice, the bank's code does not; a document of the amount is open."""
    text, name, incoming = OTHER_THINGS[number % 10]
    document = ledger.document("out_invoice" if incoming else "in_invoice", ledger.single(), amount=ledger.odd_amount())
    ledger.book("no invoice", document.signed, text, name=name, account=ledger.new_account() if name else None)


def transfer(ledger: Ledger, number: int) -> None:
    """Money moves between the company's own accounts."""
    sign = 1 if number % 2 else -1
    text = ("Sparen", "Eigen overschrijving", "Provisie btw", ledger.structured())[number % 4]
    ledger.book("transfer", sign * ledger.price(), text, name=HOLDER, account=SAVINGS, own=True,
                bank_transaction_code="PMNT-ICDT-BOOK")  # fmt: skip


def own_account(ledger: Ledger, number: int) -> None:
    """The company moves money from its own account and names the document for which it came in or is kept."""
    document = ledger.document("out_invoice" if number % 2 else "in_invoice", reference=ledger.structured())
    text = (document.number, document.reference, f"Doorstorting {document.number}", f"Provisie {document.number}")[
        number % 4
    ]
    ledger.book("own account", document.signed, text, name=HOLDER.upper(), account=SAVINGS, own=True)


OTHER_STORIES = {
    ordinary: 2,
    bank_fee: 7,
    told_by_bank: 3,
    other_thing: 4,
    transfer: 10,
    own_account: 10,
}
