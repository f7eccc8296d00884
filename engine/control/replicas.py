"""How many instances there should be: the rules of Kubernetes' HorizontalPodAutoscaler, as plain arithmetic.

Source: kubernetes/pkg/controller/podautoscaler, `replica_calculator.go` and `horizontal.go`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.autoscale import ScaleUp

_ROUNDING: Final = 1e-9
_MOST: Final = 1e6
"""Instances beyond which nobody counts."""


def wanted_by_ratio(ratio: float, ready: int, starting: int, current: int, tolerance: float) -> int:
    """Instances that bring the number to its target.

    Those that still start count as idle where more are wanted, so that they are not ordered twice.

    Args:
        ratio: the mean of the ready instances over the target.
        ready: how many these are.
        starting: those that were ordered and do not serve yet.
        current: all that there should be.
        tolerance: relative distance from the target within which nothing changes.
    """
    if ready == 0:
        return current
    if ratio <= 1.0 or starting == 0:
        if abs(ratio - 1.0) <= tolerance + _ROUNDING:
            return current
        return math.ceil(min(ratio * ready, _MOST) - _ROUNDING)
    damped = ratio * ready / (ready + starting)
    if damped <= 1.0 + tolerance + _ROUNDING:
        return current
    return max(current, math.ceil(min(damped * (ready + starting), _MOST) - _ROUNDING))


def wanted_by_steps(value: float, steps: Sequence[tuple[float, int]], current: int) -> int:
    """Instances after the change that the last step not above the number asks for."""
    change = 0
    for bound, each in steps:
        if value >= bound:
            change = each
    return current + change


def most_for_now(up: ScaleUp, current: int, added: int) -> int:
    """Instances that there may be, of which some were added within the period of the limit."""
    before = current - added
    share = math.ceil(before * (1.0 + up.percent / 100.0) - _ROUNDING)
    return max(current, before + up.instances, share)
