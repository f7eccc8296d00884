"""Numbers, laws of durations, request classes."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from engine.model.failures import FAILURE_NAMES
from engine.records import dataclass

INFINITE = float("inf")
MOMENT = 1e-12
"""Seconds below which nothing lasts: a rate over a shorter time, or its square, is beyond any number."""


FAILURES: tuple[str, ...] = FAILURE_NAMES
"""The closed set of failure reasons; the index is the reason's code in the request lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LawPlan:
    """A law of durations (s). Which fields count depends on ``law``, as in ``engine.model.laws``."""

    law: Literal[
        "constant",
        "exponential",
        "lognormal",
        "gamma",
        "hyperexponential",
        "uniform",
        "pareto",
        "empirical",
    ]
    mean: float
    cv2: float = 0.0
    alpha: float = 0.0
    low: float = 0.0
    high: float = 0.0
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    order: Literal["drawn", "recorded"] = "drawn"
    """Whether values come at random, or one after the other."""

    def times(self, factor: float) -> LawPlan:
        """The law of durations so many times as long."""
        if factor == 1.0:
            return self
        return replace(
            self,
            mean=self.mean * factor,
            low=self.low * factor,
            high=self.high * factor,
            values=tuple(value * factor for value in self.values),
        )


ZERO = LawPlan(law="constant", mean=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPlan:
    """Popularity of keys 0 … count-1, the most popular first. ``alpha`` 0 is uniform."""

    count: int
    alpha: float
    hot: int = 0
    """So many first keys share ``hot_share`` of the requests, the others the rest; 0 is none."""
    hot_share: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassPlan:
    """A request class."""

    name: str
    write: bool
    request_bytes: float
    response_bytes: float
    priority: int
    deadline: float
    """Seconds after the first attempt; infinite where nobody minds."""
    keys: KeyPlan
