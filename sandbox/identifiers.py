"""Identifiers with correct check digits: UUIDs by seed, IBANs, structured communications, creditor references."""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter


def uuid_of(*parts: object) -> str:
    """Return the lower-case UUID that belongs to some parts; equal parts give the equal UUID."""
    digest = hashlib.sha256(":".join(str(part) for part in parts).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


class IdFactory:
    """Hand out UUIDs that depend only on a seed, a kind and the count of that kind."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._counts: Counter[str] = Counter()

    def __call__(self, kind: str) -> str:
        """Return the next UUID of a kind of resource."""
        self._counts[kind] += 1
        return uuid_of(self.seed, kind, self._counts[kind])


def _as_digits(text: str) -> int:
    return int("".join(str(int(character, 36)) for character in text))


def _iso7064(body: str) -> str:
    """Return the two ISO 7064 mod 97-10 check digits of a text that already ends in its prefix."""
    return f"{98 - _as_digits(body + '00') % 97:02d}"


def iban(country: str, bban: str) -> str:
    """Return the IBAN of a national account number, with its check digits.

    :param country: ISO 3166-1 alpha-2
    :param bban: national number, letters and digits
    """
    return f"{country}{_iso7064(bban + country)}{bban}"


def belgian_iban(bank_code: int, number: int) -> str:
    """Return a Belgian IBAN: 3 digits bank, 7 digits account, 2 national check digits.

    :param bank_code: 0 to 999
    :param number: 0 to 9999999
    """
    base = f"{bank_code:03d}{number:07d}"
    return iban("BE", f"{base}{int(base) % 97 or 97:02d}")


def french_iban(bank: int, branch: int, number: int) -> str:
    """Return a French IBAN with its national key (5 digits bank, 5 branch, 11 account)."""
    key = 97 - (89 * bank + 15 * branch + 3 * number) % 97
    return iban("FR", f"{bank:05d}{branch:05d}{number:011d}{key:02d}")


def structured_digits(base: int) -> str:
    """Return the 12 digits of a Belgian structured communication; the check is 97 when the remainder is 0.

    :param base: the first ten digits
    """
    return f"{base:010d}{base % 97 or 97:02d}"


def structured_text(digits: str, fence: str = "+++") -> str:
    """Write 12 digits the Belgian way, ``+++090/9337/55493+++``.

    :param digits: twelve digits
    :param fence: what stands on both sides, ``+++`` or ``***``
    """
    return f"{fence}{digits[:3]}/{digits[3:7]}/{digits[7:]}{fence}"


def creditor_reference(base: str) -> str:
    """Return the ISO 11649 reference (``RF``) of a base of at most 21 letters and digits."""
    return f"RF{_iso7064(base + 'RF')}{base}"


def enterprise_number(base: int) -> str:
    """Return a Belgian enterprise number of ten digits.

    :param base: its first eight digits
    """
    return f"{base:08d}{97 - base % 97:02d}"


def creditor_identifier(enterprise: str) -> str:
    """Return the SEPA creditor identifier of a Belgian enterprise; the business code is not part of the check.

    :param enterprise: ten digits
    """
    return f"BE{_iso7064(enterprise + 'BE')}ZZZ{enterprise}"
