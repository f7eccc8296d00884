"""A simulation: a machine with its controllers, measured from the warm-up to the end, and looked at."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

from engine.control.alerts import Alerting
from engine.control.anti_entropy import AntiEntropy
from engine.control.autoscaler import Autoscalers
from engine.control.backups import Backups
from engine.control.bursts import Bursts
from engine.control.consumer_groups import ConsumerGroups
from engine.control.elections import Elections
from engine.control.failovers import Failovers
from engine.control.health import HealthChecks
from engine.control.leaders import PartitionLeaders
from engine.control.lives import Lives
from engine.control.outliers import Outliers
from engine.control.pauses import Pauses
from engine.control.renewals import Renewals
from engine.control.rotation import Rotations
from engine.control.timeline import Timeline
from engine.sim.machine import Machine
from engine.sim.meters import Meters
from engine.sim.samples import Observer
from engine.sim.snapshot import Notice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from engine.model.trace_settings import TraceSettings
    from engine.plan.primitives import Plan
    from engine.sim.reach import Reach
    from engine.sim.snapshot import NoticeKind, Role, Sample

_SHORTEST = 0.25
"""Least length of an interval (s) that a look closes."""
_USUAL = 1.0
"""Length of an interval (s) after which it closes by itself while somebody watches."""
_POINTS = 300
"""Intervals into which a run is divided at least, however fast it goes."""
_BETWEEN_LOOKS = 5
"""Intervals between two looks that are worth their price."""
_KEPT = 2000
"""Intervals, and notices, that are kept while nobody takes them; then the older half goes."""
_TONES: Mapping[str, NoticeKind] = {"failing": "alert", "healthy": "restored"}
"""Notices of changes of state, by their tone; others are about health."""


class Simulation:
    """A plan that runs, with everything that acts on it."""

    def __init__(self, plan: Plan, traces: TraceSettings | None = None) -> None:
        """Run a plan; with ``traces``, requests are recorded."""
        self.machine = Machine(plan, traces)
        self.notices: list[Notice] = []
        """What happened since somebody took them."""
        self.samples: list[Sample] = []
        """Closed intervals since somebody took them."""
        self.observer: Observer | None = None
        """Made by the first look; runs without one pay nothing."""
        self.meters = Meters(self.machine)
        """What is measured because somebody asks for it; runs without pay nothing."""
        self.machine.hear = self._heard
        self._marked = False
        self._sampled = 0.0
        self._looked = 0.0
        self._interval = _USUAL
        lives = Lives(self.machine, self._notify)
        self._timeline = Timeline(self.machine, lives, self._notify, self._follow_settings)
        self._health = HealthChecks(self.machine, self._notify)
        self._outliers = Outliers(self.machine, self._notify)
        self._rotations = Rotations(self.machine, self._notify)
        self._bursts = Bursts(self.machine)
        self._pauses = Pauses(self.machine)
        self._groups = ConsumerGroups(self.machine, self._notify)
        self._autoscalers = Autoscalers(self.machine, lives, self._notify)
        self._anti_entropy = AntiEntropy(self.machine, self._notify)
        self._renewals = Renewals(self.machine, self._timeline, self._notify)
        self._elections = Elections(self.machine, self._notify)
        self._leaders = PartitionLeaders(self.machine, self._notify)
        self._failovers = Failovers(self.machine, self._timeline, self._notify)
        self._backups = Backups(self.machine, lives, self._timeline, self._notify)
        self.alerts = Alerting(self.machine, self.meters.alarms, self._notify)
        """Who is paged because of objectives."""
        self.machine.scaled = self._follow_scaled
        self.follow(plan)

    @property
    def now(self) -> float:
        """Simulated time (s)."""
        return self.machine.now

    def follow(self, plan: Plan) -> None:
        """Become another plan, now."""
        self._follow_settings(self._timeline.follow(plan))

    def _follow_scaled(self, reach: Reach) -> None:
        """Let everything know the instances that a node has now."""
        self._timeline.refresh(reach)
        self._follow_settings(reach)

    def _follow_settings(self, reach: Reach) -> None:
        """Let everything that acts on settings act on those of now, where a change reached."""
        self._health.follow(reach)
        self._outliers.follow(reach)
        self._rotations.follow(reach)
        self._bursts.follow(reach)
        self._pauses.follow(reach)
        self._groups.follow(reach)
        self._autoscalers.follow(reach)
        self._elections.follow(reach)
        self._leaders.follow(reach)
        self._failovers.follow(reach)
        self._backups.follow(reach)
        self._anti_entropy.follow(reach)
        self._renewals.follow(reach)

    def advance(self, until: float) -> bool:
        """Do everything that is due before a time; false where an answer stopped it earlier."""
        with _no_garbage_collection():
            return self._advance(until)

    def _advance(self, until: float) -> bool:
        """Do everything that is due before a time, in stretches."""
        while self.now < until:
            self._measure()
            if not self.machine.advance(min(until, self._next_stop())):
                return False
            self.machine.note()
            if self.observer is not None and self.now >= self._sampled + self._interval:
                self._sample(self.observer)
        self._measure()
        return True

    def look(self) -> Observer:
        """What sees into the run; closes the interval unless it is too short to say anything."""
        if self.observer is None:
            self.observer = Observer(self.machine, self.meters.budgets)
            self._sampled = self._looked = self.now
        if self.now >= self._sampled + _SHORTEST:
            self._sample(self.observer)
        wanted = (self.now - self._looked) / _BETWEEN_LOOKS
        longest = self.machine.plan.duration / _POINTS
        self._interval = max(_USUAL, min(wanted, longest))
        self._looked = self.now
        return self.observer

    def _measure(self) -> None:
        """Begin the measurement when the warm-up is over, and look at what has to be looked at now."""
        self.meters.note()
        if not self._marked and self.now >= self.machine.plan.warmup:
            self._marked = True
            self.machine.mark()

    def _next_stop(self) -> float:
        """The next time at which something has to be done that is no event."""
        stop = min(self.machine.next_note, self.meters.due)
        if not self._marked:
            stop = min(stop, self.machine.plan.warmup)
        if self.observer is not None:
            stop = min(stop, self._sampled + self._interval)
        return stop

    def _sample(self, observer: Observer) -> None:
        """Close an interval; the oldest go when nobody takes them."""
        self._sampled = self.now
        self.samples.append(observer.sample())
        if len(self.samples) > _KEPT:
            del self.samples[: _KEPT // 2]

    def _heard(self, name: str, what: str, tone: str, now: float) -> None:
        """Put a change of state on the record."""
        kind = _TONES.get(tone, "health")
        roles: tuple[Role, ...] = ()
        if kind == "alert":  # what links have, such as breakers, does something about it
            roles = ("seen", "act") if name in self.machine.links else ("seen",)
        text = f"{self.machine.plan.name(name)}: {what}"
        self._notify(Notice(at=now, kind=kind, text=text, target=name, roles=roles))

    def note_by_hand(self, text: str, target: str | None = None, role: Role = "act") -> None:
        """Put on the record what somebody has changed while it runs, of a node or link or of all clients alike."""
        self._notify(Notice(self.now, "edit", text, target, (role,)))

    def _notify(self, notice: Notice) -> None:
        """Keep a notice for whoever looks next; the oldest go when nobody does."""
        self.notices.append(notice)
        if len(self.notices) > _KEPT:
            del self.notices[: _KEPT // 2]


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Do without the collector of reference cycles: requests make none, and it takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
