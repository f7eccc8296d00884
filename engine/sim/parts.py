"""What a machine keeps of each node and link beside the running object: plan, bodies, marks, capacity."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, TypeVar

from engine.records import dataclass
from engine.sim import tally
from engine.sim.body import Body, Predecessors
from engine.sim.instance_meters import InstanceMeters, is_off, standing
from engine.sim.lane.network.ways import Peers
from engine.sim.lane.replicas.cluster import Cluster
from engine.sim.lane.roles.keeper import MessageKeeper
from engine.sim.lane.roles.router import Router
from engine.sim.lane.roles.shield import Shield
from engine.sim.lane.roles.store import StoreRole
from engine.sim.lane.traffic.client import Client
from engine.sim.volumes import ByteMeter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.primitives import LinkPlan, NodePlan, TrafficPlan
    from engine.sim.body import Adapter, Bounds, Counters
    from engine.sim.choosing import Choosing
    from engine.sim.instance_meters import Tallies
    from engine.sim.lane.call import Endpoint, Pool
    from engine.sim.lane.histogram import Histogram
    from engine.sim.lane.link import Link
    from engine.sim.lane.network.ways import Ways
    from engine.sim.lane.node import Node
    from engine.sim.lane.traffic.arrivals import Source
    from engine.sim.served import Served
    from engine.sim.uptime import NodeUptime

T = TypeVar("T")


def things(bodies: list[Body[Any]], now: float) -> dict[str, Counters]:
    """Counters of some bodies, by name."""
    return {body.adapter.name: body.counters(now) for body in bodies}


def extras(
    bodies: list[Body[Any]], before: dict[str, Counters], span: float, now: float
) -> dict[str, float]:
    """What some bodies add to the results, since counters of so many seconds ago."""
    found: dict[str, float] = {}
    for body in bodies:
        found |= body.extra(before.get(body.adapter.name, ()), span, now)
    return found


def states(bodies: list[Body[Any]]) -> dict[str, str]:
    """The states that people are shown, by name."""
    pairs = ((body.adapter.name, body.adapter.state(body.thing)) for body in bodies)
    return {name: state for name, state in pairs if state}


@dataclass(slots=True)
class NodePart:
    """A node of a running machine."""

    plan: NodePlan
    node: Node
    born: float
    mark: tally.Tally
    """Counters when the measurement began."""
    place: int = 0
    """Among the nodes of the machine."""
    sort: tuple[str, ...] = ()
    """Names of the roles that it plays; with others it is another node."""
    followed: NodePlan | None = None
    """The plan to which it was tuned before."""
    roles: list[Body[Any]] = field(default_factory=list)
    """Its station, and the roles that it plays."""
    gates: list[Body[Any]] = field(default_factory=list)
    controllers: list[Body[Any]] = field(default_factory=list)
    """What acts on it from time to time."""
    marked: dict[str, Counters] = field(default_factory=dict)
    """Counters of its bodies when the measurement began, by name."""
    uptime: NodeUptime | None = None
    """What sees whether it is up, where faults come by themselves."""
    meters: InstanceMeters = field(default_factory=InstanceMeters)
    """What looks at each of its instances."""
    predecessors: Predecessors = field(default_factory=Predecessors)
    """Gates and controllers that were switched off."""
    marked_instances: Tallies = field(default_factory=dict)
    """Their counters when the measurement began."""
    peers: Peers = field(default_factory=Peers)
    """The ways between its own instances."""
    source: Source | None = None
    traffic: TrafficPlan | None = None
    """What the source follows."""
    surge: float = 1.0
    """Factor by which events multiply its traffic."""
    burst: float = 1.0
    """Factor by which a burst does."""
    revokes: bool = False
    """Whether events revoke the access of users there."""
    choosing: Choosing | None = None
    """What a router picks with."""
    served: Served | None = None
    """Where its instances have stores of their own: who was asked for keys when somebody looked last."""
    order: tuple[object, ...] = ()
    """What its waiting lines follow from."""
    retired: list[Pool] = field(default_factory=list)
    """Instances that take no new calls but may still have work."""
    bound: list[Pool] = field(default_factory=list)
    """Instances that links lead to which were removed."""
    entering: list[LinkPart] = field(default_factory=list)
    """The links that lead to it."""
    leaving: list[LinkPart] = field(default_factory=list)
    """The links that leave it."""
    capacity: float = 0.0
    """Workers of all instances; 0 where they are unlimited."""
    faults: tuple[str, ...] = ()
    """Active faults, as people read them."""
    _capacity_area: float = 0.0
    _capacity_since: float = 0.0
    _busy_before: float = 0.0
    """Busy workers, integrated up to the last change of the capacity."""
    _bounded: bool = False
    """Whether the number of workers was ever limited."""

    def count_workers(self, now: float) -> None:
        """Count the workers that there are now, of instances that start as well."""
        workers = self.plan.station.workers
        there = sum(not is_off(pool) for pool in self.node.pools)
        self.set_capacity(0.0 if workers is None else float(workers * there), now)

    def set_capacity(self, workers: float, now: float) -> None:
        """Change the number of workers from now on."""
        if workers == self.capacity:
            return
        self._bounded = True
        self._capacity_area = self._own_area(now)
        self._capacity_since = now
        self._busy_before = self.busy_area(now)
        self.capacity = workers

    def capacity_area(self, now: float) -> float:
        """Workers, integrated over time, with those that were taken away and finish what they have.

        Where their number is unlimited for a while, as many count as were busy; for ever, none.
        """
        return self._own_area(now) + self.node.excess_area(now) if self._bounded else 0.0

    def busy_area(self, now: float) -> float:
        """Busy workers, integrated over time."""
        node = self.node
        return node.busy_area + (now - node.touched) * node.busy

    def _own_area(self, now: float) -> float:
        """Workers that there should be, integrated over time."""
        if self.capacity:
            return self._capacity_area + self.capacity * (now - self._capacity_since)
        return self._capacity_area + self.busy_area(now) - self._busy_before

    def tally(self, now: float) -> tally.Tally:
        """The counters now."""
        stood = sum(standing(pool, now) for pool in (*self.node.pools, *self.retired))
        return tally.of_node(self.node, self.capacity_area(now), stood, now)

    @property
    def histograms(self) -> dict[str, Histogram]:
        """Its durations by the names that they have in results."""
        client, queue = self.client, self.role(MessageKeeper)
        if client is not None:
            return {"latency": client.latency, "latency_all": self.node.residence}
        found = {"wait": self.node.wait, "residence": self.node.residence}
        return found if queue is None else {**found, "publish_to_done": queue.to_done}

    def role(self, sort: type[T]) -> T | None:
        """The role of a sort, if it plays that."""
        return next((each.thing for each in self.roles if isinstance(each.thing, sort)), None)

    def flush(self, some: Sequence[Pool] | None = None) -> None:
        """Empty its store, or the disks of its replicas, where it has some.

        Args:
            some: only of these instances, where each has a store of its own; None is all.
        """
        store = self.role(StoreRole)
        apart = store is not None and (store.user_keys is not None or store.shards is not None)
        if store is not None and apart and some is not None:
            for pool in some:
                if store.user_keys is not None:
                    store.user_keys.died(pool.index)
                else:
                    store.store_of(pool).clear()
        elif store is not None:
            store.clear()
            if isinstance(store.flow, Shield):
                store.flow.store.clear()
        cluster = self.role(Cluster)
        if cluster is not None:
            cluster.flush(None if some is None else {int(pool.index) for pool in some})

    def begin_measurement(self, now: float) -> None:
        """Put everything so far aside."""
        self.mark = self.tally(now)
        self.marked = self.counters(now)
        self.marked_instances = self.meters.tallies(now)
        self.node.wait.mark()
        self.node.residence.mark()
        for histogram in self.histograms.values():
            histogram.mark()

    def control(self, adapter: Adapter[Any], thing: object | None) -> None:
        """Have something act on it from now on; with None no longer."""
        old = self.controller(adapter)
        if old is not None:
            self.predecessors.leave(old, self.node.agenda.now)
        others = [body for body in self.controllers if body is not old]
        new = [] if thing is None else [self.predecessors.follow(adapter, thing)]
        self.controllers = [*others, *new]

    def note_uptime(self, now: float) -> None:
        """Let who wants to know see which instances are up."""
        if self.uptime is not None:
            self.uptime.note(now)

    def controller(self, adapter: Adapter[Any]) -> Body[Any] | None:
        """The controller of a sort, if it has one."""
        return next((each for each in self.controllers if each.adapter is adapter), None)

    def counters(self, now: float) -> dict[str, Counters]:
        """Cumulative counters of all bodies, by name."""
        bodies = self.roles + self.gates + self.controllers
        return self.predecessors.counters() | things(bodies, now)

    def bounds(self, now: float) -> Bounds:
        """Intervals of confidence under ``extra`` since the mark, as far as its bodies know them."""
        found: Bounds = {}
        for body in self.controllers:
            found |= body.bounds(self.marked.get(body.adapter.name, ()), now)
        return found

    def extra_since(self, before: dict[str, Counters], span: float, now: float) -> dict[str, float]:
        """What the component adds to the results, since counters of so many seconds ago."""
        return extras(self.roles + self.gates + self.controllers, before, span, now)

    def extra(self, now: float) -> dict[str, float]:
        """What the component adds to the results, since the mark."""
        return self.extra_since(self.marked, now - self.mark.time, now)

    def billed(self, now: float) -> tuple[float, ...]:
        """What may cost something: instance seconds, seconds that a standby stood by, worker seconds, requests."""
        return (self.meters.count_area(now), now, self.busy_area(now), float(self.node.arrivals))

    @property
    def is_client(self) -> bool:
        """Whether requests begin here."""
        return self.plan.traffic is not None

    @property
    def client(self) -> Client | None:
        """The client, where requests begin here."""
        return self.role(Client) if self.plan.traffic is not None else None

    @property
    def endpoints(self) -> list[Endpoint]:
        """Where a router may send requests; empty for other nodes."""
        router = self.role(Router) if self.plan.router is not None else None
        return [] if router is None else router.endpoints

    @property
    def routes(self) -> list[LinkPart]:
        """The links over which its requests go on, those of its gates left out."""
        return [link for link in self.leaving if not link.plan.checks]

    def resume(self, now: float) -> None:
        """Let a queue send what waits, and others send it theirs, after something changed that may have kept them."""
        queue = self.role(MessageKeeper) if self.plan.keeps_messages else None
        if queue is not None:
            queue.pull(now)
        if self.plan.pulls:
            for link in self.entering:
                link.link.reopen(now)


@dataclass(slots=True)
class LinkPart:
    """A link of a running machine."""

    plan: LinkPlan
    link: Link
    mark: tally.Tally
    """Counters when the measurement began."""
    place: int = 0
    """Among the links of the machine."""
    bytes: ByteMeter = field(init=False)
    """What counts its bytes."""
    bodies: list[Body[Any]] = field(default_factory=list)
    """The network and the rules."""
    marked: dict[str, Counters] = field(default_factory=dict)
    """Counters of its bodies when the measurement began, by name."""
    predecessors: Predecessors = field(default_factory=Predecessors)
    """Rules that were switched off."""
    caller: NodePlan | None = None
    """The node that it leaves, once it is tuned."""
    choosing: Choosing | None = None
    """What its caller picks with."""
    arriving: float = 1.0
    """Share of the crossings that no event loses."""
    ways: Ways | None = None
    """The ways between its instances, where these are spread over places."""
    unseen: frozenset[int] = frozenset()
    """The places of its target that checks of its caller, which is DNS, do not reach now."""

    def __post_init__(self) -> None:
        """Count the bytes of the link."""
        self.bytes = ByteMeter(self.link)

    @property
    def histograms(self) -> dict[str, Histogram]:
        """Its durations by the names that they have in results."""
        return {"latency": self.link.latency}

    @property
    def loss(self) -> float:
        """Share of the crossings that are lost, by the network or by events."""
        return 1.0 - (1.0 - self.plan.loss) * self.arriving

    def tally(self, now: float) -> tally.Tally:
        """The counters now."""
        return tally.of_link(self.link, self.bytes.total(), now)

    def billed(self, now: float) -> tuple[float, ...]:  # noqa: ARG002 - as those of a node
        """What may cost something: bytes there, and back."""
        return self.bytes.total()

    def begin_measurement(self, now: float) -> None:
        """Put everything so far aside."""
        self.mark = self.tally(now)
        self.marked = self.counters(now)
        self.link.latency.mark()

    def counters(self, now: float) -> dict[str, Counters]:
        """Cumulative counters of all bodies, by name."""
        return self.predecessors.counters() | things(self.bodies, now)

    def extra_since(self, before: dict[str, Counters], span: float, now: float) -> dict[str, float]:
        """What the network and the rules add to the results, since counters of so many seconds ago."""
        return extras(self.bodies, before, span, now)

    def extra(self, now: float) -> dict[str, float]:
        """What the network and the rules add to the results, since the mark."""
        return self.extra_since(self.marked, now - self.mark.time, now)
