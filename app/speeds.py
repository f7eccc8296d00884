"""The ladder of speeds that the faster and slower keys climb."""

from __future__ import annotations

import math
from typing import Final

SPEEDS: Final = (
    0.1,
    0.2,
    0.5,
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    50.0,
    100.0,
    200.0,
    500.0,
    1000.0,
    math.inf,
)
"""Steps of the faster and slower keys."""


def next_speed(now: float, steps: int) -> float:
    """The next speed of the ladder, up for positive ``steps``, else down (simulated seconds a wall second)."""
    if steps > 0:
        return next((each for each in SPEEDS if each > now), SPEEDS[-1])
    return next((each for each in reversed(SPEEDS) if each < now), SPEEDS[0])
