"""Widgets that open over the canvas for a moment: the quick-add list and the inline editor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Qt

from engine.model.design import Frame, Node, Note
from engine.model.edits import SetField
from engine.model.names import name_of
from widgets.canvas.adding import free_place, new_node, node_edit
from widgets.canvas.geometry import CARD_WIDTH, FRAME_TAB, snapped
from widgets.canvas.inline_editor import InlineEditor
from widgets.canvas.linking import mismatch
from widgets.canvas.quick_add import QuickAdd

if TYPE_CHECKING:
    from PySide6.QtWidgets import QGraphicsView

    from engine.model.component import Component
    from widgets.canvas.commands import Commands
    from widgets.canvas.gestures.connect import Origin
    from widgets.canvas.stage import Stage


class Popups(QObject):
    """Opens them, and turns what they say into edits."""

    def __init__(self, stage: Stage, commands: Commands, view: QGraphicsView) -> None:
        """Open over ``view``."""
        super().__init__(view)
        self._stage = stage
        self._commands = commands
        self._view = view
        self.quick_add: QuickAdd | None = None
        self.editor: InlineEditor | None = None
        stage.offered.connect(self.offer)
        stage.editing_requested.connect(self.edit)
        stage.camera.moved.connect(self.close)

    def close(self) -> None:
        """Close whatever is open; what was typed into an editor is kept."""
        if self.quick_add is not None:
            self.quick_add.close()
        if self.editor is not None:
            self.editor.clearFocus()

    def offer(self, place: QPointF, origin: Origin | None) -> None:
        """Open the quick-add list, filtered to what can be linked to ``origin``."""
        fitting = self._fitting(origin)
        if not fitting:
            self._stage.message.emit("No component can be linked here")
            return
        self.close()
        chosen = self._commands.only_node() if origin is None else None
        name = name_of(self._stage.design, chosen) if chosen is not None else ""
        popup = QuickAdd(fitting, self._stage.overlay.look, self._view, name)
        popup.chosen.connect(lambda kind: self._add(kind, place, origin))
        popup.linked.connect(lambda kind: self._add(kind, place, origin, linked=True))
        popup.closed.connect(self._quick_add_closed)
        self.quick_add = popup
        at = self._stage.camera.to_view(place).toPoint()
        popup.open_at(at)

    def _fitting(self, origin: Origin | None) -> list[Component]:
        """Components that may stand at the other end of a link, in palette order."""
        components = list(self._stage.components.values())
        if origin is None:
            return components
        node = self._stage.design.node_by_id.get(origin.node)
        known = self._stage.components.get(node.kind) if node else None
        if origin.side == "output":
            return [c for c in components if mismatch(known, c) is None and c.input != "none"]
        return [c for c in components if mismatch(c, known) is None and c.output != "none"]

    def _add(
        self, kind: str, place: QPointF, origin: Origin | None, *, linked: bool = False
    ) -> None:
        """Place the chosen component, with its link, in one step."""
        stage = self._stage
        if origin is None:
            at = None if linked else free_place(stage.design, place)
            self._commands.add_component(kind, at, linked=linked)
            return
        aside = CARD_WIDTH / 2 if origin.side == "output" else -CARD_WIDTH / 2
        centre = QPointF(snapped(place.x() + aside), snapped(place.y()))
        node = new_node(stage.design, stage.components[kind], centre)
        ends = (origin.node, node.id) if origin.side == "output" else (node.id, origin.node)
        stage.request(node_edit(node, stage.design, ends))
        self._commands.show_added(node.id)

    def _quick_add_closed(self) -> None:
        self.quick_add = None
        self._view.setFocus(Qt.FocusReason.PopupFocusReason)

    def edit(self, item_id: str) -> None:
        """Edit a name or a note in place."""
        item = self._stage.design.item(item_id)
        rect = self._field(item_id)
        if rect is None or not isinstance(item, Node | Frame | Note):
            return
        self.close()
        self._stage.camera.reveal(rect)
        look = self._stage.overlay.look
        text = item.text if isinstance(item, Note) else item.name
        editor = InlineEditor(text, look, self._stage.zoom, self._view.viewport())
        if isinstance(item, Note):
            editor.write_note(look)
        path = "text" if isinstance(item, Note) else "name"
        label = "Edit note" if isinstance(item, Note) else "Rename"
        editor.setAccessibleName(label)
        editor.committed.connect(
            lambda new: self._stage.request(SetField(item_id, (path,), new, label))
        )
        editor.closed.connect(self._editor_closed)
        self.editor = editor
        top_left = self._stage.camera.to_view(rect.topLeft())
        size = rect.size() * self._stage.zoom
        editor.open_at(QRectF(top_left, size).toRect())

    def _field(self, item_id: str) -> QRectF | None:
        """Where the text of an item is shown (scene)."""
        rect = self._stage.scene.rect_of(item_id)
        if rect is None:
            return None
        if item_id in self._stage.scene.cards:
            return QRectF(rect.left() + 36.0, rect.top() + 3.0, rect.width() - 44.0, 26.0)
        if item_id in self._stage.scene.frames:
            return QRectF(rect.left(), rect.top(), min(rect.width(), 220.0), FRAME_TAB)
        return rect

    def _editor_closed(self) -> None:
        self.editor = None
        self._view.setFocus(Qt.FocusReason.PopupFocusReason)
