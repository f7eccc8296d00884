"""Whether something is up, over time: for which share, how long its outages are, and how sure that is.

The interval of the share is that of a regenerative process (Crane and Lemoine, 1977): an outage and the time
up before it are a cycle, and with U and D its times the share A has the error of the mean of
(1 - A)·U - A·D. It takes sums alone, however long a run goes on.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from engine.stats.intervals import two_sided

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.instance_meters import InstanceMeters
    from engine.sim.lane.node import Node
    from engine.sim.lane.replication.group import Group

FEWEST: Final = 10
"""Outages below which nothing is said of how sure the share is."""
_LEVEL: Final = 0.95


class Uptime:
    """The times up and down of one thing, since somebody watches it."""

    def __init__(self) -> None:
        self._up: bool | None = None
        """None while nobody watches."""
        self._since = 0.0
        self._up_area = 0.0
        self._watched = 0.0
        self._outages = 0
        self._before = math.nan
        """Time up before the outage that is under way."""
        self._cycles = [0.0] * 6
        """How many; sums of U, U², D, D² and U·D."""
        self._longest: list[tuple[float, float]] = []
        """Ends and lengths of the outages that are longer than all after them."""

    def turn(self, now: float, *, up: bool | None) -> None:
        """Be up or down from now on, or watched no longer."""
        if up is self._up:
            return
        length = now - self._since
        if self._up is not None:
            self._watched += length
            self._up_area += length if self._up else 0.0
        if self._up is False:
            self._end(length, now)
            if up and math.isfinite(self._before):
                self._note_cycle(self._before, length)
        if up is False:
            self._outages += 1
            self._before = length if self._up else math.nan
        self._up, self._since = up, now

    def _end(self, length: float, now: float) -> None:
        """An outage is over: only it, and those that were longer, may be the longest of a time that ends later."""
        while self._longest and self._longest[-1][1] <= length:
            self._longest.pop()
        self._longest.append((now, length))

    def _note_cycle(self, up: float, down: float) -> None:
        """A time up and the outage after it are over."""
        row = (1.0, up, up * up, down, down * down, up * down)
        self._cycles = [old + new for old, new in zip(self._cycles, row, strict=True)]

    def counters(self, now: float) -> tuple[float, ...]:
        """Time up and time watched, outages, and sums over the cycles."""
        length = 0.0 if self._up is None else now - self._since
        return (
            self._up_area + (length if self._up else 0.0),
            self._watched + length,
            float(self._outages),
            *self._cycles,
        )

    def longest(self, begin: float, now: float) -> float:
        """The longest outage since a time, as far as it lies in it."""
        found = max((min(length, end - begin) for end, length in self._longest), default=0.0)
        if self._up is False:
            found = max(found, now - max(begin, self._since))
        return max(0.0, found)


def share_bounds(since: Sequence[float]) -> tuple[float, float] | None:
    """The interval (95 %) of the share of time up; None where too few outages tell of it.

    Args:
        since: what `Uptime.counters` grew by.
    """
    up, watched, _, cycles, first, first_squares, second, second_squares, products = since
    if cycles < FEWEST or watched <= 0.0:
        return None
    share = up / watched
    down = 1.0 - share
    mean = (down * first - share * second) / cycles
    squares = (
        down * down * first_squares + share * share * second_squares - 2.0 * down * share * products
    )
    variance = max(0.0, squares - cycles * mean * mean) / (cycles - 1.0)
    margin = two_sided(_LEVEL, cycles - 1.0) * math.sqrt(variance * cycles) / (first + second)
    return max(0.0, share - margin), min(1.0, share + margin)


class NodeUptime:
    """The times up of a node and of its instances."""

    def __init__(self, node: Node, meters: InstanceMeters) -> None:
        self.node = node
        self.meters = meters
        self.whole = Uptime()
        """Of the node: up while as many of its instances are as are needed."""
        self.needed = 1
        self.group: Group | None = None
        """Who leads, where its instances are a leader and followers: it is up while that is."""
        self.struck: frozenset[int] = frozenset()
        """Places of the instances that a fault which came by itself has hit, whatever it does."""

    def note(self, now: float) -> None:
        """See which instances are up: whoever is frozen answers nobody."""
        pools = self.node.pools
        up = {
            pool: not (pool.down or pool.frozen) and pool.index not in self.struck for pool in pools
        }
        self.meters.turn(up, now)
        leader = None if self.group is None else self.group.leader
        if leader is None:
            self.whole.turn(now, up=sum(up.values()) >= self.needed)
        else:
            self.whole.turn(now, up=up.get(leader.pool, False))

    def leave(self, now: float) -> None:
        """Watch no longer."""
        self.meters.turn({}, now)
        self.whole.turn(now, up=None)
