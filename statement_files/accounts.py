"""Account numbers, as files write them."""

from __future__ import annotations

import re

BELGIAN_NUMBER = re.compile(r"^\d{12}$")
BELGIAN_IBAN = re.compile(r"^BE\d\d(\d{12})$")
CURRENCY_AT_END = re.compile(r"(?<=\d)\s+[A-Z]{3}$")


def account_number(text: str) -> str:
    """Return an account number without blanks; a Belgian one of twelve digits as its IBAN.

    Files older than the IBAN, and some banks to this day, write domestic numbers the old way. Ponto does not: without
    this the two would not be seen as one.

    :param text: the number, maybe followed by a currency
    """
    number = "".join(CURRENCY_AT_END.sub("", text.strip()).split()).replace("-", "").upper()
    if BELGIAN_NUMBER.match(number) and int(number[10:]) == (int(number[:10]) % 97 or 97):
        return f"BE{98 - int(number + '111400') % 97:02}{number}"
    return number


def spellings(text: str) -> set[str]:
    """Return the ways in which one account number may be kept: as it is, as its IBAN, as its Belgian domestic number.

    :param text: the number, without blanks and signs, in capitals
    """
    number = account_number(text)
    domestic = BELGIAN_IBAN.match(number)
    return {text, number, *([domestic[1]] if domestic else ())}
