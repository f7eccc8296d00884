"""Health checks: a router's targets are probed on a period, and the bad ones left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.sim.lane.link import Link
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

    from engine.plan.primitives import HealthPlan
    from engine.sim.lane.call import Endpoint
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach


@dataclass(slots=True)
class Watch:
    """A router that is probed, and the check that the next probes belong to."""

    name: str
    part: NodePart
    plan: HealthPlan


class HealthChecks:
    """One process for all routers that are probed at the same times: most are, in a large design."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self._watched: dict[str, NodePart] = {}

    def follow(self, reach: Reach) -> None:
        """Start checking the routers that are new, and trust all targets of those without checks.

        An instance that is not ready is no target: nobody probes it before it is listed.
        """
        new: list[Watch] = []
        for part in reach.nodes:
            name = part.plan.id
            plan = _plan_of(part)
            if plan is None:
                for endpoint in part.endpoints:
                    endpoint.healthy = endpoint.pool.listed
            elif self._watched.get(name) is not part:
                self._watched[name] = part
                new.append(Watch(name, part, plan))
        self._start(new)

    def _start(self, watches: Iterable[Watch]) -> None:
        """Begin probing from now on: one process an interval."""
        by_interval: dict[float, list[Watch]] = {}
        for watch in watches:
            by_interval.setdefault(watch.plan.interval, []).append(watch)
        for interval, group in by_interval.items():
            self._machine.clock.process(self._run(interval, group))

    def _run(self, interval: float, group: list[Watch]) -> Generator[Any, Any, None]:
        """Probe all targets of some routers on a period, until the last router or its check is gone."""
        while group:
            yield self._machine.clock.timeout(interval)
            for watch in group:
                for endpoint in watch.part.endpoints:
                    self._judge(watch.name, endpoint, watch.plan)
            current = [watch for watch in group if self._goes_on(watch)]
            group = [watch for watch in current if watch.plan.interval == interval]
            self._start(watch for watch in current if watch.plan.interval != interval)

    def _goes_on(self, watch: Watch) -> bool:
        """Whether a router is still there and probed; it is by its present plan from now on."""
        plan = _plan_of(watch.part)
        if plan is not None and self._machine.nodes.get(watch.name) is watch.part:
            watch.plan = plan
            return True
        if self._watched.get(watch.name) is watch.part:
            del self._watched[watch.name]
        return False

    def _judge(self, router: str, endpoint: Endpoint, plan: HealthPlan) -> None:
        """Count probes in a row that contradict what is believed, and change the belief."""
        if not endpoint.pool.listed or _answers(endpoint) == endpoint.healthy:
            endpoint.streak = 0
            return
        endpoint.streak += 1
        if endpoint.streak < (plan.failures if endpoint.healthy else plan.successes):
            return
        endpoint.healthy = not endpoint.healthy
        endpoint.streak = 0
        target = endpoint.pool.site.name
        verdict = "back in rotation" if endpoint.healthy else "out of rotation"
        text = f"{target} {endpoint.pool.index + 1} {verdict} at {router}"
        self._notify(Notice(at=self._machine.now, kind="health", text=text, target=target))


def _plan_of(part: NodePart) -> HealthPlan | None:
    """The health check of a router, if it has one."""
    return part.plan.router.health if part.plan.router is not None else None


def _answers(endpoint: Endpoint) -> bool:
    """Whether a probe of an instance gets an answer: it is up, and the link is not cut."""
    wire = endpoint.path
    reachable = not isinstance(wire, Link) or (wire.cuts == 0 and wire.loss < 1.0)
    return reachable and not endpoint.pool.down
