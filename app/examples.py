"""The designs that come with the application."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_FIRST: Final = ("flash-sale", "three-tiers", "hello")
"""Which design a new user sees running, by file name, best first."""


@dataclass(frozen=True, slots=True)
class Example:
    """A shipped design: its file and its title."""

    path: Path
    title: str


def examples(folder: Path) -> list[Example]:
    """The shipped designs, by title."""
    found = [Example(path, _title_of(path)) for path in folder.glob("*.windtunnel")]
    return sorted(found, key=lambda each: each.title.casefold())


def first_example(folder: Path) -> Path | None:
    """The design to begin with."""
    paths = {path.stem: path for path in sorted(folder.glob("*.windtunnel"))}
    return next((paths[name] for name in _FIRST if name in paths), next(iter(paths.values()), None))


def _title_of(path: Path) -> str:
    """The title inside the file; its name when it cannot be read."""
    try:
        title = json.loads(path.read_text("utf-8")).get("title")
    except (OSError, ValueError, AttributeError, RecursionError):
        title = None
    return title if isinstance(title, str) and title else path.stem
