"""Waits that are a number of exponential stages: M/M/c/K and closed networks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from engine.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

MOST: Final = 512
"""Stages beyond which a wait is taken by its moments."""
_NEVER: Final = 1e-12
"""Probability below which so many stages never happen."""


@dataclass(frozen=True, slots=True)
class Stages:
    """A wait for one request after the other to be done, each exponential with one mean."""

    mean: float
    """Of one (s)."""
    chances: tuple[float, ...]
    """Of 1, 2, 3 … of them; what is missing to 1 waits for nobody."""

    def times(self, factor: float) -> Stages:
        """Stages so many times as long."""
        return Stages(self.mean * factor, self.chances)


def stages_of(mean: float, chances: Floats) -> Stages | None:
    """Stages without those that never happen; None where there are too many, or none."""
    likely = np.flatnonzero(chances > _NEVER)
    if len(likely) == 0 or likely[-1] >= MOST:
        return None
    return Stages(mean, tuple(float(each) for each in chances[: likely[-1] + 1]))
