"""Check Connection: each probe and each mending is registered, also those of another module."""

import ast
import importlib.util
import tempfile
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged
from odoo.tools.translate import code_translations

from ..wizards.connection_check import registry
from .check_case import CheckCase

ROOT = Path(__file__).parent.parent
CODES = [
    *("answer", "credentials", "scope", "clock", "accounts", "institutions", "journals", "authorizations", "refresh"),
    *("schedule", "company", "currencies", "address"),
]
PLANTED = """
from odoo.tools.translate import LazyTranslate

from odoo.addons.account_online_ponto.wizards.connection_check.registry import ProbeResult, mending, probe

_lt = LazyTranslate(__name__)


@probe("planted", _lt("Planted"), sequence=115)
def look_at_planted(check, talk):
    assert talk.listed and not check.env.su
    note = check.connection_id.company_id.company_details or ""
    if "silent" in note:
        return
    if "mended" in note:
        yield ProbeResult("green", check.env._("Something was planted."))
    else:
        yield ProbeResult("red", check.env._("Nothing was planted."), "plant")


@mending("plant", _lt("Plant"))
def plant(check):
    check.connection_id.company_id.sudo().company_details = "mended"
"""


@tagged("post_install", "-at_install")
class TestCheckRegistry(CheckCase):
    """What is shown and pressed is what was registered, in this database."""

    def setUp(self):
        super().setUp()
        for entries in (registry._PROBES, registry._MENDINGS):
            keeping = patch.dict(entries)
            keeping.start()
            self.addCleanup(keeping.stop)

    def plant(self, name):
        """Import the file of another module, which registers a probe and a mending.

        :param str name: of the file, as Odoo imports it
        """
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "planted.py")
            path.write_text(PLANTED, encoding="utf-8")
            spec = importlib.util.spec_from_file_location(name, path)
            spec.loader.exec_module(importlib.util.module_from_spec(spec))

    def translate(self, module, **terms):
        """Let a module be translated into the Dutch of Belgium, as its file of terms would."""
        self.env["res.lang"]._activate_lang("nl_BE")
        keeping = patch.dict(code_translations.python_translations, {(module, "nl_BE"): terms})
        keeping.start()
        self.addCleanup(keeping.stop)

    def codes(self):
        return [entry.code for entry in registry.list_probes(self.env)]

    # ------------------------------------------------------------------ ours

    def test_the_lines_have_their_order(self):
        self.assertEqual(self.codes(), CODES)
        self.assertEqual(self.open_check().line_ids.mapped("code"), CODES)

    def test_every_mending_that_a_probe_names_is_registered_and_no_other_one(self):
        named = set()
        for path in (ROOT / "wizards" / "connection_check").glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "ProbeResult":
                    # One code, or two of which an expression takes one.
                    values = [part for argument in node.args[2:] for part in ast.iter_child_nodes(argument)]
                    values += node.args[2:]
                    named |= {value.value for value in values if isinstance(value, ast.Constant)}
        self.assertIn("check_again", named)
        self.assertEqual(named, set(registry._MENDINGS))
        self.assertTrue(all(registry.find_mending(self.env, code) for code in named))

    def test_a_code_is_registered_once(self):
        with self.assertRaisesRegex(ValueError, r"journals .*connection_check\.books"):
            registry.probe("journals", "Journals", sequence=5)(len)
        with self.assertRaisesRegex(ValueError, r"connect .*connection_check\.server"):
            registry.mending("connect", "Connect")(len)
        self.assertEqual(self.codes(), CODES)

    # ------------------------------------------------------------------ another module's

    def test_another_module_adds_a_line_and_what_mends_it(self):
        self.plant("odoo.addons.account.planted")
        dialog = self.assertBroken("planted", "red", r"^Nothing was planted\.$")
        codes = dialog.line_ids.mapped("code")
        self.assertEqual(codes, [*CODES[:11], "planted", *CODES[11:]])
        line = self.line(dialog, "planted")
        self.assertEqual((line.name, line.action_label), ("Planted", "Plant"))
        dialog = self.follow(self.press(dialog, "planted"))
        self.assertInOrder(dialog)
        self.assertLine(dialog, "planted", "green", "^Something was planted")
        self.company.company_details = "silent"
        self.assertEqual(self.check_again(dialog).line_ids.mapped("code"), CODES)

    def test_a_module_that_is_not_installed_in_this_database_adds_nothing(self):
        self.plant("odoo.addons.account_that_is_not_here.planted")
        dialog = self.open_check()
        self.assertInOrder(dialog)
        self.assertEqual(dialog.line_ids.mapped("code"), CODES)
        # A line that was left by a module that is gone: its button does nothing of that module.
        line = dialog.line_ids[:1].sudo()
        line.write({"code": "planted", "action": "plant"})
        line = line.with_user(self.accountant)
        self.assertEqual((line.name, line.action_label), (False, False))
        self.assertInOrder(self.follow(line.action_mend()))
        self.assertNotIn("mended", self.company.company_details or "")

    def test_another_module_leaves_a_line_out(self):
        def get_probes(check):
            return [entry for entry in get_all(check) if entry.code != "clock"]

        get_all = self.registry["ponto.connection.check"]._get_probes
        self.patch(self.registry["ponto.connection.check"], "_get_probes", get_probes)
        self.assertEqual(self.open_check().line_ids.mapped("code"), [code for code in CODES if code != "clock"])

    # ------------------------------------------------------------------ languages

    def test_the_texts_are_those_of_the_module_that_registers_them(self):
        self.translate(
            "account_online_ponto", **{"Ponto answers.": "Ponto antwoordt.", "Clock": "Klok", "Plant": "Verkeerd"}
        )
        self.translate("account", **{"Nothing was planted.": "Niets geplant.", "Plant": "Planten", "Clock": "Verkeerd"})
        self.translate("base", **{"Ponto answers.": "Verkeerd", "Nothing was planted.": "Verkeerd"})
        self.plant("odoo.addons.account.planted")
        self.accountant.lang = "nl_BE"
        dialog = self.follow(self.connection.with_user(self.accountant).with_context(lang="nl_BE").action_check())
        dialog = dialog.with_context(lang="nl_BE")
        self.assertEqual(self.line(dialog, "answer").sentence, "Ponto antwoordt.")
        self.assertEqual(self.line(dialog, "clock").name, "Klok")
        self.assertEqual(self.line(dialog, "planted").sentence, "Niets geplant.")
        self.assertEqual(self.line(dialog, "planted").action_label, "Planten")
