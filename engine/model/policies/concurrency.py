"""The concurrency limit of a node: a bound on the requests inside."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self

from pydantic import model_validator

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_figure, format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

_CALM: Final = 0.5
"""Share of the limit up to which Little's law leaves room for all that chance brings."""


class Concurrency(Policy):
    """No more than so many requests inside, waiting ones included; others fail at once with shed."""

    field: ClassVar[str] = "concurrency"
    title: ClassVar[str] = "concurrency limit"
    icon: ClassVar[str] = "concurrency"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "idle": PolicyState(word="", tone="healthy"),
            "full": PolicyState(word="full", tone="strained"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="shed", title="shed at the limit", counts=True),
        Metric(name="limit", title="limit of requests inside, mean"),
    )

    algorithm: Literal["fixed", "aimd", "gradient"] = setting(
        "fixed",
        title="Algorithm",
        help="fixed: the limit. aimd finds it: it adds one after each round of good requests, and takes a tenth "
        "away after one that failed or took longer than the target (Netflix concurrency-limits: AIMDLimit). gradient finds it by the time that requests take: "
        "limit × 1.25 × least time / median time of the last 100 ms, and its root more; the least time is that of 50 "
        "requests with the least limit, once a minute (Envoy: adaptive_concurrency; it begins with at least 3).",
    )
    limit: int = setting(
        200,
        title="Limit",
        help="Where it begins, if it finds it by itself. Requests inside at a time, of all instances together: worked on, waiting, or waiting for "
        "calls (Tomcat's maxThreads: 200).",
        ge=1,
        le=10_000_000,
    )

    target: float = setting(
        0.5,
        title="Target",
        unit="s",
        help="With aimd: a request that takes longer inside, or fails, lowers the limit.",
        gt=0.0,
        le=1e6,
    )
    min: int = setting(1, title="Least", help="What is found is never less.", ge=1, le=10_000_000)
    max: int = setting(
        1000, title="Most", help="What is found is never more (Netflix: 200).", ge=1, le=10_000_000
    )

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        """Refuse a range without numbers."""
        if self.min > self.max:
            msg = f"min is {self.min} and max {self.max}; raise max or lower min"
            raise ValueError(msg)
        return self

    def label(self) -> str:
        """The limit, or how it is found."""
        if self.algorithm != "fixed":
            return "AIMD" if self.algorithm == "aimd" else self.algorithm
        return f"≤ {format_quantity(self.limit, '')}"

    def decides(self, where: Surroundings) -> bool:
        """It refuses requests as soon as many are inside, which nobody knows beforehand."""
        return (
            self.algorithm != "fixed"
            or math.isnan(where.under_way)
            or where.under_way > _CALM * self.limit
        )

    def bounds_line(self, capacity: float) -> bool:
        """Those in line are inside as well."""
        return True

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """It begins elsewhere than it says."""
        begins = min(max(self.limit, self.min), self.max)
        if self.algorithm == "fixed" or begins == self.limit:
            return ()
        return (
            (
                f"Its concurrency limit begins at {format_figure(begins)}, not at {format_figure(self.limit)}: "
                f"it stays between {format_figure(self.min)} and {format_figure(self.max)}; widen that, or "
                "begin inside"
            ),
        )
