"""Copies of the tree under the addon's own name, for tools that take the folder's name for the module's."""

import shutil
import subprocess
from pathlib import Path

from . import places

DEVELOPMENT = (  # what a user of the addon does not need: these stay out of the wheel
    ".ci",
    ".gitignore",
    ".pylintrc",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "dev",
    "doc",
    "findings",
    "payment_references/ruff.toml",
    "ponto_client/ruff.toml",
    "sandbox",
    "statement_files/ruff.toml",
    "static/tests",
    "tests",
    "tools",
)


def sources() -> list[Path]:
    """Return the tree's files that git knows or would accept, relative to the tree, without links."""
    command = ["git", "-c", f"safe.directory={places.TREE}", "-C", str(places.TREE)]
    command += ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [Path(name) for name in sorted(set(listed)) if name]
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive instead of a clone
        found = (path.relative_to(places.TREE) for path in sorted(places.TREE.rglob("*")))
        paths = [path for path in found if not {".git", "__pycache__", "build", "dist"} & set(path.parts)]
    return [path for path in paths if (places.TREE / path).is_file() and not (places.TREE / path).is_symlink()]


def export(parent: Path, *, without: tuple[str, ...] = ()) -> Path:
    """Copy the tree to a folder that carries the addon's name.

    :param parent: existing folder to make it in
    :param without: paths, relative to the tree, that are left out
    :return: the copy
    """
    target = parent / places.ADDON
    left_out = [Path(part).parts for part in without]
    for path in sources():
        if any(path.parts[: len(parts)] == parts for parts in left_out):
            continue
        copy = target / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(places.TREE / path, copy)
    return target
