"""The one adapter between edits, which are data, and Qt's undo stack."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QUndoCommand

from engine.model.edits import CompoundEdit, Insert, Move, Remove, SetDesign, SetField

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.edits import Edit

MERGE_WITHIN: Final = 0.8
"""Seconds between two edits of the same field that still count as one action (typing, a held key)."""
_MERGE_ID: Final = 1


def undoing(edit: Edit, inverse: Edit) -> Edit:
    """What takes an edit back, called so: wherever it is told what somebody did, undoing is something else."""
    if isinstance(inverse, CompoundEdit | Insert | Move | Remove | SetDesign | SetField):
        return replace(inverse, label=f"{edit.label} undone")
    return inverse


def merge_key(edit: Edit) -> tuple[object, ...] | None:
    """What a run of edits must share to be one undo step; None never merges.

    Lists, such as the events of a scenario, are whole actions each and stay apart.
    """
    match edit:
        case SetField(item, path, value) if not isinstance(value, list | dict):
            return ("field", item, path)
        case SetDesign(path, value) if not isinstance(value, list | dict):
            return ("design", path)
        case Move(positions):
            return ("move", frozenset(position.id for position in positions))
    return None


class EditCommand(QUndoCommand):
    """An edit on the undo stack. ``apply`` puts an edit into effect and never fails for these two."""

    def __init__(
        self, edit: Edit, inverse: Edit, apply: Callable[[Edit], None], made_at: float
    ) -> None:
        super().__init__(edit.label)
        self.edit = edit
        self._inverse = inverse
        self._apply = apply
        self.made_at = made_at

    def redo(self) -> None:
        """Put the edit into effect."""
        self._apply(self.edit)

    def undo(self) -> None:
        """Take it back."""
        self._apply(self._inverse)

    def id(self) -> int:
        """Say whether Qt may ask to merge."""
        return -1 if merge_key(self.edit) is None else _MERGE_ID

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Take a later edit of the same thing into this step, when it came right after."""
        if not isinstance(other, EditCommand) or merge_key(self.edit) != merge_key(other.edit):
            return False
        if other.made_at - self.made_at > MERGE_WITHIN:
            return False
        self.edit, self.made_at = other.edit, other.made_at
        return True
