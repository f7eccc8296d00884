"""Bursts: the two states of a Markov-modulated Poisson process, as a process on the clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart


@dataclass(slots=True, eq=False)
class Burst:
    """One client whose traffic comes in bursts."""

    part: NodePart
    bursting: bool = False


class Bursts:
    """One process a client whose traffic comes in bursts."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[str, Burst] = {}

    def follow(self) -> None:
        """Modulate the clients that are new, and leave alone those whose traffic is even now."""
        for name, part in self._machine.nodes.items():
            burst = self._known.get(name)
            if burst is not None and (burst.part is not part or not _is_bursty(part)):
                del self._known[name]
                self._machine.burst(part, 1.0)
                burst = None
            if burst is None and _is_bursty(part):
                burst = self._known[name] = Burst(part)
                self._machine.clock.process(self._run(name, burst))
            if burst is not None:
                self._apply(burst)

    def _apply(self, burst: Burst) -> None:
        """Set the rate of the state that a client is in."""
        traffic = burst.part.plan.traffic
        factor = traffic.burst_factor if traffic is not None and burst.bursting else 1.0
        self._machine.burst(burst.part, factor)

    def _run(self, name: str, burst: Burst) -> Generator[Any, Any, None]:
        """Switch between calm and burst, each of exponential length, until that is no more."""
        lengths = self._machine.streams.exponential(name, "bursts")
        while True:
            traffic = burst.part.plan.traffic
            if traffic is None:
                return
            mean = traffic.burst_mean if burst.bursting else traffic.calm_mean
            yield self._machine.clock.timeout(mean * lengths.draw())
            if (
                self._known.get(name) is not burst
                or self._machine.nodes.get(name) is not burst.part
            ):
                return
            burst.bursting = not burst.bursting
            self._apply(burst)


def _is_bursty(part: NodePart) -> bool:
    """Whether a node's traffic comes in bursts."""
    return part.plan.traffic is not None and part.plan.traffic.process == "mmpp"
