"""Looks at a running machine: what happened in an interval, and how things stand."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from engine.sim.fleets import environments
from engine.sim.instance_meters import is_off, state_of, working_now
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.network_path import ANSWER, FAILURE, REQUEST, RESENT
from engine.sim.lane.roles.keeper import MessageKeeper
from engine.sim.parts import states
from engine.sim.primitives.compromise import exposure_of
from engine.sim.primitives.topic import log_gauge
from engine.sim.replicas_seen import ClusterView
from engine.sim.snapshot import (
    Crossing,
    InstanceGauge,
    LinkSample,
    NodeGauge,
    NodeSample,
    Percentiles,
    Sample,
)
from engine.sim.spending import Meter
from engine.sim.tally import Tally, failures, mean_over, nothing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.sim.body import Counters
    from engine.sim.lane.call import Pool
    from engine.sim.lane.histogram import Histogram
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.spending import Budgets

_SHARES = [0.5, 0.95, 0.99]
_NO_KEYS: Final[Mapping[str, int | None]] = MappingProxyType({})
"""Nobody has named any: the hottest are looked at."""
_LISTED = 64
"""Instances of a node that are shown one by one."""
_DOTS = 2
"""Crossings of a link recorded between two looks."""
_KINDS: Mapping[int, Literal["request", "retry", "answer", "failure"]] = {
    REQUEST: "request",
    RESENT: "retry",
    ANSWER: "answer",
    FAILURE: "failure",
}


class Observer:
    """Remembers where the last interval ended. Looking never changes what happens."""

    def __init__(self, machine: Machine, budgets: Budgets | None = None) -> None:
        """Look at a machine, and at what error budgets are used for."""
        self._machine = machine
        self._spending = None if budgets is None else Meter(budgets)
        self._since = machine.now
        self._nodes: dict[str, Tally] = {}
        self._links: dict[str, Tally] = {}
        self._parts: dict[str, NodePart | LinkPart] = {}
        """What these tell of: an edit may put another part in the place of one."""
        self._up: dict[str, float] = {}
        self._counters: dict[str, dict[str, Counters]] = {}
        self._networks: dict[str, dict[str, Counters]] = {}
        self._clusters: dict[str, ClusterView] = {}
        self.sample()

    def sample(self) -> Sample:
        """What happened since the sample before, which ends the interval."""
        machine, start, now = self._machine, self._since, self._machine.now
        self._forget_replaced()
        nodes = {name: part.tally(now) for name, part in machine.nodes.items()}
        links = {name: part.tally(now) for name, part in machine.links.items()}
        sample = Sample(
            start=start,
            end=now,
            nodes={
                name: self._node(name, part, nodes[name]) for name, part in machine.nodes.items()
            },
            links={
                name: self._link(name, part, links[name]) for name, part in machine.links.items()
            },
            spending={} if self._spending is None else self._spending.take(),
        )
        self._since, self._nodes, self._links = now, nodes, links
        self._parts = {**machine.nodes, **machine.links}
        self._counters = {name: part.counters(now) for name, part in machine.nodes.items()}
        self._networks = {name: part.counters(now) for name, part in machine.links.items()}
        return sample

    def _forget_replaced(self) -> None:
        """What took the place of another part since the look before counts from nothing."""
        for found in (self._machine.nodes, self._machine.links):
            for name, part in found.items():
                if self._parts.get(name) is not part:
                    for known in (self._nodes, self._links, self._counters, self._networks):
                        known.pop(name, None)

    def _node(self, name: str, part: NodePart, now: Tally) -> NodeSample:
        """A node in the interval."""
        before = self._nodes.get(name, nothing(self._since))
        node = part.node
        span = now.time - before.time
        capacity = now.capacity - before.capacity
        client = part.client
        latency = node.residence if client is None else client.latency
        queue = part.role(MessageKeeper) if part.plan.keeps_messages else None
        return NodeSample(
            arrivals=now.begun - before.begun,
            completed=now.done - before.done,
            failed=failures(now.failed, before.failed),
            passed_on=failures(now.passed_on, before.passed_on),
            utilization=(now.busy - before.busy) / capacity if capacity > 0.0 else 0.0,
            working=max(0.0, now.working - before.working) / capacity if capacity > 0.0 else 0.0,
            up=self._mean_up(name, part),
            queue=mean_over(now.waiting, before.waiting, span),
            in_system=mean_over(now.in_system, before.in_system, span),
            latency=_percentiles(latency),
            latency_all=None if client is None else _percentiles(node.residence),
            extra=part.extra_since(self._counters.get(name, {}), span, now.time),
            publish_to_done=None if queue is None else _percentiles(queue.to_done),
        )

    def _mean_up(self, name: str, part: NodePart) -> float:
        """Share of the workers whose instances were up, mean of the ends of the interval."""
        now = _up(part)
        before = self._up.get(name, now)
        self._up[name] = now
        return 0.5 * (before + now)

    def _link(self, name: str, part: LinkPart, now: Tally) -> LinkSample:
        """A link in the interval."""
        before = self._links.get(name, nothing(self._since))
        return LinkSample(
            attempts=now.begun - before.begun,
            retries=now.retries - before.retries,
            succeeded=now.done - before.done,
            failed=failures(now.failed, before.failed),
            passed_on=failures(now.passed_on, before.passed_on),
            latency=_percentiles(part.link.latency),
            extra=part.extra_since(self._networks.get(name, {}), now.time - before.time, now.time),
        )

    def gauges(self, keys: Mapping[str, int | None] = _NO_KEYS) -> dict[str, NodeGauge]:
        """How every node stands, and of some clusters a key: the given one, or the hottest."""
        found = {name: gauge_of(part) for name, part in self._machine.nodes.items()}
        for name, part in self._machine.nodes.items():
            if part.plan.cluster is not None:
                view = self._clusters.setdefault(name, ClusterView())
                found[name] = replace(found[name], cluster=view.look(part, keys))
            elif part.plan.topic is not None:
                found[name] = replace(found[name], log=log_gauge(part))
        return found

    def states(self) -> dict[str, dict[str, str]]:
        """States of the roles, gates and controllers of nodes and of the rules of links, where they have any."""
        return states_of(self._machine)

    def in_flight(self) -> dict[str, int]:
        """Call attempts under way, by link."""
        return {name: int(part.link.in_flight) for name, part in self._machine.links.items()}

    def crossings(self) -> tuple[Crossing, ...]:
        """Some real crossings since the look before; some more will be recorded."""
        found = []
        for name, part in self._machine.links.items():
            link = part.link
            found += [
                Crossing(link=name, at=seen.at, delay=seen.delay, kind=_KINDS[seen.kind])
                for seen in link.seen
            ]
            link.seen = []
            link.dots = _DOTS
        return tuple(found)


def _up(part: NodePart) -> float:
    """Share of the workers of a node whose instances are up."""
    pools = part.node.pools
    if len(pools) == 1:
        return 0.0 if pools[0].down else 1.0
    workers = sum(int(pool.workers) for pool in pools)
    return sum(int(pool.workers) for pool in pools if not pool.down) / workers if workers else 1.0


def _percentiles(histogram: Histogram) -> Percentiles:
    """Latency since the look before."""
    count, mean, p50, p95, p99 = histogram.take_window(_SHARES)
    return Percentiles(count=int(count), mean=mean, p50=p50, p95=p95, p99=p99)


def states_of(machine: Machine) -> dict[str, dict[str, str]]:
    """States of the roles, gates and controllers of nodes and of the rules of links, where they have any."""
    found = {
        name: states(part.roles + part.gates + part.controllers)
        for name, part in machine.nodes.items()
    }
    found |= {name: states(part.bodies) for name, part in machine.links.items() if part.bodies}
    return {name: each for name, each in found.items() if each}


def gauge_of(part: NodePart) -> NodeGauge:
    """A node right now."""
    node = part.node
    pools = [pool for pool in node.pools if not is_off(pool)]
    pools += [pool for pool in part.retired if pool.inside.count]
    count, listed = len(pools), [_instance(pool, part.retired) for pool in pools[:_LISTED]]
    if part.plan.station.elastic is not None and not all(pool.down for pool in pools):
        count = environments(pools, node.agenda.now)
        listed = [InstanceGauge(number=place) for place in range(min(count, _LISTED))]
    exposure = exposure_of(part)
    return NodeGauge(
        in_system=int(node.in_system),
        waiting=int(node.waiting),
        instance_count=count,
        instances=tuple(listed),
        faults=part.faults,
        compromised=None if exposure is None else exposure.over,
        came=None if exposure is None else exposure.first,
    )


def _instance(pool: Pool, retired: list[Pool]) -> InstanceGauge:
    """An instance right now."""
    workers = int(pool.workers)
    return InstanceGauge(
        state=state_of(pool, retired),
        busy=int(pool.busy),
        working=working_now(pool),
        workers=workers if workers < UNLIMITED else 0,
        waiting=int(pool.waiting),
        slow=pool.slow,
        arrivals=int(pool.arrivals),
        number=int(pool.index),
    )
