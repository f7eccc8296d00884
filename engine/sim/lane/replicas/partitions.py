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
class Partitions:
    """Partitions by number, each with its owners and a bound on its rate (a token bucket of one second)."""

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
        self.rate = 0.0
        """Requests a second that each takes; 0 where there is no bound."""
        self._tokens = vec[float]([0.0])
        self._filled = vec[float]([0.0])

    def of(self, key: i64) -> i64:
        """Where a key belongs."""
        return self.map.place(key if self.ranged else mixed(key, SALT))

    def divide(self, count: i64, now: float) -> None:
        """Be so many; what they have taken so far is forgotten where their number is another one."""
        if count != len(self.loads):
            self.loads = vec[i64]([0] * int(count))
            self._tokens = vec[float]([max(1.0, self.rate)] * int(count))
            self._filled = vec[float]([now] * int(count))

    def cap(self, rate: float, now: float) -> None:
        """Take so many requests a second each; 0 is unbounded."""
        if rate != self.rate:
            self.rate = rate
            place: i64 = 0
            while place < len(self._tokens):
                self._tokens[place] = max(1.0, rate)
                self._filled[place] = now
                place += 1

    def takes(self, partition: i64, now: float) -> bool:
        """Count a request, and say whether its partition takes it: a second's worth may come at once."""
        self.loads[partition] += 1
        rate = self.rate
        if rate <= 0.0:
            return True
        tokens = self._tokens[partition] + (now - self._filled[partition]) * rate
        tokens = min(tokens, max(1.0, rate))
        self._filled[partition] = now
        taken = tokens >= 1.0
        self._tokens[partition] = tokens - 1.0 if taken else tokens
        return taken
