"""Bursts: the two states of a Markov-modulated Poisson process, as a process on the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart


class Bursts:
    """One process a client whose traffic comes in bursts."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._watched: dict[str, NodePart] = {}

    def follow(self) -> None:
        """Start modulating the clients that are new."""
        for name, part in self._machine.nodes.items():
            if _is_bursty(part) and self._watched.get(name) is not part:
                self._watched[name] = part
                self._machine.clock.process(self._run(name, part))

    def _run(self, name: str, part: NodePart) -> Generator[Any, Any, None]:
        """Switch between calm and burst, each of exponential length, until that is no more."""
        machine = self._machine
        lengths = machine.streams.exponential(name, "bursts")
        bursting = False
        while machine.nodes.get(name) is part and _is_bursty(part):
            plan = part.plan.traffic
            if plan is None:
                break
            machine.burst(part, plan.burst_factor if bursting else 1.0)
            mean = plan.burst_mean if bursting else plan.calm_mean
            yield machine.clock.timeout(mean * lengths.draw())
            bursting = not bursting
        machine.burst(part, 1.0)
        if self._watched.get(name) is part:
            del self._watched[name]


def _is_bursty(part: NodePart) -> bool:
    """Whether a node's traffic comes in bursts."""
    return part.plan.traffic is not None and part.plan.traffic.process == "mmpp"
