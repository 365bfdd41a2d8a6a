"""Databases: templates that are built once, and the clones that runs work on.

``base``    Odoo with Belgian accounting, one per Odoo version, shared by all trees.
``addon``   a clone of it with this tree's addon, rebuilt when the addon's sources changed.
``tests``   a clone of that with the companies and users that tests begin with, rebuilt when their file changed too.
clones      of the last two: one for each test run, and those that a person keeps (shell, demo).

A template is built under a temporary name and renamed when it is complete. The database's comment holds the
fingerprint of the sources that it was made with.
"""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from . import places
from .cluster import Cluster
from .odoo_run import Runner
from .output import Failure, step

BASE_MODULES = "account,l10n_be"
ALLOWED_HOSTS = "127.0.0.1,localhost"
SOURCES = (
    "data",
    "security",
    "views",
    "models",
    "wizards",
    "controllers",
    "ponto_client",
    "statement_files",
    "payment_references",
    "i18n",
    "report",
    "static/src",
)
TEST_BOOKS = places.TREE / "tests" / "books.py"
WITH_ASSETS = " with assets"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,50}")


def fingerprint() -> str:
    """Return a text that changes whenever a source that Odoo loads into a database changes."""
    digest = hashlib.sha256()
    files = [path for path in places.TREE.glob("*.py") if path.is_file()]
    for folder in SOURCES:
        files += [path for path in (places.TREE / folder).rglob("*") if path.is_file()]
    for path in sorted(files):
        hidden = any(part.startswith(".") for part in path.relative_to(places.TREE).parts)  # what linters leave behind
        if path.suffix not in (".pyc", ".md", ".rst", ".toml") and not hidden:
            digest.update(f"{path.relative_to(places.TREE)}\0".encode())
            with suppress(FileNotFoundError):  # an editor just replaced it
                digest.update(path.read_bytes())
    return digest.hexdigest()


class Databases:
    """The databases of this tree on the private cluster."""

    def __init__(self, cluster: Cluster, runner: Runner) -> None:
        self.cluster = cluster
        self.runner = runner
        self.base = f"ponto_base_{runner.odoo.key}_{places.short_hash(BASE_MODULES + BELGIAN_ACCOUNTING)}"
        self.addon = f"ponto_addon_{places.tree_key()}_{places.short_hash(self.base)}"
        self.tests = f"ponto_tests_{places.tree_key()}_{places.short_hash(self.base)}"
        self.prefix = f"ponto_run_{places.tree_key()}_"

    def exists(self, name: str) -> bool:
        """Tell whether a database of that name exists."""
        return self.cluster.psql(f"SELECT 1 FROM pg_database WHERE datname = {literal(name)}") == "1"

    def comment(self, name: str) -> str:
        """Return the note that ./dev left on a database, or nothing."""
        sql = f"SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = {literal(name)}"
        return self.cluster.psql(sql)

    def drop(self, name: str) -> None:
        """Delete a database with its files, whoever is connected to it."""
        self.cluster.psql(f"DROP DATABASE IF EXISTS {identifier(name)} WITH (FORCE)")
        shutil.rmtree(self._filestore(name), ignore_errors=True)

    def clone(self, source: str, target: str) -> None:
        """Copy a database and its files; an older target is replaced."""
        self.drop(target)
        sql = f"CREATE DATABASE {identifier(target)} TEMPLATE {identifier(source)}"
        self.cluster.psql(sql)
        if self._filestore(source).exists():
            # Files are named after their content and never changed: links are as good as copies.
            shutil.copytree(self._filestore(source), self._filestore(target), copy_function=os.link, dirs_exist_ok=True)

    def rename(self, source: str, target: str) -> None:
        """Give a finished database its final name, replacing an older one."""
        self.drop(target)
        if self._filestore(source).exists():
            self._filestore(source).rename(self._filestore(target))
        self.cluster.psql(f"ALTER DATABASE {identifier(source)} RENAME TO {identifier(target)}")

    def ensure_base(self) -> str:
        """Return the template with Belgian accounting, building it first when it is missing."""
        with places.lock(self.base):
            if not self.exists(self.base):
                with step(f"Building the database template with {BASE_MODULES} (about 40 s)"):
                    building = f"{self.base}_building"
                    self.drop(building)
                    self.runner.odoo_quiet(building, "--init", BASE_MODULES)
                    self.runner.script(building, BELGIAN_ACCOUNTING)
                    self.rename(building, self.base)
        return self.base

    def ensure_addon(self) -> str:
        """Return the template with the addon as the sources are now. Call it with the tree's lock held."""
        current = fingerprint()
        if not (places.TREE / "__manifest__.py").exists():
            raise Failure("This tree has no __manifest__.py yet: there is no addon to install.")
        if self.exists(self.addon) and self.comment(self.addon) == current:
            return self.addon
        self.ensure_base()
        with step(f"Building the database template with {places.ADDON}"):
            building = f"{self.addon}_building"
            self.clone(self.base, building)
            self.runner.odoo_quiet(building, "--init", places.ADDON)
            self.runner.script(building, FINISH_TEMPLATE)
            self.set_comment(building, current)
            self.rename(building, self.addon)
        return self.addon

    def _ensure_tests(self) -> str:
        """Return the template with what tests begin with. Call it with the lock of that template held."""
        with places.lock(self.addon):
            addon = self.ensure_addon()
            books = TEST_BOOKS.read_text()
            current = places.short_hash(fingerprint() + books + NO_AUTOVACUUM)
            if self.exists(self.tests) and self.comment(self.tests).startswith(current):
                return self.tests
            building = f"{self.tests}_building"
            self.clone(addon, building)
        with step("Building the database template of the tests"):
            self.keep_statistics(building)
            self.runner.script(building, f"{books}\nbuild(env)\nenv.cr.commit()\n")
            self.set_comment(building, current)
            self.rename(building, self.tests)
        return self.tests

    def ensure_assets(self) -> None:
        """Let the template of the tests hold what browsers load, or every single browser test makes it again."""
        with places.lock(self.tests):
            name = self._ensure_tests()
            if not self.comment(name).endswith(WITH_ASSETS):
                with step("Building what browsers load"):
                    self.runner.script(name, ASSETS)
                    self.set_comment(name, self.comment(name) + WITH_ASSETS)

    def set_comment(self, name: str, text: str) -> None:
        """Leave a note on a database."""
        self.cluster.psql(f"COMMENT ON DATABASE {identifier(name)} IS {literal(text)}")

    @contextmanager
    def throw_away(self, *, with_addon: bool = True, for_tests: bool = False) -> Iterator[str]:
        """Give a clone of a template that only this run uses and that is dropped at the end.

        :param with_addon: of the template with the addon, else of the one with Belgian accounting only
        :param for_tests: of the template of the tests
        """
        runs = places.cache() / "runs"
        runs.mkdir(exist_ok=True)
        with places.lock(self.tests if for_tests else self.addon):
            self._drop_stale(runs)
            if for_tests:
                template = self._ensure_tests()
            elif with_addon:
                template = self.ensure_addon()
            else:
                template = self.ensure_base()
            name = f"{self.prefix}{os.getpid()}_{os.urandom(2).hex()}"
            held = places.try_lock(runs / name)
            with step(f"Cloning the template to {name}"):
                self.clone(template, name)
        try:
            yield name
        finally:
            self.drop(name)
            (runs / name).unlink(missing_ok=True)
            held.close()

    def keep_statistics(self, name: str) -> None:
        """Keep autovacuum away from a database whose tests take all their rows back.

        It would find the tables empty and note so, and the planner believes that note while a test fills them: one
        query of 400 payments then takes minutes instead of milliseconds.
        """
        self.cluster.psql(NO_AUTOVACUUM, name)

    def _drop_stale(self, runs: Path) -> None:
        """Drop clones whose run is gone: its lock file is free or missing. Its workers have clones of their own."""
        pattern = literal(self.prefix.replace("_", "\\_") + "%")
        for name in self.cluster.psql(f"SELECT datname FROM pg_database WHERE datname LIKE {pattern}").split():
            run = name.partition("-")[0]
            held = places.try_lock(runs / run)
            if held:
                self.drop(name)
                (runs / run).unlink(missing_ok=True)
                held.close()

    def ensure_kept(self, name: str) -> str:
        """Return a database that a person keeps: made when missing, updated when the sources changed."""
        if not NAME.fullmatch(name):
            raise Failure(f"{name!r} is no usable database name: letters, digits, `_`, `-` and `.` are.")
        current = fingerprint()
        with places.lock(self.addon):
            if not self.exists(name):
                template = self.ensure_addon()
                building = f"{name}_building"
                with step(f"Making the database {name}"):
                    self.clone(template, building)
                    self.set_comment(building, current)
                    self.rename(building, name)
            elif self.comment(name) != current:
                with step(f"Updating the addon in the database {name}"):
                    self.runner.odoo_quiet(name, "--update", places.ADDON)
                    self.set_comment(name, current)
        return name

    def make_fresh(self, name: str) -> None:
        """Make a kept database anew, one that waits for the disk at each commit; it is not finished yet."""
        with places.lock(self.addon):
            template = self.ensure_addon()
            self.clone(template, name)
            self.cluster.psql(f"ALTER DATABASE {identifier(name)} SET synchronous_commit = on")

    def finish(self, name: str) -> None:
        """Note on a fresh database that it is complete."""
        self.set_comment(name, fingerprint())

    def is_finished(self, name: str) -> bool:
        """Tell whether a kept database exists and was completed."""
        return self.exists(name) and bool(self.comment(name))

    def _filestore(self, name: str) -> Path:
        return self.runner.data_folder / "filestore" / name


BELGIAN_ACCOUNTING = """
company = env.company
if company.chart_template != "be_comp":
    company.country_id = env.ref("base.be")
    env["account.chart.template"].try_loading("be_comp", company=company, install_demo=False)
assert company.chart_template == "be_comp" and company.currency_id.name == "EUR"
env["ir.qweb"]._pregenerate_assets_bundles()  # saves the first browser some 15 s in every clone
env.cr.commit()
"""

# What a browser loads differs from the base by the addon's own scripts and styles.
ASSETS = """
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
"""

NO_AUTOVACUUM = """
DO $$
DECLARE
    name regclass;
BEGIN
    FOR name IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', name);
    END LOOP;
END $$
"""

FINISH_TEMPLATE = f"""
env["ir.config_parameter"].set_param("account_online_ponto.allowed_hosts", "{ALLOWED_HOSTS}")
env.cr.commit()
"""


def literal(text: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def identifier(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'
