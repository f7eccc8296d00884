"""The machine: a plan brought to life. It runs, changes while it runs, and can be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.difference import Difference, difference
from engine.sim.assembly import Assembler, sort_of
from engine.sim.clock import Clock
from engine.sim.identity_book import authority
from engine.sim.lane.agenda import Agenda
from engine.sim.lane.draws import Streams
from engine.sim.reach import NOWHERE, Reach, reach
from engine.sim.record import Record
from engine.sim.scaling import Scaling, with_instances, with_nodes
from engine.sim.settling import Settling
from engine.sim.tracing import Tracing
from engine.sim.wiring import rewire, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from engine.model.trace_settings import TraceSettings
    from engine.plan.primitives import LinkPlan, NodePlan, OutlierPlan, Plan
    from engine.sim.instances import Hampered
    from engine.sim.lane.gates.identities import Identities
    from engine.sim.parts import LinkPart, NodePart


class Machine:
    """Nodes and links of a plan, running on one clock."""

    def __init__(self, plan: Plan, traces: TraceSettings | None = None) -> None:
        """Build a plan; with ``traces``, requests are recorded."""
        self.agenda = Agenda()
        self.clock = Clock(self.agenda)
        self.streams = Streams(plan.seed)
        self.nodes: dict[str, NodePart] = {}
        self.links: dict[str, LinkPart] = {}
        self._clients: list[NodePart] = []
        self.plan = plan
        """What it is: the plan that it was asked to become, with the instances of scaled nodes as they are."""
        self._asked = plan
        self._scaling = Scaling()
        self.measured_from = 0.0
        """Time of the mark; everything before it is not measured."""
        self.settling = Settling(plan.duration)
        """What tells how long it took to settle."""
        self.record: Record | None = None
        """What was measured when; None before the mark."""
        self._gone = 0
        """Requests begun by clients that were removed."""
        self.hear: Callable[[str, str, str, float], None] = _nobody
        """Told of rare changes of state: the id, what happened, in which tone, and when (s)."""
        self.scaled: Callable[[Reach], None] = _stay
        """Told how far it reached that a node was scaled."""
        self.tracing = None if traces is None else Tracing(traces, plan)
        """What is recorded of requests; None where nothing is."""
        self._assembler = Assembler(self.agenda, self.streams, self._heard, self.tracing)
        self._become(plan)

    @property
    def now(self) -> float:
        """Simulated time (s)."""
        return float(self.clock.now)

    @property
    def load(self) -> float:
        """The load dial."""
        return self._assembler.users.load

    @property
    def requests(self) -> int:
        """Requests begun since the start."""
        return self._gone + sum(int(part.node.arrivals) for part in self.clients())

    def clients(self) -> Iterator[NodePart]:
        """The nodes where requests begin."""
        return iter(self._clients)

    def advance(self, until: float) -> bool:
        """Do everything that is due before a time; false where an answer stopped it earlier."""
        return self.clock.advance(until)

    def set_load(self, factor: float) -> None:
        """Multiply all traffic by a factor."""
        users = self._assembler.users
        users.load = factor
        for part in self.clients():
            users.scale(part)

    def hamper(self, hampered: Iterable[tuple[NodePart, Hampered]]) -> None:
        """Have events slow instances, stop them, or have them fail."""
        self._assembler.instances.hamper(hampered)

    def surge(self, part: NodePart, factor: float) -> None:
        """Multiply a client's traffic by a factor because of events."""
        part.surge = factor
        self._assembler.users.scale(part)

    def heat(self, part: NodePart, hot: list[tuple[int, float]]) -> None:
        """Have a share of a client's requests ask for one key, for each such key, because of events."""
        self._assembler.users.heat(part, hot)

    def revoke(self, part: NodePart, revoked: list[tuple[float, int]]) -> None:
        """Have the users whom a node knows, or who asks for it, lose their access: shares, or single ones."""
        if revoked or part.revokes:
            part.revokes = bool(revoked)
            self.users_of(part).revoke(part.plan.id, revoked, self.now)

    def users_of(self, part: NodePart) -> Identities:
        """Whom a node knows, or who asks for it."""
        return self._assembler.identities.of(authority(self.plan, part.plan), self.now)

    def burst(self, part: NodePart, factor: float) -> None:
        """Multiply a client's traffic by a factor because of a burst."""
        part.burst = factor
        self._assembler.users.scale(part)

    def mark(self) -> None:
        """Begin the measurement."""
        self.measured_from = self.now
        for node in self.nodes.values():
            node.begin_measurement(self.now)
        for link in self.links.values():
            link.begin_measurement(self.now)
        self.record = Record(self.nodes, self.now, self.plan.duration)

    @property
    def next_note(self) -> float:
        """When the counters have to be noted (s)."""
        due = self.settling.due
        return due if self.record is None else min(due, self.record.due)

    def note(self) -> None:
        """Note the counters where it is time: what tells how sure the results are."""
        now, record = self.now, self.record
        if now >= self.settling.due:
            self.settling.take(self.clients(), now)
        if record is not None and now >= record.due:
            record.take(self.nodes, now)

    def everything(self) -> Reach:
        """All nodes and links."""
        return Reach(tuple(self.nodes.values()), tuple(self.links.values()), whole=True)

    def reconcile(self, plan: Plan) -> Reach:
        """Become another plan: knobs turn, new parts join, removed ones finish what they have.

        Where only settings of single nodes and links differ, nothing else is touched. A node that was
        scaled stays so, unless this plan has another number of its instances than the one before.

        Returns:
            How far that reached.
        """
        if plan is self._asked:
            return NOWHERE
        self._asked = plan
        plan = self._scaling.over(plan, self.nodes)
        differing = difference(self.plan, plan)
        if differing is None:
            self._become(plan)
            return self.everything()
        return self._adapt(plan, differing)

    def scale(self, name: str, instances: int) -> None:
        """Have so many instances of a node, now, at a cost that is the same in any design.

        New instances start as those of an edit do; surplus ones (see `surplus_of`) take no more calls and finish
        what they have. `plan` tells the new number. A later plan leaves it unless it changes the number
        of instances of this node itself, as an edit of that field or a ``set`` event does.

        Raises:
            KeyError: there is no such node.
            ValueError: the node has no instances that could be fewer or more, or there would be none.
        """
        part = self.nodes[name]
        if part.plan.traffic is not None or part.plan.keeps_messages:
            msg = f"{name} has no instances that could be scaled"
            raise ValueError(msg)
        if instances < 1:
            msg = f"{name} needs at least one instance, not {instances}"
            raise ValueError(msg)
        self._scaling.note(name, instances, self._asked.nodes[part.place].station.instances)
        node = with_instances(self.plan.nodes[part.place], instances)
        if node != part.plan:
            place = part.place
            self.scaled(self._adapt(with_nodes(self.plan, {place: node}), Difference((place,))))

    def _become(self, plan: Plan) -> None:
        """Become another plan, whatever differs: everything is tuned and connected anew."""
        self.plan = plan
        self._assembler.follow(plan)
        nodes = {node.id: self._node(node) for node in plan.nodes}
        for name, part in self.nodes.items():
            if nodes.get(name) is not part:
                self._retire(part)
        self.nodes = nodes
        self._clients = [part for part in nodes.values() if part.is_client]
        links = {link.id: self._link(link) for link in plan.links}
        for name, link in self.links.items():
            if links.get(name) is not link:
                self._let_go(link)
        self.links = links
        wire(self.nodes, self.links.values(), self._assembler.setup)
        for part in self.clients():
            self._assembler.users.tune(part)
        for place, part in enumerate(self.nodes.values()):
            part.place = place
        for place, link in enumerate(self.links.values()):
            link.place = place
        for part in self.nodes.values():
            part.resume(self.now)

    def _adapt(self, plan: Plan, differing: Difference) -> Reach:
        """Become a plan that differs in the settings of a few nodes and links."""
        self.plan = plan
        self._assembler.go_on(plan)
        changed, links = [], [self.links[plan.links[place].id] for place in differing.links]
        for place in differing.nodes:
            part = self.nodes[plan.nodes[place].id]
            links += self._tune(part, plan.nodes[place])
            changed.append(part)
        for link in reach((), links).links:
            source = self.nodes[link.plan.source].plan
            self._assembler.tune_link(link, plan.links[link.place], source)
        links += [link for part in changed for link in part.entering]
        sources = [self.nodes[link.plan.source] for link in links]
        touched = reach((*changed, *sources), links)
        rewire(self.nodes, changed, touched, self._assembler.setup)
        for part in reach(changed, ()).nodes:
            self._assembler.users.tune(part)
        for part in touched.nodes:
            part.resume(self.now)
        return touched

    def _tune(self, part: NodePart, plan: NodePlan) -> list[LinkPart]:
        """Turn a node's knobs; returns the links that have to be tuned because of it."""
        before, was_instant = part.plan, part.node.instant
        self._assembler.tune_node(part, plan)
        links: list[LinkPart] = []
        if (before.flow, before.backlog, before.topic) != (plan.flow, plan.backlog, plan.topic):
            links += part.leaving  # a flow names them, and messages have a timeout
        elif (before.auth_server, before.coordinator) != (plan.auth_server, plan.coordinator):
            links += part.leaving  # one of them is for its gate alone
        if _outlier(before) != _outlier(plan):
            links += part.leaving  # they count who fails
        if part.node.instant != was_instant:
            links += part.entering  # what encryption costs is charged to workers
        return links

    def _heard(self, name: str, what: str, tone: str, now: float) -> None:
        """Pass on that something is in another state, unless it is gone."""
        if name in self.links or name in self.nodes:
            self.hear(name, what, tone, now)

    def _node(self, plan: NodePlan) -> NodePart:
        """The node of a plan: the one that is there, or a new one."""
        part = self.nodes.get(plan.id)
        if part is None or part.sort != sort_of(plan):
            part = self._assembler.node(plan)
        self._assembler.tune_node(part, plan)
        return part

    def _link(self, plan: LinkPlan) -> LinkPart:
        """The link of a plan: the one that is there, or a new one."""
        part = self.links.get(plan.id)
        if part is None or (part.plan.source, part.plan.target) != (plan.source, plan.target):
            part = self._assembler.link(plan, self.nodes[plan.target].node)
        self._assembler.tune_link(part, plan, self.nodes[plan.source].plan)
        return part

    def _let_go(self, part: LinkPart) -> None:
        """Remember the instances that a removed link leads to: requests under way may still call them."""
        source = part.plan.source
        known = [each for each in self.links.values() if each.plan.source == source]
        for link in known if part.link.shared else [part]:
            target = self.nodes.get(link.plan.target)
            if target is not None:
                target.bound += [each.pool for each in link.link.endpoints]

    def _retire(self, part: NodePart) -> None:
        """Let a removed node take in nothing more; what is inside finishes by itself."""
        if part.is_client:
            self._gone += int(part.node.arrivals)
            self.surge(part, 0.0)
        for pool in (*part.node.pools, *part.retired):
            pool.inlets = []


def _outlier(plan: NodePlan) -> OutlierPlan | None:
    """Whom a node ejects, if it is a router that does."""
    return None if plan.router is None else plan.router.outlier


def _stay(_reach: Reach) -> None:
    """Leave the rest as it is."""


def _nobody(_name: str, _what: str, _tone: str, _now: float) -> None:
    """Hear nothing."""
