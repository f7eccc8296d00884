"""Paints sticky notes: yellow paper, a bold first line, a soft shadow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPen, QTextLayout, QTextOption

from engine.model.citing import CITATION_HEIGHT, foot_of
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
_NARROWEST: Final = 2.0
"""Width of the narrowest letter (logical pixels): no more of them fit on a line."""
_CHIP: Final = CITATION_HEIGHT - 3.0
"""Height of a chip, with a gap to the next one."""
_AIR: Final = 4.0
"""By how much a line may reach below the box of the text: the padding of the paper is larger."""


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
    ring: float = 0.0,
    chips: tuple[NoteChip, ...] = (),
) -> None:
    """Paint a note with its top left corner at the origin; selected, with a ring so wide (scene units)."""
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
    if ring:
        painter.setPen(QPen(look.colour(theme.selection), ring))
    painter.drawRoundedRect(paper, 6.0, 6.0)
    painter.restore()
    if ring:
        _paint_grip(painter, paper, look)
    foot = foot_of(len(chips))
    box = paper.adjusted(PADDING, PADDING - 2, -PADDING, -PADDING + 4 - foot)
    _paint_text(painter, box, text, look)
    for place, chip in enumerate(chips):
        top = paper.bottom() - PADDING + 3.0 - (len(chips) - place) * CITATION_HEIGHT
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


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a note as it is wrapped, and what of its paragraph is left from there on."""

    layout: QTextLayout
    number: int
    top: float
    height: float
    rest: str
    font: QFont


def _paint_text(painter: QPainter, box: QRectF, text: str, look: Look) -> None:
    """First line bold when more follow; of what does not fit, an ellipsis tells."""
    title, _, body = text.partition("\n")
    lines, top = list[_Line](), box.top()
    if body.strip():
        lines, top = _wrapped(title, top, box.width(), look.note_title_font)
        top += 3.0
    else:
        body = title
    for paragraph in body.strip("\n").split("\n")[:_MOST_LINES]:
        if top > box.bottom() + _AIR:
            break
        more, top = _wrapped(paragraph, top, box.width(), look.note_font)
        lines += more
    if not lines:  # the note is too low for a line
        return
    fits = [each for each in lines if each.top + each.height <= box.bottom() + _AIR] or lines[:1]
    cut = len(fits) < len(lines) or top > box.bottom() + _AIR + lines[-1].height + 1.5
    painter.setPen(look.colour(look.theme.sticky_text))
    painter.save()
    clip = QPainterPath()
    clip.addRect(box.adjusted(0.0, 0.0, 0.0, _AIR))
    painter.setClipPath(clip, Qt.ClipOperation.IntersectClip)
    for line in fits[:-1] if cut else fits:
        line.layout.lineAt(line.number).draw(painter, QPointF(box.left(), line.top))
    if cut:
        _paint_cut(painter, fits[-1], box)
    painter.restore()


def _paint_cut(painter: QPainter, line: _Line, box: QRectF) -> None:
    """The last line that there is room for, when more would follow."""
    metrics = QFontMetricsF(line.font)
    mode, rest = Qt.TextElideMode.ElideRight, line.rest[: _most_letters(box.width())].rstrip()
    # What fits whole ends with an ellipsis too: it is not the end.
    text = metrics.elidedText(f"{rest} …" if rest else "…", mode, box.width())
    (short, *_), _ = _wrapped(text, 0.0, box.width() + 4.0, line.font)
    short.layout.lineAt(0).draw(painter, QPointF(box.left(), line.top))


def _most_letters(width: float) -> int:
    """More letters than fit on a line."""
    return 2 + max(0, int(width / _NARROWEST))


def _wrapped(text: str, top: float, width: float, font: QFont) -> tuple[list[_Line], float]:
    """A paragraph in lines, the first of them at ``top``; and where the next paragraph begins."""
    # To look through a word of 100 000 letters for where it could be broken takes Qt half a second.
    text = text[: _MOST_LINES * _most_letters(width)]
    layout = QTextLayout(text or " ", font)
    option = QTextOption()
    if directed(text) != text:
        option.setTextDirection(Qt.LayoutDirection.RightToLeft)
        option.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    lines = list[_Line]()
    for number in range(_MOST_LINES):
        line = layout.createLine()
        if not line.isValid():
            break
        line.setLineWidth(width)
        rest = text[line.textStart() :]
        lines.append(_Line(layout, number, top, line.height(), rest, font))
        top += line.height() + 1.5
    layout.endLayout()
    return lines, top
