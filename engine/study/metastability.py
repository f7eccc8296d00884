"""Metastability: whether what a trigger did stays when it is over. Predicted from the plan, then tried."""

from __future__ import annotations

import math
from dataclasses import field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.catalog import lower
from engine.model.names import name_of
from engine.plan.metastable import bands_of
from engine.records import dataclass
from engine.study.errors import StudyError
from engine.study.estimates import usual_metrics
from engine.study.hysteresis import Loop, loop_of, ramp_events
from engine.study.metastability_report import (
    Meter,
    Probe,
    Run,
    loop_table,
    prediction_table,
    sentences,
    triggers_table,
)
from engine.study.points import Variant
from engine.study.recovery import recovered_at, stretches
from engine.study.study import Study, checked, few_enough, replications, seeds_from
from engine.study.trial import Trial
from engine.study.triggers import Wish, own_trigger, trigger_of, without_own

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.model.design import Design
    from engine.plan.metastable import Band
    from engine.study.points import Outcome, Point
    from engine.study.report import Table
    from engine.study.triggers import Trigger

_MOST_LEVELS: Final = 100
_FINE: Final = 1.0
"""Length (s) of the steps in which a recovery is timed."""
_STEPS: Final = 1200
"""Steps of a run at most."""
_PARTS: Final = 6
"""Steps of a level of the ramp; the later half counts, when what came before is over."""
_SHORTEST, _LONGEST = 120.0, 1200.0
"""Seconds for which a triggered run is watched after its trigger (the longest: 20 min)."""
_BESIDE: Final = 0.05
"""Relative distance from the edges of the predicted band at which it is checked."""
_SETTLE: Final = 10.0
"""Seconds before a trigger at least, in which it is seen what goodput is without it."""
_LIKE: Final = 0.02
"""Relative difference of two loads that need not both be tried."""


@dataclass(frozen=True)
class Metastability(Study):
    """Ramps the load up and down again, and triggers the design at loads around the predicted band.

    A design is *stable* at its load when goodput comes back after the trigger and on the way down is what it
    was on the way up; *vulnerable* when the way down stays below (a large enough trigger keeps it there);
    *metastable* when goodput does not come back although the trigger is over.

    Example::

        report = run_study(Metastability(Variant.of(design)))
        print(report.sentences[0])
        for row in report.table("triggers").records():
            print(row["load"], row["verdict"], row["recovery"])

    Tables: ``loop`` (load, offered, up, down, waiting_up, waiting_down, state), ``triggers`` (load, trigger,
    predicted, verdict, recovery, predicted_low, predicted_high, backlog, watched, count) and ``prediction``
    (node, offered, capacity, tries, cold, places, patience, from, to, state, guard).
    """

    variant: Variant
    over: tuple[float, float] | None = None
    """Lowest and highest load of the ramp, as on the dial; None goes around what is predicted."""
    levels: int = 9
    hold: float = 60.0
    """Seconds for which each level lasts."""
    trigger: str | None = None
    """``slow``, ``kill``, ``cut``, ``traffic`` or ``flush``; None is what the scenario does and undoes, or
    else what the likeliest node fears."""
    target: str | None = None
    lasting: float | None = None
    factor: float | None = None
    watch: float | None = None
    """Seconds after the trigger for which a run is watched; None is as long as draining should take, and half
    as long again."""
    tolerance: float = 0.1
    """Share of the goodput that may be missing where it counts as back."""
    seeds: int = 1
    base_seed: int | None = None
    design: Design = field(init=False, repr=False)
    bands: tuple[Band, ...] = field(init=False, repr=False)
    pushed: Trigger = field(init=False, repr=False)
    kind: ClassVar[str] = "metastability"

    def __post_init__(self) -> None:
        """Check everything. Raises ``StudyError``."""
        design = checked(self.variant)
        object.__setattr__(self, "design", design)
        self._check_numbers()
        if self.variant.load != 1.0:
            msg = (
                f"load={self.variant.load:g}: this study turns the load dial itself; leave it at 1"
            )
            raise StudyError(msg)
        bands = bands_of(lower(design))
        object.__setattr__(self, "bands", bands)
        wish = Wish(kind=self.trigger, target=self.target, seconds=self.lasting, factor=self.factor)
        own = own_trigger(design) if wish == Wish() else None
        begin = max(_SETTLE, design.scenario.warmup)
        pushed = own or trigger_of(design, bands, begin, wish)
        object.__setattr__(self, "pushed", pushed)
        few_enough((1 + len(self._loads)) * len(self._seeds))
        checked(self._ramp_points[0].variant)

    def _check_numbers(self) -> None:
        """Refuse numbers that say nothing. Raises ``StudyError``."""
        if self.over is not None and not 0.0 < self.over[0] < self.over[1] <= 1e6:
            msg = f"a ramp from {self.over[0]:g} to {self.over[1]:g}: write two loads above 0, such as 0.3:1.2"
            raise StudyError(msg)
        if not 2 <= self.levels <= _MOST_LEVELS:
            msg = f"{self.levels} levels: write a number from 2 to {_MOST_LEVELS}"
            raise StudyError(msg)
        for name, value in (("hold", self.hold), ("watch", self.watch)):
            if value is not None and not 0.0 < value <= 1e6:
                msg = f"a {name} of {value:g} s: write a time above 0, such as 60s"
                raise StudyError(msg)
        if not 0.0 < self.tolerance < 1.0:
            msg = f"a tolerance of {self.tolerance:g}: write a share above 0 and below 1, such as 10 %"
            raise StudyError(msg)

    @property
    def title(self) -> str:
        """What is studied."""
        return f"{self.design.title}: metastability"

    @property
    def reported(self) -> tuple[str, ...]:
        """What each run exports."""
        return usual_metrics(self.design)

    @property
    def _seeds(self) -> tuple[int, ...]:
        return seeds_from(self.design, self.seeds, self.base_seed)

    @property
    def worst(self) -> Band | None:
        """The node that decides: the one whose band begins first, else the one that is full first."""
        return self.bands[0] if self.bands else None

    @cached_property
    def _loads(self) -> tuple[float, ...]:
        """Loads at which it is triggered: its own first, then those that check the prediction."""
        loads = [1.0]
        worst = self.worst
        if worst is not None:
            high = min(band.high for band in self.bands)
            if math.isfinite(worst.low) and worst.low < high:
                edges = [worst.low * (1.0 - _BESIDE), worst.low * (1.0 + _BESIDE)]
                loads += [*edges, high * (1.0 - _BESIDE)]
            elif worst.amplification > 1.0:
                loads.append(high * (1.0 - _BESIDE))
            loads = [each for each in loads if each == 1.0 or each < high]
        kept: list[float] = []
        for load in (float(f"{each:.4g}") for each in loads):
            if all(abs(load - other) > _LIKE * other for other in kept):
                kept.append(load)
        return tuple(kept)

    @cached_property
    def levels_up(self) -> tuple[float, ...]:
        """The loads of the ramp, the lowest first, that of the design among them."""
        low, high = self.over or self._around()
        step = (high - low) / (self.levels - 1)
        loads = [float(f"{low + step * place:.4g}") for place in range(self.levels)]
        if low < 1.0 < high and 1.0 not in loads:
            nearest = min(range(1, len(loads) - 1), key=lambda n: abs(loads[n] - 1.0), default=None)
            if nearest is not None:
                loads[nearest] = 1.0
        return tuple(loads)

    def _around(self) -> tuple[float, float]:
        """A range of loads in which what is predicted can be seen."""
        high = min((band.high for band in self.bands), default=1.5)
        top = max(1.1 * high, 1.05)
        low = self.worst.low if self.worst is not None else math.inf
        return min(0.6 * min(low, high), 0.8), top

    @cached_property
    def _bare(self) -> Variant:
        """The design without what its scenario does and undoes."""
        bare = without_own(self.design)
        return self.variant if bare is self.design else Variant.of(bare)

    @cached_property
    def _ramp_points(self) -> list[Point]:
        """The runs that go up and down."""
        both = (*self.levels_up, *reversed(self.levels_up[:-1]))
        trial = Trial(
            events=ramp_events(both, self.hold),
            duration=len(both) * self.hold,
            warmup=0.0,
            step=self.hold / _PARTS,
        )
        return replications(replace(self._bare, trial=trial), self._seeds)

    @cached_property
    def _probes(self) -> dict[float, list[Point]]:
        """The triggered runs, by load."""
        own = not self.pushed.events
        made = {}
        for load in self._loads:
            length = self.pushed.end + self._watch(load)
            trial = Trial(
                events=self.pushed.events,
                duration=length,
                warmup=min(self.pushed.end, length / 2.0),
                step=max(_FINE, length / _STEPS),
            )
            variant = self.variant if own else self._bare
            dialled = variant if load == 1.0 else variant.set(f"load={load!r}")
            made[load] = replications(replace(dialled, trial=trial), self._seeds)
        return made

    def _watch(self, load: float) -> float:
        """How long a triggered run is watched."""
        if self.watch is not None:
            return self.watch
        worst = self.worst
        if worst is None:
            return _SHORTEST
        backlog = self._backlog(load)
        drain = worst.drain(load, backlog)[1]
        if math.isinf(drain):
            spare = worst.capacity - load * worst.offered
            drain = backlog / spare if spare > 0.0 else _LONGEST
        waits = 10.0 * worst.patience if math.isfinite(worst.patience) else 0.0
        return min(_LONGEST, max(_SHORTEST, 1.5 * drain + waits + _SHORTEST / 4.0))

    def _backlog(self, load: float) -> float:
        """What should wait at the worst node when the trigger is over."""
        worst = self.worst
        if worst is None or self.pushed.seconds <= 0.0:
            return 0.0
        return worst.backlog(load, self.pushed.seconds, max(self.pushed.factor, 1e-9))

    def label_of(self, point: Point) -> str:
        """The ramp, or the load at which it is triggered."""
        if point.variant == self._ramp_points[0].variant:
            return "ramp up and down"
        return f"load {point.variant.load:g}, triggered"

    def failure_label(self, point: Point) -> str:
        """The ramp or the load, and the seed."""
        return f"{self.label_of(point)}, seed {point.seed}"

    def points(self, done: Mapping[str, Outcome]) -> list[Point]:  # noqa: ARG002 - asks for all at once
        """The triggered runs, that of the design's own load first, and the ramp."""
        probes = [point for points in self._probes.values() for point in points]
        return [*probes, *self._ramp_points]

    def findings(self, done: Mapping[str, Outcome]) -> tuple[list[str], list[Table], bool | None]:
        """The state of the design, the loop, what became of the triggered runs, and what was predicted."""
        ramps = [series for point in self._ramp_points if (series := _series(point, done))]
        loop = loop_of(self.levels_up, ramps, _PARTS, self.tolerance) if ramps else Loop(())
        probes = [
            Probe(
                load=load,
                predicted=self.worst.state(load) if self.worst else "stable",
                drain=self._drain(load),
                watched=self._watch(load),
                runs=tuple(runs),
            )
            for load, points in self._probes.items()
            if (runs := [run for point in points if (run := self._run(point, done)) is not None])
        ]
        meter = Meter(
            trigger=self.pushed,
            bands=self.bands,
            loop=loop,
            probes=tuple(probes),
            levels=self.levels_up,
            name_of=partial(name_of, self.design),
        )
        tables = [loop_table(loop), triggers_table(meter), prediction_table(self.bands)]
        state = meter.state
        return sentences(meter), tables, None if state is None else state == "stable"

    def _drain(self, load: float) -> tuple[float, float] | None:
        """When goodput should be back, the earliest and the latest; None where nobody can tell from the plan."""
        worst, pushed = self.worst, self.pushed
        is_slow = pushed.seconds > 0.0 and pushed.factor > 1.0 and math.isfinite(pushed.factor)
        if worst is None or worst.cold > 1.0 or not is_slow or worst.state(load) == "overloaded":
            return None
        return worst.drain(load, self._backlog(load))

    def _run(self, point: Point, done: Mapping[str, Outcome]) -> Run | None:
        """What became of a triggered run."""
        series = _series(point, done)
        if series is None:
            return None
        step, pushed = float(series["step"]), self.pushed
        healthy, times = True, []
        for rows in series["clients"].values():
            offered, got = rows["offered"], rows["succeeded"]
            before = range(int(pushed.at / step / 2.0), int(pushed.at / step))
            asked = math.fsum(offered[place] or 0.0 for place in before)
            had = math.fsum(got[place] or 0.0 for place in before)
            share = min(1.0, had / asked) if asked else 1.0
            healthy &= share >= 0.5
            wanted = [share * (each or 0.0) for each in offered]
            back = recovered_at(stretches(wanted, got, step, pushed.end), self.tolerance)
            if back is not None:
                times.append(max(0.0, back - pushed.end))
        inside = _inside(series)
        after = int(pushed.end / step)
        return Run(
            healthy=healthy,
            recovery=max(times, default=0.0),
            peak=inside[min(after, len(inside) - 1)] if inside else 0.0,
            left=inside[-1] if inside else 0.0,
        )


def _series(point: Point, done: Mapping[str, Outcome]) -> dict[str, Any] | None:
    """The series of a point that ran."""
    outcome = done.get(point.key)
    return outcome.result["series"] if outcome is not None and outcome.result is not None else None


def _inside(series: Mapping[str, Any]) -> Sequence[float]:
    """Requests inside all nodes, step by step; those that were given up and are still to be served included."""
    columns = [rows["in_system"] for rows in series["nodes"].values()]
    return [math.fsum(each or 0.0 for each in row) for row in zip(*columns, strict=True)]
