"""How nodes and links fare: smoothed readings, and the state that they amount to."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from widgets.canvas.outcomes import FAILING_ABOVE, Flow
from widgets.canvas.smoothing import Smooth, weight_of

if TYPE_CHECKING:
    from engine.sim.snapshot import NodeGauge
    from widgets.canvas.readings import Reading

State = Literal["idle", "healthy", "strained", "saturated", "failing", "down"]
RANK: Final[dict[State, int]] = {
    "idle": 0,
    "healthy": 1,
    "strained": 2,
    "saturated": 3,
    "failing": 4,
    "down": 5,
}
"""Calm to broken."""

STRAINED_ABOVE: Final = 0.7
STRAINED_FACTOR: Final = 3.0
"""Times its calm p99 that counts as strained."""
_FULL: Final = 0.96
"""Utilization from which a queue is more than chance."""
_RELEASE: Final = 0.9
"""A state is left a little below where it is entered, so that it does not flicker."""
_FULL_RELEASE: Final = 0.96
"""The same for utilization near one."""
_USED: Final = ("request_utilization", "response_utilization")
"""What tells how full the bandwidth of a link is."""
_QUEUE_TAU: Final = 8.0
"""Slow pace against which a queue is seen to grow (wall seconds, or what counts as such)."""
_CALM_DOWN: Final = 5.0
_CALM_UP: Final = 120.0
_LEAST_WEIGHT: Final = 1e-3
"""Of a snapshot, where its share of what came before is reckoned with."""
_SEEN: Final = 40
"""Answers needed before a p99 means anything for the state."""


@dataclass(slots=True)
class Calm:
    """The latency of quiet times: follows p99 down quickly and up slowly."""

    p99: Smooth = field(default_factory=Smooth)
    seen: int = 0

    def feed(self, p99: float, reading: Reading, seconds: float) -> None:
        """Learn from a reading; busy or failing times teach nothing but improvement."""
        self.seen += reading.done
        if math.isnan(p99):
            return
        lower = p99 < self.p99.at_least(math.inf)
        quiet = reading.utilization < 0.5 and not reading.failed
        if lower or quiet:
            self.p99.feed(p99, weight_of(seconds, _CALM_DOWN if lower else _CALM_UP))

    def exceeded_by(self, p99: float, factor: float) -> bool:
        """Whether a p99 is well above the calm one."""
        return self.seen >= _SEEN and p99 > factor * self.p99.at_least(math.inf)


@dataclass(slots=True)
class CellHealth:
    """One instance, smoothed."""

    state: str = "ready"
    busy: Smooth = field(default_factory=Smooth)
    waiting: Smooth = field(default_factory=Smooth)
    slow: float = 1.0
    came: Smooth = field(default_factory=Smooth)
    """Requests that came to it since the snapshot before."""
    sure: float = 0.0
    """How many of them, with those of before, are behind that number."""
    arrivals: int = 0
    """Requests that came to it so far."""

    def count(self, arrivals: int, weight: float) -> None:
        """Take in how many came so far; fewer than before are those of another run, or instance."""
        if arrivals >= self.arrivals > 0:
            self.came.feed(arrivals - self.arrivals, weight)
            self.sure = 2.0 * self.came.at_least() / max(weight, _LEAST_WEIGHT)
        elif arrivals < self.arrivals:
            self.came.forget()
        self.arrivals = arrivals


@dataclass(slots=True)
class NodeHealth:
    """A node's smoothed numbers and its state."""

    flow: Flow = field(default_factory=Flow)
    utilization: Smooth = field(default_factory=Smooth)
    working: Smooth = field(default_factory=Smooth)
    """Share of the busy workers that are at work."""
    queue: Smooth = field(default_factory=Smooth)
    queue_slow: Smooth = field(default_factory=Smooth)
    calm: Calm = field(default_factory=Calm)
    extra: dict[str, Smooth] = field(default_factory=dict)
    cells: list[CellHealth] = field(default_factory=list)
    instances: int = 0
    workers: int = 0
    in_system: int = 0
    faults: tuple[str, ...] = ()
    compromised: str | None = None
    """The link over which an attacker came who has it, empty where he came in here."""
    state: State = "idle"
    silence: float = 0.0
    """Simulated seconds in which nobody was answered, nor refused, although somebody waited all the while."""
    _since: float = 0.0
    _waited: bool = False

    @property
    def is_silent(self) -> bool:
        """Whether whoever waits has got no answer for far longer than answers took in quiet times."""
        return self.calm.exceeded_by(self.silence, STRAINED_FACTOR)

    def observe(self, reading: Reading | None, gauge: NodeGauge | None, seconds: float) -> None:
        """Take in what a snapshot says; what passed since the one before counts as so many seconds."""
        self._since += seconds
        if gauge is not None:
            self._gauge(gauge, weight_of(seconds))
        if reading is not None:
            weight = weight_of(self._since)
            self.flow.feed(reading, self._since)
            self.utilization.feed(reading.utilization, weight)
            self.working.feed(reading.working, weight)
            self.queue.feed(reading.queue, weight)
            self.queue_slow.feed(reading.queue, weight_of(self._since, _QUEUE_TAU))
            self.calm.feed(reading.p99, reading, self._since)
            for name, value in reading.extra.items():
                self.extra.setdefault(name, Smooth()).feed(value, weight)
            self._listen(reading)
            self._since = 0.0
        self.state = self._classified()

    def _listen(self, reading: Reading) -> None:
        """Note how long nobody has been answered."""
        waits = self.in_system > 0
        if waits and self._waited and not (reading.done or reading.failures):
            self.silence += reading.seconds
        else:
            self.silence = 0.0
        self._waited = waits

    def _gauge(self, gauge: NodeGauge, weight: float) -> None:
        """Take in how the node stands right now."""
        self.faults = gauge.faults
        self.compromised = gauge.compromised
        self.instances = gauge.instance_count
        self.in_system = gauge.in_system
        shown = gauge.instances
        self.workers = sum(cell.workers for cell in shown)
        while len(self.cells) < len(shown):
            self.cells.append(CellHealth())
        del self.cells[len(shown) :]
        for cell, now in zip(self.cells, shown, strict=True):
            cell.state, cell.slow = now.state, now.slow
            cell.busy.feed(now.busy / now.workers if now.workers else 0.0, weight)
            cell.waiting.feed(now.waiting, weight)
            cell.count(now.arrivals, weight)

    def _classified(self) -> State:
        """The state, by the worst that holds."""
        state = self.state
        if self.cells and all(cell.state == "down" for cell in self.cells):
            return "down"
        if self.flow.failing > FAILING_ABOVE * (_RELEASE if state == "failing" else 1.0):
            return "failing"
        if self._is_saturated(_RELEASE if state == "saturated" else 1.0):
            return "saturated"
        hold = _RELEASE if state == "strained" else 1.0
        p99 = self.flow.p99.at_least()
        if self.utilization.at_least() > STRAINED_ABOVE * hold or (
            self.calm.exceeded_by(max(p99, self.silence), STRAINED_FACTOR * hold)
        ):
            return "strained"
        quiet = self.flow.rate.at_least() < 0.005 and self.in_system == 0
        return "idle" if quiet else "healthy"

    def _is_saturated(self, hold: float) -> bool:
        """Whether the queue grows, or stands high because it cannot grow further."""
        queue, slow = self.queue.at_least(), self.queue_slow.at_least()
        grows = queue > slow * 1.05 + 0.5
        if self.workers == 0 and self.utilization.at_least() < 0.01:
            return grows and queue > 20.0 * hold
        full = self.utilization.at_least() > _FULL * (_FULL_RELEASE if hold < 1.0 else 1.0)
        return full and queue > hold and (grows or queue > hold * max(2.0, self.workers))


@dataclass(slots=True)
class LinkHealth:
    """A link's smoothed numbers and its state."""

    flow: Flow = field(default_factory=Flow)
    calm: Calm = field(default_factory=Calm)
    extra: dict[str, Smooth] = field(default_factory=dict)
    """What its bandwidth and connections add, by name."""
    in_flight: int = 0
    state: State = "idle"
    _since: float = 0.0

    def observe(self, reading: Reading | None, in_flight: int, seconds: float) -> None:
        """Take in what a snapshot says; what passed since the one before counts as so many seconds."""
        self._since += seconds
        self.in_flight = in_flight
        if reading is None:
            return
        weight = weight_of(self._since)
        self.flow.feed(reading, self._since)
        self.calm.feed(reading.p99, reading, self._since)
        for name in [name for name in self.extra if name not in reading.extra]:
            del self.extra[name]
        for name, value in reading.extra.items():
            self.extra.setdefault(name, Smooth()).feed(value, weight)
        self._since = 0.0
        self.state = self._classified()

    @property
    def used(self) -> float:
        """How full the busier direction of its bandwidth is."""
        return max(
            (self.extra[name].at_least() for name in _USED if name in self.extra), default=0.0
        )

    def _classified(self) -> State:
        """The state, by the worst that holds."""
        if self.flow.failing > FAILING_ABOVE * (_RELEASE if self.state == "failing" else 1.0):
            return "failing"
        if self.used > _FULL * (_FULL_RELEASE if self.state == "saturated" else 1.0):
            return "saturated"
        factor = STRAINED_FACTOR * (_RELEASE if self.state == "strained" else 1.0)
        if self.calm.exceeded_by(self.flow.p99.at_least(), factor):
            return "strained"
        return "healthy" if self.flow.rate.at_least() >= 0.005 or self.in_flight else "idle"
