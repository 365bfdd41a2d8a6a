"""Comments lead to documents of the tree, and the documents to files that exist (tools/documents.py)."""

import shutil
import tempfile
from pathlib import Path

from odoo.tests import BaseCase, tagged

from ..tools import documents

ROOT = Path(__file__).parent.parent
DECISIONS, API = documents.NUMBERED
PLANTED, INDEX = "planted", "index"


@tagged("post_install", "-at_install")
class TestDocuments(BaseCase):
    def broken(self, text):
        """Return what is wrong in a source, by its line, in a tree whose documents have a few sections."""
        known = {DECISIONS: ["1", "8"], API: ["8", "8.4"]}
        return documents.broken_references(text, known, {"README.rst"})

    def planted(self, name, text):
        """Return what is wrong in a copy of the tree's documents with a text at the end of one file."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        copy = Path(folder.name)
        for path in (*documents.MAPS, "doc", "models", "const.py"):
            place = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
            place(ROOT / path, copy / path)
        with (copy / name).open("a", encoding="utf-8") as handle:
            handle.write(text)
        return documents.scan(copy)[1]

    def test_the_tree_names_what_exists(self):
        count, findings = documents.scan(ROOT)
        self.assertGreater(count, 100)
        self.assertFalse(findings, findings)

    def test_a_comment_that_names_a_decision_that_does_not_exist_is_found(self):
        findings = self.planted("models/planted.py", f"x = 1\n# {DECISIONS}, 999\n")
        self.assertIn(f"models/planted.py:2: {DECISIONS} has no 999", findings)
        self.assertEqual(self.broken(f"x = 1  # {DECISIONS}, 2"), [(1, f"{DECISIONS} has no 2")])
        missing = [(1, f"{API} has no 8.5"), (1, f"{API} has no 9")]
        self.assertEqual(self.broken(f"# {API}, 8.4, 8.5 and 9; A spec23"), missing)

    def test_sections_that_exist_are_no_finding(self):
        self.assertFalse(self.broken(f"x = 1  # a day ({API}, 8.4), and {DECISIONS}, 1 and 8.\n\n2 + 3\n"))

    def test_a_number_on_the_next_line_of_a_comment_is_read(self):
        self.assertFalse(self.broken(f"# A reason ({API},\n    # 8.4).\n"))
        self.assertEqual(self.broken(f"y\n# A reason ({API},\n    # 8.5).\n"), [(2, f"{API} has no 8.5")])

    def test_a_document_that_is_elsewhere_or_without_its_section_is_found(self):
        self.assertEqual(self.broken(f"# {DECISIONS}"), [(1, f"{DECISIONS}: the number of a section is missing")])
        self.assertIn("write", self.broken(f"# {API.partition('/')[2]}, 8.4")[0][1])
        self.assertIn("does not exist", self.broken(f"# see {PLANTED}.md")[0][1])
        self.assertIn("of which document", self.broken(f"# as decision {8} says")[0][1])
        self.assertFalse(self.broken("# see README.rst"))

    def test_a_map_that_names_what_is_gone_is_found(self):
        findings = self.planted("ARCHITECTURE.md", "\n`models/nowhere.py`, `_do_nothing_at_all`, `const.py`\n")
        self.assertIn("ARCHITECTURE.md names models/nowhere.py", findings)
        self.assertIn("ARCHITECTURE.md names _do_nothing_at_all", findings)
        self.assertNotIn("names const.py", findings)

    def test_a_readme_that_grows_into_a_manual_is_found(self):
        self.assertIn("more than 150", self.planted("README.rst", "\n" * 150))

    def test_a_page_that_is_not_in_the_index_and_a_link_to_none_are_found(self):
        page = f"{PLANTED}.rst"
        self.assertIn(f"does not list {page}", self.planted(f"{documents.PAGES}/{page}", "Planted\n"))
        index = f"{documents.PAGES}/{INDEX}.rst"
        self.assertIn(f"no {page} there", self.planted(index, f"\n`Planted <{page}>`__\n"))
