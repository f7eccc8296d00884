"""Runs the open design: owns the simulating process, and hands what it reports to whoever listens."""

from __future__ import annotations

import math
import time
from collections import deque
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from app.run_rates import RateMeter, Rates
from engine.model.memory import DEFAULT_MEMORY
from engine.model.trace_settings import TraceSettings
from engine.run.protocol import (
    Ack,
    ApplyEdit,
    CancelRewind,
    Explain,
    Explained,
    Failed,
    FoundIncidents,
    Halted,
    Measured,
    Pause,
    Paused,
    Ping,
    Pong,
    Progress,
    Recorded,
    Refused,
    Repeat,
    Rewind,
    Rewinding,
    Rewound,
    Run,
    SetBreakpoints,
    SetLoad,
    SetSpeed,
    Started,
    StartOver,
    StepRequest,
    StepTime,
    TakeJournal,
    TakeTraces,
    Traced,
    Unanswered,
)
from widgets.instruments.text import instant_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.document import DesignDocument
    from engine.model.changes import Changes
    from engine.model.edits import Edit
    from engine.run.breakpoints import Breakpoint
    from engine.run.protocol import Answer, Command, FindIncidents, Report, WatchKey
    from engine.sim.snapshot import Snapshot

TICK_MS: Final = 33
_OVER: Final = "the run is over; start it again"
_NOT_YET: Final = "no run has begun yet; press Space to start one, or wait a moment"
_ASK: Final = 30
"""Ticks of silence after which the process is asked whether it is there."""
PATIENCE: Final = 120
"""Ticks of silence after a question, about four seconds, until the process counts as one that does not answer.

Ticks rather than seconds: a computer that slept owes nobody an answer."""


class Transport(Protocol):
    """The pipe to a simulating process."""

    @property
    def alive(self) -> bool:
        """Whether the process is there."""

    def send(self, command: Command) -> None:
        """Tell it something."""

    def poll(self) -> list[Report]:
        """What it said since."""

    def close(self) -> object:
        """End it, without waiting for that."""


class RunController(QObject):
    """One design under simulation, followed through every edit."""

    snapshot = Signal(object, float)
    """A ``Snapshot`` and the wall seconds since the one before; 0 for one that stands still."""
    cleared = Signal()
    """A run begins at 0: forget what was shown."""
    running_changed = Signal(bool)
    failed = Signal(str, str)
    """The simulation broke: message and traceback. The design is untouched."""
    halted = Signal(str)
    """The run stands still at its limit of memory: why, in a line."""
    refused = Signal(object)
    """The design cannot run as it stands: its findings. The run goes on as it was."""
    answering = Signal(bool)
    """Whether the process answers; said when it ceases to, and when it does so again."""
    measured = Signal(object)
    """The run passed the end of its scenario: the result."""
    paused = Signal(str)
    """The run paused by itself, at a breakpoint: where and why, in one line."""
    breakpoints_changed = Signal()
    """Somebody has set other breakpoints."""
    rewinding = Signal(float, float)
    """The run is replayed to a time of its past: the share done, 0 to 1, and that time (s)."""
    rewound = Signal(float, str)
    """The run stands at a time of its past (s) and goes on from there; NaN where it is as it was, and why if not by wish."""
    explained = Signal(object)
    """Why something went wrong: an ``Explained``."""
    traced = Signal(object)
    """Single requests of the run: a ``Traced``."""
    found = Signal(object)
    """Incidents of the run: a ``FoundIncidents``."""
    unanswered = Signal(object)
    """A question about the run broke, and the run goes on: an ``Unanswered``."""
    load_set = Signal(float)
    """Another design is there, or a run is repeated that ends with another load: the dial stands there."""
    repeated = Signal(str)
    """A kept run was repeated up to where it ended; or why not, in one line."""

    def __init__(
        self,
        document: DesignDocument,
        start_process: Callable[[], Transport],
        clock: Callable[[], float] = time.perf_counter,
        memory: float = DEFAULT_MEMORY,
        *,
        traces: bool = False,
    ) -> None:
        super().__init__(document)
        self._document = document
        self._start_process = start_process
        self._clock = clock
        self._transport: Transport | None = None
        self._begun = False
        self._running = False
        self._starting = 0
        """Starts that the process was told of and has not heard: it still speaks of the run before."""
        self._seed = document.design.scenario.seed
        self._speed = 1.0
        self._load = 1.0
        self._memory = memory
        self._asked: deque[Callable[[str, str], object]] = deque()
        """Who asked for the journal, the first one first."""
        self._repeats = False
        self._goal = 0.0
        """Where a replay goes to (s)."""
        self.breakpoints: tuple[Breakpoint, ...] = ()
        """When this and later runs of the design pause by themselves."""
        self._records = traces
        self._latest: Snapshot | None = None
        self._shown = 0.0
        self._silence = 0
        """Ticks since something was heard, once the process has begun to talk."""
        self.answers = True
        """Whether the process does."""
        self._meter = RateMeter()
        document.edited.connect(self._follow)
        document.replaced.connect(self._take_other)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.tick)

    # -- what a person asks for -------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether simulated time is meant to pass."""
        return self._running

    @property
    def latest(self) -> Snapshot | None:
        """The last snapshot of this run."""
        return self._latest

    @property
    def has_run(self) -> bool:
        """Whether there is a run, going on or standing still."""
        return self._transport is not None and self._latest is not None

    @property
    def speed(self) -> float:
        """The speed asked for."""
        return self._speed

    @property
    def now(self) -> float:
        """Simulated seconds since the start of the run."""
        return self._latest.time if self._latest else 0.0

    def begin(self) -> None:
        """Start the process, unless there is one, and load the document's design."""
        self._begun = True
        if self._transport is None:
            self._transport = self._start_process()
            self._starting = 0
            self._silence = -1
            self._heard()
            self._timer.start()
        self._reload()

    def set_running(self, wanted: bool) -> None:  # noqa: FBT001 - a Qt slot for a toggle
        """Run or pause."""
        if self._transport is None and wanted:
            self.begin()
        self._running = wanted
        self._send(Run() if wanted else Pause())
        self._shown = self._clock()
        self._meter.forget()
        self.running_changed.emit(wanted)

    def toggle(self) -> None:
        """Run if paused, pause if running."""
        self.set_running(not self._running)

    def step_time(self, seconds: float = 1.0) -> None:
        """Advance by so much and stand still."""
        self._step(StepTime(seconds))

    def step_request(self) -> None:
        """Advance until one more request is answered and stand still."""
        self._step(StepRequest())

    def restart(self) -> None:
        """Back to 0, going on if it went; starts a new process when the last one broke."""
        if self._begun:
            self.begin()

    def revive(self) -> None:
        """Replace a process that is broken, or does not answer, by a new one, running."""
        self._disappoint()
        self.close()
        self._running = True
        self.begin()

    def set_speed(self, speed: float) -> None:
        """Simulated seconds a wall second, infinity for as fast as it goes."""
        self._speed = speed
        self._meter.forget()
        self._send(SetSpeed(speed))

    def set_load(self, factor: float) -> None:
        """Multiply all traffic."""
        self._load = factor
        self._send(SetLoad(factor))

    def _take_other(self, _design: object) -> None:
        """Run another design, as it was drawn: the load that the last one was put under says nothing of it."""
        self._load = 1.0
        self.load_set.emit(1.0)
        self.restart()

    def set_breakpoints(self, points: tuple[Breakpoint, ...]) -> None:
        """Pause by itself when something begins; ``paused`` tells."""
        self.breakpoints = points
        self._send(SetBreakpoints(points))
        self.breakpoints_changed.emit()

    def set_memory(self, limit: float) -> None:
        """What a run may take (bytes), from its next start on."""
        self._memory = limit

    @property
    def records_traces(self) -> bool:
        """Whether runs record single requests, from their next start on."""
        return self._records

    def set_traces(self, wanted: bool) -> None:  # noqa: FBT001 - a Qt slot for a toggle
        """Record single requests, or not, from the next start on."""
        self._records = wanted

    def take_journal(self, done: Callable[[str, str], object]) -> None:
        """Ask for the run so far.

        ``done`` hears it as the text of a file; or nothing, and why.
        """
        if not self.has_run:
            done("", _NOT_YET)
        else:
            self._asked.append(done)
            self._send(TakeJournal())

    def repeat(self, journal: str, load: float, end: float) -> None:
        """Do again what a journal tells, in place of the run; ``rewinding`` and at last ``repeated`` tell how that goes.

        Args:
            journal: the text of its file; the document holds the design that it ends with.
            load: where its load dial stands at the end.
            end: how far it goes (s).
        """
        self.set_running(wanted=False)
        self._repeats, self._load, self._goal = True, load, end
        self.load_set.emit(load)
        self.rewinding.emit(0.0, end)
        self._send(Repeat(journal))

    def rewind(self, until: float) -> None:
        """Go back to a time (s) and on from there; ``rewinding`` and at last ``rewound`` tell how that goes."""
        if self.has_run:
            self._repeats, self._goal = False, until
            self.rewinding.emit(0.0, until)
            self._send(Rewind(until))

    def cancel_rewind(self) -> None:
        """Do not go back after all."""
        self._send(CancelRewind())

    def explain(self, question: Explain) -> None:
        """Ask why something went wrong; ``explained`` is the answer."""
        self._send(question)

    def ask(self, question: TakeTraces | FindIncidents | WatchKey) -> None:
        """Ask for single requests (``traced``), for incidents (``found``), or that snapshots tell of a key."""
        self._send(question)

    def close(self) -> None:
        """End the process."""
        self._timer.stop()
        self._asked.clear()
        if self._transport is not None:
            self._transport.close()
            self._transport = None

    def rates(self) -> Rates:
        """How fast it goes just now."""
        return self._meter.rates() if self._running and self.answers else Rates()

    # -- following document and process -----------------------------------------------------------

    def tick(self) -> None:
        """Take what the process reported. Called by the one timer."""
        reports = self._transport.poll() if self._transport else []
        if reports:
            self._silence = 0
            self._heard()
        for report in reports:
            self._take(report)
        if not reports:
            self._listen()

    def _listen(self) -> None:
        """Nothing was said: ask, and note where there is no answer either. A process that starts may take its time."""
        if self._silence < 0 or self._transport is None:
            return
        self._silence += 1
        if self._silence == _ASK:
            self._send(Ping())
        elif self._silence == _ASK + PATIENCE:
            self.answers = False
            self.answering.emit(False)  # noqa: FBT003 - a Qt signal

    def _heard(self) -> None:
        """It answers."""
        if not self.answers:
            self.answers = True
            self.answering.emit(True)  # noqa: FBT003 - a Qt signal

    def _follow(self, edit: Edit, changes: Changes) -> None:
        """Pass an edit, undo or redo on to the run; another seed is another run."""
        if not changes.affects_run:
            return
        if self._document.design.scenario.seed != self._seed:
            self.restart()
        else:
            self._send(ApplyEdit(edit))

    def _reload(self) -> None:
        """Start over with the document's design, dials as they are."""
        design = self._document.design
        self._seed = design.scenario.seed
        self._starting += 1
        self._latest = None
        self._meter.forget()
        self.cleared.emit()
        start = StartOver(design, self._memory, TraceSettings() if self._records else None)
        for command in (start, SetSpeed(self._speed), SetLoad(self._load)):
            self._send(command)
        if self.breakpoints:
            self._send(SetBreakpoints(self.breakpoints))
        if self._running:
            self._send(Run())
        self.running_changed.emit(self._running)

    def _step(self, command: Command) -> None:
        """Stand still after a step."""
        if self._transport is None:
            self.begin()
        self._running = False
        self._send(command)
        self.running_changed.emit(False)  # noqa: FBT003 - a Qt signal

    def _send(self, command: Command) -> None:
        """Tell the process, if there is one."""
        if self._transport is not None:
            self._transport.send(command)

    def _take(self, report: Report) -> None:
        """React to one report. What an abandoned run still had to say is dropped."""
        match report:
            case Progress(snapshot, running):
                self._send(Ack())
                if not self._starting:
                    self._show(snapshot, running)
            case Started():
                self._starting -= 1
            case Refused(findings):
                self.refused.emit(findings)
            case Measured(result):
                if not self._starting:
                    self.measured.emit(result)
            case Halted() | Paused():
                self._stand_still(report)
            case Failed(message, trace):
                self._give_up(message, trace)
            case Pong():
                pass
            case _:
                self._pass_on(report)

    def _stand_still(self, report: Halted | Paused) -> None:
        """The run stopped by itself."""
        if isinstance(report, Paused) and self._starting:
            return  # that was the run before
        self._running = False
        self.running_changed.emit(False)  # noqa: FBT003 - a Qt signal
        if isinstance(report, Halted):
            self.halted.emit(report.message)
        else:
            self.paused.emit(f"Paused at {instant_text(report.at)}: {report.message}.")

    def _pass_on(self, report: Answer) -> None:
        """Tell whoever asked for something how that goes."""
        match report:
            case Rewinding(share):
                self.rewinding.emit(share, self._goal)
            case Rewound(at, problem):
                self._meter.forget()
                if self._repeats:
                    self._repeats = False
                    self.repeated.emit(problem or ("" if at is not None else "it was cancelled"))
                else:
                    self.rewound.emit(math.nan if at is None else at, problem)
            case Explained():
                self.explained.emit(report)
            case Traced():
                self.traced.emit(report)
            case FoundIncidents():
                self.found.emit(report)
            case Recorded(text, problem):
                self._hand_over(text, problem)
            case Unanswered():
                if isinstance(report.question, TakeJournal):
                    self._hand_over("", report.message)
                self.unanswered.emit(report)

    def _hand_over(self, text: str, problem: str) -> None:
        """Tell who asked first for the run."""
        if self._asked:
            self._asked.popleft()(text, problem)

    def _show(self, snapshot: Snapshot, running: bool) -> None:  # noqa: FBT001
        """Remember and pass on a snapshot."""
        wall = self._clock()
        self._latest = snapshot
        self._meter.note(wall, snapshot)
        elapsed, self._shown = wall - self._shown, wall
        self.snapshot.emit(snapshot, elapsed if running else 0.0)

    def _disappoint(self) -> None:
        """Tell those who asked for the run that it is over."""
        asked, self._asked = self._asked, deque()
        for done in asked:
            done("", _OVER)

    def _give_up(self, message: str, trace: str) -> None:
        """The run is over; the design stays and a new process can be started."""
        self._disappoint()
        self.close()
        self._running = False
        self.running_changed.emit(False)  # noqa: FBT003 - a Qt signal
        self.failed.emit(message, trace)
