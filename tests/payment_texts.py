"""How payers write references, and how banks pass them on. Plain Python, no Odoo."""

import random
import re
from datetime import date

GREETINGS = ("Betaling factuur {}", "Facture {} merci", "Betreft {}", "{} dank u", "Paiement {}", "Rechnung {}", "v/ref {}",
             "Fact. {} dd 12/03")  # fmt: skip
MONTHS = ("januari january janvier januar", "februari february février februar", "maart march mars märz",
          "april april avril april", "mei may mai mai", "juni june juin juni", "juli july juillet juli",
          "augustus august août august", "september september septembre september", "oktober october octobre oktober",
          "november november novembre november", "december december décembre dezember")  # fmt: skip
RUBBISH = ("/", "a", "-", "1", ".", "NOTPROVIDED", "factuur", "betaling", "Payment", "INV", "INV/{year}", "zie bijlage")


def digits_of(reference: str) -> str:
    """Return the digits of a structured communication."""
    return re.sub(r"\D", "", reference)


def structured_forms(reference: str) -> list[tuple[str, bool]]:
    """Return the forms of a structured communication, each with whether the bank calls it structured.

    :param reference: in the canonical form
    """
    digits = digits_of(reference)
    slashed = f"{digits[:3]}/{digits[3:7]}/{digits[7:]}"
    return [
        (f"+++{slashed}+++", True),
        (digits, True),
        (f"***{slashed}***", True),
        (f"+++{digits}+++", False),
        (slashed, False),
        (slashed.replace("/", " "), False),
        (f"+++ {slashed.replace('/', ' / ')} +++", False),
        (f"facture {digits} merci", False),
        (f"Betaling ***{slashed}*** dank u wel", False),
        (f"OGM{digits}", False),
        (f"VCS:{slashed}, bedankt", False),
        (slashed.replace("/", "-"), False),
        (f"Naam: J. Bakker<br>Omschrijving: {digits}<br>IBAN: NL13TEST0123456789<br>Kenmerk: NOTPROVIDED", False),
    ]


def creditor_forms(reference: str) -> list[tuple[str, bool]]:
    """Return the forms of an ISO 11649 reference."""
    grouped = " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))
    return [(reference, True), (grouped, False), (f"Invoice {reference}", False), (reference.lower(), False)]


def number_forms(number: str) -> list[str]:
    """Return the undamaged forms of a document number: a whole word, with its separators, others, or none."""
    return [
        number,
        number.lower(),
        re.sub(r"[/-]", "-", number),
        re.sub(r"[/-]", " ", number),
        re.sub(r"[/-]", "", number),
        f"({number})",
        f"factuurnr:{number}, bedankt",
        f"Naam: P. Visser<br>Omschrijving: {number}<br>Kenmerk: NOTPROVIDED",
    ]


def sentence(draw: random.Random, text: str) -> str:
    """Return a text, half of the time within words of the payer."""
    return draw.choice(GREETINGS).format(text) if draw.random() < 0.5 else text


def mistyped(draw: random.Random, text: str) -> str:
    """Return a text with a typing error in its digits: one swapped with its neighbour, wrong, missing or doubled."""
    places = [match.start() for match in re.finditer(r"\d", text)]
    while True:
        place = draw.choice(places[-8:])
        digit = text[place]
        written = draw.choice(
            (
                text[: place - 1] + digit + text[place - 1] + text[place + 1 :],
                text[:place] + str((int(digit) + draw.randint(1, 9)) % 10) + text[place + 1 :],
                text[:place] + text[place + 1 :],
                text[:place] + digit + text[place:],
            )
        )
        if written != text:
            return written


def wrong_check(reference: str) -> str:
    """Return 12 digits whose check digits are wrong."""
    digits = digits_of(reference)
    return f"{digits[:10]}{int(digits[10:]) % 97 + 1:02d}"


def shortened(draw: random.Random, number: str) -> str:
    """Return what is left of a number when the payer takes the rest for granted."""
    parts = re.findall(r"\d+", number)
    count = parts[-1].lstrip("0") or "0"
    return draw.choice(
        (count, f"factuur {count}", f"nr {parts[-1]}", f"{parts[0]}/{count}", f"fact {count} {parts[0]}")
    )


def month_forms(day: date) -> list[str]:
    """Return the forms in which people write the month of a day: a word of four languages, short, or digits."""
    words = MONTHS[day.month - 1].split()
    return [f"{words[0]} {day.year}", f"{words[1].title()} {day:%Y}", f"{words[2]} {day:%Y}", f"{day:%m/%Y}",
            f"{words[3].title()} {day:%Y}", f"{day:%Y-%m}", words[0]]  # fmt: skip
