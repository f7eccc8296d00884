"""What one instance of a cluster holds: for each key the version that it knows, and hints for others."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from librt.vecs import extend, vec
from mypy_extensions import i64

from engine.sim.lane.jobs import Jobs
from engine.sim.lane.replicas.cells import Cell, copied, inherited

if TYPE_CHECKING:
    from engine.sim.lane.call import Pool

FEWEST = 16
"""Slots to begin with."""


@final
class Hint:
    """A write that an instance keeps for another one, which it did not reach."""

    def __init__(self, target: Replica, slot: i64, version: i64, stamp: float, at: float) -> None:
        self.target = target
        self.slot: i64 = slot
        self.version: i64 = version
        self.stamp = stamp
        self.at = at
        """When it was kept (s)."""
        self.cell: Cell | None = None
        """What it brings, where conflicting writes are merged."""

    def carrying(self, cell: Cell | None) -> Hint:
        """The same, with what it brings."""
        self.cell = None if cell is None else copied(cell)
        return self


@final
class Replica:
    """The versions that one instance holds. A key is told by its slot, the same in all instances.

    Version 0 means that it holds nothing. Which of two versions is the newer one, it tells by their time stamps,
    which the clocks of their coordinators gave them; equal ones are told apart by their numbers.
    """

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.inside = Jobs()
        """What it works on for coordinators."""
        self.answering: i64 = 0
        """Answers of its own that have not reached their coordinators yet."""
        self.versions = vec[i64]([0] * FEWEST)
        self.stamps = vec[float]([0.0] * FEWEST)
        self.side: i64 = 0
        """Instances on different sides do not reach each other."""
        self.offset = 0.0
        """By how much its clock is fast (s)."""
        self.skew = 0.0
        """By how much events have it fast beside that (s)."""
        self.hints: dict[int, Hint] = {}
        """By target and slot."""
        self.cells: dict[int, Cell] = {}
        """By slot, where conflicting writes are merged."""

    def make_room(self, slots: i64) -> None:
        """Have room for so many slots."""
        while len(self.versions) < slots:
            size: i64 = len(self.versions)
            self.versions = extend(self.versions, self.versions)
            self.stamps = extend(self.stamps, self.stamps)
            place = size
            while place < 2 * size:
                self.versions[place] = 0
                self.stamps[place] = 0.0
                place += 1

    def is_older(self, slot: i64, version: i64, stamp: float) -> bool:
        """Whether what it holds is older than a version."""
        held = self.stamps[slot]
        known = self.versions[slot]
        return version > 0 and (known == 0 or held < stamp or (held == stamp and known < version))

    def cell(self, slot: i64, *, keeps: bool) -> Cell:
        """What it has taken in of a key; of what it held before anything was merged, that it goes on from there."""
        found = self.cells.get(int(slot))
        if found is None:
            version = self.versions[slot]
            found = inherited(version, keeps=keeps) if version > 0 else Cell()
            self.cells[int(slot)] = found
        return found

    def forget(self) -> None:
        """Lose everything."""
        self.hints.clear()
        self.cells.clear()
        place: i64 = 0
        size: i64 = len(self.versions)
        while place < size:
            self.versions[place] = 0
            self.stamps[place] = 0.0
            place += 1

    def keep_hint(self, hint: Hint) -> None:
        """Keep a write for another instance; of one key the newest is enough."""
        name = int(hint.target.pool.index) * (1 << 40) + int(hint.slot)
        known = self.hints.get(name)
        newer = known is None or known.stamp < hint.stamp
        if known is not None and known.cell is not None and hint.cell is not None:
            if newer:
                hint.cell.join(known.cell)
            else:
                known.cell.join(hint.cell)
        if newer:
            self.hints[name] = hint
