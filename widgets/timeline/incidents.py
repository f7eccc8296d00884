"""The strip of incidents below the timeline: five marks each, on the axis of all charts, and the times between them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QHelpEvent, QPainter
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from engine.model.units import format_quantity, format_share
from widgets.instruments.text import instant_text
from widgets.theme import CAPTION, Fonts, plain_tip, section_label, set_role
from widgets.timeline.layout import Ruler

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPaintEvent

    from engine.why.incident import Incident, Mark
    from widgets.instruments import TimeAxis
    from widgets.theme import Theme

_HEIGHT: Final = 34
_TAGS: Final = -1.0
"""Top of the row of words."""
_LINE: Final = 16.0
"""Height of the line that marks stand on."""
_TIMES: Final = 19.0
"""Top of the row of times."""
_ROW: Final = 15.0
_TOGETHER: Final = 5.0
"""Pixels by which marks are too close to be told apart."""
_GAP: Final = 6.0
_REACH: Final = 7.0
"""Pixels around an incident that belong to it."""
_NAMES: Final = {
    "cause": "cause",
    "detect": "detected",
    "page": "paged",
    "mitigate": "mitigated",
    "recover": "recovered",
}
_LETTERS: Final = {"cause": "C", "detect": "D", "page": "P", "mitigate": "M", "recover": "R"}
_NEVER: Final = {
    "cause": "no cause was recorded",
    "detect": "nobody saw it",
    "page": "nobody was paged",
    "mitigate": "nothing helped",
    "recover": "it goes on",
}


@dataclass(frozen=True, slots=True)
class Tag:
    """Marks of one moment, in a word or by their letters."""

    x: float
    names: tuple[str, ...]
    text: str
    """Empty where there is no room for a letter."""


class IncidentStrip(QWidget):
    """Shows the incidents of the run, and asks for their moments. It is not there while there are none."""

    moment_requested = Signal(float)
    """A moment of the run to look at (s); NaN for now."""

    def __init__(self, theme: Theme, axis: TimeAxis) -> None:
        """Show no incident, on this axis."""
        super().__init__()
        self._theme, self._axis = theme, axis
        self._names: Mapping[str, str] = {}
        self.incidents: tuple[Incident, ...] = ()
        fonts = Fonts()
        self._font = fonts.ui(CAPTION, QFont.Weight.Medium)
        self._metrics = QFontMetricsF(self._font)
        self._build()
        # Methods, for the axis outlives the strip: Qt forgets those of what is deleted.
        axis.range_changed.connect(self._follow)
        axis.cursor_moved.connect(self._follow)

    def _follow(self) -> None:
        """Paint anew: the axis has moved, or its cursor."""
        self.update()

    @property
    def ruler(self) -> Ruler:
        """Time to pixels, as on the timeline."""
        return Ruler(self._axis.start, self._axis.end, float(self.width()))

    def set_theme(self, theme: Theme) -> None:
        """Colour everything anew."""
        self._theme = theme
        self.update()

    def show_incidents(self, incidents: Sequence[Incident], names: Mapping[str, str]) -> None:
        """Show these.

        Args:
            incidents: in order of time.
            names: what people call the items of the design.
        """
        self.incidents, self._names = tuple(incidents), names
        self.setVisible(bool(incidents))
        told = [self.told(each).replace("\n", "; ") for each in self.incidents]
        self.setAccessibleDescription(". ".join(told))
        self.update()

    def moments(self) -> list[float]:
        """The moments of all marks, in order of time (s)."""
        return sorted({mark.at for each in self.incidents for _, mark in each.marks})

    def tags(self, incident: Incident, end: float) -> list[Tag]:
        """The words of an incident, up to a pixel; none where nothing is known of it but that it is there."""
        groups: list[tuple[float, list[str]]] = []
        for name, mark in sorted(incident.marks, key=lambda each: each[1].at):
            x = self.ruler.x(mark.at)
            if groups and x - groups[-1][0] <= _TOGETHER:
                groups[-1][1].append(name)
            else:
                groups.append((x, [name]))
        ends = [x for x, _ in [*groups, (end, [])]][1:]
        found = []
        for (x, names), until in zip(groups, ends, strict=True):
            full = ", ".join(_NAMES[name] for name in names)
            short = "".join(_LETTERS[name] for name in names)
            room = until - x - _GAP
            text = next((each for each in (full, short) if self._width(each) <= room), "")
            found.append(Tag(x, tuple(names), text))
        return found

    def told(self, incident: Incident) -> str:
        """All of an incident, a line a mark."""
        marks = dict(incident.marks)
        bad = "1 request was" if incident.bad == 1 else f"{incident.bad:,} requests were"
        since = "" if incident.since is None else f" since {instant_text(incident.since)}"
        lines = [f"{bad} bad{since}, {format_share(incident.share)} of those that ended"]
        for name, word in _NAMES.items():
            mark = marks.get(name)
            lines.append(f"{word}: {_NEVER[name]}" if mark is None else self._line(word, mark))
        return "\n".join([*lines, self.times(incident)])

    def times(self, incident: Incident, *, short: bool = False) -> str:
        """The times from the cause to what followed it, by words or by letters."""
        told = []
        for name in ("detect", "mitigate", "recover"):
            after = incident.after(name)
            word = _LETTERS[name] if short else name
            told.append(f"{word} –" if after is None else f"{word} +{_seconds(after)}")
        return " · ".join(told)

    def mark_at(self, point: QPointF) -> Mark | None:
        """The mark that is nearest to a point on an incident."""
        ruler = self.ruler
        near: list[tuple[float, Mark]] = []
        for each in self.incidents:
            left, right = self._ends(each)
            if left - _REACH <= point.x() <= right + _REACH:
                near += [(abs(ruler.x(mark.at) - point.x()), mark) for _, mark in each.marks]
        return min(near, key=lambda pair: pair[0], default=(0.0, None))[1]

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(600, _HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002 - Qt's signature
        """Draw all that are in view."""
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(self._font)
            ruler = self.ruler
            painter.setClipRect(
                QRectF(ruler.left - 8.0, 0.0, ruler.right - ruler.left + 16.0, _HEIGHT)
            )
            starts = [self._ends(each)[0] for each in self.incidents]
            for each, until in zip(self.incidents, [*starts[1:], ruler.right + 8.0], strict=True):
                left, right = self._ends(each)
                if right >= ruler.left and left <= ruler.right:
                    self._paint(painter, each, until)
            if self.hasFocus():
                painter.setPen(QColor(self._theme.accent.colour))
                painter.drawLine(
                    QPointF(ruler.left, _HEIGHT - 1.0), QPointF(ruler.right, _HEIGHT - 1.0)
                )

    def event(self, event: QEvent) -> bool:
        """Tell what is under the mouse."""
        if isinstance(event, QHelpEvent):
            point = QPointF(event.pos())
            each = next((one for one in self.incidents if self._holds(one, point)), None)
            text = "" if each is None else f"{self.told(each)}\nClick to look at the nearest mark"
            QToolTip.showText(event.globalPos(), plain_tip(text), self)
            return True
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Look at the nearest mark."""
        mark = self.mark_at(event.position())
        if mark is not None:
            self.moment_requested.emit(mark.at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point, as on the timeline; a hand where a click goes somewhere."""
        ruler, x = self.ruler, event.position().x()
        inside = ruler.left <= x <= ruler.right
        self._axis.set_cursor(ruler.instant(x) if inside else math.nan)
        hand = self.mark_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.ArrowCursor)

    def leaveEvent(self, event: QEvent) -> None:
        """Point nowhere."""
        self._axis.set_cursor(math.nan)
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right walk the marks, Escape goes back to now."""
        at = self._axis.now if math.isnan(self._axis.held) else self._axis.held
        if event.key() == Qt.Key.Key_Left:
            self._go([each for each in self.moments() if each < at - 1e-6][-1:])
        elif event.key() == Qt.Key.Key_Right:
            self._go([each for each in self.moments() if each > at + 1e-6][:1])
        elif event.key() == Qt.Key.Key_Escape and not math.isnan(self._axis.held):
            self.moment_requested.emit(math.nan)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where keys go."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Keys go elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def _go(self, moments: Sequence[float]) -> None:
        """Ask for a moment, if there is one."""
        for each in moments:
            self.moment_requested.emit(each)

    def _build(self) -> None:
        """Hidden until there is something to show."""
        set_role(self, "panel").setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Incidents")
        title = section_label("Incidents", self)
        title.adjustSize()
        title.move(16, 9)
        self.hide()

    def _paint(self, painter: QPainter, incident: Incident, until: float) -> None:
        """One of them, with its words up to where the next begins."""
        ruler, theme = self.ruler, self._theme
        left, right = self._ends(incident)
        calmer = ruler.x(incident.mitigate.at) if incident.mitigate is not None else right
        calmer = min(max(calmer, left), right)
        danger, calm = QColor(theme.danger.colour), QColor(theme.state("strained").colour)
        painter.fillRect(QRectF(left, _LINE - 1.5, max(calmer - left, 1.0), 3.0), danger)
        painter.fillRect(QRectF(calmer, _LINE - 1.5, right - calmer, 3.0), calm)
        colours = self._colours()
        for tag in self.tags(incident, until):
            colour = colours[tag.names[-1]]
            painter.fillRect(QRectF(tag.x - 1.0, _LINE - 5.0, 2.0, 10.0), QColor(colour[0]))
            painter.setPen(QColor(colour[1]))
            box = QRectF(tag.x, _TAGS, until, _ROW)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, tag.text)
        painter.setPen(QColor(theme.text))
        room = until - left - _GAP
        if until > ruler.right:  # the last one: its words may begin before it
            room = max(room, ruler.right - ruler.left)
        long, short = self.times(incident), self.times(incident, short=True)
        times = long if self._width(long) <= room else short
        start = left
        if until > ruler.right:
            start = max(min(left, ruler.right - self._width(times)), ruler.left)
        wide = until - start - (_GAP if until <= ruler.right else 0.0)
        shown = self._metrics.elidedText(times, Qt.TextElideMode.ElideRight, wide)
        box = QRectF(start, _TIMES, wide, _ROW)
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, shown)

    def _colours(self) -> Mapping[str, tuple[str, str]]:
        """Colours of marks, and of their words."""
        theme = self._theme
        strained, healthy = theme.state("strained"), theme.state("healthy")
        return {
            "cause": (theme.danger.colour, theme.danger.text),
            "detect": (strained.colour, strained.text),
            "page": (strained.colour, strained.text),
            "mitigate": (theme.accent.colour, theme.accent.text),
            "recover": (healthy.colour, healthy.text),
        }

    def _ends(self, incident: Incident) -> tuple[float, float]:
        """Pixels from the first to the last mark, or to where the run is."""
        marks = [mark.at for _, mark in incident.marks]
        last = self._axis.now if incident.recover is None else incident.recover.at
        return self.ruler.x(min([*marks, incident.begun])), self.ruler.x(max([*marks, last]))

    def _holds(self, incident: Incident, point: QPointF) -> bool:
        """Whether a point is on an incident."""
        left, right = self._ends(incident)
        return left - _REACH <= point.x() <= right + _REACH

    def _line(self, word: str, mark: Mark) -> str:
        """A mark in words."""
        what = f"{mark.what} (inferred)" if mark.inferred else mark.what
        where = "" if mark.item is None else self._names.get(mark.item, "")
        at = "" if not where or where in what else f" ({where})"
        return f"{word}: {instant_text(mark.at)}  {what}{at}"

    def _width(self, text: str) -> float:
        """Room for a text."""
        return self._metrics.horizontalAdvance(text) + 1.0


def _seconds(value: float) -> str:
    """A time for reading."""
    return format_quantity(value, "s")
