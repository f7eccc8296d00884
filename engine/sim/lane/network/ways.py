"""A link whose ends are spread over places: each pair of instances has a way of its own.

Instance i lies in place i modulo the number of places of its node. A way has its own delay, and its own
faults: a partition between two zones cuts the ways between them, and leaves the others of the same link.
Who is not an instance, such as a user, is in the first place of its node.

Two instances of one node have ways as well, its `Peers`, which everything asks that goes from one to the other
without a link: copies of writes, votes, beats. Every node of a machine has them, as ``NodePart.peers``:

    peers.delay(leader, follower)   one way (s) now, faults of the network included
    peers.cut(leader, follower)     whether nothing gets through now: a partition lies between their frames
    peers.way(leader, follower)     the same and more: its `loss`, its `delay` without faults

Where the instances of a node lie together, all have the same way, of the time that is usual inside their frame.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.network_path import RETRANSMIT, NetworkPath, Transport

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call, Pool
    from engine.sim.lane.instance import Instance


@final
class Way:
    """The way from the instances of a caller in one place to those of the target in another."""

    def __init__(self) -> None:
        self.delay = 0.0
        """One way (s), on top of that of the link; below 0 for who is nearer than the mean."""
        self.extra = 0.0
        """Delay (s) that faults add to each crossing."""
        self.loss = 0.0
        """Share of the crossings that is lost."""
        self.cuts: i64 = 0
        """Partitions that cut it now."""
        self.crosses = False
        """Whether it leads to another zone."""
        self.calls: i64 = 0
        """Calls that took it."""


@final
class Ways(Transport):
    """Lets each crossing of a link take the way between its two instances."""

    def __init__(self, link: NetworkPath, under: Transport | None) -> None:
        self.link = link
        self.under = under
        """What the bytes meet beside the way."""
        self.rows: list[list[Way]] = []
        """By the place of the caller, then of the target; never empty while it is in use."""
        self._extra = 0.0
        self._loss = 0.0
        self._cuts: i64 = 0
        self._round_trip = 0.0
        self._retransmit = 0.0

    def way(self, caller: Instance | None, callee: Instance) -> Way:
        """The way between two instances; None calls from the first place."""
        rows = self.rows
        row = rows[0] if caller is None else rows[caller.index % len(rows)]
        return row[callee.index % len(row)]

    def there(self, call: Call, now: float) -> float:
        """Time (s) until a request is there; negative where it is given up after that time."""
        parent = call.parent
        way = self.way(None if parent is None else parent.pool, call.pool)
        way.calls += 1
        return self._travel(way, call, now, out=True)

    def back(self, call: Call, now: float) -> float:
        """Time (s) until the answer is there; negative where it is given up after that time."""
        parent = call.parent
        way = self.way(None if parent is None else parent.pool, call.pool)
        return self._travel(way, call, now, out=False)

    def leg(self, caller: Pool | None, callee: Pool) -> float:
        """Time (s) of a crossing that carries no bytes worth a word; negative where it is given up."""
        under = self.under
        self._take(self.way(caller, callee))
        delay = self.link.crossing() if under is None else under.leg(caller, callee)
        self._leave()
        return delay

    def cut(self, caller: Instance | None, callee: Instance) -> bool:
        """Whether nothing gets through between two instances now."""
        way = self.way(caller, callee)
        return way.cuts > 0 or way.loss >= 1.0

    def _travel(self, way: Way, call: Call, now: float, *, out: bool) -> float:
        """Cross by a way; what lies under it sees that as the link."""
        under = self.under
        self._take(way)
        if under is None:
            delay = self.link.crossing()
        elif out:
            delay = under.there(call, now)
        else:
            delay = under.back(call, now)
        self._leave()
        return delay

    def _take(self, way: Way) -> None:
        """Have the link be a way for the time of a crossing: its delay, losses, cuts and time-outs."""
        link = self.link
        self._extra, self._loss, self._cuts = link.extra, link.loss, link.cuts
        self._round_trip, self._retransmit = link.round_trip, link.retransmit
        link.extra = way.delay + way.extra
        link.loss = way.loss
        link.cuts = way.cuts
        link.round_trip = 2.0 * (link.usual + link.extra)
        link.retransmit = max(RETRANSMIT, 2.0 * link.round_trip)

    def _leave(self) -> None:
        """Have it be what it was."""
        link = self.link
        link.extra, link.loss, link.cuts = self._extra, self._loss, self._cuts
        link.round_trip, link.retransmit = self._round_trip, self._retransmit


@final
class Peers:
    """The ways between the instances of one node."""

    def __init__(self) -> None:
        self.rows: list[list[Way]] = [[Way()]]
        """By the places of the two."""

    def way(self, one: Instance, other: Instance) -> Way:
        """The way from one instance to another."""
        rows = self.rows
        row = rows[one.index % len(rows)]
        return row[other.index % len(row)]

    def delay(self, one: Instance, other: Instance) -> float:
        """Seconds from one instance to another as it is now; whether anything gets there is for `cut` to say."""
        way = self.way(one, other)
        return way.delay + way.extra

    def cut(self, one: Instance, other: Instance) -> bool:
        """Whether nothing gets from one instance to another now."""
        way = self.way(one, other)
        return way.cuts > 0 or way.loss >= 1.0
