"""What nodes and their instances count, and what measures the memory of one."""

from __future__ import annotations

from typing import final

from librt.vecs import vec
from mypy_extensions import i64

from engine.sim.lane.codes import REASONS, REFUSED, UNSENT
from engine.sim.lane.entry import Task


class InstanceCounters:
    """What an instance counts of itself. Counters are never reset.

    Of each number that is integrated over time, ``*_sum`` is the sum of the times at which it rose by one,
    less those at which it fell: the integral up to now is then ``number * now - sum``.
    """

    arrivals: i64 = 0
    completed: i64 = 0
    busy_sum: float = 0.0
    wait_sum: float = 0.0
    failed: i64 = 0
    holds: bool = False
    """Whether its workers are, or ever were, held while their requests wait for calls."""
    resting: i64 = 0
    """Workers that are held now and have nothing to do."""
    resting_sum: float = 0.0
    stood: float = 0.0
    """Seconds for which workers with work stood still."""


class Failures:
    """Failures by reason that were a node's own doing, or not. Counters are never reset."""

    def __init__(self) -> None:
        self.refused = vec[i64]([0] * REASONS)
        """Calls that were turned away at the door, or never sent."""
        self.passed_on = vec[i64]([0] * REASONS)
        """Failures of calls further on that failed these as well; on a link, what its target answered."""

    def note(self, given_up: i64, reason: i64) -> None:
        """Note why an attempt on a link failed; that it took too long, or was lost, is neither."""
        if given_up == 0:
            self.passed_on[reason] += 1
        elif given_up in (REFUSED, UNSENT):
            self.refused[reason] += 1


@final
class Vitals:
    """Counters of all instances of a node, also of those that are gone."""

    def __init__(self) -> None:
        self.throttled = 0.0
        """Seconds for which instances with work stood still for want of CPU quota, but those on their way out."""
        self.halted = 0.0
        """Seconds for which pauses stopped instances, but those on their way out."""
        self.stood = 0.0
        """Seconds for which workers with work stood still, for want of quota or in a pause."""
        self.resting = 0.0
        """Workers that are held now and have nothing to do, in all instances."""
        self.resting_sum = 0.0
        """As in `InstanceCounters`."""
        self.restarts = 0.0
        """Starts after a crash or a kill."""
        self.resent = 0.0
        """Calls that came again after all places had been taken."""
        self.wrong = 0.0
        """Requests that were answered wrongly."""
        self.omitted = 0.0
        """Requests whose answer was never sent."""
        self.batches = 0.0
        self.batched = 0.0
        """Requests in all batches."""
        self._instances = 0.0
        self._lived = 0.0
        self._since = 0.0

    def have(self, instances: float, now: float) -> None:
        """Have so many instances from now on; those on their way out are none of them."""
        if instances != self._instances:
            self._lived = self.lived(now)
            self._since = now
            self._instances = instances

    def lived(self, now: float) -> float:
        """Instances, integrated over time: what throttled and halted times are shares of."""
        return self._lived + self._instances * (now - self._since)


class Meter(Task):
    """The memory of an instance."""

    def used(self, now: float) -> float:
        """Bytes in use."""
        raise NotImplementedError

    def admits_one(self, now: float) -> bool:
        """Whether there is room for one more request."""
        raise NotImplementedError

    def begin(self, now: float) -> None:
        """The instance starts afresh."""
        raise NotImplementedError

    def stop(self) -> None:
        """The instance is down."""
        raise NotImplementedError

    def watch(self, now: float) -> None:
        """More memory may be in use than before."""
        raise NotImplementedError
