"""What draws a year of a Belgian company from a seed: parties, documents, payments. Plain Python, no Odoo."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from ..sandbox.identifiers import belgian_iban, creditor_reference, iban, structured_digits, structured_text
from .payment_records import MATCH, NOTHING, OWN_KINDS, UNOFFERED, Document, Party, Payment

# Prices that come back all the time: subscriptions, call-out charges, deposits.
PRICES = ("60.50", "121.00", "151.25", "242.00", "363.00", "605.00", "1210.00")
FIRST_WORDS = ("Aannemer", "Brouwerij", "Crèche", "Drukkerij", "Épicerie", "Fietsen", "Garage", "Hotel", "Immo", "Juwelier",
               "Kapsalon", "Librairie", "Menuiserie", "Notaris", "Optiek", "Pâtisserie", "Rijschool", "Slagerij", "Traiteur",
               "Uitgeverij")  # fmt: skip
LAST_WORDS = ("Claes", "De Hoorn", "Dubois", "Goossens", "Hermans", "Jacobs", "Lambert", "Maertens", "'t Kofschip", "Wauters",
              "Van den Bossche", "Çelik", "Simon & Fils", "Peeters", "De Smet")  # fmt: skip
# Of parties that one story alone has, so that no document of another story is theirs.
SINGLE_WORDS = ("Atelier", "Bloemen", "Cidrerie", "Dakwerken", "Elektro", "Fruithal", "Glashandel", "Hoveniers", "Isolatie",
                "Klusdienst", "Lederwaren", "Marbrerie", "Natuursteen", "Orgelbouw", "Plafonds", "Rietdekkers")  # fmt: skip
FORMS = ("BV", "NV", "SRL", "VOF", "CommV", "ASBL")


@dataclass
class Ledger:
    """Draws parties, documents and payments from a seed, all of them fictional.

    :param today: newest day of a payment
    """

    seed: int
    today: date
    customers: list[Party] = field(default_factory=list)
    suppliers: list[Party] = field(default_factory=list)
    singles: list[Party] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.draw = random.Random(self.seed)
        self._numbers: dict[str, int] = {}
        self._amounts: set[Decimal] = set()
        self._base = self.draw.randrange(1_000_000_000, 8_000_000_000)
        names = self._names(FIRST_WORDS)
        self.customers = [self._party("C", number, names.pop()) for number in range(60)]
        self.suppliers = [self._party("S", number, names.pop()) for number in range(40)]
        self.strangers = names
        self._single_names = self._names(SINGLE_WORDS)

    def _names(self, words: tuple[str, ...]) -> list[str]:
        names = [f"{first} {last} {self.draw.choice(FORMS)}" for first in words for last in LAST_WORDS]
        self.draw.shuffle(names)
        return names

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

    @property
    def parties(self) -> list[Party]:
        """Return everybody who is in the company's file."""
        return self.customers + self.suppliers + self.singles

    def single(self, known: bool = True) -> Party:
        """Add a party that no other story draws.

        :param known: its account is in the file
        """
        party = Party(f"X{len(self.singles)}", self._single_names.pop(), self.new_account(), known)
        self.singles.append(party)
        return party

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

    def sent_before(self, day: date) -> date:
        """Return a day on which a payment was registered that reaches the bank on another one."""
        return day - timedelta(days=self.draw.randint(0, 12))

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
        :param values: what differs from a payment by the party, of the sum, from the party's account; ``right``: lists of
            documents, each a candidate that is right, where that is not these documents alone
        """
        amount = values.pop("amount", None)
        if amount is None:
            amount = sum((document.signed for document in documents), Decimal(0))
        party = documents[0].party
        right = values.pop("right", [] if expected in (NOTHING, UNOFFERED) else [documents])
        given = {"name": self.as_bank_writes(party.name), "account": party.account, **values}
        truth = frozenset(document.key for document in documents)
        right = tuple(frozenset(document.key for document in candidate) for candidate in right)
        return self.book(kind, amount, text, expected, documents=truth, right=right, **given)

    def book(self, kind: str, amount: Decimal, text: str, expected: str = NOTHING, **values) -> Payment:
        """Add a payment.

        :param amount: signed
        :param values: ``name`` and ``account`` of the other side, ``documents``, ``right``, ``own``, ``phase``,
            ``accepted``, ``day``, ``structured``, and attributes of the bank's transaction
        """
        incoming = amount > 0
        day = values.pop("day", None) or self.payment_day()
        given = {name: values.pop(name) for name in ("right", "own", "phase", "accepted") if name in values}
        documents = values.pop("documents", frozenset())
        attributes = {
            "counterpart_name": values.pop("name", None),
            "counterpart_reference": values.pop("account", None),
            "description": "Overschrijving in uw voordeel" if incoming else "Overschrijving naar",
            "bank_transaction_code": "PMNT-RCDT-ESCT" if incoming else "PMNT-ICDT-ESCT",
            "end_to_end_id": "NOTPROVIDED" if incoming else None,
            "remittance_information_type": "structured" if values.pop("structured", False) else "unstructured",
            **values,
        }
        payment = Payment(kind, amount, day, text, documents, expected, attributes=attributes, **given)
        self.payments.append(payment)
        return payment

    def as_bank_writes(self, name: str) -> str:
        """Return a name as banks print it: as it is, in capitals, or cut."""
        return self.draw.choice((name, name.upper(), name, name[:35].upper()))

    def stranger(self) -> str:
        """Return the name of somebody who is in no file."""
        return self.draw.choice(self.strangers)
