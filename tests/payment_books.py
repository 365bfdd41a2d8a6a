"""What a generated year of a Belgian company is made of: parties, documents, payments. Plain Python, no Odoo."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ..sandbox.identifiers import belgian_iban, creditor_reference, iban, structured_digits, structured_text

HOLDER = "Bakkerij Maes"
SAVINGS = belgian_iban(739, 1180022)  # the company's own, in its books but not in Ponto
MATCH, MAYBE, NONE = "match", "maybe", "none"
OWN_KINDS = ("out_invoice", "out_refund")
INCOMING = {"out_invoice": 1, "in_refund": 1, "out_refund": -1, "in_invoice": -1}
# Prices that come back all the time: subscriptions, call-out charges, deposits.
PRICES = ("60.50", "121.00", "151.25", "242.00", "363.00", "605.00", "1210.00")
FIRST_WORDS = ("Aannemer", "Brouwerij", "Crèche", "Drukkerij", "Épicerie", "Fietsen", "Garage", "Hotel", "Immo", "Juwelier",
               "Kapsalon", "Librairie", "Menuiserie", "Notaris", "Optiek", "Pâtisserie", "Rijschool", "Slagerij", "Traiteur",
               "Uitgeverij")  # fmt: skip
LAST_WORDS = ("Claes", "De Hoorn", "Dubois", "Goossens", "Hermans", "Jacobs", "Lambert", "Maertens", "'t Kofschip", "Wauters",
              "Van den Bossche", "Çelik", "Simon & Fils", "Peeters", "De Smet")  # fmt: skip
FORMS = ("BV", "NV", "SRL", "VOF", "CommV", "ASBL")


@dataclass(frozen=True)
class Party:
    """A customer or supplier.

    :param account: the IBAN that it pays from and is paid on
    :param known: the account is in the company's file
    :param on_contact: it is there as the account of a contact of the party, as of its accounting department
    :param customer_reference: structured communication that stands on every invoice to it, or ""
    """

    key: str
    name: str
    account: str
    known: bool
    on_contact: bool = False
    customer_reference: str = ""


@dataclass(frozen=True)
class Document:
    """An invoice or credit note.

    :param kind: Odoo's ``move_type``
    :param number: as printed on it, which for documents of suppliers is theirs
    :param amount: to be paid, positive, in its currency
    :param reference: payment reference printed on it, "" when it asks for none
    :param origin: number of the invoice that a credit note takes back
    :param order: the customer's own reference on it
    :param settled: what of the amount was paid before
    :param state: ``open``, ``paid``, ``draft``, ``registered``: a payment of it waits on an outstanding account, or
        ``unlinked``: it does, and the document is open all the same
    :param discount: its terms allow 2 % within ten days
    """

    key: str
    kind: str
    number: str
    party: Party
    day: date
    amount: Decimal
    reference: str = ""
    origin: str = ""
    order: str = ""
    company: str = "main"
    currency: str = "EUR"
    settled: Decimal = Decimal(0)
    state: str = "open"
    discount: bool = False

    @property
    def signed(self) -> Decimal:
        """Return what a payment of it adds to the bank account."""
        return (self.amount - self.settled) * INCOMING[self.kind]


@dataclass(frozen=True)
class Payment:
    """A bank transaction, and what it was generated from.

    :param kind: the story that it belongs to
    :param documents: keys of the documents that it was generated from; empty when it pays none of them
    :param expected: ``match``: reference and amount are undamaged; ``maybe``: damaged, or for a person to judge, so that
        only these documents are right; ``none``: the evidence is not exact, it stays open
    :param attributes: of the bank's transaction
    :param own: it is a transfer between the company's own accounts
    """

    kind: str
    amount: Decimal
    day: date
    text: str
    documents: frozenset[str]
    expected: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    own: bool = False


@dataclass
class Ledger:
    """Draws parties, documents and payments from a seed, all of them fictional.

    :param today: newest day of a payment
    """

    seed: int
    today: date
    customers: list[Party] = field(default_factory=list)
    suppliers: list[Party] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self._numbers: dict[str, int] = {}
        self._amounts: set[Decimal] = set()
        self._base = self.draw.randrange(1_000_000_000, 8_000_000_000)
        names = [f"{first} {last} {self.draw.choice(FORMS)}" for first in FIRST_WORDS for last in LAST_WORDS]
        self.draw.shuffle(names)
        self.customers = [self._party("C", number, names.pop()) for number in range(60)]
        self.suppliers = [self._party("S", number, names.pop()) for number in range(40)]
        self.strangers = names

    def _party(self, letter: str, number: int, name: str) -> Party:
        own = letter == "C" and number % 5 == 0
        return Party(
            key=f"{letter}{number}",
            name=name,
            account=self.new_account(),
            known=number % 3 != 1,
            on_contact=number % 6 == 2,
            customer_reference=self.structured() if own else "",
        )

    def next(self, name: str) -> int:
        """Return the next number of a series."""
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return self._numbers[name]

    # ------------------------------------------------------------------ numbers with check digits

    def new_account(self) -> str:
        """Return an IBAN that nobody has yet; one in six is Dutch."""
        number = self.next("account")
        if number % 6 == 4:
            return iban("NL", f"NEPB0{self.seed % 1000:03d}{number:06d}")
        return belgian_iban(941 + number % 30, self.seed % 10000 * 1000 + number)

    def structured(self) -> str:
        """Return a new structured communication in the canonical form; one in five has the check digits 97."""
        number = self.next("structured")
        base = self._base + number * 7919
        return structured_text(structured_digits(base - base % 97 if number % 5 == 0 else base))

    def creditor_reference(self) -> str:
        """Return a new ISO 11649 reference."""
        return creditor_reference(f"{self.today:%y}{self.seed % 1000:03d}{self.next('creditor'):05d}")

    # ------------------------------------------------------------------ amounts and days

    def price(self) -> Decimal:
        """Return an amount that others may have too."""
        if self.draw.random() < 0.4:
            return Decimal(self.draw.choice(PRICES))
        return Decimal(self.draw.randrange(1_000, 600_000)).scaleb(-2)

    def odd_amount(self) -> Decimal:
        """Return an amount that no other document has."""
        while True:
            amount = Decimal(self.draw.randrange(600_000, 1_900_000)).scaleb(-2)
            if amount not in self._amounts:
                self._amounts.add(amount)
                return amount

    def document_day(self) -> date:
        """Return a day of the last months before the payments."""
        return self.today - timedelta(days=self.draw.randint(35, 80))

    def payment_day(self) -> date:
        """Return a day of the last month."""
        return self.today - timedelta(days=self.draw.randint(1, 30))

    def day_of_this_year(self) -> date:
        """Return a day before the payments, of the year of the last of them."""
        return max(date(self.today.year, 1, 1), self.today - timedelta(days=35))

    # ------------------------------------------------------------------ documents

    def document(self, kind: str = "out_invoice", party: Party | None = None, **values) -> Document:
        """Add a document; what is not given is drawn.

        :param kind: Odoo's ``move_type``
        """
        day = values.pop("day", None) or self.document_day()
        document = Document(
            key=f"D{self.next('document')}",
            kind=kind,
            number=values.pop("number", None) or self.number(kind, day),
            party=party or self.draw.choice(self.customers if kind in OWN_KINDS else self.suppliers),
            day=day,
            amount=values.pop("amount", None) or self.price(),
            **values,
        )
        self.documents.append(document)
        return document

    def number(self, kind: str, day: date) -> str:
        """Return the next number: the company's own as Odoo gives them, or one as suppliers print them."""
        count = self.next(f"{kind} {day.year}")
        if kind == "out_invoice":
            return f"INV/{day.year}/{count:05d}"
        if kind == "out_refund":
            return f"RINV/{day.year}/{count:05d}"
        series = self.next("supplier number")
        written = (f"VF{day:%y}{10_000 + series * 13:06d}", f"F{day:%y}/{series:04d}", f"FA-{day.year}-{series:05d}",
                   f"{day.year}-{4_000 + series}", f"{90_312_000 + series * 7}")  # fmt: skip
        return written[series % len(written)] if kind == "in_invoice" else f"CN{day:%y}-{series:05d}"

    def of_two_years(self, state: str) -> tuple[Document, Document]:
        """Add two invoices of one customer, count and amount, one of last year and one of this year, which is open.

        :param state: of last year's
        """
        count, year = 20_000 + self.next("of two years"), self.today.year
        given = {"party": self.draw.choice(self.customers), "amount": self.price()}
        last = self.document(number=f"INV/{year - 1}/{count}", day=date(year - 1, 3, 4), state=state, **given)
        return last, self.document(number=f"INV/{year}/{count}", day=self.day_of_this_year(), **given)

    def known(self, parties: list[Party]) -> Party:
        """Return a party whose account is in the file."""
        return self.draw.choice([party for party in parties if party.known])

    def unknown(self, parties: list[Party]) -> Party:
        """Return a party whose account is not in the file."""
        return self.draw.choice([party for party in parties if not party.known])

    # ------------------------------------------------------------------ payments

    def pay(self, kind: str, documents: list[Document], text: str, expected: str = MATCH, **values) -> Payment:
        """Add a payment of documents of one party.

        :param documents: that it is generated from
        :param text: what the payer wrote
        :param values: what differs from a payment by the party, of the sum, from the party's account
        """
        amount = values.pop("amount", None)
        if amount is None:
            amount = sum((document.signed for document in documents), Decimal(0))
        party = documents[0].party
        given = {"name": self.as_bank_writes(party.name), "account": party.account, **values}
        truth = frozenset(document.key for document in documents)
        return self.book(kind, amount, text, expected, documents=truth, **given)

    def book(self, kind: str, amount: Decimal, text: str, expected: str = NONE, **values) -> Payment:
        """Add a payment.

        :param amount: signed
        :param values: ``name`` and ``account`` of the other side, ``documents``, ``own``, ``day``, ``structured``, and
            attributes of the bank's transaction
        """
        incoming = amount > 0
        day = values.pop("day", None) or self.payment_day()
        documents, own = values.pop("documents", frozenset()), values.pop("own", False)
        attributes = {
            "counterpart_name": values.pop("name", None),
            "counterpart_reference": values.pop("account", None),
            "description": "Overschrijving in uw voordeel" if incoming else "Overschrijving naar",
            "bank_transaction_code": "PMNT-RCDT-ESCT" if incoming else "PMNT-ICDT-ESCT",
            "end_to_end_id": "NOTPROVIDED" if incoming else None,
            "remittance_information_type": "structured" if values.pop("structured", False) else "unstructured",
            **values,
        }
        payment = Payment(kind, amount, day, text, documents, expected, attributes, own)
        self.payments.append(payment)
        return payment

    def as_bank_writes(self, name: str) -> str:
        """Return a name as banks print it: as it is, in capitals, or cut."""
        return self.draw.choice((name, name.upper(), name, name[:35].upper()))

    def stranger(self) -> str:
        """Return the name of somebody who is in no file."""
        return self.draw.choice(self.strangers)
