"""Objectives over replications: met, missed, or too close to say."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engine.model.units import format_quantity
from engine.study.estimates import cells_of, estimate, unit_of, values_in
from engine.study.report import Column, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.model.design import Design, Objective
    from engine.stats.intervals import Interval
    from engine.study.points import Outcome, Point

Verdict = Literal["met", "missed", "unsure"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """An objective over replications."""

    objective: Objective
    interval: Interval | None
    """Of the metric; None where nothing was measured."""

    @property
    def met(self) -> bool:
        """Whether the mean over the replications meets it."""
        return self.interval is not None and margin(self.objective, self.interval.mean) > 0.0

    @property
    def verdict(self) -> Verdict:
        """Whether the whole interval meets it, misses it, or lies across the bound."""
        if self.interval is None:
            return "missed"
        ends = [margin(self.objective, end) for end in (self.interval.low, self.interval.high)]
        if min(ends) > 0.0:
            return "met"
        # Between two bounds an interval may hold the middle while both ends are outside.
        return "unsure" if self.met or max(ends) > 0.0 else "missed"


def margin(objective: Objective, value: float) -> float:
    """How far a value is inside the bounds, in its own unit; negative outside."""
    below = math.inf if objective.below is None else objective.below - value
    above = math.inf if objective.above is None else value - objective.above
    return min(below, above)


def judge(design: Design, points: Sequence[Point], done: Mapping[str, Outcome]) -> list[Judgement]:
    """The design's objectives over some replications."""
    return [
        Judgement(objective, estimate(values_in(done, points, objective.metric)))
        for objective in design.objectives
    ]


def bound_of(objective: Objective, design: Design) -> str:
    """The bound for reading: ``< 250 ms``."""
    unit = unit_of(design, objective.metric)
    bounds = (("<", objective.below), (">", objective.above))
    return ", ".join(f"{sign} {format_quantity(v, unit)}" for sign, v in bounds if v is not None)


def objectives_table(judgements: Sequence[Judgement], design: Design) -> Table:
    """Objectives, one a row."""
    rows = tuple(
        (
            each.objective.metric,
            unit_of(design, each.objective.metric),
            bound_of(each.objective, design),
            *cells_of(each.interval),
            each.met,
            each.verdict,
        )
        for each in judgements
    )
    return Table("objectives", "Objectives", _COLUMNS, rows)


_COLUMNS = (
    Column("metric", "Objective"),
    Column("unit", "Unit"),
    Column("bound", "bound"),
    Column("mean", "mean"),
    Column("low", "low"),
    Column("high", "high"),
    Column("count", "runs"),
    Column("met", "met"),
    Column("verdict", "verdict"),
)
