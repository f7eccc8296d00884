"""What the application remembers between starts: a small JSON file, shared by all windows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from engine.model.disk import PRIVATE, read_whole, write_whole

if TYPE_CHECKING:
    from pathlib import Path

MAX_RECENT: Final = 12
MAX_STOPPED: Final = 50
"""Designs whose breakpoints are remembered."""
_MOST: Final = 1_000_000


class Preferences(BaseModel):
    """Everything remembered. Unknown keys of a newer version are kept."""

    model_config = ConfigDict(frozen=True, extra="allow")

    theme: Literal["system", "dark", "light"] = "system"
    recent: tuple[str, ...] = ()
    """Paths of designs, latest first."""
    last: str | None = None
    """Path of the design open at the last exit."""
    geometry: str = ""
    """Window geometry as Qt saves it, in base 64."""
    splitters: dict[str, tuple[int, ...]] = {}
    """Sizes of each splitter, by its name."""
    reduced_motion: bool = False
    """Whether moving dots and other motion stay still."""
    speed: float = 5.0
    """Simulated seconds a wall second at start."""
    memory: Annotated[float, Field(ge=1e7, le=1e15)] = 2e9
    """Bytes that a run may take."""
    traces: bool = True
    """Whether runs in the window record single requests."""
    author: str = ""
    """Who comments; nothing is the name by which the system knows the person."""
    tour: Annotated[int, Field(ge=0)] | None = None
    """Step of the tour to go on with; None where it was never offered."""
    folder: str = ""
    """Folder of the last file dialog."""
    breakpoints: dict[str, list[dict[str, JsonValue]]] = {}
    """When runs are to pause by themselves, by the path of the design, the latest last."""


class Settings:
    """The preferences and their file. A file that cannot be read means defaults, never a failure."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = self._read()
        self._unstored: dict[str, object] = {}
        """Changes that the disk did not take."""

    @property
    def values(self) -> Preferences:
        """The preferences as they are."""
        return self._values

    def update(self, **changes: object) -> None:
        """Change some and store all; a full disk loses the change, not the session.

        What another window has stored meanwhile stays: only the changes are this one's.
        """
        before = self._read()
        self._unstored |= changes
        made = Preferences.model_validate(before.model_dump() | self._unstored)
        self._values = made
        if made == before:
            return
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self._path, made.model_dump_json(indent=1).encode(), PRIVATE)
        except OSError:
            return
        self._unstored.clear()

    def note_opened(self, path: Path) -> None:
        """Put a file at the top of the recent ones."""
        text = str(path)
        others = tuple(each for each in self._read().recent if each != text)
        self.update(recent=(text, *others)[:MAX_RECENT], last=text, folder=str(path.parent))

    def breakpoints_of(self, path: str) -> list[dict[str, JsonValue]]:
        """What was noted last of the breakpoints of a file, by any window."""
        return self._read().breakpoints.get(path, [])

    def note_breakpoints(self, path: str, points: list[dict[str, JsonValue]]) -> None:
        """Remember the breakpoints of a file; those of the files that were noted longest ago go."""
        known = self._read().breakpoints
        if known.get(path, []) == points:
            return
        rest = {each: kept for each, kept in known.items() if each != path}
        made = {**rest, path: points} if points else rest
        self.update(breakpoints=dict(list(made.items())[-MAX_STOPPED:]))

    def forget(self, path: Path) -> None:
        """Take a file that is gone off the recent ones."""
        self.update(recent=tuple(each for each in self._read().recent if each != str(path)))

    def _read(self) -> Preferences:
        """Read the file; what is wrong in it counts as absent."""
        try:
            return Preferences.model_validate(json.loads(read_whole(self._path, _MOST)[0]))
        except (OSError, ValueError, ValidationError, RecursionError):
            return Preferences()
