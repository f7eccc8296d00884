"""What a machine keeps of each node and link beside the running object: plan, marks, capacity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.sim import extras, networks, tally
from engine.sim.lane.roles.queue import Backlog
from engine.sim.lane.roles.router import Router
from engine.sim.lane.roles.store import KeyedNode
from engine.sim.lane.traffic.client import Client

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan, NodePlan, TrafficPlan
    from engine.sim.lane.call import Endpoint, Picker, Pool
    from engine.sim.lane.link import Link
    from engine.sim.lane.node import Node
    from engine.sim.lane.traffic.arrivals import Source

    Choices = dict[tuple[object, ...], Picker]
    """Pickers by what they were made from, so that those that stay right keep their place."""


@dataclass(slots=True)
class NodePart:
    """A node of a running machine."""

    plan: NodePlan
    node: Node
    born: float
    mark: tally.Tally
    """Counters when the measurement began."""
    marked_counters: extras.Counters = ()
    """The component's own counters then."""
    source: Source | None = None
    traffic: TrafficPlan | None = None
    """What the source follows."""
    surge: float = 1.0
    """Factor by which events multiply its traffic."""
    burst: float = 1.0
    """Factor by which a burst does."""
    choices: Choices = field(default_factory=dict)
    """What a router picks with."""
    retired: list[Pool] = field(default_factory=list)
    """Instances that take no new calls but may still have work."""
    capacity: float = 0.0
    """Workers of all instances; 0 where they are unlimited."""
    faults: tuple[str, ...] = ()
    """Active faults, as people read them."""
    _capacity_area: float = 0.0
    _capacity_since: float = 0.0

    def set_capacity(self, workers: float, now: float) -> None:
        """Change the number of workers from now on."""
        if workers == self.capacity:
            return
        self._capacity_area = self.capacity_area(now)
        self._capacity_since = now
        self.capacity = workers

    def capacity_area(self, now: float) -> float:
        """Workers, integrated over time."""
        return self._capacity_area + self.capacity * (now - self._capacity_since)

    def tally(self, now: float) -> tally.Tally:
        """The counters now."""
        return tally.of_node(self.node, self.capacity_area(now), now)

    def flush(self) -> None:
        """Empty its store, where it has one."""
        if isinstance(self.node, KeyedNode):
            self.node.store.clear()

    def begin_measurement(self, now: float) -> None:
        """Put everything so far aside."""
        self.mark = self.tally(now)
        self.marked_counters = extras.counters(self.node, now)
        self.node.wait.mark()
        self.node.residence.mark()
        if isinstance(self.node, Client):
            self.node.latency.mark()

    def extra(self, now: float) -> dict[str, float]:
        """What the component adds to the results, since the mark."""
        return extras.extra(self.node, self.marked_counters, now)

    @property
    def is_client(self) -> bool:
        """Whether requests begin here."""
        return isinstance(self.node, Client)

    @property
    def endpoints(self) -> list[Endpoint]:
        """Where a router may send requests; empty for other nodes."""
        return self.node.endpoints if isinstance(self.node, Router) else []

    def resume(self, now: float) -> None:
        """Let a queue send what waits, after something changed that may have kept it from it."""
        if isinstance(self.node, Backlog):
            self.node.pull(now)


@dataclass(slots=True)
class LinkPart:
    """A link of a running machine."""

    plan: LinkPlan
    link: Link
    mark: tally.Tally
    """Counters when the measurement began."""
    marked_counters: networks.Counters = ()
    """The network's own counters then."""
    choices: Choices = field(default_factory=dict)
    """What its caller picks with."""

    def tally(self, now: float) -> tally.Tally:
        """The counters now."""
        return tally.of_link(self.link, now)

    def begin_measurement(self, now: float) -> None:
        """Put everything so far aside."""
        self.mark = self.tally(now)
        self.marked_counters = networks.counters(self.link, now)
        self.link.latency.mark()

    def extra(self, now: float) -> dict[str, float]:
        """What the network adds to the results, since the mark."""
        return networks.extra(self.link, self.marked_counters, now - self.mark.time, now)
