"""Hedged calls: a second attempt while the first one takes long."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, field_validator

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, Surroundings
from engine.model.units import format_quantity

PERCENTILES: Final = ("p50", "p90", "p95", "p98", "p99")
"""Of the times of the last calls, what may stand for a delay."""
_LONG = 30.0
"""Times the mean latency after which next to no call is still under way."""


class Hedge(Policy):
    """Calls once more what takes long, and takes the first answer (Dean and Barroso 2013)."""

    field: ClassVar[str] = "hedge"
    title: ClassVar[str] = "hedged calls"
    icon: ClassVar[str] = "hedge"
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="hedged", title="hedged calls", counts=True),
        Metric(name="hedge_won", title="answered by the hedge first", counts=True),
    )

    delay: Annotated[float, Field(gt=0.0, le=1e6)] | Literal["p50", "p90", "p95", "p98", "p99"] = (
        setting(
            "p95",
            title="Delay",
            unit="s",
            help="How long a call may take before another one is made beside it: a time, or p50, p90, p95, p98 "
            "or p99 of the last thousand calls, from the hundredth on. It goes to another instance, where there is "
            "one. The loser is called off: its work stops where the link cancels.",
        )
    )
    extra: int = setting(
        1,
        title="More calls",
        help="So many more at most, each after another delay.",
        ge=1,
        le=10,
    )

    def label(self) -> str:
        """The delay."""
        return self.delay if isinstance(self.delay, str) else format_quantity(self.delay, "s")

    @field_validator("delay", mode="before")
    @classmethod
    def _is_a_percentile(cls, value: Any) -> Any:
        """Refuse other percentiles, and name those that there are."""
        if isinstance(value, str) and value not in PERCENTILES:
            known = f"{', '.join(PERCENTILES[:-1])} or {PERCENTILES[-1]}"
            msg = f"delay should be a time in seconds, or {known}, not {value[:20]!r}"
            raise ValueError(msg)
        return value

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """Whether it ever comes, and whether there is anybody else to ask."""
        if not isinstance(self.delay, str) and self.delay >= where.timeout:
            patience = format_quantity(where.timeout, "s")
            return (
                f"A hedged call never comes: the caller gives up after {patience}; hedge sooner than that",
            )
        if where.instances > 1:
            return ()
        text = (
            "A hedged call goes to the same instance again, since there is no other: it waits behind the first; "
            "have more instances, or do not hedge"
        )
        return (text,)

    def decides(self, where: Surroundings) -> bool:
        """It changes the latencies, unless nothing ever takes so long."""
        usual = where.under_way / where.offered if where.offered > 0.0 else 0.0
        return isinstance(self.delay, str) or not self.delay > _LONG * usual
