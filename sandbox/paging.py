"""Pages and cursors in both spellings of the API: ``limit``/``after``/``before`` and ``page[...]``."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

Item = TypeVar("Item")
DEFAULT_LIMIT = 10
HIGHEST_LIMIT = 100


class InvalidLimit(Exception):
    """The limit is no whole number from 1 to 100."""


@dataclass
class Listing:
    """Items in the order of the API, and how to find one by its id.

    :param position: index of an id, None when it is unknown; a scan when omitted
    """

    items: Sequence[Any]
    position: Callable[[str], int | None] | None = None

    def find(self, cursor: str) -> int | None:
        """Return the index of the item with that id."""
        if self.position is not None:
            return self.position(cursor)
        return next((index for index, item in enumerate(self.items) if item.id == cursor), None)


@dataclass
class Distortion:
    """What a fault does to one page of a list."""

    shorten: bool = False
    repeat: bool = False
    empty: bool = False
    forgotten: bool = False  # the cursor that was asked for is not known anymore
    endless: bool = False  # behind the end it begins anew, under a cursor that was never given
    new_ids: bool = False  # the items behind the end have ids that were never given


@dataclass
class Request:
    """What the query of a list call asks for."""

    limit: int
    explicit_limit: bool
    brackets: bool
    after: str | None
    before: str | None
    # Parameters that are not about paging; they stay in the links.
    others: list[tuple[str, str]] = field(default_factory=list)

    def query(self, **cursor: str) -> str:
        """Return the query of a link in the spelling of the request, brackets not percent-encoded."""
        pairs = [*self.others, *((self._name(name), value) for name, value in cursor.items())]
        if self.explicit_limit:
            pairs.append((self._name("limit"), str(self.limit)))
        return "?" + "&".join(f"{name}={value}" for name, value in pairs) if pairs else ""

    def _name(self, name: str) -> str:
        return f"page[{name}]" if self.brackets else name


def read_request(query: Mapping[str, str]) -> Request:
    """Read the paging parameters of a query in either spelling; ``page[...]`` wins where both are given.

    :raise InvalidLimit: when the limit is no whole number from 1 to 100
    """
    plain = any(name in query for name in ("limit", "after", "before"))
    brackets = not plain or any(name.startswith("page[") for name in query)

    def value(name: str) -> str | None:
        return query.get(f"page[{name}]", query.get(name)) or None

    limit = value("limit")
    if limit is not None and not (limit.isascii() and limit.isdigit() and 1 <= int(limit) <= HIGHEST_LIMIT):
        raise InvalidLimit(limit)
    known = {"limit", "after", "before", "page[limit]", "page[after]", "page[before]"}
    return Request(
        limit=int(limit or DEFAULT_LIMIT),
        explicit_limit=limit is not None,
        brackets=brackets,
        after=value("after"),
        before=value("before"),
        others=[(name, text) for name, text in query.items() if name not in known],
    )


class Pager:
    """Cut listings into pages.

    :param alias: gives a new cursor that stands for an old one (None = the start)
    :param resolve: gives the old cursor back, or the same when it is no alias, or None for the start
    """

    def __init__(self, alias: Callable[[str | None], str], resolve: Callable[[str | None], str | None]) -> None:
        self._alias = alias
        self._resolve = resolve

    def page(
        self,
        listing: Listing,
        asked: Request,
        address: str,
        render: Callable[[Any], dict[str, Any]],
        cap: int | None = None,
        write_nulls: bool = False,
        distortion: Distortion | None = None,
    ) -> dict[str, Any]:
        """Return the document of one page.

        :param address: of the list, without a query
        :param cap: serve at most so many items
        :param write_nulls: write ``null`` for a missing cursor (lists of transactions) instead of leaving it out
        """
        distortion = distortion or Distortion()
        start, stop = self._span(listing, asked, min(asked.limit, cap or asked.limit))
        if start is None or (distortion.forgotten and asked.after):
            return self._document([], asked, address, {}, write_nulls)
        if distortion.empty:
            cursor = self._alias(asked.after)
            return self._document([], asked, address, {"after": cursor}, write_nulls)
        if distortion.shorten:
            stop = start + max(1, (stop - start) // 2)
        items = list(listing.items[start:stop])
        cursors: dict[str, str] = {}
        if stop < len(listing.items) and items:
            cursors["after"] = items[-2 if distortion.repeat and len(items) > 1 else -1].id
        if start > 0 and items:
            cursors["before"] = items[0].id
        behind_the_end = bool(asked.after) and self._resolve(asked.after) is None
        if distortion.endless and (behind_the_end or "after" not in cursors):
            cursors["after"] = self._alias(None)
        rendered = [render(item) for item in items]
        if distortion.new_ids and behind_the_end:
            rendered = [item | {"id": str(uuid.uuid4())} for item in rendered]
        return self._document(rendered, asked, address, cursors, write_nulls)

    def _span(self, listing: Listing, asked: Request, limit: int) -> tuple[int | None, int]:
        """Return the first and the end index of a page; no first index for an unknown cursor."""
        count = len(listing.items)
        after = self._resolve(asked.after)
        if after is not None:
            index = listing.find(after)
            return (None, 0) if index is None else (index + 1, min(count, index + 1 + limit))
        if asked.before is not None and asked.after is None:
            index = listing.find(asked.before)
            return (None, 0) if index is None else (max(0, index - limit), index)
        return 0, min(count, limit)

    @staticmethod
    def _document(
        data: list[dict[str, Any]], asked: Request, address: str, cursors: dict[str, str], write_nulls: bool
    ) -> dict[str, Any]:
        links = {"first": address + asked.query()}
        if "after" in cursors:
            links["next"] = address + asked.query(after=cursors["after"])
        if "before" in cursors:
            links["prev"] = address + asked.query(before=cursors["before"])
        paging: dict[str, Any] = {"after": None, "before": None} if write_nulls else {}
        paging |= {"limit": asked.limit, **cursors}
        return {"data": data, "links": links, "meta": {"paging": paging}}
