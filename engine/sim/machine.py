"""The machine: a plan brought to life. It runs, changes while it runs, and can be looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.assembly import Assembler, sort_of
from engine.sim.clock import Clock
from engine.sim.lane.agenda import Agenda
from engine.sim.lane.draws import Streams
from engine.sim.record import Record
from engine.sim.settling import Settling
from engine.sim.wiring import wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.plan.primitives import LinkPlan, NodePlan, Plan
    from engine.sim.parts import LinkPart, NodePart


class Machine:
    """Nodes and links of a plan, running on one clock."""

    def __init__(self, plan: Plan) -> None:
        self.agenda = Agenda()
        self.clock = Clock(self.agenda)
        self.streams = Streams(plan.seed)
        self.nodes: dict[str, NodePart] = {}
        self.links: dict[str, LinkPart] = {}
        self._clients: list[NodePart] = []
        self.plan = plan
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
        self._assembler = Assembler(self.agenda, self.streams, self._heard)
        self.reconcile(plan)

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

    def surge(self, part: NodePart, factor: float) -> None:
        """Multiply a client's traffic by a factor because of events."""
        part.surge = factor
        self._assembler.users.scale(part)

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

    def reconcile(self, plan: Plan) -> None:
        """Become another plan: knobs turn, new parts join, removed ones finish what they have."""
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
        for part in self.nodes.values():
            part.resume(self.now)

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


def _nobody(_name: str, _what: str, _tone: str, _now: float) -> None:
    """Hear nothing."""
