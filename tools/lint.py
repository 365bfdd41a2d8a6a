"""``./dev lint``: every checker on an exported copy, and then on a copy with one planted error for each.

Some checkers silently check nothing when the addon's folder has another name or is the root of a git clone; a checker
that saw no file, or does not find the error planted for it, counts as failed.
"""

import ast
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import documents, export, places, process, python_env, server_packages
from .output import Failure, say, step


@dataclass(frozen=True)
class Report:
    """What one checker found in one copy."""

    files: int
    findings: str  # empty when all is well


@dataclass(frozen=True)
class Checker:
    """A checker, the error to plant for it, and the words by which its report names that error."""

    name: str
    check: Callable[[Path, Path], Report]
    plant: Callable[[Path], None]
    expected: str


# One process for all pages: to load docutils takes longer than to render one of them.
RENDER = """
import os, sys
from docutils.__main__ import main
pages, code = sys.argv[1:], 0
for page in pages:
    sys.argv[1:] = ["--halt=warning", page, os.devnull]
    try:
        main()
    except SystemExit as end:
        code = code or end.code
sys.exit(code)
"""
# The duties of one record are modules of their own by intention; a local `_ = self.env._` is Odoo's own idiom, which
# the second check takes for an import. Not in .pylintrc: `enable` wins over `disable` there.
PYLINT_DISABLED = "consider-merging-classes-inherited,prefer-env-translation"

# What users get; the decisions of one of its functions, operands of `and` and `or` included, are no more than these.
SHIPPED = ("models", "wizards", "controllers", "ponto_client", "statement_files", "payment_references", "hooks.py")
MOST_DECISIONS = 15
# One `if` to ruff, sixteen decisions to who reads it.
PLANTED_DECISIONS = f"def planted(a):\n    return {' and '.join(['a'] * (MOST_DECISIONS + 1))}\n"


def run(*, fix: bool = False) -> int:
    """Check the sources with every checker.

    :param fix: first let those that can repair the sources
    :return: exit code, 0 only if all are satisfied, saw files, and find the error planted for them
    """
    server_packages.ensure(with_postgresql=False)
    python = python_env.for_lint()
    if fix:
        with step("Repairing what can be repaired"):
            _fix(python)
    failed = []
    with tempfile.TemporaryDirectory(prefix="ponto-lint-") as temporary:
        (parent := Path(temporary, "clean")).mkdir()
        clean = export.export(parent)
        missing = [name for name in ("__manifest__.py", "__init__.py", "README.rst") if not (clean / name).exists()]
        if missing:
            raise Failure(f"The tree lacks {', '.join(missing)}: this is no addon that can be checked.")
        for number, checker in enumerate(CHECKERS):
            with step(checker.name):
                report = checker.check(python, clean)
                say(f"    {report.files} files")
                problem = report.findings or ("It checked no file." if not report.files else "")
                problem = problem or _planted_problem(checker, python, Path(temporary, f"planted{number}"))
            if problem:
                say(problem)
                failed.append(checker.name)
    say(f"Failed: {', '.join(failed)}" if failed else f"All {len(CHECKERS)} checkers are satisfied and proven awake.")
    return 1 if failed else 0


def _fix(python: Path) -> None:
    """Let ruff and the OCA checks repair a copy, and bring back the files that changed."""
    ruff = python.with_name("ruff")
    with tempfile.TemporaryDirectory(prefix="ponto-lint-") as temporary:
        copy = export.export(Path(temporary))
        before = {path: (copy / path).read_bytes() for path in export.sources() if (copy / path).exists()}
        _tool([ruff, "check", "--no-cache", "--quiet", "--fix", copy], copy)
        _tool([ruff, "format", "--no-cache", "--quiet", copy], copy)
        _tool([python.with_name("oca-checks-odoo-module"), "--fix", copy.name], copy.parent)
        for path, content in before.items():
            repaired = (copy / path).read_bytes()
            if repaired != content and (places.TREE / path).read_bytes() == content:
                (places.TREE / path).write_bytes(repaired)
                say(f"    {path}")


def _planted_problem(checker: Checker, python: Path, parent: Path) -> str:
    parent.mkdir()
    copy = export.export(parent)
    checker.plant(copy)
    if checker.expected in checker.check(python, copy).findings:
        return ""
    return f"It does not report the error planted for it ({checker.expected})."


def _tool(command: list[str | Path], cwd: Path) -> tuple[int, str]:
    """Run a checker; return its exit code and what it printed."""
    try:
        return 0, process.output(
            command, cwd=cwd, env=process.plain_environment(PYLINTHOME=str(places.cache() / "pylint"))
        )
    except Failure as failure:
        return 1, str(failure)


def _ruff_check(python: Path, copy: Path) -> Report:
    ruff = python.with_name("ruff")
    _code, shown = _tool([ruff, "check", "--no-cache", "--show-files", copy], copy)
    code, printed = _tool([ruff, "check", "--no-cache", "--output-format", "concise", copy], copy)
    return Report(shown.count(".py"), printed if code else "")


def _ruff_format(python: Path, copy: Path) -> Report:
    code, printed = _tool([python.with_name("ruff"), "format", "--no-cache", "--check", copy], copy)
    return Report(sum(map(int, re.findall(r"(\d+) files? (?:already|would)", printed))), printed if code else "")


def _pylint(python: Path, copy: Path) -> Report:
    result = copy.parent / "pylint.json"
    command = [
        python,
        "-m",
        "pylint",
        f"--rcfile={copy / '.pylintrc'}",
        f"--disable={PYLINT_DISABLED}",
        f"--output-format=text,json2:{result}",
        copy.name,
    ]
    code, printed = _tool(command, copy.parent)
    modules = json.loads(result.read_text())["statistics"]["modulesLinted"] if result.exists() else 0
    return Report(modules, printed if code else "")


def _data_files(copy: Path) -> list[Path]:
    manifest = ast.literal_eval((copy / "__manifest__.py").read_text())
    return [copy / name for name in manifest.get("data", []) if (copy / name).exists()]


def _oca_checks(python: Path, copy: Path) -> Report:
    code, printed = _tool([python.with_name("oca-checks-odoo-module"), copy.name], copy.parent)
    return Report(len(_data_files(copy)), printed if code else "")


def _rendered(python: Path, copy: Path) -> Report:
    """Render README.rst, which Odoo shows as the addon's description, and every page of the documents."""
    pages = [copy / "README.rst", *sorted((copy / "doc").rglob("*.rst"))]
    code, printed = _tool([python, "-c", RENDER, *pages], copy)
    return Report(sum(1 for page in pages if page.stat().st_size), printed if code else "")


def _documents(_python: Path, copy: Path) -> Report:
    return Report(*documents.scan(copy))


def _test_imports(_python: Path, copy: Path) -> Report:
    """Compare tests/ with its ``__init__``: Odoo's runner does not see a file that is not imported there."""
    files = sorted(path.stem for path in (copy / "tests").glob("test_*.py"))
    package = copy / "tests" / "__init__.py"
    imported = set()
    for node in ast.walk(ast.parse(package.read_text())) if package.exists() else ():
        if isinstance(node, ast.ImportFrom):
            imported |= {alias.name for alias in node.names}
    return Report(
        len(files), "\n".join(f"tests/__init__.py does not import {name}" for name in files if name not in imported)
    )


def _complexity(python: Path, copy: Path) -> Report:
    """Count the decisions of each shipped function; radon counts `and`, `or` and comprehensions, which ruff does not."""
    code, printed = _tool([python, "-m", "radon", "cc", "--json", "--no-assert", *SHIPPED], copy)
    if code:
        return Report(0, printed)
    found = json.loads(printed)
    findings = []
    for path, blocks in found.items():
        if isinstance(blocks, dict):  # {"error": ...}: a file that it cannot read
            findings.append(f"{path}: {blocks['error']}")
            continue
        findings += [
            f"{path}:{block['lineno']}: {block['name']} decides {block['complexity']} times; {MOST_DECISIONS} are enough"
            for block in blocks
            if block["type"] != "class" and block["complexity"] > MOST_DECISIONS
        ]
    return Report(len(found), "\n".join(findings))


def _add(name: str, text: str) -> Callable[[Path], None]:
    """Return a function that appends a text to a file of a copy."""

    def plant(copy: Path) -> None:
        with open(copy / name, "a", encoding="utf-8") as handle:
            handle.write(text)

    return plant


def _plant_record_twice(copy: Path) -> None:
    manifest = ast.literal_eval((copy / "__manifest__.py").read_text())
    manifest["data"] = [*manifest.get("data", []), "data/planted.xml"]
    (copy / "__manifest__.py").write_text(f"{manifest!r}\n")
    (copy / "data").mkdir(exist_ok=True)
    record = '<record id="planted" model="res.partner"><field name="name">Planted</field></record>'
    (copy / "data" / "planted.xml").write_text(f"<odoo>{record}{record}</odoo>\n")


CHECKERS = (
    Checker("ruff check", _ruff_check, _add("models/planted.py", "import os\n"), "F401"),
    Checker("ruff: ponto_client without Odoo", _ruff_check, _add("ponto_client/planted.py", "import odoo\n"), "TID251"),
    Checker(
        "ruff: statement_files without Odoo", _ruff_check, _add("statement_files/planted.py", "import odoo\n"), "TID251"
    ),
    Checker(
        "ruff: payment_references without Odoo",
        _ruff_check,
        _add("payment_references/planted.py", "import odoo\n"),
        "TID251",
    ),
    Checker("ruff format", _ruff_format, _add("models/planted.py", "x  =  1\n"), "models/planted.py"),
    Checker(
        "pylint-odoo", _pylint, _add("models/planted.py", "def f(self):\n    self.env.cr.commit()\n"), "invalid-commit"
    ),
    Checker("OCA checks of data files", _oca_checks, _plant_record_twice, "xml-duplicate-record-id"),
    Checker("README.rst", _rendered, _add("README.rst", "\nPlanted\n--\n\n`broken <\n"), "README.rst"),
    Checker("pages of the documents", _rendered, _add(f"{documents.PAGES}/index.rst", "\n`broken <\n"), "index.rst"),
    Checker(
        "sections that comments name",
        _documents,
        _add("models/planted.py", f"# {documents.NUMBERED[0]}, 999\n"),
        "has no 999",
    ),
    Checker(
        "files that documents name", _documents, _add("ARCHITECTURE.md", "\n`models/planted.py`\n"), "models/planted.py"
    ),
    Checker("length of README.rst", _documents, _add("README.rst", "\n" * documents.README_LINES), "lines, more than"),
    Checker("complexity", _complexity, _add("models/planted.py", PLANTED_DECISIONS), "models/planted.py:1: planted"),
    Checker("tests are imported", _test_imports, _add("tests/test_planted.py", ""), "test_planted"),
)
