"""Names of persons and companies, as far as spelling goes."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W_]+")
SHORTEST_NAME = 3  # letters: "/" and single letters are nobody's name


def fold(text: str) -> str:
    """Return a text in capitals and without accents, as banks send it.

    :param text: any
    :return: letters that have a plain form are plain, all others stay
    """
    if text.isascii():
        return text.upper()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign)).upper()


def name_key(name: str) -> str:
    """Return what equal names have in common: their words, whatever capitals, accents and signs.

    :param name: as a bank or a partner's file gives it
    :return: words with single blanks; "" when too little is left to be a name
    """
    words = WORD.findall(fold(name or ""))
    letters = sum(sign.isalpha() for word in words for sign in word)
    return " ".join(words) if letters >= SHORTEST_NAME else ""
