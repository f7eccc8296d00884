"""Burn-rate alerts over objectives, as people set them, with the windows of Google's SRE workbook."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import Field, model_validator

from engine.model.fields import Config, setting
from engine.model.metric_names import above
from engine.model.units import format_quantity

Rule = Annotated[
    tuple[
        Annotated[float, Field(gt=0.0, le=1e6)],
        Annotated[float, Field(gt=0.0, le=1e8)],
        Annotated[float, Field(gt=0.0, le=1e8)],
    ],
    Field(strict=False),
]
"""How many times too fast, in which long and in which short window (s)."""

_WORKBOOK: Final = (
    (14.4, 3600.0, 300.0),
    (6.0, 21_600.0, 1800.0),
    (1.0, 259_200.0, 21_600.0),
)


class Alerts(Config):
    """Page somebody when the error budget of an objective is used up too fast."""

    rules: tuple[Rule, ...] = setting(
        _WORKBOOK,
        title="Rules",
        help="[[burn rate, long window, short window], …], windows in seconds: each pages while in both of its "
        "windows more than burn rate × (1 - objective) is bad. 14.4 over 1 h uses 2 % of the budget of 30 days, 6 "
        "over 6 h 5 %, 1 over 3 d 10 % (SRE workbook, chapter 5). What was before the run counts as good.",
        max_length=20,
        lax=True,
        columns=(("Burn rate", ""), ("Long window", "s"), ("Short window", "s")),
    )
    scale: float = setting(
        1.0,
        title="Windows divided by",
        help="Makes all windows shorter, so that a short run shows what takes hours: with 60 an hour is a minute.",
        gt=0.0,
        le=1e6,
    )

    @property
    def scaled(self) -> tuple[tuple[float, float, float], ...]:
        """The rules with the windows that they have in this run (s)."""
        return tuple(
            (burn, long / self.scale, short / self.scale) for burn, long, short in self.rules
        )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        """Refuse a list without rules, and short windows that are long."""
        if not self.rules:
            msg = "alerts without a rule never page; write one, such as [14.4, 3600, 300]"
            raise ValueError(msg)
        for _, long, short in self.rules:
            if short > long:
                msg = f"the short window ({format_quantity(short, 's')}) is longer than the long one ({format_quantity(long, 's')}); swap them"
                raise ValueError(msg)
        return self


SHOWN: Final = Alerts(scale=60.0)
"""By which burn rates are shown of an objective without alerts: the workbook's, an hour of which is a minute here."""
ALERTS: Final[Any] = setting(
    None,
    title="Burn-rate alerts",
    help="Pages, on the timeline and in the result, when the objective's error budget burns too fast. For an "
    "availability above a share, or a share above a time that is below one.",
)


def budget_of(metric: str, least: float | None, most: float | None) -> float | None:
    """The share that may be bad; None where an objective bounds no share of good or bad.

    Args:
        metric: what is bounded, such as ``users.availability`` or ``users.latency.above.0.25``.
        least: what it has to be above.
        most: what it has to be below.
    """
    _, _, name = metric.partition(".")
    bad = most if above(name) is not None else None
    if name == "availability" and least is not None:
        bad = 1.0 - least
    return bad if bad is not None and 0.0 < bad < 1.0 else None


def budget_left(
    metric: str, least: float | None, most: float | None, value: float | None
) -> float | None:
    """The share of its error budget that an objective has left; below 0 where more was bad than may be.

    Args:
        metric: what is bounded.
        least: what it has to be above.
        most: what it has to be below.
        value: what was measured; None where nothing was.

    Returns:
        1 where nothing was bad; None for an objective without a budget, and where nothing was measured.
    """
    budget = budget_of(metric, least, most)
    if budget is None or value is None:
        return None
    bad = 1.0 - value if metric.partition(".")[2] == "availability" else value
    return 1.0 - bad / budget
