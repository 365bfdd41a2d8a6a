"""Faults on demand: what a network, an edge server or a bad page can do to a client, at the n-th matching call."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .jsontext import milliseconds
from .paging import Distortion

KINDS = (
    "status",
    "delay",
    "cut",
    "malformed",
    "html",
    "truncated_page",
    "duplicate_across_pages",
    "empty_page_with_next",
    "unknown_cursor",
    "endless_pages",
    "repeated_page",
    "circular_next",
    "moving_synchronized_at",
    "unfinished_synchronization",
    "expired_token",
    "foreign_next_link",
    "sister_next_link",
)


@dataclass
class Fault:
    """One planned fault.

    :param kind: one of :data:`KINDS`
    :param path: regular expression searched in the path
    :param nth: the first matching call that it hits, from 1
    :param times: how many matching calls in a row it hits, None for ever
    :param options: ``status``, ``body``, ``retry_after`` (s), ``seconds``, ``after_bytes``, ``host``, ``new_ids``,
        ``length`` (pages of a circle)
    """

    kind: str
    path: str = ""
    nth: int = 1
    times: int | None = 1
    method: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0

    def hits(self, method: str, path: str) -> bool:
        """Count a call when it matches, and tell whether it is hit."""
        if (self.method and self.method != method) or not re.search(self.path, path):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


class Faults:
    """The planned faults of one sandbox."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []
        # Cursors that stand for another one, so that an empty page with a next link loses nothing.
        self._aliases: dict[str, str | None] = {}
        # By the path of a list: the cursor that was given first, and the items of the page before.
        self._first_cursors: dict[str, str] = {}
        self._last_items: dict[str, list[Any]] = {}

    def add(
        self,
        kind: str,
        path: str = "",
        nth: int = 1,
        times: int | None = 1,
        method: str | None = None,
        **options: Any,
    ) -> Fault:
        """Plan a fault; see :class:`Fault` for the parameters.

        :raise ValueError: for an unknown kind
        """
        if kind not in KINDS:
            raise ValueError(f"unknown fault {kind!r}; known: {', '.join(KINDS)}")
        re.compile(path)
        fault = Fault(kind, path, nth, times, method, options)
        self.planned.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all planned faults."""
        self.planned.clear()
        self._first_cursors.clear()
        self._last_items.clear()

    def hitting(self, method: str, path: str) -> dict[str, Fault]:
        """Count one call and return the faults that hit it, by kind."""
        return {fault.kind: fault for fault in self.planned if fault.hits(method, path)}

    def alias(self, cursor: str | None) -> str:
        """Return a new cursor for the position of another (None = the start)."""
        name = str(uuid.uuid4())
        self._aliases[name] = self.resolve(cursor)
        return name

    def resolve(self, cursor: str | None) -> str | None:
        """Return what a cursor stands for."""
        return self._aliases.get(cursor, cursor) if cursor is not None else None

    def twist(
        self, document: dict[str, Any], faults: dict[str, Fault], path: str, link: Callable[[str], str]
    ) -> dict[str, Any]:
        """Lead a page back to where the reader was, as ``circular_next`` and ``repeated_page`` ask.

        :param path: of the list
        :param link: gives the address of the page after a cursor
        """
        paging = document["meta"]["paging"]
        following = paging.get("after")
        first = self._first_cursors.setdefault(path, following) if following else self._first_cursors.get(path)
        circle = faults.get("circular_next")
        if circle and first and (circle.seen - circle.nth) % circle.options.get("length", 1) == 0:
            paging["after"], document["links"]["next"] = first, link(first)
        if "repeated_page" in faults:
            document["data"] = self._last_items.get(path, document["data"])
        self._last_items[path] = document["data"]
        return document


def distortion(faults: dict[str, Fault]) -> Distortion:
    """Return what the faults of a call do to its page."""
    return Distortion(
        shorten="truncated_page" in faults,
        repeat="duplicate_across_pages" in faults,
        empty="empty_page_with_next" in faults,
        forgotten="unknown_cursor" in faults,
        endless="endless_pages" in faults,
        new_ids="endless_pages" in faults and bool(faults["endless_pages"].options.get("new_ids")),
    )


def never_rest(document: Any, faults: dict[str, Fault]) -> None:
    """Show what never comes to rest, as ``moving_synchronized_at`` and ``unfinished_synchronization`` ask."""
    data = document.get("data") if isinstance(document, dict) else None
    resources = [item for item in (data if isinstance(data, list) else [data]) if isinstance(item, dict)]
    for item in resources:
        if "moving_synchronized_at" in faults and item["type"] == "account" and item["meta"]["synchronizedAt"]:
            moment = datetime.fromisoformat(item["meta"]["synchronizedAt"].replace("Z", "+00:00"))
            moment += timedelta(seconds=faults["moving_synchronized_at"].seen)
            item["meta"]["synchronizedAt"] = milliseconds(moment)
        if "unfinished_synchronization" in faults and item["type"] == "synchronization":
            item["attributes"] |= {"status": faults["unfinished_synchronization"].options.get("status", "running")}


def bend_next_link(document: Any, faults: dict[str, Fault], base: str) -> None:
    """Point the next link of a page to another host, as ``foreign_next_link`` and ``sister_next_link`` ask."""
    links = document.get("links") if isinstance(document, dict) else None
    if not links or "next" not in links:
        return
    path = links["next"][len(base) :]
    if "sister_next_link" in faults:
        # The vendor's two hosts serve the same resources; only the partner host has a prefix.
        host = faults["sister_next_link"].options.get("host", "api.ibanity.com")
        links["next"] = f"https://{host}{'/ponto-connect' if host == 'api.ibanity.com' else ''}{path}"
    if "foreign_next_link" in faults:
        links["next"] = f"https://{faults['foreign_next_link'].options.get('host', 'ponto.example.net')}{path}"
