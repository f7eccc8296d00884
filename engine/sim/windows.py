"""Parts of a run that objectives are about: the items that they name are measured there on their own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from engine.model.metrics import BLAST_RADIUS, metric_of_design, value_of
from engine.model.units import format_quantity
from engine.sim.measured import Since, client_part, link_part, node_part
from engine.sim.parts import NodePart
from engine.sim.primitives.compromise import BlastLook

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.model.design import Objective
    from engine.sim.lane.histogram import Histogram, Window
    from engine.sim.machine import Machine
    from engine.sim.measured import Limits
    from engine.sim.parts import LinkPart

Key = tuple[str, float, float]
"""What is measured, from when to when (s); the end is infinite where that of the run is meant."""


class Look:
    """A client, node or link from some time on."""

    def __init__(self, part: NodePart | LinkPart, now: float) -> None:
        self.part = part
        histograms = part.histograms
        self._open: list[tuple[Histogram, Window]] = [
            (each, each.open()) for each in histograms.values()
        ]
        windows = dict(zip(histograms, (window for _, window in self._open), strict=True))
        instances = part.meters.tallies(now) if isinstance(part, NodePart) else {}
        self._since = Since(part.tally(now), part.counters(now), windows, instances)

    def result(self, now: float, limits: Limits) -> dict[str, Any]:
        """What was measured up to now, under the name and the section that it has in results."""
        part, since = self.part, self._since
        name = part.plan.id
        if not isinstance(part, NodePart):
            return {"links": {name: link_part(part, since, now, limits)}}
        if part.is_client:
            return {"clients": {name: client_part(part, since, now, limits)}}
        return {"nodes": {name: node_part(part, since, now, limits)}}

    def close(self) -> None:
        """Watch no more."""
        for histogram, window in self._open:
            histogram.close(window)


class Windows:
    """The windows of a design's objectives on one machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._limits: dict[Key, Limits] = {}
        """What is wanted of each."""
        self._open: dict[Key, Look | BlastLook] = {}
        self._done: dict[Key, dict[str, Any]] = {}
        self._late: dict[Key, float] = {}
        """When those were asked for whose beginning was over."""

    def follow(self, objectives: Iterable[Objective], limits: dict[str, Limits]) -> None:
        """Measure for other objectives from now on; of what has begun already nothing is known.

        Args:
            objectives: All of the design.
            limits: By item, the limits above which shares are wanted.
        """
        now = self._machine.now
        keys = {self._key(each) for each in objectives if each.windowed}
        for key in self._open.keys() - keys:
            self._open.pop(key).close()
        known = {key for key in self._limits if key in keys}
        self._done = {key: each for key, each in self._done.items() if key in keys}
        self._late = {key: each for key, each in self._late.items() if key in keys}
        self._late |= {key: now for key in keys - known if key[1] < now}
        self._limits = {key: limits.get(key[0], {}) for key in keys}

    @property
    def due(self) -> float:
        """When the next one begins or ends (s)."""
        times = [key[2] for key in self._open]
        times += [key[1] for key in self._limits if self._is_ahead(key)]
        return min(times, default=math.inf)

    def note(self) -> None:
        """Begin and end those for which it is time."""
        now = self._machine.now
        for key in [key for key in self._open if key[2] <= now]:
            over = self._open.pop(key)
            self._done[key] = over.result(now, self._limits[key])
            over.close()
        for key in [key for key in self._limits if self._is_ahead(key) and key[1] <= now]:
            look = self._look(key[0], now)
            if look is None:
                self._late[key] = now
            else:
                self._open[key] = look

    def value(self, objective: Objective) -> tuple[float | None, str]:
        """What was measured for an objective; where that is nothing, the reason."""
        key, now = self._key(objective), self._machine.now
        _, begin, end = key
        done = self._done.get(key)
        look = self._open.get(key)
        if look is not None and (end == math.inf or end <= now):
            done = look.result(now, self._limits[key]) if now > begin else None
        if done is not None:
            value = value_of(objective.metric, done)
            return value, "" if value is not None else "nothing was measured in that time"
        if key in self._late:
            if metric_of_design(objective.metric) not in (None, BLAST_RADIUS):
                return None, "it is measured of the whole run alone"
            return None, f"it was only asked for at {_time(self._late[key])}"
        over = begin if begin >= now else end
        return None, f"the run ended at {_time(now)}, before {_time(over)}"

    def _is_ahead(self, key: Key) -> bool:
        """Whether a window has yet to begin."""
        return not (key in self._open or key in self._done or key in self._late)

    def _look(self, name: str, now: float) -> Look | BlastLook | None:
        """What measures the node or link of a name from now on, or how far attackers come."""
        part = self._machine.nodes.get(name) or self._machine.links.get(name)
        if part is not None:
            return Look(part, now)
        return BlastLook(self._machine.nodes, now) if name == BLAST_RADIUS.name else None

    def _key(self, objective: Objective) -> Key:
        """What an objective needs."""
        begin = self._machine.plan.warmup if objective.from_ is None else objective.from_
        end = math.inf if objective.to is None else objective.to
        return objective.metric.partition(".")[0], begin, end


def _time(seconds: float) -> str:
    """A time for reading."""
    return format_quantity(seconds, "s")
