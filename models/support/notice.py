"""What is said of a bank or an account."""

from typing import NamedTuple


class Notice(NamedTuple):
    """One sentence about a bank or an account; screens choose by its kind."""

    kind: str
    text: str
