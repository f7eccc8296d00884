"""Qt's input events in the words of the canvas: pointers, gestures, commands."""

from __future__ import annotations

from html import escape
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QContextMenuEvent,
    QHelpEvent,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QToolTip

from engine.model.names import name_of
from widgets.canvas.distances import boundary_rows, distance_rows
from widgets.canvas.gestures.base import Pointer
from widgets.canvas.items import CardItem, FrameItem, LinkItem, NoteItem
from widgets.canvas.tooltips import frame_tip, link_tip, mark_tip, node_tip

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from widgets.canvas.dropping import Dropping
    from widgets.canvas.gesture_controller import GestureController
    from widgets.canvas.hitting import AnyItem
    from widgets.canvas.keys import Keys
    from widgets.canvas.popups import Popups
    from widgets.canvas.stage import Stage

_WHEEL_ZOOM: Final = 1.0015
"""Zoom factor an eighth of a degree of the wheel: a notch (120) is a fifth."""
_NAME_HEIGHT: Final = 27.0
_STEPS: Final = {Qt.Key.Key_Tab: 1, Qt.Key.Key_Backtab: -1}


class Input(QObject):
    """Filters the events of the view (keys) and of its viewport (everything else)."""

    # Qt still delivers events while Python takes a view apart and has cleared the instance.
    _view: QObject | None = None
    _handlers: Mapping[QEvent.Type, Callable[[Any], bool]] = MappingProxyType({})
    _key_handlers: Mapping[QEvent.Type, Callable[[Any], bool]] = MappingProxyType({})

    def __init__(
        self, stage: Stage, hand: GestureController, popups: Popups, keys: Keys, dropping: Dropping
    ) -> None:
        """Pass on to these."""
        super().__init__(stage)
        self._view = stage.view
        self._stage = stage
        self._hand = hand
        self._popups = popups
        self._keys = keys
        types = QEvent.Type
        self._handlers = {
            types.MouseButtonPress: self._press,
            types.MouseMove: self._move,
            types.MouseButtonRelease: self._release,
            types.MouseButtonDblClick: self._double_click,
            types.Wheel: self._wheel,
            types.ContextMenu: self._context,
            types.NativeGesture: self._native,
            types.Gesture: self._pinch,
            types.ToolTip: self._tooltip,
            types.Leave: self._leave,
            types.DragEnter: dropping.enter,
            types.DragMove: dropping.move,
            types.DragLeave: dropping.leave,
            types.Drop: dropping.drop,
        }
        self._key_handlers = {
            types.KeyPress: self._key_press,
            types.KeyRelease: self._key_release,
            types.ShortcutOverride: self._claim,
            types.ContextMenu: self._context,
        }

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Handle what the canvas knows; everything else goes its way."""
        handlers = self._key_handlers if watched is self._view else self._handlers
        handler = handlers.get(event.type())
        return handler(event) if handler is not None else False

    def _pointer(self, at: QPointF, modifiers: Qt.KeyboardModifier) -> Pointer:
        """A place of the viewport with what it means in the scene."""
        return Pointer(self._stage.camera.to_scene(at), at, modifiers)

    # Mouse

    def _press(self, event: QMouseEvent) -> bool:
        """A button went down."""
        self._stage.view.setFocus(Qt.FocusReason.MouseFocusReason)
        self._popups.close()
        self._hand.press(event.button(), self._pointer(event.position(), event.modifiers()))
        return True

    def _move(self, event: QMouseEvent) -> bool:
        """The pointer moved."""
        self._hand.move(self._pointer(event.position(), event.modifiers()))
        return True

    def _release(self, event: QMouseEvent) -> bool:
        """A button was released."""
        self._hand.release(event.button(), self._pointer(event.position(), event.modifiers()))
        return True

    def _double_click(self, event: QMouseEvent) -> bool:
        """On a name: rename. On a note: write. On a collapsed frame: open. On nothing: add."""
        at = self._pointer(event.position(), event.modifiers())
        if event.button() != Qt.MouseButton.LeftButton:
            return True
        stage = self._stage
        hit = stage.scene.hit(at.scene, stage.zoom)
        if hit is None:
            stage.offered.emit(at.scene, None)
            return True
        item, part = hit
        stage.select({item.item_id})
        named = isinstance(item, CardItem) and at.scene.y() < item.rect.top() + _NAME_HEIGHT
        if isinstance(item, CardItem) and item.face.stacked and part == "body":
            self._hand.toggle_frame(item.item_id)
        elif isinstance(item, NoteItem | FrameItem) or (named and part == "body"):
            stage.editing_requested.emit(item.item_id)
        else:
            stage.activated.emit(item.item_id)
        return True

    def _context(self, event: QContextMenuEvent) -> bool:
        """Select what a menu is asked for, and ask for it."""
        self._hand.cancel()
        self._popups.close()
        stage = self._stage
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._keys.ask_for_menu()
            return True
        hit = stage.scene.hit(stage.camera.to_scene(QPointF(event.pos())), stage.zoom)
        item_id = hit[0].item_id if hit is not None else None
        if item_id is not None and item_id not in stage.selection:
            stage.select({item_id})
        stage.context_requested.emit(item_id, QPoint(event.globalPos()))
        return True

    def _wheel(self, event: QWheelEvent) -> bool:
        """Wheels zoom towards the pointer; trackpads pan, and zoom with Ctrl."""
        held = event.modifiers()
        pixels, angle = event.pixelDelta(), event.angleDelta()
        pad = event.device().type() == QInputDevice.DeviceType.TouchPad or (
            event.phase() != Qt.ScrollPhase.NoScrollPhase
        )
        shift = bool(held & Qt.KeyboardModifier.ShiftModifier)
        if not shift and (not pad or held & Qt.KeyboardModifier.ControlModifier):
            factor = _WHEEL_ZOOM ** (angle.y() or pixels.y())
            self._stage.camera.zoom_by(factor, event.position())
            return True
        delta = pixels if not pixels.isNull() else angle / 2
        if shift and delta.x() == 0:
            delta = delta.transposed()
        self._stage.camera.pan_by(QPointF(delta))
        return True

    def _leave(self, event: QEvent) -> bool:
        """The pointer left the canvas."""
        del event
        self._hand.leave()
        return False

    # Keys

    def _key_press(self, event: QKeyEvent) -> bool:
        """Keys of the gesture under way, then of the canvas."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is not None and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return self._hand.key(event) or self._hand.walk(step)
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            if not event.isAutoRepeat():
                self._hand.hold_space()
            return True
        if self._hand.key(event):
            return True
        if self._hand.is_busy:
            return False
        return self._keys.press(event, lambda dx, dy: self._stage.camera.pan_by(QPointF(dx, dy)))

    def _key_release(self, event: QKeyEvent) -> bool:
        """Space was released: pan no longer; when it did not pan, it was meant otherwise."""
        if event.key() != Qt.Key.Key_Space:
            return False
        if not event.isAutoRepeat() and self._hand.drop_space():
            self._stage.space_tapped.emit()
        return True

    def _claim(self, event: QKeyEvent) -> bool:
        """Take keys before the window's shortcuts do: space pans, and gestures have their own."""
        space = event.key() == Qt.Key.Key_Space and not event.modifiers()
        if space or self._hand.is_busy:
            event.accept()
            return True
        return False

    # Pinches and tooltips

    def _native(self, event: QNativeGestureEvent) -> bool:
        """A pinch on a trackpad."""
        if event.gestureType() != Qt.NativeGestureType.ZoomNativeGesture:
            return False
        self._stage.camera.zoom_by(1.0 + event.value(), event.position())
        return True

    def _pinch(self, event: QGestureEvent) -> bool:
        """A pinch on a touch screen."""
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(pinch, QPinchGesture):
            return False
        surface = self._stage.view.viewport()
        centre = surface.mapFromGlobal(pinch.centerPoint().toPoint())
        self._stage.camera.zoom_by(pinch.scaleFactor(), QPointF(centre))
        event.accept()
        return True

    def _tooltip(self, event: QHelpEvent) -> bool:
        """Fuller numbers of what lies under the pointer."""
        text = "" if self._hand.is_busy else self.tip_at(QPointF(event.pos()))
        if text:
            QToolTip.showText(event.globalPos(), text, self._stage.view.viewport())
        else:
            QToolTip.hideText()
        return True

    def tip_at(self, at: QPointF) -> str:
        """The tooltip at a place of the viewport."""
        stage = self._stage
        hit = stage.scene.hit(stage.camera.to_scene(at), stage.zoom)
        if hit is None:
            return ""
        return self._told(hit[0])

    def _told(self, item: AnyItem) -> str:
        """What is told of an item; under a map, what the map says of it."""
        stage, presenter = self._stage, self._stage.scene.presenter
        item_id = item.item_id
        mark = presenter.map.mark_of(item_id) if presenter.map is not None else None
        if mark is not None:
            return mark_tip(name_of(stage.design, item_id), mark)
        findings = presenter.findings.get(item_id, ())
        node = stage.design.node_by_id.get(item_id)
        if node is not None:
            component = stage.components.get(node.kind)
            return node_tip(node, component, presenter.stats.nodes.get(item_id), findings)
        frame = stage.design.frame_by_id.get(item_id)
        if frame is not None and isinstance(item, CardItem):
            return frame_tip(frame, presenter.totals(item_id), stage.design, findings)
        if isinstance(item, LinkItem):
            health = presenter.stats.links.get(item_id)
            around = item.link, stage.design, presenter.trips
            taken = chain(boundary_rows(*around), distance_rows(*around))
            return link_tip(item.link, stage.design, health, findings, taken)
        return "<br>".join(escape(finding.message) for finding in findings)
