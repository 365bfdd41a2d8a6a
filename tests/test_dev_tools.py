"""What ./dev meets on other people's machines, tried with programs that stand where theirs would."""

import os
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from unittest.mock import patch

from odoo.tests import BaseCase, tagged

from ..tools import cli, demo, lint, odoo_source, process, sandbox_process, server_packages, wheel
from ..tools.output import Failure

TREE = Path(__file__).resolve().parent.parent
URIS = """\
'http://mirror.example/debian/dists/stable/InRelease' mirror.example_debian_dists_stable_InRelease 0
'http://mirror.example/debian/dists/stable-updates/InRelease' mirror.example_debian_dists_stable-updates_InRelease 0
'http://mirror.example/debian-security/dists/stable-security/InRelease' mirror.example_debian-security_InRelease 0
"""


class DevCase(BaseCase):
    """A machine of its own: a cache folder, and a folder of programs that come before the real ones."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.programs = self.folder / "bin"
        self.programs.mkdir()
        self.log = self.folder / "log"
        changes = {
            "PATH": f"{self.programs}{os.pathsep}{os.environ['PATH']}",
            "ACCOUNT_ONLINE_PONTO_HOME": str(self.folder / "cache"),
        }
        environment = patch.dict(os.environ, changes)
        environment.start()
        self.addCleanup(environment.stop)

    def program(self, name, script):
        """Put a program before the real one of this name; it notes how it was called."""
        path = self.programs / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >> {self.log}\n{script}\n')
        path.chmod(0o755)

    def python(self, script):
        """Run a script that may use tools/ in a process of its own, and return all that it printed, in order."""
        return subprocess.run(
            [sys.executable, "-B", "-c", textwrap.dedent(script)],
            cwd=TREE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
        ).stdout  # fmt: skip

    def calls(self):
        return self.log.read_text().splitlines() if self.log.exists() else []


@tagged("post_install", "-at_install")
class TestFindingOdoo(DevCase):
    def make_odoo(self, *parts):
        package = self.folder.joinpath(*parts, "odoo")
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package / "release.py").write_text("version_info = (19, 0, 0, 'final', 0, '')\n")
        return package

    def find(self, home):
        with patch.dict(os.environ, {"ODOO_HOME": str(home)}):
            return odoo_source.find()

    def test_odoo_home_may_name_the_package_or_the_folder_that_holds_it(self):
        package = self.make_odoo("site")
        self.assertEqual(self.find(package).site, package.parent)
        self.assertEqual(self.find(package.parent).site, package.parent)

    def test_odoo_home_may_name_a_prefix(self):
        package = self.make_odoo("usr", "lib", "python3", "dist-packages")
        self.assertEqual(self.find(self.folder).site, package.parent)

    def test_the_addons_of_a_checkout_are_found_from_its_package_too(self):
        package = self.make_odoo("checkout")
        addon = package.parent / "addons" / "account"
        addon.mkdir(parents=True)
        (addon / "__manifest__.py").touch()
        self.assertEqual(self.find(package), self.find(package.parent))
        self.assertEqual(self.find(package).addons, (package.parent / "addons",))

    def test_a_folder_without_odoo_is_refused_in_one_sentence(self):
        with self.assertRaisesRegex(Failure, "holds no Odoo: it must be a checkout, the Python package"):
            self.find(self.folder)

    def test_a_checkout_is_read_without_git(self):
        package = self.make_odoo("checkout")
        (package.parent / ".git").mkdir()
        with patch.dict(os.environ, {"PATH": str(self.programs)}):
            self.assertEqual(self.find(package).site, package.parent)

    def test_a_machine_without_lists_of_packages_has_sources(self):
        self.program("apt-get", f"cat <<'END'\n{URIS}END")
        self.assertEqual(odoo_source._mirrors(), ["http://mirror.example/debian/"])
        self.assertEqual(self.calls(), ["apt-get update --print-uris"])

    def test_a_machine_without_sources_is_told_what_to_do(self):
        self.program("apt-get", "true")
        with self.assertRaisesRegex(Failure, r"no sources on this machine: enter a mirror .* ODOO_HOME"):
            odoo_source._mirrors()


@tagged("post_install", "-at_install")
class TestServerPackages(DevCase):
    def setUp(self):
        super().setUp()
        root = patch.object(process, "is_root", return_value=True)
        root.start()
        self.addCleanup(root.stop)
        self.program("dpkg", "true")
        self.program("apt-get", "true")

    def ensure(self, missing):
        with patch.object(server_packages, "_missing", side_effect=[missing, []]):
            server_packages.ensure()

    def test_what_was_interrupted_is_taken_up_again(self):
        self.program("apt-get", 'case "$*" in *download-only*|update) exit 0;; esac\nexit 100')
        with self.assertRaisesRegex(Failure, "Installing chromium failed"):
            self.ensure(["chromium"])
        # Its files are there now, but it is not set up: nothing seems to be missing.
        self.program("apt-get", "true")
        self.log.unlink()
        self.ensure([])
        calls = self.calls()
        self.assertEqual(calls[0], "dpkg --configure -a")
        self.assertRegex(calls[-1], "^apt-get install .* chromium$")
        self.log.unlink()
        self.ensure([])
        self.assertEqual(self.calls(), [], "all is installed")

    def test_an_interruption_waits_until_packages_are_installed(self):
        self.program("apt-get", 'case "$*" in *download-only*|update) exit 0;; esac\nkill -INT $PPID; sleep 0.3\n'
                                f"echo installed >> {self.log}")  # fmt: skip
        with self.assertRaises(KeyboardInterrupt):
            self.ensure(["chromium"])
        self.assertEqual(self.calls()[-1], "installed")
        self.log.unlink()
        self.ensure([])
        self.assertEqual(self.calls(), [], "nothing is left to do")

    def test_a_download_may_be_interrupted(self):
        self.program("apt-get", 'case "$*" in *download-only*) sleep 0.5; kill -INT $PPID; sleep 30;; esac\ntrue')
        with self.assertRaises(KeyboardInterrupt):
            self.ensure(["chromium"])
        self.assertFalse([call for call in self.calls() if "install" in call and "download-only" not in call])

    def test_without_a_database_nobody_asks_for_postgresql(self):
        with patch.object(server_packages, "postgresql_bin", return_value=None):
            self.assertEqual(server_packages._missing(with_postgresql=True, with_browser=False)[:1], ["postgresql"])
            self.assertNotIn("postgresql", server_packages._missing(with_postgresql=False, with_browser=False))

    def test_lint_wheel_and_sandbox_need_no_database(self):
        for command in (
            lambda: lint.run(fix=False),
            lambda: wheel.build(str(self.folder)),
            lambda: sandbox_process.run_in_foreground(0),
        ):
            with (
                patch.object(server_packages, "_missing", side_effect=Failure("asked")) as asked,
                self.assertRaisesRegex(Failure, "asked"),
            ):
                command()
            self.assertEqual(asked.call_args.args[0], False)


@tagged("post_install", "-at_install")
class TestTelling(DevCase):
    def test_results_and_progress_keep_their_order_in_a_pipe(self):
        printed = self.python("""
            from tools.output import in_order, say
            in_order()
            print("first")
            say("second")
            print("third")
        """)
        self.assertEqual(printed.split(), ["first", "second", "third"])

    def test_a_long_step_tells_how_far_it_is(self):
        printed = self.python("""
            import subprocess
            from tools import output, process
            output.LINE_SECONDS, process.BEAT_SECONDS = 0.2, 0.05
            with output.step("Downloading", lambda: "3 of 4 MB"):
                process.output(["sleep", "0.5"])
            with output.step("Playing"):
                output.note("5 of 9 lines")
                with process.started(["sh", "-c", "echo begun; sleep 0.5"], stdout=subprocess.PIPE) as child:
                    for line in process.lines(child):
                        output.say(line)
        """)
        self.assertRegex(printed, r"(?s)Downloading\n    \.\.\. \d s: 3 of 4 MB\n.*done in")
        self.assertRegex(printed, r"(?s)Playing\nbegun\n    \.\.\. \d s: 5 of 9 lines\n.*done in")

    def test_a_short_step_tells_nothing(self):
        printed = self.python("""
            from tools import output, process
            with output.step("Looking"):
                process.output(["true"])
        """)
        self.assertRegex(printed, r"^--> Looking\n    done in [\d.]+ s\n$")

    def test_a_program_that_is_missing_is_told_in_one_sentence(self):
        with self.assertRaisesRegex(Failure, r"^The program no-such-program is not installed on this machine\.$"):
            process.output(["no-such-program"])

    def test_every_column_of_the_table_has_a_title(self):
        self.assertTrue(all(title for title, _key in demo.COLUMNS))

    def test_the_help_says_what_is_needed_and_where_things_lie(self):
        text = " ".join(cli._parser().format_help().split())
        for words in ("Python 3.10 to 3.13", "PostgreSQL 13", "ODOO_HOME", "ACCOUNT_ONLINE_PONTO_HOME", "/var/lib"):
            self.assertIn(words, text)
        self.assertRegex(text, re.compile(r"\d+ MB.*\d\.\d GB"))


@tagged("post_install", "-at_install")
class TestRememberedSandbox(DevCase):
    def remember(self):
        sandbox = sandbox_process.new()
        sandbox_process._remember(sandbox)
        sandbox_process._state().touch()
        return sandbox

    def test_the_sandbox_is_known_as_long_as_what_it_did(self):
        sandbox = self.remember()
        self.assertEqual(sandbox_process.remembered(), sandbox)
        sandbox_process._state().unlink()
        self.assertIsNone(sandbox_process.remembered())

    def test_a_new_demo_forgets_the_sandbox_before(self):
        self.remember()
        sandbox_process.forget()
        self.assertIsNone(sandbox_process.remembered())
        self.assertFalse(sandbox_process._state().exists())

    def test_other_sources_do_not_read_what_these_wrote(self):
        self.remember()
        with patch.object(sandbox_process, "_sources", return_value="others"):
            self.assertIsNone(sandbox_process.remembered())
