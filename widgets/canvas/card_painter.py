"""Paints a card from its face: the whole card, as it is seen from near."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen

from engine.model.event_kinds import kind_with_badge
from widgets.canvas.card_state import BAR_STEPS, LEVELS
from widgets.canvas.geometry import CARD_HEIGHT, CARD_MARGIN, CARD_RADIUS, CARD_WIDTH, SELECTION
from widgets.canvas.pill_painter import fitting, paint_pills
from widgets.theme.shapes import paint_state

if TYPE_CHECKING:
    from widgets.canvas.card_state import CardFace, CellLook
    from widgets.canvas.look import Look

_INSET: Final = 14.0
_BAR_TOP: Final = 45.5
_BAR_HEIGHT: Final = 6.0
_CELL: Final = QRectF(0, 0, 10.0, 8.0)
_CELL_TOP: Final = 59.5
_CELL_STEP: Final = 13.0
_GATES: Final = QPointF(_INSET - 5.0, CARD_HEIGHT - 5.0)
"""Where the pill of the gates begins: on the lower edge."""
HELD: Final = [4.0, 1.6, 1.2, 1.6]
"""The broken line around and between what an attacker has."""
_HOLD: Final = 1.8
"""Its width at least (logical pixels)."""
_HATCH: Final = 0.2
"""Opacity of the hatching: with more, small letters would be hard to read."""
_PALE: Final = 0.55
_OFF_PATH: Final = 0.22
TINT: Final = 0.08
"""Share of a mark's colour in the ground of its card; with more, small letters would be hard to read."""
_GATES_ROOM: Final = CARD_WIDTH + 4.0
"""Its width at most: it ends a little beyond the right edge, inside the margin of the picture."""
_ALARMED: Final = frozenset({"saturated", "failing", "down"})
_RECT: Final = QRectF(0.0, 0.0, CARD_WIDTH, CARD_HEIGHT)


def paint_card(painter: QPainter, face: CardFace, look: Look, zoom: float = 1.0) -> None:
    """Paint the whole card with its top left corner at the origin."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setOpacity(opacity_of(face))
    paint_body(painter, face, look, zoom)
    style = look.theme.state(face.state)
    look.icons.paint(painter, face.icon, QRectF(15.0, 12.0, 20.0, 20.0), look.theme.text)
    if not face.under_map or face.word:
        paint_state(painter, style, QRectF(CARD_WIDTH - 23.5, 11.0, 12.0, 12.0))
    right = CARD_WIDTH - 28.0
    name = look.name_metrics.elidedText(face.name, Qt.TextElideMode.ElideRight, right - 42.0)
    painter.setFont(look.name_font)
    painter.setPen(look.colour(look.theme.text))
    painter.drawText(QPointF(42.0, 21.0), name)
    _paint_live(painter, face.live, look)
    _paint_bar(painter, face, look)
    _paint_cells(painter, face, look)
    painter.setFont(look.state_font)
    painter.setPen(look.colour(style.text))
    word = face.word if face.under_map else style.word
    width = look.state_metrics.horizontalAdvance(word)
    painter.drawText(QPointF(CARD_WIDTH - _INSET - width, 68.0), word)
    _paint_badge(painter, face, look)
    _paint_marks(painter, face, look)
    _paint_comments(painter, face, look)
    if face.gates:
        painter.save()
        painter.translate(_GATES)
        gates = fitting(face.gates, look, _GATES_ROOM)
        paint_pills(painter, gates, look, look.theme.track)
        painter.restore()


def opacity_of(face: CardFace) -> float:
    """What a map says nothing of is paled, what lies off the path that is looked at still more."""
    if face.pale:
        return _OFF_PATH
    return _PALE if face.under_map and not face.word else 1.0


def _paint_live(painter: QPainter, text: str, look: Look) -> None:
    """The live line, a little smaller where it is long."""
    room = CARD_WIDTH - 42.0 - 6.0
    fits = look.live_metrics.horizontalAdvance(text) <= room
    painter.setFont(look.live_font if fits else look.narrow_font)
    metrics = look.live_metrics if fits else look.narrow_metrics
    painter.setPen(look.colour(look.theme.muted))
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(QPointF(42.0, 36.5), shown)


def paint_body(painter: QPainter, face: CardFace, look: Look, zoom: float = 1.0) -> None:
    """Shadow, surface, border, the state bar at the left and the ring of a selection."""
    theme = look.theme
    style = theme.state(face.state)
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, share in ((2.0, 0.10), (1.0, 0.22), (0.0, 0.30)):
        painter.setBrush(look.colour(theme.shadow, theme.shadow_alpha * share))
        shade = _RECT.adjusted(-spread, 1.0 - spread, spread, 1.5 + spread)
        painter.drawRoundedRect(shade, CARD_RADIUS + spread, CARD_RADIUS + spread)
    alarmed = face.state in _ALARMED or bool(face.word)
    if face.stacked:
        painter.setPen(QPen(look.colour(theme.card_border), 1.0))
        painter.setBrush(look.colour(theme.card))
        painter.drawRoundedRect(_RECT.translated(5.0, 5.0), CARD_RADIUS, CARD_RADIUS)
    border = style.colour if alarmed else theme.card_border
    painter.setPen(QPen(look.colour(border), 1.75 if alarmed else 1.0))
    painter.setBrush(look.colour(theme.card))
    painter.drawRoundedRect(_RECT, CARD_RADIUS, CARD_RADIUS)
    if face.compromised:
        _paint_hold(painter, look, zoom)
    painter.setPen(Qt.PenStyle.NoPen)
    if face.word:
        painter.setBrush(look.colour(style.colour, TINT))
        painter.drawRoundedRect(_RECT, CARD_RADIUS, CARD_RADIUS)
    painter.setBrush(look.colour(style.colour))
    painter.drawRoundedRect(QRectF(-0.5, CARD_RADIUS, 4.0, CARD_HEIGHT - 2 * CARD_RADIUS), 2, 2)
    if face.selected:
        _paint_ring(painter, look, zoom)


def _paint_hold(painter: QPainter, look: Look, zoom: float) -> None:
    """That an attacker has it: hatched, and in a thick broken line, so that it is told without its red as well."""
    danger = look.theme.danger.colour
    pen = QPen(look.colour(danger), max(2.5, _HOLD / zoom))
    pen.setDashPattern(HELD)
    painter.setPen(pen)
    painter.setBrush(QBrush(look.colour(danger, _HATCH), Qt.BrushStyle.BDiagPattern))
    painter.drawRoundedRect(_RECT, CARD_RADIUS, CARD_RADIUS)


def _paint_ring(painter: QPainter, look: Look, zoom: float) -> None:
    """The ring of a selection: seen from afar as well, where it reaches from the margin into the card."""
    width = max(2.5, SELECTION / zoom)
    out = min(max(4.5, 2.0 + width / 2.0), CARD_MARGIN - width / 2.0)
    radius = max(CARD_RADIUS + out, 0.0)
    painter.setPen(QPen(look.colour(look.theme.selection), width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(_RECT.adjusted(-out, -out, out, out), radius, radius)


def _paint_bar(painter: QPainter, face: CardFace, look: Look) -> None:
    """Utilization, hatched where workers are busy without work, with the queue as a faded tail."""
    theme = look.theme
    colour = theme.state(face.state).colour
    width = CARD_WIDTH - 2 * _INSET
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(theme.track, 0.55))
    painter.drawRoundedRect(QRectF(_INSET, _BAR_TOP, width, _BAR_HEIGHT), 3, 3)
    work = width * face.bar / BAR_STEPS
    if face.bar:
        painter.setBrush(look.colour(colour))
        painter.drawRoundedRect(QRectF(_INSET, _BAR_TOP, max(work, 6.0), _BAR_HEIGHT), 3, 3)
    if face.held:
        held = width * face.held / BAR_STEPS
        area = QRectF(_INSET + work - held, _BAR_TOP, held, _BAR_HEIGHT)
        painter.setBrush(QBrush(look.colour(theme.card), Qt.BrushStyle.BDiagPattern))
        painter.drawRoundedRect(area, 3, 3)
    if face.tail:
        tail = width * face.tail / BAR_STEPS
        painter.setBrush(look.colour(colour, 0.45))
        left = _INSET + work + (3.0 if face.bar else 0.0)
        painter.drawRoundedRect(QRectF(left, _BAR_TOP, max(tail - 3.0, 4.0), _BAR_HEIGHT), 3, 3)


def _paint_cells(painter: QPainter, face: CardFace, look: Look) -> None:
    """Instances as far as they fit beside the state word, then how many more there are."""
    word = look.state_metrics.horizontalAdvance(look.theme.state(face.state).word)
    room = CARD_WIDTH - 2 * _INSET - word - 10.0
    total = len(face.cells) + face.more
    fits = int((room + 3.0) // _CELL_STEP)
    shown = min(len(face.cells), fits)
    rest = ""
    if total > shown:
        widest = look.state_metrics.horizontalAdvance(f"+{total}") + 2.0
        shown = min(len(face.cells), max(0, int((room - widest) // _CELL_STEP)))
        rest = f"+{total - shown}"
    for index in range(shown):
        cell = _CELL.translated(_INSET + index * _CELL_STEP, _CELL_TOP)
        level = face.levels[index] if face.levels else LEVELS
        _paint_cell(painter, face.cells[index], cell, level / LEVELS, look)
    if rest:
        painter.setFont(look.state_font)
        painter.setPen(look.colour(look.theme.muted))
        painter.drawText(QPointF(_INSET + shown * _CELL_STEP + 1.0, 68.0), rest)


def _paint_cell(painter: QPainter, cell: CellLook, rect: QRectF, level: float, look: Look) -> None:
    """One instance; what is not there is crossed out or hollow, not only grey.

    One to which less comes than to others is filled less high.
    """
    theme = look.theme
    painter.setPen(Qt.PenStyle.NoPen)
    if cell in ("healthy", "strained", "saturated"):
        if level < 1.0:
            painter.setBrush(look.colour(theme.state(cell).colour, 0.3))
            painter.drawRoundedRect(rect, 2.0, 2.0)
            rect = rect.adjusted(0.0, rect.height() * (1.0 - level), 0.0, 0.0)
        painter.setBrush(look.colour(theme.state(cell).colour, 0.9))
        painter.drawRoundedRect(rect, 2.0, 2.0)
    elif cell in ("slow", "draining"):
        painter.setBrush(look.colour(theme.state("failing" if cell == "slow" else "idle").colour))
        painter.drawRoundedRect(rect, 2.0, 2.0)
        painter.setPen(QPen(look.colour(theme.card), 1.4))
        painter.drawLine(rect.bottomLeft() + QPointF(2, -1), rect.topRight() + QPointF(-2, 1))
    elif cell == "starting":
        painter.setPen(QPen(look.colour(theme.state("healthy").colour), 1.3))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(0.7, 0.7, -0.7, -0.7), 2.0, 2.0)
    else:
        painter.setBrush(look.colour(theme.cell_empty))
        painter.drawRoundedRect(rect, 2.0, 2.0)
        if cell == "down":
            painter.setPen(QPen(look.colour(theme.state("failing").colour), 1.4))
            inner = rect.adjusted(3.0, 2.0, -3.0, -2.0)
            painter.drawLine(inner.topLeft(), inner.bottomRight())
            painter.drawLine(inner.bottomLeft(), inner.topRight())


def _paint_badge(painter: QPainter, face: CardFace, look: Look) -> None:
    """The main reason of failures as a pill over the top right corner."""
    if not face.badge:
        return
    style = look.theme.state(face.state)
    text = look.badge_metrics.elidedText(face.badge, Qt.TextElideMode.ElideRight, 118.0)
    width = look.badge_metrics.horizontalAdvance(text) + 28.0
    pill = QRectF(CARD_WIDTH - width + 0.5, -10.5, width, 19.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(style.colour))
    painter.drawRoundedRect(pill, 9.5, 9.5)
    painter.setFont(look.badge_font)
    painter.setPen(look.colour(style.on))
    painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, text)


def mark_colour(face: CardFace, look: Look) -> str:
    """Colour of the finding marker."""
    theme = look.theme
    return {
        "error": theme.danger.colour,
        "warning": theme.load.colour,
        "risk": theme.accent.colour,
    }.get(face.mark, theme.muted)


def _paint_marks(painter: QPainter, face: CardFace, look: Look) -> None:
    """Finding marker and active fault over the top left corner."""
    left = -6.0
    if face.mark:
        rect = QRectF(left, -8.0, 16.0, 16.0)
        painter.setPen(QPen(look.colour(look.theme.canvas), 1.5))
        painter.setBrush(look.colour(mark_colour(face, look)))
        painter.drawEllipse(rect)
        painter.setFont(look.badge_font)
        painter.setPen(look.colour(look.theme.on_accent))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, "i" if face.mark == "risk" else "!")
        left += 20.0
    if face.fault:
        _paint_fault(painter, face, look, left)


def _paint_comments(painter: QPainter, face: CardFace, look: Look) -> None:
    """A bubble with how many comments are open, over the bottom right corner."""
    if not face.comments:
        return
    theme, text = look.theme, str(face.comments)
    width = look.pill_metrics.horizontalAdvance(text) + 25.0
    pill = QRectF(CARD_WIDTH - width + 8.0, CARD_HEIGHT - 3.0, width, 17.0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.colour(theme.sticky))
    painter.drawRoundedRect(pill, 8.5, 8.5)
    box = QRectF(pill.left() + 5.0, pill.top() + 3.0, 11.0, 11.0)
    look.icons.paint(painter, "comment", box, theme.sticky_text)
    painter.setFont(look.pill_font)
    painter.setPen(look.colour(theme.sticky_text))
    words = pill.adjusted(19.0, 0.0, 0.0, 0.0)
    painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, text)


def _paint_fault(painter: QPainter, face: CardFace, look: Look, left: float) -> None:
    """A pill that says which fault acts; only its sign where a badge needs the room."""
    theme = look.theme
    kind = kind_with_badge(face.fault)
    icon = kind.icon if kind is not None else "bolt"
    ink = theme.danger if kind is not None and kind.spreads else theme.load
    text = ""
    if not face.badge:
        text = look.pill_metrics.elidedText(face.fault, Qt.TextElideMode.ElideRight, 90.0)
    width = 19.0 + (look.pill_metrics.horizontalAdvance(text) + 6.0 if text else 0.0)
    pill = QRectF(left, -9.5, width, 18.0)
    painter.setPen(QPen(look.colour(ink.colour), 1.2))
    painter.setBrush(look.colour(theme.card))
    painter.drawRoundedRect(pill, 9.0, 9.0)
    look.icons.paint(painter, icon, QRectF(left + 3.5, -6.5, 12.0, 12.0), ink.text)
    if text:
        painter.setFont(look.pill_font)
        painter.setPen(look.colour(ink.text))
        box = pill.adjusted(18.0, 0.0, 0.0, 0.0)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)
