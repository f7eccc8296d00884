"""The open document: a design, its undo history, where it is stored, and whether that is up to date."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app.cascade import completed
from app.undo import EditCommand, undoing
from engine.model.design import Design
from engine.model.edits import Applied, EditError, Foreseen

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.model.disk import Stamp
    from engine.model.edits import Edit

UNDO_LIMIT = 1000
_KNOWN: Final = 64
"""Latest edits, forth and back, of which it is known what they come to."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What an edit of a design comes to. Undo and redo need not find it out anew: a recording is long."""

    edit: Edit
    design: Design
    applied: Applied


class DesignDocument(QObject):
    """Owns the design. Everything that changes it comes through ``push`` and can be undone."""

    changed = Signal(object, object)
    """The new ``Design`` and the ``Changes``, after every edit, undo and redo."""
    edited = Signal(object, object)
    """The ``Edit`` just put into effect and its ``Changes``, for a running simulation."""
    replaced = Signal(object)
    """Another ``Design`` was opened."""
    state_changed = Signal()
    """Path, title or dirty mark changed."""
    refused = Signal(str)
    """An edit did not fit; one line says why. Nothing was changed."""

    def __init__(
        self, parent: QObject | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._design = Design()
        self._path: Path | None = None
        self._stamp: Stamp | None = None
        self._known: deque[_Known] = deque(maxlen=_KNOWN)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(UNDO_LIMIT)
        self._announced = self._design.title
        self.stack.cleanChanged.connect(self._announce)
        # Not while an edit is put into effect: only afterwards does the stack know that it is dirty.
        self.stack.indexChanged.connect(self._note_title)

    @property
    def design(self) -> Design:
        """The design as it is."""
        return self._design

    @property
    def path(self) -> Path | None:
        """The file it is stored in; None before the first save."""
        return self._path

    @property
    def stamp(self) -> Stamp | None:
        """By what the file is known that this is a version of; None where that was never seen."""
        return self._stamp

    @property
    def is_dirty(self) -> bool:
        """Whether there is something to save."""
        return not self.stack.isClean()

    @property
    def title(self) -> str:
        """The design's title."""
        return self._design.title or "Untitled"

    def item_is_gone(self, item_id: str) -> bool:
        """Whether an item is no longer there."""
        return self._design.item(item_id) is None

    def replace(self, design: Design, path: Path | None, stamp: Stamp | None = None) -> None:
        """Open another design with an empty history."""
        self._design = design
        self._path, self._stamp = path, stamp
        self.stack.clear()
        self._known.clear()
        self.replaced.emit(design)
        self._announce()

    def mark_unsaved(self) -> None:
        """Treat the design as changed though its history is empty: it was recovered."""
        self.stack.resetClean()
        self._announce()

    def mark_saved(
        self, path: Path, stamp: Stamp | None = None, design: Design | None = None
    ) -> None:
        """Note that the design was stored there: as it is, or as it was when storing it began."""
        self._path, self._stamp = path, stamp
        if design is None or design is self._design:
            self.stack.setClean()
        else:
            self.stack.resetClean()  # not even where undo came back to what was stored before
        self._announce()

    def push(self, edit: Edit) -> bool:
        """Put an edit into effect as one undo step; where it does not fit, say so and change nothing.

        It is tried before it is pushed, since a command whose ``redo`` fails would stay on the stack.
        """
        try:
            applied = edit.apply(self._design)
            edit = edit.edit if isinstance(edit, Foreseen) else edit
            whole = completed(edit, applied)
            if whole is not edit:
                applied = whole.apply(self._design)
        except EditError as error:
            self.refused.emit(str(error))
            return False
        if applied.design != self._design:
            self._push(whole, applied)
        return True

    def push_applied(self, edit: Edit, applied: Applied) -> None:
        """Put an edit into effect of which somebody found out, elsewhere, what it makes of the open design."""
        self._push(edit, applied)

    def close(self) -> None:
        """Say nothing more: a stack that is taken down would still announce that it is empty."""
        self.stack.blockSignals(True)  # noqa: FBT003 - Qt's signature

    def _note_title(self) -> None:
        """An edit may have changed the title."""
        if self._design.title != self._announced:
            self._announce()

    def _announce(self) -> None:
        """Tell everybody of path, title and dirty mark."""
        self._announced = self._design.title
        self.state_changed.emit()

    def _push(self, edit: Edit, applied: Applied) -> None:
        """Make it an undo step, and remember both ways what it comes to."""
        inverse = undoing(edit, applied.inverse)
        back = Applied(self._design, applied.changes.reversed, edit)
        self._known.append(_Known(edit, self._design, applied))
        self._known.append(_Known(inverse, applied.design, back))
        self.stack.push(EditCommand(edit, inverse, self._apply, self._clock()))

    def _apply(self, edit: Edit) -> None:
        """Put an edit into effect and tell everybody."""
        design = self._design
        found = (each for each in self._known if each.edit is edit and each.design is design)
        known = next(found, None)
        applied = edit.apply(design) if known is None else known.applied
        self._design = applied.design
        self.changed.emit(applied.design, applied.changes)
        self.edited.emit(edit, applied.changes)
