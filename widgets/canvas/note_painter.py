"""Paints sticky notes: yellow paper, a bold first line, a soft shadow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QTextLayout, QTextOption

from widgets.theme import directed
from widgets.theme.shapes import paint_state

if TYPE_CHECKING:
    from PySide6.QtGui import QFont

    from widgets.canvas.health import State
    from widgets.canvas.look import Look

PADDING: Final = 12.0
_TILT: Final = -0.9
"""Degrees by which the paper lies askew; the text is level."""
_MOST_LINES: Final = 400
_CHIP: Final = 19.0
"""Height of a chip."""
_GAP: Final = 3.0


@dataclass(frozen=True, slots=True)
class NoteChip:
    """A line at the foot of a note: a number that it cites, and what became of it."""

    text: str
    word: str = ""
    tone: State = "idle"
    """Its colour; the word says the same."""


def paint_note(
    painter: QPainter,
    size: QRectF,
    text: str,
    look: Look,
    *,
    selected: bool,
    chips: tuple[NoteChip, ...] = (),
) -> None:
    """Paint a note with its top left corner at the origin."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    theme = look.theme
    paper = QRectF(0.0, 0.0, size.width(), size.height())
    painter.save()
    painter.translate(paper.center())
    painter.rotate(_TILT)
    painter.translate(-paper.center())
    painter.setPen(Qt.PenStyle.NoPen)
    for spread, share in ((4.0, 0.12), (2.0, 0.2), (0.5, 0.3)):
        painter.setBrush(look.colour(theme.shadow, theme.shadow_alpha * share))
        painter.drawRoundedRect(
            paper.adjusted(-spread, 2.0 - spread / 2, spread, 2.0 + spread), 5 + spread, 5 + spread
        )
    painter.setBrush(look.colour(theme.sticky))
    if selected:
        painter.setPen(QPen(look.colour(theme.selection), 2.0))
    painter.drawRoundedRect(paper, 6.0, 6.0)
    painter.restore()
    if selected:
        _paint_grip(painter, paper, look)
    foot = len(chips) * (_CHIP + _GAP)
    box = paper.adjusted(PADDING, PADDING - 2, -PADDING, -PADDING + 4 - foot)
    _paint_text(painter, box, text, look)
    for place, chip in enumerate(chips):
        top = paper.bottom() - PADDING + 3.0 - (len(chips) - place) * (_CHIP + _GAP)
        row = QRectF(PADDING - 4.0, top, paper.width() - 2.0 * PADDING + 8.0, _CHIP)
        _paint_chip(painter, chip, row, look)


def _paint_chip(painter: QPainter, chip: NoteChip, row: QRectF, look: Look) -> None:
    """A pill with the number, and behind it what became of it."""
    theme, metrics = look.theme, look.pill_metrics
    style = theme.state(chip.tone)
    word = f"{chip.word}" if chip.word else ""
    behind = metrics.horizontalAdvance(word) + 10.0 if word else 0.0
    text = metrics.elidedText(chip.text, Qt.TextElideMode.ElideRight, row.width() - behind - 30.0)
    width = min(row.width(), metrics.horizontalAdvance(text) + behind + 30.0)
    pill = QRectF(row.left(), row.top(), width, row.height())
    painter.setPen(QPen(look.colour(style.colour), 1.2))
    painter.setBrush(look.colour(theme.card))
    painter.drawRoundedRect(pill, _CHIP / 2.0, _CHIP / 2.0)
    paint_state(painter, style, QRectF(pill.left() + 7.0, pill.top() + 5.0, 9.0, 9.0))
    painter.setFont(look.pill_font)
    painter.setPen(look.colour(theme.text))
    inner = pill.adjusted(21.0, 0.0, -8.0, 0.0)
    painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    if word:
        painter.setPen(look.colour(style.text))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, word)


def _paint_grip(painter: QPainter, paper: QRectF, look: Look) -> None:
    """Two strokes in the corner by which the note is resized."""
    painter.setPen(look.pen(look.theme.selection, 1.5))
    corner = paper.bottomRight()
    for reach in (6.0, 11.0):
        painter.drawLine(corner + QPointF(-reach, -3.0), corner + QPointF(-3.0, -reach))


def _paint_text(painter: QPainter, box: QRectF, text: str, look: Look) -> None:
    """First line bold when more follow; what does not fit is cut off."""
    title, _, body = text.partition("\n")
    painter.setPen(look.colour(look.theme.sticky_text))
    painter.save()
    clip = QPainterPath()
    clip.addRect(box)
    painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
    top = box.top()
    if body.strip():
        top = _paragraph(
            painter, QRectF(box.left(), top, box.width(), 0), title, look.note_title_font
        )
        top += 3.0
    else:
        body = title
    for line in body.strip("\n").split("\n")[:_MOST_LINES]:
        if top > box.bottom():
            break
        top = _paragraph(painter, QRectF(box.left(), top, box.width(), 0), line, look.note_font)
    painter.restore()


def _paragraph(painter: QPainter, at: QRectF, text: str, font: QFont) -> float:
    """Draw wrapped text; returns where the next paragraph begins."""
    layout = QTextLayout(text or " ", font)
    option = QTextOption()
    if directed(text) != text:
        option.setTextDirection(Qt.LayoutDirection.RightToLeft)
        option.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    height = 0.0
    for _ in range(_MOST_LINES):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(at.width())
        line.setPosition(QPointF(0.0, height))
        height += line.height() + 1.5
    layout.endLayout()
    layout.draw(painter, at.topLeft())
    return at.top() + height
