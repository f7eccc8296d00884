"""How popular the most popular key is, without numpy: checks run at start-up."""

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
    whole: float = sum(key**-keys.alpha for key in range(1, min(keys.count, _EXACT) + 1))
    low, high = _EXACT + 0.5, keys.count + 0.5
    if keys.count > _EXACT:
        power = 1.0 - keys.alpha
        flat = math.isclose(power, 0.0)
        whole += math.log(high / low) if flat else (high**power - low**power) / power
    return 1.0 / whole
