"""Makes running nodes and links from their plans, and turns their knobs when the plans change."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from engine.plan.deadline_propagation import deadline_propagation
from engine.plan.forwarding import as_forwarded
from engine.plan.primitives import INFINITE, LawPlan, RetryPlan
from engine.sim import tally
from engine.sim.client_setup import ClientSetup
from engine.sim.instances import Instances
from engine.sim.lane.call import UNLIMITED
from engine.sim.lane.expiry import Expiry
from engine.sim.lane.link import Link
from engine.sim.lane.node import Node
from engine.sim.lane.roles.flow import FlowNode
from engine.sim.lane.roles.queue import Backlog
from engine.sim.lane.roles.router import Router
from engine.sim.lane.roles.store import KeyedNode
from engine.sim.lane.rules.deadline_propagation import DeadlineRule
from engine.sim.lane.traffic.client import Client
from engine.sim.networks import tune_network
from engine.sim.parts import LinkPart, NodePart
from engine.sim.programs import further_works
from engine.sim.samplers import make_sampler
from engine.sim.stores import Stores

if TYPE_CHECKING:
    from engine.plan.primitives import LinkPlan, NodePlan, Plan
    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Streams

T = TypeVar("T")
_ONCE = RetryPlan(attempts=1)
_LEAST_SHARE = {"none": 1.0, "equal": 0.5, "full": 0.0}


def sort_of(plan: NodePlan) -> type[Node]:
    """What a node has to be; a change of it makes another node."""
    if plan.traffic is not None:
        return Client
    if plan.router is not None:
        return Router
    if plan.backlog is not None:
        return Backlog
    if plan.flow is not None:
        return FlowNode
    return KeyedNode if plan.store is not None else Node


class Assembler:
    """Builds and tunes the parts of one machine."""

    def __init__(self, agenda: Agenda, streams: Streams) -> None:
        self.agenda = agenda
        self.streams = streams
        self.users = ClientSetup(agenda, streams)
        self.stores = Stores(agenda, streams)
        self.instances = Instances(agenda)
        self.plan: Plan
        self.kinds = 1
        """Request classes, at most so far: requests under way may be of one that is gone."""

    def follow(self, plan: Plan) -> None:
        """Work from another plan from now on."""
        self.plan = plan
        self.deadline_propagation = deadline_propagation(plan)
        self.kinds = max(self.kinds, len(plan.classes))
        self.users.follow(plan, self.kinds)
        self.instances.priorities = padded([kind.priority for kind in plan.classes], self.kinds)

    def node(self, plan: NodePlan) -> NodePart:
        """A new node, not tuned yet."""
        agenda, streams = self.agenda, self.streams
        errors = streams.uniform(plan.id, "error")
        node: Node
        if plan.traffic is not None:
            node = Client(plan.id, agenda, errors, streams.uniform(plan.id, "mix"))
        elif plan.router is not None:
            node = Router(plan.id, agenda, errors)
        elif plan.backlog is not None:
            node = Backlog(plan.id, agenda, errors)
        elif plan.flow is not None:
            choices = streams.uniform(plan.id, "choice")
            node = FlowNode(plan.id, agenda, errors, choices)
        elif plan.store is not None:
            node = self.stores.node(plan, plan.store, errors)
        else:
            node = Node(plan.id, agenda, errors)
        node.touched = agenda.now
        return NodePart(plan, node, agenda.now, tally.nothing(agenda.now))

    def tune_node(self, part: NodePart, plan: NodePlan) -> None:
        """Turn a node's knobs; its traffic has to wait for the wiring."""
        node, station = part.node, plan.station
        part.plan = plan
        laws = [
            make_sampler(law, self.streams, plan.id, f"work/{kind.name}")
            for law, kind in zip(station.service, self.plan.classes, strict=False)
        ]
        before = len(node.work)
        node.work = padded(laws, self.kinds)
        node.law = laws[0] if len(laws) == self.kinds == 1 and plan.flow is None else None
        node.hold = station.hold
        node.pulls = plan.pulls
        node.instant = station.workers is None and all(law.fixed == 0.0 for law in laws)
        if isinstance(node, FlowNode):
            self._tune_flow(node, plan, before)
        self.instances.tune(part, station, self.deadline_propagation.told)
        workers = 0.0 if station.workers is None else float(station.workers * station.instances)
        part.set_capacity(workers, self.agenda.now)
        if isinstance(node, KeyedNode) and plan.store is not None:
            self.stores.tune(node, plan.store, self.plan, self.kinds)
        if isinstance(node, Backlog) and plan.backlog is not None:
            capacity = plan.backlog.capacity
            node.capacity = UNLIMITED if capacity is None else capacity
            node.max_receive = plan.backlog.max_receive

    def _tune_flow(self, node: FlowNode, plan: NodePlan, before: int) -> None:
        """Know the laws of all works of a flow; as many as before at least, since some may be under way."""
        node.hold = plan.station.hold and plan.station.discipline != "ps"
        pace = 1.0 / plan.station.speed
        for place, work in enumerate(further_works(plan.flow or ())):
            laws = [
                make_sampler(
                    law.times(pace), self.streams, plan.id, f"work {place + 1}/{kind.name}"
                )
                for law, kind in zip(work.laws, self.plan.classes, strict=False)
            ]
            node.work += padded(laws, self.kinds)
        node.work = padded(node.work, before)

    def link(self, plan: LinkPlan, target: Node) -> LinkPart:
        """A new link, not tuned yet."""
        agenda = self.agenda
        link = Link(plan.id, agenda, target, self.streams.uniform(plan.id, "link"))
        link.touched = agenda.now
        return LinkPart(plan, link, tally.nothing(agenda.now))

    def tune_link(self, part: LinkPart, plan: LinkPlan, source: NodePlan) -> None:
        """Turn the knobs of a link that leaves a node."""
        link, plan = part.link, as_forwarded(plan, source)
        part.plan = plan
        link.accepts = padded(list(plan.classes), self.kinds)
        link.probability = plan.probability
        on_miss = [plan.on_miss and not kind.write for kind in self.plan.classes]
        link.on_miss = padded(on_miss, self.kinds)
        link.always = plan.probability >= 1.0 and not plan.on_miss and all(plan.classes)
        link.times = plan.times
        link.waits = plan.waits or source.flow is not None
        link.delay = make_sampler(plan.delay, self.streams, plan.id, "delay")
        link.jitter = None
        if plan.jitter > 0.0:
            law = LawPlan(law="lognormal", mean=plan.jitter, cv2=1.0)
            link.jitter = make_sampler(law, self.streams, plan.id, "jitter")
        link.loss = plan.loss
        link.usual = plan.delay.mean + plan.jitter
        tune_network(link, plan, self.plan.classes, self.kinds)
        link.settle_delay()
        self._tune_policy(link, plan, source)

    def _tune_policy(self, link: Link, plan: LinkPlan, source: NodePlan) -> None:
        """Set the timeout and the retries of a link; a queue delivers again by its own rules."""
        timeout, retry = plan.timeout, plan.retry
        if source.backlog is not None:
            timeout, retry = min(timeout, source.backlog.visibility), _ONCE
        if timeout == INFINITE:
            link.expiry = None
        elif link.expiry is None or link.expiry.span != timeout:
            link.expiry = Expiry(self.agenda, link, timeout)
        self._tune_courtesy(link, plan.id, timeout)
        link.backoffs = [
            min(retry.cap, retry.base * retry.factor**place) for place in range(retry.attempts - 1)
        ]
        link.least_share = _LEAST_SHARE[retry.jitter]

    def _tune_courtesy(self, link: Link, name: str, timeout: float) -> None:
        """Have a link tell of deadlines and cancels, or not."""
        known = self.deadline_propagation
        if name not in known.propagating | known.cancelling:
            link.manners = None
            return
        kept = link.manners
        courtesy = kept if isinstance(kept, DeadlineRule) else DeadlineRule(link)
        courtesy.span = timeout
        courtesy.propagates = name in known.propagating
        courtesy.cancels = name in known.cancelling
        link.manners = courtesy


def padded(values: list[T], count: int) -> list[T]:
    """The values, the last one repeated."""
    return values + values[-1:] * (count - len(values))
