"""The budget of retries: a caller that fails a lot soon tries nothing twice."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from engine.model.fields import setting
from engine.model.metric import Metric
from engine.model.policies.policy import Policy, PolicyState, Surroundings
from engine.model.units import format_figure, format_quantity

if TYPE_CHECKING:
    from collections.abc import Mapping


class RetryBudget(Policy):
    """Retries cost tokens, which calls earn: first tries where there is a ratio, successes where there are tokens."""

    field: ClassVar[str] = "retry.budget"
    title: ClassVar[str] = "retry budget"
    icon: ClassVar[str] = "budget"
    states: ClassVar[Mapping[str, PolicyState]] = MappingProxyType(
        {
            "left": PolicyState(word="", tone="healthy"),
            "spent": PolicyState(word="spent", tone="strained"),
        }
    )
    metrics: ClassVar[tuple[Metric, ...]] = (
        Metric(name="budget_level", title="retry budget left, mean", unit="%"),
        Metric(name="retries_denied", title="retries denied by the budget", counts=True),
    )

    ratio: float = setting(
        0.2,
        title="Ratio",
        unit="%",
        help="Retries that each first try earns (Finagle, Envoy: 20 %).",
        ge=0.0,
        le=10.0,
    )
    burst: int = setting(
        10,
        title="Saved up",
        help="Retries that may be saved up; so many are there at the beginning.",
        ge=1,
        le=1_000_000,
    )
    tokens: int | None = setting(
        None,
        title="Tokens",
        help="Instead of the ratio: so many tokens, all there at the beginning (AWS SDK standard mode: 500).",
        ge=1,
        le=1_000_000_000,
    )
    cost: float = setting(
        5.0,
        title="Cost",
        help="Tokens that a retry costs, where there are tokens (AWS SDK: 5).",
        gt=0.0,
        le=1e9,
    )
    refund: float = setting(
        1.0,
        title="Refund",
        help="Tokens that a success brings back, where there are tokens (AWS SDK: 1).",
        ge=0.0,
        le=1e9,
    )

    def remarks(self, where: Surroundings) -> tuple[str, ...]:
        """It never pays for a retry."""
        if self.tokens is None or self.tokens >= self.cost:
            return ()
        return (
            (
                f"Its budget of {self.tokens} tokens never pays for a retry, which costs "
                f"{format_figure(self.cost)}; have more tokens"
            ),
        )

    def label(self) -> str:
        """What it earns, or has."""
        return (
            format_quantity(self.ratio, "%")
            if self.tokens is None
            else format_quantity(self.tokens, "")
        )
