"""Replicate: the same design with many seeds, so that its numbers carry their uncertainty."""

from __future__ import annotations

import math
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from engine.catalog.measures import unit_of
from engine.model.units import format_quantity
from engine.records import dataclass
from engine.study.errors import StudyError
from engine.study.estimates import (
    cells_of,
    default_metric,
    estimate,
    metric_named,
    runs,
    shown,
    usual_metrics,
    value_in,
    values_in,
)
from engine.study.objectives import judge, objectives_table
from engine.study.report import Column, Table
from engine.study.study import MOST_SEEDS, Study, checked, few_enough, replications, seeds_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.model.design import Design
    from engine.stats.intervals import Interval
    from engine.study.points import Outcome, Point, Variant

LEAST: Final = 5
"""Runs before a sequential study believes its own variance."""
MOST: Final = 100
"""Runs after which a sequential study gives up, unless told otherwise."""
_AHEAD: Final = 1.1
"""A round aims a little further than the estimate says, since the estimate is only one."""


@dataclass(frozen=True, slots=True)
class Precision:
    """Go on until the half-width of a metric's interval is small against its mean.

    Looking again and again makes the interval a little too narrow (Law 2015, 9.4.1: coverage of 95 %
    intervals falls to some 93 %), the less so the more runs come first.
    """

    relative: float = 0.05
    """Half-width over mean, such as .05 for ±5 %."""
    metric: str | None = None
    """Full name or a short one such as ``p99``; None is the first client's p99."""
    least: int = LEAST
    most: int = MOST


@dataclass(frozen=True)
class Replicate(Study):
    """A design under n seeds, or under as many as a precision needs.

    Example::

        from engine.model.files import load
        from engine.study import Replicate, Variant, run_study

        shop = Variant.of(load("shop.windtunnel"), "web.workers=16")
        report = run_study(Replicate(shop, seeds=20))
        print(report.sentences[0])
        p99 = report.table("metrics").records()[3]["mean"]

    Tables: ``metrics`` (metric, unit, mean, low, high, count, least, most), ``objectives``,
    ``replications`` (seed, key, then a column a metric).
    """

    variant: Variant
    seeds: int = 10
    until: Precision | None = None
    """Where given, ``seeds`` is not used."""
    base_seed: int | None = None
    """The first seed; None is the scenario's."""
    metrics: tuple[str, ...] = ()
    """What to report; by default what clients see and what the objectives ask for."""
    design: Design = field(init=False, repr=False)
    kind: ClassVar[str] = "replicate"

    def __post_init__(self) -> None:
        """Check everything. Raises ``StudyError``."""
        design = checked(self.variant)
        object.__setattr__(self, "design", design)
        _check(self.until)
        few_enough(len(self._seeds(self._most)))
        named = tuple(metric_named(design, name) for name in self.metrics)
        metrics = named or usual_metrics(design)
        if self.until is not None and self._watched not in metrics:
            metrics = (self._watched, *metrics)
        object.__setattr__(self, "metrics", metrics)
        object.__setattr__(self, "variant", self.variant.asking(metrics))

    @property
    def title(self) -> str:
        """What is studied."""
        return f"{self.design.title}: replications"

    @property
    def reported(self) -> tuple[str, ...]:
        """What each run exports."""
        return self.metrics

    @property
    def _most(self) -> int:
        return self.seeds if self.until is None else self.until.most

    @property
    def _watched(self) -> str:
        """The metric whose precision decides."""
        if self.until is None or self.until.metric is None:
            return default_metric(self.design)
        return metric_named(self.design, self.until.metric)

    def _seeds(self, count: int) -> tuple[int, ...]:
        return seeds_from(self.design, count, self.base_seed)

    @cached_property
    def _all(self) -> list[Point]:
        """As many replications as there may be."""
        return replications(self.variant, self._seeds(self._most))

    def points(self, done: Mapping[str, Outcome]) -> list[Point]:
        """All replications, as many as the precision has needed so far."""
        points = self._all
        if self.until is None:
            return list(points)
        count = self.until.least
        while count < len(points) and all(point.key in done for point in points[:count]):
            more = _enough(self._seen(points[:count], done), count, self.until)
            if more == count:
                break
            count = more
        return points[:count]

    def _seen(
        self, points: Sequence[Point], done: Mapping[str, Outcome], metric: str = ""
    ) -> Interval | None:
        """What some replications tell of a metric, of the one that is watched by default."""
        metric = metric or self._watched
        return estimate(values_in(done, points, metric), metric=metric)

    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """Each metric with its interval, and the verdict of each objective."""
        points = self.points(done)
        judgements = judge(self.design, points, done)
        tables = [self._metrics_table(points, done)]
        if judgements:
            tables.append(objectives_table(judgements, self.design))
        tables.append(self._replications_table(points, done))
        met = all(each.met for each in judgements) if judgements else None
        return self._sentences(points, done), tables, met

    def _sentences(self, points: list[Point], done: Mapping[str, Outcome]) -> list[str]:
        """What is known of the first metric, and whether precisely enough."""
        metric = self._watched if self.until else self._main
        interval = self._seen(points, done, metric)
        if interval is None:
            return [f"{metric} was never measured."]
        unit = unit_of(self.design, metric)
        said = [f"{metric} is {shown(interval, unit)} over {runs(interval.count)}."]
        if self.until is not None:
            reached = interval.relative <= self.until.relative
            wanted = f"±{format_quantity(self.until.relative, '%')}"
            have = f"±{format_quantity(interval.relative, '%')}"
            text = "is known to" if reached else "is known only to"
            rest = "" if reached else f", not to {wanted}; allow more runs than {self.until.most}"
            said.append(f"{metric} {text} {have}{rest}.")
        return said

    @property
    def _main(self) -> str:
        """The metric to speak of: p99 of the first client where it is reported."""
        usual = default_metric(self.design)
        return usual if usual in self.metrics else self.metrics[0]

    def _metrics_table(self, points: list[Point], done: Mapping[str, Outcome]) -> Table:
        """A row a metric."""
        rows = []
        for metric in self.metrics:
            values = values_in(done, points, metric)
            ends = (min(values), max(values)) if values else (None, None)
            cells = cells_of(estimate(values, metric=metric))
            rows.append((metric, unit_of(self.design, metric), *cells, *ends))
        return Table("metrics", "Metrics", _COLUMNS, tuple(rows))

    def _replications_table(self, points: list[Point], done: Mapping[str, Outcome]) -> Table:
        """A row a replication."""
        metrics = tuple(Column(m, m, unit_of(self.design, m)) for m in self.metrics)
        rows = tuple(
            (point.seed, point.key, *(value_in(done, point, metric) for metric in self.metrics))
            for point in points
            if point.key in done
        )
        columns = (Column("seed", "Seed"), Column("key", "Key"), *metrics)
        return Table("replications", "Replications", columns, rows)


_COLUMNS = (
    Column("metric", "Metric"),
    Column("unit", "Unit"),
    Column("mean", "mean", None),
    Column("low", "low", None),
    Column("high", "high", None),
    Column("count", "runs"),
    Column("least", "least", None),
    Column("most", "most", None),
)


def _check(until: Precision | None) -> None:
    """Refuse a precision that nobody can reach. Raises ``StudyError``."""
    if until is None:
        return
    if not 0.0 < until.relative < 1.0:
        msg = f"a precision of {until.relative:g}: write a share above 0 and below 1, such as 5 %"
        raise StudyError(msg)
    if not 2 <= until.least <= until.most <= MOST_SEEDS:
        msg = (
            f"from {until.least} to {until.most} runs: write at least 2, at most {MOST_SEEDS}, "
            "and the smaller number first"
        )
        raise StudyError(msg)


def _enough(interval: Interval | None, count: int, until: Precision) -> int:
    """How many runs to have next: ``count`` itself where these are enough.

    The half-width shrinks with the square root of the runs; at most twice as many are tried at once.
    """
    relative = math.inf if interval is None else interval.relative
    if relative <= until.relative:
        return count
    wanted = count * (relative / until.relative) ** 2 * _AHEAD
    return min(until.most, max(count + 1, math.ceil(min(wanted, 2.0 * count))))
