"""The result of a run: the object that `--json` writes, and its hash.

Durations are in seconds, everything is measured from the warm-up on. Where nothing was measured a
value is null: a latency of nothing is not zero.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import TYPE_CHECKING, Any

from engine.model.alerts import budget_left
from engine.model.metrics import BLAST_RADIUS, CI, COMPROMISED, bounds_of, value_of
from engine.sim.confidence import add_intervals
from engine.sim.costs import costs
from engine.sim.invariants import check
from engine.sim.measured import client_part, link_part, link_since, node_part, node_since
from engine.sim.meters import Meters, limits_in
from engine.sim.primitives.compromise import was_compromised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.model.design import Objective
    from engine.sim.machine import Machine

VERSION = 1
"""Version of the result object."""
_UNHASHED = ("hash", "wall_seconds", "warmup_advice", "series", "spans", "instants", "metrics")
_DOUBTS = (CI, "sure", "above", "budget_left")
"""What says how sure a number is: it takes functions that round differently on other machines. What follows
from other numbers. And what is there only because somebody asked: the same run has the same hash whatever is asked of it."""

Result = dict[str, Any]


def result_of(
    machine: Machine,
    objectives: Iterable[Objective],
    wall: float,
    meters: Meters | None = None,
    cited: Iterable[str] = (),
) -> Result:
    """The result object of a machine as it stands, `wall` seconds of computing after its start.

    Args:
        machine: What ran.
        objectives: What is judged.
        wall: Seconds that computing took.
        meters: What else was measured because somebody asked for it.
        cited: Metrics that notes cite.

    Raises:
        InvariantError: the simulator broke one of its own laws.
    """
    check(machine)
    now, plan, objectives = machine.now, machine.plan, tuple(objectives)
    meters = meters or Meters(machine)
    limits = limits_in((*(each.metric for each in objectives), *meters.metrics, *cited))
    result: Result = {
        "windtunnel_result": VERSION,
        "title": plan.title,
        "seed": plan.seed,
        "duration": now,
        "warmup": machine.measured_from,
        "hash": "",
        "wall_seconds": wall,
        "requests": machine.requests,
        "clients": {
            name: client_part(part, node_since(part), now, limits.get(name, {}))
            for name, part in machine.nodes.items()
            if part.is_client
        },
        "nodes": {
            name: node_part(part, node_since(part), now, limits.get(name, {}))
            for name, part in machine.nodes.items()
            if not part.is_client
        },
        "links": {
            name: link_part(part, link_since(part), now, limits.get(name, {}))
            for name, part in machine.links.items()
        },
    }
    if plan.priced:
        result |= costs(result)
    result |= _compromised(machine)
    add_intervals(result, machine)
    result["objectives"] = [_judge(each, result, meters) for each in objectives]
    if meters.metrics:
        result["metrics"] = {name: value_of(name, result) for name in meters.metrics}
    asked = {"series": meters.series, "spans": meters.spans, "instants": meters.instants}
    result |= {name: each.result() for name, each in asked.items() if each is not None}
    result["warmup_advice"] = machine.settling.advice(plan)
    result["hash"] = hash_of(result)
    return result


def _compromised(machine: Machine) -> Result:
    """Which nodes an attacker has had, and how many; nothing where none can come."""
    found = {name: was_compromised(part, machine.now) for name, part in machine.nodes.items()}
    if all(each is None for each in found.values()):
        return {}
    names = [name for name, had in found.items() if had]
    return {COMPROMISED.name: names, BLAST_RADIUS.name: len(names)}


def hash_of(result: Mapping[str, Any]) -> str:
    """SHA-256 over everything in a result that does not depend on the machine it was made on."""
    hashed = {name: value for name, value in result.items() if name not in _UNHASHED}
    for section in ("clients", "nodes", "links"):
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


def _judge(objective: Objective, result: Result, meters: Meters) -> Result:
    """Whether an objective is met, and surely. What was not measured meets nothing, and says why."""
    window = {"from": objective.from_, "to": objective.to}
    asked = {name: value for name, value in window.items() if value is not None}
    judged: Result = {"metric": objective.metric, **asked}
    if asked:
        bounds = None
        value, reason = meters.windows.value(objective)
    else:
        value, bounds = value_of(objective.metric, result), bounds_of(objective.metric, result)
        reason = "nothing was measured" if value is None else ""
    met = value is not None and objective.meets(value)
    ends = None if bounds is None else [math.inf if end is None else end for end in bounds]
    sure = None if ends is None else all(objective.meets(end) == met for end in ends)
    judged |= {"value": value, "met": met, CI: bounds, "sure": sure}
    left = budget_left(objective.metric, objective.above, objective.below, value)
    if left is not None:
        judged["budget_left"] = left
    if objective.alerts is not None:
        judged["alerts"] = meters.alarms.of(objective)
    return {**judged, "reason": reason} if reason else judged
