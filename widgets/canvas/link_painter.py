"""Paints links: strokes by rate and health, policy pills at the middle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.model.event_kinds import kind_with_badge
from widgets.canvas.pill_painter import paint_pills, pills_size
from widgets.canvas.policies import Pill

if TYPE_CHECKING:
    from widgets.canvas.health import State
    from widgets.canvas.look import Look
    from widgets.canvas.wires import Wire

THINNEST: Final = 1.5
THICKEST: Final = 6.5


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFace:
    """Everything that is painted of a link but its curve."""

    state: State = "idle"
    width: float = THINNEST
    pills: tuple[Pill, ...] = ()
    fault: str = ""
    selected: bool = False


def width_of(rate: float) -> float:
    """Stroke width of a rate (1/s), logarithmic, in steps of half a pixel."""
    if rate <= 0.0:
        return THINNEST
    width = THINNEST + 1.5 * max(0.0, math.log10(rate / 60.0))
    return min(round(2 * width) / 2, THICKEST)


def stroke_of(face: LinkFace, look: Look, zoom: float) -> QPen:
    """Pen of a link; from afar never thinner than a pixel."""
    theme = look.theme
    if face.state in ("idle", "healthy"):
        colour = look.faded(theme.link, 0.75 if face.state == "idle" else 1.0)
    else:
        colour = look.faded(theme.state(face.state).colour, 0.62)
    pen = QPen(colour, max(face.width, 1.1 / zoom))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if face.fault:
        pen.setDashPattern([3.0, 2.0])
    return pen


def paint_link(painter: QPainter, wire: Wire, face: LinkFace, look: Look, zoom: float) -> None:
    """Paint the stroke, with a ring around it when selected."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if face.selected:
        painter.setPen(look.pen(look.theme.selection, face.width + 5.0, 0.35))
        painter.drawPath(wire.path)
        painter.setPen(look.pen(look.theme.selection, max(face.width + 0.5, 1.5 / zoom)))
    else:
        painter.setPen(stroke_of(face, look, zoom))
    painter.drawPath(wire.path)


def has_pills(face: LinkFace) -> bool:
    """Whether there is anything to say at the middle of a link."""
    return bool(face.pills or face.fault)


def pill_rect(middle: QPointF, face: LinkFace, look: Look) -> QRectF:
    """Where the pill of a link is."""
    size = pills_size(_all_pills(face), look)
    return QRectF(
        middle.x() - size.width() / 2, middle.y() - size.height() / 2, size.width(), size.height()
    )


def _all_pills(face: LinkFace) -> tuple[Pill, ...]:
    """Policies, and the fault that acts on the link."""
    if not face.fault:
        return face.pills
    kind = kind_with_badge(face.fault)
    return (Pill(kind.icon if kind is not None else "bolt", face.fault, "fault"), *face.pills)


def paint_link_pills(painter: QPainter, face: LinkFace, look: Look) -> None:
    """Paint the policy signs with their top left corner at the origin."""
    theme = look.theme
    border = theme.selection if face.selected else theme.load.colour if face.fault else theme.track
    paint_pills(painter, _all_pills(face), look, border)
