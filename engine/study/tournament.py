"""Compare of many: designs under common random numbers, and which of them no other beats in everything.

Each design answers for itself what a metric of a short name is: ``p99`` is that of its own first client. A
design is on the Pareto front where no other is at least as good in every metric and better in one, by the means
over all seeds (Deb 2001, 2.4).
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from engine.catalog.measures import metric_of
from engine.model.metrics import FAILING
from engine.model.prices import PRICE_METRICS
from engine.model.units import format_quantity
from engine.records import dataclass
from engine.study.errors import StudyError
from engine.study.estimates import (
    cells_of,
    difference,
    estimate,
    finite,
    metric_named,
    shown,
    value_in,
    values_in,
)
from engine.study.failing import failed_share, of_all, shares_text
from engine.study.report import Column, Table
from engine.study.senses import more_is_better
from engine.study.study import Study, checked, few_enough, replications, seeds_from

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from engine.model.design import Design
    from engine.study.points import Outcome, Point, Variant
    from engine.study.report import Cell

MOST_DESIGNS: Final = 26
"""As many as there are letters to call them by."""
USUAL: Final = ("p99", "goodput", "availability")
"""What is compared where nobody says otherwise; and what it costs, where all have prices."""


@dataclass(frozen=True)
class Tournament(Study):
    """Several designs under the same n seeds.

    Tables: ``designs`` (design, title, for each metric its mean, low and high, ``pareto``, and ``beaten`` with those
    that beat it), ``differences`` (design, metric, unit, then mean, low, high, count of it − the first), and
    ``replications``.

    Example::

        study = Tournament((Variant.of(a), Variant.of(b), Variant.of(c)), seeds=10)
    """

    variants: tuple[Variant, ...]
    seeds: int = 10
    base_seed: int | None = None
    metrics: tuple[str, ...] = ()
    """By their short names, the most important first; by default ``USUAL`` and ``cost_per_hour``."""
    designs: tuple[Design, ...] = field(init=False, repr=False)
    kind: ClassVar[str] = "tournament"

    def __post_init__(self) -> None:
        """Check everything. Raises ``StudyError``."""
        designs = tuple(checked(each) for each in self.variants)
        object.__setattr__(self, "designs", designs)
        if not 2 <= len(designs) <= MOST_DESIGNS:
            msg = f"{len(designs)} designs: compare from 2 to {MOST_DESIGNS}"
            raise StudyError(msg)
        if len(set(self.variants)) < len(designs):
            msg = "two of the designs are the same; leave one out"
            raise StudyError(msg)
        _same_times(designs)
        few_enough(len(designs) * len(self._seeds))
        if not self.metrics:
            priced = all(each.prices is not None for each in designs)
            cost = (PRICE_METRICS[0].name,) if priced else ()
            object.__setattr__(self, "metrics", (*USUAL, *cost))
        asked = zip(self.variants, self._names, strict=True)
        object.__setattr__(self, "variants", tuple(each.asking(names) for each, names in asked))

    @property
    def title(self) -> str:
        """What is studied."""
        return f"{len(self.designs)} designs"

    @property
    def reported(self) -> tuple[str, ...]:
        """What each run exports."""
        return tuple(dict.fromkeys(name for names in self._names for name in names))

    def label_of(self, point: Point) -> str:
        """The letter of its design."""
        return self.letters[self.variants.index(point.variant)]

    def points(self, done: Mapping[str, Outcome]) -> list[Point]:  # noqa: ARG002 - asks for all at once
        """All designs under one seed, then under the next, so that a stopped study can compare."""
        return [point for seed in zip(*self._sides, strict=True) for point in seed]

    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """Who is on the front, who is beaten by whom, and by how much each differs from the first."""
        metrics, words = self._said(done)
        if metrics == self.metrics:
            sentences, tables = self._found(done)
        else:
            sentences, tables, _ = replace(self, metrics=metrics).findings(done)
        return [*sentences, *words], tables, None

    def _said(self, done: Mapping[str, Outcome]) -> tuple[tuple[str, ...], list[str]]:
        """The metrics to compare by, and what is to be said of failures.

        Where a design fails more than one request in a hundred and nobody named metrics, latency is that of all.
        """
        usual = self.metrics[: len(USUAL)] == USUAL
        metrics, words = list(self.metrics), list[str]()
        for place, short in enumerate(self.metrics):
            names = [each[place] for each in self._names]
            if any(
                of_all(name, (of,)) is None for name, of in zip(names, self.designs, strict=True)
            ):
                continue
            shares = {
                letter: failed_share(done, side, name)
                for letter, side, name in zip(self.letters, self._sides, names, strict=True)
            }
            fails = {letter: share for letter, share in shares.items() if share > FAILING}
            every = f"latency_all.{names[0].rpartition('.')[2]}"
            if fails and usual:
                metrics[place] = every
                words.append(
                    f"Requests fail ({shares_text(fails)}): latency is that of all of them, a failed one until its "
                    "failure was known."
                )
            elif fails and every not in self.metrics:
                words.append(
                    f"{short} leaves out what fails ({shares_text(fails)}); {every} counts it."
                )
        return tuple(metrics), words

    def _found(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table]]:
        """What is found by these metrics."""
        means = [tuple(self._means(done, place)) for place in range(len(self.designs))]
        beaten = beaten_by(means, self._senses)
        tables = [self._designs_table(done, beaten), self._differences_table(done)]
        return list(self._sentences(done, means, beaten)), [*tables, self._replications_table(done)]

    @cached_property
    def letters(self) -> tuple[str, ...]:
        """What the designs are called: A, B, C and so on."""
        return tuple(chr(ord("A") + place) for place in range(len(self.designs)))

    @cached_property
    def _seeds(self) -> tuple[int, ...]:
        return seeds_from(self.designs[0], self.seeds, self.base_seed)

    @cached_property
    def _names(self) -> tuple[tuple[str, ...], ...]:
        """The full names of the metrics, for each design. Raises ``StudyError``."""
        return tuple(
            tuple(metric_named(design, name) for name in self.metrics) for design in self.designs
        )

    @cached_property
    def _sides(self) -> tuple[list[Point], ...]:
        """The runs of each design."""
        return tuple(replications(each, self._seeds) for each in self.variants)

    @cached_property
    def _senses(self) -> tuple[int, ...]:
        """For each metric, 1 where less is better, -1 where more is."""
        return tuple(-1 if more_is_better(name) else 1 for name in self._names[0])

    @cached_property
    def _columns(self) -> tuple[tuple[str, str], ...]:
        """Title and unit of each metric."""
        records = (metric_of(self.designs[0], name) for name in self._names[0])
        return tuple(
            (name, "") if record is None else (record.heading, record.unit)
            for name, record in zip(self.metrics, records, strict=True)
        )

    def _means(self, done: Mapping[str, Outcome], place: int) -> Iterator[float | None]:
        """The means of a design; None of what was never measured."""
        for name in self._names[place]:
            found = estimate(values_in(done, self._sides[place], name))
            yield None if found is None else found.mean

    def _sentences(
        self,
        done: Mapping[str, Outcome],
        means: Sequence[tuple[float | None, ...]],
        beaten: Sequence[Sequence[int]],
    ) -> Iterator[str]:
        """What was found, the most important first."""
        names = [self._called(place) for place in range(len(means))]
        known = [place for place, row in enumerate(means) if None not in row]
        front = [names[place] for place in known if not beaten[place]]
        if front:
            count = f"{len(front)} of {len(names)} designs"
            verb = "is" if len(front) == 1 else "are"
            yield f"{count} {verb} on the Pareto front, beaten by none: {', '.join(front)}."
        for place in known:
            if beaten[place]:
                better = ", ".join(self.letters[other] for other in beaten[place])
                yield f"{names[place]} is beaten by {better}: no metric of it is better."
        for index, (title, unit) in enumerate(self._columns):
            rows = [place for place in known if means[place][index] is not None]
            if len({means[place][index] for place in rows}) > 1:
                sense = self._senses[index]
                best = min(rows, key=lambda place: sense * (means[place][index] or 0.0))
                name = self._names[best][index]
                found = estimate(values_in(done, self._sides[best], name), metric=name)
                if found is not None:
                    yield f"Best in {title}: {names[best]}, {shown(found, unit)}."

    def _called(self, place: int) -> str:
        """A design, as people read of it."""
        return f"{self.letters[place]} {self.designs[place].title}"

    def _designs_table(self, done: Mapping[str, Outcome], beaten: Sequence[Sequence[int]]) -> Table:
        """A row a design."""
        columns = [Column("design", ""), Column("title", "Design")]
        for name, (title, unit) in zip(self.metrics, self._columns, strict=True):
            columns += [
                Column(name, title, unit),
                Column(f"{name}_low", "low", unit),
                Column(f"{name}_high", "high", unit),
            ]
        columns += [Column("pareto", "Front"), Column("beaten", "Beaten by")]
        rows: list[tuple[Cell, ...]] = []
        for place, design in enumerate(self.designs):
            cells: list[Cell] = []
            for name in self._names[place]:
                found = estimate(values_in(done, self._sides[place], name), metric=name)
                ends = (None, None) if found is None else (finite(found.low), finite(found.high))
                cells += [None if found is None else found.mean, *ends]
            better = " ".join(self.letters[other] for other in beaten[place])
            rows.append((self.letters[place], design.title, *cells, not better, better))
        return Table("designs", "Designs", tuple(columns), tuple(rows))

    def _differences_table(self, done: Mapping[str, Outcome]) -> Table:
        """How each differs from the first, under the same seeds."""
        rows: list[tuple[Cell, ...]] = []
        for place in range(1, len(self.designs)):
            for index, (title, unit) in enumerate(self._columns):
                first, other = (
                    [value_in(done, point, self._names[side][index]) for point in self._sides[side]]
                    for side in (0, place)
                )
                apart = difference(first, other)
                rows.append((self.letters[place], title, unit, *cells_of(apart)))
        return Table(
            "differences", f"Differences from {self._called(0)}", _DIFFERENCES, tuple(rows)
        )

    def _replications_table(self, done: Mapping[str, Outcome]) -> Table:
        """A row a seed."""
        columns = [Column("seed", "Seed")]
        columns += [
            Column(f"{letter} {name}", f"{letter} {title}", unit)
            for letter in self.letters
            for name, (title, unit) in zip(self.metrics, self._columns, strict=True)
        ]
        rows = [
            (
                points[0].seed,
                *(
                    value_in(done, point, name)
                    for point, names in zip(points, self._names, strict=True)
                    for name in names
                ),
            )
            for points in zip(*self._sides, strict=True)
            if any(point.key in done for point in points)
        ]
        return Table("replications", "Replications", tuple(columns), tuple(rows))


_DIFFERENCES: Final = (
    Column("design", ""),
    Column("metric", "Metric"),
    Column("unit", "Unit"),
    Column("mean", "Difference", None),
    Column("low", "low", None),
    Column("high", "high", None),
    Column("count", "pairs"),
)


def beaten_by(means: Sequence[tuple[float | None, ...]], senses: Sequence[int]) -> list[list[int]]:
    """For each of several, the places of those that are at least as good in everything and better in something.

    Args:
        means: a row each; whoever lacks a number beats nobody and is beaten by nobody.
        senses: for each number, 1 where less is better, -1 where more is.
    """
    return [
        [place for place, other in enumerate(means) if _beats(other, mine, senses)]
        for mine in means
    ]


def _beats(
    one: tuple[float | None, ...], other: tuple[float | None, ...], senses: Sequence[int]
) -> bool:
    """Whether one is at least as good as another in everything, and better in something."""
    better = False
    for mine, theirs, sense in zip(one, other, senses, strict=True):
        if mine is None or theirs is None or sense * mine > sense * theirs:
            return False
        better = better or mine != theirs
    return better


def _same_times(designs: Sequence[Design]) -> None:
    """Refuse designs of which some run longer than others. Raises ``StudyError``."""
    for name in ("duration", "warmup"):
        times = {getattr(each.scenario, name) for each in designs}
        if len(times) > 1:
            given = ", ".join(format_quantity(each, "s") for each in sorted(times))
            msg = f"the designs differ in {name}, {given}; give all the same"
            raise StudyError(msg)
