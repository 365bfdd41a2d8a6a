"""Faults on demand: what a network, an edge server or a bad page can do to a client, at the n-th matching call."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

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
    :param times: how many matching calls in a row it hits
    :param options: ``status``, ``body``, ``retry_after`` (s), ``seconds``, ``after_bytes``, ``host``
    """

    kind: str
    path: str = ""
    nth: int = 1
    times: int = 1
    method: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    seen: int = 0

    def hits(self, method: str, path: str) -> bool:
        """Count a call when it matches, and tell whether it is hit."""
        if (self.method and self.method != method) or not re.search(self.path, path):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times


class Faults:
    """The planned faults of one sandbox."""

    def __init__(self) -> None:
        self.planned: list[Fault] = []
        # Cursors that stand for another one, so that an empty page with a next link loses nothing.
        self._aliases: dict[str, str | None] = {}

    def add(
        self, kind: str, path: str = "", nth: int = 1, times: int = 1, method: str | None = None, **options: Any
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


def distortion(faults: dict[str, Fault]) -> Distortion:
    """Return what the faults of a call do to its page."""
    return Distortion(
        shorten="truncated_page" in faults,
        repeat="duplicate_across_pages" in faults,
        empty="empty_page_with_next" in faults,
        forgotten="unknown_cursor" in faults,
    )


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
