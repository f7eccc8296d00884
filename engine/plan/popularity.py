"""How popular the most popular key is, and how often two requests meet at one, without numpy: checks run at start-up."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.plan.primitives import KeyPlan

_EXACT: Final = 64
"""So many keys are summed one by one; what is beyond is an integral."""


def top_share(keys: KeyPlan) -> float:
    """Share of the requests that ask for the most popular key."""
    if keys.hot > 0:
        return keys.hot_share / keys.hot
    return 1.0 / _sum_of_powers(keys.count, keys.alpha)


def meeting_share(keys: KeyPlan) -> float:
    """Probability that two requests ask for the same key."""
    if keys.hot > 0:
        rest = max(1, keys.count - keys.hot)
        return keys.hot_share**2 / keys.hot + (1.0 - keys.hot_share) ** 2 / rest
    return (
        _sum_of_powers(keys.count, 2.0 * keys.alpha) / _sum_of_powers(keys.count, keys.alpha) ** 2
    )


def _sum_of_powers(count: int, alpha: float) -> float:
    """The sum of 1/kᵅ over the first so many k."""
    whole: float = sum(key**-alpha for key in range(1, min(count, _EXACT) + 1))
    if count > _EXACT:
        low, high, power = _EXACT + 0.5, count + 0.5, 1.0 - alpha
        flat = math.isclose(power, 0.0)
        whole += math.log(high / low) if flat else (high**power - low**power) / power
    return whole
