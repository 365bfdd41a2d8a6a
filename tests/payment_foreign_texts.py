"""Payment references of other countries, with right check digits, and how they are printed. Plain Python, no Odoo."""

DUTCH_WEIGHTS = (2, 4, 8, 5, 10, 9, 7, 3, 6, 1, 2, 4, 8, 5, 10)
SWISS_CARRY = (0, 9, 4, 6, 8, 2, 7, 1, 3, 5)


def dutch(base: int) -> str:
    """Return a Dutch payment reference of 16 digits; the first is the check digit, by weights of 11.

    :param base: at most 15 digits
    """
    digits = f"{base:015d}"
    total = sum(int(digit) * weight for digit, weight in zip(reversed(digits), DUTCH_WEIGHTS, strict=True))
    check = 11 - total % 11
    return f"{ {10: 1, 11: 0}.get(check, check) }{digits}"


def swiss(base: int) -> str:
    """Return a Swiss QR reference of 27 digits; the last is the check digit, modulo 10 recursive.

    :param base: at most 26 digits
    """
    digits, carry = f"{base:026d}", 0
    for digit in digits:
        carry = SWISS_CARRY[(carry + int(digit)) % 10]
    return f"{digits}{(10 - carry) % 10}"


def luhn(digits: str) -> str:
    """Return the check digit of the modulus 10, as in Norwegian and Swedish references."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def norwegian(base: int) -> str:
    """Return a Norwegian KID of 13 digits with the modulus 10.

    :param base: at most 12 digits
    """
    digits = f"{base:012d}"
    return digits + luhn(digits)


def swedish(base: int) -> str:
    """Return a Swedish OCR number of 11 digits: the last but one tells its length.

    :param base: at most 9 digits
    """
    digits = f"{base:09d}1"
    return digits + luhn(digits)


def finnish(base: int) -> str:
    """Return a Finnish reference; its check digit is by the weights 7, 3, 1.

    :param base: 3 to 19 digits
    """
    digits = str(base)
    total = sum(int(digit) * (7, 3, 1)[place % 3] for place, digit in enumerate(reversed(digits)))
    return f"{digits}{-total % 10}"


def in_groups(digits: str, size: int) -> str:
    """Return digits in groups, counted from the right, as they are printed on bills."""
    first = len(digits) % size
    groups = [digits[start : start + size] for start in range(first, len(digits), size)]
    return " ".join([digits[:first], *groups] if first else groups)


# Makes the reference of a number, the number before it is made longer, and the forms in which it arrives.
FOREIGN = {
    "Dutch": (dutch, 261_000_000_000_000, ("{}", "{groups4}", "Betalingskenmerk: {}", "Betalingskenmerk {groups4}")),
    "Swiss": (swiss, 21_000_000_000_313_947_100_000_000, ("{}", "{groups5}", "QRR {groups5}", "Ref. {}")),
    "Norwegian": (norwegian, 26_110_000_000, ("{}", "KID {}", "KID: {groups4}", "{groups5}")),
    "Swedish": (swedish, 261_100_000, ("{}", "OCR {}", "OCR-nr {}", "{groups4}")),
    "Finnish": (finnish, 2_611_000_000, ("{}", "{zeros}", "Viite {groups5}", "viitenumero {}")),
}


def foreign_reference(country: str, number: int) -> str:
    """Return the reference of a country for a number.

    :param country: a key of `FOREIGN`
    :param number: up to six digits
    """
    make, base, _forms = FOREIGN[country]
    return make(base + number * 37)


def foreign_form(country: str, reference: str, number: int) -> str:
    """Return a reference in one of the forms of its country."""
    forms = FOREIGN[country][2]
    return forms[number % len(forms)].format(
        reference, groups4=in_groups(reference, 4), groups5=in_groups(reference, 5), zeros=reference.zfill(20)
    )
