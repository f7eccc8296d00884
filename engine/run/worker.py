"""The child process that simulates for the app: takes commands, keeps the pace, reports.

One loop, one session. It never imports Qt. At most one ``Progress`` is on its way: the next is made
only when the app has acknowledged the last, so that a slow view slows the reports and nothing else.
It ends with its parent: the end of the pipe ends it, and a slice that hangs ends it as well.
"""

from __future__ import annotations

import gc
import math
import traceback
from typing import TYPE_CHECKING, Final

from engine.model.edits import CompoundEdit
from engine.model.memory import DEFAULT_MEMORY
from engine.run.breakpoints import Watch, reason_of
from engine.run.journal import JournalError
from engine.run.journal_file import dumps, loads
from engine.run.memory import MemoryLimitError, resident
from engine.run.pacing import Pacer, Slicer
from engine.run.protocol import (
    Ack,
    ApplyEdit,
    CancelRewind,
    Explain,
    Explained,
    Failed,
    FindIncidents,
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
    Stop,
    TakeJournal,
    TakeTraces,
    Traced,
    Unanswered,
    WatchKey,
)
from engine.run.rewinding import Rewinding as Replay
from engine.run.rewinding import place
from engine.run.session import DesignError, Session, StandstillError
from engine.why.record import Record

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.design import Design
    from engine.model.edits import Edit
    from engine.model.trace_settings import TraceSettings
    from engine.run.protocol import Answer, Command, Report

REPORT_EVERY: Final = 0.030
"""Wall seconds between reports: what the app's 33 ms timer can show."""
BACKLOG: Final = 1000.0
"""Simulated seconds that may pass unreported; then the run waits for the app to take a report."""
HANG: Final = 20.0
"""Processor seconds that one turn of the loop may take before the process is ended."""
REST: Final = 0.012
"""Wall seconds that a run rests once it is where it should be: each turn costs something of itself."""
NICENESS: Final = 5
"""Where cores are scarce the interface comes first: a late frame is seen, a slower run is not."""
LONGEST: Final = 0.05
"""Wall seconds after which a slice ends wherever it is: what it meets may cost any multiple of what came before."""
_MUCH: Final = 3e8
"""Bytes from which on a process clears up before it begins anew."""
IDLE: Final = 0.5
"""Wall seconds to wait where nothing is due: a command ends the wait."""


def _silence() -> bool:
    """Nobody says anything."""
    return False


class Worker:
    """A session under commands.

    ``send`` delivers reports; ``clock`` gives wall seconds; ``called`` says whether a command waits.
    """

    def __init__(
        self,
        send: Callable[[Report], None],
        clock: Callable[[], float],
        called: Callable[[], bool] = _silence,
    ) -> None:
        self._send = send
        self._clock = clock
        self._called = called
        self._ends = math.inf
        """Wall time at which the slice has to end."""
        self._design: Design | None = None
        self._memory = DEFAULT_MEMORY
        self._traces: TraceSettings | None = None
        self._session: Session | None = None
        self._record: Record | None = None
        """What it recorded lately, for who asks why something went wrong."""
        self._refused: list[Edit] = []
        self._keys: dict[str, int | None] = {}
        """The cluster and its key that somebody looks at."""
        self._replay: Replay | None = None
        """The way back, while it is under way; the run itself stands still meanwhile."""
        self._watch = Watch()
        self._running = False
        self._stop_at: float | None = None
        self._load = 1.0
        self._pacer = Pacer()
        self._slicer = Slicer()
        self._credit = True
        self._news = False
        self._reported_at = -math.inf
        self._reported_time = 0.0
        self._measured = False
        self._fresh = False
        self.stopped = False

    # -- commands ---------------------------------------------------------------------------------

    def handle(self, command: Command) -> None:
        """Carry out a command. What breaks is reported and ends the run, not the process."""
        try:
            self._handle(command)
        except MemoryLimitError as error:
            self._halt(error)
        except Exception as error:  # noqa: BLE001 - whatever breaks is the app's to show
            self._fail(error)

    def _handle(self, command: Command) -> None:
        """Dispatch by type."""
        match command:
            case StartOver():
                self._start(command)
            case Run() | Pause():
                self._running, self._stop_at = isinstance(command, Run), None
                self._changed()
            case StepTime() | StepRequest():
                self._step(command)
            case ApplyEdit(edit):
                self._apply(edit)
            case TakeJournal() | Explain() | TakeTraces() | FindIncidents():
                self._answer(command)
            case Rewind() | Repeat() | CancelRewind():
                self._rewind(command)
            case Ack() | Ping():
                self._listen_to(command)
            case Stop():
                self.stopped = True
            case SetSpeed() | SetLoad() | SetBreakpoints() | WatchKey():
                self._tune(command)

    def _answer(self, question: TakeJournal | Explain | TakeTraces | FindIncidents) -> None:
        """Say what was asked about the run so far. A question that breaks costs its answer, and not the run."""
        try:
            self._send(self._looked_into(question))
        except MemoryLimitError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever breaks is the app's to show
            self._send(Unanswered(question, *_told(error)))

    def _looked_into(self, question: TakeJournal | Explain | TakeTraces | FindIncidents) -> Answer:
        """The answer."""
        if isinstance(question, Explain):
            return self._explained(question)
        if isinstance(question, TakeTraces):
            return self._traced(question)
        if isinstance(question, FindIncidents):
            return self._found()
        return self._recorded()

    def _listen_to(self, command: Ack | Ping) -> None:
        """The app takes the next report, or asks whether anybody is here."""
        if isinstance(command, Ack):
            self._credit = True
        else:
            self._send(Pong())

    def _start(self, command: StartOver) -> None:
        """Begin at 0 with this design, paused."""
        self._send(Started())
        self._memory, self._traces = command.memory, command.traces
        self._design, self._session, self._refused = command.design, None, []
        self._replay = None
        if resident() > _MUCH:
            gc.collect()  # what the last run had is to be free before it counts what the next one takes
        self._running, self._stop_at, self._measured = False, None, False
        self._reported_time = 0.0
        self._build()

    def _build(self) -> None:
        """Make a session of the design, or report why it cannot run."""
        if self._design is None:
            return
        try:
            session = Session(self._design, self._memory, self._traces)
        except DesignError as error:
            self._send(Refused(error.findings))
            return
        session.set_load(self._load)
        self._record = Record(session.plan)
        session.heed, session.keys = self._is_due, self._keys
        self._session, self._fresh = session, True
        self._watch.begin(0.0)
        self._changed()

    def _apply(self, edit: Edit) -> None:
        """Change the running design.

        An edit that makes the design unfit to run is kept: the run goes on as it was, and the next
        edit is tried together with those before it.
        """
        if self._session is None:
            if self._design is not None:
                self._design = edit.apply(self._design).design
                self._build()
            return
        self._refused.append(edit)
        together = CompoundEdit.of(self._refused, edit.label) if len(self._refused) > 1 else edit
        try:
            self._session.apply(together)
        except DesignError as error:
            self._send(Refused(error.findings))
            return
        self._refused.clear()
        if self._record is not None:
            self._record.follow(self._session.plan, self._session.now)
        self._changed()

    def _tune(self, command: SetSpeed | SetLoad | SetBreakpoints | WatchKey) -> None:
        """Turn a dial, or wait for something."""
        if isinstance(command, SetBreakpoints):
            self._watch = Watch(command.points)
            self._watch.begin(self._session.now if self._session is not None else 0.0)
        elif isinstance(command, WatchKey):
            self._keys = {command.item: command.key}
            if self._session is not None:
                self._session.keys = self._keys
        elif isinstance(command, SetSpeed):
            self._pacer.speed = max(1e-3, command.speed)
        else:
            self._load = command.factor
            if self._session is not None:
                self._session.set_load(command.factor)
        self._changed()

    def _step(self, command: StepTime | StepRequest) -> None:
        """Advance a little, then stand still; not while the run goes back."""
        if self._replay is not None:
            return
        if isinstance(command, StepTime):
            self._step_time(command.seconds)
        else:
            self._step_request()

    def _step_time(self, seconds: float) -> None:
        """Advance by so much, then stand still."""
        if self._session is not None:
            self._running, self._stop_at = False, self._session.now + seconds
            self._changed()

    def _step_request(self) -> None:
        """Advance until one more request is answered, then stand still."""
        if self._session is not None:
            self._running, self._stop_at = False, None
            self._ends = math.inf
            self._session.advance_request()
            self._note_result(self._session)
            self._changed()

    def _recorded(self) -> Recorded:
        """How to repeat the run so far."""
        if self._session is None:
            return Recorded(problem="there is no run; start one")
        try:
            return Recorded(dumps(self._session.journal()))
        except JournalError as error:
            return Recorded(problem=str(error))

    def _rewind(self, command: Rewind | Repeat | CancelRewind) -> None:
        """Begin to go back, or to do again what a journal tells; or do not after all."""
        had, self._replay = self._replay, None
        if isinstance(command, CancelRewind) or self._session is None:
            if had is not None or not isinstance(command, CancelRewind):
                self._send(Rewound(None))
                self._changed()
            return
        try:
            self._replay = self._replay_of(command, self._session)
        except (JournalError, DesignError) as error:
            self._send(Rewound(None, str(error)))

    def _replay_of(self, command: Rewind | Repeat, session: Session) -> Replay:
        """What is to be replayed. Raises ``JournalError`` and ``DesignError``."""
        if isinstance(command, Rewind):
            until = place(command.until, session.now)
            return Replay(session.journal(), until, self._memory, self._clock, self._traces)
        journal = loads(command.journal)
        until = math.nextafter(journal.end.time, math.inf)
        return Replay(journal, until, self._memory, self._clock, self._traces, watched=True)

    def _go_back(self, replay: Replay, session: Session) -> None:
        """Replay a slice; once it is there, the new run takes the place of the other."""
        try:
            arrived = replay.advance()
            if not arrived:
                self._send(Rewinding(replay.share))
                return
            self._session = replay.session if replay.watched else replay.go_on(session.journal())
        except (JournalError, MemoryLimitError) as error:
            self._replay = None
            self._send(Rewound(None, str(error)))
            self._changed()
            return
        self._replay, self._stop_at = None, None
        self._session.heed, self._session.keys = self._is_due, self._keys
        self._measured = self._session.is_over
        if replay.watched:
            self._design, self._load = self._session.design, self._session.load
            self._record = Record(self._session.plan)
        elif self._record is not None:
            self._record.forget_after(replay.until)
        self._reported_time = self._session.now
        self._watch.begin(replay.until)
        self._send(Rewound(replay.until))
        self._changed()

    def _explained(self, question: Explain) -> Explained:
        """Why something went wrong in the run so far."""
        if self._record is None or self._session is None:
            return Explained(question, ())
        from engine.run.answers import explained  # noqa: PLC0415 - few runs are asked about

        return explained(self._record, self._session, question)

    def _found(self) -> FoundIncidents:
        """The incidents of the run so far."""
        if self._record is None or self._session is None:
            return FoundIncidents()
        from engine.run.answers import incidents_found  # noqa: PLC0415 - few runs are asked about

        return incidents_found(self._record, self._session)

    def _traced(self, question: TakeTraces) -> Traced:
        """Single requests of the run so far."""
        if self._session is None or self._traces is None:
            return Traced(question)
        from engine.run.answers import traced  # noqa: PLC0415 - few runs are asked about

        return traced(self._session.recording(), question, self._session.design.scenario.duration)

    def _changed(self) -> None:
        """Something changed: report it, and neither trust old measurements nor owe old time."""
        self._news = True
        self._slicer.doubt()
        if self._session is not None:
            self._pacer.anchor(self._clock(), self._session.now)

    # -- simulating -------------------------------------------------------------------------------

    def turn(self) -> float:
        """Do one slice of what is due and report if it is time; wall seconds to wait after it."""
        session = self._session
        if session is None:
            return IDLE
        try:
            if self._replay is not None:
                self._go_back(self._replay, session)
                return 0.0
            if self._fresh and not self._begin(session):
                return IDLE
            wait = self._advance(session)
            self._report(session)
        except MemoryLimitError as error:
            self._halt(error)
            return 0.0
        except Exception as error:  # noqa: BLE001 - whatever breaks is the app's to show
            self._fail(error)
            return IDLE
        if self._news and self._credit:
            wait = min(wait, max(0.0, self._reported_at + REPORT_EVERY - self._clock()))
        return wait

    def _begin(self, session: Session) -> bool:
        """Report the state at 0 before anything happens, so that what is shown begins there.

        Returns whether that is done.
        """
        if not self._credit:
            return False
        self._fresh, self._reported_at = False, -math.inf
        self._report(session)
        return True

    def _advance(self, session: Session) -> float:
        """Simulate one slice towards the target; wall seconds until more is due."""
        begun, now = self._clock(), session.now
        target = self._target(now, begun)
        if target <= now:
            return self._pacer.wait(begun, now) + REST if self._running else IDLE
        if not self._credit and now - self._reported_time > BACKLOG:
            return IDLE  # the Ack ends the wait
        until = min(target, now + self._slicer.span)
        if self._watch:
            until = min(until, self._watch.stop_before(now, session.design.scenario.events))
        end = session.design.scenario.duration
        if not self._measured and now < end <= until:
            until = end
        self._ends = begun + LONGEST
        arrived = session.advance(until)
        self._slicer.record(session.now - now, self._clock() - begun)
        self._news = True
        self._note_result(session)
        if self._watch and self._break(session):
            return IDLE
        if self._stop_at is not None and session.now >= self._stop_at:
            self._stop_at = None
            return IDLE
        return REST if arrived and until >= target else 0.0

    def _break(self, session: Session) -> bool:
        """Stand still where something began that somebody waits for."""
        reason = reason_of(self._watch, session.design, session.now, session.look)
        if not reason:
            return False
        self._running, self._stop_at = False, None
        self._changed()
        self._send(Paused(session.now, reason))
        return True

    def _is_due(self) -> bool:
        """Whether a slice ends here: somebody calls, or it has taken its time."""
        return self._called() or self._clock() >= self._ends

    def _note_result(self, session: Session) -> None:
        """Report the result once it is settled."""
        if session.is_over and not self._measured:
            self._measured = True
            self._send(Measured(session.result()))

    def _target(self, now: float, wall: float) -> float:
        """Where simulated time should be."""
        if self._stop_at is not None:
            return self._stop_at
        return self._pacer.target(wall, now) if self._running else now

    def _report(self, session: Session) -> None:
        """Send a snapshot when there is news, the app took the last one, and it is time."""
        wall = self._clock()
        if self._news and self._credit and wall - self._reported_at >= REPORT_EVERY:
            self._news, self._credit = False, False
            self._reported_at, self._reported_time = wall, session.now
            snapshot = session.snapshot()
            if self._record is not None:
                self._record.add(snapshot)
            self._send(Progress(snapshot, self._running))

    def _halt(self, error: MemoryLimitError) -> None:
        """Stand still at the limit of memory: what is there can be looked at, and changed."""
        self._running, self._stop_at = False, None
        self._changed()
        self._send(Halted(str(error)))

    def _fail(self, error: Exception) -> None:
        """Report what broke and give the session up; a ``Load`` starts over."""
        self._session, self._design, self._running = None, None, False
        self._replay = None
        self._send(Failed(*_told(error)))


def _told(error: Exception) -> tuple[str, str]:
    """What broke in a line, and where in many."""
    known = isinstance(error, StandstillError)
    message = str(error) if known else f"{type(error).__name__}: {error}"
    return message, "".join(traceback.format_exception(error))
