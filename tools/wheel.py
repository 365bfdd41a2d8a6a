"""``./dev wheel``: the addon as a Python package, without anything that only developers need."""

import shutil
import tempfile
import zipfile
from pathlib import Path

from . import export, odoo_source, places, process, python_env, server_packages
from .output import Failure, step


def build(folder: str | None) -> Path:
    """Build the wheel from a filtered copy of the tree, which whool takes as it is.

    :param folder: where to put it; ``dist`` in the cache when left out
    :return: the wheel
    :raises Failure: when it cannot be built, or holds a file that only developers need
    """
    if not (places.TREE / "__manifest__.py").exists():
        raise Failure("This tree has no __manifest__.py yet: there is no addon to package.")
    server_packages.ensure(with_postgresql=False)
    target = Path(folder).expanduser().absolute() if folder else places.cache() / "dist"
    target.mkdir(parents=True, exist_ok=True)
    python = python_env.for_odoo(odoo_source.find())
    with step("Building the wheel"), tempfile.TemporaryDirectory(prefix="ponto-") as temporary:
        copy = export.export(Path(temporary), without=export.DEVELOPMENT)
        built = Path(temporary) / "built"
        command = [python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        command += ["--disable-pip-version-check", "--wheel-dir", built, copy]
        # The version is the manifest's: whool would ask git how many commits came after it, where the copy is no clone.
        env = process.plain_environment(WHOOL_POST_VERSION_STRATEGY_OVERRIDE="none")
        process.output(command, env=env, cwd=temporary, failure="Building the wheel failed")
        wheel = next(built.glob("*.whl"))
        _check(wheel)
        return Path(shutil.copy(wheel, target))


def _check(wheel: Path) -> None:
    prefix = f"odoo/addons/{places.ADDON}/"
    with zipfile.ZipFile(wheel) as archive:
        names = [name.removeprefix(prefix) for name in archive.namelist() if name.startswith(prefix)]
    unwanted = [name for name in names if any((name + "/").startswith(part + "/") for part in export.DEVELOPMENT)]
    if unwanted:
        raise Failure(f"The wheel holds development files: {', '.join(unwanted[:5])}.")
    if "__manifest__.py" not in names:
        raise Failure(f"The wheel holds no addon: {wheel.name} has {len(names)} files of it.")
