"""By weight."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.balancing.health import healthy
from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Endpoint
    from engine.sim.lane.draws import Draws


@final
class Weighted(Picker):
    """Any, with chances in proportion to the weights."""

    def __init__(self, endpoints: list[Endpoint], uniforms: Draws) -> None:
        super().__init__(endpoints)
        self._uniforms = uniforms

    def pick(self, call: Call) -> Endpoint | None:
        """One of the healthy."""
        among = healthy(self.endpoints)
        total = 0.0
        for endpoint in among:
            total += endpoint.weight
        if total <= 0.0:
            return None
        left = self._uniforms.draw() * total
        chosen: Endpoint | None = None
        for endpoint in among:
            if endpoint.weight > 0.0:
                chosen = endpoint
                left -= endpoint.weight
                if left < 0.0:
                    break
        return chosen
