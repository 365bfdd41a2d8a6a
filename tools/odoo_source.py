"""A real Odoo 19: an existing one named by ODOO_HOME, or Debian's package unpacked into the cache.

Debian's unstable suite ships Odoo 19 Community as ``odoo-19``. It is not installed (it wants unstable's Python) but
unpacked, with the JavaScript and font packages that it links to. Nothing here needs root.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from . import places, process
from .output import Failure, say, step

PACKAGE = "odoo-19"
SERIES = (19, 0)
SEEN = "19.0.0+dfsg-1"  # the version this project was built with ...
SEEN_SHA256 = "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf"  # ... and its checksum
LINKED_PACKAGES = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
# Listed in an asset bundle, but not free and thus not in Debian's package: its absence fails every browser test.
NOT_SHIPPED = Path("addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js")
DOWNLOAD_MB = 135
ADVICE = "Set ODOO_HOME to the folder of an existing Odoo 19 instead."


@dataclass(frozen=True)
class Odoo:
    """An Odoo that can be started: where it is and which version it is."""

    site: Path  # the folder to put on Python's path: it holds the package `odoo`
    addons: tuple[Path, ...]  # folders of addons besides the package's own
    key: str  # names databases and environments made for exactly this Odoo


def find() -> Odoo:
    """Return the Odoo to use, downloading and unpacking it first when needed.

    :raises Failure: when ODOO_HOME is wrong, or the machine has no way to get the package
    """
    home = os.environ.get("ODOO_HOME")
    if home:
        return _existing(Path(home).expanduser().absolute())
    folder = places.cache() / "odoo"
    with places.lock("odoo"):
        versions = sorted(path.parent for path in folder.glob("[!.]*/complete"))
        if not versions:
            versions = [_download_and_unpack(folder)]
    return _odoo(versions[-1] / "usr/lib/python3/dist-packages", ())


def _existing(home: Path) -> Odoo:
    itself = [home.parent] if home.name == "odoo" and (home / "release.py").exists() else []
    for site in (*itself, home, home / "usr/lib/python3/dist-packages", home / "lib/python3/dist-packages"):
        if (site / "odoo" / "release.py").exists():
            own = site / "addons"
            return _odoo(site, (own,) if (own / "account" / "__manifest__.py").exists() else ())
    raise Failure(
        f"ODOO_HOME={home} holds no Odoo: it must be a checkout, the Python package `odoo`, or the folder that holds it."
    )


def _odoo(site: Path, addons: tuple[Path, ...]) -> Odoo:
    release = (site / "odoo" / "release.py").read_text()
    match = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", release, re.MULTILINE)
    if not match or (int(match[1]), int(match[2])) != SERIES:
        raise Failure(f"The Odoo in {site} is not version 19.0, which this addon needs.")
    return Odoo(site, addons, places.short_hash(f"{site}\n{release}\n{_revision(site)}"))


def _revision(site: Path) -> str:
    """Return what tells a state of a checkout from another: its commit, or without git when it last changed."""
    if not (site / ".git").exists():
        return ""
    if not shutil.which("git"):
        return str((site / ".git").stat().st_mtime_ns)
    command = ["git", "-c", f"safe.directory={site}", "-C", site, "rev-parse", "HEAD"]
    return process.output(command, failure="Reading Odoo's revision failed")


def _download_and_unpack(folder: Path) -> Path:
    """Make ``folder/<version>``; its file ``complete`` is written last."""
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        raise Failure(f"This is no Debian: Odoo 19 comes from a Debian package. {ADVICE}")
    debs = _download()
    odoo_deb = next(path for path in debs if path.name.startswith(f"{PACKAGE}_"))
    target = folder / odoo_deb.name.split("_")[1]
    with step(f"Unpacking Odoo {target.name}"):
        shutil.rmtree(target, ignore_errors=True)
        unpacking = places.fresh_folder(folder, ".unpacking-")
        for deb in debs:
            process.output(["dpkg", "-x", deb, unpacking], failure=f"Unpacking {deb.name} failed")
        _repair(unpacking)
        (unpacking / "complete").write_text("unpacked\n")
        unpacking.rename(target)
    return target


def _repair(prefix: Path) -> None:
    """Put a file where Debian's package leaves a hole, and check the links into the other packages."""
    package = prefix / "usr/lib/python3/dist-packages/odoo"
    missing = package / NOT_SHIPPED
    if not missing.exists():
        missing.parent.mkdir(parents=True, exist_ok=True)
        missing.write_text("// Not shipped by Debian: background blur in video calls is not available here.\n")
    for path in package.rglob("*"):
        if path.is_symlink() and not path.exists():
            if path.suffix == ".js":
                raise Failure(
                    f"The link {path.relative_to(prefix)} leads nowhere: the web client cannot work. {ADVICE}"
                )
            say(f"    warning: {path.name} is missing (a font; screens may look different)")


def _download() -> list[Path]:
    """Download Odoo and the packages it links to into the cache, or find them there."""
    downloads = places.cache() / "downloads"
    downloads.mkdir(exist_ok=True)
    names = (PACKAGE, *LINKED_PACKAGES)
    found = {name: sorted(downloads.glob(f"{name}_*.deb")) for name in names}
    if not all(found.values()):
        title = f"Downloading {PACKAGE} and {len(LINKED_PACKAGES)} small packages (about {DOWNLOAD_MB} MB)"
        with step(title, lambda: f"{_megabytes(places.cache())} of about {DOWNLOAD_MB} MB"):
            _download_with_apt(downloads)
        found = {name: sorted(downloads.glob(f"{name}_*.deb")) for name in names}
    _check_version(found[PACKAGE][-1])
    return [paths[-1] for paths in found.values()]


def _megabytes(cache: Path) -> int:
    """Return how much apt has downloaded, lists of packages not counted."""
    sizes = []
    for pattern in ("apt-*/debs/**/*", "apt-*/cache/archives/**/*"):
        for path in cache.glob(pattern):
            with contextlib.suppress(OSError):  # it has just got its final name
                sizes.append(path.stat().st_size if path.is_file() else 0)
    return sum(sizes) // 1_000_000


def _check_version(deb: Path) -> None:
    """Refuse another file under the known version; accept a newer 19.0 with a warning."""
    version = deb.name.split("_")[1]
    digest = hashlib.sha256()
    with open(deb, "rb") as handle:
        while chunk := handle.read(1 << 20):
            digest.update(chunk)
    if version == SEEN and digest.hexdigest() != SEEN_SHA256:
        deb.unlink()
        raise Failure(f"{deb.name} does not have the known checksum; it was deleted. Run the command again.")
    if version != SEEN:
        say(f"    warning: Debian has {PACKAGE} {version} now; this project was built with {SEEN}")


def _download_with_apt(downloads: Path) -> None:
    """Let apt download with a private sources list and private state: no root, no change to the machine.

    The mirrors are those the machine itself is set up with.
    """
    private = places.fresh_folder(places.cache(), "apt-")
    for folder in ("lists/partial", "cache/archives/partial", "debs"):
        (private / folder).mkdir(parents=True)
    suite, problem = _own_suite(), ""
    for mirror in _mirrors():
        _write_sources(private, mirror, ("unstable", suite) if suite else ("unstable",))
        problem = _fetch(private, suite)
        if not problem:
            for deb in (private / "debs").glob("*.deb"):
                deb.replace(downloads / deb.name)
            shutil.rmtree(private, ignore_errors=True)
            return
    raise Failure(f"The package {PACKAGE} cannot be downloaded from this machine's mirrors. {ADVICE}\n{problem}")


def _mirrors() -> list[str]:
    """Return the repositories that this machine's apt is set up with, also while it has no list of packages yet.

    :raises Failure: when there is none
    """
    printed = process.output(["apt-get", "update", "--print-uris"], failure="Reading apt's sources failed")
    found = dict.fromkeys(re.findall(r"^'(\S+?/)dists/", printed, re.MULTILINE))
    mirrors = [uri for uri in found if "security" not in uri]
    if not mirrors:
        raise Failure(
            "apt has no sources on this machine: enter a mirror of Debian in /etc/apt/sources.list, "
            f"then run the command again. {ADVICE}"
        )
    return mirrors


def _own_suite() -> str | None:
    """Return the code name of this Debian, whose fonts have the file names that Odoo links to."""
    match = re.search(r"^VERSION_CODENAME=\"?([a-z]+)", Path("/etc/os-release").read_text(), re.MULTILINE)
    return match[1] if match and match[1] != "sid" else None


def _write_sources(private: Path, mirror: str, suites: tuple[str, ...]) -> None:
    keyrings = [Path("/usr/share/keyrings/debian-archive-keyring" + end) for end in (".gpg", ".pgp")]
    signed = next((f"[signed-by={path}] " for path in keyrings if path.exists()), "")
    lines = [f"deb {signed}{mirror} {suite} main\n" for suite in suites]
    (private / "sources.list").write_text("".join(lines))


def _fetch(private: Path, suite: str | None) -> str:
    """Update the private package lists and download; return what went wrong, or nothing."""
    settings = {
        "Dir::Etc::SourceList": private / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": private / "lists",
        "Dir::Cache": private / "cache",
        "APT::Sandbox::User": "",  # as root, _apt could not write into the cache
    }
    if suite:
        settings["APT::Default-Release"] = suite  # what it lacks comes from unstable
    options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    for arguments in (["update"], ["download", PACKAGE, *LINKED_PACKAGES]):
        try:
            command = ["apt-get", *options, *arguments]
            process.output(command, cwd=private / "debs", failure=f"apt-get {arguments[0]} failed")
        except Failure as failure:
            return str(failure)
    return ""


def version_of(python: Path, odoo: Odoo) -> str:
    """Return Odoo's full version text, which also shows that the environment can import it."""
    code = "import odoo.release; print(odoo.release.version)"
    env = process.plain_environment()
    return subprocess.run([python, "-c", code], env=env, cwd=odoo.site, capture_output=True, text=True).stdout.strip()
