"""Student's t distribution: the quantiles that intervals from few values need."""

from __future__ import annotations

import math
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_MANY = 1e6
"""Degrees of freedom from which the normal distribution is used, with its first correction."""
_STEPS = 200
_CLOSE = 1e-13


@lru_cache(maxsize=1024)
def t_quantile(p: float, degrees: float) -> float:
    """Quantile of Student's t distribution.

    Solves the distribution function (an incomplete beta function) by Newton's method, from the
    normal quantile outwards, where it converges from one side. The relative error is below 1e-9.

    Args:
        p: Probability, between 0 and 1 (both excluded).
        degrees: Degrees of freedom, more than 0.

    Raises:
        ValueError: there is no such quantile.
    """
    if not (0.0 < p < 1.0 and degrees > 0.0):
        msg = f"a t quantile needs 0 < p < 1 and degrees > 0, not p = {p:g}, degrees = {degrees:g}"
        raise ValueError(msg)
    if p < 0.5:
        return -_upper(p, degrees)
    return _upper(1.0 - p, degrees)


def _upper(tail: float, degrees: float) -> float:
    """The value that is exceeded with a probability of at most one half."""
    if tail >= 0.5:
        return 0.0
    normal = -_NORMAL.inv_cdf(tail)
    if degrees > _MANY:
        return normal + (normal**3 + normal) / (4.0 * degrees)
    value = normal
    for _ in range(_STEPS):
        step = (_tail(value, degrees) - tail) / _density(value, degrees)
        value += step
        if abs(step) <= _CLOSE * value:
            break
    return value


def _density(value: float, degrees: float) -> float:
    """The density."""
    scale = math.lgamma((degrees + 1.0) / 2.0) - math.lgamma(degrees / 2.0)
    tail = -(degrees + 1.0) / 2.0 * math.log1p(value * value / degrees)
    return math.exp(scale + tail) / math.sqrt(degrees * math.pi)


def _tail(value: float, degrees: float) -> float:
    """Probability of more than a positive value."""
    square = value * value
    return 0.5 * _incomplete_beta(
        degrees / (degrees + square), square / (degrees + square), degrees / 2.0, 0.5
    )


def _incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """The regularised incomplete beta function of x, where rest = 1 − x without its rounding."""
    if x <= 0.0 or rest <= 0.0:
        return 0.0 if x <= 0.0 else 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    )
    if x < (a + 1.0) / (a + b + 2.0):
        return front * _fraction(x, a, b) / a
    return 1.0 - front * _fraction(rest, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """Its continued fraction, by Lentz's method (DLMF 8.17.22)."""
    tiny = 1e-300
    upper = 1.0
    lower = 1.0 / _not_zero(1.0 - (a + b) * x / (a + 1.0), tiny)
    value = lower
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1.0) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1.0))
        factor = 1.0
        for term in (even, odd):
            lower = 1.0 / _not_zero(1.0 + term * lower, tiny)
            upper = _not_zero(1.0 + term / upper, tiny)
            factor = upper * lower
            value *= factor
        if abs(factor - 1.0) < 1e-15:
            break
    return value


def _not_zero(value: float, tiny: float) -> float:
    """A divisor."""
    return value if abs(value) > tiny else tiny
