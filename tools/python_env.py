"""Virtual environments in the cache, complete and pinned, rebuilt when what they depend on changes."""

import functools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from . import places, process
from .odoo_source import Odoo
from .output import Failure, step

HERE = Path(__file__).resolve().parent
SYSTEM_PYTHON = "/usr/bin/python3"
VERSIONS = ((3, 10), (3, 13))  # what Odoo 19 works with, first and last
PINNED = re.compile(r"^[\w.-]+==", re.MULTILINE)
DESCRIBE = """
import importlib.util, json, sys
usable = importlib.util.find_spec("ensurepip") is not None
print(json.dumps([list(sys.version_info[:2]), usable, sys.version, sys.base_prefix]))
"""


def for_odoo(odoo: Odoo) -> Path:
    """Return the Python that can import Odoo, its dependencies and the test tools.

    :param odoo: the Odoo to put on its path
    """
    return _ensure("odoo", HERE / "requirements.txt", odoo.site)


def for_lint() -> Path:
    """Return the Python with the linters."""
    return _ensure("lint", HERE / "requirements-lint.txt", None)


def other_addons(requirements: str, python: Path) -> Path:
    """Return a folder of other people's Odoo addons that a test works beside, installing it when it is missing.

    :param requirements: file of this folder that pins them
    :param python: a Python of the cache, for its pip
    """
    source = HERE / requirements
    folder = places.cache() / f"addons-{places.short_hash(source.read_text())}"
    with places.lock(folder.name):
        if not (folder / "complete").exists():
            with step(f"Installing the addons of {requirements} (pip)"):
                shutil.rmtree(folder, ignore_errors=True)
                _install(python, source, "--target", folder)
                (folder / "complete").write_text("installed\n")
    return folder / "odoo" / "addons"


@functools.cache
def _interpreter() -> tuple[str, str]:
    """Choose the Python to build on: the one that runs ./dev, or the system's when Odoo does not work with this one.

    :return: its path, and a text that changes with its version
    :raises Failure: when neither can be used
    """
    for path in (sys.executable, SYSTEM_PYTHON):
        try:
            printed = subprocess.run([path, "-I", "-c", DESCRIBE], capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError):
            continue
        version, usable, *identity = json.loads(printed)
        if usable and VERSIONS[0] <= tuple(version) <= VERSIONS[1]:
            return path, "\n".join(identity)
    raise Failure("Odoo 19 needs a Python from 3.10 to 3.13 with the module venv: run ./dev with such a Python.")


def _ensure(name: str, requirements: Path, site: Path | None) -> Path:
    base, identity = _interpreter()
    key = places.short_hash(f"{requirements.read_text()}\n{identity}\n{site}")
    folder = places.cache() / f"venv-{name}-{key}"
    python = folder / "bin" / "python"
    with places.lock(f"venv-{name}"):
        if not (folder / "complete").exists():
            wanted = len(PINNED.findall(requirements.read_text()))
            with step(f"Making the Python environment for {name} (pip)", lambda: _installed(folder, wanted)):
                shutil.rmtree(folder, ignore_errors=True)
                command = [base, "-m", "venv", folder]
                process.output(command, env=process.plain_environment(), failure="Making a virtual environment failed")
                _install(python, requirements)
                if site:
                    next(folder.glob("lib/python3*/site-packages")).joinpath("odoo.pth").write_text(f"{site}\n")
                (folder / "complete").write_text("installed\n")
    return python


def _installed(folder: Path, wanted: int) -> str:
    """Tell how many packages are in an environment; pip downloads them all before it installs the first."""
    count = len(list(folder.glob("lib/python3*/site-packages/*.dist-info")))
    return f"{min(count, wanted)} of about {wanted} packages installed"


def _install(python: Path, requirements: Path, *options: object) -> None:
    """Install exactly the pinned packages; the user's own pip settings (mirrors, certificates) apply."""
    command = [python, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps", "--disable-pip-version-check"]
    env = process.plain_environment()
    process.output([*command, *options, "--requirement", requirements], env=env, failure="pip install failed")
