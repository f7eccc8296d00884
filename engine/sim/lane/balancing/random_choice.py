"""By chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.balancing.health import healthy
from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, Endpoint
    from engine.sim.lane.draws import Draws


@final
class Random(Picker):
    """Any, with equal chances."""

    def __init__(self, endpoints: list[Endpoint], uniforms: Draws) -> None:
        super().__init__(endpoints)
        self._uniforms = uniforms

    def pick(self, call: Call) -> Endpoint | None:
        """One of the healthy."""
        among = healthy(self.endpoints)
        if len(among) == 0:
            return None
        return among[self._uniforms.below(len(among))]
