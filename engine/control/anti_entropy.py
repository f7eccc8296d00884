"""Anti-entropy: the replicas of a cluster compare all keys on a period, and those that are behind catch up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.sim.primitives.cluster import cluster_of
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach


class AntiEntropy:
    """One process for each cluster that compares its replicas."""

    def __init__(self, machine: Machine, notify: Callable[[Notice], None]) -> None:
        self._machine = machine
        self._notify = notify
        self._running: dict[str, tuple[NodePart, float]] = {}
        """By node, with the period (s)."""

    def follow(self, reach: Reach) -> None:
        """Compare as the plan wants where something changed."""
        for part in reach.nodes:
            name, plan = part.plan.id, part.plan.cluster
            period = None if plan is None else plan.anti_entropy
            if period is None:
                self._running.pop(name, None)
            elif self._running.get(name) != (part, period):
                self._running[name] = (part, period)
                self._machine.clock.process(self._run(name, part, period))
        if reach.whole:
            for name in [name for name in self._running if name not in self._machine.nodes]:
                del self._running[name]

    def _run(self, name: str, part: NodePart, period: float) -> Generator[Any, Any, None]:
        """Compare on a period until it is another one."""
        while True:
            yield self._machine.clock.timeout(period)
            if self._running.get(name) != (part, period):
                return
            cluster = cluster_of(part)
            behind = 0 if cluster is None else int(cluster.compare_all(self._machine.now))
            if behind:
                called = self._machine.plan.name(name)
                text = f"{called}: anti-entropy brought {behind} replicas of keys up to date"
                notice = Notice(at=self._machine.now, kind="restored", text=text, target=name)
                self._notify(notice)
