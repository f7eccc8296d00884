"""The circuit breaker of a link, with the defaults of Resilience4j."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping


class Breaker(Policy):
    """Stops calling who fails: closed, open for a while, half-open to try again (Nygard 2007)."""

    field: ClassVar[str] = "breaker"
    title: ClassVar[str] = "circuit breaker"
    icon: ClassVar[str] = "breaker"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "closed": PolicyState(word="closed", tone="healthy"),
            "open": PolicyState(word="open", tone="failing"),
            "half_open": PolicyState(word="half-open", tone="strained"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="open_share", title="breaker open", unit="%"),
        Metric(name="opened", title="breaker opened", counts=True),
    )

    window: int = setting(
        100,
        title="Window",
        help="Outcomes that are looked at: those of the last so many calls, or seconds (Resilience4j: 100).",
        ge=1,
        le=100_000,
    )
    window_type: Literal["calls", "seconds"] = setting(
        "calls",
        title="Window of",
        help="calls: the last so many outcomes, however long ago. seconds: those of so many seconds of the clock, the "
        "present one included (Resilience4j: COUNT_BASED, TIME_BASED).",
    )
    minimum: int = setting(
        100,
        title="Least calls",
        help="Outcomes before it may open; more than a window of calls count as the window "
        "(Resilience4j: 100).",
        ge=1,
        le=100_000,
    )
    failure_share: float = setting(
        0.5,
        title="Failures",
        unit="%",
        help="Share of failures in the window at which it opens (Resilience4j: 50 %). Whatever the "
        "reason, a call that fails is one; a late answer is none, unless a timeout cuts it short.",
        gt=0.0,
        le=1.0,
    )
    slow_call: float | None = setting(
        None,
        title="Slow call",
        unit="s",
        help="A call that takes longer counts as slow, failed or not. None: none is slow.",
        gt=0.0,
        le=1e6,
    )
    slow_share: float = setting(
        1.0,
        title="Slow calls",
        unit="%",
        help="Share of slow calls in the window at which it opens (Resilience4j: 100 %).",
        gt=0.0,
        le=1.0,
    )
    open: float = setting(
        60.0,
        title="Open for",
        unit="s",
        help="How long it refuses every call before it tries again (Resilience4j: 60 s).",
        gt=0.0,
        le=1e6,
    )
    half_open: int = setting(
        10,
        title="Trial calls",
        help="Calls that it then lets go; when all are over it closes, or opens again if too many "
        "failed or were slow (Resilience4j: 10). Others are refused meanwhile.",
        ge=1,
        le=100_000,
    )

    def label(self) -> str:
        """The share at which it opens."""
        return format_quantity(self.failure_share, "%")

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """It cannot see slowness that nobody cuts short or calls slow, or that is cut short before."""
        if self.slow_call is not None and self.slow_call >= where.timeout:
            patience = format_quantity(where.timeout, "s")
            return (
                f"No call is slow to its breaker: each ends after {patience} at the latest; call less than that slow",
            )
        if self.slow_call is None and math.isinf(where.timeout):
            return (
                (
                    "Its breaker never sees a target that is only slow; give the link a timeout, or the "
                    "breaker a slow call"
                ),
            )
        return ()
