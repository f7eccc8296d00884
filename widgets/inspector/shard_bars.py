"""How much comes to each partition of the selected cluster or topic, as bars beside each other.

Below them hangs what each has to keep: the keys that a cluster was asked for, the messages that a topic's slowest group
has still to read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from engine.model.units import format_figure, format_quantity
from engine.sim.snapshot import LogGauge
from widgets.inspector.recent import Recent
from widgets.theme import plain_tip, section_label, set_role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

    from engine.sim.snapshot import ClusterGauge, Snapshot
    from widgets.theme import ThemeManager

_LOADS: Final = 60
_KEYS: Final = 22
_BETWEEN: Final = 4
_WIDEST: Final = 22.0
_GAP_SHARE: Final = 0.25
_TITLE: Final = "Requests and keys by partition"
_LOG_TITLE: Final = "Messages and lag by partition"
_HOT: Final = 2.0
"""A partition is hot from so many times the mean on."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One partition."""

    rate: float
    """Requests for it per second, also those that it refused; or messages."""
    keys: int = 0
    """Keys that it holds, or messages that wait in it."""
    above: float = 0.0
    """Of these, those that it refused: they were above a bound."""
    hot: bool = False


@dataclass(frozen=True, slots=True)
class Shards:
    """All partitions of a cluster over the last seconds."""

    each: tuple[Shard, ...] = ()
    rate: float = 0.0
    """Requests a second that each takes; 0 is unbounded."""
    throttled: float = 0.0
    """Share of the requests that were refused for that, 0 to 1."""
    log: bool = False
    """Whether they are those of a topic."""


class ShardWindow:
    """What came to each partition within the last seconds."""

    def __init__(self, length: float) -> None:
        """Nothing known; ``length`` is that of the window (s)."""
        self._recent: Recent[dict[str, ClusterGauge | LogGauge]] = Recent(length)

    def add(self, snapshot: Snapshot) -> None:
        """Take in a snapshot; one from before the last means a new run."""
        found: dict[str, ClusterGauge | LogGauge] = {}
        for name, each in snapshot.gauges.items():
            gauge = each.cluster or each.log
            if gauge is not None:
                found[name] = gauge
        self._recent.add(snapshot.time, found)

    def clear(self) -> None:
        """Forget everything."""
        self._recent.clear()

    def shards(self, node: str) -> Shards:
        """The partitions of a node, in their order; none where nothing came, or there is but one."""
        ends = self._recent.ends()
        if ends is None or node not in ends[1] or node not in ends[2]:
            return Shards()
        span, before, after = ends
        old, new = before[node], after[node]
        if isinstance(new, LogGauge) and isinstance(old, LogGauge):
            known = old.loads + (0,) * (len(new.loads) - len(old.loads))  # there never are fewer
            each = _shards(known, new.loads, new.behind, span)
            return Shards(each, log=True) if each else Shards()
        if isinstance(new, LogGauge) or isinstance(old, LogGauge):
            return Shards()
        divided = len(old.loads) != len(new.loads)
        known = (0,) * len(new.loads) if divided else old.loads
        none = (0,) * len(new.loads)
        turned = new.refused or none
        earlier = old.refused if len(old.refused) == len(turned) else none
        above = tuple(max(0, now - then) for then, now in zip(earlier, turned, strict=True))
        each = _shards(known, new.loads, new.keys, span, above)
        total = max(1, sum(max(0, now - then) for then, now in zip(known, new.loads, strict=True)))
        refused = min(1.0, max(0, new.throttled - old.throttled) / total)
        return Shards(each, new.rate, refused) if each else Shards()


def _shards(
    before: Sequence[int],
    after: Sequence[int],
    kept: Sequence[int],
    span: float,
    refused: Sequence[int] = (),
) -> tuple[Shard, ...]:
    """Partitions by what came to them within a span; none where nothing came, or there is but one."""
    came = [max(0, now - then) for then, now in zip(before, after, strict=True)]
    total = sum(came)
    if total == 0 or len(came) < 2:
        return ()
    mean = total / len(came)
    return tuple(
        Shard(
            rate=count / span,
            keys=keys,
            above=above / span,
            hot=count > _HOT * mean,
        )
        for count, keys, above in zip(came, kept, refused or (0,) * len(came), strict=True)
    )


class ShardStrip(QWidget):
    """Paints the loads as bars from a floor, and the keys as bars hanging below it."""

    def __init__(self, look: ThemeManager) -> None:
        """Show nothing yet."""
        super().__init__()
        self._look = look
        self.shards = Shards()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """As wide as there is room."""
        return QSize(200, _LOADS + _BETWEEN + _KEYS)

    def minimumSizeHint(self) -> QSize:
        """A pixel a bar at least."""
        return QSize(100, _LOADS + _BETWEEN + _KEYS)

    def show_shards(self, shards: Shards) -> None:
        """Show these."""
        if shards != self.shards:
            self.shards = shards
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """The fullest reaches the top; the line is the rate that each takes, or else the mean."""
        each = self.shards.each
        if not each:
            return
        theme = self._look.theme
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            step = self._step()
            wide = step * (1.0 - _GAP_SHARE)
            scale = (_LOADS - 2.0) / max(shard.rate for shard in each)
            most_keys = max(1, *(shard.keys for shard in each))
            for place, shard in enumerate(each):
                left, high = place * step, max(shard.rate * scale, 1.0)
                colour = theme.state("strained").colour
                painter.setBrush(QColor(colour if shard.hot else theme.accent.colour))
                painter.drawRect(QRectF(left, _LOADS - high, wide, high))
                if shard.above > 0.0:
                    painter.setBrush(QColor(theme.state("failing").colour))
                    painter.drawRect(QRectF(left, _LOADS - high, wide, shard.above * scale))
                painter.setBrush(QColor(theme.muted))
                deep = max(_KEYS * shard.keys / most_keys, 1.0 if shard.keys else 0.0)
                painter.drawRect(QRectF(left, _LOADS + _BETWEEN, wide, deep))
            line = self.shards.rate or sum(shard.rate for shard in each) / len(each)
            if line * scale <= _LOADS:
                painter.setPen(QPen(QColor(theme.text), 1.0, Qt.PenStyle.DashLine))
                height = round(_LOADS - line * scale)
                painter.drawLine(0, height, round(step * len(each)), height)

    def event(self, event: QEvent) -> bool:
        """Say in a tip what the bar below the pointer stands for."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = int(event.pos().x() / self._step()) if self.shards.each else -1
            if 0 <= place < len(self.shards.each):
                QToolTip.showText(event.globalPos(), plain_tip(self.words(place)), self)
                return True
        return super().event(event)

    def words(self, place: int) -> str:
        """One partition in a sentence."""
        shard = self.shards.each[place]
        if self.shards.log:
            waiting = "1 message waits" if shard.keys == 1 else f"{shard.keys} messages wait"
            return f"Partition {place + 1}: {format_figure(shard.rate)} messages/s, {waiting}"
        above = f", {format_quantity(shard.above, 'rps')} of it throttled" if shard.above else ""
        keys = "1 key" if shard.keys == 1 else f"{shard.keys} keys"
        return f"Partition {place + 1}: {format_quantity(shard.rate, 'rps')}{above}, {keys}"

    def _step(self) -> float:
        """From one bar to the next."""
        return min(_WIDEST, self.width() / max(len(self.shards.each), 1))


class ShardBars(QWidget):
    """The section: a heading, the bars, how uneven they are, and what was refused for it."""

    def __init__(self, look: ThemeManager) -> None:
        """Hidden until there is something to compare."""
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 16, 0, 0)
        column.setSpacing(6)
        self._title = section_label(_TITLE)
        column.addWidget(self._title)
        self.strip = ShardStrip(look)
        column.addWidget(self.strip)
        self.note = set_role(QLabel(), "caption")
        self.note.setWordWrap(True)
        column.addWidget(self.note)
        self.hide()

    def show_shards(self, shards: Shards) -> None:
        """Show these, or nothing."""
        self.setVisible(bool(shards.each))
        self._title.setText(_LOG_TITLE if shards.log else _TITLE)
        self.strip.show_shards(shards)
        if shards.each:
            self.note.setText(said(shards))
            self.setAccessibleDescription(self.note.text())


def said(shards: Shards) -> str:
    """What the bars tell, in words."""
    each = shards.each
    mean = sum(shard.rate for shard in each) / len(each)
    most = max(range(len(each)), key=lambda place: each[place].rate)
    times = format_figure(each[most].rate / mean)
    if shards.log:
        longest = max(range(len(each)), key=lambda place: each[place].keys)
        waiting = f"most wait in partition {longest + 1}: {format_figure(each[longest].keys)}"
        return (
            f"{format_figure(mean)} messages/s each on average; partition {most + 1} has {times} times that. Below: "
            f"what the slowest group has not worked on; {waiting if each[longest].keys else 'nothing waits'}."
        )
    told = [
        f"{format_quantity(mean, 'rps')} each on average; partition {most + 1} has {times} times that."
    ]
    if shards.rate > 0.0:
        takes = f"takes {format_quantity(shards.rate, 'rps')}"
        told.append(f"Each {takes}{', the line' if each[most].rate >= shards.rate else ''}.")
    if shards.throttled > 0.0:
        told.append(f"{format_quantity(shards.throttled, '%')} of all were throttled.")
    told.append("Below the loads: the keys of each that were asked for.")
    return " ".join(told)
