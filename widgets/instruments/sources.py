"""What instruments need to know of a design: names, where traffic comes from, and how much of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np
from pydantic import TypeAdapter, ValidationError

from engine.model.arrivals import ActiveUsers, Arrivals, Closed, Mmpp, Poisson, Sessions, Trace

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.model.design import Design, Event, Node

# Built once: an adapter takes milliseconds, and the timeline asks at every repaint.
_ARRIVALS: Final[TypeAdapter[Arrivals]] = TypeAdapter(Arrivals)
Points = tuple[tuple[float, float], ...]


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
    link = design.link_by_id.get(item_id)
    if link is not None:
        return f"{item_name(design, link.source)} \u2192 {item_name(design, link.target)}"
    item = design.node_by_id.get(item_id) or design.frame_by_id.get(item_id)
    return (item.name or item.id) if item is not None else item_id


def arrivals_of(node: Node) -> Arrivals:
    """A source's arrival process; the default one where its config does not read."""
    raw = node.config.get("arrivals")
    if raw is not None:
        try:
            return _ARRIVALS.validate_json(json.dumps(raw))
        except ValidationError:
            pass
    return Poisson()


def planned_load(design: Design, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Offered rate (rps) that the design's sources and traffic events ask for at these times."""
    total = np.zeros(len(times))
    for item in sources(design):
        rate = _rate(arrivals_of(design.node_by_id[item]), times)
        for event in design.scenario.events:
            if event.change == "traffic" and event.target in {None, item}:
                rate = np.where(_active(event, times), rate * (event.factor or 0.0), rate)
        total += rate
    return total


def _active(event: Event, times: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where an event is in force."""
    end = np.inf if event.duration is None else event.at + event.duration
    active: NDArray[np.bool_] = (times >= event.at) & (times < end)
    return active


def _rate(arrivals: Arrivals, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rate of one arrival process over time (rps).

    Bursts and active users count by their mean; a closed population by what it would ask for if
    answers took no time, sessions by all requests of those that begin; a trace by its counts.
    """
    if isinstance(arrivals, Closed):
        think = max(arrivals.think_law().mean, 1e-3)
        return np.full(len(times), arrivals.users / think)
    if isinstance(arrivals, ActiveUsers):
        return np.full(len(times), arrivals.users * arrivals.rate_per_user)
    if isinstance(arrivals, Trace):
        return _recorded(arrivals, times)
    schedule = arrivals.schedule()
    rate = np.interp(times, [t for t, _ in schedule], [rps for _, rps in schedule])
    if isinstance(arrivals, Sessions):
        rate = rate * arrivals.requests
    if isinstance(arrivals, Mmpp):
        burst = arrivals.burst_mean / (arrivals.burst_mean + arrivals.calm_mean)
        rate = rate * (1.0 + (arrivals.burst_factor - 1.0) * burst)
    return rate


def _recorded(trace: Trace, times: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rate of a recording over time (rps)."""
    if len(times) < 2:
        return np.zeros(len(times))
    step = float(times[1] - times[0])
    edges = np.array([*times, times[-1] + step])
    instants = np.sort(np.array(trace.times)) / trace.speed
    counts = np.searchsorted(instants, edges)
    if trace.repeat is not None:
        period = trace.repeat / trace.speed
        rounds = np.floor(edges / period)
        counts = rounds * len(instants) + np.searchsorted(instants, edges - rounds * period)
    return np.diff(counts) / step
