"""Leaks of events: workers, threads or connections that never come back, until their instance restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.records import dataclass
from engine.sim.lane.codes import UNLIMITED
from engine.sim.lane.station.memory import Memory

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.control.effects import NodeState, PoolState
    from engine.sim.lane.call import Pool
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart


@dataclass(slots=True, eq=False)
class Leak:
    """The workers that one instance has lost."""

    part: NodePart
    pool: Pool
    deaths: int
    """How often it had gone down when it began to lose these."""
    rate: float = 0.0
    """So many more a second."""
    lost: int = 0
    turn: int = 0
    """Counts changes of the rate: who waits for the next loss by then has been overtaken."""


class Leaks:
    """All that leaks on one machine because of events."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[Pool, Leak] = {}

    def follow(self, state: NodeState) -> None:
        """Have the instances of a node leak as events say; what is lost stays so."""
        for each in state.pools:
            self._leak_memory(state.part, each)
            leak = self._known.get(each.pool)
            if leak is None and each.leaking_workers > 0.0:
                leak = Leak(state.part, each.pool, int(each.pool.deaths))
                self._known[each.pool] = leak
            if leak is not None:
                self._apply(leak)
                if leak.rate != each.leaking_workers:
                    leak.rate = each.leaking_workers
                    leak.turn += 1
                    if leak.rate > 0.0:
                        self._machine.clock.process(self._run(leak, leak.turn))

    def _leak_memory(self, part: NodePart, each: PoolState) -> None:
        """Have memory leak beside what leaks by the plan."""
        memory, plan = each.pool.memory, part.plan.station.memory
        if isinstance(memory, Memory) and plan is not None:
            leak, now = plan.leak + each.leaking_bytes, self._machine.now
            if leak != memory.leak:
                memory.turn(memory.fixed, memory.per_request, leak, now)
                memory.watch(now)

    def _run(self, leak: Leak, turn: int) -> Generator[Any, Any, None]:
        """Lose one worker after another, until the rate changes: which it may before this begins."""
        while leak.turn == turn:
            yield self._machine.clock.timeout(1.0 / leak.rate)
            if leak.turn != turn or self._machine.nodes.get(leak.part.plan.id) is not leak.part:
                return
            self._note_restart(leak)
            if leak.pool in leak.part.node.pools and not leak.pool.down:
                leak.lost += 1
                self._apply(leak)

    def _apply(self, leak: Leak) -> None:
        """Leave an instance the workers that it has not lost: one at least."""
        self._note_restart(leak)
        workers = leak.part.plan.station.workers
        if (
            workers is None
            or leak.pool.workers >= UNLIMITED
            or leak.pool not in leak.part.node.pools
        ):
            return
        leak.lost = min(leak.lost, workers - 1)
        if leak.pool.workers != workers - leak.lost:
            leak.pool.discipline.resize(workers - leak.lost, self._machine.now)

    @staticmethod
    def _note_restart(leak: Leak) -> None:
        """An instance that has gone down since has all its workers again."""
        deaths = int(leak.pool.deaths)
        if deaths != leak.deaths:
            leak.deaths, leak.lost = deaths, 0
