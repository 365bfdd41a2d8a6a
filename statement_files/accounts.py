"""Account numbers, as files write them."""

from __future__ import annotations

import re

BELGIAN_NUMBER = re.compile(r"^\d{12}$")
BELGIAN_IBAN = re.compile(r"^BE\d\d(\d{12})$")
IBAN = re.compile(r"^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$")
CURRENCY_AT_END = re.compile(r"[A-Z]{3}$")
NUMBER_AND_CURRENCY = re.compile(r"^[\d\s./-]*\d\s+[A-Z]{3}$")
# A Belgian number as files older than the IBAN have it: number, blank, currency, qualification, country, extension.
OLD_LAYOUT = re.compile(r"^(\d{12}) ([A-Z]{3}|   )[\d ](?:[A-Z]{2}|  )")
# How long the IBAN of a country is (the registry of SWIFT): the numbers of some end in a currency.
IBAN_LENGTHS = {
    country: length
    for length, countries in {
        15: "NO",
        16: "BE",
        18: "DK FI FK FO GL NL SD",
        19: "MK SI",
        20: "AT BA EE KZ LT LU MN XK",
        21: "CH HR LI LV",
        22: "BG BH CR DE GB GE IE ME RS VA",
        23: "AE GI IL IQ OM SO TL",
        24: "AD CZ ES MD PK RO SA SE SK TN VG",
        25: "LY PT ST",
        26: "IS TR",
        27: "BI DJ FR GR IT MC MR SM",
        28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
        29: "BR EG PS QA UA",
        30: "JO KW MU YE",
        31: "MT SC",
        32: "LC",
        33: "RU",
    }.items()
    for country in countries.split()
}


def is_iban(number: str) -> bool:
    """Tell whether a number is an IBAN: its check digits are right, and its length is that of its country.

    :param number: without blanks and signs, in capitals
    """
    if not IBAN.match(number) or IBAN_LENGTHS.get(number[:2], len(number)) != len(number):
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def account_number(text: str) -> str:
    """Return an account number without blanks; a Belgian one of twelve digits as its IBAN.

    Files older than the IBAN, and some banks to this day, write domestic numbers the old way. Ponto does not: without
    this the two would not be seen as one.

    :param text: the number, maybe followed by a currency, which is cut where what remains is a number
    """
    if old := OLD_LAYOUT.match(text):
        text = old[1]
    number = "".join(text.split()).replace("-", "").upper()
    if CURRENCY_AT_END.search(number) and not is_iban(number):
        rest = number[:-3].replace("/", "")
        if is_iban(number[:-3]) or _is_belgian(rest) or NUMBER_AND_CURRENCY.match(text.strip().upper()):
            number = number[:-3]
    domestic = number.replace("/", "")
    if _is_belgian(domestic):
        return f"BE{98 - int(domestic + '111400') % 97:02}{domestic}"
    return number


def _is_belgian(number: str) -> bool:
    """Tell whether a number is a Belgian one of before the IBAN, with the check digits of those."""
    return bool(BELGIAN_NUMBER.match(number)) and int(number[10:]) == (int(number[:10]) % 97 or 97)


def read_account_field(text: str, structure: str = "") -> tuple[str, str]:
    """Return number and currency of the 37 signs of CODA that hold both.

    Record 1 tells which of four structures they have, as a rule; record 23 does not, for the counterparty.

    :param text: the 37 signs
    :param structure: "0" a Belgian number with currency, qualification, country and extension; "1" a foreign number,
        "2" a Belgian IBAN, "3" a foreign IBAN, each with the currency at the end; anything else is not known
    :return: the currency may be empty
    """
    old = OLD_LAYOUT.match(text)
    if structure == "0" or (structure not in ("1", "2", "3") and old):
        return account_number(text[:12]), text[13:16].strip()
    # The currency, or nothing: a number that is written to the end, or in a way of the bank's own, is read as a whole.
    currency = text[34:37] if CURRENCY_AT_END.match(text[34:37]) else ""
    if not currency and text[34:37].strip():
        return account_number(text), ""
    if not currency and structure in ("", " ") and (behind := re.search(r"\s([A-Z]{3})$", text[:34].rstrip())):
        currency = behind[1]
    number, extension = text[:34], text[31:34].strip()
    if extension and not is_iban(account_number(number)) and (structure == "2" or is_iban(account_number(text[:31]))):
        number = text[:31]
    return account_number(number), currency


def spellings(text: str) -> set[str]:
    """Return the ways in which one account number may be kept: as it is, as its IBAN, as its Belgian domestic number.

    :param text: the number, without blanks and signs, in capitals
    """
    number = account_number(text)
    domestic = BELGIAN_IBAN.match(number)
    return {text, number, *([domestic[1]] if domestic else ())}
