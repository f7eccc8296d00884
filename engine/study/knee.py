"""Knee: the largest load at which every objective is met, found by bisection with replications."""

from __future__ import annotations

import math
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from engine.model.units import format_quantity
from engine.records import dataclass
from engine.study.bisection import Bisection, Level
from engine.study.errors import StudyError, UnfitError
from engine.study.estimates import LEVEL, usual_metrics, values_in
from engine.study.objectives import OBJECTIVE_COLUMNS, bound_of, judge, objective_row
from engine.study.points import LOAD
from engine.study.ranges import bounds_of, parameter_of
from engine.study.report import Column, Table
from engine.study.study import Study, checked, few_enough, replications, seeds_from

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design
    from engine.study.points import Outcome, Point, Variant
    from engine.study.ranges import Parameter

_FINEST: Final = 1e-4
_COARSEST: Final = 0.5


@dataclass(frozen=True)
class Knee(Study):
    """Where a design stops meeting its objectives.

    A level of the parameter is met when the mean over n replications meets every objective. Between
    the last level that is met and the first that is missed the knee is interpolated. Its interval goes
    from where the whole confidence interval of every metric is inside its bound to where that of some
    metric is outside. All levels see the same seeds.

    Where the objectives are missed at the low end and met at the high one (instances, workers), it is
    the smallest value that meets them.

    Example::

        report = run_study(Knee(Variant.of(design)))            # the load dial
        Knee(Variant.of(design), "users.arrivals.rate=100:500")   # a field
        knee = report.table("knee").records()[0]["value"]

    Tables: ``knee`` (parameter, unit, value, low, high), ``objectives`` at the last level that is met,
    ``levels`` (the parameter, then as ``objectives``: a row a level and objective).
    """

    variant: Variant
    over: str | None = None
    """``NAME=LOW:HIGH``; None is the load dial, from 1 up or down by halves and doubles."""
    seeds: int = 5
    tolerance: float = 0.01
    """Width of the last bracket over its value."""
    base_seed: int | None = None
    design: Design = field(init=False, repr=False)
    parameter: Parameter = field(init=False)
    ends: tuple[float, float] | None = field(init=False)
    kind: ClassVar[str] = "knee"

    def __post_init__(self) -> None:
        """Check everything. Raises ``StudyError``."""
        design = checked(self.variant)
        object.__setattr__(self, "design", design)
        if not design.objectives:
            msg = "the design has no objectives; add one, such as users.latency.p99 below 250 ms"
            raise UnfitError(msg)
        if not _FINEST <= self.tolerance <= _COARSEST:
            msg = f"a tolerance of {self.tolerance:g}: write a share from 0.01 % to 50 %"
            raise StudyError(msg)
        few_enough(len(self._seeds))
        if self.over is None:
            parameter, ends = parameter_of(design, LOAD), None
        else:
            parameter, *both = bounds_of(design, self.over)
            ends = (both[0], both[1])
            for end in ends:
                checked(self.variant.set(parameter.setting(end)))
        object.__setattr__(self, "parameter", parameter)
        object.__setattr__(self, "ends", ends)

    @property
    def title(self) -> str:
        """What is studied."""
        return f"{self.design.title}: how far {self.parameter.name} can go"

    @property
    def reported(self) -> tuple[str, ...]:
        """What each run exports."""
        return usual_metrics(self.design)

    @property
    def _seeds(self) -> tuple[int, ...]:
        return seeds_from(self.design, self.seeds, self.base_seed)

    def _at(self, value: float) -> list[Point]:
        """The replications of a level."""
        if value not in self._made:
            variant = self.variant.set(self.parameter.setting(value))
            self._made[value] = replications(variant, self._seeds)
        return self._made[value]

    @cached_property
    def _made(self) -> dict[float, list[Point]]:
        """The levels that were made already."""
        return {}

    def _search(self, done: Mapping[str, Outcome]) -> Bisection:
        """The bisection as far as the outcomes carry it."""
        search = Bisection(self.ends, self.tolerance, self.parameter.whole)
        while search.asked:
            for value in search.asked:
                if any(point.key not in done for point in self._at(value)):
                    return search
            search.answer(
                [
                    Level(value, tuple(judge(self.design, self._at(value), done)))
                    for value in search.asked
                ]
            )
        return search

    def points(self, done: Mapping[str, Outcome]) -> list[Point]:
        """Every level so far under every seed."""
        search = self._search(done)
        values = [*(level.value for level in search.levels), *search.asked]
        return [point for value in values for point in self._at(value)]

    def expected(self, done: Mapping[str, Outcome]) -> int:
        """The levels so far, and those that halving the bracket still takes."""
        search = self._search(done)
        levels = len(search.levels) + len(search.asked) + search.steps_left
        return levels * self.seeds

    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """The knee, its interval, and the verdict of each objective at each level."""
        search = self._search(done)
        unit, name = self.parameter.unit, self.parameter.name
        value, low, high = search.knee()
        knee = Table("knee", "Knee", _COLUMNS, ((name, unit, value, low, high),))
        levels = sorted(search.levels, key=lambda level: level.value)
        rows = tuple(
            (level.value, *objective_row(each, self.design))
            for level in levels
            for each in level.judgements
        )
        column = Column(name, name, unit)
        tables = [knee, Table("levels", "Levels", (column, *OBJECTIVE_COLUMNS), rows)]
        last = search.last_met
        if last is not None:
            rows = tuple(objective_row(each, self.design) for each in last.judgements)
            at = f"Objectives at {name} = {format_quantity(last.value, unit)}"
            tables.insert(1, Table("objectives", at, OBJECTIVE_COLUMNS, rows))
        met = None if search.asked else last is not None
        return self._sentences(search, done), tables, met

    def _sentences(self, search: Bisection, done: Mapping[str, Outcome]) -> list[str]:
        """Where the knee is, which objective gives way there, and what is odd."""
        if search.asked:
            return self._bracket(search)
        levels = sorted(level.value for level in search.levels)
        last, first = search.last_met, search.first_missed
        if last is None:
            return [
                f"The objectives are missed from {self._shown(levels[0])} on, everywhere tried."
            ]
        if first is None:
            return [f"All objectives are met up to {self._shown(levels[-1])}, the largest tried."]
        value, low, high = search.knee()
        word = "up to" if search.rising else "from"
        interval = ""
        if low is not None and high is not None and low < high:
            ends = (format_quantity(end, self.parameter.unit) for end in (low, high))
            interval = f" ({LEVEL * 100:g} %: {' to '.join(ends)})"
        onward = "" if search.rising else " on"
        said = [
            f"All objectives are met {word} {self._shown(value or last.value)}{onward}{interval}.",
            *self._offered(last, value, done),
        ]
        broken = [each for each in first.judgements if not each.met]
        names = " and ".join(
            f"{each.objective.metric} {bound_of(each.objective, self.design)}" for each in broken
        )
        said.append(f"What gives way there: {names}.")
        if search.is_odd:
            said.append(
                "Not all levels beyond are missed: the objectives depend on it in two ways."
            )
        return said

    def _bracket(self, search: Bisection) -> list[str]:
        """How far an unfinished search has come."""
        last, first = search.last_met, search.first_missed
        met = [f"Met at {self._shown(last.value)}."] if last else []
        return [*met, *([f"Missed at {self._shown(first.value)}."] if first else [])]

    def _offered(self, last: Level, value: float | None, done: Mapping[str, Outcome]) -> list[str]:
        """What the load dial means in requests per second."""
        if self.parameter.name != LOAD or value is None:
            return []
        clients = [node.id for node in self.design.nodes if node.kind == "client"]
        points = self._at(last.value)
        values = [values_in(done, points, f"{client}.offered") for client in clients]
        span = self.design.scenario.duration - self.design.scenario.warmup
        counts = [math.fsum(each) / len(each) for each in values if each]
        rate = math.fsum(counts) / span * value / last.value
        return [f"That is {format_quantity(rate, 'rps')} offered by all clients."]

    def _shown(self, value: float) -> str:
        """A level for reading."""
        shown = format_quantity(value, self.parameter.unit)
        return f"{self.parameter.name} = {shown}"


_COLUMNS = (
    Column("parameter", "Parameter"),
    Column("unit", "Unit"),
    Column("value", "knee", None),
    Column("low", "low", None),
    Column("high", "high", None),
)
