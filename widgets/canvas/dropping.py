"""Components dragged in from the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from widgets.canvas.gestures.base import Pointer
from widgets.canvas.gestures.move import PlaceGhost

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

    from widgets.canvas.commands import Commands
    from widgets.canvas.stage import Stage

KIND_MIME: Final = "application/x-windtunnel-kind"
"""Drags of this type carry the kind of a component."""


class Dropping:
    """Shows a ghost of the card while it is dragged, places it where it is dropped."""

    def __init__(self, stage: Stage, commands: Commands) -> None:
        """Nothing is dragged yet."""
        self._stage = stage
        self._commands = commands
        self._ghost: PlaceGhost | None = None

    def _pointer(self, event: QDropEvent) -> Pointer:
        """Where the drag is."""
        at = event.position()
        return Pointer(self._stage.camera.to_scene(at), at, event.modifiers())

    def enter(self, event: QDragEnterEvent) -> bool:
        """Show a ghost of the card; other kinds of drags are not taken."""
        if not event.mimeData().hasFormat(KIND_MIME):
            event.ignore()
            return True
        self._ghost = PlaceGhost(self._stage)
        self._ghost.start(self._pointer(event))
        event.acceptProposedAction()
        return True

    def move(self, event: QDragMoveEvent) -> bool:
        """The ghost follows."""
        if self._ghost is None:
            event.ignore()
            return True
        self._ghost.move(self._pointer(event))
        event.acceptProposedAction()
        return True

    def leave(self, event: QEvent) -> bool:
        """No ghost."""
        del event
        if self._ghost is not None:
            self._ghost.cancel()
            self._ghost = None
        return True

    def drop(self, event: QDropEvent) -> bool:
        """Place the component where its ghost was."""
        if not event.mimeData().hasFormat(KIND_MIME):
            event.ignore()
            return True
        ghost = self._ghost if self._ghost is not None else PlaceGhost(self._stage)
        ghost.finish(self._pointer(event))
        self._ghost = None
        kind = event.mimeData().data(KIND_MIME).toStdString()
        event.acceptProposedAction()
        self._stage.view.setFocus()
        self._commands.add_component(kind, ghost.centre)
        return True
