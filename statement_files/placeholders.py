"""What banks write where nothing was told: NOTPROVIDED and its kin are no text."""

from __future__ import annotations

import re

# Without what stands between the letters.
NOTHING = frozenset(
    {
        "NOTPROVIDED",
        "NOTAVAILABLE",
        "NOTAPPLICABLE",
        "NOTSPECIFIED",
        "NOTGIVEN",
        "NOTKNOWN",
        "NONREF",
        "NONREFERENCE",
        "NOREF",
        "NOREFERENCE",
        "UNKNOWN",
        "UNDEFINED",
        "UNSPECIFIED",
        "NONE",
        "NULL",
    }
)
LONGEST = 60  # of a text that is looked at as a whole: the longest of them, twice, and what stands around
BETWEEN = re.compile(r"[\s_./+*\\-]+")
SHORT = re.compile(r"^N[./]A\.?$")  # with its signs only: NA may be a name
# Inside a longer text only what no sentence says; behind the name of a part, with that name.
LABEL = r"(?:/[A-Z]{3,4}/|\b[A-Z]{3,4}\+|[\w-]+:)\s*"
INSIDE = re.compile(
    rf"{LABEL}(?:(?:NOT[ _-]?PROVIDED|NON[ _-]?REF)(?![\w-])|UNKNOWN(?=\s*(?:[/<]|$)))"
    r"|(?<![\w-])(?:NOT_?PROVIDED|NONREF)(?![\w-])",
    re.IGNORECASE,
)
FIRST_LETTERS = {word[0] for word in NOTHING}


def is_nothing(text: str) -> bool:
    """Tell whether a text as a whole says that nothing was told.

    :param text: in any case, with or without signs between the letters
    """
    if len(text) > LONGEST:
        return False
    if SHORT.match(text.strip().upper()):
        return True
    letters = BETWEEN.sub("", text).upper()
    half = letters[: len(letters) // 2]
    return letters in NOTHING or (half in NOTHING and letters == half * 2)


def told(text: str) -> str:
    """Return what a text tells: nothing for a placeholder, and without those that stand inside of it.

    :param text: of a bank
    :return: the same text where there is none; otherwise with single blanks
    """
    capitals = text.upper()  # every text of every file passes here
    if (capitals[:1] in FIRST_LETTERS or not capitals[:1].isalnum()) and is_nothing(text):
        return ""
    if "PROVIDED" not in capitals and "REF" not in capitals and "UNKNOWN" not in capitals:
        return text
    if not INSIDE.search(text):
        return text
    rest = " ".join(INSIDE.sub(" ", text).split())
    return rest if any(sign.isalnum() for sign in rest) else ""
