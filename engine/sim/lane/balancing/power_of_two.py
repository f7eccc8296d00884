"""Power of two choices."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.balancing.health import healthy
from engine.sim.lane.seams import Picker

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Endpoint
    from engine.sim.lane.draws import Draws


class TwoChoices(Picker):
    """The better of two different ones drawn at random (Mitzenmacher 2001)."""

    def __init__(self, endpoints: list[Endpoint], uniforms: Draws) -> None:
        super().__init__(endpoints)
        self._uniforms = uniforms

    def prefers(self, other: Endpoint, one: Endpoint) -> bool:
        """Whether the second is better than the first."""
        raise NotImplementedError

    def pick(self, call: Call) -> Endpoint | None:
        """The better; the first of equals."""
        among = healthy(self.endpoints)
        count: i64 = len(among)
        if count == 0:
            return None
        first = self._uniforms.below(count)
        if count == 1:
            return among[first]
        second = self._uniforms.below(count - 1)
        if second >= first:
            second += 1
        one, other = among[first], among[second]
        return other if self.prefers(other, one) else one


@final
class PowerOfTwo(TwoChoices):
    """The less loaded of the two."""

    def prefers(self, other: Endpoint, one: Endpoint) -> bool:
        """Whether it has fewer calls under way."""
        return other.outstanding < one.outstanding
