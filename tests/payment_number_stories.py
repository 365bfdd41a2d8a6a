"""Numbers that stand beside others, are left incomplete, or belong to several documents. Plain Python, no Odoo."""

from datetime import date

from .payment_books import Ledger
from .payment_records import MAYBE, NOTHING, PROPOSE

# A number and the one after it in its series, as a country's companies write them.
SERIES = ("INV/{y}/{n:05d}", "{y}{n:04d}", "F {n}/{y}", "FAC-{n:04d}", "{n}/{y}", "R{n}", "AB{y}.{n}", "{n:07d}")
REPLACED = ("{new} vervangt {old}", "{new} annule et remplace {old}", "{new} ersetzt {old}", "{new} i.p.v. {old}", "{old}, {new}",
            "{new} (was {old})", "{new} instead of {old}", "{new} zie ook {old}", "{old} {new}")  # fmt: skip
# Two numbers that are one without their separators; {} is a count.
COLLISIONS = (
    ("FV/1{}/2/{y}", "FV/1/{}2/{y}"),
    ("{y}-{}1-3", "{y}-{}-13"),
    ("A{}1/23", "A{}/123"),
    ("{}.11.2/{y}", "{}.1.12/{y}"),
)
GLUED = ("RENR{}", "RG{}", "RGNR{}", "FACT{}", "FACTNR{}", "FACTUUR{}", "Factuurnr{}", "RE{}")
CUSTOMERS_NUMBERS = ("RE-Nr. {} KD 10{:03d}", "Kundennr. 10{1:03d} Rechnung {0}", "factuur {} klantnr 10{:03d}",
                     "facture {} client 10{:03d}", "klant 10{1:03d} fact {0}")  # fmt: skip


# ---------------------------------------------------------------------- another number beside


def another_beside(ledger: Ledger, number: int) -> None:
    """A new document, not in the books yet, took the place of the open one: both numbers stand in the text."""
    form = SERIES[number % 8]
    step = 20 * ledger.next("beside")
    old, new = (form.format(y=ledger.today.year, n=7_000 + step + place) for place in (0, 3))
    kind = "out_invoice" if number // 8 % 2 else "in_invoice"
    document = ledger.document(kind, ledger.single(), number=old, amount=ledger.odd_amount(),
                               day=ledger.day_of_this_year())  # fmt: skip
    ledger.pay("another number beside", [document], REPLACED[number % 9].format(old=old, new=new), NOTHING)


def growing_digit(ledger: Ledger, number: int) -> None:
    """The same, where the new number has a digit more than the open one, or the number before it one less."""
    form = ("F {}/{y}", "{y}/{}", "FAC{}", "{}-{y}", "INV{y}-{}", "{}")[number % 6]
    high = 10 ** (2 + number % 3)
    counts = (high - 1 - number % 7, high + number % 9)
    old, new = (form.format(count, y=ledger.today.year) for count in (counts if number % 2 else counts[::-1]))
    document = ledger.document("in_invoice", ledger.single(), number=old, amount=ledger.odd_amount())
    ledger.pay("another number beside, longer", [document], REPLACED[number % 9].format(old=old, new=new), NOTHING)


def another_month_beside(ledger: Ledger, number: int) -> None:
    """The number is a month; another month's bill, not in the books, is paid, and the open one's is named besides."""
    first = ledger.document_day().replace(day=1)
    second = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    form = ("%m/%Y", "%Y-%m", "%m-%Y", "%Y/%m", "%m.%Y")[number % 5]
    open_one, other = f"{first:{form}}", f"{second:{form}}"
    bill = ledger.document("in_invoice", ledger.single(), number=open_one, amount=ledger.odd_amount())
    text = ("huur {1}, index van {0}", "loyer {1} (indice {0})", "{0}/{1}", "{1} en saldo {0}")[number % 4]
    ledger.pay("month as number, another beside", [bill], text.format(open_one, other), NOTHING)


def month_as_number(ledger: Ledger, number: int) -> None:
    """The number of a bill is a month: its own is named, or another one, which is not in the books."""
    first = ledger.document_day().replace(day=1)
    second = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    form = ("%m/%Y", "%Y-%m", "%m-%Y", "%Y/%m")[number // 2 % 4]
    bill = ledger.document("in_invoice", ledger.single(), number=f"{first:{form}}", amount=ledger.odd_amount())
    text = ("huur {}", "loyer {}", "Miete {}")[number % 3]
    if number % 2:
        ledger.pay("month as number, another", [bill], text.format(f"{second:{form}}"), NOTHING)
    else:
        ledger.pay("month as number", [bill], text.format(bill.number))


def collision(ledger: Ledger, number: int) -> None:
    """Two numbers are equal without separators: the one named is paid or nobody's, or open too and the other's twin."""
    pair = COLLISIONS[number % 4]
    count = 1 + ledger.next("collision") + 9 * (ledger.seed % 9)
    named, other = (form.format(count, y=ledger.today.year) for form in (pair if number % 2 else pair[::-1]))
    given = {"party": ledger.single(), "amount": ledger.odd_amount()}
    document = ledger.document(number=other, **given)
    if number % 3 == 0:
        ledger.document(number=named, state="paid", **given)
    twin = ledger.document(number=named, **given) if number % 3 == 1 else None
    if twin:
        ledger.pay("equal without separators", [twin], named)
    else:
        ledger.pay("equal without separators", [document], named, NOTHING)


# ---------------------------------------------------------------------- incomplete, or with more


def prefix_left_out(ledger: Ledger, number: int) -> None:
    """A known payer leaves the prefix or the zeros out, or writes the whole word for it."""
    day = ledger.document_day()
    count = 1_600 + 7 * ledger.next("left out")
    series, text = (
        (f"INV/{day.year}/{count:05d}", f"{day.year}/{count:05d}"),
        (f"INV/{day.year}/{count:05d}", f"INV/{day.year}/{count}"),
        (f"FAC/{day.year}/{count:04d}", f"FACTURE/{day.year}/{count:04d}"),
        (f"FAC {day.year}/{count:04d}", f"Factuur {day.year}/{count:04d}"),
        (f"VF-{day.year}-{count:05d}", f"{day.year}-{count:05d}"),
    )[number % 5]
    invoice = ledger.document(party=ledger.single(), number=series, day=day, amount=ledger.odd_amount())
    kind = ("prefix left out", "zeros left out", "series spelled out", "series spelled out", "prefix left out")
    ledger.pay(kind[number % 5], [invoice], text)


def prefix_left_out_of_two(ledger: Ledger, number: int) -> None:
    """The same, and a second document of the payer could be meant: open or paid, of another series or length."""
    day = ledger.document_day()
    count = 1_600 + 7 * ledger.next("left out")
    given = {"party": ledger.single(), "amount": ledger.odd_amount(), "day": day}
    numbers, text = (
        ((f"INV/{day.year}/{count:05d}", f"FAC/{day.year}/{count:05d}"), f"{day.year}/{count:05d}"),
        ((f"INV/{day.year}/{count:05d}", f"INV/{day.year}/0{count:05d}"), f"INV/{day.year}/{count}"),
        ((f"FAC/{day.year}/{count:04d}", f"FACT/{day.year}/{count:04d}"), f"FACTURE/{day.year}/{count:04d}"),
        ((f"INV/{day.year}/{count:05d}", f"DEP/{day.year}/{count:05d}"), f"{day.year}/{count:05d}"),
    )[number % 4]
    documents = [ledger.document(number=each, **given) for each in numbers]
    ledger.pay("prefix left out, two possible", documents[:1], text, PROPOSE, right=[[each] for each in documents])


def prefix_left_out_by_unknown(ledger: Ledger, number: int) -> None:
    """The same from a payer whom nobody knows."""
    invoice = ledger.document(party=ledger.single(), amount=ledger.odd_amount())
    text = (invoice.number[4:], f"INV/{invoice.day.year}/{int(invoice.number[9:])}")[number % 2]
    ledger.pay("prefix left out, payer unknown", [invoice], text, PROPOSE, name=ledger.stranger(),
               account=ledger.new_account())  # fmt: skip


def glued(ledger: Ledger, number: int) -> None:
    """A word for "invoice" is glued to the supplier's number of digits; every fourth payee is unknown."""
    bill = ledger.document("in_invoice", ledger.single(known=number % 4 != 3), amount=ledger.odd_amount(),
                           number=f"{ledger.today.year}{500 + 3 * ledger.next('glued'):04d}")  # fmt: skip
    text = GLUED[number % 8].format(bill.number)
    if number % 4 == 3:
        ledger.pay("glued to a word, payee unknown", [bill], text, PROPOSE, name=ledger.stranger())
    else:
        ledger.pay("glued to a word", [bill], text)


def glued_of_two(ledger: Ledger, number: int) -> None:
    """The same, and the supplier has another bill that the text may mean: its number begins with a piece of the word."""
    count = f"{ledger.today.year}{500 + 3 * ledger.next('glued'):04d}"
    given = {"party": ledger.single(), "amount": ledger.odd_amount()}
    first, second = (ledger.document("in_invoice", number=each, **given) for each in (count, f"NR{count}"))
    text = ("RENR{}", "RGNR{}", "FACTNR{}", "Factuurnr{}")[number % 4].format(count)
    ledger.pay("glued to a word, two possible", [first], text, PROPOSE, right=[[first], [second]])


def customers_number_beside(ledger: Ledger, number: int) -> None:
    """The number of the customer, or the day of the bill, stands beside the supplier's number."""
    day = ledger.document_day()
    bill = ledger.document("in_invoice", ledger.single(), amount=ledger.odd_amount(), day=day,
                           number=f"{day.year}-{300 + ledger.next('beside it'):04d}")  # fmt: skip
    if number % 7 < 5:
        text = CUSTOMERS_NUMBERS[number % 7].format(bill.number, 290 + number)
        ledger.pay("customer's number beside", [bill], text)
    else:
        text = (f"Rechnung {bill.number} vom {day:%d.%m.%Y}", f"factuur {bill.number} van {day:%d/%m/%Y}")[number % 2]
        ledger.pay("day of the bill beside", [bill], text)


def digits_beside(ledger: Ledger, number: int) -> None:
    """The customer's number stands beside without a word: a person may say what it is."""
    bill = ledger.document("in_invoice", ledger.single(), amount=ledger.odd_amount(),
                           number=f"{ledger.today.year}-{300 + ledger.next('beside it'):04d}")  # fmt: skip
    ledger.pay("digits beside", [bill], f"RE {bill.number} / 10{290 + number}", MAYBE)


def digits_only(ledger: Ledger, number: int) -> None:
    """The company's numbers are of digits only: enough from a known payer, not from an unknown one."""
    invoice = ledger.document(party=ledger.single(known=number % 3 != 1), amount=ledger.odd_amount(),
                              number=f"{ledger.today.year}{7_000 + 3 * ledger.next('digits'):04d}")  # fmt: skip
    text = (invoice.number, f"factuur {invoice.number}")[number % 2]
    if number % 3 == 2:
        ledger.pay("digits only, payer unknown", [invoice], text, PROPOSE, name=ledger.stranger(),
                   account=ledger.new_account())  # fmt: skip
    else:
        ledger.pay("digits only", [invoice], text, name=invoice.party.name)


NUMBER_STORIES = {
    another_beside: 6,
    growing_digit: 5,
    another_month_beside: 2,
    month_as_number: 2,
    collision: 5,
    prefix_left_out: 4,
    prefix_left_out_of_two: 2,
    prefix_left_out_by_unknown: 1,
    glued: 4,
    glued_of_two: 1,
    customers_number_beside: 3,
    digits_beside: 1,
    digits_only: 2,
}
