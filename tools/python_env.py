"""Virtual environments in the cache, complete and pinned, rebuilt when what they depend on changes."""

import shutil
import sys
import venv
from pathlib import Path

from . import places, process
from .odoo_source import Odoo
from .output import step

HERE = Path(__file__).resolve().parent


def for_odoo(odoo: Odoo) -> Path:
    """Return the Python that can import Odoo, its dependencies and the test tools.

    :param odoo: the Odoo to put on its path
    """
    return _ensure("odoo", HERE / "requirements.txt", odoo.site)


def for_lint() -> Path:
    """Return the Python with the linters."""
    return _ensure("lint", HERE / "requirements-lint.txt", None)


def _ensure(name: str, requirements: Path, site: Path | None) -> Path:
    key = places.short_hash(f"{requirements.read_text()}\n{sys.version}\n{sys.base_prefix}\n{site}")
    folder = places.cache() / f"venv-{name}-{key}"
    python = folder / "bin" / "python"
    with places.lock(f"venv-{name}"):
        if not (folder / "complete").exists():
            with step(f"Making the Python environment for {name} (pip)"):
                shutil.rmtree(folder, ignore_errors=True)
                venv.create(folder, with_pip=True, symlinks=True)
                _install(python, requirements)
                if site:
                    next(folder.glob("lib/python3*/site-packages")).joinpath("odoo.pth").write_text(f"{site}\n")
                (folder / "complete").write_text("installed\n")
    return python


def _install(python: Path, requirements: Path) -> None:
    """Install exactly the pinned packages; the user's own pip settings (mirrors, certificates) apply."""
    command = [python, "-m", "pip", "install", "--quiet", "--no-input", "--no-deps", "--disable-pip-version-check"]
    env = process.plain_environment()
    process.output([*command, "--requirement", requirements], env=env, failure="pip install failed")
