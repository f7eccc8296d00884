"""The parts into which the keys of a cluster are divided: which instances hold each, and how much it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from librt.vecs import vec
from mypy_extensions import i64

from engine.sim.lane.balancing.key_maps import Modulo
from engine.sim.lane.mixing import mixed

if TYPE_CHECKING:
    from engine.sim.lane.balancing.key_maps import KeyMap
    from engine.sim.lane.replicas.replica import Replica

SALT: Final = 0x9E3779B9
"""Tells the hashes of keys here from those by which callers pick instances."""


@final
class Allowance:
    """A bound on the rate of each partition: a token bucket that holds what a second brings."""

    def __init__(self) -> None:
        self.rate = 0.0
        """Units a second that each takes; 0 where there is no bound."""
        self._tokens = vec[float]([0.0])
        self._filled = vec[float]([0.0])

    def divide(self, count: i64, now: float) -> None:
        """Be for so many partitions, full."""
        self._tokens = vec[float]([max(1.0, self.rate)] * int(count))
        self._filled = vec[float]([now] * int(count))

    def cap(self, rate: float, now: float) -> None:
        """Take so many units a second each; 0 is unbounded."""
        if rate != self.rate:
            self.rate = rate
            self.divide(len(self._tokens), now)

    def has(self, partition: i64, units: float, now: float) -> bool:
        """Whether there is room for so many units; what is more than a second's worth needs a full bucket."""
        rate = self.rate
        if rate <= 0.0:
            return True
        most = max(1.0, rate)
        tokens = self._tokens[partition] + (now - self._filled[partition]) * rate
        tokens = min(tokens, most)
        self._filled[partition] = now
        self._tokens[partition] = tokens
        return tokens >= min(units, most)

    def spend(self, partition: i64, units: float) -> None:
        """Take so many units."""
        if self.rate > 0.0:
            self._tokens[partition] -= units


@final
class Partitions:
    """Partitions by number, each with its owners and bounds on its rates."""

    def __init__(self) -> None:
        self.map: KeyMap = Modulo(1)
        self.ranged = False
        """Whether keys in a row lie together."""
        self.division = ""
        """What decided when keys were divided last."""
        self.owners: list[list[Replica]] = [[]]
        """Of each, in the order in which they are asked."""
        self.loads = vec[i64]([0])
        """Requests for each so far."""
        self.refused = vec[i64]([0])
        """Of these, those that were above a bound."""
        self.whole = Allowance()
        """For requests of any sort."""
        self.reading = Allowance()
        """For read units."""
        self.writing = Allowance()
        """For write units."""

    def of(self, key: i64) -> i64:
        """Where a key belongs."""
        return self.map.place(key if self.ranged else mixed(key, SALT))

    def divide(self, count: i64, now: float) -> None:
        """Be so many; what they have taken so far is forgotten where their number is another one."""
        if count != len(self.loads):
            self.loads = vec[i64]([0] * int(count))
            self.refused = vec[i64]([0] * int(count))
            self.whole.divide(count, now)
            self.reading.divide(count, now)
            self.writing.divide(count, now)

    def takes(self, partition: i64, units: float, now: float, *, writes: bool) -> bool:
        """Count a request, and say whether its partition takes it: a second's worth may come at once."""
        self.loads[partition] += 1
        own = self.writing if writes else self.reading
        if self.whole.has(partition, 1.0, now) and own.has(partition, units, now):
            self.whole.spend(partition, 1.0)
            own.spend(partition, units)
            return True
        self.refused[partition] += 1
        return False
