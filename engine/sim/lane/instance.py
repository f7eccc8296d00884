"""The state of one instance: whether it takes work in, how much it has, and how much it may have."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import NEVER, UNLIMITED
from engine.sim.lane.vitals import InstanceCounters

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.contents import Contents
    from engine.sim.lane.counts import SiteCounts
    from engine.sim.lane.entry import Entry
    from engine.sim.lane.vitals import Meter


class WorkRule:
    """Says how much work some calls bring to an instance, where that is not what their class brings."""

    def work_of(self, call: Entry) -> float:
        """How much work (s) a call brings; negative where it is what its class brings."""
        raise NotImplementedError

    def clear(self) -> None:
        """Forget all calls."""
        raise NotImplementedError


class DeathWatch:
    """Somebody who wants to hear at once that an instance has died."""

    def lost(self, instance: Instance, now: float) -> None:
        """It has."""
        raise NotImplementedError


@final
class Lease:
    """How a worker asks a queue for more time for what it has."""

    def __init__(self, every: float, longest: float) -> None:
        self.every = every
        """Seconds from one time to the next."""
        self.longest = longest
        """Seconds after a delivery after which it asks no more."""


class Instance(InstanceCounters):
    """What can be said of an instance without knowing the calls inside: see `Pool`.

    No more workers are busy than there are, but for those that were taken away while they had something
    in hand: these finish it, and are counted as excess until then.
    """

    prefetch: i64 = 0
    """Messages that it takes beyond those that its workers can work on."""
    wrong: float = 0.0
    """Probability that a request is answered wrongly, by events."""
    omission: float = 0.0
    """Probability that its answer is never sent, by events."""
    dormant: bool = False
    """Whether it is down because nobody came, and starts as soon as somebody does: calls wait for that."""

    draining: bool = False
    """Whether it is taken out of rotation: it gets nothing new, and goes on with what it has."""

    contents: Contents | None = None
    """What it alone has stored, where each instance has a store of its own."""
    watchers: dict[DeathWatch, bool] | None = None
    """Who wants to hear of its death, where somebody does."""
    pinned: i64 = 0
    """Connections that a balancer of layer 4 has led here."""
    kept: float = 0.0
    """Bytes of the sessions that it alone keeps."""
    takes: i64 = 3
    """Which requests it takes, of a database with followers: 1 reads, 2 writes; a sum of them."""
    since: float = -NEVER
    """When it came, or came back (s): long ago for those that were there from the beginning."""
    excess_sum: float = 0.0
    """Times (s) at which workers came to be in excess, less those at which they were so no more."""
    lease: Lease | None = None
    """How it asks queues for more time for messages that it has; None where it does not."""

    def __init__(self, counts: SiteCounts, index: int) -> None:
        # What every call looks at comes first: so it lies on few lines of the cache.
        self.down = False
        """Whether it takes nothing in: dead, or not ready yet."""
        self.halted = False
        """Whether a pause or an event stops everything."""
        self.drains = False
        """Whether workers that were taken away may have something in hand."""
        self.workers: i64 = UNLIMITED
        self.busy: i64 = 0
        self.waiting: i64 = 0
        self.coming: i64 = 0
        """Calls on their way to this instance, at a gate included."""
        self.rule: WorkRule | None = None
        self.counts = counts
        """Of the whole site."""
        self.slow = 1.0
        """Times longer work, by events."""
        self.frozen = False
        """Whether an event stops all work."""
        self.error = 0.0
        """Probability that a request fails after its work, by events."""
        self.detains = False
        """Whether events keep requests for a while even where they take no work."""
        self.leaving = False
        """Whether the whole instance was taken away."""
        self.excess: i64 = 0
        """Busy workers that were taken away."""
        self.index: i64 = index
        self.limit: i64 = UNLIMITED
        """Places in the waiting line."""
        self.reserved: i64 = 0
        """Workers kept for messages under way."""
        self.detached: i64 = 0
        """Parts of requests that go on when these are answered."""
        self.deaths: i64 = 0
        """How often it went down: whatever was connected to it is not any more."""
        self.starting = False
        self.listed = True
        """Whether callers are told of it. Who is killed is not struck off; who starts is not listed."""
        self.memory: Meter | None = None

    def full(self) -> bool:
        """Whether whoever comes now finds no place."""
        return self.busy >= self.workers and self.waiting >= self.limit

    def offered(self) -> bool:
        """Whether anything new may come to it, as far as it is known to callers."""
        return self.listed and not self.draining

    def watch(self, watcher: DeathWatch) -> None:
        """Tell somebody of its death, from now on."""
        watchers = self.watchers
        if watchers is None:
            watchers = self.watchers = {}
        watchers[watcher] = True

    def mourn(self, now: float) -> None:
        """Tell whoever wants to know of its death."""
        watchers = self.watchers
        if watchers is not None:
            for watcher in list(watchers):
                watcher.lost(self, now)

    def line_up(self, now: float) -> None:
        """One call more waits."""
        self.waiting += 1
        self.wait_sum += now
        self.counts.waiting += 1.0

    def leave_line(self, now: float) -> None:
        """One call less waits."""
        self.waiting -= 1
        self.wait_sum -= now
        self.counts.waiting -= 1.0

    def count_resting(self, more: i64, now: float) -> None:
        """Count workers that have nothing to do although they are held."""
        vitals = self.counts.vitals
        amount = float(more)
        self.resting += more
        self.resting_sum += amount * now
        vitals.resting += amount
        vitals.resting_sum += amount * now

    def occupy(self, now: float) -> None:
        """One worker more is busy."""
        self.busy += 1
        self.busy_sum += now
        self.counts.busy += 1.0
        if self.drains:
            self.recount(now)

    def vacate(self, now: float) -> None:
        """One worker less is busy."""
        self.busy -= 1
        self.busy_sum -= now
        self.counts.busy -= 1.0
        if self.drains:
            self.recount(now)

    def count(self, busy: i64, waiting: i64, now: float) -> None:
        """Have other numbers of busy workers and of those who wait; areas are up to now."""
        counts = self.counts
        counts.busy += float(busy - self.busy)
        counts.waiting += float(waiting - self.waiting)
        self.busy_sum += float(busy - self.busy) * now
        self.wait_sum += float(waiting - self.waiting) * now
        self.busy = busy
        self.waiting = waiting
        if self.drains:
            self.recount(now)

    def employ(self, workers: i64, now: float) -> None:
        """Have so many workers from now on; those in excess finish what they have in hand."""
        bound = self.excess + max(0, self.workers - workers)
        self.workers = workers
        surplus = max(0, min(bound, self.busy - workers))
        self.drains = self.leaving or surplus > 0
        if surplus != self.excess:
            self._exceed(surplus, now)
        if self.leaving:
            self.recount(now)

    def leave_off(self, now: float) -> None:
        """The whole instance is taken away; whoever is inside is served still."""
        self.leaving = self.drains = True
        self.recount(now)

    def overcommit(self, now: float) -> None:
        """Count all busy workers that are too many as excess: their calls cannot be taken from them."""
        surplus = max(0, self.busy - self.workers)
        self.drains = self.leaving or surplus > 0
        if surplus > self.excess:
            self._exceed(surplus, now)

    def recount(self, now: float) -> None:
        """Count workers in excess that have finished; of an instance that was taken away, all are."""
        surplus = self.excess
        if not self.leaving:
            surplus = max(0, min(surplus, self.busy - self.workers))
            self.drains = surplus > 0
        else:
            surplus = self.busy
        if surplus != self.excess:
            self._exceed(surplus, now)

    def _exceed(self, surplus: i64, now: float) -> None:
        """Have so many workers in excess."""
        more = float(surplus - self.excess)
        self.counts.add_excess(more, now)
        self.excess_sum += more * now
        self.excess = surplus
