"""The live numbers of all nodes and links, fed by snapshots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from widgets.canvas.health import Calm, LinkHealth, NodeHealth
from widgets.canvas.readings import link_readings, node_readings
from widgets.canvas.smoothing import SIMULATED_TAU, Smooth, elapsed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.model.design import Design, Event
    from engine.sim.snapshot import NodeGauge, Sample, Snapshot
    from widgets.instruments import Moment

Calms = dict[str, tuple[float, int]]
"""The p99 of calm times (s), and of how many answers it is, by the id of a node or link."""
_SHOWN: Final = 10.0
"""Simulated seconds for which an event that is over at once, such as a flush, is shown…"""
_SHOWN_WALL: Final = 2.0
"""…and wall seconds, where these are longer."""
_NO_FAULT: Final = frozenset({"load", "setting"})
"""Tones of events that break nothing."""
STEP: Final = 1.5
"""Wall seconds that a simulated one counts as where a run stands still after a step, and a step at most."""
_PIECES: Final = 6
"""Of a long time, so many times `SIMULATED_TAU` are looked at: what was before is forgotten."""
_PERIOD: Final = 0.1
"""Wall seconds between looks at gauges alone: cards are not painted faster than that."""
_STEP: Final = 100
"""Nodes and links whose numbers are taken in within one step: some 2 ms."""


class LiveStats:
    """Health by id. Empty until a run shows something."""

    def __init__(self) -> None:
        """Start without numbers."""
        self.nodes: dict[str, NodeHealth] = {}
        self.links: dict[str, LinkHealth] = {}
        self.states: Mapping[str, Mapping[str, str]] = {}
        """States of the policies of nodes and links, by id."""
        self.time: float | None = None
        self._since = 0.0
        self._simulated = 0.0
        self.speed = 1.0
        """Simulated seconds a wall second, between the last two snapshots."""

    def clear(self) -> None:
        """Forget the run."""
        self.nodes.clear()
        self.links.clear()
        self.states = {}
        self.time = None

    def observe(self, snapshot: Snapshot, wall: float) -> None:
        """Take a snapshot in, ``wall`` seconds after the one before; an earlier time starts over."""
        for _ in self.observing(snapshot, wall):
            pass

    def observing(self, snapshot: Snapshot, wall: float) -> Iterator[None]:
        """Take a snapshot in, step by step."""
        if self.time is not None and snapshot.time < self.time:
            self.clear()
        passed = snapshot.time - (self.time if self.time is not None else 0.0)
        self.time = snapshot.time
        if wall > 0.0 and passed > 0.0:
            self.speed = passed / wall
        self._since += wall if wall > 0.0 else STEP * min(passed, 1.0)
        self._simulated += passed
        if not snapshot.samples and wall > 0.0 and self._since < _PERIOD:
            return
        wall, simulated = self._since, self._simulated
        self._since = self._simulated = 0.0
        self.states = snapshot.states
        *before, last = pieces = _pieces(snapshot.samples)
        whole = sum(map(_span, pieces)) or 1.0
        for piece in before:
            share = _span(piece) / whole
            yield from self._take(piece, {}, {}, elapsed(wall * share, simulated * share))
        share = _span(last) / whole if before else 1.0
        seconds = elapsed(wall * share, simulated * share)
        yield from self._take(last, snapshot.gauges, snapshot.in_flight, seconds)

    def _take(
        self,
        samples: Sequence[Sample],
        gauges: Mapping[str, NodeGauge],
        in_flight: Mapping[str, int],
        seconds: float,
    ) -> Iterator[None]:
        """Take in what was so on average in an interval, and at its end, step by step."""
        nodes = node_readings(samples)
        for place, node_id in enumerate(nodes.keys() | gauges.keys(), 1):
            if place % _STEP == 0:
                yield
            health = self.nodes.setdefault(node_id, NodeHealth())
            health.observe(nodes.get(node_id), gauges.get(node_id), seconds)
        yield
        links = link_readings(samples)
        for place, link_id in enumerate(links.keys() | in_flight.keys(), 1):
            if place % _STEP == 0:
                yield
            way = self.links.setdefault(link_id, LinkHealth())
            way.observe(links.get(link_id), in_flight.get(link_id, 0), seconds)

    def remember(self) -> Calms:
        """What was calm so far: with it, the numbers of this moment can be judged again later."""
        calms = {item: node.calm for item, node in self.nodes.items()}
        calms |= {item: link.calm for item, link in self.links.items()}
        return {item: (calm.p99.value, calm.seen) for item, calm in calms.items()}

    @classmethod
    def of_moment(cls, moment: Moment) -> LiveStats:
        """The numbers of a moment of the past, as somebody would have read them who watched in real time."""
        stats = cls()
        for _ in stats.becoming(moment):
            pass
        return stats

    def becoming(self, moment: Moment) -> Iterator[None]:
        """Have the numbers of a moment of the past, step by step."""
        calms: Calms = moment.memory if isinstance(moment.memory, dict) else {}
        for place, snapshot in enumerate(moment.snapshots):
            before = moment.snapshots[place - 1].time if place else snapshot.time - STEP
            yield from self.observing(snapshot, max(snapshot.time - before, 1e-6))
            if place == 0:
                for item, (p99, seen) in calms.items():
                    calm = Calm(Smooth(p99), seen)
                    if item in self.nodes:
                        self.nodes[item].calm = calm
                    elif item in self.links:
                        self.links[item].calm = calm

    def relearn(self) -> None:
        """Forget what was calm: after a change of wiring a request is another thing than before."""
        for node in self.nodes.values():
            node.calm = Calm()
        for link in self.links.values():
            link.calm = Calm()

    def keep(self, design: Design) -> None:
        """Forget what is no longer in the design."""
        for gone in self.nodes.keys() - design.node_by_id.keys():
            del self.nodes[gone]
        for gone in self.links.keys() - design.link_by_id.keys():
            del self.links[gone]


def _pieces(samples: Sequence[Sample]) -> list[Sequence[Sample]]:
    """What a snapshot holds of a long time, as of a run that was repeated, in pieces: the last of it.

    On average over all of it, a node would fail that did so long before.
    """
    if not samples or samples[-1].end - samples[0].start <= 2.0 * SIMULATED_TAU:
        return [samples]
    found: dict[int, list[Sample]] = {}
    for sample in samples:
        ago = int((samples[-1].end - sample.end) / SIMULATED_TAU)
        if ago < _PIECES:
            found.setdefault(ago, []).append(sample)
    return list(found.values())


def _span(samples: Sequence[Sample]) -> float:
    """Seconds of some samples."""
    return samples[-1].end - samples[0].start if samples else 0.0


def acts(event: Event, time: float, speed: float = 1.0) -> bool:
    """Whether an event is in force at a simulated time, or was so short a time ago that it is still shown."""
    if event.kind.instant:
        return event.at <= time < event.at + max(_SHOWN, _SHOWN_WALL * speed)
    end = float("inf") if event.duration is None else event.at + event.duration
    return event.at <= time < end


def active_faults(
    design: Design, time: float | None, speed: float = 1.0
) -> dict[str, tuple[str, ...]]:
    """Faults in force by the id of what they act on; ``speed`` is in simulated seconds a wall second."""
    if time is None:
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for event in design.scenario.events:
        if not acts(event, time, speed) or event.kind.tone in _NO_FAULT:
            continue
        badge = event.kind.badge_of(event)
        for target in (event.target, event.with_):
            if target is not None:
                found[target] = (*found.get(target, ()), badge)
    return found
