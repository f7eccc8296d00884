"""The pages that come with the application as files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.handbook.page import Page

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = Path(__file__).resolve().parent.parent.parent / "assets" / "help"
"""Where they are, beside the packages."""

SHELVES: Final = {
    "Begin": ("first-minutes", "load", "canvas", "events", "shortcuts"),
    "Understand": ("why", "traces", "looking-back", "model"),
    "Decide": ("objectives", "studies", "comparing"),
    "Look up": ("words", "results", "findings", "command-line", "files"),
}
"""Which page stands where; pages that are not named here stand under the last."""
DECISIONS: Final = "Decisions"


def shipped_pages() -> Iterator[Page]:
    """All of them, in the order of the contents."""
    shelf_of = {key: shelf for shelf, keys in SHELVES.items() for key in keys}
    order = list(shelf_of)
    files = {file.stem: file for file in FOLDER.glob("*.md")}
    for key in sorted(files, key=lambda each: (order.index(each) if each in order else 99, each)):
        yield _page(files[key], key, shelf_of.get(key, "Look up"))
    for file in sorted((FOLDER / "decisions").glob("*.md"), key=_first_read):
        yield _page(file, f"decisions/{file.stem}", DECISIONS)


def _first_read(file: Path) -> tuple[bool, str]:
    """What the decisions are comes before them."""
    return file.stem != "README", file.stem


def _page(file: Path, key: str, shelf: str) -> Page:
    """Read one."""
    text = file.read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("# "))
    return Page(key, title.removeprefix("# "), shelf, text)
