"""A file that somebody else changed while it was open: what to say, and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from app.banner import Choice, Message
from engine.model import files

if TYPE_CHECKING:
    from pathlib import Path

    from app.differing import Conflict

KEY: Final = "conflict"
"""Of the message."""


class Answers(Protocol):
    """What can be done about a conflict."""

    def save_as(self) -> bool:
        """Store the open design elsewhere."""

    def save_beside(self) -> bool:
        """Store the open design elsewhere, under a name that is not that of the file."""

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


def message_of(conflict: Conflict, answers: Answers, *, is_dirty: bool) -> Message:
    """The message, with what can be done; the first is what loses least."""
    name = files.shown_name(conflict.path)
    save_as = Choice("Save as…", answers.save_beside)
    mine = Choice("Keep mine", answers.keep_mine)
    if conflict.is_gone:
        text = (
            f"{name} was deleted, moved or renamed outside. The open design is all there is of it."
        )
        again = Choice("Save it again", answers.keep_mine)
        return Message(KEY, text, choices=(again, Choice("Save as…", answers.save_as)))
    if conflict.problem:
        text = f"{name} was changed outside, and cannot be opened any more: {conflict.problem}"
        return Message(KEY, text, choices=(save_as, mine))
    theirs = Choice("Take theirs", answers.take_theirs)
    told = (
        # What is missing there may be what was added here: nobody took it away.
        f"{name} was changed outside, and you have unsaved changes. "
        f"Theirs beside yours: {conflict.summary}. "
        if is_dirty
        else f"{name} was changed outside: {conflict.summary}. "
    )
    text = f"{told}What you do not choose stays in the file’s earlier versions."
    choices = (save_as, mine, theirs) if is_dirty else (theirs, mine, save_as)
    return Message(KEY, text, choices=choices, details="\n".join(conflict.details))
