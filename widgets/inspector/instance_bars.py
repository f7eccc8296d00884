"""How much comes to each instance of the selected node, as bars beside each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from engine.model.units import format_figure, format_quantity
from widgets.inspector.recent import Recent
from widgets.theme import plain_tip, section_label, set_role

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from PySide6.QtGui import QPaintEvent

    from engine.sim.snapshot import NodeGauge, Snapshot
    from widgets.theme import ThemeManager

_HEIGHT: Final = 64
_WIDEST: Final = 22.0
_GAP_SHARE: Final = 0.25


@dataclass(frozen=True, slots=True)
class Bar:
    """One instance."""

    number: int
    """Which instance, from 0 on."""
    rate: float
    """Requests per second that came to it."""
    state: str = "ready"
    waiting: int = 0


class ArrivalWindow:
    """How many requests came to each instance within the last seconds."""

    def __init__(self, length: float) -> None:
        """Nothing known; ``length`` is that of the window (s)."""
        self._recent: Recent[Mapping[str, NodeGauge]] = Recent(length)

    def add(self, snapshot: Snapshot) -> None:
        """Take in a snapshot; one from before the last means a new run."""
        self._recent.add(snapshot.time, snapshot.gauges)

    def clear(self) -> None:
        """Forget everything."""
        self._recent.clear()

    def bars(self, node: str) -> list[Bar]:
        """Each instance of a node, in their order; none where there are not two, or nothing came."""
        ends = self._recent.ends()
        if ends is None or node not in ends[1] or node not in ends[2]:
            return []
        span, old, new = ends
        before = {each.number: each.arrivals for each in old[node].instances}
        found = []
        for each in new[node].instances:
            known = before.get(each.number, 0)
            came = each.arrivals - known if each.arrivals >= known else each.arrivals
            found.append(Bar(each.number, came / span, each.state, each.waiting))
        return found if len(found) > 1 and any(bar.rate for bar in found) else []


def mean_rate(bars: Sequence[Bar]) -> float:
    """What comes to each on average (per second), of those that are up; of all where none is."""
    up = [bar.rate for bar in bars if bar.state != "down"] or [bar.rate for bar in bars]
    return sum(up) / len(up)


class BarStrip(QWidget):
    """Paints the bars, with a line at their mean."""

    def __init__(self, look: ThemeManager) -> None:
        """Show nothing yet."""
        super().__init__()
        self._look = look
        self.bars: Sequence[Bar] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(200, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """A pixel a bar at least."""
        return QSize(100, _HEIGHT)

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these."""
        if bars != self.bars:
            self.bars = bars
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Bars from the floor; the fullest reaches the top."""
        if not self.bars:
            return
        theme = self._look.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            most = max(bar.rate for bar in self.bars)
            mean = mean_rate(self.bars)
            painter.setPen(Qt.PenStyle.NoPen)
            for place, bar in enumerate(self.bars):
                painter.setBrush(QColor(self._colour(bar)))
                painter.drawRoundedRect(self._area(place, bar.rate / most), 1.5, 1.5)
            pen = QPen(QColor(theme.muted), 1.0, Qt.PenStyle.DashLine)
            painter.setPen(pen)
            height = self.height() - (self.height() - 2.0) * mean / most
            painter.drawLine(0, round(height), round(self._step() * len(self.bars)), round(height))

    def event(self, event: QEvent) -> bool:
        """Say in a tip what the bar below the pointer stands for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = int(event.pos().x() / self._step()) if self.bars else -1
            if 0 <= place < len(self.bars):
                QToolTip.showText(event.globalPos(), plain_tip(self.words(place)), self)
                return True
        return super().event(event)

    def words(self, place: int) -> str:
        """One instance in a sentence."""
        bar = self.bars[place]
        state = "" if bar.state == "ready" else f", {bar.state}"
        line = f", {bar.waiting} waiting" if bar.waiting else ""
        return f"Instance {bar.number + 1}: {format_quantity(bar.rate, 'rps')}{line}{state}"

    def _step(self) -> float:
        """From one bar to the next."""
        return min(_WIDEST, self.width() / max(len(self.bars), 1))

    def _area(self, place: int, share: float) -> QRectF:
        """Where a bar is."""
        step = self._step()
        high = max((self.height() - 2.0) * share, 1.0)
        return QRectF(place * step, self.height() - high, step * (1.0 - _GAP_SHARE), high)

    def _colour(self, bar: Bar) -> str:
        """Pale where it does not serve."""
        theme = self._look.theme
        if bar.state == "down":
            return theme.state("down").colour
        return theme.accent.colour if bar.state == "ready" else theme.muted


class InstanceBars(QWidget):
    """The section: a heading, the bars, and how uneven they are."""

    def __init__(self, look: ThemeManager) -> None:
        """Hidden until there is something to compare."""
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(6)
        column.addWidget(section_label("Requests by instance"))
        self.strip = BarStrip(look)
        column.addWidget(self.strip)
        self.note = set_role(QLabel(), "caption")
        self.note.setWordWrap(True)
        column.addWidget(self.note)
        self.hide()

    def show_bars(self, bars: Sequence[Bar]) -> None:
        """Show these, or nothing."""
        self.setVisible(bool(bars))
        self.strip.show_bars(bars)
        if bars:
            mean = mean_rate(bars)
            most = max(bars, key=lambda bar: bar.rate)
            self.note.setText(
                f"{format_quantity(mean, 'rps')} each on average; instance {most.number + 1} has "
                f"{format_figure(most.rate / mean)} times that."
            )
            self.setAccessibleDescription(self.note.text())
