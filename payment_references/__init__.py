"""References in the texts of payments: what names a document, and what only looks like it.

Nothing of Odoo is known here. A reference with check digits (the Belgian structured communication, ISO 11649) is found
in every form in which banks write it; the number of a document is found as whole words, with or without its separators.
"""

from .document_numbers import STRONG, WEAK, Number, is_likely_slip, number_key, number_strength, read_number
from .names import name_key
from .parts import take_apart
from .reading import CREDITOR, NUMBER, STRUCTURED, References, classify
from .series import read_tail
from .structured import canonical, has_right_check_digits

__all__ = [
    "CREDITOR",
    "NUMBER",
    "STRONG",
    "STRUCTURED",
    "WEAK",
    "Number",
    "References",
    "canonical",
    "classify",
    "has_right_check_digits",
    "is_likely_slip",
    "name_key",
    "number_key",
    "number_strength",
    "read_number",
    "read_tail",
    "take_apart",
]
