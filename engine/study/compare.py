"""Compare: two designs, or two settings of one, under common random numbers.

Both see the same seeds, hence the same arrivals and, at nodes of the same id, the same draws. What is luck
is the same on both sides and cancels in the differences, so their interval is narrower than the two
intervals would suggest (Law 2015, 11.2): Var(B − A) = Var A + Var B − 2 Cov(A, B).
"""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from engine.catalog.measures import unit_of
from engine.model.metrics import FAILING
from engine.model.units import format_quantity
from engine.records import dataclass
from engine.study.errors import StudyError
from engine.study.estimates import (
    LEVEL,
    cells_of,
    default_metric,
    difference,
    estimate,
    metric_named,
    usual_metrics,
    value_in,
    values_in,
)
from engine.study.failing import availability_of, failed_share, of_all, shares_text
from engine.study.report import Column, Table
from engine.study.short_runs import too_few, too_short
from engine.study.study import Study, checked, few_enough, replications, seeds_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design
    from engine.stats.intervals import Interval
    from engine.study.points import Outcome, Point, Variant
    from engine.study.report import Cell


@dataclass(frozen=True)
class Compare(Study):
    """Two variants under the same n seeds.

    Example::

        a = Variant.of(design)
        study = Compare(a, a.set("web.workers=16"), seeds=20)
        print(run_study(study).sentences[0])  # B cuts users.latency.p99 by 31 ms (95 %: …).

    Tables: ``metrics`` (metric, unit, a, b, then mean, low, high, count of b − a, change: mean
    over a, and doubt: why the interval cannot be trusted), ``replications`` (seed, then ``a METRIC`` and ``b METRIC``).
    """

    a: Variant
    b: Variant
    seeds: int = 20
    base_seed: int | None = None
    metrics: tuple[str, ...] = ()
    """What to report, the most important first; by default p99 and what both clients see."""
    design: Design = field(init=False, repr=False)
    design_b: Design = field(init=False, repr=False)
    kind: ClassVar[str] = "compare"

    def __post_init__(self) -> None:
        """Check everything. Raises ``StudyError``."""
        a, b = checked(self.a), checked(self.b)
        object.__setattr__(self, "design", a)
        object.__setattr__(self, "design_b", b)
        if self.a == self.b:
            msg = "A and B are the same; change something in one of them"
            raise StudyError(msg)
        for name, of_a, of_b in (
            ("duration", a.scenario.duration, b.scenario.duration),
            ("warmup", a.scenario.warmup, b.scenario.warmup),
        ):
            if of_a != of_b:
                msg = f"A and B differ in {name}, {format_quantity(of_a, 's')} and {format_quantity(of_b, 's')}; give both the same"
                raise StudyError(msg)
        if self.seeds < 2:
            msg = f"{self.seeds} seeds: comparing needs at least 2"
            raise StudyError(msg)
        few_enough(2 * len(self._seeds))
        for design in (a, b):
            names = tuple(metric_named(design, name) for name in self.metrics)
            if names:
                object.__setattr__(self, "metrics", names)
        object.__setattr__(self, "a", self.a.asking(self.metrics))
        object.__setattr__(self, "b", self.b.asking(self.metrics))
        if not self.metrics:
            object.__setattr__(self, "metrics", _usual(a, b))
        if not self.metrics:
            msg = "A and B have no client of the same id to compare; name what to compare"
            raise StudyError(msg)

    @property
    def title(self) -> str:
        """What is studied."""
        other = self.design_b.title
        same = other == self.design.title
        return f"{self.design.title}: A and B" if same else f"{self.design.title} and {other}"

    @property
    def reported(self) -> tuple[str, ...]:
        """What each run exports."""
        return self.metrics

    @property
    def _seeds(self) -> tuple[int, ...]:
        return seeds_from(self.design, self.seeds, self.base_seed)

    def label_of(self, point: Point) -> str:
        """A or B."""
        return "A" if point.variant == self.a else "B"

    def points(self, done: Mapping[str, Outcome]) -> list[Point]:  # noqa: ARG002 - asks for all at once
        """Pair after pair, so that a stopped study holds whole pairs."""
        pairs = zip(*self._sides, strict=True)
        return [point for pair in pairs for point in pair]

    @cached_property
    def _sides(self) -> tuple[list[Point], list[Point]]:
        """The runs of A and those of B."""
        return replications(self.a, self._seeds), replications(self.b, self._seeds)

    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """Each metric's difference with its paired interval.

        Where a side fails more than one request in a hundred and nobody named metrics, latency is that of all
        requests, and that of answers alone stands at the end of the table.
        """
        side_a, side_b = self._sides
        rows: list[tuple[Cell, ...]] = []
        sentences: list[str] = []
        main, aside, words = self._said(done)
        for metric in (*main, *aside):
            values = [[value_in(done, p, metric) for p in side] for side in (side_a, side_b)]
            apart = difference(values[0], values[1])
            means = [estimate(values_in(done, side, metric)) for side in (side_a, side_b)]
            of_a, of_b = (each.mean if each else None for each in means)
            change = apart.mean / abs(of_a) if apart and of_a else None
            unit = unit_of(self.design, metric)
            doubt = too_short(done, (*side_a, *side_b), metric)
            doubt = doubt or too_few(metric, apart.count if apart else 0)
            rows.append((metric, unit, of_a, of_b, *cells_of(apart), change, doubt))
            if metric in main:
                said = sentence(metric, unit, apart)
                again = any(each.endswith(f" But {doubt}.") for each in sentences)
                sentences.append(f"{said} But {doubt}." if doubt and not again else said)
        sentences += words
        made = Table("metrics", "Metrics", _COLUMNS, tuple(rows))
        return sentences, [made, self._replications_table(done)], None

    def _said(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[str], list[str]]:
        """The metrics to speak of, those to list behind them, and what is to be said of failures."""
        usual = self.metrics == _usual(self.design, self.design_b)
        main, aside, words = list[str](), list[str](), list[str]()
        for metric in self.metrics:
            every = of_all(metric, (self.design, self.design_b))
            sides = zip("AB", self._sides, strict=True)
            shares = (
                {name: failed_share(done, side, metric) for name, side in sides} if every else {}
            )
            if every is None or max(shares.values()) <= FAILING:
                main.append(metric)
            elif usual:
                main.append(every)
                aside += [metric, availability_of(metric)]
                words.append(
                    f"Requests of {metric.partition('.')[0]} fail ({shares_text(shares)}): its latency is that of "
                    "all of them, a failed one until its failure was known."
                )
            else:
                main.append(metric)
                if every not in self.metrics:
                    words.append(
                        f"{metric} leaves out what fails ({shares_text(shares)}); {every} counts it."
                    )
        unique = [list(dict.fromkeys(each)) for each in (main, aside, words)]
        return unique[0], [each for each in unique[1] if each not in unique[0]], unique[2]

    def _replications_table(self, done: Mapping[str, Outcome]) -> Table:
        """A row a seed."""
        columns = [Column("seed", "Seed")]
        for side in ("a", "b"):
            for metric in self.metrics:
                unit = unit_of(self.design, metric)
                columns.append(Column(f"{side} {metric}", f"{side.upper()} {metric}", unit))
        rows = []
        for pair in zip(*self._sides, strict=True):
            if any(point.key in done for point in pair):
                cells = [value_in(done, point, m) for point in pair for m in self.metrics]
                rows.append((pair[0].seed, *cells))
        return Table("replications", "Replications", tuple(columns), tuple(rows))


def _usual(a: Design, b: Design) -> tuple[str, ...]:
    """What is compared where nobody names anything: p99 and what both clients see, and both objectives ask for."""
    both = set(usual_metrics(a)) & set(usual_metrics(b))
    shared = (m for m in (default_metric(a), *usual_metrics(a)) if m in both)
    return tuple(dict.fromkeys(shared))


_COLUMNS = (
    Column("metric", "Metric"),
    Column("unit", "Unit"),
    Column("a", "A", None),
    Column("b", "B", None),
    Column("mean", "B − A", None),
    Column("low", "low", None),
    Column("high", "high", None),
    Column("count", "pairs"),
    Column("change", "change", "%"),
    Column("doubt", "doubt"),
)


def sentence(metric: str, unit: str, apart: Interval | None) -> str:
    """What a paired difference b − a says."""
    if apart is None:
        return f"{metric} was never measured in both."
    low, mean, high = (format_quantity(v, unit) for v in (apart.low, apart.mean, apart.high))
    level = f"{LEVEL * 100:g} %"
    if apart.low == apart.high == 0.0:
        return f"A and B have the same {metric} at each of {apart.count} seeds."
    if apart.low <= 0.0 <= apart.high:
        at = "1 seed" if apart.count == 1 else f"{apart.count} seeds"
        between = f"B − A: {mean}, {level}: {low} to {high}"
        return f"No difference in {metric} can be told at {at} ({between})."
    if apart.high < 0.0:
        least, most = format_quantity(-apart.high, unit), format_quantity(-apart.low, unit)
        by = format_quantity(-apart.mean, unit)
        return f"B cuts {metric} by {by} ({level}: {least} to {most})."
    return f"B raises {metric} by {mean} ({level}: {low} to {high})."
