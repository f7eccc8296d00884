"""Breakpoints: when a run is to pause by itself. They only look; a run with them has the same result.

What is measured is looked at in the samples that every view gets, a second of simulated time each or so.
A breakpoint pauses when what it waits for begins; while that lasts, the run can go on.
"""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.model.metric import EXTRA, Metric
from engine.model.metrics import LIVE_METRICS, named
from engine.model.names import name_of
from engine.model.units import format_share
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from engine.model.design import Design, Event
    from engine.model.metrics import Sort
    from engine.sim.snapshot import LinkSample, NodeSample, Sample

LOOK: Final = 1.0
"""Simulated seconds between looks, at most, while there are breakpoints."""
FAILING: Final = 0.01
"""Share of failures above which something fails, as the canvas says it."""
MOST: Final = 50
"""Breakpoints of a run at most."""


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """Pause when something begins."""

    kind: Literal["metric", "failing", "event"]
    """A metric passes a bound; more than a hundredth of the requests fails, or all instances are down; an event
    of the scenario is due, right before it acts."""
    item: str = ""
    """Id of a node or link; empty for any event, whatever it acts on."""
    metric: str = "p99"
    """Name of a live metric of the item."""
    bound: float = 0.0
    """In the unit of the metric."""
    side: Literal["above", "below"] = "above"


_PLAIN: Final[Mapping[str, Any]] = asdict(Breakpoint("metric"))
_NAMES: Final = tuple(_PLAIN)


def raw_of(point: Breakpoint) -> dict[str, Any]:
    """A breakpoint as JSON; what is as it is without being said is left out."""
    said = asdict(point)
    return {name: said[name] for name in _NAMES if name == "kind" or said[name] != _PLAIN[name]}


def read(raw: object) -> tuple[Breakpoint, ...]:
    """The breakpoints that were kept as JSON; what makes no sense is left out."""
    made = []
    for each in raw if isinstance(raw, list | tuple) else ():
        said: dict[str, Any] = each if isinstance(each, dict) else {}
        values = {name: said.get(name, _PLAIN[name]) for name in _NAMES}
        if "kind" in said and _makes_sense(**values):
            made.append(Breakpoint(**values))
    return tuple(dict.fromkeys(made))[:MOST]


def _makes_sense(kind: Any, item: Any, metric: Any, bound: Any, side: Any) -> bool:
    """Whether the fields of a breakpoint are what they have to be."""
    is_number = isinstance(bound, int | float) and not isinstance(bound, bool)
    are_texts = isinstance(item, str) and isinstance(metric, str)
    named = kind in ("metric", "failing", "event") and side in ("above", "below")
    return are_texts and named and is_number and math.isfinite(bound)


def metric_of(name: str, item: str, design: Design) -> Metric:
    """The record of a live metric of an item. Raises ``KeyError`` where there is none."""
    if name.startswith(EXTRA):
        return Metric(name=name, title=name.removeprefix(EXTRA).replace("_", " "))
    sort: Sort = "link" if item in design.link_by_id else "client"
    return named(name, LIVE_METRICS[sort])


def text_of(point: Breakpoint, design: Design, names: Callable[[str], str]) -> str:
    """A breakpoint in words: ``Users: p99 latency above 1 s``."""
    if point.kind == "event":
        return f"an event of {names(point.item)} is due" if point.item else "an event is due"
    if point.kind == "failing":
        return f"{names(point.item)} fails"
    try:
        metric = metric_of(point.metric, point.item, design)
    except KeyError:
        return f"{names(point.item)}: {point.metric} {point.side} {point.bound:g}"
    return f"{names(point.item)}: {metric.heading} {point.side} {metric.text(point.bound)}"


class Watch:
    """The breakpoints of one run, and which of them hold already."""

    def __init__(self, points: Iterable[Breakpoint] = ()) -> None:
        """Know what to wait for; nothing holds yet."""
        self.points = tuple(points)[:MOST]
        self._holding: set[Breakpoint] = set()
        self._seen = -math.inf
        self._passed = -math.inf

    def __bool__(self) -> bool:
        """Whether there is anything to wait for."""
        return bool(self.points)

    def begin(self, now: float) -> None:
        """A run begins, or goes on, at a time (s); what was before says nothing."""
        self._holding.clear()
        self._seen, self._passed = now, now if now > 0.0 else -math.inf

    def stop_before(self, now: float, events: Iterable[Event]) -> float:
        """How far to go at most before the next look (s)."""
        due = [each.at for each, _ in self._awaited(events) if each.at > max(now, self._passed)]
        return min([now + LOOK, *due])

    def due(self, now: float, events: Iterable[Event]) -> Event | None:
        """The event that a breakpoint waits for and that acts next, where it is due now; told once."""
        for event, _ in self._awaited(events):
            if event.at == now and event.at > self._passed:
                self._passed = now
                return event
        return None

    def look(self, samples: Iterable[Sample]) -> tuple[Breakpoint, float | None] | None:
        """The first breakpoint whose condition began in these samples, and the value that it has now."""
        found = None
        for sample in samples:
            if sample.start < self._seen - 1e-9:
                continue
            self._seen = sample.end
            for point in self.points:
                if point.kind == "event":
                    continue
                holds, value = _holds(point, sample)
                if holds and point not in self._holding and found is None:
                    found = (point, value)
                (self._holding.add if holds else self._holding.discard)(point)
        return found

    def _awaited(self, events: Iterable[Event]) -> list[tuple[Event, Breakpoint]]:
        """The events that some breakpoint waits for."""
        points = [each for each in self.points if each.kind == "event"]
        if not points:
            return []
        return [
            (event, point)
            for event in events
            for point in points
            if point.item in ("", event.target, event.with_)
        ]


def _holds(point: Breakpoint, sample: Sample) -> tuple[bool, float | None]:
    """Whether a condition holds in an interval, and the value."""
    node, link = sample.nodes.get(point.item), sample.links.get(point.item)
    part = node if node is not None else link
    if part is None:
        return False, None
    if point.kind == "failing":
        failed = sum(part.failed.values())
        done = node.completed if node is not None else link.succeeded if link is not None else 0
        share = failed / (failed + done) if failed else 0.0
        return share > FAILING or (node is not None and node.up <= 0.0), share
    value = _value(point.metric, part, sample.end - sample.start)
    if math.isnan(value):
        return False, None
    return value > point.bound if point.side == "above" else value < point.bound, value


def _value(name: str, part: NodeSample | LinkSample, seconds: float) -> float:
    """A live metric in an interval; NaN where nothing was measured."""
    if name.startswith(EXTRA):
        return part.extra.get(name.removeprefix(EXTRA), math.nan)
    latency = part.latency
    if name.endswith("_all"):
        everybody = getattr(part, "latency_all", None)
        latency = latency if everybody is None else everybody
        name = name.removesuffix("_all")
    if name in ("mean", "p50", "p95", "p99"):
        return float(getattr(latency, name)) if latency.count else math.nan
    counts: Mapping[str, float] = {
        "rate": getattr(part, "arrivals", getattr(part, "attempts", 0)),
        "retries": getattr(part, "retries", 0),
        "completed": getattr(part, "completed", getattr(part, "succeeded", 0)),
        "failed": sum(part.failed.values()),
    }
    if name in counts:
        return counts[name] / seconds if seconds > 0.0 else math.nan
    if name == "failure_ratio":
        return counts["failed"] / counts["rate"] if counts["rate"] else math.nan
    return float(getattr(part, name, math.nan))


def reason_of(
    watch: Watch, design: Design, now: float, look: Callable[[], Iterable[Sample]]
) -> str:
    """Why a run is to pause now, in one line; empty where it is not. ``look`` gives what was measured lately."""
    event = watch.due(now, design.scenario.events)
    if event is not None:
        about = f" of {name_of(design, event.target)}" if event.target else ""
        return f"{event.kind.title}{about} is due"
    found = watch.look(look())
    if found is None:
        return ""
    point, value = found
    if point.kind == "failing":
        share = (
            f", {format_share(value)} of its requests"
            if value
            else ", all of its instances are down"
        )
        return f"{name_of(design, point.item)} fails{share}"
    metric = metric_of(point.metric, point.item, design)
    words = f"{metric.heading} of {name_of(design, point.item)}"
    return f"{words} is {metric.text(value or 0.0)}, {point.side} {metric.text(point.bound)}"
