"""Risks: what runs, but breaks under a fault or a load that will come. Read from the plan."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.model.names import name_of
from engine.model.units import format_figure, format_quantity
from engine.plan.capacity import capacities
from engine.plan.demand import at_peak, demand_of
from engine.plan.largest import at_largest
from engine.plan.primitives import INFINITE
from engine.plan.retries import most_tries
from engine.plan.risk import amplification, patience, single_points
from engine.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.catalog.reading import Reading
    from engine.plan.capacity import Capacity
    from engine.plan.demand import Demand
    from engine.plan.primitives import LinkPlan, NodePlan, Plan

_TIMEOUT: Final = 1.0
"""Timeout (s) that is proposed where nothing says better: well above most answers, well below people's patience."""
_ROUNDING: Final = 1e-3
_LONGEST: Final = 10.0
"""Seconds that people wait at most, where their clients set no limit."""
_ROOM: Final = 0.5
"""Share of the callers' patience that a proposed queue limit lets requests wait."""
_TARGET: Final = 0.7
"""Utilization at which a proposed number of instances runs."""
_MANY_TRIES: Final = 6
"""Tries of one request, retries of all layers multiplied, from which they are worth a word."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """A plan and what follows from its shape."""

    reading: Reading
    plan: Plan
    demand: Demand
    capacity: Mapping[str, Capacity]
    patience: Mapping[str, float]
    """Seconds after which the first caller of each node gives up."""
    peak: Mapping[str, float]
    """Requests per second that arrive at each node from open clients, bursts at their height: what no
    user's wait bounds. A node that is full passes on no more than it serves."""
    tries: Mapping[str, float]
    """The most tries of one request at each node."""

    def name(self, item_id: str) -> str:
        """What people call an item."""
        return name_of(self.reading.design, item_id)

    def has(self, node_id: str, field: str) -> bool:
        """Whether a node's config has a field."""
        return field in type(self.reading.configs[node_id]).model_fields


def risks(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """The risks of a design without errors, its autoscalers having done what they can."""
    least, plan = plan, at_largest(plan)
    demand = demand_of(plan)
    if demand is None:
        return
    facts = _Facts(
        reading,
        plan,
        demand,
        capacities(plan, demand),
        patience(plan, demand.order),
        _arriving(plan),
        amplification(plan, demand.order),
    )
    nodes = {node.id: node for node in plan.nodes}
    single = single_points(plan, demand.order)
    for node in plan.nodes:
        yield from _overload(facts, node)
        yield from _unbounded(facts, node)
    for node in least.nodes:
        yield from _single(facts, node, single)
    for link in plan.links:
        yield from _timeouts(facts, link, nodes[link.source])
        yield from _retries(facts, link, nodes[link.target])


def _arriving(plan: Plan) -> Mapping[str, float]:
    """What arrives at each node at the peak of open traffic, where full nodes pass on what they serve."""
    peak = at_peak(plan)
    demand = demand_of(peak)
    if demand is None:
        return {}
    capacity = capacities(peak, demand)
    entering: dict[str, list[LinkPlan]] = defaultdict(list)
    for link in peak.links:
        entering[link.target].append(link)
    begun = {node.id for node in peak.nodes if node.traffic is not None}
    arriving: dict[str, float] = {}
    passed: dict[str, float] = {}
    for name in demand.order:
        full = demand.rate(name)
        came = sum(
            sum(demand.links[link.id]) * passed.get(link.source, 1.0) for link in entering[name]
        )
        arriving[name] = full if name in begun else came
        served = min(arriving[name], capacity[name].rate)
        passed[name] = served / full if full > 0.0 else 1.0
    return arriving


def _risk(
    item_id: str, code: str, message: str, field: str | None, fix: SetField | None = None
) -> Finding:
    """A risk about an item."""
    where = f"config.{field}" if field else None
    return Finding(level="risk", code=code, id=item_id, field=where, message=message, fix=fix)


def _overload(facts: _Facts, node: NodePlan) -> Iterator[Finding]:
    """More comes in than can ever be served."""
    offered, can = facts.demand.rate(node.id), facts.capacity[node.id].rate
    if offered <= can * 1.001:
        return
    rates = f"{format_quantity(offered, 'rps')} exceeds what {facts.name(node.id)} can serve"
    message = f"Offered {rates} ({format_quantity(can, 'rps')})"
    field = "instances" if facts.has(node.id, "instances") else "connections"
    if not facts.has(node.id, field):
        yield _risk(node.id, "overload", message, None)
        return
    station = node.station
    if node.autoscale is not None:
        field = "autoscale.max"
    now = station.instances if field != "connections" else station.workers or 1
    needed = math.ceil(now * offered / can / _TARGET)
    path = ("config", *field.split("."))
    fix = SetField(node.id, path, needed, f"Set {field} to {needed}")
    yield _risk(node.id, "overload", f"{message}; {needed} {field} can", field, fix)


def _unbounded(facts: _Facts, node: NodePlan) -> Iterator[Finding]:
    """A queue without an end, whose callers give up."""
    station, waits = node.station, facts.patience[node.id]
    queues = station.workers is not None and station.queue_limit is None and not node.pulls
    if not queues or not facts.has(node.id, "queue_limit"):
        return
    limit = _queue_limit(facts, node)
    fix = SetField(node.id, ("config", "queue_limit"), limit, f"Set queue limit to {limit}")
    grows = facts.peak.get(node.id, 0.0) - facts.capacity[node.id].rate
    if grows > _ROUNDING * facts.capacity[node.id].rate:
        message = (
            f"Nothing bounds the queue of {facts.name(node.id)}, and more comes in than can be served: it "
            f"grows by up to {format_quantity(grows, '')} requests a second, until memory ends. Set {limit}"
        )
        yield Finding(
            level="warning",
            code="endless-queue",
            id=node.id,
            field="config.queue_limit",
            message=message,
            fix=fix,
        )
        return
    if math.isinf(waits):
        return
    message = (
        "Unbounded queue: after a stall, work that nobody waits for is done first. "
        f"Set {limit}: as many as are served in half of the callers' "
        f"{format_quantity(waits, 's')}"
    )
    yield _risk(node.id, "unbounded-queue", message, "queue_limit", fix)


def _queue_limit(facts: _Facts, node: NodePlan) -> int:
    """As many waiting places as an instance serves while callers still wait, to two digits."""
    hold = max(facts.capacity[node.id].hold, 1e-6)
    waits = min(facts.patience[node.id], _LONGEST)
    places = (node.station.workers or 1) / hold * waits * _ROOM
    return min(max(1, int(float(f"{places:.2g}"))), 10_000_000)


def _single(facts: _Facts, node: NodePlan, single: frozenset[str]) -> Iterator[Finding]:
    """One thing whose death ends everything."""
    if node.id not in single or node.station.instances > 1:
        return
    name = facts.name(node.id)
    if facts.has(node.id, "instances"):
        fix = SetField(node.id, ("config", "instances"), 2, "Set instances to 2")
        message = f"One instance of {name}: when it dies, nothing is answered"
        yield _risk(node.id, "single-point", message, "instances", fix)
    else:
        message = f"{name} is a single point of failure: when it dies, nothing is answered"
        yield _risk(node.id, "single-point", message, None)


def _timeouts(facts: _Facts, link: LinkPlan, source: NodePlan) -> Iterator[Finding]:
    """Callers that wait for ever, or longer than their own callers."""
    if not link.waits or source.backlog is not None:
        return
    waits = facts.patience[source.id]
    keeps = source.traffic is not None or source.station.hold
    if math.isinf(link.timeout) and keeps:
        seconds = min(_TIMEOUT, _shorter(waits))
        fix = SetField(
            link.id, ("config", "timeout"), seconds, f"Set {format_quantity(seconds, 's')}"
        )
        message = (
            f"No timeout on {facts.name(link.id)}: {facts.name(source.id)} waits for as long as "
            f"{facts.name(link.target)} takes"
        )
        yield _risk(link.id, "no-timeout", message, "timeout", fix)
    elif INFINITE > link.timeout > waits:
        seconds = _shorter(waits)
        fix = SetField(
            link.id, ("config", "timeout"), seconds, f"Set {format_quantity(seconds, 's')}"
        )
        message = (
            f"{facts.name(source.id)} waits {format_quantity(link.timeout, 's')} for "
            f"{facts.name(link.target)}, but its own callers give up after "
            f"{format_quantity(waits, 's')}"
        )
        yield _risk(link.id, "timeout-order", message, "timeout", fix)


def _shorter(seconds: float) -> float:
    """Somewhat less than the callers' patience, to two digits."""
    return float(f"{seconds * 0.8:.2g}") if math.isfinite(seconds) else INFINITE


def _retries(facts: _Facts, link: LinkPlan, target: NodePlan) -> Iterator[Finding]:
    """Retries that keep a node down, or multiply through layers."""
    attempts, tries = most_tries(link), facts.tries[target.id]
    if link.retry.attempts < 2:
        return
    fix = SetField(link.id, ("config", "retry"), {"attempts": 1}, "Retry nowhere else")
    name = facts.name(target.id)
    if tries >= _MANY_TRIES and tries > attempts:
        message = (
            f"Retries multiply along the path: up to {format_figure(tries)} tries at {name} for one request; "
            "retry in one place only"
        )
        yield _risk(link.id, "retry-layers", message, "retry.attempts", fix)
    offered, can = facts.demand.rate(target.id), facts.capacity[target.id].rate
    stormy = (
        target.station.queue_limit is None and math.isfinite(link.timeout) and not link.cancellation
    )
    if stormy and offered <= can < offered * attempts:
        message = (
            f"Retries can keep {name} down once it stalls: {format_quantity(offered, 'rps')} × "
            f"{format_figure(attempts)} tries is more than the {format_quantity(can, 'rps')} it can serve; "
            "bound its queue"
        )
        limit = _queue_limit(facts, target)
        bound = SetField(target.id, ("config", "queue_limit"), limit, f"Set queue limit to {limit}")
        yield _risk(link.id, "retry-storm", message, "retry.attempts", bound)
