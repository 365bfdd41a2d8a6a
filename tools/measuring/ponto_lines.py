"""A plugin of pytest: which lines of the addon ran, at next to no cost.

The interpreter's tracing, with which coverage measures, slows Odoo down as a whole and doubles the time of a run. Here
each statement of the measured folders notes itself instead, and nothing else is touched. What was noted is written as
data of coverage, whose commands combine and report it.

It stands in a folder of its own: pytest imports it by its name, also in its workers, and nothing beside it.
"""

import ast
import os
import sys
from importlib.machinery import PathFinder, SourceFileLoader
from pathlib import Path

from coverage import CoverageData

ADDON = "odoo.addons.account_online_ponto."
NOTES = "__ponto_lines__"  # what the notes of a module are called in it
FOLDERS = [Path(folder).resolve() for folder in os.environ.get("PONTO_LINES_OF", "").split(os.pathsep) if folder]
ran: dict[str, bytearray] = {}  # by file: 1 at the number of each line that ran


class NotingLoader(SourceFileLoader):
    """Load a module whose statements note that they run; no compiled file is read or written."""

    def get_code(self, fullname: str):
        """Return the module's code with its notes."""
        path = self.get_filename(fullname)
        source = self.get_data(path)
        return compile(add_notes(ast.parse(source, path)), path, "exec", dont_inherit=True)

    def exec_module(self, module) -> None:
        """Run the module, with a place for its notes."""
        path = self.get_filename(module.__name__)
        count = self.get_data(path).count(b"\n") + 2
        module.__dict__[NOTES] = ran.setdefault(str(Path(path).resolve()), bytearray(count))
        super().exec_module(module)


class NotingFinder:
    """Find the modules of the measured folders."""

    @staticmethod
    def find_spec(name: str, path=None, target=None):
        """Return the specification of a module of ours, or nothing."""
        if not name.startswith(ADDON):
            return None
        spec = PathFinder.find_spec(name, path, target)
        if spec and spec.origin and isinstance(spec.loader, SourceFileLoader):
            origin = Path(spec.origin).resolve()
            if any(folder in origin.parents for folder in FOLDERS):
                spec.loader = NotingLoader(name, spec.origin)
        return spec


def add_notes(tree: ast.Module) -> ast.Module:
    """Let every statement of a module note its line before it runs; a caught exception notes that of its clause."""
    for node in reversed(list(ast.walk(tree))):  # inner ones first: what is added is not looked at
        for name in ("body", "orelse", "finalbody"):
            statements = getattr(node, name, None)
            if isinstance(statements, list) and statements:  # that of a lambda is an expression
                setattr(node, name, _with_notes(node, statements))
        for number, handler in enumerate(getattr(node, "handlers", ())):
            # Those before it were asked whether they catch it.
            asked = [_note(each.lineno, handler.body[0]) for each in node.handlers[: number + 1]]
            handler.body = [*asked, *handler.body]
    return tree


def _with_notes(node: ast.AST, statements: list[ast.stmt]) -> list[ast.stmt]:
    noted, future = [], []
    for number, statement in enumerate(statements):
        if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
            future.append(statement.lineno)  # nothing may stand before it
        elif number or not _is_docstring(node, statement):
            decorators = [each.lineno for each in getattr(statement, "decorator_list", ())]
            noted += [_note(line, statement) for line in [*future, *decorators, statement.lineno]]
            future.clear()
        noted.append(statement)
    return noted


def _is_docstring(node: ast.AST, first: ast.stmt) -> bool:
    """Tell whether a first statement documents what it stands in."""
    documented = isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    return documented and isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)


def _note(line: int, place: ast.stmt) -> ast.stmt:
    """Return the statement that notes a line; in a traceback it stands where another one does."""
    cell = ast.Subscript(ast.Name(NOTES, ast.Load()), ast.Constant(line), ast.Store())
    return ast.fix_missing_locations(ast.copy_location(ast.Assign([cell], ast.Constant(1)), place))


def pytest_sessionfinish() -> None:
    """Write what this process noted; of files that it never loaded, that nothing ran."""
    data = CoverageData(str(Path(os.environ["PONTO_LINES_TO"]) / f"coverage.{os.getpid()}"))
    data.add_lines({path: [line for line, noted in enumerate(lines) if noted] for path, lines in ran.items()})
    data.touch_files([str(path) for folder in FOLDERS for path in folder.rglob("*.py")])
    data.write()


def pytest_configure() -> None:
    """Begin to note, before anything of the addon is loaded."""
    sys.meta_path.insert(0, NotingFinder)
