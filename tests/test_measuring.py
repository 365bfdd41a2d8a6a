import importlib.util
import tempfile
import traceback
from pathlib import Path

from coverage.parser import PythonParser

from odoo.tests import BaseCase, tagged

TREE = Path(__file__).parent.parent
PLUGIN = TREE / "tools" / "measuring" / "ponto_lines.py"
MEASURED = ("ponto_client", "statement_files", "payment_references", "models", "wizards")
SOURCE = '''"""What is noted."""
from __future__ import annotations

@staticmethod
def never():
    """Nothing of it."""
    return 1

def choose(value):
    try:
        if value > 1:
            result = "many"
        elif value:
            result = "one"
        else:
            result = (
                1 / value
            )
    except KeyError:
        result = "unknown"
    except ZeroDivisionError:
        result = "none"
    finally:
        done = True
    return result
'''


@tagged("post_install", "-at_install")
class TestMeasuring(BaseCase):
    """Lines that ran are noted by the statements themselves: as many as tracing would count, and no others."""

    def setUp(self):
        super().setUp()
        spec = importlib.util.spec_from_file_location("ponto_lines", PLUGIN)
        self.lines = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.lines)

    def load(self):
        """Load the source; return the module and a function that tells which of its lines ran since the last time."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name).resolve() / "ponto_sample.py"
        path.write_text(SOURCE)
        loader = self.lines.NotingLoader("ponto_sample", str(path))
        sample = importlib.util.module_from_spec(importlib.util.spec_from_loader("ponto_sample", loader))
        loader.exec_module(sample)
        noted = self.lines.ran[str(path)]

        def tell():
            ran = [number for number, flag in enumerate(noted) if flag]
            noted[:] = bytes(len(noted))
            return ran

        return sample, tell

    def test_what_ran_is_noted_and_nothing_else(self):
        sample, tell = self.load()
        self.assertEqual(sample.__doc__, "What is noted.")
        self.assertEqual(sample.never.__doc__, "Nothing of it.")
        self.assertEqual(tell(), [2, 4, 5, 9])
        self.assertEqual(sample.choose(2), "many")
        self.assertEqual(tell(), [10, 11, 12, 24, 25])
        self.assertEqual(sample.choose(1), "one")
        self.assertEqual(tell(), [10, 11, 13, 14, 24, 25])

    def test_a_clause_that_was_asked_in_vain_is_noted_too(self):
        sample, tell = self.load()
        tell()
        self.assertEqual(sample.choose(0), "none")
        self.assertEqual(tell(), [10, 11, 13, 16, 19, 21, 22, 24, 25])

    def test_a_traceback_tells_the_line_of_the_source(self):
        sample, _tell = self.load()
        try:
            sample.choose("many")
        except TypeError as error:
            lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)]
        self.assertEqual(lines[1:], [11])

    def test_every_line_that_coverage_counts_can_be_noted(self):
        ast = self.lines.ast
        for path in [path for folder in MEASURED for path in (TREE / folder).rglob("*.py")]:
            text = path.read_text()
            counted = PythonParser(text=text)
            counted.parse_source()
            noted = {
                node.targets[0].slice.value
                for node in ast.walk(self.lines.add_notes(ast.parse(text)))
                if isinstance(node, ast.Assign)
                and isinstance(node.targets[0], ast.Subscript)
                and ast.unparse(node.targets[0].value) == self.lines.NOTES
            }
            self.assertLessEqual(counted.statements, noted, path)
