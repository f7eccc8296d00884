"""The repository stays readable, self-contained and consistent with itself."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from importlib.metadata import requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("app", "widgets", "engine")

MAX_MODULE_LINES = 500
MAX_TEST_LINES = 700
MAX_FUNCTION_LINES = 60
MAX_FILE_BYTES = 1_500_000


def tracked_files() -> list[Path]:
    """What belongs to the repository, in a clone as well as in an unpacked archive."""
    git = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode == 0:
        names = [name for name in listing.stdout.split("\0") if name]
        return sorted(path for name in names if (path := ROOT / name).is_file())
    skipped = {".venv", "build", "dist", ".git", "__pycache__", "_compiled"}
    return sorted(
        path for path in ROOT.rglob("*") if path.is_file() and not skipped & set(path.parts)
    )


FILES = tracked_files()
MODULES = [path for path in FILES if path.suffix == ".py"]
PRODUCT = [path for path in MODULES if path.relative_to(ROOT).parts[0] in SOURCES]


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def test_there_is_something_to_check() -> None:
    assert len(PRODUCT) > 20


def test_no_module_is_too_long_to_read() -> None:
    lengths = {path.relative_to(ROOT): text_of(path).count("\n") for path in MODULES}
    most = {
        path: MAX_TEST_LINES if path.parts[0] == "tests" else MAX_MODULE_LINES for path in lengths
    }
    assert {str(path): n for path, n in lengths.items() if n > most[path]} == {}


def test_no_function_is_too_long_to_read() -> None:
    long = []
    for path in PRODUCT:
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MAX_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name} {lines}")
    assert long == []


def test_no_file_is_huge() -> None:
    sizes = {str(path.relative_to(ROOT)): path.stat().st_size for path in FILES}
    assert {name: n for name, n in sizes.items() if n > MAX_FILE_BYTES} == {}


# Written in two halves, so that this file does not mention what it forbids.
FORBIDDEN = {
    "the host of a package registry": "|".join(
        left + right
        for left, right in (
            (r"pypi\.", r"org"),
            (r"python", r"hosted"),
            (r"registry\.", r"npmjs"),
            (r"conda\.", r"anaconda"),
            (r"index", r"-url"),
            (r"find", r"-links"),
        )
    ),
    "a folder outside the repository": "/work" + r"/(?:shared|main)|\.\./" + "shared",
    "unfinished work": r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_the_repository_does_not_mention(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in FILES
        if path.suffix not in {".png", ".ico", ".icns", ".ttf", ".otf", ".woff2", ".gz"}
        for match in pattern.finditer(text_of(path))
    ]
    assert found == []


def test_top_level_is_as_agreed() -> None:
    folders = {path.relative_to(ROOT).parts[0] for path in FILES if path.parent != ROOT}
    visible = {name for name in folders if not name.startswith(".")}
    assert visible <= {*SOURCES, "assets", "saved_designs", "tests", "packaging"}


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert version("windtunnel") == project["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"[{project['version']}]" in changelog or "[Unreleased]" in changelog


def test_the_constraints_pin_everything_that_gets_installed() -> None:
    lines = (ROOT / "packaging" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.!+]+", line) for line in lines)
    pinned = {canonical(line.split("==")[0]) for line in lines}
    assert closure("windtunnel", {"dev"}) <= pinned


def closure(root: str, extras: set[str]) -> set[str]:
    """Names of all distributions that `root` with `extras` pulls in on this system."""
    found: set[str] = set()
    waiting = [(root, frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop()
        for line in requires(name) or []:
            requirement = Requirement(line)
            marker = requirement.marker
            applies = marker is None or any(
                marker.evaluate({"extra": extra}) for extra in (wanted or {""}) | {""}
            )
            if applies and canonical(requirement.name) not in found:
                found.add(canonical(requirement.name))
                waiting.append((requirement.name, frozenset(requirement.extras)))
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_percents_are_written_in_one_way() -> None:
    """As ``82 %``: Python's own format sets the sign close, where quantities set it apart."""
    close = re.compile(r":\.\d%\}")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in PRODUCT
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if close.search(line)
    ]
    assert found == []


def test_nobody_walks_the_focus_chain() -> None:
    """PySide takes what it returns for a child of what was asked (``app.panes``)."""
    walks = re.compile(r"\.(next|previous)InFocusChain\(")
    assert [str(path.relative_to(ROOT)) for path in PRODUCT if walks.search(text_of(path))] == []


def test_every_command_of_the_documents_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, flags=re.MULTILINE))
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        named = set(re.findall(r"(?:^    |`)make ([a-z]+)", text, flags=re.MULTILINE))
        assert named, document
        assert named <= targets, document


def test_every_link_of_the_documents_leads_somewhere() -> None:
    for document in ("README.md", "CONTRIBUTING.md"):
        text = (ROOT / document).read_text(encoding="utf-8")
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", text):
            assert (ROOT / target).exists(), f"{document} links to {target}"


def test_painters_end_whatever_happens() -> None:
    """An exception keeps those that are left open: Qt ends the process when their picture is gone."""
    opened = re.compile(r"(?<!with )\bQPainter\(")
    found = {str(path.relative_to(ROOT)) for path in PRODUCT if opened.search(text_of(path))}
    assert found == set(), "open painters by `with QPainter(...) as painter:`"
