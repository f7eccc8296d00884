"""Non-preemptive priorities (Cobham 1954)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.plan.queueing.erlang import erlang_c

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.plan.queueing.moments import Moments


def cobham_waits(servers: int, demands: Sequence[tuple[float, Moments]]) -> list[float]:
    """Mean wait of each priority, the most urgent first; infinite from where the load passes the servers.

    W_k = W0/((1-σ_{k-1})(1-σ_k)) with σ_k the utilization by priority k and more urgent ones, and W0 the time
    until a server is free. Exact for one server, and for several where all have one exponential law.

    Args:
        servers: c.
        demands: requests per second and the time each keeps a server, by priority.
    """
    load = sum(rate * each.mean for rate, each in demands)
    residual = sum(rate * each.square for rate, each in demands) / 2.0
    if load > 0.0:
        residual *= erlang_c(servers, load) / (
            load * servers
        )  # 1 for one server that is not overloaded
    waits, before = [], 0.0
    for rate, each in demands:
        until = before + rate * each.mean / servers
        room = (1.0 - before) * (1.0 - until)
        waits.append(residual / room if until < 1.0 else math.inf)
        before = until
    return waits
