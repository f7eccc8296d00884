"""Writes of one key that did not know of each other: both sides have gone on from something older."""

from __future__ import annotations

from typing import Final, final

from mypy_extensions import i64

MOST: Final = 16
"""Writes of a key that are remembered until all its owners have them: while some are cut off, the oldest are
forgotten."""
MOST_LOGGED: Final = 1000
"""The same where they are in the log of a leader, and may be lost with it."""


@final
class Underway:
    """A write that not all owners of its key have received yet."""

    def __init__(self, version: i64, term: i64) -> None:
        self.version: i64 = version
        self.term: i64 = term
        """Of the leader who wrote it; 0 where there are none."""
        self.acknowledged = False
        """Whether whoever wrote it was told so; kept where there are leaders."""
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

    def begin(self, slot: i64, version: i64, reached: i64, term: i64 = 0) -> None:
        """A write begins.

        Args:
            slot: of its key.
            version: that it writes.
            reached: the owners of whose versions it may know: a bit for each.
            term: of the leader who writes it; 0 where there are none.
        """
        mine = Underway(version, term)
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
        if len(others) >= (MOST if term == 0 else MOST_LOGGED):
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

    def delivered(self, slot: i64, version: i64, term: i64, owner: i64, everybody: i64) -> None:
        """An owner has a version of a leader's log, and so nothing before it in that log matters to it any more."""
        self._pass(slot, version, term, owner, everybody, -1)

    def followed(
        self, slot: i64, version: i64, term: i64, owner: i64, everybody: i64, stray: i64
    ) -> None:
        """An owner has what the leader has: nothing before it matters to it any more, but what a stray one wrote.

        Args:
            slot: of the key.
            version: that the leader holds.
            term: of that version.
            owner: the bit of the owner.
            everybody: the bits of all owners.
            stray: the term of an earlier leader who goes on by itself; 0 where there is none.
        """
        self._pass(slot, version, term, owner, everybody, stray)

    def _pass(
        self, slot: i64, version: i64, term: i64, owner: i64, everybody: i64, stray: i64
    ) -> None:
        """Note that an owner has a version, or something newer than what was written before it.

        In earlier terms nothing was where ``stray`` is negative, and anything but what a stray leader wrote elsewhere.
        """
        others = self._underway.get(int(slot))
        if others is None:
            return
        whole = True
        for other in others:
            before = other.term == term and other.version <= version
            if before or (stray >= 0 and other.term < term and other.term != stray):
                other.known |= owner
                whole = whole and other.known != everybody
        if not whole:
            kept = [other for other in others if other.known != everybody]
            if len(kept) > 0:
                self._underway[int(slot)] = kept
            else:
                del self._underway[int(slot)]

    def acknowledge(self, slot: i64, version: i64) -> None:
        """Whoever wrote a version is told so."""
        others = self._underway.get(int(slot))
        if others is not None:
            for other in reversed(others):
                if other.version == version:
                    other.acknowledged = True
                    return

    def bury(self, slot: i64, owner: i64, term: i64) -> i64:
        """Forget the writes of leaders before a term that an owner does not know; how many were acknowledged."""
        others = self._underway.get(int(slot))
        if others is None:
            return 0
        gone: i64 = 0
        kept: list[Underway] = []
        for other in others:
            if other.term < term and not other.known & owner:
                gone += i64(other.acknowledged)
            else:
                kept.append(other)
        if len(kept) > 0:
            self._underway[int(slot)] = kept
        else:
            del self._underway[int(slot)]
        return gone

    def clear(self) -> None:
        """Forget what is under way: keys have other owners."""
        self._underway.clear()
