"""Objectives over replications: met, missed, or too close to say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.catalog.measures import unit_of
from engine.model.edits import SetDesign
from engine.model.units import format_quantity, parse_quantity
from engine.records import dataclass
from engine.study.errors import StudyError
from engine.study.estimates import cells_of, estimate, metric_named, values_in
from engine.study.report import Column, Table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import JsonValue

    from engine.model.design import Design, Objective
    from engine.stats.intervals import Interval
    from engine.study.points import Outcome, Point
    from engine.study.report import Cell

Verdict = Literal["met", "missed", "unsure"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """An objective over replications."""

    objective: Objective
    interval: Interval | None
    """Of the metric; None where nothing was measured."""
    ran: bool = True
    """Whether there are any replications; a study that was stopped may lack some."""

    @property
    def met(self) -> bool:
        """Whether the mean over the replications meets it."""
        return self.interval is not None and self.objective.meets(self.interval.mean)

    @property
    def verdict(self) -> Verdict:
        """Whether the whole interval meets it, misses it, or lies across the bound."""
        if self.interval is None:
            return "missed" if self.ran else "unsure"
        ends = [self.objective.margin(end) for end in (self.interval.low, self.interval.high)]
        if min(ends) > 0.0:
            return "met"
        # Between two bounds an interval may hold the middle while both ends are outside.
        return "unsure" if self.met or max(ends) > 0.0 else "missed"


def with_objectives(design: Design, texts: Iterable[str]) -> Design:
    """The design with objectives such as ``p99<250ms`` in place of its own; none leaves these.

    Raises:
        StudyError: an unknown metric, or no bound.
    """
    made: list[JsonValue] = [_objective(design, text) for text in texts]
    return SetDesign(("objectives",), made).apply(design).design if made else design


def bound_in(design: Design, text: str) -> str:
    """A bound such as ``users.availability<0.5`` as the JSON of an objective. Raises ``StudyError``."""
    (bound,) = with_objectives(design, (text,)).objectives
    if bound.windowed:
        msg = (
            f"{text}: a bound that ends an experiment is watched all the time; leave out the @ part"
        )
        raise StudyError(msg)
    return bound.model_dump_json(by_alias=True, exclude_unset=True)


def _objective(design: Design, text: str) -> dict[str, JsonValue]:
    """An objective as in a design file. Raises ``StudyError``."""
    for sign, name in (("<", "below"), (">", "above"), ("=", "equals")):
        metric, found, rest = text.partition(sign)
        if found:
            full = metric_named(design, metric.strip())
            value, _, window = rest.partition("@")
            try:
                bound = parse_quantity(value, unit_of(design, full))
                return {"metric": full, name: bound, **_window(window)}
            except ValueError as error:
                msg = f"{text}: {error}"
                raise StudyError(msg) from error
    msg = (
        f"{text}: write METRIC<VALUE, METRIC>VALUE or METRIC=VALUE, such as users.latency.p99<250ms; "
        "behind that, where only a part of the run counts, @FROM..TO, such as @60..120"
    )
    raise StudyError(msg)


def _window(text: str) -> dict[str, JsonValue]:
    """A part of the run as in a design file. Raises ``ValueError``."""
    ends = zip(("from", "to"), text.partition("..")[::2], strict=True)
    return {name: parse_quantity(end, "s") for name, end in ends if end.strip()}


def _values(
    objective: Objective, points: Sequence[Point], done: Mapping[str, Outcome]
) -> list[float]:
    """What replications measured for an objective: in its own part of the run, where it has one."""
    if not objective.windowed:
        return values_in(done, points, objective.metric)
    wanted = {"metric": objective.metric, "from": objective.from_, "to": objective.to}
    results = [done[point.key].result or {} for point in points if point.key in done]
    judged = [
        next((e for e in result.get("objectives", ()) if wanted.items() <= _about(e).items()), None)
        for result in results
    ]
    return [each["value"] for each in judged if each is not None and each["value"] is not None]


def _about(judged: Mapping[str, Any]) -> dict[str, Any]:
    """Which objective was judged."""
    return {name: judged.get(name) for name in ("metric", "from", "to")}


def judge(design: Design, points: Sequence[Point], done: Mapping[str, Outcome]) -> list[Judgement]:
    """The design's objectives over some replications."""
    ran = any(point.key in done for point in points)
    return [
        Judgement(
            objective, estimate(_values(objective, points, done), metric=objective.metric), ran
        )
        for objective in design.objectives
    ]


def bound_of(objective: Objective, design: Design) -> str:
    """The bound for reading: ``< 250 ms``, ``= 0 from 1 min to 2 min``."""
    unit = unit_of(design, objective.metric)
    bounds = (("<", objective.below), (">", objective.above), ("=", objective.equals))
    text = ", ".join(f"{sign} {format_quantity(v, unit)}" for sign, v in bounds if v is not None)
    return f"{text} {when}" if (when := objective.when) else text


def objectives_table(judgements: Sequence[Judgement], design: Design) -> Table:
    """Objectives, one a row."""
    rows = tuple(objective_row(each, design) for each in judgements)
    return Table("objectives", "Objectives", OBJECTIVE_COLUMNS, rows)


def objective_row(judgement: Judgement, design: Design) -> tuple[Cell, ...]:
    """An objective as a row of a table."""
    objective = judgement.objective
    return (
        objective.metric,
        unit_of(design, objective.metric),
        bound_of(objective, design),
        *cells_of(judgement.interval),
        judgement.met if judgement.ran else None,
        judgement.verdict,
    )


OBJECTIVE_COLUMNS = (
    Column("metric", "Objective"),
    Column("unit", "Unit"),
    Column("bound", "bound"),
    Column("mean", "mean", None),
    Column("low", "low", None),
    Column("high", "high", None),
    Column("count", "runs"),
    Column("met", "met"),
    Column("verdict", "verdict"),
)
