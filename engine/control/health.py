"""Health checks: a router's targets are probed on a period, and the bad ones left out."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from engine.plan.primitives import LawPlan
from engine.records import dataclass
from engine.sim.lane.codes import OK
from engine.sim.lane.link import Link
from engine.sim.lane.probes import Handler, ProbePath, Prober, WorkingHandler
from engine.sim.samplers import make_sampler
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from simpy.events import Event

    from engine.plan.primitives import HealthPlan, LinkPlan
    from engine.sim.lane.call import Call, Endpoint
    from engine.sim.machine import Machine
    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.reach import Reach


@dataclass(slots=True)
class Router:
    """A router whose targets are probed."""

    part: NodePart
    plan: HealthPlan
    watches: dict[Endpoint, Watch] = field(default_factory=dict)
    """Of its present targets."""
    ways: dict[str, Way] = field(default_factory=dict)
    """By the links that leave it."""


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


@dataclass(slots=True)
class Watch:
    """An instance that is probed, again and again."""

    router: Router
    endpoint: Endpoint

    def goes_on(self) -> bool:
        """Whether it has not been called off meanwhile."""
        return self.router.watches.get(self.endpoint) is self


class HealthChecks(Prober):
    """One process for each instance behind each router that checks it.

    The next check begins one interval after the last one was over, so a bad instance is out of rotation
    after U + fall·timeout + (fall-1)·interval where it says nothing, and without the timeouts where it
    refuses, U being what was left of an interval.
    """

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self._routers: dict[str, Router] = {}
        self._asked: dict[Call, Event] = {}
        """What is to happen when checks that are under way come back."""

    def follow(self, reach: Reach) -> None:
        """Start checking instances that are new, and trust all targets of routers without checks.

        An instance that is not ready is no target: nobody probes it before it is listed.
        """
        for part in reach.nodes:
            name, plan = part.plan.id, _plan_of(part)
            router = self._routers.get(name)
            if router is not None and (plan is None or router.part is not part):
                self._stop(name)
                router = None
            if plan is not None:
                if router is None:
                    router = self._routers[name] = Router(part, plan)
                router.plan = plan
                self._watch(router)
            elif part.plan.router is not None:
                for endpoint in part.endpoints:
                    endpoint.healthy = endpoint.pool.listed
        if reach.whole:
            for name in [name for name in self._routers if name not in self._machine.nodes]:
                self._stop(name)

    def _stop(self, name: str) -> None:
        """Check the targets of a router no more."""
        self._routers.pop(name).watches.clear()

    def _watch(self, router: Router) -> None:
        """Check the present targets of a router, and no others."""
        router.ways = {each.plan.id: self._way(router, each) for each in router.part.leaving}
        present = dict.fromkeys(router.part.endpoints)
        for endpoint in [each for each in router.watches if each not in present]:
            del router.watches[endpoint]
        for endpoint in present:
            if endpoint not in router.watches:
                watch = router.watches[endpoint] = Watch(router, endpoint)
                self._machine.clock.process(self._run(watch))

    def _way(self, router: Router, part: LinkPart) -> Way:
        """What checks cross behind a link: its network, with random numbers of their own."""
        plan, streams = part.plan, self._machine.streams
        had = router.ways.get(plan.id)
        if had is not None and had.link is part.link and had.plan == plan:
            return had
        path = ProbePath(self._machine.agenda, streams.uniform(plan.id, "check"), self)
        path.delay = make_sampler(plan.delay, streams, plan.id, "check delay")
        if plan.jitter > 0.0:
            law = LawPlan(law="lognormal", mean=plan.jitter, cv2=1.0)
            path.jitter = make_sampler(law, streams, plan.id, "check jitter")
        target = self._machine.nodes[plan.target].node
        return Way(part.link, plan, path, Handler(target), WorkingHandler(target))

    def _run(self, watch: Watch) -> Generator[Any, Any, None]:
        """Check an instance on a period, until it or its router or the check is gone."""
        clock = self._machine.clock
        while True:
            yield clock.timeout(watch.router.plan.interval)
            if not watch.goes_on():
                return
            if not watch.endpoint.pool.listed:
                watch.endpoint.streak = 0
                continue
            answered = yield from self._probe(watch)
            if not watch.goes_on():
                return
            self._judge(watch, answered=answered)

    def _probe(self, watch: Watch) -> Generator[Any, Any, bool]:
        """Send a check and wait for its answer, no longer than its timeout."""
        plan, endpoint, clock = watch.router.plan, watch.endpoint, self._machine.clock
        link = endpoint.path
        way = watch.router.ways.get(link.name) if isinstance(link, Link) else None
        if way is None:
            return True
        path = way.path
        path.loss, path.cuts, path.extra = way.link.loss, way.link.cuts, way.link.extra
        path.retransmit = way.link.retransmit
        handler = way.page if plan.layer == 7 else way.door
        probe = handler.probe(endpoint, path, plan.work)
        answer = self._asked[probe] = clock.event()
        limit = clock.timeout(plan.timeout)
        path.send(probe, self._machine.now)
        yield answer | limit
        del self._asked[probe]
        probe.settled = True  # its connection is closed, so it does not come again
        return answer.triggered and probe.reason == OK

    def heard(self, probe: Call) -> None:
        """A check is back; one that took too long is not waited for any more."""
        answer = self._asked.get(probe)
        if answer is not None:
            answer.succeed()

    def _judge(self, watch: Watch, *, answered: bool) -> None:
        """Count checks in a row that contradict what is believed, and change the belief."""
        endpoint, plan = watch.endpoint, watch.router.plan
        if not endpoint.pool.listed or answered == endpoint.healthy:
            endpoint.streak = 0
            return
        endpoint.streak += 1
        if endpoint.streak < (plan.failures if endpoint.healthy else plan.successes):
            return
        endpoint.healthy = not endpoint.healthy
        endpoint.streak = 0
        target = endpoint.pool.site.name
        verdict = "back in rotation" if endpoint.healthy else "out of rotation"
        text = f"{target} {endpoint.pool.index + 1} {verdict} at {watch.router.part.plan.id}"
        self._notify(Notice(at=self._machine.now, kind="health", text=text, target=target))


def _plan_of(part: NodePart) -> HealthPlan | None:
    """The health check of a router, if it has one."""
    return part.plan.router.health if part.plan.router is not None else None
