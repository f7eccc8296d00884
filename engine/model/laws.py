"""Probability laws of durations: a discriminated union on ``law``. Means and values are in seconds."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from engine.model.fields import Config, setting
from engine.model.units import format_quantity

_MAX = 1e9  # seconds; some thirty years bound every duration, so that nothing overflows
MAX_VALUES = 200_000
"""Most values of an empirical law."""
_CV2_HELP = "Squared coefficient of variation: variance over the mean squared; 1 is exponential."


class Constant(Config):
    """Always the same value (deterministic, D)."""

    law: Literal["constant"] = "constant"
    mean: float = setting(0.0, title="Value", unit="s", help="The value.", ge=0.0, le=_MAX)


class Exponential(Config):
    """Memoryless (M)."""

    law: Literal["exponential"] = "exponential"
    mean: float = setting(0.005, title="Mean", unit="s", help="Mean duration.", ge=0.0, le=_MAX)


class Lognormal(Config):
    """Log-normal by mean and squared coefficient of variation: the usual shape of service times."""

    law: Literal["lognormal"] = "lognormal"
    mean: float = setting(0.005, title="Mean", unit="s", help="Mean duration.", ge=0.0, le=_MAX)
    cv2: float = setting(1.0, title="cv²", help=_CV2_HELP, ge=0.0, le=1e4)


class Gamma(Config):
    """Gamma by mean and squared coefficient of variation (Erlang-k for cv² = 1/k)."""

    law: Literal["gamma"] = "gamma"
    mean: float = setting(0.005, title="Mean", unit="s", help="Mean duration.", ge=0.0, le=_MAX)
    cv2: float = setting(0.5, title="cv²", help=_CV2_HELP, ge=1e-6, le=1e4)


class Hyperexponential(Config):
    """Two exponential phases with balanced means; for cv² above 1."""

    law: Literal["hyperexponential"] = "hyperexponential"
    mean: float = setting(0.005, title="Mean", unit="s", help="Mean duration.", ge=0.0, le=_MAX)
    cv2: float = setting(4.0, title="cv²", help=_CV2_HELP, ge=1.0, le=1e4)


class Uniform(Config):
    """Uniform between ``low`` and ``high``; a lone ``mean`` stands for 0 to twice the mean."""

    law: Literal["uniform"] = "uniform"
    low: float = setting(0.0, title="Low", unit="s", help="Smallest value.", ge=0.0, le=_MAX)
    high: float = setting(0.01, title="High", unit="s", help="Largest value.", ge=0.0, le=_MAX)

    @model_validator(mode="before")
    @classmethod
    def _from_mean(cls, data: object) -> object:
        """Accept ``{"law": "uniform", "mean": m}`` as 0 to 2m."""
        if isinstance(data, dict) and "mean" in data and "high" not in data and "low" not in data:
            mean = data["mean"]
            if isinstance(mean, int | float) and not isinstance(mean, bool):
                return {"law": "uniform", "low": 0.0, "high": 2.0 * mean}
        return data

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        """Refuse an empty range."""
        if self.high < self.low:
            msg = f"high ({format_quantity(self.high, 's')}) is below low ({format_quantity(self.low, 's')}); swap them"
            raise ValueError(msg)
        return self

    @property
    def mean(self) -> float:
        """Mean in seconds."""
        return (self.low + self.high) / 2.0


class Pareto(Config):
    """Pareto (power-law tail) by mean and tail index ``alpha``; infinite variance for alpha ≤ 2."""

    law: Literal["pareto"] = "pareto"
    mean: float = setting(0.005, title="Mean", unit="s", help="Mean duration.", ge=0.0, le=_MAX)
    alpha: float = setting(
        2.5, title="Tail index", help="Smaller is heavier; above 1.", gt=1.0, le=1e3
    )


class Empirical(Config):
    """Measured values, drawn with the given weights (equal when left out) or one after the other."""

    law: Literal["empirical"] = "empirical"
    values: tuple[Annotated[float, Field(ge=0.0, le=_MAX)], ...] = setting(
        (0.005,), title="Values", unit="s", help="The values.", max_length=MAX_VALUES, lax=True
    )
    weights: tuple[Annotated[float, Field(ge=0.0, le=1e12)], ...] | None = setting(
        None, title="Weights", help="A weight a value.", max_length=MAX_VALUES, lax=True
    )
    order: Literal["drawn", "recorded"] = setting(
        "drawn",
        title="Order",
        help="Drawn: at random, by the weights. Recorded: one after the other as they stand, over and over; "
        "the first to be worked on brings the first.",
    )

    @model_validator(mode="after")
    def _matched(self) -> Self:
        """Refuse no values, and weights that do not match them."""
        if not self.values:
            msg = "values is empty; give at least one value"
            raise ValueError(msg)
        if self.weights is not None and len(self.weights) != len(self.values):
            msg = f"{len(self.weights)} weights for {len(self.values)} values; give one weight a value"
            raise ValueError(msg)
        if self.weights is not None and sum(self.weights) <= 0.0:
            msg = "the weights sum to zero; give at least one above zero"
            raise ValueError(msg)
        if self.weights is not None and self.order == "recorded":
            msg = "values in their recorded order have no weights; leave the weights out"
            raise ValueError(msg)
        return self

    @property
    def mean(self) -> float:
        """Mean in seconds."""
        weights = self.weights or (1.0,) * len(self.values)
        return sum(w * v for w, v in zip(weights, self.values, strict=True)) / sum(weights)


Law = Annotated[
    Constant | Exponential | Lognormal | Gamma | Hyperexponential | Uniform | Pareto | Empirical,
    Field(discriminator="law"),
]
"""Any law of a duration."""
