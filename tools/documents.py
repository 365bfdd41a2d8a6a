"""What the sources and the documents say of each other: every section and every file that is named exists.

A comment leads to a document by its path and a number: `doc/<name>.md, 8.4`. Standard library only, no import of the
rest of ``tools``: a test uses it too.
"""

import re
from collections import Counter
from pathlib import Path

NUMBERED = tuple(f"doc/{name}.md" for name in ("decisions", "ponto-api"))  # comments name their sections by number
MAPS = ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.rst")  # like the pages, they name files of the tree only
README_LINES = 150
PAGES = "doc/usage"
SOURCES = (".js", ".py", ".scss", ".sql", ".toml", ".xml")

# "## 8. Behavior", "### 8.4 Dates", or a paragraph that begins with "**8.4 Dates.**".
NUMBER = r"\d+(?:\.\d+)*"
HEADING = re.compile(rf"^(?:#+ |\*\*)({NUMBER})\.? ", re.MULTILINE)
LINE_BREAK = re.compile(r"\n[ \t]*(?:#|//)?[ \t]*")
DOCUMENT = re.compile(r"(?<![\w/.-])([\w/-]+\.(?:md|rst))\b")
NUMBERS = re.compile(rf", {NUMBER}(?:(?:, | and ){NUMBER})*")
LOOSE = re.compile(r"\b(?:decision|finding|section)s? \d[\d.]*", re.IGNORECASE)
FILE = re.compile(r"(?<![\w/.-])([\w.*-]+(?:/[\w.*-]+)*(?:/|\.(?:js|md|py|rst|scss|sql|toml|xml)))(?![\w/])")
MEMBER = re.compile(r"`(_[a-z]\w+|[A-Z][A-Z_]{3,})`")  # a method or a constant
LINK = re.compile(r"<([\w./-]+\.rst)>`__|\]\(([\w./-]+)(?:#[\w-]*)?\)")


def scan(root: Path) -> tuple[int, str]:
    """Look at all sources and documents.

    :param root: the tree, or a copy of it
    :return: how many sources were looked at, and one line for each thing that is wrong
    """
    files = _files(root)
    sources = {path.relative_to(root): _read(path) for path in files if path.suffix in SOURCES}
    known = {name: read_numbers(_read(root / name)) for name in NUMBERED}
    findings = [
        f"{name} has {number} twice" for name in known for number, count in Counter(known[name]).items() if count > 1
    ]
    names = {path.name for path in files}
    for shown, text in sources.items():
        findings += [f"{shown}:{line}: {words}" for line, words in broken_references(text, known, names)]
    shipped = "\n".join(text for shown, text in sources.items() if shown.parts[0] != "tests")
    members = set(re.findall(r"\w+", shipped))
    for name in (*MAPS, *(f"{PAGES}/{page.name}" for page in sorted((root / PAGES).glob("*.rst")))):
        findings += [f"{name} names {missing}, which does not exist" for missing in _missing(root, name, members)]
    findings += _check_readme(root)
    findings += _check_pages(root, [path for path in files if path.suffix in (".md", ".rst")])
    return len(sources), "\n".join(findings)


def read_numbers(text: str) -> list[str]:
    """Return the numbers of the sections of a document, in their order.

    :param text: Markdown
    """
    return HEADING.findall(text)


def broken_references(text: str, known: dict[str, list[str]], names: set[str]) -> list[tuple[int, str]]:
    """Return what a source says of documents that is not true.

    :param text: the source
    :param known: path of a numbered document: the numbers it has
    :param names: names of all files of the tree
    :return: line, and what is wrong there
    """
    flat = LINE_BREAK.sub(lambda found: " ".ljust(len(found[0]), "\0"), text)
    # What was left out of the flat text, so that a place in it is a line of the source.
    places = [index for index, sign in enumerate(flat) if sign != "\0"]
    flat = flat.replace("\0", "")
    found = []
    for mention in DOCUMENT.finditer(flat):
        name = mention[1]
        if name not in known:
            numbered = next((path for path in known if path.endswith(f"/{name.rpartition('/')[2]}")), None)
            if numbered:
                found.append((mention.start(), f"{name}: write {numbered} and the number of a section"))
            elif name.rpartition("/")[2] not in names:
                found.append((mention.start(), f"{name} does not exist"))
            continue
        numbers = NUMBERS.match(flat, mention.end())
        if not numbers:
            found.append((mention.start(), f"{name}: the number of a section is missing"))
        for number in re.findall(NUMBER, numbers[0]) if numbers else ():
            if number not in known[name]:
                found.append((mention.start(), f"{name} has no {number}"))
    found += [(loose.start(), f"{loose[0]!r}: of which document?") for loose in LOOSE.finditer(flat)]
    return [(text.count("\n", 0, places[place]) + 1, words) for place, words in sorted(found)]


def _check_readme(root: Path) -> list[str]:
    lines = len(_read(root / "README.rst").splitlines())
    return [f"README.rst has {lines} lines, more than {README_LINES}"] if lines > README_LINES else []


def _check_pages(root: Path, documents: list[Path]) -> list[str]:
    """Find pages that the index leaves out, and links between documents that lead nowhere."""
    findings = []
    folder = root / PAGES
    index = _read(folder / "index.rst")
    for page in sorted(folder.glob("*.rst")):
        if page.name != "index.rst" and f"<{page.name}>" not in index:
            findings.append(f"{PAGES}/index.rst does not list {page.name}")
    for path in documents:
        targets = [target for pair in LINK.findall(_read(path)) for target in pair if target]
        shown = path.relative_to(root)
        findings += [f"{shown}: no {name} there" for name in targets if not (path.parent / name).exists()]
    return findings


def _missing(root: Path, name: str, members: set[str]) -> list[str]:
    """Return the files, methods and constants that a document names and the tree does not have."""
    text = re.sub(r"https?://\S+", "", LINK.sub("", _read(root / name)))
    missing = [file for file in dict.fromkeys(FILE.findall(text)) if not _exists(root, file)]
    named = dict.fromkeys(MEMBER.findall(text))
    return missing + [member for member in named if member not in members and not (root / member).exists()]


def _exists(root: Path, file: str) -> bool:
    """Tell whether a path, from the root, is there; a pattern without a folder may match anywhere."""
    everywhere = "*" in file and "/" not in file
    return any(root.rglob(file) if everywhere else root.glob(file.rstrip("/")))


def _files(root: Path) -> list[Path]:
    paths = (path for path in sorted(root.rglob("*")) if path.is_file())
    return [
        path
        for path in paths
        if not any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(root).parts)
    ]


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
