"""Where things stand: each method and field of a model has one place, and what a file may import depends on its place."""

import ast
import re
from collections import defaultdict
from pathlib import Path

from odoo.tests import BaseCase, tagged

ROOT = Path(__file__).parent.parent
FOLDERS = ("models", "wizards")
MOST_RECORDS = 12
PRIVATE = ("_name", "_inherit")  # each class of a model says these


def read_sources():
    """Return the shipped sources that hold models: path from the root -> text."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for folder in FOLDERS
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def get_model(node):
    """Return the name of the model that a class defines or extends, as Odoo reads it; None for any other class."""
    names = {}
    for name, value in get_assignments(node):
        if name in PRIVATE:
            names[name] = ast.literal_eval(value)
    model = names.get("_name") or names.get("_inherit")
    # Without a name, a class that inherits from a list is a model of its own, called like the class.
    return re.sub(r"(?<=[^_])([A-Z])", r".\1", node.name).lower() if isinstance(model, list) else model


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


def find_imports(sources):
    """Return which parts of `models/` import which others: "records" and the rooms by their names.

    :param dict sources: path: text
    :return dict: part: set of parts, itself left out
    """
    imports = defaultdict(set)
    for path, text in sources.items():
        folder, *places = Path(path).parent.parts
        if folder != "models" or Path(path).stem == "__init__":
            continue
        part = places[0] if places else "records"
        for node in ast.walk(ast.parse(text)):
            # One dot is the own folder, two are `models/` for a room: three leave it.
            if isinstance(node, ast.ImportFrom) and 0 < node.level <= len(places) + 1:
                above = places[: len(places) + 1 - node.level]
                for name in [node.module] if node.module else [alias.name for alias in node.names]:
                    imports[part].add(get_part([*above, *name.split(".")]))
        imports[part].discard(part)
    return dict(imports)


def get_part(places):
    """Return the part of `models/` that a module is in, by its names below it."""
    return places[0] if (ROOT / "models" / places[0]).is_dir() else "records"


def find_circle(imports):
    """Return parts that import each other in a circle, and those that import them; empty when none do.

    :param dict imports: part: set of parts
    """
    left = dict(imports)
    while free := [part for part, others in left.items() if not others & left.keys()]:
        for part in free:
            del left[part]
    return sorted(left)


def find_read_too_early(sources):
    """Return files that extend the record of another room, and may be read before it.

    A file imports that room itself, or the records of its own room do, which are read before it.

    :param dict sources: path: text
    :return list: paths
    """
    homes, extending, of_records = {}, [], defaultdict(set)
    for path, text in sources.items():
        part = get_part(Path(path).parts[1:])
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and (model := get_model(node)):
                if "_name" in dict(get_assignments(node)):
                    homes[model] = part
                    of_records[part] |= find_imports({path: text}).get(part, set())
                else:
                    extending.append((path, part, model))
    return [
        path
        for path, part, model in extending
        if (home := homes.get(model, "records")) not in ("records", part)
        and home not in find_imports({path: sources[path]})[part] | of_records[part]
    ]


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


class AC(models.Model):
    _inherit = ["a.b"]

    def _other(self):
        return 2


class Another(models.Model):
    _inherit = "a.c"

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
            find_twice({"first.py": FIRST, "second.py": SECOND}),
            {("a.b", "_count"): both, ("a.b", "total"): both, ("a.c", "_other"): ["second.py", "second.py"]},
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

    def test_models_itself_holds_the_records_only(self):
        records = {
            path: text
            for path, text in read_sources().items()
            if path.startswith("models/") and path.count("/") == 1 and path != "models/__init__.py"
        }
        self.assertLessEqual(len(records), MOST_RECORDS)
        self.assertEqual(
            [path for path, text in records.items() if not re.search(r"^    _(name|inherit) = ", text, re.M)], []
        )

    def test_records_import_no_room_and_rooms_not_each_other_in_a_circle(self):
        imports = find_imports(read_sources())
        self.assertEqual(imports["records"], {"support"})
        self.assertFalse(imports["support"])
        self.assertIn("matching", imports["suggesting"])
        self.assertEqual(find_circle(imports), [])

    def test_what_extends_the_record_of_another_room_is_read_after_it(self):
        sources = {path: text for path, text in read_sources().items() if path.startswith("models/")}
        self.assertEqual(find_read_too_early(sources), [])
        early = {"models/health/planted.py": 'class Planted(M):\n    _inherit = "ponto.matching"\n'}
        self.assertEqual(find_read_too_early({**sources, **early}), ["models/health/planted.py"])

    def test_planted_imports_are_found(self):
        planted = {
            "models/ponto_account.py": "from .matching.facts import Finding\nfrom .res_partner import X\n",
            "models/matching/log.py": "def late():\n    from ..suggesting import open_items\n",
            "models/suggesting/review.py": "from ..matching.words import X\nfrom ...const import Y\nfrom . import last_time\n",
        }
        imports = find_imports(planted)
        self.assertEqual(imports, {"records": {"matching"}, "matching": {"suggesting"}, "suggesting": {"matching"}})
        self.assertEqual(find_circle(imports), ["matching", "records", "suggesting"])
