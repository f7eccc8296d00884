"""How long a run took to settle: requests under way from time 0 on, and White's rule on them."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from engine.stats.warmup import LEAST, differs, truncation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.plan.primitives import Plan
    from engine.sim.parts import NodePart

_STEPS: Final = 200
"""Observations in the time of a scenario: 40 batches of five, so that the advice is good to 2.5 %."""
_KEPT: Final = 2 * _STEPS


class Settling:
    """Requests of all clients, integrated over time, at equal steps from the start."""

    def __init__(self, duration: float) -> None:
        """Begin, with the duration of the scenario (s); the run may go on."""
        self._step = duration / _STEPS if 0.0 < duration < math.inf else 1.0
        self._areas = [0.0]

    @property
    def due(self) -> float:
        """When the step ends (s)."""
        return len(self._areas) * self._step

    def take(self, clients: Iterable[NodePart], now: float) -> None:
        """End a step."""
        area = 0.0
        for part in clients:
            node = part.node
            area += node.system_area + (now - node.touched) * node.in_system
        self._areas.append(area)
        if len(self._areas) > _KEPT:
            self._areas = self._areas[::2]
            self._step *= 2.0

    def advice(self, plan: Plan) -> dict[str, Any]:
        """What White's rule says of the start, for the result.

        ``truncate``: seconds to leave out at the start; null where too little was seen, or where the
        load follows a schedule. ``enough``: whether the run is long enough to say so. ``settled``:
        whether the warm-up of the scenario does, since what comes between it and the advice does not
        differ from the rest more than chance explains. Only the time before the first event counts:
        what an event does is no warm-up.
        """
        steps = min(len(self._areas) - 1, int(steady_until(plan) / self._step))
        areas = self._areas[: max(0, steps) + 1]
        series = [later - earlier for earlier, later in pairwise(areas)]
        if len(series) < LEAST:
            return {"truncate": None, "enough": False, "settled": None}
        found = truncation(series)
        end = min(found.count, len(series) // 2)
        measured = min(end, math.ceil(plan.warmup / self._step))
        left_out = differs(series[measured:end], series[end:])
        return {
            "truncate": found.count * self._step,
            "enough": found.enough,
            "settled": not left_out,
        }


def steady_until(plan: Plan) -> float:
    """Until when nothing but chance changes a run (s): its first event, if no load follows a schedule."""
    for node in plan.nodes:
        traffic = node.traffic
        if traffic and (
            traffic.process == "trace" or len({rate for _, rate in traffic.schedule}) > 1
        ):
            return 0.0
    return min((event.at for event in plan.events), default=plan.duration)
