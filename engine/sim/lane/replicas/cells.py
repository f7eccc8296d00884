"""What a replica has taken in of one key where conflicting writes are merged rather than overwritten.

A cell says which versions are known, and which of them nobody has merged yet: the siblings. Two cells are joined
without regard to clocks, in any order, as often as one likes, with the same outcome (Shapiro et al. 2011).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from mypy_extensions import i64


@final
class Cell:
    """Versions of one key: all up to the highest are known but for some, and a few stand side by side.

    A version that is known and no sibling has been merged into one that is. Where updates are added up, there are no
    siblings, and the sum is the number of known versions.
    """

    def __init__(self) -> None:
        self.high: i64 = 0
        """The highest version that is known; 0 where none is."""
        self.missing: dict[int, bool] = {}
        """Versions below it that are not."""
        self.siblings: list[int] = []
        """Versions that nobody has merged, the lowest first."""

    @property
    def total(self) -> i64:
        """How many versions are known: the sum, where each adds one."""
        return self.high - len(self.missing)

    def knows(self, version: i64) -> bool:
        """Whether a version is known, be it merged or not."""
        return version <= self.high and int(version) not in self.missing

    def begin(self, version: i64, *, keeps: bool) -> None:
        """Have a write of a new version go on from everything that is known here.

        Args:
            version: above all others.
            keeps: whether siblings are kept: then it merges those that there are.
        """
        self._raise(version)
        self.siblings = [int(version)] if keeps else []

    def join(self, other: Cell) -> bool:
        """Know what another one does as well; whether it was anything new."""
        before = self.total
        mine, theirs = self.siblings, other.siblings
        if len(mine) > 0 or len(theirs) > 0:
            kept = [each for each in mine if each in theirs or not other.knows(each)]
            kept += [each for each in theirs if each not in mine and not self.knows(each)]
            kept.sort()
            self.siblings = kept
        old = self.high
        if other.high > old:
            # What lies above is known but for what the other does not know.
            self.high = other.high
            for lacking in other.missing:
                if lacking > old:
                    self.missing[lacking] = True
        if len(self.missing) > 0:
            for lacking in [each for each in self.missing if other.knows(each)]:
                del self.missing[lacking]
        return self.total > before

    def _raise(self, version: i64) -> None:
        """Know one that is above all others; those between are not known."""
        between = self.high + 1
        while between < version:
            self.missing[int(between)] = True
            between += 1
        self.high = version


def inherited(version: i64, *, keeps: bool) -> Cell:
    """One that goes on from what was held before anything was merged: all that came before is known."""
    found = Cell()
    found.high = version
    if keeps:
        found.siblings = [int(version)]
    return found


def copied(cell: Cell) -> Cell:
    """One that knows the same, and does not change with it."""
    found = Cell()
    found.join(cell)
    return found
