"""Paints open frames: dashed outline, tab with the name, handles when selected."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.model.frame import FrameConfig
from engine.model.names import FRAME_KINDS, frame_name
from widgets.canvas.geometry import COMPACT_ZOOM, FRAME_RADIUS, FRAME_TAB, SELECTION
from widgets.canvas.pill_painter import HEIGHT, paint_pills
from widgets.canvas.wording import counted, short_time
from widgets.theme import directed

if TYPE_CHECKING:
    from engine.model.design import Frame
    from widgets.canvas.look import Look
    from widgets.canvas.pill import Pill

_CHEVRON: Final = 20.0
_GAP: Final = 6.0
"""Between a tab and what a map says of its frame."""
_MAP_TAB: Final = 17.0
"""Height of a tab from afar (logical pixels)."""
_LEAST_TAB: Final = 120.0
"""Room that a name has from afar even over a small frame (logical pixels)."""
_MOST_GROWN: Final = 6.0
"""Most that a tab grows, so that it does not cover its surroundings."""


def frame_label(frame: Frame, *, is_short: bool = False) -> str:
    """``Region · eu-west``, ``Region 2``. A place says itself, what fails by itself how often.

    In short it is the name alone, unless that is a number.
    """
    if is_short:
        name = frame_name(frame)
        return directed(
            name if any(map(str.isalpha, name)) else f"{FRAME_KINDS[frame.kind]} {name}"
        )
    place = frame.config.get("place")
    named = isinstance(place, str) and place not in (frame.name, "")
    kind, name = FRAME_KINDS[frame.kind], frame_name(frame)
    parts = [
        kind if frame.name or not name.startswith(kind) else "",
        name,
        str(place) if named else "",
    ]
    trust = frame.config.get("trust")
    if isinstance(trust, int) and not isinstance(trust, bool):
        parts.append(f"trust {trust}")
    if frame.config.get("faults"):
        with suppress(ValidationError):
            faults = FrameConfig.model_validate(frame.config).faults
            parts.append(f"MTBF {short_time(faults.mtbf.mean)}" if faults is not None else "")
    return " · ".join(directed(part) for part in parts if part)


def _tab_scale(zoom: float) -> float:
    """From afar tabs grow, so that the names of regions stay readable, as on a map."""
    return 1.0 if zoom >= COMPACT_ZOOM else min(0.95 / zoom, _MOST_GROWN)


def tab_rect(frame: Frame, look: Look, zoom: float) -> QRectF:
    """The tab: inside the top left corner, or from afar, without a chevron, on top of the frame."""
    width = look.state_metrics.horizontalAdvance(_tab_label(frame, zoom)) + 20.0
    if zoom >= COMPACT_ZOOM:
        return QRectF(frame.x, frame.y, min(width + _CHEVRON, frame.width), FRAME_TAB)
    scale = _tab_scale(zoom)
    height = _MAP_TAB * scale
    room = max(frame.width, _LEAST_TAB * scale)
    return QRectF(frame.x, frame.y - height, min(width * scale, room), height)


def _tab_label(frame: Frame, zoom: float) -> str:
    """What a tab says: from afar, where frames are small and stand close, the name alone."""
    return frame_label(frame, is_short=zoom < COMPACT_ZOOM)


def chevron_rect(frame: Frame, look: Look, zoom: float) -> QRectF:
    """The part of the tab which collapses the frame; there is none from afar."""
    if zoom < COMPACT_ZOOM:
        return QRectF()
    tab = tab_rect(frame, look, zoom)
    return QRectF(tab.right() - _CHEVRON - 2.0, tab.top(), _CHEVRON, tab.height())


def handles(rect: QRectF) -> dict[str, QPointF]:
    """The places by which a rectangle is resized, named by edges."""
    middle = rect.center()
    return {
        "top-left": rect.topLeft(),
        "top": QPointF(middle.x(), rect.top()),
        "top-right": rect.topRight(),
        "right": QPointF(rect.right(), middle.y()),
        "bottom-right": rect.bottomRight(),
        "bottom": QPointF(middle.x(), rect.bottom()),
        "bottom-left": rect.bottomLeft(),
        "left": QPointF(rect.left(), middle.y()),
    }


@dataclass(frozen=True, slots=True)
class FrameFace:
    """What is painted of a frame beside its name and place."""

    selected: bool = False
    fault: str = ""
    mark: Pill | None = None
    """What a map of failures says of it; its tone is that of the outline."""


def paint_frame(painter: QPainter, frame: Frame, face: FrameFace, look: Look, zoom: float) -> None:
    """Paint a frame in scene coordinates."""
    theme = look.theme
    rect = QRectF(frame.x, frame.y, frame.width, frame.height)
    border = theme.state(face.mark.tone).colour if face.mark is not None else theme.frame_border
    pen = QPen(look.colour(theme.selection if face.selected else border))
    least = SELECTION if face.selected else 1.0
    pen.setWidthF(max(1.5 if face.mark is None else 2.0, least / zoom))
    pen.setDashPattern([4.0, 3.4])
    painter.setPen(pen)
    painter.setBrush(look.colour(theme.frame_fill, 0.10 if theme.is_dark else 0.35))
    painter.drawRoundedRect(rect, FRAME_RADIUS, FRAME_RADIUS)
    _paint_tab(painter, frame, face, look, zoom)
    if face.mark is not None:
        _paint_mark(painter, frame, face.mark, look, zoom)
    if face.selected:
        paint_handles(painter, rect, look, zoom)


def _paint_tab(painter: QPainter, frame: Frame, face: FrameFace, look: Look, zoom: float) -> None:
    """The name at the top left, with the active fault where there is one."""
    theme, near = look.theme, zoom >= COMPACT_ZOOM
    tab = tab_rect(frame, look, zoom)
    if near:
        painter.setPen(
            QPen(look.colour(theme.load.colour), 1.2) if face.fault else Qt.PenStyle.NoPen
        )
        painter.setBrush(look.colour(theme.frame_fill))
        painter.drawRoundedRect(tab, 8.0, 8.0)
        sign = chevron_rect(frame, look, zoom).adjusted(4.0, 6.0, -4.0, -6.0)
        look.icons.paint(painter, "chevron-down", sign, theme.muted)
    label = _tab_label(frame, zoom)
    if face.fault:
        label = f"{face.fault} · {label}"
    scale = _tab_scale(zoom)
    painter.save()
    painter.translate(tab.topLeft())
    painter.scale(scale, scale)
    painter.setFont(look.state_font)
    painter.setPen(look.colour(theme.load.text if face.fault else theme.muted))
    room = tab.width() - _CHEVRON - 12.0 if near else max(tab.width(), frame.width) / scale
    text = look.state_metrics.elidedText(label, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QPointF(11.0, 16.0) if near else QPointF(2.0, 12.0), text)
    painter.restore()


def _paint_mark(painter: QPainter, frame: Frame, mark: Pill, look: Look, zoom: float) -> None:
    """What the map says, beside the name."""
    tab, scale = tab_rect(frame, look, zoom), _tab_scale(zoom)
    painter.save()
    painter.translate(tab.right() + _GAP * scale, tab.top())
    painter.scale(scale, scale)
    painter.translate(0.0, (tab.height() / scale - HEIGHT) / 2)
    paint_pills(painter, (mark,), look, look.theme.state(mark.tone).colour)
    painter.restore()


def paint_handles(painter: QPainter, rect: QRectF, look: Look, zoom: float) -> None:
    """Small squares to resize by, equally large at any zoom."""
    size = 7.0 / max(zoom, 1e-6)
    painter.setPen(look.pen(look.theme.selection, size / 5))
    painter.setBrush(look.colour(look.theme.canvas))
    for point in handles(rect).values():
        painter.drawRect(QRectF(point.x() - size / 2, point.y() - size / 2, size, size))


def frame_summary(frame: Frame, members: int) -> str:
    """What a screen reader or a tooltip says of a frame."""
    return f"{frame_label(frame)}, {counted(members, 'node')}"
