"""Where things lie: the tree, the cache folder, and what belongs to one tree inside the cache."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .output import Failure, say

ADDON = "account_online_ponto"
CACHE_TAG = "CACHEDIR.TAG"
CACHE_TAG_TEXT = """Signature: 8a477f597d28d172789f06886806bc55
# Made by ./dev of account_online_ponto; ./dev clean deletes this folder.
"""
TREE = Path(__file__).resolve().parent.parent


def cache() -> Path:
    """Return the one folder that holds everything ./dev makes, creating it when needed.

    It carries the tag by which backup programs know a cache. A folder with other people's files is refused: `clean`
    would delete them.
    """
    chosen = os.environ.get("ACCOUNT_ONLINE_PONTO_HOME")
    if chosen:
        folder = Path(chosen).expanduser().absolute()
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        folder = Path(base).expanduser().absolute() / ADDON
    if folder == TREE or TREE in folder.parents:
        raise Failure(
            f"The cache folder {folder} lies inside the source tree: choose another ACCOUNT_ONLINE_PONTO_HOME."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"The cache folder {folder} cannot be created: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"The cache folder {folder} cannot be written to.")
    tag = folder / CACHE_TAG
    if not tag.exists():
        if any(folder.iterdir()):
            raise Failure(f"The folder {folder} holds other files: choose an empty one as the cache folder.")
        tag.write_text(CACHE_TAG_TEXT)
    return folder


def short_hash(text: str) -> str:
    """Return eight letters and digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def tree_key() -> str:
    """Return the name of this tree inside the shared cache: clones of the repository share no database."""
    return short_hash(str(TREE))


def addons_folder() -> Path:
    """Return the folder outside the tree in which a link carries the addon's name, making both."""
    folder = cache() / "trees" / tree_key() / "addons"
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / ADDON
    if not link.is_symlink() or Path(os.readlink(link)) != TREE:
        temporary = folder / f".link-{os.getpid()}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(TREE)
        temporary.replace(link)
    return folder


def addon_link() -> Path:
    """Return the path of the addon under its own name."""
    return addons_folder() / ADDON


@contextlib.contextmanager
def lock(name: str) -> Iterator[None]:
    """Hold an exclusive lock of the cache; another ./dev waits, a killed one lets go by itself.

    :param name: what is locked, a file name
    """
    with open(cache() / f"{name}.lock", "a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"    waiting for another ./dev (lock: {name})")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def try_lock(path: Path) -> object | None:
    """Lock a file if nobody else holds it.

    :return: an object that holds the lock until it is closed, or None
    """
    handle = open(path, "a")  # noqa: SIM115 - stays open as long as the lock is wanted
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


def fresh_folder(parent: Path, prefix: str) -> Path:
    """Return a new folder for work in progress; what interrupted runs left under the same prefix is deleted.

    The name is new each time, so an orphan of such a run cannot write into it. Call it with a lock held.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for leftover in parent.glob(f"{prefix}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    folder.chmod(0o755)
    return folder


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, in one step."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    with open(descriptor, "w", encoding="utf-8") as handle:  # mkstemp gives mode 0600
        handle.write(text)
    os.replace(temporary, path)


def free_port() -> int:
    """Return a TCP port of the loopback address that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
