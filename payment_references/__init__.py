"""References in the texts of payments: what names a document, and what only looks like it.

Nothing of Odoo is known here. A reference with check digits (the Belgian structured communication, ISO 11649) is found
in every form in which banks write it; the number of a document is found as whole words, with or without its separators.
"""

from .document_numbers import STRONG, WEAK, number_key, number_strength
from .names import fold, name_key
from .parts import Parts, take_apart
from .reading import CREDITOR, NUMBER, STRUCTURED, Named, References, classify
from .structured import canonical, structured_key

__all__ = [
    "CREDITOR",
    "NUMBER",
    "STRONG",
    "STRUCTURED",
    "WEAK",
    "Named",
    "Parts",
    "References",
    "canonical",
    "classify",
    "fold",
    "name_key",
    "number_key",
    "number_strength",
    "structured_key",
    "take_apart",
]
