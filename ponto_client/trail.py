"""Notice that a long reading goes in a circle, however often it is interrupted, without remembering every page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from .errors import EndlessPages

NOTHING = "-"
DIGEST_LENGTH = 32  # hexadecimal digits: two pages never share them by accident


@dataclass(frozen=True, slots=True)
class Trail:
    """What is kept of the pages read so far: short enough to be stored beside a cursor.

    One page is remembered, and exchanged for the newest whenever the length has doubled: a reading that goes in a
    circle comes by it before it is three times as long as the way to the circle and around it (Brent, 1980). The page
    before is remembered too, since one that simply comes again is the most likely of all.

    :param length: pages read.
    :param cursor: digest of the cursor behind the remembered page.
    :param page: digest of the ids on the remembered page.
    :param last: digest of the ids on the page before.
    """

    length: int = 0
    cursor: str = NOTHING
    page: str = NOTHING
    last: str = NOTHING

    @classmethod
    def parse(cls, text: str | None) -> Trail:
        """Read a trail as ``str`` wrote it.

        :param text: the text; empty or None for a reading that has not begun.
        :return: the trail.
        """
        length, *digests = (text or "0").split(" ")
        return cls(int(length), *digests)

    def __str__(self) -> str:
        """Write the trail as a short text without any id in it."""
        return f"{self.length} {self.cursor} {self.page} {self.last}"

    def step(self, cursor: str, ids: Iterable[str | None]) -> Trail:
        """Add a page that another one follows.

        :param cursor: the cursor of the page that follows.
        :param ids: the ids on the page; a page without any proves nothing.
        :return: the longer trail.
        :raise EndlessPages: the reading was here before.
        """
        here = _digest(cursor)
        page = _digest("\n".join(filter(None, ids)))
        if here == self.cursor:
            raise EndlessPages("The pages of the answer lead in a circle.")
        if page != NOTHING and page in (self.page, self.last):
            raise EndlessPages("A page of the answer came again.")
        length = self.length + 1
        if length & (length - 1) == 0:
            return Trail(length, here, page, page)
        return Trail(length, self.cursor, self.page, page)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_LENGTH] if text else NOTHING
