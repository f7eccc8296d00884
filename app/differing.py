"""What became of a file since it was read. Knows no window, since a long file is read by another process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.catalog.differing import told_lines
from engine.model import files
from engine.model.differences import in_short

if TYPE_CHECKING:
    from pathlib import Path

    from engine.model.design import Design


@dataclass(frozen=True, slots=True)
class Conflict:
    """What became of a file since it was read."""

    path: Path
    is_gone: bool = False
    problem: str = ""
    """Why what it holds now cannot be opened."""
    summary: str = ""
    """What was done to the open design to make what the file holds now."""
    details: tuple[str, ...] = ()

    @property
    def can_take(self) -> bool:
        """Whether what the file holds now can be opened."""
        return not self.is_gone and not self.problem


def conflict_of(path: Path, design: Design, *, is_gone: bool) -> Conflict | None:
    """How a changed file differs from the open design; None where it does not."""
    if is_gone:
        return Conflict(path, is_gone=True)
    try:
        theirs = files.load(path)
    except files.FileError as error:
        return Conflict(path, problem=str(error))
    if theirs == design:
        return None
    return Conflict(path, summary=in_short(design, theirs), details=told_lines(design, theirs))
