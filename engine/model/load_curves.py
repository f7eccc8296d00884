"""How work slows down with the share of an instance's workers that are at work: a union on ``law``.

What systems whose mechanism nobody knows are measured to do; where it is known, model that instead.
"""

from __future__ import annotations

import itertools
from typing import Annotated, Any, Final, Literal, Self

from pydantic import Field, model_validator

from engine.model.fields import Config, setting

_Share = Annotated[float, Field(ge=0.0, le=1.0)]
_Factor = Annotated[float, Field(ge=0.01, le=1e6)]
Point = Annotated[tuple[_Share, _Factor], Field(strict=False)]


class LinearLoad(Config):
    """1 + a·u."""

    law: Literal["linear"] = "linear"
    slope: float = setting(
        1.0,
        title="Slope a",
        help="With all workers at work, work takes 1 + a times as long.",
        ge=0.0,
        le=1e4,
    )


class PolynomialLoad(Config):
    """1 + a·uᵏ."""

    law: Literal["polynomial"] = "polynomial"
    slope: float = setting(
        1.0,
        title="Factor a",
        help="With all workers at work, work takes 1 + a times as long.",
        ge=0.0,
        le=1e4,
    )
    power: float = setting(
        2.0,
        title="Power k",
        help="The higher it is, the later and the more suddenly the work slows down.",
        ge=0.1,
        le=100.0,
    )


class ExponentialLoad(Config):
    """e to the power of a·u."""

    law: Literal["exponential"] = "exponential"
    rate: float = setting(
        1.0,
        title="Rate a",
        help="With all workers at work, work takes eᵃ times as long: 1 is 2.7, 2 is 7.4, 3 is 20.",
        ge=0.0,
        le=9.0,
    )


class TableLoad(Config):
    """Straight lines between given points."""

    law: Literal["table"] = "table"
    points: tuple[Point, ...] = setting(
        ((0.0, 1.0), (0.7, 1.2), (1.0, 2.0)),
        title="Points",
        help="Points [[u, factor], …] with straight lines between them; flat before the first and after "
        "the last.",
        max_length=1000,
        lax=True,
        columns=(("Busy", "%"), ("Times as long", "")),
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        """Refuse no points, and shares that do not rise."""
        if not self.points:
            msg = "points is empty; give at least one point [share, factor]"
            raise ValueError(msg)
        for (low, _), (high, _) in itertools.pairwise(self.points):
            if high <= low:
                msg = (
                    f"the shares of the points must rise: {high:g} follows {low:g}; sort the points"
                )
                raise ValueError(msg)
        return self


LoadCurve = Annotated[
    LinearLoad | PolynomialLoad | ExponentialLoad | TableLoad, Field(discriminator="law")
]

SLOWDOWN: Final[Any] = setting(
    None,
    title="Slowdown by load",
    group="Instance",
    help="Work takes longer the larger the share u of an instance's workers that are at work, also work under "
    "way: linear 1 + a·u, polynomial 1 + a·uᵏ, exponential eᵃᵘ, or a table. The service time is then that of "
    "an idle instance. Off: the load changes nothing.",
)
