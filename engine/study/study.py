"""What all studies have in common: they ask for points, and conclude from what became of them.

A study is a pure object. It never runs anything and never looks at a clock, so its conclusion depends
on the outcomes alone, not on who computed them, in which order, or in how many sittings.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from engine.catalog import DesignError, lower
from engine.catalog.overrides import OverrideError
from engine.study.errors import StudyError, UnfitError
from engine.study.report import Failure, Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from engine.model.design import Design
    from engine.study.points import Outcome, Point, Variant
    from engine.study.report import Table

MOST_POINTS: Final = 10_000
"""Runs in a study; more are refused before the first."""
MOST_SEEDS: Final = 1_000
MOST_LOAD: Final = 1e6


class Study(ABC):
    """A question that needs many runs.

    Making one checks everything that can be checked before the first run; it raises ``StudyError``.
    """

    kind: ClassVar[str]
    """Name on the command line."""

    def __getstate__(self) -> dict[str, object]:
        """What travels between processes: not the points, which follow from the rest and are many."""
        return {
            name: value
            for name, value in vars(self).items()
            if not isinstance(getattr(type(self), name, None), cached_property)
        }

    @property
    @abstractmethod
    def title(self) -> str:
        """What is studied, in a few words."""

    @property
    @abstractmethod
    def reported(self) -> tuple[str, ...]:
        """The metrics that an export holds of each run."""

    def label_of(self, point: Point) -> str:
        """What the study calls the variant of a point."""
        return point.variant.label

    @abstractmethod
    def points(self, done: Mapping[str, Outcome]) -> list[Point]:
        """All points it needs as far as can be told, done or not, in a fixed order, none twice."""

    @abstractmethod
    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """Sentences, tables, and whether the objectives are met (None: not judged)."""

    def points_wanted(self, done: Mapping[str, Outcome]) -> list[Point]:
        """Points to run now; none when it can conclude. Studies that adapt ask in rounds."""
        return [point for point in self.points(done) if point.key not in done]

    def expected(self, done: Mapping[str, Outcome]) -> int:
        """How many points it will need in all, as far as can be told."""
        return len(self.points(done))

    def conclude(self, done: Mapping[str, Outcome]) -> Report:
        """What was found; of an unfinished study, what can be said so far."""
        points = self.points(done)
        sentences, tables, met = self.findings(done)
        finished = sum(point.key in done for point in points)
        if finished < len(points):
            sentences.insert(0, f"So far, after {finished} of {self.expected(done)} runs:")
        return Report(
            study=self.kind,
            title=self.title,
            sentences=tuple(sentences),
            tables=tuple(tables),
            failures=self._failures(points, done),
            done=finished,
            wanted=len(points),
            met=met,
        )

    def _failures(
        self, points: Iterable[Point], done: Mapping[str, Outcome]
    ) -> tuple[Failure, ...]:
        """The points that broke."""
        found = []
        for point in points:
            outcome = done.get(point.key)
            if outcome is not None and outcome.error is not None:
                label = self.failure_label(point)
                found.append(Failure(point.key, label, point.seed, outcome.error))
        return tuple(found)

    def failure_label(self, point: Point) -> str:
        """What the study calls a point that broke."""
        return point.label


def checked(variant: Variant, drawn: Design | None = None) -> Design:
    """The design of a variant, which can run.

    Args:
        variant: the design and its settings.
        drawn: the design without the settings, where somebody has read it already.

    Raises:
        StudyError: a setting that does not fit.
        UnfitError: a finding that keeps the design from running.
    """
    check_load(variant)
    try:
        design = variant.made(drawn)
        lower(design)
    except OverrideError as error:
        raise StudyError(str(error)) from error
    except DesignError as error:
        under = f" (with {variant.label})" if variant.settings else ""
        msg = f"{error}{under}"
        raise UnfitError(msg, variant.file) from error
    return design


def check_load(variant: Variant) -> None:
    """Refuse a load dial beyond its ends. Raises ``StudyError``."""
    if not 0.0 <= variant.load <= MOST_LOAD:
        msg = f"load={variant.load:g}: the load dial should be between 0 and {MOST_LOAD:g}"
        raise StudyError(msg)


def seeds_from(design: Design, count: int, base: int | None = None) -> tuple[int, ...]:
    """That many seeds, from the given one or the design's own on.

    Raises:
        StudyError: none, or too many.
    """
    if not 1 <= count <= MOST_SEEDS:
        msg = f"{count} seeds: write a number from 1 to {MOST_SEEDS}"
        raise StudyError(msg)
    first = design.scenario.seed if base is None else base
    if not 0 <= first <= 2**63 - 1 - count:
        msg = f"seed {first}: write a whole number from 0 to {2**63 - 1 - count}"
        raise StudyError(msg)
    return tuple(range(first, first + count))


def few_enough(points: int) -> None:
    """Refuse a study of more runs than anybody waits for. Raises ``StudyError``."""
    if points > MOST_POINTS:
        msg = f"{points} runs are more than {MOST_POINTS}; take fewer values or seeds"
        raise StudyError(msg)


def replications(variant: Variant, seeds: Sequence[int]) -> list[Point]:
    """A variant under each seed."""
    return [variant.point(seed) for seed in seeds]
