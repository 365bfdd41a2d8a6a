"""What a kept sandbox knows and did, on disk: it comes back as the one that it was, also after it was killed."""

from __future__ import annotations

import os
import pickle
from pathlib import Path

from .bank import Bank


class Keeper:
    """Write a bank down whenever it has changed, before the answer that tells of the change goes out.

    Faults that were planned, and the list of calls, end with the process.

    :param bank: the bank with its clock, ids, integrations, tokens and company
    :param path: of the file, readable by its owner only: it holds the credentials
    """

    def __init__(self, bank: Bank, path: Path) -> None:
        self._bank = bank
        self._path = path
        self._seen = bank.synchronizer.changes
        self._write()

    def keep(self, method: str) -> None:
        """Write the bank down after a call, with its lock held, if the call or the time has changed it.

        :param method: of the call
        """
        changes = self._bank.synchronizer.changes
        if method not in ("GET", "HEAD") or changes != self._seen:
            self._seen = changes
            self._write()

    def _write(self) -> None:
        draft = self._path.with_name(f".{self._path.name}.new")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        with draft.open("wb") as handle:
            pickle.dump(self._bank, handle)
            handle.flush()
            os.fsync(handle.fileno())
        draft.replace(self._path)


def load(path: Path) -> Bank | None:
    """Return the bank that was written down, or None when there is none.

    :param path: of a file that a keeper of the same sources wrote; it is trusted like a program
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    bank: Bank = pickle.loads(content)  # noqa: S301 - the sandbox's own file, which only its owner can write
    bank.synchronizer.forget_steady_time()
    return bank
