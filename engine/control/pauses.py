"""Pauses: instances that stop now and then, as for a garbage collection, as processes on the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.sim.samplers import make_sampler
from engine.sim.servers import server_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.plan.primitives import LawPlan
    from engine.sim.lane.station.variable_rate import VariableRateServer
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach

_SHORTEST: Final = 1e-6
"""Mean seconds from pause to pause below which there are none."""


class Pauses:
    """One process an instance of a node whose instances pause."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[tuple[str, int], NodePart] = {}

    def follow(self, reach: Reach) -> None:
        """Have the instances that are new where something changed pause from now on."""
        for part in reach.nodes:
            name = part.plan.id
            if part.plan.station.pauses is None:
                continue
            for pool in part.node.pools:
                if self._known.get((name, pool.index)) is not part:
                    self._known[name, pool.index] = part
                    self._machine.clock.process(self._run(name, pool.index, part))

    def _run(self, name: str, index: int, part: NodePart) -> Generator[Any, Any, None]:
        """Work, pause, work, until the instance or its pauses are gone."""
        clock = self._machine.clock
        while True:
            plan = part.plan.station.pauses
            if plan is None or self._bench(name, index, part) is None:
                break
            if plan.every.mean + plan.length.mean < _SHORTEST:
                break  # an event may set what a design may not have: time would stand still
            yield clock.timeout(self._draw(plan.every, name, f"pause/{index}/every"))
            bench = self._bench(name, index, part)
            plan = part.plan.station.pauses
            if bench is None or plan is None:
                break
            bench.halt(self._machine.now)
            yield clock.timeout(self._draw(plan.length, name, f"pause/{index}/length"))
            bench.resume(self._machine.now)
        if self._known.get((name, index)) is part:
            del self._known[name, index]

    def _bench(self, name: str, index: int, part: NodePart) -> VariableRateServer | None:
        """Where the instance works now, if it is still there."""
        if self._machine.nodes.get(name) is not part:
            return None
        pools = part.node.pools
        # Mostly instances stand in their order: nobody walks past a thousand of them at each pause.
        here = index < len(pools) and pools[index].index == index
        pool = pools[index] if here else next((p for p in pools if p.index == index), None)
        return None if pool is None else server_of(pool)

    def _draw(self, plan: LawPlan, name: str, purpose: str) -> float:
        """The next duration (s)."""
        return make_sampler(plan, self._machine.streams, name, purpose).draw()
