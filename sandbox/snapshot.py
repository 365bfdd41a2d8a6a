"""What a bank and its server hold at a moment, to be put back later: for tests that begin where others began."""

from __future__ import annotations

import unittest
from collections import deque
from collections.abc import Iterator
from typing import Any

from .web import ServerThread

PACKAGE = __name__.rpartition(".")[0]
# Threads and sockets live on; a test is no part of what it begins with.
LEFT_ALONE = (ServerThread, unittest.TestCase)


class Snapshot:
    """The state of everything mutable that can be reached from a record, a list or a dictionary.

    Objects keep their identity: whoever holds one sees its state of then after ``restore``. Only what must not change,
    such as texts, days and tokens, is shared with the moment of the snapshot.

    :param root: where to begin
    :param packages: packages whose objects are records too, besides the sandbox's own
    """

    def __init__(self, root: Any, *packages: str) -> None:
        self._packages = tuple(f"{name}." for name in (PACKAGE, *packages))
        self._states: dict[int, tuple[Any, Any]] = {}
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            thing = waiting.pop()
            if id(thing) in seen:
                continue
            seen.add(id(thing))
            for content in self._contents(thing):
                self._states[id(thing)] = (thing, content)
                waiting += [*content, *content.values()] if isinstance(content, dict) else content
            if isinstance(thing, (tuple, frozenset)):
                waiting += thing

    def _contents(self, thing: Any) -> Iterator[Any]:
        """Yield a copy of what an object holds, when that may change."""
        if isinstance(thing, (dict, list, set, deque)):
            yield thing.copy() if type(thing) in (dict, list, set, deque) else _plain(thing)
        elif self._is_record(thing):
            yield dict(vars(thing))

    def _is_record(self, thing: Any) -> bool:
        module = f"{type(thing).__module__}."
        return module.startswith(self._packages) and hasattr(thing, "__dict__") and not isinstance(thing, LEFT_ALONE)

    def restore(self) -> None:
        """Put everything back; nobody may use it meanwhile."""
        for thing, content in self._states.values():
            if isinstance(thing, (dict, set)):
                thing.clear()
                thing.update(content)
            elif isinstance(thing, (list, deque)):
                thing.clear()
                thing.extend(content)
            else:
                vars(thing).clear()
                vars(thing).update(content)


def _plain(thing: Any) -> Any:
    """Copy the content of a dictionary, list or set of a kind of its own."""
    kinds = (dict, list, set, deque)
    return next(kind(thing) for kind in kinds if isinstance(thing, kind))
