"""A session: one design under simulation. The command line, the tests and the worker all use this."""

from __future__ import annotations

import math
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Self

from engine.catalog import DesignError, Lowerer
from engine.control.simulation import Simulation
from engine.model.citing import citations_of, judged
from engine.model.memory import DEFAULT_MEMORY
from engine.model.units import format_instant
from engine.run.by_hand import told
from engine.run.journal import Entry, Journal, JournalError, Moment, Recorder
from engine.run.memory import MemoryGuard, MemoryLimitError, Stop, stopped
from engine.run.pace import PaceGuard
from engine.run.protocol import ApplyEdit, SetLoad
from engine.sim.instants import Instants
from engine.sim.lane.agenda import StandstillError
from engine.sim.meters import limits_in
from engine.sim.report import Result, result_of
from engine.sim.series import Series
from engine.sim.snapshot import Snapshot
from engine.sim.spans import Spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from engine.model.design import Design, Objective
    from engine.model.edits import Edit
    from engine.model.trace_settings import TraceSettings
    from engine.plan.primitives import Plan
    from engine.sim.snapshot import Sample
    from engine.sim.spans import Span
    from engine.traces.collect import Recording

__all__ = ["DesignError", "MemoryLimitError", "Session", "StandstillError"]

_PATIENCE = 3600.0
"""Simulated seconds within which some request has to be answered when stepping by requests."""


class Session:
    """Runs a design; it can be changed and looked at while it runs, and keeps a journal of the changes.

    Raises:
        DesignError: the design cannot run as it stands; the findings say why.
    """

    def __init__(
        self,
        design: Design,
        memory: float = DEFAULT_MEMORY,
        traces: TraceSettings | None = None,
    ) -> None:
        """Begin at 0.

        Args:
            design: what runs.
            memory: what the run may take (bytes).
            traces: which requests are recorded, call by call; nothing is where it is None. The result is
                the same either way.
        """
        self._guard = MemoryGuard(memory)
        self._pace = PaceGuard()
        self._is_full = False
        self.stopped: Stop | None = None
        """Why it was stopped before its end, if it was."""
        self.design = design
        self._lowerer = Lowerer()
        self._simulation = Simulation(self._lowerer.lower(design), traces)
        self._load = self._simulation.machine.load
        """Where the dial stands. It takes effect when the run goes on, however often it is turned till then."""
        self._recorder = Recorder(design)
        self._wall = 0.0
        self._result: Result | None = None
        self._follow_objectives()
        self.keys: Mapping[str, int | None] = {}
        """Clusters of which snapshots tell what became of a key, and that key; None is the one written most."""
        self.heed: Callable[[], bool] = _never
        """Asked about a thousand times a second while it simulates, however little simulated time passes;
        true makes it come back early, exactly where it is. What this raises ends the session."""
        self._simulation.machine.agenda.heed = self._heed

    @classmethod
    def replay(cls, journal: Journal, until: float = math.inf) -> Self:
        """A session that did what a journal tells, and can go on as before or differently.

        Args:
            journal: What to do again.
            until: Where to stand (s): after everything that was due, and was done, *before* that time.
                Without it, exactly where the journal ends.

        Raises:
            DesignError: the design it began with cannot run.
            JournalError: the run does not go as the journal tells.
        """
        session = cls(journal.design)
        for entry in journal.entries:
            if entry.at.time >= until:
                break
            session.repeat(entry)
        if math.isinf(until):
            session._go_to(journal.end)
        else:
            session.advance(until)
        return session

    @property
    def now(self) -> float:
        """Simulated time (s)."""
        return self._simulation.now

    @property
    def requests(self) -> int:
        """Requests begun since the start."""
        return self._simulation.machine.requests

    @property
    def moment(self) -> Moment:
        """How far the run has come, exactly."""
        return Moment(self.now, int(self._simulation.machine.agenda.fired))

    @property
    def is_over(self) -> bool:
        """Whether the run passed the end of its scenario, so that the result is settled."""
        return self._result is not None

    def advance(self, until: float) -> bool:
        """Simulate up to a time (s). Passing the scenario's duration settles the result.

        Returns:
            False where ``heed`` made it come back before that time.

        Raises:
            StandstillError: requests go round without time passing.
            MemoryLimitError: it is at its limit of memory; what was measured so far can be had.
        """
        return self._advance(until)

    def advance_request(self) -> None:
        """Simulate until one more client request is answered, at most an hour of simulated time."""
        self._step(self.now + _PATIENCE)

    def apply(self, edit: Edit) -> None:
        """Change the design while it runs.

        Raises:
            EditError: the edit does not fit; nothing changed.
            DesignError: the changed design could not run; nothing changed.
        """
        self._turn_dial()
        applied = edit.apply(self.design)
        if applied.changes.affects_run:
            before, plan = self.plan, self._lowerer.lower(applied.design)
            self._simulation.follow(plan)
            drawn = (
                applied.changes.is_structural
                or applied.changes.changed
                or "classes" in applied.changes.settings
            )
            if drawn and _what_runs(before) != _what_runs(plan):
                for target, text in told(edit, self.now, applied, before, plan):
                    self._simulation.note_by_hand(text, target)
        self.design = applied.design
        self._follow_objectives()
        self._recorder.note(Entry(self.moment, ApplyEdit(edit)))

    def measure(
        self,
        metrics: Iterable[str] = (),
        step: float | None = None,
        spans: Iterable[Span] = (),
        instants: Iterable[float] = (),
    ) -> None:
        """Measure more than results have in any case; to be called before the run begins.

        Args:
            metrics: Names such as ``users.latency.above.0.25``, which the result then has under ``metrics``.
            step: Length (s) of the steps of a ``series``.
            spans: Parts of the run that the result then has under ``spans``, by their names.
            instants: Times (s) at which the result then tells under ``instants`` how everything stood.
        """
        meters = self._simulation.meters
        meters.metrics = tuple(metrics)
        if step is not None:
            meters.series = Series(self._simulation.machine, step, meters.budgets)
        spans = tuple(spans)
        if spans:
            meters.spans = Spans(self._simulation.machine, spans)
        times = tuple(instants)
        if times:
            meters.instants = Instants(self._simulation.machine, times)
        self._follow_objectives()

    def watch(self, bounds: Iterable[Objective]) -> None:
        """Measure for bounds on parts of the run that are still to come, in place of those watched before."""
        self._simulation.meters.watched = tuple(bounds)
        self._follow_objectives()

    def watched(self, bound: Objective) -> float | None:
        """What was measured for a bound that is watched; None where that is nothing."""
        return self._simulation.meters.windows.value(bound)[0]

    def close_spans(self) -> None:
        """End the parts of the run that are measured on their own and under way, now."""
        spans = self._simulation.meters.spans
        if spans is not None:
            spans.close()

    def set_load(self, factor: float) -> None:
        """Multiply every client's traffic from here on: the load dial."""
        self._load = factor

    @property
    def load(self) -> float:
        """Where the load dial stands."""
        return self._load

    def journal(self) -> Journal:
        """What happened up to now. Raises ``JournalError`` where that is more than a journal holds."""
        turned = self._load != self._simulation.machine.load
        pending = (Entry(self.moment, SetLoad(self._load)),) if turned else ()
        return self._recorder.journal(self.moment, pending)

    def repeat(self, entry: Entry) -> None:
        """Go where a command was given, and carry it out.

        Raises:
            JournalError: the run does not go there, or the command does not fit.
        """
        self._go_to(entry.at)
        match entry.command:
            case SetLoad(factor):
                self.set_load(factor)
            case ApplyEdit(edit):
                try:
                    self.apply(edit)
                except (DesignError, ValueError) as error:
                    msg = f"at {format_instant(self.now)}: {edit.label}: {error}; this run was recorded differently"
                    raise JournalError(msg) from error

    def snapshot(self) -> Snapshot:
        """Everything a view shows, since the snapshot before."""
        simulation = self._simulation
        observer = simulation.look()
        samples, simulation.samples = tuple(simulation.samples), []
        notices, simulation.notices = tuple(simulation.notices), []
        return Snapshot(
            time=self.now,
            wall=self._wall,
            requests=self.requests,
            samples=samples,
            gauges=observer.gauges(self.keys),
            in_flight=observer.in_flight(),
            states=observer.states(),
            crossings=observer.crossings(),
            notices=notices,
        )

    def look(self) -> Sequence[Sample]:
        """What was measured since the last snapshot, up to now; the next snapshot has it as well."""
        self._simulation.look()
        return self._simulation.samples

    @property
    def plan(self) -> Plan:
        """What runs, without what events make of it for a while."""
        return self._lowerer.lower(self.design)

    def recording(self) -> Recording:
        """The requests that are kept by now, call by call; none where nothing is recorded."""
        from engine.traces.collect import Recording  # noqa: PLC0415 - few runs are asked

        return Recording(self._simulation.machine)

    def result(self) -> Result:
        """The result object: of the whole scenario once that is over, else of what was measured."""
        result = self._result or self._measure()
        if self.stopped is None or self._result is not None:
            return result
        return result | {"stopped": asdict(self.stopped)}

    def _advance(self, until: float) -> bool:
        """Simulate up to a time, and settle the result on the way; false where something stopped it.

        Standing still is nothing at all: a command would otherwise find another run after it.
        """
        if until <= self.now:
            return True
        self._turn_dial()
        end = self.design.scenario.duration
        if self._result is None and self.now < end <= until:
            if not self._run(end):
                return False
            self._result = self._measure()
        return self._run(until)

    def _step(self, until: float) -> None:
        """Simulate until one more client request is answered, or up to a time."""
        agenda = self._simulation.machine.agenda
        agenda.stop_at_answer = True
        try:
            self._advance(until)
        finally:
            agenda.stop_at_answer = False

    def _go_to(self, moment: Moment) -> None:
        """Simulate up to a moment of a journal, which may be in the middle of an instant."""
        self.advance(moment.time)
        if self.moment < moment:
            self._simulation.machine.agenda.halt_at(moment.fired)
            self._advance(math.nextafter(moment.time, math.inf))
        if self.moment != moment:
            msg = (
                f"at {format_instant(moment.time)}: the run goes another way than the recorded one; "
                "replay it with the version of Windtunnel that recorded it"
            )
            raise JournalError(msg)

    def _heed(self) -> bool:
        """Whether to come back early: at the limit of memory, or because somebody calls."""
        if self._guard.is_full():
            self._is_full = True
            return True
        agenda = self._simulation.machine.agenda
        self._pace.watch(agenda.now, int(agenda.fired))
        return self.heed()

    def _turn_dial(self) -> None:
        """Let the load dial take effect."""
        machine = self._simulation.machine
        if self._load != machine.load:
            rises = self._load > machine.load
            machine.set_load(self._load)
            if self.now > 0.0:
                text = f"The load dial is turned to × {self._load:g}"
                self._simulation.note_by_hand(text, role="cause" if rises else "act")
            self._recorder.note(Entry(self.moment, SetLoad(self._load)))

    def _run(self, until: float) -> bool:
        """Simulate and count the wall time; false where something stopped it."""
        begun = time.perf_counter()
        finished = self._simulation.advance(until)
        self._wall += time.perf_counter() - begun
        if self._is_full:
            self._is_full = False
            self.stopped = stopped(self._simulation.machine, self._guard.limit)
            raise MemoryLimitError(self.stopped)
        return finished

    def _measure(self) -> Result:
        """The result as it stands."""
        simulation = self._simulation
        objectives = self.design.objectives
        cited = tuple(each.metric for _, _, each in citations_of(self.design))
        meters = simulation.meters
        result = result_of(simulation.machine, objectives, self._wall, meters, cited)
        citations = judged(self.design, result)
        return result | {"citations": citations} if citations else result

    def _follow_objectives(self) -> None:
        """Measure the parts of the run that objectives are about."""
        objectives = (*self.design.objectives, *self._simulation.meters.watched)
        limits = limits_in(each.metric for each in objectives)
        self._simulation.meters.windows.follow(objectives, limits)
        self._simulation.meters.budgets.follow(self.design.objectives)
        self._simulation.alerts.follow(objectives)


def _never() -> bool:
    """Go on."""
    return False


def _what_runs(plan: Plan) -> tuple[object, ...]:
    """The part of a plan that edits of items and of classes can change and a run can feel: no names, nothing folded."""
    return plan.nodes, plan.links, plan.homes, plan.classes
