"""The help is true as far as can be looked up: links lead somewhere, and what it names exists."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from typer.main import get_command

from engine.catalog import COMPONENTS
from engine.cli.main import make_app
from engine.handbook.handbook import FIRST, handbook
from engine.handbook.page import Page
from engine.handbook.shipped import FOLDER, SHELVES
from engine.model.event_kinds import EVENT_KINDS
from engine.model.failures import FAILURES

ROOT = Path(__file__).parents[3]
BOOK = handbook()
WRITTEN = [page for page in BOOK.pages.values() if "/" not in page.key]
_FENCED = re.compile(r"```.*?```", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_.]+)*")
_CODE_OF_FINDING = re.compile(r"[a-z]+(-[a-z]+)*")
_MADE_UP = {"users", "web", "orders", "store", "0", "25", "depth"}
"""Ids and values in examples."""
_STRESSED = {
    "burn rate × budget", "burn rate × budget × long window ÷ share of errors",
    "+ added", "• changed", "↔ moved", "(default)", "The same", "not sure", "on the Pareto front",
    "Half the load",
}  # fmt: skip
"""What is set off and is no name of something to choose."""


@cache
def read(folder: str) -> tuple[frozenset[str], frozenset[str]]:
    """Every text and every name in the sources of a layer, and the codes of findings that its checks give."""
    texts: set[str] = set()
    codes: set[str] = set()
    for file in (ROOT / folder).rglob("*.py"):
        in_words = "handbook" in file.parts
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call():
                    codes.update(codes_in(node))
                case _ if in_words:
                    continue
                case ast.Constant(value=str() as text):
                    texts.add(text.replace("&", ""))
                case ast.Name(id=name) | ast.arg(arg=name) | ast.keyword(arg=str() as name):
                    texts.add(name)
                case ast.Attribute(attr=name):
                    texts.add(name)
    return frozenset(texts), frozenset(codes)


def codes_in(call: ast.Call) -> Iterator[str]:
    """The codes of findings that a call is given."""
    for each in call.keywords:
        if each.arg == "code" and isinstance(each.value, ast.Constant):
            yield str(each.value.value)
    made_by = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if made_by in {"risk", "_risk", "_warn", "_warning", "_finding"}:
        for each in call.args:
            text = each.value if isinstance(each, ast.Constant) else None
            if isinstance(text, str) and _CODE_OF_FINDING.fullmatch(text) and "-" in text:
                yield text


def strings(folder: str) -> frozenset[str]:
    """Every text and every name in the sources of a layer."""
    return read(folder)[0]


def finding_codes() -> frozenset[str]:
    """The codes of all findings, as the sources of the checks give them."""
    return read("engine")[1]


def spans(page: Page) -> Iterator[str]:
    """What stands in code on a page, blocks aside."""
    yield from _CODE.findall(_FENCED.sub("", page.markdown))


@cache
def commands() -> dict[str, set[str]]:
    """Every command, such as ``study knee``, with its options."""
    found: dict[str, set[str]] = {}

    def walk(command: object, name: str) -> None:
        options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
        found[name] = {*options, "--help"}
        for each, sub in getattr(command, "commands", {}).items():
            walk(sub, f"{name} {each}".strip())

    walk(get_command(make_app((), "study")), "")
    return found


def is_command(text: str) -> bool:
    """Whether a line that begins like a command is one, with options that it takes."""
    known, words = (
        commands(),
        shlex.split(text)[1:] if text.startswith("windtunnel") else shlex.split(text),
    )
    name = ""
    while words and f"{name} {words[0]}".strip() in known:
        name = f"{name} {words.pop(0)}".strip()
    options = {word for word in words if word.startswith("--")}
    capitals = [word for word in words if word not in options]
    shaped = all(re.fullmatch(r"[A-Z][A-Z.a-z0-9-]*|…|\d\w*", word) for word in capitals)
    return options <= known[name] and shaped and (bool(name) or capitals in ([], ["FILE"]))


def is_known(text: str) -> bool:
    """Whether what stands in code names something that there is."""
    if text.startswith(("windtunnel", "simulate ")):
        return is_command(text)
    if text.startswith("--"):
        return any(text.split(maxsplit=1)[0] in options for options in commands().values())
    if text.startswith(("{", '"', ".windtunnel", "pip install windtunnel[")) or " " in text:
        return True
    if text in finding_codes():
        return True
    if text.endswith(".sqlite3"):
        return any(text in each for each in strings("app"))
    if not _NAME.fullmatch(text):
        return False
    known = strings("engine") | _MADE_UP
    return text in known or all(part in known for part in text.split("."))


@pytest.mark.parametrize("page", BOOK.pages.values(), ids=lambda page: page.key)
def test_every_link_leads_to_a_page_and_to_a_heading_there(page: Page) -> None:
    for link in _LINK.findall(_FENCED.sub("", page.markdown)):
        found = BOOK.follow(link, page.key)
        assert found is not None, link
        assert found[1] or "#" not in link, link


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.key)
def test_what_stands_in_code_exists(page: Page) -> None:
    assert [text for text in spans(page) if not is_known(text)] == []


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("windtunnel simulate FILE --json OUT", True),
        ("windtunnel simulate FILE --jsn OUT", False),
        ("windtunnel study knees", False),
        ("windtunnel pay FILE", False),
        ("hit_ratio", True),
        ("hit_rtio", False),
        ("users.latency.p99", True),
        ("no-timeout", True),
        ("no-timeouts", False),
        ("--otlp", True),
        ("--oltp", False),
    ],
)
def test_what_does_not_exist_would_be_noticed(text: str, known: bool) -> None:
    assert is_known(text) == known


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: page.key)
def test_what_is_to_be_chosen_is_there(page: Page) -> None:
    """Words in italics are what a button, a menu, a tab, a heading or a state says."""
    bare = re.sub(r"\*\*[^*]+\*\*", "", _CODE.sub("", _FENCED.sub("", page.markdown)))
    there = {
        text.rstrip("…")
        for text in strings("app") | strings("widgets") | strings("engine") | _STRESSED
    }
    there |= {text[:1].upper() + text[1:] for text in there}  # at the beginning of a sentence
    named = {" ".join(text.split()).rstrip("…") for text in re.findall(r"\*([^*]+)\*", bare)}
    assert named - there == set()


def test_every_finding_is_explained_and_none_that_there_is_not() -> None:
    told = {text for text in spans(BOOK.pages["findings"]) if not text.startswith("windtunnel")}
    assert told == finding_codes()


def test_every_command_is_told_of() -> None:
    told = set(spans(BOOK.pages["command-line"])) | set(spans(BOOK.pages["studies"]))
    heads = {
        " ".join(w for w in each.split()[1:] if w.islower())
        for each in told
        if each.startswith("windtunnel")
    }
    assert {each for each in commands() if each} - heads <= {"study rerun"}


def test_all_files_are_in_the_book_and_on_a_shelf() -> None:
    files = {file.stem for file in FOLDER.glob("*.md")}
    assert files == {page.key for page in WRITTEN}
    assert files == {key for keys in SHELVES.values() for key in keys}
    assert FIRST in files


def test_there_is_a_page_for_each_component_with_each_of_its_fields() -> None:
    for component in COMPONENTS:
        page = BOOK.pages[f"components/{component.kind}"]
        told = {section.text.split(" ")[0] for section in page.sections}
        assert set(component.config.model_fields) <= told, component.kind


def test_events_and_reasons_of_failures_are_told_of() -> None:
    assert {kind.title for kind in EVENT_KINDS} <= {
        section.title for section in BOOK.pages["reference/events"].sections
    }
    assert len(BOOK.pages["reference/failures"].sections) == len(FAILURES) + 1
    assert "`users.latency.p99`" in BOOK.pages["reference/metrics"].markdown


def test_a_field_is_found_by_its_path() -> None:
    def at(key: str, *names: str) -> tuple[str, str]:
        page, number = BOOK.at_field(key, names)
        return page, BOOK.pages[page].sections[number].title

    assert at("components/link", "retry", "backoff", "cap") == ("settings/backoff", "Cap")
    assert at("components/service", "service_time", "mean")[0] == "settings/constant"
    assert at("components/service", "nonsense") == ("components/service", "Service")
