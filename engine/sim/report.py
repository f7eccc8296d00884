"""The result of a run: the object that `--json` writes, and its hash.

Durations are in seconds, everything is measured from the warm-up on. Where nothing was measured a
value is null: a latency of nothing is not zero.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

from engine.model.metrics import CI, bounds_of, value_of
from engine.sim.confidence import SHARES, add_intervals
from engine.sim.invariants import check
from engine.sim.tally import failures, mean_over

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.design import Objective
    from engine.sim.lane.histogram import Histogram
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart

VERSION = 1
"""Version of the result object."""
_UNHASHED = ("hash", "wall_seconds", "warmup_advice")
_DOUBTS = (CI, "sure")
"""What says how sure a number is. It takes functions that round differently on other machines."""

Result = dict[str, Any]


def result_of(machine: Machine, objectives: Iterable[Objective], wall: float) -> Result:
    """The result object of a machine as it stands, `wall` seconds of computing after its start.

    Raises:
        InvariantError: the simulator broke one of its own laws.
    """
    check(machine)
    now, plan = machine.now, machine.plan
    clients = {name: part for name, part in machine.nodes.items() if part.is_client}
    nodes = {name: part for name, part in machine.nodes.items() if not part.is_client}
    result: Result = {
        "windtunnel_result": VERSION,
        "title": plan.title,
        "seed": plan.seed,
        "duration": now,
        "warmup": machine.measured_from,
        "hash": "",
        "wall_seconds": wall,
        "requests": machine.requests,
        "clients": {name: _client(part, now) for name, part in clients.items()},
        "nodes": {name: _node(part, now) for name, part in nodes.items()},
        "links": {name: _link(part, now) for name, part in machine.links.items()},
    }
    add_intervals(result, machine)
    result["objectives"] = [_judge(objective, result) for objective in objectives]
    result["warmup_advice"] = machine.settling.advice(plan)
    result["hash"] = hash_of(result)
    return result


def hash_of(result: Mapping[str, Any]) -> str:
    """SHA-256 over everything in a result that does not depend on the machine it was made on."""
    hashed = {name: value for name, value in result.items() if name not in _UNHASHED}
    for section in ("clients", "nodes"):
        hashed[section] = {name: _sure(part) for name, part in result[section].items()}
    hashed["objectives"] = [_sure(each) for each in result["objectives"]]
    text = json.dumps(hashed, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _sure(part: Mapping[str, Any]) -> Result:
    """A part of a result without what says how sure it is."""
    return {
        name: _sure(value) if isinstance(value, dict) else value
        for name, value in part.items()
        if name not in _DOUBTS
    }


def _client(part: NodePart, now: float) -> Result:
    """What the users of a client saw."""
    client = part.client
    tally, mark = part.tally(now), part.mark
    span = now - mark.time
    done = tally.done - mark.done
    return {
        "offered": tally.begun - mark.begun,
        "succeeded": done,
        "failed": failures(tally.failed, mark.failed),
        "goodput": mean_over(tally.done, mark.done, span),
        "latency": _durations(part.node.residence if client is None else client.latency),
        "extra": _finite(part.extra(now)),
    }


def _node(part: NodePart, now: float) -> Result:
    """What a node did."""
    node, tally, mark = part.node, part.tally(now), part.mark
    span = now - mark.time
    capacity = tally.capacity - mark.capacity
    return {
        "arrivals": tally.begun - mark.begun,
        "completed": tally.done - mark.done,
        "failed": failures(tally.failed, mark.failed),
        "utilization": (tally.busy - mark.busy) / capacity if capacity > 0.0 else 0.0,
        "queue_mean": mean_over(tally.waiting, mark.waiting, span),
        "in_system_mean": mean_over(tally.in_system, mark.in_system, span),
        "wait": _durations(node.wait),
        "residence": _durations(node.residence),
        "extra": _finite(part.extra(now)),
    }


def _link(part: LinkPart, now: float) -> Result:
    """What callers saw of a link."""
    tally, mark = part.tally(now), part.mark
    extra = part.extra(now)
    return {
        "attempts": tally.begun - mark.begun,
        "retries": tally.retries - mark.retries,
        "succeeded": tally.done - mark.done,
        "failed": failures(tally.failed, mark.failed),
        "in_flight_mean": mean_over(tally.in_system, mark.in_system, now - mark.time),
        "latency": _durations(part.link.latency),
        **({"extra": _finite(extra)} if extra else {}),
    }


def _durations(histogram: Histogram) -> dict[str, float | None]:
    """Mean, quantiles and maximum of durations."""
    if histogram.count == 0:
        return dict.fromkeys(("mean", *SHARES, "max"))
    quantiles = histogram.quantiles(list(SHARES.values()))
    return {
        "mean": histogram.mean,
        **dict(zip(SHARES, quantiles, strict=True)),
        "max": histogram.largest,
    }


def _finite(values: dict[str, float]) -> dict[str, float | None]:
    """The values, null where nothing was measured."""
    return {name: value if math.isfinite(value) else None for name, value in values.items()}


def _judge(objective: Objective, result: Result) -> Result:
    """Whether an objective is met, and surely. What was not measured meets nothing."""
    value = value_of(objective.metric, result)
    bounds = bounds_of(objective.metric, result)
    met = value is not None and _meets(objective, value)
    sure = None if bounds is None else all(_meets(objective, each) == met for each in bounds)
    return {"metric": objective.metric, "value": value, "met": met, CI: bounds, "sure": sure}


def _meets(objective: Objective, value: float) -> bool:
    """Whether a value keeps to the bounds of an objective."""
    below, above = objective.below, objective.above
    return (below is None or value < below) and (above is None or value > above)
