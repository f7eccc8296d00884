"""Risks: what runs, but breaks under a fault or a load that will come. Read from the plan."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.catalog.checks.agreement import agreement_risks
from engine.catalog.checks.autoscaling import autoscaler_risks
from engine.catalog.checks.clusters import cluster_risks
from engine.catalog.checks.deep_checks import deep_check_risks
from engine.catalog.checks.distances import distance_risks
from engine.catalog.checks.elastic import elastic_risks
from engine.catalog.checks.facts import facts_of, risk
from engine.catalog.checks.messaging import messaging_risks
from engine.catalog.checks.replication import replication_risks
from engine.catalog.checks.resolution import resolution_risks
from engine.catalog.checks.timeouts import timeout_risks
from engine.catalog.checks.tries import retry_risks
from engine.catalog.checks.zones import spills_over, zone_risks
from engine.model.edits import SetField
from engine.model.findings import Finding
from engine.model.units import format_quantity
from engine.plan.largest import at_largest
from engine.plan.single_points import single_points

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.catalog.checks.facts import Facts
    from engine.catalog.reading import Reading
    from engine.plan.primitives import NodePlan, Plan
    from engine.plan.single_points import SinglePoints

_ROUNDING: Final = 1e-3
_TARGET: Final = 0.7
"""Utilization at which a proposed number of instances runs."""
_SHOWN: Final = 3
"""Clients up to which all are named."""


def risks(reading: Reading, plan: Plan) -> Iterator[Finding]:
    """The risks of a design without errors, its autoscalers having done what they can."""
    facts = facts_of(reading, at_largest(plan))
    if facts is None:
        return
    single = single_points(plan, facts.demand.order)
    for node in facts.plan.nodes:
        yield from _overload(facts, node)
        yield from _unbounded(facts, node)
    for node in plan.nodes:
        yield from _single(facts, node, single)
    for node in plan.nodes:
        yield from autoscaler_risks(facts, node)
        yield from replication_risks(facts, node)
        yield from cluster_risks(facts, node)
        yield from agreement_risks(facts, node)
        yield from deep_check_risks(facts, node)
        yield from resolution_risks(facts, node)
        yield from elastic_risks(facts, node)
    yield from messaging_risks(facts)
    yield from timeout_risks(facts)
    yield from retry_risks(facts)
    yield from distance_risks(facts)
    yield from zone_risks(facts)


def _overload(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """More comes in than can ever be served."""
    offered, can = facts.demand.rate(node.id), facts.capacity[node.id].rate
    if offered <= can * 1.001 or spills_over(facts, node):
        return
    rates = f"{format_quantity(offered, 'rps')} exceeds what {facts.name(node.id)} can serve"
    message = f"Offered {rates} ({format_quantity(can, 'rps')})"
    field = "instances" if facts.has(node.id, "instances") else "connections"
    if not facts.has(node.id, field):
        yield risk(node.id, "overload", message, None)
        return
    station = node.station
    if node.autoscale is not None:
        field = "autoscale.max"
    now = station.instances if field != "connections" else station.workers or 1
    needed = math.ceil(now * offered / can / _TARGET)
    path = ("config", *field.split("."))
    fix = SetField(node.id, path, needed, f"Set {field} to {needed}")
    yield risk(node.id, "overload", f"{message}; {needed} {field} can", field, fix)


def _unbounded(facts: Facts, node: NodePlan) -> Iterator[Finding]:
    """A queue without an end, whose callers give up."""
    station, waits = node.station, facts.patience[node.id]
    queues = station.workers is not None and station.queue_limit is None and not node.pulls
    if not queues or not facts.has(node.id, "queue_limit"):
        return
    if any(gate.bounds_line(facts.capacity[node.id].rate) for gate in node.gates):
        return
    limit = facts.queue_limit(node)
    fix = SetField(node.id, ("config", "queue_limit"), limit, f"Set queue limit to {limit}")
    spare = facts.capacity[node.id].rate
    grows = 0.0 if spills_over(facts, node) else facts.peak.get(node.id, 0.0) - spare
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
    if math.isinf(waits) or station.discipline in ("lifo", "adaptive_lifo"):
        return
    message = (
        "Unbounded queue: after a stall, work that nobody waits for is done first. "
        f"Set {limit}: as many as are served in half of the callers' "
        f"{format_quantity(waits, 's')}"
    )
    yield risk(node.id, "unbounded-queue", message, "queue_limit", fix)


def _single(facts: Facts, node: NodePlan, single: SinglePoints) -> Iterator[Finding]:
    """One thing whose death ends everything, or all that some clients get."""
    losing = single.of_some.get(node.id, ())
    if node.id not in single.of_all and not losing:
        return
    name, instances = facts.name(node.id), node.station.instances
    resolver = None if node.router is None else node.router.resolver
    if resolver is not None and resolver.policy == "anycast":
        return  # routes that are announced go on without whoever is drawn for them
    whose = _names(facts, losing)
    nothing = f"no request of {whose} is answered" if losing else "nothing is answered"
    if resolver is not None:
        kept = "once the answers have run out that callers keep"
        message = f"{name} is a single point of failure: when it dies, {nothing} {kept}"
        yield risk(node.id, "single-point", message, None)
    elif instances == 1 and not facts.has(node.id, "instances"):
        message = f"{name} is a single point of failure: when it dies, {nothing}"
        spare = facts.has(node.id, "failover") and node.failover is None
        fix = SetField(node.id, ("config", "failover"), {}, "Add a standby") if spare else None
        yield risk(node.id, "single-point", message, "failover" if spare else None, fix)
    elif instances == 1:
        fix = SetField(node.id, ("config", "instances"), 2, "Set instances to 2")
        message = f"One instance of {name}: when it dies, {nothing}"
        yield risk(node.id, "single-point", message, "instances", fix)
    else:
        together = "a bad release" if len(set(node.spread)) > 1 else "a bad release, a lost zone"
        needed = f"Every answer to {whose}" if losing else "Every answer"
        message = f"{needed} needs {name}: when its {instances} instances die together ({together}), {nothing}"
        field = "instances" if facts.has(node.id, "instances") else None
        yield risk(node.id, "single-point-group", message, field)


def _names(facts: Facts, clients: Sequence[str]) -> str:
    """Clients by their names, a few of many."""
    names = [facts.name(each) for each in clients]
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    *others, last = names or [""]
    return f"{', '.join(others)} and {last}" if others else last
