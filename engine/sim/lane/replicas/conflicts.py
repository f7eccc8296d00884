"""Writes of one key that did not know of each other: both sides have gone on from something older."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

if TYPE_CHECKING:
    from mypy_extensions import i64

MOST: Final = 16
"""Writes of a key that are remembered until all its owners have them: while some are cut off, the oldest are
forgotten."""


@final
class Underway:
    """A write that not all owners of its key have received yet."""

    def __init__(self, version: i64) -> None:
        self.version: i64 = version
        self.known: i64 = 0
        """Which owners have received it: a bit for each."""
        self.conflicts = False
        """Whether another write did not know of it, or it did not know of another."""


@final
class Conflicts:
    """Finds writes that conflict, and counts each once."""

    def __init__(self) -> None:
        self.count: i64 = 0
        self._underway: dict[int, list[Underway]] = {}
        """By slot."""

    def begin(self, slot: i64, version: i64, reached: i64) -> None:
        """A write begins.

        Args:
            slot: of its key.
            version: that it writes.
            reached: the owners of whose versions it may know: a bit for each.
        """
        mine = Underway(version)
        others = self._underway.get(int(slot))
        if others is None:
            self._underway[int(slot)] = [mine]
            return
        for other in others:
            if not other.known & reached:
                if not other.conflicts:
                    other.conflicts = True
                    self.count += 1
                if not mine.conflicts:
                    mine.conflicts = True
                    self.count += 1
        if len(others) >= MOST:
            others.pop(0)
        others.append(mine)

    def received(self, slot: i64, version: i64, owner: i64, everybody: i64) -> None:
        """An owner has received a version; once all have, everybody knows of it."""
        others = self._underway.get(int(slot))
        if others is None:
            return
        for place, other in enumerate(others):
            if other.version == version:
                other.known |= owner
                if other.known == everybody:
                    others.pop(place)
                    if len(others) == 0:
                        del self._underway[int(slot)]
                return

    def clear(self) -> None:
        """Forget what is under way: keys have other owners."""
        self._underway.clear()
