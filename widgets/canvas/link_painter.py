"""Paints links: strokes by rate and health, policy pills at the middle."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from engine.model.event_kinds import kind_with_badge
from widgets.canvas.wording import short_percent, short_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtCore import QSizeF

    from widgets.canvas.health import State
    from widgets.canvas.look import Look
    from widgets.canvas.wires import Wire

THINNEST: Final = 1.5
THICKEST: Final = 6.5
_PILL_HEIGHT: Final = 17.0
_ICON: Final = 11.0


@dataclass(frozen=True, slots=True)
class Pill:
    """One policy of a link: a sign and a word or two."""

    icon: str
    text: str


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


def policy_pills(config: Mapping[str, object]) -> tuple[Pill, ...]:
    """The signs of what a link's config sets; only what departs from a plain call."""
    pills: list[Pill] = []
    if config.get("mode") == "send":
        pills.append(Pill("chevron-right", "send"))
    if config.get("when") == "miss":
        pills.append(Pill("cache", "on miss"))
    timeout = config.get("timeout")
    if isinstance(timeout, int | float):
        pills.append(Pill("delay", short_time(timeout)))
    retry = config.get("retry")
    attempts = retry.get("attempts") if isinstance(retry, dict) else None
    if isinstance(attempts, int) and attempts > 1:
        pills.append(Pill("restart", f"×{attempts}"))
    times = config.get("times")
    if isinstance(times, int) and times > 1:
        pills.append(Pill("copy", f"{times} calls"))
    share = config.get("probability")
    if isinstance(share, int | float) and share < 1.0:
        pills.append(Pill("set", short_percent(share)))
    return tuple(pills)


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
    width = 5.0
    for pill in _all_pills(face):
        width += _ICON + 3.0 + look.pill_metrics.horizontalAdvance(pill.text) + 7.0
    return QRectF(middle.x() - width / 2, middle.y() - _PILL_HEIGHT / 2, width, _PILL_HEIGHT)


def _all_pills(face: LinkFace) -> tuple[Pill, ...]:
    """Policies, and the fault that acts on the link."""
    if not face.fault:
        return face.pills
    kind = kind_with_badge(face.fault)
    return (Pill(kind.icon if kind is not None else "bolt", face.fault), *face.pills)


def paint_pills(painter: QPainter, face: LinkFace, size: QSizeF, look: Look) -> None:
    """Paint the policy signs with their top left corner at the origin."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    theme = look.theme
    border = theme.selection if face.selected else theme.load.colour if face.fault else theme.track
    painter.setPen(QPen(look.colour(border), 1.0))
    painter.setBrush(look.colour(theme.panel))
    box = QRectF(0.0, 0.0, size.width(), size.height())
    painter.drawRoundedRect(box, _PILL_HEIGHT / 2, _PILL_HEIGHT / 2)
    left = 6.0
    painter.setFont(look.pill_font)
    for pill in _all_pills(face):
        token = theme.load.text if pill.icon == "bolt" else theme.muted
        icon = QRectF(left, box.center().y() - _ICON / 2, _ICON, _ICON)
        look.icons.paint(painter, pill.icon, icon, token)
        left += _ICON + 3.0
        painter.setPen(look.colour(token))
        painter.drawText(QPointF(left, box.center().y() + 3.6), pill.text)
        left += look.pill_metrics.horizontalAdvance(pill.text) + 7.0
