"""Makes running nodes and links from their plans, and turns their knobs when the plans change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.plan.deadline_propagation import deadline_propagation
from engine.plan.forwarding import as_delivered, as_forwarded, as_session_link
from engine.plan.origins import asks_for_versions, data_origins
from engine.plan.pass_through import pass_through
from engine.plan.primitives import LawPlan
from engine.plan.sessions import carried
from engine.sim import tally
from engine.sim.body import Body, padded
from engine.sim.client_setup import ClientSetup
from engine.sim.disciplines import has_limit
from engine.sim.identity_book import IdentityBook
from engine.sim.instances import Instances
from engine.sim.lane.link import Link
from engine.sim.lane.node import Node
from engine.sim.lane.numbering import Numbering
from engine.sim.lane.recasting import Recasting
from engine.sim.lane.roles.router import Router
from engine.sim.lane.stores.versions import Origins
from engine.sim.parts import LinkPart, NodePart
from engine.sim.primitives import CLIENT, CONSUMER, FLOWS, GATES, NETWORK, RULES, STATION, STORE
from engine.sim.primitives.adapter import RoleAdapter
from engine.sim.primitives.cost import COST, CostMeter
from engine.sim.primitives.egress import meter_egress
from engine.sim.primitives.ways import place, space
from engine.sim.samplers import make_sampler
from engine.sim.setup import Setup

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.plan.primitives import HomePlan, LinkPlan, NodePlan, Plan
    from engine.sim.body import Adapter, Predecessors
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Streams
    from engine.sim.tracing import Tracing


def roles_of(plan: NodePlan) -> tuple[RoleAdapter[Any], ...]:
    """The roles that a node plays: its flow first, then what serves before it or sees its jobs end."""
    flow = next(each for each in FLOWS if each.applies(plan))
    return (flow, *(each for each in (STORE, CLIENT, CONSUMER) if each.applies(plan)))


def sort_of(plan: NodePlan) -> tuple[str, ...]:
    """What a node has to be; a change of it makes another node."""
    return tuple(role.name for role in roles_of(plan))


class Assembler:
    """Builds and tunes the parts of one machine."""

    def __init__(
        self,
        agenda: Agenda,
        streams: Streams,
        hear: Callable[[str, str, str, float], None],
        tracing: Tracing | None,
    ) -> None:
        self.agenda = agenda
        self.streams = streams
        self.users = ClientSetup(agenda, streams)
        self._numbering = Numbering()
        self.identities = IdentityBook(streams)
        self.origins = Origins()
        self.instances = Instances(agenda, streams)
        self.plan: Plan
        self._homes: dict[str, HomePlan] = {}
        """Of the nodes that are somewhere."""
        self.kinds = 1
        """Request classes, at most so far: requests under way may be of one that is gone."""
        self.stores = False
        """Whether any node has a store."""
        self.setup: Setup
        self._hear = hear
        self._tracing = tracing

    def follow(self, plan: Plan) -> None:
        """Work from another plan from now on."""
        self.plan = plan
        self._homes = {home.node: home for home in plan.homes}
        self.kinds = max(self.kinds, len(plan.classes))
        self.stores = any(node.store is not None for node in plan.nodes)
        propagation = deadline_propagation(plan)
        self.setup = Setup(
            self.agenda,
            self.streams,
            plan,
            self.kinds,
            propagation,
            pass_through(plan),
            self._numbering,
            self.identities,
            self.origins,
            self._hear,
        )
        self.setup.carried = carried(plan)
        self.setup.conditional = asks_for_versions(plan)
        self.setup.data_origins = data_origins(plan, self.setup.carried.stored)
        self.users.follow(plan, self.kinds)
        self.instances.priorities = padded([kind.priority for kind in plan.classes], self.kinds)

    def go_on(self, plan: Plan) -> None:
        """Work from a plan that differs in the settings of single nodes and links only."""
        self.plan = self.setup.plan = self.users.plan = plan

    def node(self, plan: NodePlan) -> NodePart:
        """A new node, not tuned yet."""
        node = Node(plan.id, self.agenda, self.streams.uniform(plan.id, "error"))
        node.touched = self.agenda.now
        part = NodePart(plan, node, self.agenda.now, tally.nothing(self.agenda.now))
        if plan.traffic is None:
            part.roles.append(Body(STATION, node))
        for adapter in roles_of(plan):
            role = adapter.make(node, plan, self.setup)
            part.roles.append(Body(adapter, role))
            if self._tracing is not None:
                self._tracing.follow_role(plan.id, role)
            if adapter is STORE:
                node.play(node.flow, role, role)
            elif adapter in (CLIENT, CONSUMER):
                node.play(node.flow, None, role)
            else:
                node.play(role, None, None)
        part.sort = sort_of(plan)
        return part

    def tune_node(self, part: NodePart, plan: NodePlan) -> None:
        """Turn a node's knobs; its traffic has to wait for the wiring."""
        node, station = part.node, plan.station
        part.plan = plan
        place(part, self._homes.get(plan.id))
        laws = [
            make_sampler(law, self.streams, plan.id, f"work/{kind.name}")
            for law, kind in zip(station.service, self.plan.classes, strict=False)
        ]
        known = len(node.work)
        node.work = padded(laws, self.kinds)
        node.law = laws[0] if len(laws) == self.kinds == 1 and plan.flow is None else None
        node.hold = station.hold
        node.pulls = plan.pulls or any(pool.inlets for pool in node.pools)
        node.failing = plan.failing
        node.faulty = node.faulty or plan.failing > 0.0
        free = station.workers is None and all(law.fixed == 0.0 for law in laws)
        node.instant = free and not has_limit(
            station
        )  # memory is looked at whenever somebody enters
        for body in part.roles:
            if isinstance(body.adapter, RoleAdapter):
                body.adapter.tune(body.thing, part, self.setup)
        self.instances.tune(part, station, self.setup.propagation.told)
        part.count_workers(self.agenda.now)
        self._tune_cost(part, plan)
        self._tune_gates(part, plan)
        meter_egress(part)
        node.work = padded(
            node.work, known
        )  # requests under way may bring work of a sort that is gone
        part.followed = plan

    def _tune_gates(self, part: NodePart, plan: NodePlan) -> None:
        """Have the gates of the plan."""
        had = {body.adapter.name: body for body in part.gates}
        part.gates = []
        for adapter in GATES:
            old = had.get(adapter.name)
            gate = adapter.body(old.thing if old else None, part, plan, self.setup)
            part.gates += _succeeded(old, adapter, gate, part.predecessors, self.agenda.now)
        part.node.stand_behind([body.thing for body in part.gates])

    def _tune_cost(self, part: NodePart, plan: NodePlan) -> None:
        """Count what a node costs, if it costs anything."""
        body, now = part.controller(COST), self.agenda.now
        if plan.price is None:
            if body is not None:
                part.control(COST, None)
            return
        meter = CostMeter(part, now) if body is None else body.thing
        meter.follow(plan.price, now, standbys=int(plan.failover is not None))
        if body is None:
            part.control(COST, meter)

    def link(self, plan: LinkPlan, target: Node) -> LinkPart:
        """A new link, not tuned yet."""
        agenda = self.agenda
        uniforms = self.streams.uniform(plan.id, "link")
        link = Link(plan.id, agenda, target, uniforms, self._numbering)
        link.touched = agenda.now
        if self._tracing is not None:
            self._tracing.follow_link(link, plan.source, plan.target)
        return LinkPart(plan, link, tally.nothing(agenda.now))

    def tune_link(self, part: LinkPart, plan: LinkPlan, source: NodePlan) -> None:
        """Turn the knobs of a link that leaves a node."""
        link, plan = part.link, as_delivered(as_forwarded(plan, source), source)
        if plan.id in self.setup.carried.stored:
            plan = as_session_link(plan)
        part.plan, part.caller = plan, source
        link.accepts = padded(list(plan.classes), self.kinds)
        link.probability = plan.probability
        on_miss = [plan.on_miss and not kind.write for kind in self.plan.classes]
        link.on_miss = padded(on_miss, self.kinds)
        link.on_failure = plan.on_failure
        link.rescues_only = plan.on_failure and not plan.on_miss
        link.always = plan.probability >= 1.0 and all(plan.classes)
        link.always = link.always and not (plan.on_miss or plan.on_failure)
        link.times = plan.times
        link.waits = plan.waits or source.flow is not None
        link.delay = make_sampler(plan.delay, self.streams, plan.id, "delay")
        link.jitter = None
        if plan.jitter > 0.0:
            law = LawPlan(law="lognormal", mean=plan.jitter, cv2=1.0)
            link.jitter = make_sampler(law, self.streams, plan.id, "jitter")
        link.recasting = self._recasting(plan)
        link.loss = part.loss
        link.usual = plan.delay.mean + plan.jitter
        self._tune_bodies(part, plan)
        link.settle_delay()

    def _recasting(self, plan: LinkPlan) -> Recasting | None:
        """What gives the calls of a link a class of their own, where it says one."""
        if plan.kind is None:
            return None
        laws = [each.keys for each in self.plan.classes]
        same = padded([law == laws[plan.kind] for law in laws], self.kinds)
        return Recasting(plan.kind, self.users.keys_of(plan.id, plan.kind), same)

    def _tune_bytes(self, part: LinkPart) -> None:
        """Know the sizes of calls. Behind a router there may be a store, which may answer that it has nothing."""
        target, setup, name = part.link.target, self.setup, part.plan.id
        flow = target.flow if isinstance(target, Node) else None
        stored = isinstance(target, Node) and target.server is not flow
        routed = isinstance(flow, Router) and self.stores
        part.bytes.tune(
            setup.request_bytes(),
            setup.response_bytes(name),
            may_miss=stored or routed or setup.conditional or name in setup.carried.stored,
            cookie=float(setup.carried.cookies.get(name, 0)),
        )

    def _tune_bodies(self, part: LinkPart, plan: LinkPlan) -> None:
        """Have the network and the rules of the plan."""
        had = {body.adapter.name: body for body in part.bodies}
        part.bodies = []
        self._tune_bytes(part)
        network = NETWORK.body(part.link, plan, self.setup)
        now, gone = self.agenda.now, part.predecessors
        part.bodies += _succeeded(had.get(NETWORK.name), NETWORK, network, gone, now)
        space(part, plan)
        rules = []
        for adapter in RULES:
            old = had.get(adapter.name)
            rule = adapter.body(old.thing if old else None, part, plan, self.setup)
            if rule is not None:
                rules.append(rule)
            part.bodies += _succeeded(old, adapter, rule, gone, now)
        part.link.keep_to(rules)
        old = had.get(COST.name)
        meter = None
        if plan.price is not None:
            meter = CostMeter(part, now) if old is None else old.thing
            meter.follow(plan.price, now)
        part.bodies += _succeeded(old, COST, meter, gone, now)


def _succeeded(
    old: Body[Any] | None,
    adapter: Adapter[Any],
    thing: object | None,
    gone: Predecessors,
    now: float,
) -> list[Body[Any]]:
    """The body of a thing, if there is one: that which it had, or one that goes on from those before it."""
    if old is not None and old.thing is thing:
        return [old]
    if old is not None:
        gone.leave(old, now)
    return [] if thing is None else [gone.follow(adapter, thing)]
