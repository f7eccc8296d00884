"""Paints links: strokes by rate and health, policy pills at the middle."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.model.event_kinds import kind_with_badge
from widgets.canvas.card_painter import HELD
from widgets.canvas.geometry import CARD_HEIGHT, COMPACT_ZOOM, PORT_RADIUS, SELECTION
from widgets.canvas.pill import Pill
from widgets.canvas.pill_painter import paint_pills, pills_size
from widgets.theme.shapes import paint_state

if TYPE_CHECKING:
    from widgets.canvas.health import State
    from widgets.canvas.look import Look
    from widgets.canvas.wires import Wire

THINNEST: Final = 1.5
THICKEST: Final = 6.5
_OFF_PATH: Final = 0.25
"""Share of its colour that a link keeps off the path that is looked at."""
_SHAPE: Final = 12.0
"""Size of the shape of a map on a link from afar (logical pixels)."""
LARGEST_SHAPE: Final = 40.0
"""The same at most (scene units)."""
_OVER_CARD: Final = 13.0
"""Distance of a pill from the card below it, which may wear a badge there (scene units)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFace:
    """Everything that is painted of a link but its curve."""

    state: State = "idle"
    width: float = THINNEST
    pills: tuple[Pill, ...] = ()
    fault: str = ""
    walked: bool = False
    """Whether an attacker came over it to what he has."""
    selected: bool = False
    pale: bool = False
    """Whether it lies off the path that is looked at."""
    under_map: Literal["", "marked", "pale"] = ""
    """Whether a map of failures is painted on it, and says anything of it."""


def width_of(rate: float) -> float:
    """Stroke width of a rate (1/s), logarithmic, in steps of half a pixel."""
    if rate <= 0.0:
        return THINNEST
    width = THINNEST + 1.5 * max(0.0, math.log10(rate / 60.0))
    return min(round(2 * width) / 2, THICKEST)


def stroke_of(face: LinkFace, look: Look, zoom: float) -> QPen:
    """Pen of a link; from afar never thinner than a pixel."""
    theme = look.theme
    if face.under_map:
        marked = face.under_map == "marked"
        colour = look.faded(theme.state(face.state).colour, 0.8 if marked else 0.25)
    elif face.pale:
        colour = look.faded(theme.link, _OFF_PATH)
    elif face.walked:
        colour = look.faded(theme.danger.colour, 0.9)
    elif face.state in ("idle", "healthy"):
        colour = look.faded(theme.link, 0.75 if face.state == "idle" else 1.0)
    else:
        colour = look.faded(theme.state(face.state).colour, 0.62)
    thinnest = 2.5 if face.under_map == "marked" or face.walked else 0.0
    pen = QPen(colour, max(face.width, thinnest, 1.1 / zoom))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    if face.walked:
        pen.setDashPattern(HELD)
    elif face.fault:
        pen.setDashPattern([3.0, 2.0])
    return pen


def paint_link(painter: QPainter, wire: Wire, face: LinkFace, look: Look, zoom: float) -> None:
    """Paint the stroke, with a ring around it when selected."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if face.selected:
        painter.setPen(look.pen(look.theme.selection, face.width + 5.0, 0.35))
        painter.drawPath(wire.path)
        painter.setPen(look.pen(look.theme.selection, max(face.width + 0.5, SELECTION / zoom)))
    else:
        painter.setPen(stroke_of(face, look, zoom))
    painter.drawPath(wire.path)
    if face.under_map == "marked" and zoom < COMPACT_ZOOM:
        _paint_shape(painter, wire, face, look, zoom)


def _paint_shape(painter: QPainter, wire: Wire, face: LinkFace, look: Look, zoom: float) -> None:
    """What a map says of a link as a shape at its middle: from afar there is no room for words."""
    radius = min(_SHAPE / zoom, LARGEST_SHAPE) / 2
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(look.theme.canvas))
    painter.drawEllipse(wire.middle, radius * 1.3, radius * 1.3)
    box = QRectF(wire.middle.x() - radius, wire.middle.y() - radius, 2 * radius, 2 * radius)
    paint_state(painter, look.theme.state(face.state), box)


def has_pills(face: LinkFace) -> bool:
    """Whether there is anything to say at the middle of a link."""
    return bool(face.pills or face.fault)


def fitted(
    face: LinkFace, ends: tuple[QPointF, QPointF], middle: QPointF, look: Look
) -> tuple[LinkFace, QRectF]:
    """What the pill of a link says and where it stands, so that it covers no card and no end to pull at.

    Between cards that stand close, signs without news go without words; where they do not fit either,
    the pill stands above the cards.
    """
    box = _pill_rect(middle, face, look)
    if _covers_card(box, ends):
        brief = tuple(pill if pill.tone else replace(pill, text="") for pill in face.pills)
        face = replace(face, pills=brief)
        box = _pill_rect(middle, face, look)
    if _covers_card(box, ends):
        top = min(end.y() for end in ends) - CARD_HEIGHT / 2 - _OVER_CARD
        box.moveBottom(top)
    elif face.selected and any(_near(box, end) for end in ends):
        box.translate(0.0, -(box.height() / 2 + PORT_RADIUS + 3.0))
    return face, box


def _pill_rect(middle: QPointF, face: LinkFace, look: Look) -> QRectF:
    """The pill around the middle of a link."""
    size = pills_size(_all_pills(face), look)
    return QRectF(
        middle.x() - size.width() / 2, middle.y() - size.height() / 2, size.width(), size.height()
    )


def _covers_card(box: QRectF, ends: tuple[QPointF, QPointF]) -> bool:
    """Whether a pill reaches over one of the cards that a link runs between."""
    start, end = ends
    reach = (CARD_HEIGHT + box.height()) / 2
    at = box.center().y()
    return (abs(start.y() - at) < reach and box.left() < start.x() < box.right()) or (
        abs(end.y() - at) < reach and box.left() < end.x() < box.right()
    )


def _near(box: QRectF, end: QPointF) -> bool:
    """Whether a pill touches the handle at an end."""
    reach = PORT_RADIUS + 2.0
    return box.adjusted(-reach, -reach, reach, reach).contains(end)


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
