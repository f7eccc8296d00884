"""Sweep: one or two parameters take a range of values, each under the same seeds."""

from __future__ import annotations

import itertools
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from engine.catalog.measures import unit_of
from engine.model.files import loads
from engine.model.units import format_quantity
from engine.records import dataclass
from engine.study.errors import StudyError
from engine.study.estimates import (
    cells_of,
    default_metric,
    estimate,
    metric_named,
    runs,
    usual_metrics,
    values_in,
)
from engine.study.export import number_or_text
from engine.study.objectives import OBJECTIVE_COLUMNS, judge, objective_row
from engine.study.ranges import axis_of
from engine.study.report import Column, Table
from engine.study.study import Study, check_load, checked, few_enough, replications, seeds_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design
    from engine.study.points import Outcome, Point, Variant
    from engine.study.ranges import Axis
    from engine.study.report import Cell

_MOST_CHECKED: Final = 100
"""Combinations that are all checked before the first run; of more, each value alone is."""


@dataclass(frozen=True)
class Sweep(Study):
    """Every value of one parameter, or every pair of values of two, under the same n seeds.

    Example::

        study = Sweep(Variant.of(design), ("web.instances=1:8", "load=0.5:2:0.5"), seeds=5)
        table = run_study(study).table("points")

    Tables: ``points`` (a column a parameter, then metric, unit, mean, low, high, count: a row a
    combination and metric) and, where there are objectives, ``objectives`` (the same parameters).
    """

    variant: Variant
    over: tuple[str, ...]
    """One or two ranges; ``engine.study.ranges`` says how they are written."""
    seeds: int = 5
    base_seed: int | None = None
    metrics: tuple[str, ...] = ()
    """What to report, the most important first; by default p99, goodput and failures."""
    design: Design = field(init=False, repr=False)
    axes: tuple[Axis, ...] = field(init=False)
    kind: ClassVar[str] = "sweep"

    def __post_init__(self) -> None:
        """Check everything. Raises ``StudyError``."""
        design = checked(self.variant)
        object.__setattr__(self, "design", design)
        if not 1 <= len(self.over) <= 2:
            msg = f"{len(self.over)} ranges: a sweep takes one or two, such as web.instances=1:8"
            raise StudyError(msg)
        axes = tuple(axis_of(design, text) for text in self.over)
        object.__setattr__(self, "axes", axes)
        if len({axis.parameter.name for axis in axes}) < len(axes):
            msg = f"{axes[0].parameter.name}: stands twice; take two parameters, or one range"
            raise StudyError(msg)
        combinations = 1
        for axis in axes:
            combinations *= len(axis.values)
        few_enough(combinations * len(self._seeds))
        metrics = tuple(metric_named(design, name) for name in self.metrics)
        object.__setattr__(self, "variant", self.variant.asking(metrics))
        drawn = loads(self.variant.design)
        lowered = {self.variant.settings}
        for variant in self._variants if combinations <= _MOST_CHECKED else self._alone():
            check_load(variant)
            if variant.settings not in lowered:  # the load dial alone changes no design
                checked(variant, drawn)
                lowered.add(variant.settings)
        main = default_metric(design)
        client = main.partition(".")[0]
        usual = (main, f"{client}.goodput", f"{client}.failed")
        object.__setattr__(self, "metrics", metrics or usual)

    @property
    def title(self) -> str:
        """What is studied."""
        names = " and ".join(axis.parameter.name for axis in self.axes)
        return f"{self.design.title}: sweep of {names}"

    @property
    def reported(self) -> tuple[str, ...]:
        """What each run exports."""
        return tuple(dict.fromkeys([*self.metrics, *usual_metrics(self.design)]))

    @property
    def _seeds(self) -> tuple[int, ...]:
        return seeds_from(self.design, self.seeds, self.base_seed)

    @cached_property
    def _variants(self) -> list[Variant]:
        """Every combination, in the order of the ranges."""
        each = itertools.product(*(axis.settings for axis in self.axes))
        return [self.variant.set(*settings) for settings in each]

    @cached_property
    def _grid(self) -> list[list[Point]]:
        """The replications of every combination."""
        return [replications(each, self._seeds) for each in self._variants]

    def _alone(self) -> list[Variant]:
        """Every value, the other parameter as drawn."""
        return [self.variant.set(each) for axis in self.axes for each in axis.settings]

    def points(self, done: Mapping[str, Outcome]) -> list[Point]:  # noqa: ARG002 - asks for all at once
        """Every combination under every seed."""
        return [point for points in self._grid for point in points]

    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """The interval of each metric at each combination, and where the objectives are met."""
        rows: list[tuple[Cell, ...]] = []
        judged: list[tuple[Cell, ...]] = []
        met: list[str] = []
        values = itertools.product(*(axis.values for axis in self.axes))
        for points, at in zip(self._grid, values, strict=True):
            place = tuple(number_or_text(value) for value in at)
            for metric in self.metrics:
                cells = cells_of(estimate(values_in(done, points, metric), metric=metric))
                rows.append((*place, metric, unit_of(self.design, metric), *cells))
            judgements = judge(self.design, points, done)
            judged += [(*place, *objective_row(each, self.design)) for each in judgements]
            if judgements and all(each.met for each in judgements):
                met.append(self._place(at))
        columns = tuple(
            Column(axis.parameter.name, axis.parameter.name, axis.parameter.unit)
            for axis in self.axes
        )
        tables = [Table("points", "Points", (*columns, *_COLUMNS), tuple(rows))]
        if judged:
            shape = (*columns, *OBJECTIVE_COLUMNS)
            tables.append(Table("objectives", "Objectives", shape, tuple(judged)))
        return [*self._extremes(tables[0]), *self._where_met(met)], tables, None

    def _extremes(self, table: Table) -> list[str]:
        """Where the first metric is smallest and largest."""
        metric = self.metrics[0]
        rows = [row for row in table.records() if row["metric"] == metric]
        known = [(row["mean"], row) for row in rows if isinstance(row["mean"], float)]
        if not known:
            return [f"{metric} was never measured."]
        unit = unit_of(self.design, metric)
        ends = []
        for word, pick in (("smallest", min), ("largest", max)):
            value, row = pick(known, key=lambda pair: float(pair[0] or 0.0))
            at = self._place(tuple(str(row[axis.parameter.name]) for axis in self.axes))
            ends.append(f"{word}, {format_quantity(float(value or 0.0), unit)}, at {at}")
        return [f"{metric} is {ends[0]}, and {ends[1]} (means of {runs(self.seeds)} each)."]

    def _where_met(self, met: list[str]) -> list[str]:
        """Where all objectives are met."""
        if not self.design.objectives:
            return []
        if not met:
            return ["The objectives are met nowhere."]
        shown = "; ".join(met[:6]) + ("; …" if len(met) > 6 else "")
        return [f"All objectives are met at {len(met)} of {len(self._variants)}: {shown}."]

    def _place(self, values: tuple[str, ...]) -> str:
        """A combination for reading."""
        texts = []
        for axis, value in zip(self.axes, values, strict=True):
            number = number_or_text(value)
            unit = axis.parameter.unit
            shown = value if isinstance(number, str) else format_quantity(float(number or 0), unit)
            texts.append(f"{axis.parameter.name} = {shown}")
        return ", ".join(texts)


_COLUMNS = (
    Column("metric", "Metric"),
    Column("unit", "Unit"),
    Column("mean", "mean", None),
    Column("low", "low", None),
    Column("high", "high", None),
    Column("count", "runs"),
)
