"""Traffic whose rate is drawn: the two states of an MMPP, and the number of active users."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from engine.records import dataclass
from engine.sim.lane.draws import generator

if TYPE_CHECKING:
    from collections.abc import Generator

    import numpy as np

    from engine.plan.primitives import CrowdPlan, TrafficPlan
    from engine.sim.machine import Machine
    from engine.sim.parts import NodePart
    from engine.sim.reach import Reach


@dataclass(slots=True, eq=False)
class Burst:
    """One client whose rate is drawn anew from time to time."""

    part: NodePart
    process: str
    bursting: bool = False
    """MMPP: which of the two states it is in."""
    crowd: float = 1.0
    """Active users, as a share of their mean."""


class Bursts:
    """One process a client whose rate is drawn anew from time to time."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._known: dict[str, Burst] = {}
        self._crowds: dict[str, np.random.Generator] = {}

    def follow(self, reach: Reach) -> None:
        """Modulate the clients that are new, and leave alone those whose rate is not drawn now."""
        for part in reach.nodes:
            name = part.plan.id
            burst = self._known.get(name)
            if burst is not None and (burst.part is not part or burst.process != _process(part)):
                del self._known[name]
                self._machine.burst(part, 1.0)
                burst = None
            process = _process(part)
            if burst is None and process:
                burst = self._known[name] = Burst(part, process)
                run = self._run_mmpp if process == "mmpp" else self._run_crowd
                self._machine.clock.process(run(name, burst))
                if process == "active_users":
                    self._draw_crowd(name, burst)
            if burst is not None:
                self._apply(burst)

    def _apply(self, burst: Burst) -> None:
        """Set the rate of the state that a client is in."""
        traffic = burst.part.plan.traffic
        factor = burst.crowd
        if burst.process == "mmpp":
            factor = traffic.burst_factor if traffic is not None and burst.bursting else 1.0
        self._machine.burst(burst.part, factor)

    def _run_mmpp(self, name: str, burst: Burst) -> Generator[Any, Any, None]:
        """Switch between calm and burst, each of exponential length, until that is no more."""
        lengths = self._machine.streams.exponential(name, "bursts")
        while (traffic := self._traffic(name, burst)) is not None:
            mean = traffic.burst_mean if burst.bursting else traffic.calm_mean
            yield self._machine.clock.timeout(mean * lengths.draw())
            if self._traffic(name, burst) is not None:
                burst.bursting = not burst.bursting
                self._apply(burst)

    def _run_crowd(self, name: str, burst: Burst) -> Generator[Any, Any, None]:
        """Draw the number of active users at the end of each window, until that is no more."""
        while (traffic := self._traffic(name, burst)) is not None and traffic.crowd is not None:
            yield self._machine.clock.timeout(traffic.crowd.window)
            if self._traffic(name, burst) is not None:
                self._draw_crowd(name, burst)
                self._apply(burst)

    def _traffic(self, name: str, burst: Burst) -> TrafficPlan | None:
        """What a client sends now; None where it is gone or follows another process."""
        if self._known.get(name) is not burst or self._machine.nodes.get(name) is not burst.part:
            return None
        return burst.part.plan.traffic

    def _draw_crowd(self, name: str, burst: Burst) -> None:
        """Draw how many users are active."""
        traffic = burst.part.plan.traffic
        if traffic is None or traffic.crowd is None:
            return
        draws = self._crowds.get(name)
        if draws is None:
            draws = generator(self._machine.streams.seed, name, "active users")
            self._crowds[name] = draws
        burst.crowd = _users(draws, traffic.crowd) / max(traffic.crowd.mean, _LEAST)


_LEAST = 1e-9
"""Stands for a mean of no users, whose rate is zero anyway."""


def _users(draws: np.random.Generator, crowd: CrowdPlan) -> float:
    """The next number of active users."""
    if crowd.law == "poisson":
        return float(draws.poisson(crowd.mean))
    return max(0.0, crowd.mean + math.sqrt(crowd.variance) * float(draws.standard_normal()))


def _process(part: NodePart) -> str:
    """The process of a node whose rate is drawn; empty for the others."""
    process = part.plan.traffic.process if part.plan.traffic is not None else ""
    return process if process in ("mmpp", "active_users") else ""
