"""Sensitivity: which knob moves a metric most."""

from __future__ import annotations

import math
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from engine.catalog.measures import unit_of
from engine.model.units import format_quantity
from engine.records import dataclass
from engine.study.errors import StudyError, UnfitError
from engine.study.estimates import (
    LEVEL,
    cells_of,
    default_metric,
    difference,
    estimate,
    finite,
    metric_named,
    usual_metrics,
    value_in,
)
from engine.study.knobs import knobs_of
from engine.study.report import Column, Table
from engine.study.study import Study, checked, few_enough, replications, seeds_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design
    from engine.stats.intervals import Interval
    from engine.study.knobs import Knob
    from engine.study.points import Outcome, Point, Variant
    from engine.study.report import Cell

_LARGEST_STEP = 0.9


@dataclass(frozen=True)
class Sensitivity(Study):
    """Every numeric knob a step down and a step up, each under the same n seeds as the design as drawn.

    The first seed goes before the others: a knob that leaves its result the same to the last bit is
    inert, and is not tried again.

    Example::

        report = run_study(Sensitivity(Variant.of(design), step=0.1))
        first = report.table("knobs").records()[0]
        print(first["knob"], first["up"], first["elasticity"])

    Tables: ``knobs``, the one that moves the metric most first: knob, unit, value, lower, higher; down
    and up: the metric's change on either side; elasticity: the change of the metric in percent for one
    percent of the knob; these three with their ``_low`` and ``_high``; count. ``inert``: the knobs that
    change nothing at all.
    """

    variant: Variant
    metric: str | None = None
    """None is the first client's p99."""
    step: float = 0.1
    seeds: int = 5
    base_seed: int | None = None
    only: tuple[str, ...] = ()
    """Names of knobs such as ``web.*``; none takes all."""
    design: Design = field(init=False, repr=False)
    knobs: tuple[Knob, ...] = field(init=False, repr=False)
    kind: ClassVar[str] = "sensitivity"

    def __post_init__(self) -> None:
        """Check everything. Raises ``StudyError``."""
        design = checked(self.variant)
        object.__setattr__(self, "design", design)
        if not 0.0 < self.step <= _LARGEST_STEP:
            msg = f"a step of {self.step:g}: write a share above 0 and at most 90 %"
            raise StudyError(msg)
        if self.seeds < 2:
            msg = f"{self.seeds} seeds: an effect needs at least 2"
            raise StudyError(msg)
        name = default_metric(design) if self.metric is None else self.metric
        object.__setattr__(self, "metric", metric_named(design, name))
        object.__setattr__(self, "variant", self.variant.asking((self._metric,)))
        knobs = tuple(knobs_of(self.variant, self.step, self.only))
        if not knobs:
            msg = "no knob of the design can be moved; give one a value, or choose others"
            raise UnfitError(msg)
        object.__setattr__(self, "knobs", knobs)
        few_enough((1 + 2 * len(knobs)) * len(self._seeds))

    @property
    def title(self) -> str:
        """What is studied."""
        step = format_quantity(self.step, "%")
        return f"{self.design.title}: what moves {self._metric} most (±{step})"

    @property
    def reported(self) -> tuple[str, ...]:
        """What each run exports."""
        return tuple(dict.fromkeys([self._metric, *usual_metrics(self.design)]))

    @property
    def _metric(self) -> str:
        return self.metric or ""

    @property
    def _seeds(self) -> tuple[int, ...]:
        return seeds_from(self.design, self.seeds, self.base_seed)

    @cached_property
    def _runs(self) -> dict[Variant, list[Point]]:
        """The replications of the design as drawn and of every side."""
        sides = [side for knob in self.knobs for side in (knob.down, knob.up) if side is not None]
        return {each: replications(each, self._seeds) for each in (self.variant, *sides)}

    def points(self, done: Mapping[str, Outcome]) -> list[Point]:
        """The design as drawn and one run of each side; then the other seeds of those that matter."""
        base, *sides = self._runs.values()
        first = [*base, *(side[0] for side in sides)]
        if any(point.key not in done for point in first):
            return first
        rest = [
            point
            for side in sides
            if not self._is_inert(side[0].variant, done)
            for point in side[1:]
        ]
        return [*first, *rest]

    def expected(self, done: Mapping[str, Outcome]) -> int:
        """The runs so far; in the first round, as if no knob were inert."""
        points = self.points(done)
        is_first = points[-1].seed == self._seeds[0]
        return self.seeds * (len(points) - self.seeds + 1) if is_first else len(points)

    def _is_inert(self, side: Variant, done: Mapping[str, Outcome]) -> bool:
        """Whether a change did not change the first run at all."""
        firsts = [self._runs[each][0] for each in (self.variant, side)]
        hashes = [_hash_of(done.get(point.key)) for point in firsts]
        return hashes[0] is not None and hashes[0] == hashes[1]

    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """The knobs by the size of what they do."""
        resting = [knob for knob in self.knobs if self._rests(knob, done)]
        effects = [self._effect(knob, done) for knob in self.knobs if knob not in resting]
        effects.sort(key=lambda each: (-each.size, each.knob.parameter.name))
        rows = tuple(each.row() for each in effects)
        unit = unit_of(self.design, self._metric)
        table = Table("knobs", "Knobs", _columns(unit), rows)
        names = tuple((knob.parameter.name,) for knob in resting)
        inert = Table("inert", "Knobs that change nothing", (Column("knob", "Knob"),), names)
        if self._is_unmeasured(done):
            return [f"{self._metric} was never measured."], [table, inert], None
        return self._sentences(effects, unit, len(resting)), [table, inert], None

    def _is_unmeasured(self, done: Mapping[str, Outcome]) -> bool:
        """Whether no run has the metric: that nothing moves it cannot be said then."""
        points = (point for runs in self._runs.values() for point in runs)
        return all(value_in(done, point, self._metric) is None for point in points)

    def _rests(self, knob: Knob, done: Mapping[str, Outcome]) -> bool:
        """Whether a knob does nothing on either side."""
        return all(side is None or self._is_inert(side, done) for side in (knob.down, knob.up))

    def _values(self, side: Variant | None, done: Mapping[str, Outcome]) -> list[float | None]:
        """The metric seed by seed, of the design as drawn where there is no such side."""
        variant = self.variant if side is None or self._is_inert(side, done) else side
        return [value_in(done, point, self._metric) for point in self._runs[variant]]

    def _effect(self, knob: Knob, done: Mapping[str, Outcome]) -> _Effect:
        """What a knob does, seed by seed."""
        base = self._values(None, done)
        down, up = self._values(knob.down, done), self._values(knob.up, done)
        slopes = [
            math.log(b / a) / math.log(knob.higher / knob.lower)
            for a, b in zip(down, up, strict=True)
            if a is not None and b is not None and min(a, b, knob.lower) > 0.0
        ]
        sides = [
            None if side is None else difference(base, values)
            for side, values in ((knob.down, down), (knob.up, up))
        ]
        return _Effect(knob, sides[0], sides[1], estimate(slopes))

    def _sentences(self, effects: list[_Effect], unit: str, inert: int) -> list[str]:
        """The strongest knob, how many cannot be told from nothing, and how many do nothing."""
        said = []
        if effects and effects[0].size > 0.0:
            said.append(self._strongest(effects[0], unit))
        else:
            said.append(f"Nothing tried moves {self._metric}.")
        dim = sum(not each.is_sure for each in effects)
        if dim:
            seeds = f"{self.seeds} seeds"
            said.append(f"Of {len(effects)} knobs, {dim} cannot be told from no effect at {seeds}.")
        if inert:
            word = "knob changes" if inert == 1 else "knobs change"
            said.append(f"{inert} {word} nothing at all.")
        return said

    def _strongest(self, effect: _Effect, unit: str) -> str:
        """What the knob that moves the metric most does."""
        knob, apart, to = effect.knob, effect.down, effect.knob.lower
        if apart is None or (effect.up is not None and abs(effect.up.mean) >= abs(apart.mean)):
            apart, to = effect.up, knob.higher
        name, own = knob.parameter.name, knob.parameter.unit
        moved = f"going from {format_quantity(knob.value, own)} to {format_quantity(to, own)}"
        if apart is None:
            return f"{name} moves {self._metric} most."
        verb = "raises" if apart.mean > 0.0 else "cuts"
        ends = sorted(abs(end) for end in (apart.low, apart.high))
        sure = apart.low * apart.high > 0.0
        low, high = (ends[0], ends[1]) if sure else (apart.low, apart.high)
        span = f"{LEVEL * 100:g} %: {format_quantity(low, unit)} to {format_quantity(high, unit)}"
        by = format_quantity(abs(apart.mean), unit)
        return f"{name} moves {self._metric} most: {moved} {verb} it by {by} ({span})."


@dataclass(frozen=True, slots=True)
class _Effect:
    """What a knob does to the metric."""

    knob: Knob
    down: Interval | None
    up: Interval | None
    elasticity: Interval | None

    @property
    def size(self) -> float:
        """The larger of the mean changes."""
        return max((abs(each.mean) for each in (self.down, self.up) if each), default=0.0)

    @property
    def is_sure(self) -> bool:
        """Whether one side's interval does not hold zero."""
        sides = (each for each in (self.down, self.up) if each is not None)
        return any(not each.contains(0.0) for each in sides)

    def row(self) -> tuple[Cell, ...]:
        """As a row of the table."""
        parameter = self.knob.parameter
        cells: list[Cell] = []
        for side in (self.down, self.up):
            cells += [side.mean, finite(side.low), finite(side.high)] if side else [None] * 3
        value = (self.knob.value, self.knob.lower, self.knob.higher)
        return (parameter.name, parameter.unit, *value, *cells, *cells_of(self.elasticity))


def _hash_of(outcome: Outcome | None) -> str | None:
    """The hash of a result."""
    return str(outcome.result["hash"]) if outcome is not None and outcome.result else None


def _columns(unit: str) -> tuple[Column, ...]:
    """The columns of the knobs; changes are in the unit of the metric."""
    return (
        Column("knob", "Knob"),
        Column("unit", "Unit"),
        Column("value", "value", None),
        Column("lower", "lower", None),
        Column("higher", "higher", None),
        Column("down", "down", unit),
        Column("down_low", "low", unit),
        Column("down_high", "high", unit),
        Column("up", "up", unit),
        Column("up_low", "low", unit),
        Column("up_high", "high", unit),
        Column("elasticity", "elasticity"),
        Column("elasticity_low", "low"),
        Column("elasticity_high", "high"),
        Column("count", "runs"),
    )
