"""The bulkhead of a link: a bound on the calls under way."""

from __future__ import annotations

import math
from typing import ClassVar, Final

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, Surroundings
from engine.model.units import format_quantity

_SPREAD: Final = 5.0
"""Standard deviations of a Poisson number that hardly ever are exceeded: three in ten million."""


class Bulkhead(Policy):
    """No more than so many calls under way, so that a slow target cannot take all workers (Nygard 2007)."""

    field: ClassVar[str] = "bulkhead"
    title: ClassVar[str] = "bulkhead"
    icon: ClassVar[str] = "bulkhead"
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="bulkhead_used", title="bulkhead in use, mean", unit="%"),
        Metric(name="bulkhead_waiting", title="waiting at the bulkhead, mean"),
    )

    concurrent: int = setting(
        25,
        title="Concurrent calls",
        help="Calls under way at a time, of all instances of the caller together (Resilience4j: 25).",
        ge=1,
        le=1_000_000,
    )
    pending: int = setting(
        0,
        title="Most waiting",
        help="Calls that may wait for one to end; more fail at once with bulkhead_full (Resilience4j: "
        "none). The timeout of the link begins when a call is sent.",
        ge=0,
        le=10_000_000,
    )

    def label(self) -> str:
        """The bound."""
        return f"≤ {format_quantity(self.concurrent, '')}"

    def decides(self, where: Surroundings) -> bool:
        """It holds calls back, or refuses them, unless it has room for many more than are under way."""
        usual = where.under_way
        return not self.concurrent >= usual + _SPREAD * math.sqrt(usual) + _SPREAD
