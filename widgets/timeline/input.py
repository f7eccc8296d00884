"""The mouse and the keyboard on the strip."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from engine.model.units import format_instant
from widgets.instruments.time_axis import NO_CURSOR
from widgets.theme import plain_tip
from widgets.timeline import edits
from widgets.timeline.gestures import SNAP, Gesture, MoveEvent, Pan, Scrub, StretchEvent, snapped
from widgets.timeline.marks import notice_rect
from widgets.timeline.wording import when_text

if TYPE_CHECKING:
    from engine.model.design import Event
    from widgets.timeline.marks import Mark, Spoken
    from widgets.timeline.strip import TimelineStrip

_DRAG = 4.0
"""Pixels that a press moves before it drags."""
_ZOOM = 0.8
_NOTCH = 120.0
_LEFT = Qt.MouseButton.LeftButton
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_LEAP = 10.0
"""Seconds by which Page Up and Page Down go through the past."""


class TimelineInput(QObject):
    """Turns input into gestures and edits; the strip only shows."""

    def __init__(self, strip: TimelineStrip) -> None:
        """Watch the strip once it installs this as its event filter."""
        super().__init__(strip)
        self._strip = strip
        self._pressed: QPointF | None = None
        self._gesture: Gesture | None = None
        self._moved = False
        self._last_x = 0.0
        self._before = NO_CURSOR
        """What was looked at before the last press (s); NaN for now."""

    @property
    def preview(self) -> tuple[Event, ...] | None:
        """The events as the drag that goes on would have them."""
        return self._gesture.events if self._gesture is not None else None

    @property
    def instant(self) -> float | None:
        """The time that the drag sets (s)."""
        return self._gesture.instant if self._gesture is not None else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what means something; the rest goes on."""
        if isinstance(event, QMouseEvent):
            return self._mouse(event)
        if isinstance(event, QWheelEvent):
            return self._wheel(event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        if isinstance(event, QContextMenuEvent):
            return self._menu(event)
        if isinstance(event, QHelpEvent):
            return self._help(event)
        if event.type() == QEvent.Type.Leave:
            self._strip.axis.set_cursor(NO_CURSOR)
        return super().eventFilter(watched, event)

    def _mouse(self, event: QMouseEvent) -> bool:
        """Press, move, release, double click."""
        kind = event.type()
        if kind == QEvent.Type.MouseMove:
            self._move(event)
        elif event.button() != _LEFT:
            return False
        elif kind == QEvent.Type.MouseButtonPress:
            self._press(event.position(), pans=bool(event.modifiers() & _SHIFT))
        elif kind == QEvent.Type.MouseButtonRelease:
            self._release(event.position())
        elif kind == QEvent.Type.MouseButtonDblClick:
            self._double(event.position())
        else:
            return False
        return True

    def _press(self, point: QPointF, *, pans: bool) -> None:
        """Take hold of an event, of its end, of the moment that is looked at, or of the whole range."""
        strip = self._strip
        strip.setFocus(Qt.FocusReason.MouseFocusReason)
        chip = strip.chip_at(point.toPoint())
        if chip is not None:
            self._reveal(chip)
            return
        spoken = self._comment_at(point)
        if spoken is not None:
            strip.comments_requested.emit(spoken.places)
            return
        self._pressed, self._moved, self._last_x = point, False, point.x()
        design, instant = strip.design, strip.ruler.instant(point.x())
        ended, mark = self._end_at(point), self._mark_at(point)
        if design is not None and ended is not None:
            strip.select(ended.index)
            self._gesture = StretchEvent(design, ended.index)
        elif design is not None and mark is not None:
            strip.select(mark.index)
            self._gesture = MoveEvent(design, mark.index, instant)
        else:
            strip.select(None)
            self._before = strip.axis.held
            looks = strip.axis.now > 0.0 and not pans
            self._gesture = (
                Scrub(strip.show_moment, self._before) if looks else Pan(strip.axis, instant)
            )

    def _move(self, event: QMouseEvent) -> None:
        """Drag what is held, else point."""
        point, strip = event.position(), self._strip
        if self._gesture is None or self._pressed is None:
            ruler = strip.ruler
            inside = ruler.left <= point.x() <= ruler.right
            strip.axis.set_cursor(ruler.instant(point.x()) if inside else NO_CURSOR)
            self._show_hand(point)
            return
        if not self._moved and abs(point.x() - self._pressed.x()) < _DRAG:
            return
        self._moved = True
        free = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self._gesture.drag(strip.ruler.instant(point.x()), 0.0 if free else SNAP)
        if self._gesture.instant is not None:
            strip.axis.set_cursor(self._gesture.instant)
        strip.update()

    def _release(self, point: QPointF) -> None:
        """Make the drag an edit; a click on the run shows that moment."""
        gesture, self._gesture = self._gesture, None
        self._pressed = None
        if isinstance(gesture, Scrub) and not self._moved:
            gesture.drag(self._strip.ruler.instant(point.x()), 0.0)
        edit = gesture.edit() if gesture is not None and self._moved else None
        if edit is not None:
            self._strip.edit_requested.emit(edit)
        self._strip.update()

    def _double(self, point: QPointF) -> None:
        """Edit an event, or add one; a comment is open since the first of the two clicks."""
        if self._comment_at(point) is not None:
            return
        self._gesture, self._pressed = None, None
        self._strip.show_moment(self._before)  # the first of the two clicks went there
        mark = self._mark_at(point)
        if mark is not None:
            self._strip.edit_event(mark.index)
        else:
            self._strip.add_event(snapped(self._strip.ruler.instant(point.x()), SNAP))

    def _wheel(self, event: QWheelEvent) -> bool:
        """Zoom about the mouse; sideways scrolling pans."""
        axis, delta = self._strip.axis, event.angleDelta()
        if abs(delta.x()) > abs(delta.y()):
            axis.pan(-delta.x() / _NOTCH * axis.span * 0.08)
        elif delta.y():
            about = self._strip.ruler.instant(event.position().x())
            axis.zoom(_ZOOM ** (delta.y() / _NOTCH), about)
        event.accept()
        return True

    def _key(self, event: QKeyEvent) -> bool:
        """Esc cancels; arrows select or, with Ctrl, move; Delete removes; Enter edits; + adds.

        Page Up and Page Down go through the past, End or Esc back to now.
        """
        key, strip = Qt.Key(event.key()), self._strip
        if self._gesture is None and self._travel(key):
            return True
        if key == Qt.Key.Key_Escape and self._gesture is not None:
            self._gesture.cancel()
            self._gesture, self._pressed = None, None
            strip.update()
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right}:
            step = 1 if key == Qt.Key.Key_Right else -1
            control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            (self._nudge if control else self._walk)(step)
        elif key in {Qt.Key.Key_Plus, Qt.Key.Key_Insert}:
            strip.add_event()
        elif key == Qt.Key.Key_Home:
            strip.axis.reset()
        elif strip.selected is None:
            return False
        elif key in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace}:
            strip.remove_event(strip.selected)
        elif key in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            strip.edit_event(strip.selected)
        else:
            return False
        return True

    def _travel(self, key: Qt.Key) -> bool:
        """Whether a key goes through the past."""
        strip = self._strip
        at = strip.axis.now if math.isnan(strip.axis.held) else strip.axis.held
        if key in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown} and strip.axis.now > 0.0:
            strip.show_moment(max(at + (_LEAP if key == Qt.Key.Key_PageDown else -_LEAP), 0.0))
        elif key in {Qt.Key.Key_End, Qt.Key.Key_Escape} and not math.isnan(strip.axis.held):
            strip.show_moment(NO_CURSOR)
        else:
            return False
        return True

    def _walk(self, step: int) -> None:
        """Select the next or the previous event in time, and bring it into view."""
        strip = self._strip
        order = sorted(range(len(strip.events)), key=lambda index: strip.events[index].at)
        if not order:
            return
        if strip.selected in order:
            place = (order.index(strip.selected) + step) % len(order)
        else:
            place = 0 if step > 0 else -1
        strip.select(order[place])
        at = strip.events[order[place]].at
        if not strip.ruler.shows(at):
            strip.axis.set_range(at - strip.axis.span / 2, at + strip.axis.span / 2)

    def _nudge(self, step: int) -> None:
        """Move the selected event by a second."""
        strip = self._strip
        if strip.design is None or strip.selected is None:
            return
        event = strip.design.scenario.events[strip.selected]
        wanted = max(event.at + step * SNAP, 0.0)
        if wanted != event.at:
            moved = edits.at(event, wanted)
            edit = edits.replace(strip.design, strip.selected, moved, "Move event")
            strip.edit_requested.emit(edit)

    def _menu(self, event: QContextMenuEvent) -> bool:
        """What can be done at this place, or with the selected event when asked by key."""
        strip = self._strip
        mark = self._mark_at(QPointF(event.pos()))
        index = mark.index if mark is not None else None
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = strip.selected
        if index is not None:
            strip.select(index)
        instant = snapped(strip.ruler.instant(event.pos().x()), SNAP)
        strip.show_menu(index, instant, event.globalPos())
        return True

    def _help(self, event: QHelpEvent) -> bool:
        """Tell what is under the mouse."""
        point, strip = QPointF(event.pos()), self._strip
        mark = self._mark_at(point) or self._end_at(point)
        text = ""
        if mark is not None:
            text = f"{mark.text}\n{when_text(mark.event)}\nDrag to move, double-click to edit"
        for notice in strip.notices:
            if notice_rect(notice, strip.ruler).adjusted(-3, -3, 3, 3).contains(point):
                text = f"{text}\n{format_instant(notice.at)}  {notice.text}".strip()
        spoken = self._comment_at(point)
        if spoken is not None:
            text = spoken.text
        QToolTip.showText(event.globalPos(), plain_tip(text), strip)
        return True

    def _mark_at(self, point: QPointF) -> Mark | None:
        """The event under a point, the latest drawn first."""
        return next((m for m in reversed(self._strip.marks) if m.hit(point)), None)

    def _comment_at(self, point: QPointF) -> Spoken | None:
        """The sign of comments under a point."""
        return next((each for each in self._strip.comments if each.rect.contains(point)), None)

    def _end_at(self, point: QPointF) -> Mark | None:
        """The event whose end is under a point."""
        return next((m for m in reversed(self._strip.marks) if m.hit_end(point)), None)

    def _show_hand(self, point: QPointF) -> None:
        """The mouse pointer says what a press would do."""
        shape = Qt.CursorShape.ArrowCursor
        if self._end_at(point) is not None:
            shape = Qt.CursorShape.SizeHorCursor
        elif (
            self._mark_at(point)
            or self._strip.chip_at(point.toPoint())
            or self._comment_at(point) is not None
        ):
            shape = Qt.CursorShape.PointingHandCursor
        if self._strip.cursor().shape() != shape:
            self._strip.setCursor(shape)

    def _reveal(self, chip: str) -> None:
        """Bring the events before or after the visible range into view."""
        axis = self._strip.axis
        times = [event.at for event in self._strip.events]
        if chip == "later":
            axis.set_range(axis.start, max(times) * 1.05)
        else:
            axis.set_range(min(times) * 0.95, axis.end)
