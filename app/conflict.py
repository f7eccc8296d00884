"""A file that somebody else changed while it was open: what to say, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from app.banner import Choice, Message
from engine.model import files
from engine.model.differences import differences, in_short

if TYPE_CHECKING:
    from pathlib import Path

    from engine.model.design import Design

KEY: Final = "conflict"
"""Of the message."""


class Answers(Protocol):
    """What can be done about a conflict."""

    def save_as(self) -> bool:
        """Store the open design elsewhere."""

    def keep_mine(self) -> bool:
        """Store the open design over what the file holds."""

    def take_theirs(self) -> bool:
        """Open what the file holds."""


ELSEWHERE: Final = "elsewhere"
"""Key of the message that another window shows the file too."""


def elsewhere(path: Path) -> Message:
    """What to say of a file that is open twice."""
    text = (
        f"{files.shown_name(path)} is open in another window as well. "
        "Whoever saves second is asked whose version is kept."
    )
    return Message(ELSEWHERE, text, "info")


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
    return Conflict(path, summary=in_short(design, theirs), details=differences(design, theirs))


def message_of(conflict: Conflict, answers: Answers, *, is_dirty: bool) -> Message:
    """The message, with what can be done; the first is what loses least."""
    name = files.shown_name(conflict.path)
    save_as = Choice("Save as…", answers.save_as)
    mine = Choice("Keep mine", answers.keep_mine)
    if conflict.is_gone:
        text = (
            f"{name} was deleted, moved or renamed outside. The open design is all there is of it."
        )
        return Message(KEY, text, choices=(Choice("Save it again", answers.keep_mine), save_as))
    if conflict.problem:
        text = f"{name} was changed outside, and cannot be opened any more: {conflict.problem}"
        return Message(KEY, text, choices=(save_as, mine))
    theirs = Choice("Take theirs", answers.take_theirs)
    also = " You have unsaved changes as well." if is_dirty else ""
    text = (
        f"{name} was changed outside: {conflict.summary}.{also} "
        "What you do not choose stays in the file’s earlier versions."
    )
    choices = (save_as, mine, theirs) if is_dirty else (theirs, mine, save_as)
    return Message(KEY, text, choices=choices, details="\n".join(conflict.details))
