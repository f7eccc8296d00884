"""Stations with a bounded queue: M/M/c/K, M/M/1/K, Erlang's loss."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from engine.plan.queueing.erlang import erlang_b
from engine.plan.queueing.stages import stages_of
from engine.plan.queueing.waits import NONE, Wait

_MOST: Final = 100_000
"""Places beyond which another one changes nothing that anybody could measure."""
_UTMOST: Final = 1e12
"""Load of a server beyond which everything is lost but a part in a million millions."""


def bounded_wait(servers: int, places: int, load: float, service: float) -> Wait:
    """M/M/c/K: wait of those who find a place, and the share that does not.

    Args:
        servers: c.
        places: waiting places, those in service not counted (K - c).
        load: offered load in erlangs, which may be more than c.
        service: mean service time (s).
    """
    if load <= 0.0:
        return NONE
    load = min(load, servers * _UTMOST)
    loss_without = erlang_b(servers, load)
    if loss_without < 1e-200:
        return NONE
    if places == 0:
        return Wait(loss=loss_without)
    places = min(places, _MOST)
    ratio = load / servers
    behind = np.arange(places + 1, dtype=np.float64)
    # Probabilities of j waiting and all busy, relative to the largest, so that nothing overflows.
    powers = behind * math.log(ratio)
    largest = max(0.0, float(powers[-1]))
    states = np.exp(powers - largest)
    admitted, ahead = states[:-1], behind[1:]
    let_in = math.exp(-largest) * (1.0 / loss_without - 1.0) + float(admitted.sum())
    loss = float(states[-1]) / (let_in + float(states[-1]))
    leave = service / servers
    return Wait(
        chance=float(admitted.sum()) / let_in,
        mean=leave * float(admitted @ ahead) / let_in,
        square=leave**2 * float(admitted @ (ahead * (ahead + 1.0))) / let_in,
        loss=loss,
        stages=stages_of(leave, admitted / let_in),
    )


def spread_wait(servers: int, places: int, load: float, service: float, spread: float) -> Wait:
    """G/G/c/K by heavy-traffic scaling: a queue of spread v holds as much as one of K/v places does for M/M/c.

    Args:
        servers: c.
        places: waiting places.
        load: offered load in erlangs.
        service: mean service time (s).
        spread: (ca² + cs²)/2; 1 is M/M/c/K, which is exact.
    """
    if places == 0 or math.isclose(spread, 1.0, rel_tol=1e-6):
        return bounded_wait(servers, places, load, service)
    spread = max(spread, 0.05)
    wanted = places / spread
    fewer = int(wanted)
    low = bounded_wait(servers, fewer, load, service)
    high = bounded_wait(servers, fewer + 1, load, service)
    part = wanted - fewer

    def between(a: float, b: float) -> float:
        return a + part * (b - a)

    return Wait(
        between(low.chance, high.chance),
        spread * between(low.mean, high.mean),
        spread**2 * between(low.square, high.square),
        between(low.loss, high.loss),
    )
