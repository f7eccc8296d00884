"""Health checks: a router's targets are probed on a period, and the bad ones left out."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

from engine.control.checks import Checks
from engine.control.rotation import rotation_of
from engine.records import dataclass
from engine.sim.lane.draws import generator
from engine.sim.lane.link import Link
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.control.checks import Way
    from engine.plan.primitives import HealthPlan
    from engine.sim.lane.call import Endpoint
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach
    from engine.sim.snapshot import Role


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
class Watch:
    """An instance that is probed, again and again."""

    router: Router
    endpoint: Endpoint

    def goes_on(self) -> bool:
        """Whether it has not been called off meanwhile."""
        return self.router.watches.get(self.endpoint) is self


class HealthChecks:
    """One process for each instance behind each router that checks it.

    The next check begins one interval after the last one was over, so a bad instance is out of rotation
    after U + fall·timeout + (fall-1)·interval where it says nothing, and without the timeouts where it
    refuses, U being what was left of an interval. While a verdict is open, a fast interval takes the place
    of the others, where there is one.
    """

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self._checks = Checks(machine)
        self._routers: dict[str, Router] = {}

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
                    endpoint.passed, endpoint.streak = True, 0
        if reach.whole:
            for name in [name for name in self._routers if name not in self._machine.nodes]:
                self._stop(name)
            self._checks.forget()

    def _stop(self, name: str) -> None:
        """Check the targets of a router no more."""
        self._routers.pop(name).watches.clear()

    def _watch(self, router: Router) -> None:
        """Check the present targets of a router, and no others."""
        router.ways = {
            each.plan.id: self._checks.way(each, router.ways.get(each.plan.id))
            for each in router.part.routes
        }
        present = dict.fromkeys(router.part.endpoints)
        for endpoint in [each for each in router.watches if each not in present]:
            del router.watches[endpoint]
        for endpoint in present:
            if endpoint not in router.watches:
                watch = router.watches[endpoint] = Watch(router, endpoint)
                self._machine.clock.process(self._run(watch))

    def _run(self, watch: Watch) -> Generator[Any, Any, None]:
        """Check an instance on a period, until it or its router or the check is gone."""
        clock = self._machine.clock
        yield clock.timeout(self._first_wait(watch))
        while watch.goes_on():
            if watch.endpoint.pool.listed:
                answered = yield from self._probe(watch)
                if not watch.goes_on():
                    return
                self._judge(watch, answered=answered)
            else:
                watch.endpoint.streak = 0
            yield clock.timeout(_wait(watch))

    def _first_wait(self, watch: Watch) -> float:
        """Seconds until the first check of an instance."""
        plan, endpoint, link = watch.router.plan, watch.endpoint, watch.endpoint.path
        if plan.phase != "random" or not isinstance(link, Link):
            return plan.interval
        purpose = f"check/{link.name}/{endpoint.pool.index}"
        seed, owner = self._machine.streams.seed, watch.router.part.plan.id
        return plan.interval * (1.0 - float(generator(seed, owner, purpose).random()))

    def _probe(self, watch: Watch) -> Generator[Any, Any, bool]:
        """Send a check and wait for its answer, no longer than its timeout."""
        link = watch.endpoint.path
        way = watch.router.ways.get(link.name) if isinstance(link, Link) else None
        if way is None:
            return True
        return (yield from self._checks.ask(watch.endpoint, way, watch.router.plan))

    def _judge(self, watch: Watch, *, answered: bool) -> None:
        """Count checks in a row that contradict what is believed, and change the belief."""
        endpoint, plan = watch.endpoint, watch.router.plan
        if not endpoint.pool.listed or answered == endpoint.passed:
            endpoint.streak = 0
            return
        endpoint.streak += 1
        if endpoint.streak < (plan.failures if endpoint.passed else plan.successes):
            return
        endpoint.passed = not endpoint.passed
        endpoint.streak = 0
        target = endpoint.pool.site.name
        verdict = "back in rotation" if endpoint.passed else "out of rotation"
        called = self._machine.plan.name
        where = called(watch.router.part.plan.id)
        text = f"{called(target)} {endpoint.pool.index + 1} {verdict} at {where}"
        roles: tuple[Role, ...] = ("act",) if endpoint.passed else ("seen", "act")
        now = self._machine.now
        self._notify(Notice(at=now, kind="health", text=text, target=target, roles=roles))
        if plan.convergence > 0.0:
            self._machine.clock.process(self._converge(watch.router.part, plan.convergence))
        else:
            _settle(watch.router.part)

    def _converge(self, part: NodePart, wait: float) -> Generator[Any, Any, None]:
        """Let a verdict take effect once everybody knows."""
        yield self._machine.clock.timeout(wait)
        _settle(part)


def _settle(part: NodePart) -> None:
    """Have a router call whom there is reason to call."""
    rotation = rotation_of(part)
    if rotation is not None:
        rotation.settle()


def _wait(watch: Watch) -> float:
    """Seconds until the next check of an instance."""
    plan = watch.router.plan
    fast = plan.fast_interval
    return plan.interval if fast is None or watch.endpoint.streak == 0 else fast


def _plan_of(part: NodePart) -> HealthPlan | None:
    """The health check of a router, if it has one."""
    return part.plan.router.health if part.plan.router is not None else None
