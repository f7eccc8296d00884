"""What a running simulation measures at the selected node or link, as a small table."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from engine.model.admission import Admission
from engine.model.failures import failure_title
from engine.model.link import LinkConfig
from engine.model.metrics import LINK_METRICS, LIVE_METRICS, live_text, named
from engine.model.policies.policy import policies_in
from engine.model.units import format_instant, format_quantity
from widgets.theme import section_label, set_role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from engine.model.fields import Config
    from engine.model.metric import Metric
    from engine.model.metrics import Sort
    from engine.sim.snapshot import LinkSample, NodeSample, Percentiles, Sample, Snapshot
    from widgets.theme import ThemeManager

WINDOW = 5.0
"""Seconds of simulated time that the numbers stand for: long enough to read, short enough to live."""

_LONG = 16
"""Characters from which a value is a sentence, which goes on in the next line rather than beyond the panel."""
_SEEN = 0.0005
"""Share of the workers that shows."""

Line = tuple[str, str, str]
"""Title, value, and the failure reason or state that colours it (or nothing)."""


class Window:
    """The samples of the last seconds, and how things stand."""

    def __init__(self) -> None:
        """Nothing measured."""
        self.samples: deque[Sample] = deque()
        self.snapshot: Snapshot | None = None

    def add(self, snapshot: Snapshot) -> None:
        """Take in a snapshot; one from before the last means a new run."""
        if self.snapshot is not None and snapshot.time < self.snapshot.time:
            self.samples.clear()
        self.snapshot = snapshot
        self.samples.extend(snapshot.samples)
        while self.samples and self.samples[0].end <= snapshot.time - WINDOW:
            self.samples.popleft()

    def clear(self) -> None:
        """Forget everything."""
        self.samples.clear()
        self.snapshot = None

    def node_lines(self, node: str, metrics: Sequence[Metric]) -> list[Line]:
        """What is known of a node."""
        pairs = [(s.end - s.start, s.nodes[node]) for s in self.samples if node in s.nodes]
        span = sum(length for length, _ in pairs)
        if span <= 0:
            return []
        parts = [sample for _, sample in pairs]
        arrivals = sum(part.arrivals for part in parts)
        queue = _average((length, part.queue) for length, part in pairs)
        lines: list[Line] = [
            _live("node", "rate", arrivals / span),
            _live("node", "completed", sum(p.completed for p in parts) / span),
            *_utilizations(pairs),
            *_at_work(
                _average((length, part.utilization) for length, part in pairs),
                _average((length, part.working) for length, part in pairs),
            ),
            ("Waiting, mean", _plain(queue), ""),
        ]
        if arrivals:
            lines.append(("Wait, mean", format_quantity(queue * span / arrivals, "s"), ""))
        lines += _times(parts)
        done = [part.publish_to_done for part in parts if part.publish_to_done is not None]
        lines += _latency("Publish to done", done)
        lines += _failures([part.failed for part in parts], span)
        lines += _extras(parts, metrics, span)
        return lines + self._states(node, Admission) + self._standing(node)

    def link_lines(self, link: str) -> list[Line]:
        """What is known of a link."""
        pairs = [(s.end - s.start, s.links[link]) for s in self.samples if link in s.links]
        span = sum(length for length, _ in pairs)
        if span <= 0:
            return []
        parts: list[LinkSample] = [sample for _, sample in pairs]
        lines: list[Line] = [
            _live("link", "rate", sum(p.attempts for p in parts) / span),
            _live("link", "completed", sum(p.succeeded for p in parts) / span),
        ]
        retries = sum(part.retries for part in parts)
        if retries:
            lines.append(_live("link", "retries", retries / span))
        lines += _latency("Latency", [part.latency for part in parts])
        lines += _failures([part.failed for part in parts], span)
        lines += _extras(parts, LINK_METRICS, span)
        if self.snapshot is not None and link in self.snapshot.in_flight:
            lines.append(("Under way", str(self.snapshot.in_flight[link]), ""))
        return lines + self._states(link, LinkConfig)

    def _states(self, item: str, config: type[Config]) -> list[Line]:
        """The states of its policies right now."""
        states = self.snapshot.states.get(item, {}) if self.snapshot is not None else {}
        lines: list[Line] = []
        for name, policy in policies_in(config).items():
            told = policy.states.get(states.get(name, ""))
            if told is not None and told.word:
                tone = "" if told.tone == "healthy" else told.tone
                lines.append((policy.title.capitalize(), told.word, tone))
        return lines

    def _standing(self, node: str) -> list[Line]:
        """How a node stands right now."""
        gauge = self.snapshot.gauges.get(node) if self.snapshot is not None else None
        if gauge is None:
            return []
        lines: list[Line] = [("In the node now", str(gauge.in_system), "")]
        ready = sum(instance.state == "ready" for instance in gauge.instances)
        if gauge.instances and ready < len(gauge.instances):
            lines.append(("Ready instances", f"{ready} of {gauge.instance_count}", "down"))
        lines += [("Fault", fault, "failing") for fault in gauge.faults]
        return lines


class Measured(QWidget):
    """The section: a heading and lines of title and value."""

    def __init__(self, look: ThemeManager) -> None:
        """Hidden until something is measured."""
        super().__init__()
        self._look = look
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 16, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(section_label("Measured"))
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(7)
        self._grid.setColumnStretch(0, 1)
        layout.addLayout(self._grid)
        self.note = set_role(QLabel(), "caption")
        layout.addWidget(self.note)
        self._labels: list[tuple[QLabel, QLabel]] = []
        self.hide()

    def show_lines(self, lines: Sequence[Line], time: float | None) -> None:
        """Show lines, or nothing where nothing was measured."""
        self.setVisible(bool(lines))
        while len(self._labels) < len(lines):
            self._add()
        for i, (title, value) in enumerate(self._labels):
            used = i < len(lines)
            title.setVisible(used)
            value.setVisible(used)
            if used:
                title.setText(lines[i][0])
                value.setText(lines[i][1])
                value.setWordWrap(len(lines[i][1]) > _LONG)
                value.setStyleSheet(self._colour(lines[i][2]))
        if time is not None:
            self.note.setText(
                f"Over the last {format_quantity(WINDOW, 's')}, at {format_instant(time)}."
            )

    def lines(self) -> list[tuple[str, str]]:
        """What is shown, for tests and for reading aloud."""
        return [(t.text(), v.text()) for t, v in self._labels if not t.isHidden()]

    def _add(self) -> None:
        """One more line."""
        title = set_role(QLabel(), "field")
        title.setWordWrap(True)
        title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        value = set_role(QLabel(), "value")
        value.setFont(self._look.fonts.numbers(12))
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = len(self._labels)
        self._grid.addWidget(title, row, 0)
        self._grid.addWidget(value, row, 1)
        self._labels.append((title, value))

    def _colour(self, state: str) -> str:
        """Style of a value that wants attention."""
        return f"color: {self._look.theme.state(state).text};" if state else ""


def _average(weighted: Iterable[tuple[float, float]]) -> float:
    """Mean over time of values with their lengths."""
    pairs = list(weighted)
    total = sum(length for length, _ in pairs)
    return sum(length * value for length, value in pairs) / total if total else 0.0


def _live(sort: Sort, name: str, value: float, state: str = "") -> Line:
    """A metric as its record says."""
    metric = named(name, LIVE_METRICS[sort])
    return metric.heading, metric.text(value), state


def _plain(value: float) -> str:
    """A mean count."""
    return f"{value:.2f}" if value < 10 else f"{value:,.0f}"


def _utilizations(pairs: Sequence[tuple[float, NodeSample]]) -> list[Line]:
    """Utilization, and that of the instances which are up where some are not."""
    lines = [_utilization(_average((length, part.utilization) for length, part in pairs))]
    if any(part.up < 1.0 for _, part in pairs):
        title, *rest = _utilization(_average((length, part.busy_of_up) for length, part in pairs))
        lines.append((f"{title} of those up", rest[0], rest[1]))
    return lines


def _utilization(value: float) -> Line:
    """Utilization, coloured where it is high (over 0.7 strained, nearly 1 saturated)."""
    state = "saturated" if value > 0.98 else "strained" if value > 0.7 else ""
    return _live("node", "utilization", value, state)


def _at_work(utilization: float, working: float) -> list[Line]:
    """How much of what is busy is at work, where some of it is held for a call or stands still."""
    return [_live("node", "working", working)] if utilization - working > _SEEN else []


def _times(parts: Sequence[NodeSample]) -> list[Line]:
    """Residence at a node; at a client the latency, of all requests as well where some failed."""
    answers = [part.latency for part in parts]
    every = [part.latency_all for part in parts if part.latency_all is not None]
    if not every:
        return _latency("Residence", answers)
    if not any(sum(part.failed.values()) for part in parts):
        return _latency("Latency", answers)
    return _latency("Latency of answers", answers) + _latency("Of all requests", every)


def _latency(title: str, latencies: Sequence[Percentiles]) -> list[Line]:
    """Mean and percentiles of the window; percentiles are weighted by their counts."""
    measured = [each for each in latencies if each.count and not math.isnan(each.mean)]
    count = sum(each.count for each in measured)
    if not count:
        return []

    def weighted(pick: Callable[[Percentiles], float]) -> str:
        return format_quantity(sum(pick(each) * each.count for each in measured) / count, "s")

    return [
        (f"{title}, mean", weighted(lambda each: each.mean), ""),
        (f"{title}, p50", weighted(lambda each: each.p50), ""),
        (f"{title}, p99", weighted(lambda each: each.p99), ""),
    ]


def _failures(counts: Sequence[Mapping[str, int]], span: float) -> list[Line]:
    """Failures by reason, most frequent first."""
    total: dict[str, int] = {}
    for each in counts:
        for reason, number in each.items():
            total[reason] = total.get(reason, 0) + number
    ranked = sorted(total.items(), key=lambda item: (-item[1], item[0]))
    return [
        (f"Failed: {failure_title(reason)}", live_text("node", "failed", number / span), "failing")
        for reason, number in ranked
        if number
    ]


def _extras(
    parts: Sequence[NodeSample | LinkSample], metrics: Sequence[Metric], span: float
) -> list[Line]:
    """What the component adds: the newest value, or how often it happened a second."""
    lines: list[Line] = []
    for metric in metrics:
        values = [part.extra[metric.name] for part in parts if metric.name in part.extra]
        if values and not math.isnan(values[-1]):
            value = sum(values) / span if metric.counts else values[-1]
            lines.append((metric.heading, metric.live.text(value), ""))
    return lines
