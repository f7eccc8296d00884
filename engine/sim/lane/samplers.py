"""Laws of durations (s), each drawn from standard variates.

Only scalar `math` functions are used: vectorised ones round differently from machine to machine.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.draws import Draws


class Sampler:
    """A law of a duration."""

    fixed: float = -1.0
    """The value where it is always the same, else negative."""

    def draw(self) -> float:
        """The next duration (s)."""
        raise NotImplementedError


@final
class Constant(Sampler):
    """Always the same."""

    def __init__(self, value: float) -> None:
        self.fixed = value

    def draw(self) -> float:
        """The value."""
        return self.fixed


@final
class Exponential(Sampler):
    """Memoryless."""

    def __init__(self, mean: float, exponentials: Draws) -> None:
        self._mean = mean
        self._exponentials = exponentials

    def draw(self) -> float:
        """The mean times a standard exponential."""
        return self._mean * self._exponentials.draw()


@final
class Lognormal(Sampler):
    """Log-normal by mean and squared coefficient of variation: sigma² = ln(1 + cv²)."""

    def __init__(self, mean: float, cv2: float, normals: Draws) -> None:
        variance = math.log1p(cv2)
        self._mu = math.log(mean) - variance / 2.0
        self._sigma = math.sqrt(variance)
        self._normals = normals

    def draw(self) -> float:
        """The exponential of a normal."""
        return math.exp(self._mu + self._sigma * self._normals.draw())


@final
class Scaled(Sampler):
    """A factor times a standard variate (gamma: mean · cv² · Gamma(1/cv²))."""

    def __init__(self, scale: float, variates: Draws) -> None:
        self._scale = scale
        self._variates = variates

    def draw(self) -> float:
        """The next variate, scaled."""
        return self._scale * self._variates.draw()


@final
class Hyperexponential(Sampler):
    """Two exponential phases with balanced means: p/m1 = (1-p)/m2 (Whitt's H2 fit)."""

    def __init__(self, mean: float, cv2: float, uniforms: Draws, exponentials: Draws) -> None:
        self._share = (1.0 + math.sqrt((cv2 - 1.0) / (cv2 + 1.0))) / 2.0
        self._first = mean / (2.0 * self._share)
        self._second = mean / (2.0 * (1.0 - self._share))
        self._uniforms = uniforms
        self._exponentials = exponentials

    def draw(self) -> float:
        """An exponential of one of the two phases."""
        size = self._exponentials.draw()
        return size * (self._first if self._uniforms.draw() < self._share else self._second)


@final
class Uniform(Sampler):
    """Uniform between two values."""

    def __init__(self, low: float, high: float, uniforms: Draws) -> None:
        self._low = low
        self._span = high - low
        self._uniforms = uniforms

    def draw(self) -> float:
        """A value of the range."""
        return self._low + self._span * self._uniforms.draw()


@final
class Pareto(Sampler):
    """Pareto by mean and tail index: the smallest value is mean · (alpha-1)/alpha."""

    def __init__(self, mean: float, alpha: float, exponentials: Draws) -> None:
        self._least = mean * (alpha - 1.0) / alpha
        self._index = 1.0 / alpha
        self._exponentials = exponentials

    def draw(self) -> float:
        """The smallest value times the exponential of an exponential."""
        return self._least * math.exp(self._index * self._exponentials.draw())


@final
class Empirical(Sampler):
    """Given values with given weights."""

    def __init__(self, values: list[float], weights: list[float], uniforms: Draws) -> None:
        self._values = values
        self._sums: list[float] = []
        total = 0.0
        for weight in weights:
            total += weight
            self._sums.append(total)
        self._total = total
        self._uniforms = uniforms

    def draw(self) -> float:
        """One of the values."""
        place = bisect_right(self._sums, self._uniforms.draw() * self._total)
        return self._values[min(place, len(self._values) - 1)]


@final
class Recorded(Sampler):
    """Values one after the other as they were recorded, over and over."""

    def __init__(self, values: list[float]) -> None:
        self._values = values
        self._next: i64 = 0

    def draw(self) -> float:
        """The next of the values."""
        place = self._next
        self._next = place + 1 if place + 1 < len(self._values) else 0
        return self._values[place]
