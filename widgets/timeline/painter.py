"""Draws the strip: load curve, events, notices, comments, playhead."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from widgets.instruments.text import instant_text
from widgets.theme import CAPTION, Fonts, Ink, directed
from widgets.timeline.layout import (
    BASELINE,
    CURVE_TOP,
    GLYPH,
    ROW_HEIGHT,
    ROWS,
    Ruler,
    bubble_beside,
)
from widgets.timeline.marks import notice_rect
from widgets.timeline.wording import event_ink

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.sim.snapshot import Notice
    from widgets.theme import IconSet, Theme
    from widgets.timeline.load import Curve
    from widgets.timeline.marks import Mark, Noted, Spoken

_CURVE_BOTTOM: Final = BASELINE - 5.0
_SQUARE: Final = 8.0
_NEAR: Final = 2.0
"""Pixels within which marks of one colour are as one."""
_NOTICE_STATE: Final = {"health": "strained", "restored": "healthy", "alert": "saturated"}
_AHEAD_ALPHA: Final = 110
_BAR_ALPHA: Final = 120


def notice_ink(theme: Theme, kind: str) -> Ink:
    """The colour of a state for what shows one; blue, as for any changed setting, for what somebody did."""
    if kind == "edit":
        return theme.accent
    state = theme.state(_NOTICE_STATE.get(kind, "idle"))
    return Ink(state.colour, state.text)


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything that the strip shows at a moment."""

    ruler: Ruler
    measured: Curve
    planned: Curve
    top: float
    """Rate at the top of the curve (rps)."""
    now: float
    held: float
    """Moment of the past that is looked at; NaN for none."""
    cursor: float
    """Instant pointed at; NaN for none."""
    marks: Sequence[Mark] = ()
    notices: Sequence[Notice] = ()
    noted: Sequence[Noted] = ()
    """Those of the notices that are told in words."""
    comments: Sequence[Spoken] = ()
    selected: int | None = None
    earlier: int = 0
    """Events before the visible range."""
    later: int = 0
    """Events after it."""
    chips: dict[str, QRectF] = field(default_factory=dict)
    """Filled while drawing: where the counts of unseen events can be clicked."""


class _Places:
    """Where something was painted, as far as places can be told apart."""

    def __init__(self) -> None:
        """Nowhere."""
        self._taken: set[tuple[object, ...]] = set()

    def is_new(self, colour: str, *places: float) -> bool:
        """Whether nothing in a colour is at a place, or from one to another, yet; from now on something is."""
        key = (colour, *(round(each / _NEAR) for each in places))
        is_new = key not in self._taken
        self._taken.add(key)
        return is_new


@dataclass(frozen=True, slots=True)
class _Apart:
    """Of thousands of marks in one place only the first of each colour: the others would lie on it."""

    of: Sequence[Mark] = ()
    bars: list[Mark] = field(default_factory=list)
    squares: list[Mark] = field(default_factory=list)
    """Those with words in any case."""

    @classmethod
    def among(cls, marks: Sequence[Mark], inks: Mapping[str, str]) -> _Apart:
        """Choose them; ``inks`` has the colours by what changes."""
        bars, squares = _Places(), _Places()
        chosen = cls(marks)
        for mark in marks:
            colour = inks[mark.event.change]
            if mark.bar_end is not None and bars.is_new(colour, mark.x, mark.bar_end):
                chosen.bars.append(mark)
            if squares.is_new(colour, mark.x) or mark.label is not None:
                chosen.squares.append(mark)
        return chosen


class StripPainter:
    """Paints scenes in one theme."""

    def __init__(self, theme: Theme, icons: IconSet) -> None:
        """Take colours and icons."""
        self._theme = theme
        self._icons = icons
        self._chosen = _Apart()
        fonts = Fonts()
        self._caption = fonts.ui(CAPTION, QFont.Weight.Medium)
        self._strong = fonts.numbers(CAPTION, QFont.Weight.Bold)
        self._metrics = QFontMetricsF(self._caption)

    def measure(self, text: str) -> float:
        """Width of a label's text."""
        return self._metrics.horizontalAdvance(text) + 1.0

    def paint(self, painter: QPainter, scene: Scene) -> None:
        """Draw everything, back to front."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ruler = scene.ruler
        painter.fillRect(
            QRectF(ruler.left, BASELINE - 0.5, ruler.right - ruler.left, 1.0),
            QColor(self._theme.hairline),
        )
        self._curve(painter, scene, scene.planned, _AHEAD_ALPHA)
        self._curve(painter, scene, scene.measured, 255)
        self._bars(painter, scene)
        self._ticks(painter, scene)
        self._words(painter, scene)
        self._marks(painter, scene)
        self._unseen(painter, scene)
        self._pointer(painter, scene)
        if not math.isnan(scene.held):
            if ruler.shows(scene.now):  # where the run is, without its time
                x = ruler.x(scene.now)
                painter.fillRect(QRectF(x - 0.5, 6.0, 1.0, BASELINE), QColor(self._theme.text))
            if ruler.shows(scene.held):
                accent = self._theme.accent.colour
                self._playhead(painter, scene, scene.held, accent, self._theme.on_accent)
        elif ruler.shows(scene.now) and scene.now > 0.0:
            self._playhead(painter, scene, scene.now, self._theme.text, self._theme.panel)
        self._comments(painter, scene)

    def _bars(self, painter: QPainter, scene: Scene) -> None:
        """How long the events last."""
        for mark in self._apart(scene.marks).bars:
            self._bar(painter, mark, scene.ruler)

    def _apart(self, marks: Sequence[Mark]) -> _Apart:
        """Which of them are painted: found out once, since a strip is painted many times a second."""
        if self._chosen.of is not marks:
            inks: dict[str, str] = {}
            for mark in marks:
                if mark.event.change not in inks:
                    inks[mark.event.change] = event_ink(self._theme, mark.event).colour
            self._chosen = _Apart.among(marks, inks)
        return self._chosen

    def _ticks(self, painter: QPainter, scene: Scene) -> None:
        """When the run had something to say."""
        places = _Places()
        for notice in scene.notices:
            if scene.ruler.shows(notice.at):
                colour = notice_ink(self._theme, notice.kind).colour
                if places.is_new(colour, scene.ruler.x(notice.at)):
                    painter.fillRect(notice_rect(notice, scene.ruler), QColor(colour))

    def _marks(self, painter: QPainter, scene: Scene) -> None:
        """The events; those that are selected or have words in any case."""
        squares = self._apart(scene.marks).squares
        chosen = scene.selected
        if chosen is not None:
            squares = [each for each in squares if each.index != chosen]
            squares += [each for each in scene.marks if each.index == chosen]
        for mark in squares:
            if mark.x >= scene.ruler.left - 1.0:
                self._mark(painter, mark, selected=mark.index == chosen)

    def _words(self, painter: QPainter, scene: Scene) -> None:
        """What somebody did, or what alarmed, below its tick."""
        painter.setFont(self._caption)
        for noted in scene.noted:
            painter.setPen(QColor(notice_ink(self._theme, noted.notice.kind).text))
            room = noted.rect.adjusted(0, 0, 1, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, directed(noted.notice.text))

    def _comments(self, painter: QPainter, scene: Scene) -> None:
        """Where people said something."""
        for spoken in scene.comments:
            painter.fillRect(spoken.rect, QColor(self._theme.panel))
            self._icons.paint(painter, "comment", spoken.rect, self._theme.accent.text)

    def _curve(self, painter: QPainter, scene: Scene, curve: Curve, alpha: int) -> None:
        """Part of the load curve."""
        times, rates = curve
        if len(times) < 2:
            return
        scale = (_CURVE_BOTTOM - CURVE_TOP) / scene.top
        xs = (
            scene.ruler.left + (times - scene.ruler.start) * scene.ruler.pixels_per_second
        ).tolist()
        ys = (_CURVE_BOTTOM - rates * scale).tolist()
        # Segments, not one path: stroking a long antialiased path is twenty times as slow.
        segments = [QLineF(*ends) for ends in zip(xs, ys, xs[1:], ys[1:], strict=False)]
        ink = QColor(self._theme.series["offered"].colour)
        ink.setAlpha(alpha)
        painter.save()
        painter.setClipRect(
            QRectF(scene.ruler.left, 0, scene.ruler.right - scene.ruler.left, BASELINE)
        )
        painter.setPen(QPen(ink, 1.5, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawLines(segments)
        painter.restore()

    def _bar(self, painter: QPainter, mark: Mark, ruler: Ruler) -> None:
        """How long an event lasts."""
        if mark.bar_end is None:
            return
        ink = QColor(event_ink(self._theme, mark.event).colour)
        left, right = max(mark.x, ruler.left), min(mark.bar_end, ruler.right)
        soft = QColor(ink)
        soft.setAlpha(_BAR_ALPHA)
        painter.fillRect(QRectF(left, BASELINE - 1.5, max(right - left, 0.0), 3.0), soft)
        if mark.bar_end <= ruler.right:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawRoundedRect(QRectF(mark.bar_end - 1.5, BASELINE - 5.0, 3.0, 10.0), 1.5, 1.5)

    def _mark(self, painter: QPainter, mark: Mark, *, selected: bool) -> None:
        """Square on the baseline, icon and words below."""
        ink = event_ink(self._theme, mark.event)
        square = QRectF(mark.x - _SQUARE / 2, BASELINE - _SQUARE / 2, _SQUARE, _SQUARE)
        if selected:
            painter.setPen(QPen(QColor(self._theme.selection), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(square.adjusted(-3, -3, 3, 3), 3.5, 3.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ink.colour))
        painter.drawRoundedRect(square, 1.5, 1.5)
        if mark.label is None:
            return
        rect = mark.label.rect
        glyph = QRectF(rect.left(), rect.center().y() - GLYPH / 2, GLYPH, GLYPH)
        self._icons.paint(painter, mark.event.kind.icon, glyph, ink.text)
        if mark.label.text_width > 0.0:
            painter.setFont(self._caption)
            painter.setPen(QColor(ink.text))
            room = rect.adjusted(rect.width() - mark.label.text_width, 0, 1, 0)
            # What happens stands behind the name: of a long name the middle goes.
            text = self._metrics.elidedText(mark.text, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, directed(text))

    def _unseen(self, painter: QPainter, scene: Scene) -> None:
        """How many events lie outside the visible range."""
        ruler = scene.ruler
        painter.setFont(self._caption)
        painter.setPen(QColor(self._theme.muted))
        row = QRectF(ruler.left, ROWS[1], ruler.right - ruler.left, ROW_HEIGHT)
        for key, count, text, side in (
            ("earlier", scene.earlier, "← {} earlier", Qt.AlignmentFlag.AlignLeft),
            ("later", scene.later, "{} later →", Qt.AlignmentFlag.AlignRight),
        ):
            if count:
                words = text.format(count)
                painter.drawText(row, side | Qt.AlignmentFlag.AlignVCenter, words)
                width = self.measure(words)
                at_left = side == Qt.AlignmentFlag.AlignLeft
                left = row.left() if at_left else row.right() - width
                scene.chips[key] = QRectF(left, row.top(), width, row.height())

    def _pointer(self, painter: QPainter, scene: Scene) -> None:
        """Where somebody points, here or on a chart."""
        at_rest = scene.cursor == scene.held  # the bubble tells it
        if at_rest or not math.isfinite(scene.cursor) or not scene.ruler.shows(scene.cursor):
            return
        x = scene.ruler.x(scene.cursor)
        painter.fillRect(QRectF(x - 0.5, 4.0, 1.0, BASELINE + 4.0), QColor(self._theme.muted))
        painter.setFont(self._caption)
        painter.setPen(QColor(self._theme.muted))
        text = instant_text(scene.cursor)
        width = self.measure(text)
        left = x + 5.0 if x + 8.0 + width < scene.ruler.right else x - 5.0 - width
        box = QRectF(left, 1.0, width, 13.0)
        painter.fillRect(box.adjusted(-2, 0, 2, 0), QColor(self._theme.panel))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, text)

    def _playhead(
        self, painter: QPainter, scene: Scene, instant: float, colour: str, on_it: str
    ) -> None:
        """Where the run is, or the moment that is looked at, with its time in a bubble."""
        x = scene.ruler.x(instant)
        ink = QColor(colour)
        text = instant_text(instant)
        width = QFontMetricsF(self._strong).horizontalAdvance(text) + 18.0
        left = min(max(x - width / 2, 2.0), scene.ruler.width - width - 4.0)
        labels = [mark.label.rect for mark in scene.marks if mark.label is not None]
        labels += [noted.rect for noted in scene.noted]
        bubble = bubble_beside(labels, QRectF(left, ROWS[0], width, ROW_HEIGHT + 1.0))
        foot = max(ROWS[0], bubble.top())
        painter.fillRect(QRectF(x - 0.75, 6.0, 1.5, foot - 6.0), ink)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawRoundedRect(bubble, 4.0, 4.0)
        painter.setFont(self._strong)
        painter.setPen(QColor(on_it))
        painter.drawText(bubble, Qt.AlignmentFlag.AlignCenter, text)
