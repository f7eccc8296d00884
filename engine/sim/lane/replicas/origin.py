"""The versions of a cluster's keys as caches before it know them: among the writes of the whole machine.

A cluster numbers the writes of each key by themselves. Where anybody holds copies of what it answers, each of these
numbers stands for a version of `engine.sim.lane.stores.versions`, so that a read which a replica answered that was
behind is told from one that met the last write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i64

from engine.sim.lane.owners import root_of
from engine.sim.lane.stores.versions import UNKNOWN, note, version_of

if TYPE_CHECKING:
    from engine.sim.lane.call import Call
    from engine.sim.lane.stores.versions import Versions

MOST: Final = 16
"""Writes of a key whose versions are known one by one while its replicas differ; those before count as the oldest."""


@final
class Issued:
    """Which version of its origin each number of a key stands for."""

    def __init__(self, versions: Versions) -> None:
        self.versions = versions
        self._numbers: dict[int, list[int]] = {}
        """By slot: a number, its version, the next number, and so on."""

    def begin(self, job: Call, slot: i64, number: i64, *, whole: bool) -> None:
        """A write begins.

        Args:
            job: the write; what was promised for it is its version.
            slot: of its key.
            number: that the cluster gives it.
            whole: whether all replicas hold the same, so that nobody asks for any other number any more.
        """
        versions = self.versions
        version = UNKNOWN
        if len(versions.ahead) > 0:
            version = version_of(root_of(job))
        if version == UNKNOWN:
            version = versions.issue()
        known = self._numbers.get(int(slot))
        if known is None:
            self._numbers[int(slot)] = [int(number), int(version)]
            return
        kept = 2 if whole else 2 * MOST - 2
        if len(known) > kept:
            del known[: len(known) - kept]
        known.append(int(number))
        known.append(int(version))

    def written(self, job: Call, slot: i64, number: i64, now: float) -> None:
        """A write is acknowledged."""
        version = self.of(slot, number)
        self.versions.applied(job.key, version, now)
        note(job, version)

    def read(self, job: Call, slot: i64, number: i64) -> None:
        """A read is answered with what has a number."""
        version = self.of(slot, number)
        note(job, version)
        self.versions.compare(job, version)

    def of(self, slot: i64, number: i64) -> i64:
        """The version that a number stands for."""
        known = self._numbers.get(int(slot))
        if known is not None:
            place: i64 = len(known) - 2
            while place >= 0:
                if known[place] == number:
                    return i64(known[place + 1])
                place -= 2
        return self.versions.oldest
