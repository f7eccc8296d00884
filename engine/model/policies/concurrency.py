"""The concurrency limit of a node: a bound on the requests inside."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Final

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_quantity

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
    )

    limit: int = setting(
        200,
        title="Limit",
        help="Requests inside at a time, of all instances together: worked on, waiting, or waiting for "
        "calls (Tomcat's maxThreads: 200).",
        ge=1,
        le=10_000_000,
    )

    def label(self) -> str:
        """The limit."""
        return f"≤ {format_quantity(self.limit, '')}"

    def decides(self, where: Surroundings) -> bool:
        """It refuses requests as soon as many are inside, which nobody knows beforehand."""
        return math.isnan(where.under_way) or where.under_way > _CALM * self.limit
