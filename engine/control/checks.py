"""Health checks on their way: what they cross, whom they ask, and how long they wait for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.plan.primitives import LawPlan
from engine.records import dataclass
from engine.sim.lane.codes import OK
from engine.sim.lane.link import Link
from engine.sim.lane.network.ways import Ways
from engine.sim.lane.probes import Handler, ProbePath, Prober, WorkingHandler
from engine.sim.samplers import make_sampler

if TYPE_CHECKING:
    from collections.abc import Generator

    from simpy.events import Event

    from engine.plan.primitives import HealthPlan, LinkPlan
    from engine.sim.lane.call import Call, Endpoint
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart

    Asking = Generator[Any, Any, bool]

_FURTHEST = 8
"""Balancers behind balancers through which a deep check goes."""


@dataclass(slots=True)
class Way:
    """What checks cross and come to behind a link."""

    link: Link
    plan: LinkPlan
    path: ProbePath
    door: Handler
    """Takes checks of layer 4."""
    page: Handler
    """Takes those of layer 7."""


class Checks(Prober):
    """Sends checks, and hears of them. Each is a part of a process that waits for it."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._asked: dict[Call, Event] = {}
        """What is to happen when checks that are under way come back."""
        self._deeper: dict[str, Way] = {}
        """By the links that deep checks cross behind the instance that is checked."""
        self._turns: dict[str, int] = {}
        """Whose turn it is, by the link or balancer behind which a deep check asks one instance."""

    def way(self, part: LinkPart, had: Way | None, purpose: str = "check") -> Way:
        """What checks cross behind a link: its network, with random numbers of their own."""
        plan, streams = part.plan, self._machine.streams
        if had is not None and had.link is part.link and had.plan == plan:
            return had
        path = ProbePath(self._machine.agenda, streams.uniform(plan.id, purpose), self)
        path.delay = make_sampler(plan.delay, streams, plan.id, f"{purpose} delay")
        if plan.jitter > 0.0:
            law = LawPlan(law="lognormal", mean=plan.jitter, cv2=1.0)
            path.jitter = make_sampler(law, streams, plan.id, f"{purpose} jitter")
        target = self._machine.nodes[plan.target].node
        return Way(part.link, plan, path, Handler(target), WorkingHandler(target))

    def forget(self) -> None:
        """Forget the ways of links that are gone."""
        links = self._machine.links
        self._deeper = {name: way for name, way in self._deeper.items() if name in links}

    def ask(self, endpoint: Endpoint, way: Way, plan: HealthPlan) -> Asking:
        """Check an instance, no longer than the check's timeout; says whether it answered well."""
        limit = self._machine.clock.timeout(plan.timeout)
        handler = way.page if plan.layer == 7 else way.door
        answered = yield from self._send(endpoint, way, handler, plan, limit)
        if answered and plan.deep:
            target = self._machine.nodes.get(way.plan.target)
            answered = target is None or (yield from self._ask_behind(target, plan, limit))
        return answered

    def heard(self, probe: Call) -> None:
        """A check is back; one that took too long is not waited for any more."""
        answer = self._asked.get(probe)
        if answer is not None:
            answer.succeed()

    def _send(
        self, endpoint: Endpoint, way: Way, handler: Handler, plan: HealthPlan, limit: Event
    ) -> Asking:
        """Send a check and wait for its answer, up to a limit."""
        path, link = way.path, way.link
        path.loss, path.cuts, path.extra = link.loss, link.cuts, link.extra
        path.retransmit = link.retransmit
        if isinstance(link.network, Ways):
            between = link.network.way(None, endpoint.pool)
            path.loss, path.cuts = between.loss, between.cuts
            path.extra = between.delay + between.extra
        path.cuts += self._is_unseen(way, endpoint)
        probe = handler.probe(endpoint, path, plan.work)
        answer = self._asked[probe] = self._machine.clock.event()
        path.send(probe, self._machine.now)
        yield answer | limit
        del self._asked[probe]
        probe.settled = True  # its connection is closed, so it does not come again
        return answer.triggered and probe.reason == OK

    def _is_unseen(self, way: Way, endpoint: Endpoint) -> bool:
        """Whether an instance is cut off from where DNS checks from."""
        part = self._machine.links.get(way.plan.id)
        if part is None or not part.unseen:
            return False
        target = self._machine.nodes[way.plan.target].plan
        return int(endpoint.pool.index) % max(1, len(target.spread)) in part.unseen

    def _ask_behind(self, part: NodePart, plan: HealthPlan, limit: Event) -> Asking:
        """Ask one instance of each node that a node calls and waits for, one after the other."""
        for leaving in part.routes:
            if not leaving.plan.waits or leaving.plan.on_failure:
                continue
            endpoint = self._one_of(leaving.plan.id, leaving.link.endpoints)
            answered = yield from self._ask_through(endpoint, plan, limit, _FURTHEST)
            if not answered:
                return False
        return True

    def _ask_through(
        self, endpoint: Endpoint | None, plan: HealthPlan, limit: Event, further: int
    ) -> Asking:
        """Ask an instance for a page; a balancer passes that on to one of its targets."""
        link = None if endpoint is None else endpoint.path
        leaving = self._machine.links.get(link.name) if isinstance(link, Link) else None
        if endpoint is None or leaving is None:
            return False
        name = leaving.plan.id
        way = self._deeper[name] = self.way(leaving, self._deeper.get(name), "deep check")
        if not (yield from self._send(endpoint, way, way.page, plan, limit)):
            return False
        target = self._machine.nodes.get(way.plan.target)
        if target is None or target.plan.router is None or further == 0:
            return True
        behind = self._one_of(target.plan.id, target.endpoints)
        return (yield from self._ask_through(behind, plan, limit, further - 1))

    def _one_of(self, name: str, endpoints: list[Endpoint]) -> Endpoint | None:
        """One of those that may be called, each in turn."""
        among = [each for each in endpoints if each.healthy]
        if not among:
            return None
        turn = self._turns[name] = (self._turns.get(name, -1) + 1) % len(among)
        return among[turn]
