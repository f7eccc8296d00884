"""Health checks: a router's targets are probed on a period, and the bad ones left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.sim.lane.link import Link
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.plan.primitives import HealthPlan
    from engine.sim.lane.call import Endpoint
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart


class HealthChecks:
    """One process a router that has a health check in its plan."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self._watched: dict[str, NodePart] = {}

    def follow(self) -> None:
        """Start checking the routers that are new, and trust all targets of those without checks.

        An instance that is not ready is no target: nobody probes it before it is listed.
        """
        for name, part in self._machine.nodes.items():
            if _plan_of(part) is None:
                for endpoint in part.endpoints:
                    endpoint.healthy = endpoint.pool.listed
            elif self._watched.get(name) is not part:
                self._watched[name] = part
                self._machine.clock.process(self._run(name, part))

    def _run(self, name: str, part: NodePart) -> Generator[Any, Any, None]:
        """Probe all targets on the period of the plan, until the router or its check is gone."""
        while True:
            plan = _plan_of(part)
            if plan is None or self._machine.nodes.get(name) is not part:
                if self._watched.get(name) is part:
                    del self._watched[name]
                return
            yield self._machine.clock.timeout(plan.interval)
            for endpoint in part.endpoints:
                self._judge(name, endpoint, plan)

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
    wire = endpoint.wire
    reachable = not isinstance(wire, Link) or (wire.cuts == 0 and wire.loss < 1.0)
    return reachable and not endpoint.pool.down
