"""The hand on the canvas: decides which gesture a press begins, and runs one at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer

from widgets.canvas.gestures.base import Gesture, Pointer
from widgets.canvas.gestures.connect import Connect, LinkMode, Origin, Relink, Side
from widgets.canvas.gestures.move import MoveItems
from widgets.canvas.gestures.pan import Pan
from widgets.canvas.gestures.resize import EDGES, Resize, edge_cursor
from widgets.canvas.gestures.select import RubberBand
from widgets.canvas.items import CardItem, FrameItem, LinkItem, NoteItem

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QWidget

    from widgets.canvas.commands import Commands
    from widgets.canvas.hitting import AnyItem
    from widgets.canvas.linking import End
    from widgets.canvas.stage import Stage

_DRIFT_EDGE: Final = 28.0
"""Distance from the edge of the view at which dragging makes it drift (logical pixels)."""
_DRIFT_MOST: Final = 14.0
"""Fastest drift (logical pixels a tick)."""
_DRIFT_TICK: Final = 16


class GestureController:
    """Turns presses, moves and releases into gestures."""

    def __init__(self, stage: Stage, commands: Commands, surface: QWidget) -> None:
        """Act on ``stage``; ``surface`` shows the pointer's shape."""
        self._stage = stage
        self._commands = commands
        self._surface = surface
        self._gesture: Gesture | None = None
        self._button = Qt.MouseButton.NoButton
        self._drift = QTimer(surface)
        self._drift.setInterval(_DRIFT_TICK)
        self._drift.timeout.connect(self.drift)
        self.wants_pan = False
        """The space bar is held: the left button pans."""
        self.panned = False
        """Whether the held space bar was used."""
        self.last = Pointer(QPointF(), QPointF())

    @property
    def is_busy(self) -> bool:
        """Whether a gesture is under way."""
        return self._gesture is not None

    def press(self, button: Qt.MouseButton, at: Pointer) -> None:
        """A button went down."""
        self.last = at
        if self._gesture is not None:
            self._press_during(button, at)
            return
        self._button = button
        if button == Qt.MouseButton.MiddleButton or (
            button == Qt.MouseButton.LeftButton and self.wants_pan
        ):
            self.panned = True
            self.begin(Pan(self._stage), at)
        elif button == Qt.MouseButton.LeftButton:
            gesture = self._chosen(at)
            if gesture is not None:
                self.begin(gesture, at)

    def _press_during(self, button: Qt.MouseButton, at: Pointer) -> None:
        """A press while a gesture lasts: the left button ends it, any other leaves it."""
        gesture = self._gesture
        if gesture is None or not gesture.lasts:
            return
        self._end()
        if button == Qt.MouseButton.LeftButton:
            gesture.finish(at)
        else:
            gesture.cancel()

    def begin(self, gesture: Gesture, at: Pointer) -> None:
        """Start a gesture; one under way is cancelled."""
        self.cancel()
        self._stage.overlay.hovered = None
        self._gesture = gesture
        self._surface.setCursor(gesture.cursor)
        gesture.start(at)

    def move(self, at: Pointer) -> None:
        """The pointer moved, with or without a button."""
        self.last = at
        if self._gesture is None:
            self.hover(at)
            return
        self._gesture.move(at)
        if self._gesture.drifts and not self._pull().isNull():
            self._drift.start()

    def _pull(self) -> QPointF:
        """How the view drifts while something is dragged near its edge (viewport pixels a tick)."""
        room, at = QRectF(self._surface.rect()), self.last.view

        def pull(near: float, far: float) -> float:
            return max(0.0, _DRIFT_EDGE - near) - max(0.0, _DRIFT_EDGE - far)

        return QPointF(
            pull(at.x() - room.left(), room.right() - at.x()),
            pull(at.y() - room.top(), room.bottom() - at.y()),
        )

    def drift(self) -> None:
        """Pan a little towards the pointer at the edge, and go on dragging there."""
        pull, gesture = self._pull(), self._gesture
        if gesture is None or pull.isNull():
            self._drift.stop()
            return
        limit = _DRIFT_MOST
        pace = QPointF(min(max(pull.x() / 2, -limit), limit), min(max(pull.y() / 2, -limit), limit))
        camera = self._stage.camera
        camera.pan_by(pace)
        self.last = Pointer(camera.to_scene(self.last.view), self.last.view, self.last.modifiers)
        gesture.move(self.last)

    def release(self, button: Qt.MouseButton, at: Pointer) -> None:
        """A button was released: the one that began a gesture ends it."""
        self.last = at
        gesture = self._gesture
        if gesture is None or gesture.lasts or button != self._button:
            return
        self._end()
        gesture.finish(at)
        self.hover(at)

    def cancel(self) -> bool:
        """Leave the gesture under way; tells whether there was one."""
        gesture = self._gesture
        if gesture is None:
            return False
        self._end()
        gesture.cancel()
        return True

    def key(self, event: QKeyEvent) -> bool:
        """Give a key to the gesture under way; tells whether it was used."""
        gesture = self._gesture
        if gesture is None:
            return False
        if event.key() == Qt.Key.Key_Escape:
            return self.cancel()
        if isinstance(gesture, LinkMode) and event.key() in (
            Qt.Key.Key_Return,
            Qt.Key.Key_Enter,
        ):
            self._end()
            gesture.confirm()
            return True
        return gesture.key(event)

    def _end(self) -> None:
        """No gesture any more."""
        self._gesture = None
        self._surface.setCursor(
            Qt.CursorShape.OpenHandCursor if self.wants_pan else Qt.CursorShape.ArrowCursor
        )

    def begin_link(self) -> None:
        """Link mode, from the selected node."""
        stage = self._stage
        chosen = [each for each in stage.selection if each in stage.scene.cards]
        if len(chosen) != 1:
            stage.message.emit("Select the node that the link starts from, then press L")
            return
        self.begin(LinkMode(stage, Origin(chosen[0], "output")), self.last)

    def hold_space(self) -> None:
        """The space bar went down: the left button pans."""
        if self._gesture is None:
            self.wants_pan = True
            self.panned = False
            self._surface.setCursor(Qt.CursorShape.OpenHandCursor)

    def drop_space(self) -> bool:
        """The space bar was released; tells whether it was only tapped."""
        tapped = self.wants_pan and not self.panned
        self.wants_pan = False
        if self._gesture is None:
            self._surface.setCursor(Qt.CursorShape.ArrowCursor)
        return tapped

    def walk(self, step: int) -> bool:
        """Select the next node along the links; False past either end or during a gesture."""
        return self._gesture is None and self._commands.walk(step)

    def toggle_frame(self, frame_id: str) -> None:
        """Collapse an open frame, open a collapsed one."""
        self._commands.toggle_frame(frame_id)

    # Choosing

    def _chosen(self, at: Pointer) -> Gesture | None:
        """The gesture that a left press begins here; None where the press is all there is."""
        hit = self._stage.scene.hit(at.scene, self._stage.zoom)
        if hit is None:
            return RubberBand(self._stage)
        item, part = hit
        if isinstance(item, CardItem):
            return self._on_card(item, part)
        if isinstance(item, LinkItem):
            return self._on_link(item, part, at)
        if part == "chevron":
            self._commands.toggle_frame(item.item_id)
            return None
        if part in EDGES:
            return Resize(self._stage, item.item_id, part)
        return MoveItems(self._stage, item.item_id)

    def _on_link(self, link: LinkItem, part: str, at: Pointer) -> Gesture | None:
        """Pull an end of a selected link elsewhere, else select."""
        if part in ("source", "target") and self._stage.scene.wiring.shows_ends(link.link):
            end: End = "source" if part == "source" else "target"
            return Relink(self._stage, link.link, end)
        chosen = frozenset({link.item_id})
        self._stage.select(self._stage.selection ^ chosen if at.adds else chosen)
        return None

    def _on_card(self, card: CardItem, part: str) -> Gesture | None:
        """Pull a link from a port, open a collapsed frame by its chevron, else move."""
        if part in self.ports(card):
            side: Side = "output" if part == "output" else "input"
            return Connect(self._stage, Origin(card.item_id, side))
        if part == "chevron":
            self._commands.toggle_frame(card.item_id)
            return None
        return MoveItems(self._stage, card.item_id)

    def ports(self, card: CardItem) -> tuple[str, ...]:
        """Ports of a card from which links can be pulled; a collapsed frame has none."""
        node = self._stage.design.node_by_id.get(card.item_id)
        if node is None:
            return ()
        component = self._stage.components.get(node.kind)
        if component is None:
            return ("output", "input")
        ends = (("output", component.output), ("input", component.input))
        return tuple(name for name, kind in ends if kind != "none")

    def hover(self, at: Pointer) -> None:
        """Show what a press would do: ports, a glowing link, the pointer's shape."""
        stage = self._stage
        hit = stage.scene.hit(at.scene, stage.zoom)
        item, part = hit if hit is not None else (None, "")
        card = item if isinstance(item, CardItem) else None
        link = item if isinstance(item, LinkItem) else None
        if card is not stage.overlay.hovered or link is not stage.scene.live.glowing:
            stage.overlay.hovered = card
            stage.overlay.hovered_ports = self.ports(card) if card is not None else ()
            stage.scene.live.glowing = link
            stage.redraw()
            over = card if card is not None else link
            stage.hovered.emit(over.item_id if over is not None else "")
        shape = self._cursor(item, part)
        if self._surface.cursor().shape() != shape:
            self._surface.setCursor(shape)

    def leave(self) -> None:
        """The pointer left the canvas."""
        if self._gesture is None:
            self._stage.overlay.hovered = None
            self._stage.scene.live.glowing = None
            self._stage.redraw()
            self._stage.hovered.emit("")

    def _cursor(self, item: AnyItem | None, part: str) -> Qt.CursorShape:
        """The pointer's shape over a part of an item."""
        if self.wants_pan:
            return Qt.CursorShape.OpenHandCursor
        if part in EDGES and isinstance(item, FrameItem | NoteItem):
            return edge_cursor(part)
        if isinstance(item, LinkItem) and part != "link":
            return Qt.CursorShape.CrossCursor
        if part == "chevron" or isinstance(item, LinkItem):
            return Qt.CursorShape.PointingHandCursor
        if isinstance(item, CardItem) and part in self.ports(item):
            return Qt.CursorShape.CrossCursor
        return Qt.CursorShape.ArrowCursor
