"""What snapshots told of a key and of the divergence of a cluster, kept for a picture."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from engine.sim.snapshot import KeyGauge, Snapshot

_MOST: Final = 4000
"""Changes of a replica that are kept: several for each pixel of a picture."""
_APART: Final = 0.1
"""Simulated seconds between two numbers of divergent keys that are kept."""
_NUMBERS: Final = 8000
_MARKS: Final = 200


@dataclass(frozen=True, slots=True)
class Bar:
    """A replica held a version for a while."""

    begin: float
    end: float
    version: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Something happened to the design: a cut, a kill, or the end of one."""

    at: float
    text: str
    is_end: bool


class VersionHistory:
    """One key of one cluster, as far back as it was told."""

    def __init__(self) -> None:
        self.key: int | None = None
        self.now = 0.0
        self.owners: tuple[int, ...] = ()
        self.divergent: deque[tuple[float, int]] = deque(maxlen=_NUMBERS)
        """Keys whose replicas did not agree: time (s) and number."""
        self.marks: deque[Mark] = deque(maxlen=_MARKS)
        self._until = 0.0
        """Up to when it is known what was held (s)."""
        self._held: dict[int, deque[tuple[float, int]]] = {}

    def add(self, snapshot: Snapshot, node: str) -> None:
        """Take in what a snapshot tells of a cluster."""
        self.now = snapshot.time
        for each in snapshot.notices:
            if each.kind in ("event", "restored"):
                self.marks.append(Mark(each.at, each.text, each.kind == "restored"))
        gauge = snapshot.gauges.get(node)
        cluster = gauge.cluster if gauge is not None else None
        if cluster is not None:
            numbers = self.divergent
            if len(numbers) > 1 and snapshot.time - numbers[-2][0] < _APART:
                numbers.pop()
            numbers.append((snapshot.time, cluster.divergent))
            if cluster.watched is not None:
                self._follow(cluster.watched)

    def as_of(self, at: float) -> VersionHistory:
        """The same as it was at a time (s), as far as it was told."""
        found = VersionHistory()
        found.key, found.owners = self.key, self.owners
        found.now = min(at, self.now)
        found.divergent.extend(each for each in self.divergent if each[0] <= at)
        found.marks.extend(each for each in self.marks if each.at <= at)
        found._until = min(at, self._until)
        for number, held in self._held.items():
            then = [each for each in held if each[0] <= at]
            if then:
                found._held[number] = deque(then, maxlen=_MOST)
        return found

    def forget_key(self) -> None:
        """Another key of the same cluster: what happened to the design, and how many keys diverged, stays."""
        self.key, self.owners = None, ()
        self._held.clear()

    def bars(self, instance: int, since: float) -> list[Bar]:
        """The versions that an instance held since a time (s), in their order."""
        held = list(self._held.get(instance, ()))
        ends = [*(at for at, _version in held[1:]), self.now][: len(held)]
        return [
            Bar(max(at, since), end, version)
            for (at, version), end in zip(held, ends, strict=True)
            if end > since
        ]

    def version(self, instance: int) -> int:
        """What an instance holds now; 0 is nothing."""
        held = self._held.get(instance)
        return held[-1][1] if held else 0

    def _follow(self, told: KeyGauge) -> None:
        """Go on with the versions of the key; begin anew with another one, and where something is missing."""
        if told.key != self.key:
            self.key, self._held = told.key, {}
        if told.since > self._until:
            self._held = {}
        self._until = self.now
        self.owners = told.owners
        for at, number, version in told.held:
            self._held.setdefault(number, deque(maxlen=_MOST)).append((at, version))
