"""Where things stand: each method and field of a model has one place in this addon, so that no order of files matters."""

import ast
from collections import defaultdict
from pathlib import Path

from odoo.tests import BaseCase, tagged

ROOT = Path(__file__).parent.parent
FOLDERS = ("models", "wizards")
PRIVATE = ("_name", "_inherit")  # each class of a model says these


def read_sources():
    """Return the shipped sources that hold models: path from the root -> text."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def get_model(node):
    """Return the name of the model that a class defines or extends, None for any other class."""
    names = {}
    for name, value in get_assignments(node):
        if name in PRIVATE:
            names[name] = ast.literal_eval(value)
    model = names.get("_name") or names.get("_inherit")
    return model[0] if isinstance(model, list) else model


def get_assignments(node):
    """Yield the attributes of a class: name and what it is set to."""
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            yield from ((target.id, statement.value) for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement.value


def get_members(node):
    """Return what a class defines: its methods, and its fields with whatever else it sets."""
    methods = [part.name for part in node.body if isinstance(part, ast.FunctionDef)]
    return {*methods, *(name for name, _value in get_assignments(node) if name not in PRIVATE)}


def find_twice(sources):
    """Return what classes of one model define more than once.

    :param dict sources: path: text
    :return dict: (model, name of a method or field): the paths
    """
    places = defaultdict(list)
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and (model := get_model(node)):
                for name in get_members(node):
                    places[model, name].append(path)
    return {member: paths for member, paths in places.items() if len(paths) > 1}


FIRST = """
class One(models.Model):
    _name = "a.b"
    _inherit = ["mail.thread"]
    total = fields.Float()

    def _count(self):
        return 1
"""
SECOND = """
class Two(models.Model):
    _inherit = "a.b"
    total: float = fields.Float()

    @api.model
    def _count(self):
        return super()._count() + 1

    def _other(self):
        return 2


class Other(models.Model):
    _inherit = ["a.c"]

    def _other(self):
        return 2
"""


@tagged("post_install", "-at_install")
class TestHouse(BaseCase):
    """No model is spread so that the order of its files decides what happens."""

    def test_a_method_or_field_of_a_model_has_one_place(self):
        sources = read_sources()
        self.assertIn("models/account_bank_statement_line.py", sources)
        self.assertEqual(find_twice(sources), {})

    def test_what_is_planted_twice_is_found(self):
        both = ["first.py", "second.py"]
        self.assertEqual(
            find_twice({"first.py": FIRST, "second.py": SECOND}), {("a.b", "_count"): both, ("a.b", "total"): both}
        )
        self.assertEqual(find_twice({"first.py": FIRST}), {})

    def test_an_override_beside_the_shipped_sources_is_found(self):
        sources = read_sources()
        planted = (
            'class Planted(M):\n    _inherit = "ponto.matching"\n\n    def _reconcile(self, findings):\n        pass\n'
        )
        found = find_twice({**sources, "models/planted.py": planted})
        self.assertEqual(list(found), [("ponto.matching", "_reconcile")])
        self.assertIn("models/planted.py", found["ponto.matching", "_reconcile"])
