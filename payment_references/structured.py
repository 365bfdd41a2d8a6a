"""References with check digits: the Belgian structured communication and the creditor reference of ISO 11649."""

from __future__ import annotations

import re
from collections.abc import Iterator

from stdnum import iso11649

# Twelve digits with at most some blanks, slashes, dots or hyphens between them; a look-ahead, for they may overlap.
TWELVE_DIGITS = re.compile(r"(?<!\d)(?=(\d(?:[\s./\-]{0,3}\d){11})(?!\d))")
# The whole reference of a document: +++090/9337/55493+++, ***…***, 12 digits.
WHOLE = re.compile(r"[+*\s]*(\d(?:[\s./\-]{0,3}\d){11})[+*\s]*")
# As it is printed: twelve digits in one word, or three, four and five with the same signs around that invoices have.
PRINTED = re.compile(r"(?<![\dA-Z])(\d{12}|\d{3}\s?/\s?\d{4}\s?/\s?\d{5})(?![\dA-Z])")
NO_DIGIT = re.compile(r"\D")
CREDITOR_LENGTH = range(5, 26)


def has_right_check_digits(digits: str) -> bool:
    """Tell whether twelve digits are a Belgian structured communication: the last two are the rest by 97, or 97.

    python-stdnum has this only in versions newer than an Odoo 19 may have.

    :param digits: twelve, or none
    """
    return bool(digits) and int(digits[10:]) == (int(digits[:10]) % 97 or 97)


def find_structured(text: str) -> Iterator[str]:
    """Yield the structured communications in a text, also inside of words.

    :param text: as the bank gives it
    :return: twelve digits each, with right check digits
    """
    for match in TWELVE_DIGITS.finditer(text):
        digits = NO_DIGIT.sub("", match[1])
        if has_right_check_digits(digits):
            yield digits


def find_printed(text: str) -> Iterator[str]:
    """Yield the structured communications that stand for themselves in a text.

    :param text: in capitals
    :return: twelve digits each, with right check digits
    """
    for match in PRINTED.finditer(text):
        digits = NO_DIGIT.sub("", match[1])
        if has_right_check_digits(digits):
            yield digits


def structured_key(reference: str) -> str:
    """Return the digits of a reference that is a structured communication and nothing else.

    :param reference: of a document, in any written form
    :return: twelve digits; "" when it is none, or its check digits are wrong
    """
    match = WHOLE.fullmatch(reference or "")
    digits = NO_DIGIT.sub("", match[1]) if match else ""
    return digits if has_right_check_digits(digits) else ""


def canonical(digits: str) -> str:
    """Return a structured communication as it is printed on invoices.

    :param digits: twelve
    """
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"


def is_creditor_reference(compact: str) -> bool:
    """Tell whether a text without blanks is a creditor reference with right check digits.

    :param compact: capitals and digits
    """
    return compact.startswith("RF") and len(compact) in CREDITOR_LENGTH and iso11649.is_valid(compact)
