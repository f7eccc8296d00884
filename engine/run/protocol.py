"""What the app says to a running simulation, and what it hears back. Plain frozen data, picklable."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from engine.model.memory import DEFAULT_MEMORY
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.model.edits import Edit
    from engine.model.findings import Finding
    from engine.model.trace_settings import TraceSettings
    from engine.run.breakpoints import Breakpoint
    from engine.sim.snapshot import Snapshot
    from engine.traces.edge import Edge, MapNode
    from engine.traces.span import Sampling, Trace
    from engine.why.fact import Fact
    from engine.why.incident import Incident

UNLIMITED = float("inf")


@dataclass(frozen=True, slots=True)
class StartOver:
    """Start over with this design, paused at 0 (``seed`` overrides the scenario's)."""

    design: Design
    memory: float = DEFAULT_MEMORY
    """What the run may take (bytes)."""
    traces: TraceSettings | None = None
    """Which requests are recorded call by call; nothing is where it is None."""


@dataclass(frozen=True, slots=True)
class Run:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stand still."""


@dataclass(frozen=True, slots=True)
class StepTime:
    """Advance by so many simulated seconds, then stand still."""

    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class StepRequest:
    """Advance until one more client request is answered, then stand still."""


@dataclass(frozen=True, slots=True)
class SetSpeed:
    """Simulated seconds a wall second; ``UNLIMITED`` goes as fast as it can."""

    speed: float


@dataclass(frozen=True, slots=True)
class SetLoad:
    """Multiply every client's traffic (rate, or users of closed clients): the load dial."""

    factor: float


@dataclass(frozen=True, slots=True)
class ApplyEdit:
    """Change the design while it runs: knobs and topology."""

    edit: Edit


@dataclass(frozen=True, slots=True)
class SetBreakpoints:
    """Pause by itself when something begins; a pause is told by one ``Paused``."""

    points: tuple[Breakpoint, ...]


@dataclass(frozen=True, slots=True)
class TakeJournal:
    """Say how to repeat the run so far: the answer is one ``Recorded``."""


@dataclass(frozen=True, slots=True)
class Rewind:
    """Go back: replay the run up to a time (s), then go on from there as another run.

    Meanwhile there are some ``Rewinding``, at last one ``Rewound``.
    """

    until: float


@dataclass(frozen=True, slots=True)
class Repeat:
    """Do again what a journal tells (the text of its file), in place of the run; as with ``Rewind``.

    The first snapshot after it has what was measured on the way.
    """

    journal: str


@dataclass(frozen=True, slots=True)
class CancelRewind:
    """Do not go back after all: the run is as it was."""


@dataclass(frozen=True, slots=True)
class Explain:
    """Say why something went wrong: the answer is one ``Explained``."""

    moment: float | None = None
    """At which time (s); None for now or, where all is well by now, for the worst of all."""
    item: str | None = None
    """At which node; None for the clients."""


@dataclass(frozen=True, slots=True)
class TakeTraces:
    """Show single requests of the run so far, call by call: the answer is one ``Traced``."""

    moment: float | None = None
    """About which time (s); None for the whole run."""
    item: str | None = None
    """Through which node; None for any."""
    wanted: Literal["slowest", "failed", "p99"] = "slowest"
    """Which one is to be shown first."""


@dataclass(frozen=True, slots=True)
class FindIncidents:
    """Say when users failed in the run so far, and what was done about it: the answer is one ``FoundIncidents``."""


@dataclass(frozen=True, slots=True)
class WatchKey:
    """Tell in snapshots, from here on, which versions the replicas of a key hold; of one cluster at a time."""

    item: str
    key: int | None = None
    """None for the key that is written most."""


@dataclass(frozen=True, slots=True)
class Ack:
    """The last snapshot was shown; send the next."""


@dataclass(frozen=True, slots=True)
class Ping:
    """Say that you are there: the answer is one ``Pong``."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End the process."""


Command = (
    StartOver
    | Run
    | Pause
    | StepTime
    | StepRequest
    | SetSpeed
    | SetLoad
    | ApplyEdit
    | SetBreakpoints
    | TakeJournal
    | FindIncidents
    | Rewind
    | Repeat
    | CancelRewind
    | Explain
    | TakeTraces
    | WatchKey
    | Ack
    | Ping
    | Stop
)


@dataclass(frozen=True, slots=True)
class Started:
    """A ``StartOver`` was heard: what is reported from here on is not of the run before it."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A snapshot, and whether the run goes on."""

    snapshot: Snapshot
    running: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """The run passed the end of its scenario: the result, as in the result contract (JSON types)."""

    result: dict[str, object]


@dataclass(frozen=True, slots=True)
class Paused:
    """The run paused at a breakpoint. ``message`` says where and why, in one line."""

    at: float
    message: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The design cannot run as it stands; the simulation keeps what it had."""

    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Recorded:
    """The run so far, as the text of a journal's file; or why there is none, in one line."""

    text: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Rewinding:
    """A replay is under way; ``share`` of it, 0 to 1, is done."""

    share: float


@dataclass(frozen=True, slots=True)
class Rewound:
    """The run stands at a time (s) of its past and goes on from there; or, where that is None, as it was.

    ``problem`` says why in one line, and nothing where somebody cancelled.
    """

    at: float | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Explained:
    """The chain of causes, first cause first; empty where nothing went wrong."""

    question: Explain
    facts: tuple[Fact, ...]
    took: float = 0.0
    """Seconds that it took to find them."""


@dataclass(frozen=True, slots=True)
class FoundIncidents:
    """The incidents of the last part of the run, in order of time; none where users were served all the time."""

    incidents: tuple[Incident, ...] = ()
    took: float = 0.0
    """Wall seconds that the run stood still for the answer: who asks again and again waits many times as long."""
    since: float = 0.0
    """From when on the run is remembered (s): what was before is in no answer any more."""


@dataclass(frozen=True, slots=True)
class Traced:
    """Requests that were recorded, and what sampling left out."""

    question: TakeTraces
    slowest: tuple[Trace, ...] = ()
    """Those that succeeded, the longest first."""
    failed: tuple[Trace, ...] = ()
    """The longest first."""
    chosen: str | None = None
    """Id of the one that is to be shown first; None where there is none."""
    edges: tuple[Edge, ...] = ()
    """The service map of the whole run."""
    map_nodes: tuple[MapNode, ...] = ()
    """Its nodes."""
    sampling: Sampling | None = None
    """None where nothing is recorded."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question broke, and nothing else: the run goes on."""

    question: Explain | TakeTraces | FindIncidents | TakeJournal
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Halted:
    """The run stands still at its limit of memory. ``message`` is one line: what, where, remedy."""

    message: str


@dataclass(frozen=True, slots=True)
class Pong:
    """I am here."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The simulation broke. The design is untouched."""

    message: str
    traceback: str


Answer = Rewinding | Rewound | Explained | Traced | FoundIncidents | Recorded | Unanswered
"""What was asked for, or how far it is."""
Report = (
    Started
    | Progress
    | Measured
    | Paused
    | Refused
    | Recorded
    | Rewinding
    | Rewound
    | Explained
    | FoundIncidents
    | Traced
    | Unanswered
    | Halted
    | Pong
    | Failed
)
