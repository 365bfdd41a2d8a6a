"""Programs that only the machine's package manager can install: PostgreSQL, Chromium, python3-venv."""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import places, process
from .output import Failure, step

CREATECLUSTER = Path("/etc/postgresql-common/createcluster.conf")
MINIMUM_POSTGRESQL = 13
LOCK_SECONDS = 300  # another apt-get may be at work, also one that a killed run has left behind
PATIENCE = "Packages are being installed, which must not stop half way: ./dev ends right after it."
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def postgresql_bin() -> Path | None:
    """Return the folder with initdb and pg_ctl of the newest installed PostgreSQL server, or None."""
    folders = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    found = shutil.which("initdb")
    if found:
        folders.append(Path(os.path.realpath(found)).parent)
    usable = [folder for folder in folders if (folder / "psql").exists()]
    versions = [(major_version(folder), folder) for folder in usable]
    return max((pair for pair in versions if pair[0] >= MINIMUM_POSTGRESQL), default=(0, None))[1]


def major_version(folder: Path) -> int:
    """Return the major version of the PostgreSQL server in a folder, 0 when it cannot be started."""
    with contextlib.suppress(OSError):
        command = [folder / "postgres", "--version"]
        printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        match = re.search(r"(\d+)", printed)
        return int(match[1]) if match else 0
    return 0


def browser() -> str | None:
    """Return the path of a Chromium that Odoo's browser tests will find, or None."""
    return next((path for path in map(shutil.which, BROWSERS) if path), None)


def can_make_venv() -> bool:
    """Tell whether this Python has what ``python3 -m venv`` needs (bare Debian splits it off)."""
    return importlib.util.find_spec("ensurepip") is not None


def ensure(*, with_postgresql: bool = True, with_browser: bool = False) -> None:
    """Install the missing server packages as root; tell an ordinary user the command to run.

    :param with_postgresql: a database is needed
    :param with_browser: Chromium is needed too
    :raises Failure: when something is missing and this user cannot install it
    """
    missing = list(dict.fromkeys([*_half_installed(), *_missing(with_postgresql, with_browser)]))
    if not missing:
        return
    names = " ".join(missing)
    if not shutil.which("apt-get"):
        raise Failure(f"Install these with this machine's package manager, then run the command again: {names}.")
    if not process.is_root():
        raise Failure(
            "Server packages are missing. Run this once, then the command again:\n"
            f"    sudo apt-get update && sudo apt-get install --yes --no-install-recommends {names}"
        )
    with step(f"Installing server packages: {names}"):
        _install(missing)
    still = _missing(with_postgresql, with_browser)
    if still:
        raise Failure(f"apt-get installed without an error, but still missing: {' '.join(still)}.")


def _missing(with_postgresql: bool, with_browser: bool) -> list[str]:
    missing = []
    if with_postgresql and postgresql_bin() is None:
        missing.append("postgresql")
    if with_browser and browser() is None:
        missing.append("chromium")
    if not can_make_venv():
        if Path(sys.base_prefix) != Path("/usr"):
            raise Failure(f"The Python at {sys.executable} has no ensurepip: run ./dev with another Python 3.")
        missing.append("python3-venv")
    return missing


def _note() -> Path:
    """Return the file that names the packages whose installation has begun and not ended."""
    return places.cache() / "packages-being-installed"


def _half_installed() -> list[str]:
    """Return the packages that an earlier run was installing when it was killed: their files may be there already."""
    if not process.is_root():
        return []
    with contextlib.suppress(FileNotFoundError):
        return _note().read_text().split()
    return []


def _install(names: list[str]) -> None:
    """Download, which may be interrupted, then install, which may not; what was interrupted all the same is mended."""
    env = process.plain_environment(DEBIAN_FRONTEND="noninteractive", LC_ALL="C.UTF-8")
    install = ["apt-get", "install", "--yes", "--no-install-recommends", "--fix-broken"]
    install += ["-o", f"DPkg::Lock::Timeout={LOCK_SECONDS}"]
    with process.unbroken(PATIENCE):
        process.output(["dpkg", "--configure", "-a"], env=env, failure="dpkg --configure -a failed")
    process.output(["apt-get", "update"], env=env, failure="apt-get update failed")
    process.output([*install, "--download-only", *names], env=env, failure=f"Downloading {' '.join(names)} failed")
    with process.unbroken(PATIENCE):
        _note().write_text(" ".join(names))
        if "postgresql" in names:
            # Debian starts a cluster "main" on port 5432 as soon as the server package arrives: switch that off first.
            process.output([*install, "postgresql-common"], env=env, failure="Installing postgresql-common failed")
            text = CREATECLUSTER.read_text() if CREATECLUSTER.exists() else ""
            if not re.search(r"^\s*create_main_cluster", text, re.MULTILINE):
                CREATECLUSTER.parent.mkdir(parents=True, exist_ok=True)
                CREATECLUSTER.write_text("create_main_cluster = false\n" + text)
        process.output([*install, *names], env=env, failure=f"Installing {' '.join(names)} failed")
        _note().unlink()
