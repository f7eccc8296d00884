"""Components dragged in from the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from widgets.canvas.gestures.base import Pointer
from widgets.canvas.gestures.place import PlaceGhost

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
        self._ghost = self._made(event)
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
        ghost = self._ghost if self._ghost is not None else self._made(event)
        ghost.finish(self._pointer(event))
        self._ghost = None
        event.acceptProposedAction()
        self._stage.view.setFocus()
        into = ghost.onto.link if ghost.onto is not None else None
        self._commands.add_component(_kind(event), ghost.centre, into)
        return True

    def _made(self, event: QDropEvent) -> PlaceGhost:
        """A ghost of what is dragged."""
        return PlaceGhost(self._stage, self._stage.components.get(_kind(event)))


def _kind(event: QDropEvent) -> str:
    """Kind of the component that is dragged."""
    return bytes(event.mimeData().data(KIND_MIME).data()).decode("utf-8", "replace")
