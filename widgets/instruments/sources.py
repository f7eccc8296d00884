"""What instruments need to know of a design: names, where traffic comes from, and how much of it."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from engine.model.arrivals import (
    ActiveUsers,
    Arrivals,
    Closed,
    Deterministic,
    Mmpp,
    Poisson,
    Sessions,
    Trace,
)
from engine.model.names import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from pydantic import JsonValue

    from engine.model.design import Design, Event, Node

# Built once: an adapter takes milliseconds, and the timeline asks at every repaint.
_ARRIVALS: Final[TypeAdapter[Arrivals]] = TypeAdapter(Arrivals)
_SHORT: Final = 2000
"""Letters up to which a text is worth remembering."""
Points = tuple[tuple[float, float], ...]
Rated = Poisson | Deterministic | Mmpp | ActiveUsers | Sessions | Closed
"""Every process that has a rate at any time."""


def sources(design: Design) -> tuple[str, ...]:
    """Ids of the nodes at which requests begin: what nobody calls and what calls others."""
    called = {link.target for link in design.links}
    callers = {link.source for link in design.links}
    return tuple(
        node.id
        for node in design.nodes
        if node.id not in called
        and (node.id in callers or node.kind == "client" or "arrivals" in node.config)
    )


def item_name(design: Design, item_id: str) -> str:
    """What people call a node, a link or a frame: its name, else its id."""
    return name_of(design, item_id)


def arrivals_of(node: Node) -> Arrivals:
    """A source's arrival process; the default one where its config does not read."""
    return _arrivals(node.config.get("arrivals"))


def _arrivals(raw: JsonValue) -> Arrivals:
    """An arrival process as it stands in a config."""
    if raw is None:
        return Poisson()
    text = json.dumps(raw)
    return _read_short(text) if len(text) < _SHORT else _read(text)


def _read(text: str) -> Arrivals:
    """An arrival process as JSON."""
    try:
        return _ARRIVALS.validate_json(text)
    except ValidationError:
        return Poisson()


_read_short = lru_cache(maxsize=64)(_read)
"""Hundreds of clients of a design often ask for the same."""


class _Recorded:
    """Recorded arrivals: as they stand in a design, and in order."""

    def __init__(self, times: Sequence[JsonValue]) -> None:
        self.times = times
        try:
            self.instants = np.array(times, dtype=np.float64)
        except (TypeError, ValueError):  # no numbers: the design cannot run, and says so
            self.instants = np.zeros(0)
        is_late = self.instants[1:] < self.instants[:-1]
        if is_late.any():  # to sort what is in order takes long too
            self.instants.sort()


class PlannedLoad:
    """What the sources of a design ask for over time, read once: a recording is long."""

    def __init__(self, design: Design, before: PlannedLoad | None = None) -> None:
        """Read the arrival processes of a design.

        Args:
            design: what asks for load.
            before: how it was read before an edit: recordings that are still the same are not read again.
        """
        self.sources = sources(design)
        self._events = [each for each in design.scenario.events if each.kind.tone == "load"]
        self._recordings: dict[str, _Recorded] = {}
        self._arrivals: dict[str, Arrivals] = {}
        self._recorded: dict[str, NDArray[np.float64]] = {}
        for item in self.sources:
            raw = design.node_by_id[item].config.get("arrivals")
            times = raw.get("times") if isinstance(raw, dict) else None
            if not isinstance(raw, dict) or not isinstance(times, list | tuple):
                self._arrivals[item] = arrivals = arrivals_of(design.node_by_id[item])
                if isinstance(arrivals, Trace):  # chosen, but nothing was loaded yet
                    self._recorded[item] = np.array(arrivals.times, dtype=np.float64)
                continue
            known = before.recordings.get(item) if before is not None else None
            if known is None or known.times is not times:
                known = _Recorded(times)
            self._recordings[item] = known
            arrivals = _arrivals({**raw, "times": [], "classes": None, "keys": None})
            self._arrivals[item] = arrivals
            if isinstance(arrivals, Trace):
                self._recorded[item] = known.instants / arrivals.speed

    @property
    def recordings(self) -> Mapping[str, _Recorded]:
        """What was read of recordings, by who replays them."""
        return self._recordings

    def at(self, times: NDArray[np.float64]) -> NDArray[np.float64]:
        """Offered rate (rps) that the sources and the traffic events ask for at these times."""
        total = np.zeros(len(times))
        for item, arrivals in self._arrivals.items():
            if isinstance(arrivals, Trace):
                rate = _replayed(arrivals, self._recorded[item], times)
            else:
                rate = _rate(arrivals, times)
            for event in self._events:
                if event.target in {None, item}:
                    rate = np.where(_active(event, times), rate * (event.factor or 0.0), rate)
            total += rate
        return total


def _active(event: Event, times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where an event is in force."""
    end = np.inf if event.duration is None else event.at + event.duration
    active: NDArray[np.bool_] = (times >= event.at) & (times < end)
    return active


def _rate(arrivals: Rated, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rate of one arrival process over time (rps).

    Bursts and active users count by their mean; a closed population by what it would ask for if
    answers took no time, sessions by all requests of those that begin.
    """
    if isinstance(arrivals, Closed):
        think = max(arrivals.think_law().mean, 1e-3)
        return np.full(len(times), arrivals.users / think)
    if isinstance(arrivals, ActiveUsers):
        return np.full(len(times), arrivals.users * arrivals.rate_per_user)
    schedule = arrivals.schedule()
    rate = np.interp(times, [t for t, _ in schedule], [rps for _, rps in schedule])
    if isinstance(arrivals, Sessions):
        rate = rate * arrivals.requests
    if isinstance(arrivals, Mmpp):
        burst = arrivals.burst_mean / (arrivals.burst_mean + arrivals.calm_mean)
        rate = rate * (1.0 + (arrivals.burst_factor - 1.0) * burst)
    return rate


def _replayed(
    trace: Trace, instants: NDArray[np.float64], times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Rate of a recording over time (rps), by counting its arrivals."""
    if len(times) < 2:
        return np.zeros(len(times))
    step = float(times[1] - times[0])
    edges = np.array([*times, times[-1] + step])
    counts = np.searchsorted(instants, edges)
    if trace.repeat is not None:
        period = trace.repeat / trace.speed
        rounds = np.floor(edges / period)
        counts = rounds * len(instants) + np.searchsorted(instants, edges - rounds * period)
    return np.diff(counts) / step
