"""What if: each thing that could be tried about a node, against the design as it is, under common random numbers.

Every idea sees the same seeds as the design itself, so that what differs is what the idea does. They are ranked by
what the client gains: first by goodput, its requests answered in a second, as far as the interval is sure of it, and
among equals by its 99th percentile.
"""

from __future__ import annotations

from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from engine.records import dataclass
from engine.study.errors import StudyError
from engine.study.estimates import cells_of, difference, estimate, runs, shown, value_in, values_in
from engine.study.gain import (
    MATTERS,
    Gain,
    answered_told,
    goodput_told,
    half_told,
    in_points,
    ranked,
    verdict,
)
from engine.study.points import Variant
from engine.study.report import Column, Table
from engine.study.short_runs import too_short
from engine.study.study import Study, checked, few_enough, replications, seeds_from
from engine.why.ideas import LESS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design
    from engine.stats.intervals import Interval
    from engine.study.points import Outcome, Point
    from engine.study.report import Cell
    from engine.why.ideas import Idea

SEEDS: Final = 5
"""Pairs of runs an idea; the interval of five pairs is 2.8 standard errors wide on either side."""


@dataclass(frozen=True)
class WhatIf(Study):
    """Ideas about one node, each under the same n seeds as the design.

    Tables: ``ideas`` (idea, then mean, low, high of the changes of p99, goodput and the share answered in points, the
    share before and after, and how many pairs; the best idea first).
    """

    variant: Variant
    client: str
    """Whose gain counts."""
    ideas: tuple[Idea, ...]
    seeds: int = SEEDS
    design: Design = field(init=False, repr=False)
    kind: ClassVar[str] = "what-if"

    def __post_init__(self) -> None:
        """Check everything. Raises ``StudyError``."""
        object.__setattr__(self, "design", checked(self.variant))
        if not self.ideas:
            msg = "there is nothing to try; name another node"
            raise StudyError(msg)
        if self.seeds < 2:
            msg = f"{self.seeds} seeds: comparing needs at least 2"
            raise StudyError(msg)
        few_enough((1 + len(self.ideas)) * self.seeds)

    @property
    def title(self) -> str:
        """What is studied."""
        return f"{self.design.title}: what if"

    @property
    def reported(self) -> tuple[str, ...]:
        """What each run exports."""
        return (f"{self.client}.latency.p99", f"{self.client}.goodput")

    @cached_property
    def _sides(self) -> tuple[list[Point], ...]:
        """The runs of the design as it is, and those with each idea."""
        seeds = seeds_from(self.design, self.seeds)
        changed = [_with(self.variant, self.design, each) for each in self.ideas]
        return tuple(replications(each, seeds) for each in (self.variant, *changed))

    def label_of(self, point: Point) -> str:
        """The idea, or that there is none."""
        for idea, side in zip(self.ideas, self._sides[1:], strict=True):
            if point in side:
                return idea.title
        return "as drawn"

    def points(self, done: Mapping[str, Outcome]) -> list[Point]:  # noqa: ARG002 - asks for all at once
        """Seed after seed, so that a stopped study holds whole comparisons."""
        return [point for row in zip(*self._sides, strict=True) for point in row]

    def gains(self, done: Mapping[str, Outcome]) -> list[Gain]:
        """What each idea changed, the best first."""
        return ranked(self._gain(place, done) for place in range(len(self.ideas)))

    def base(self, done: Mapping[str, Outcome]) -> tuple[Interval | None, ...]:
        """p99 (s), goodput (requests a second) and the share answered (0 to 1) of the design as it is."""
        base = self._sides[0]
        p99, goodput = (
            estimate(values_in(done, base, name), metric=name) for name in self.reported
        )
        return p99, goodput, _estimated([self._answered(done, point) for point in base])

    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """The best idea in a sentence, what half the load is, and all of them in a table."""
        gains = self.gains(done)
        rows = []
        for each in gains:
            cells: list[Cell] = [self.ideas[each.place].title]
            for apart in (each.p99, each.goodput):
                cells += cells_of(apart)[:3]
            cells += cells_of(in_points(each.answered))[:3]
            cells += [cells_of(share)[0] for share in (each.answered_before, each.answered_after)]
            rows.append((*cells, each.goodput.count if each.goodput else 0))
        halved = (each for each in gains if self.ideas[each.place].name == LESS)
        words = [self._sentence(gains[0])]
        words += [
            f"{self.ideas[each.place].title}: {said}."
            for each in halved
            if (said := half_told(each))
        ]
        doubt = too_short(done, [point for side in self._sides for point in side], self.reported[0])
        words += [f"{doubt[0].upper()}{doubt[1:]}."] if doubt else []
        return words, [Table("ideas", "What if", _COLUMNS, tuple(rows))], None

    def _gain(self, place: int, done: Mapping[str, Outcome]) -> Gain:
        """What one idea changed, seed by seed."""
        base, side = self._sides[0], self._sides[place + 1]
        p99, goodput = self.reported

        def apart(name: str) -> Interval | None:
            before, after = ([value_in(done, p, name) for p in each] for each in (base, side))
            return difference(before, after)

        before, after = ([self._answered(done, p) for p in each] for each in (base, side))
        shares = [_estimated(each) for each in (before, after)]
        return Gain(
            place=place,
            p99=apart(p99),
            p99_after=estimate(values_in(done, side, p99), metric=p99),
            goodput=apart(goodput),
            goodput_before=estimate(values_in(done, base, goodput)),
            goodput_after=estimate(values_in(done, side, goodput)),
            answered=difference(before, after),
            answered_before=shares[0],
            answered_after=shares[1],
        )

    def _answered(self, done: Mapping[str, Outcome], point: Point) -> float | None:
        """The share of the client's requests that succeeded in a run."""
        offered, succeeded = (
            value_in(done, point, f"{self.client}.{name}") for name in ("offered", "succeeded")
        )
        return None if not offered or succeeded is None else succeeded / offered

    def _sentence(self, best: Gain) -> str:
        """What helps most."""
        title = self.ideas[best.place].title
        if not best.helps:
            return f"Nothing tried is sure to help at {runs(self.seeds)} each."
        if best.more:
            said = f"goodput {goodput_told(best)}"
            if best.answered is not None and verdict(best.answered, MATTERS) == "sure":
                said = f"{answered_told(best)} answered; {said}"
            return f"{title}: {said}."
        if best.p99 is None:
            return f"{title}."
        return f"{title}: p99 changes by {shown(best.p99, 's')}."


def _estimated(values: list[float | None]) -> Interval | None:
    """The interval of a mean of what was measured."""
    return estimate([each for each in values if each is not None])


def _with(variant: Variant, design: Design, idea: Idea) -> Variant:
    """The variant of a design with an idea; the load dial stays where it is."""
    made = Variant.of(idea.edit.apply(design).design, load=variant.load)
    return made.within(variant.memory)


_COLUMNS: Final = (
    Column("idea", "What if"),
    Column("p99", "p99", "s"),
    Column("p99_low", "low", "s"),
    Column("p99_high", "high", "s"),
    Column("goodput", "goodput", "rps"),
    Column("goodput_low", "low", "rps"),
    Column("goodput_high", "high", "rps"),
    Column("points", "answered, points"),
    Column("points_low", "low"),
    Column("points_high", "high"),
    Column("answered_before", "answered before", "%"),
    Column("answered_after", "after", "%"),
    Column("count", "pairs"),
)
