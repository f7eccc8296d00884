"""Chaos: breaks one thing after the other, each under the same seeds as the undisturbed design."""

from __future__ import annotations

import json
from dataclasses import field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.catalog.measures import unit_of
from engine.model.names import name_of
from engine.model.units import format_instant, format_quantity
from engine.records import dataclass
from engine.study.blast import DURING, Harm, Pair, harms, recovery
from engine.study.chaos_report import Crossing, Verdict, blast_table, experiments_table, sentences
from engine.study.errors import StudyError
from engine.study.estimates import usual_metrics
from engine.study.faults import Dose, Experiment, events_of, experiments_of, targets_in
from engine.study.objectives import Judgement, bound_in, judge, objectives_table
from engine.study.study import Study, checked, few_enough, replications, seeds_from
from engine.study.trial import CROSSED, Trial

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.model.design import Design
    from engine.study.points import Outcome, Point, Variant
    from engine.study.report import Table

_STEPS: Final = 300
"""Steps of a run in which it is seen when a fault is over."""
_EVERY: Final = ("node", "link", "frame")
"""What is broken where nothing is named."""


@dataclass(frozen=True)
class Chaos(Study):
    """Kills, slows and cuts each node, link and frame in turn.

    An experiment is one fault at one target. It holds when all objectives are met that are met undisturbed,
    no client loses more of its goodput than ``tolerance`` while the fault lasts, and each has it back after.

    Example::

        report = run_study(Chaos(Variant.of(design), each=("node",), abort=("users.availability<0.5",)))
        for row in report.table("experiments").records():
            print(row["target"], row["fault"], row["verdict"], row["lost"])

    Tables: ``experiments`` (target, sort, fault, verdict, client; lost with ``lost_low``, ``lost_high``;
    slower, missed, recovery, recovered, aborted), ``blast`` (target, fault, item, sort; lost with its ends;
    slower, fewer: a row an experiment and item) and, where there are objectives, ``objectives`` undisturbed.
    """

    variant: Variant
    each: tuple[str, ...] = ()
    """``node``, ``link``, ``frame`` or a kind of frames such as ``zone``; with no targets either, all."""
    targets: tuple[str, ...] = ()
    """Ids of nodes, links and frames."""
    faults: tuple[str, ...] = ()
    """``kill``, ``slow``, ``cut``; none kills nodes and frames and cuts links."""
    at: float | None = None
    """When each fault begins (s); None is the end of the warm-up."""
    lasting: float | None = None
    """For how long (s); None is half of the time that is left, the other half shows whether it is over."""
    factor: float | None = None
    """Times longer work of what is slow; None is 10."""
    delay: float | None = None
    """Seconds that are added to each crossing of a slow link; None is .2."""
    instances: int | None = None
    """How many instances of a node are hit; None is all."""
    abort: tuple[str, ...] = ()
    """Bounds such as ``users.availability<0.5``: where one holds for ``window``, the fault ends at once."""
    window: float = 5.0
    tolerance: float = 0.05
    """Share of its goodput that a client may lose."""
    seeds: int = 1
    base_seed: int | None = None
    design: Design = field(init=False, repr=False)
    experiments: tuple[Experiment, ...] = field(init=False, repr=False)
    dose: Dose = field(init=False, repr=False)
    base: Variant = field(init=False, repr=False)
    kind: ClassVar[str] = "chaos"

    def __post_init__(self) -> None:
        """Check everything. Raises ``StudyError``."""
        design = checked(self.variant)
        object.__setattr__(self, "design", design)
        object.__setattr__(self, "dose", self._dose(design))
        each = self.each or (() if self.targets else _EVERY)
        targets = targets_in(design, each, self.targets)
        experiments = tuple(experiments_of(design, targets, self.faults))
        if not experiments:
            msg = "there is nothing of that sort to break; write --each node, link or zone, or --target ID"
            raise StudyError(msg)
        object.__setattr__(self, "experiments", experiments)
        few_enough((1 + len(experiments)) * len(self._seeds))
        if not 0.0 < self.tolerance < 1.0:
            msg = (
                f"a tolerance of {self.tolerance:g}: write a share above 0 and below 1, such as 5 %"
            )
            raise StudyError(msg)
        if not self.window > 0.0:
            msg = (
                f"a window of {format_quantity(self.window, 's')}: write a time above 0, such as 5s"
            )
            raise StudyError(msg)
        object.__setattr__(self, "base", replace(self.variant, trial=self._trial(design)))
        for experiment in experiments:
            events_of(design, experiment, self.dose)

    def _dose(self, design: Design) -> Dose:
        """When a fault comes, for how long, and how strong it is."""
        scenario = design.scenario
        at = scenario.warmup if self.at is None else self.at
        if not 0.0 <= at < scenario.duration:
            end = format_quantity(scenario.duration, "s")
            msg = f"a fault at {format_instant(at)}: write a time from 0 to before the end of the run, {end}"
            raise StudyError(msg)
        lasting = (scenario.duration - at) / 2.0 if self.lasting is None else self.lasting
        if not lasting > 0.0:
            msg = f"a fault for {format_quantity(lasting, 's')}: write a time above 0, such as 30s"
            raise StudyError(msg)
        given = {"factor": self.factor, "delay": self.delay, "instances": self.instances}
        known = {name: value for name, value in given.items() if value is not None}
        return Dose(at=at, duration=lasting, **known)  # type: ignore[arg-type]  # each of its field's type

    def _trial(self, design: Design) -> Trial:
        """What all runs have measured."""
        length = design.scenario.duration
        end = min(self.dose.at + self.dose.duration, length)
        return Trial(
            step=length / _STEPS,
            spans=((DURING, self.dose.at, end),),
            abort=tuple(bound_in(design, text) for text in self.abort),
            watch=(self.dose.at, end) if self.abort else (0.0, 0.0),
            window=self.window if self.abort else Trial().window,
        )

    @property
    def title(self) -> str:
        """What is studied."""
        return f"{self.design.title}: chaos"

    @property
    def reported(self) -> tuple[str, ...]:
        """What each run exports."""
        return usual_metrics(self.design)

    @property
    def _seeds(self) -> tuple[int, ...]:
        return seeds_from(self.design, self.seeds, self.base_seed)

    @cached_property
    def _runs(self) -> dict[Experiment, list[Point]]:
        """The replications of each experiment."""
        return {
            each: replications(
                replace(
                    self.base,
                    trial=replace(self.base.trial, events=events_of(self.design, each, self.dose)),
                ),
                self._seeds,
            )
            for each in self.experiments
        }

    @cached_property
    def _undisturbed(self) -> list[Point]:
        """The replications without a fault."""
        return replications(self.base, self._seeds)

    @cached_property
    def _labels(self) -> dict[tuple[str, ...], str]:
        """What the experiments are called, by what they inject."""
        named = {points[0].variant.trial.events: each.label for each, points in self._runs.items()}
        return {(): "undisturbed"} | named

    def label_of(self, point: Point) -> str:
        """What is broken."""
        return self._labels[point.variant.trial.events]

    def failure_label(self, point: Point) -> str:
        """What is broken, and the seed."""
        return f"{self.label_of(point)}, seed {point.seed}"

    def points(self, done: Mapping[str, Outcome]) -> list[Point]:  # noqa: ARG002 - asks for all at once
        """The undisturbed runs first, then experiment after experiment."""
        return [*self._undisturbed, *(point for points in self._runs.values() for point in points)]

    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """The verdict of each experiment, and what it does to everything."""
        base = judge(self.design, self._undisturbed, done)
        reach = {each: self._harms(each, done) for each in self.experiments}
        verdicts = [
            self._verdict(each, reach[each], base, done) for each in self.experiments if reach[each]
        ]
        tables = [experiments_table(verdicts), blast_table(reach)]
        if base:
            tables.append(objectives_table(base, self.design))
        said = [
            *self._premises(base, done),
            *sentences(verdicts, self.tolerance, partial(name_of, self.design)),
        ]
        told = [each for each in verdicts if each.word != "unsure"]
        met = all(each.held for each in told) if told else None
        return said, tables, met

    def _harms(self, experiment: Experiment, done: Mapping[str, Outcome]) -> list[Harm]:
        """What an experiment does to everything, found out once for the runs that there are.

        Who watches a study asks twice a second, and each experiment says something of every item.
        """
        pairs = self._pairs(experiment, done)
        known = self._found.get(experiment)
        if known is not None and len(known[0]) == len(pairs):
            runs = zip(known[0], pairs, strict=True)
            if all(old[0] is new[0] and old[1] is new[1] for old, new in runs):
                return known[1]
        found = list(harms(pairs))
        self._found[experiment] = (pairs, found)
        return found

    @cached_property
    def _found(self) -> dict[Experiment, tuple[list[Pair], list[Harm]]]:
        """By experiment: the runs, and what they said."""
        return {}

    def _pairs(self, experiment: Experiment, done: Mapping[str, Outcome]) -> list[Pair]:
        """The results of an experiment beside those undisturbed, seed by seed."""
        pairs = zip(self._undisturbed, self._runs[experiment], strict=True)
        found = [tuple(_result(point, done) for point in pair) for pair in pairs]
        return [(before, after) for before, after in found if before and after]

    def _verdict(
        self,
        experiment: Experiment,
        reach: list[Harm],
        base: list[Judgement],
        done: Mapping[str, Outcome],
    ) -> Verdict:
        """What became of an experiment."""
        points = self._runs[experiment]
        clients = [each for each in reach if each.sort == "client" and each.lost is not None]
        worst = max(clients, key=lambda each: each.lost.mean if each.lost else 0.0, default=None)
        broken = [
            after.objective.metric
            for before, after in zip(base, judge(self.design, points, done), strict=True)
            if before.met and not after.met
        ]
        end = min(self.dose.at + self.dose.duration, self.design.scenario.duration)
        pairs = self._pairs(experiment, done)
        times = [recovery(pair, _end_of(pair, end), self.tolerance) for pair in pairs]
        known = [each for each in times if each is not None]
        crossed = [pair[1][CROSSED] for pair in pairs if CROSSED in pair[1]]
        return Verdict(
            experiment=experiment,
            worst=worst,
            slower=max((each.slower for each in clients if each.slower is not None), default=None),
            missed=tuple(dict.fromkeys(broken)),
            recovery=max(known, default=None),
            aborted=self._crossing(crossed[0]) if crossed else None,
            tolerance=self.tolerance,
        )

    def _crossing(self, raw: Mapping[str, Any]) -> Crossing:
        """What ended an experiment, as a result tells it."""
        text = self.abort[raw["bound"]]
        metric = json.loads(self.base.trial.abort[raw["bound"]])["metric"]
        value = format_quantity(raw["value"], unit_of(self.design, metric))
        return Crossing(at=raw["at"], bound=text, value=value)

    def _premises(self, base: list[Judgement], done: Mapping[str, Outcome]) -> list[str]:
        """What is wrong before anything is broken."""
        said = []
        ran = [each for each in base if each.ran]
        missed = [each.objective.metric for each in ran if not each.met]
        if missed:
            names = ", ".join(dict.fromkeys(missed))
            said.append(f"Missed undisturbed already, and held against no fault: {names}.")
        for point in self._undisturbed:
            result = _result(point, done)
            if result and CROSSED in result:
                crossing = self._crossing(result[CROSSED])
                at = format_instant(crossing.at)
                said.append(
                    f"{crossing.bound} holds undisturbed already, at {at}: choose a bound that it keeps to."
                )
                break
        return said


def _end_of(pair: Pair, end: float) -> float:
    """When the fault of a run was over: earlier where it was aborted."""
    crossed = pair[1].get(CROSSED)
    return end if crossed is None else min(end, float(crossed["at"]))


def _result(point: Point, done: Mapping[str, Outcome]) -> dict[str, Any] | None:
    """The result of a point that ran."""
    outcome = done.get(point.key)
    return outcome.result if outcome is not None else None
