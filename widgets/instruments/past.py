"""What a run showed, kept so that any moment of it can be shown again.

A few kilobytes a simulated second: what was measured since the second before, and how everything stood
at its end. When that is more than it may take, pieces of the older part go: an hour ago is then
known by some seconds, the last minutes still by the second.
"""

from __future__ import annotations

import pickle
import zlib
from bisect import bisect_left, bisect_right
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.sim.snapshot import Snapshot

if TYPE_CHECKING:
    from engine.sim.snapshot import Sample

STEP: Final = 1.0
"""Least length of a piece (s)."""
WINDOW: Final = 4.0
"""Simulated seconds before a moment that it is shown from: what a card tells is smoothed over about as many."""
MOST_PIECES: Final = 2000
"""Pieces that are kept at most: more than half an hour second by second."""
MOST_BYTES: Final = 48_000_000
_RECENT: Final = 4
"""A part of the pieces that is kept whole: the newest quarter."""
_UNPACKED: Final = 24
"""Pieces kept unpacked, for who drags to and fro."""

Memory = object
"""What a view wants to find again at a moment: anything that can be pickled."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of the past."""

    at: float
    """Simulated time (s)."""
    snapshots: tuple[Snapshot, ...]
    """What was seen shortly before, oldest first; the last one is the moment itself."""
    memory: Memory
    """What the view remembered when the oldest of them came."""

    @property
    def latest(self) -> Snapshot:
        """The moment itself."""
        return self.snapshots[-1]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a run, packed."""

    start: float
    end: float
    packed: bytes


class Past:
    """The past of one run, in bounded memory. Its pieces never leave this process."""

    def __init__(self, most_pieces: int = MOST_PIECES, most_bytes: int = MOST_BYTES) -> None:
        """Nothing has happened yet."""
        self._most_pieces, self._most_bytes = most_pieces, most_bytes
        self.clear()

    def clear(self) -> None:
        """Forget the run."""
        self._pieces: list[_Piece] = []
        self._bytes = 0
        self._coarse = STEP
        self._waiting: list[Sample] = []
        self._unpacked: OrderedDict[float, tuple[Snapshot, Memory]] = OrderedDict()

    def __len__(self) -> int:
        """Number of pieces."""
        return len(self._pieces)

    @property
    def size(self) -> int:
        """Bytes that they take."""
        return self._bytes

    @property
    def start(self) -> float:
        """The first moment that can be shown (s)."""
        return self._pieces[0].start if self._pieces else 0.0

    @property
    def end(self) -> float:
        """The last moment that can be shown (s)."""
        return self._pieces[-1].end if self._pieces else 0.0

    def add(self, snapshot: Snapshot, memory: Memory = None) -> None:
        """Keep a snapshot, together with those that came shortly before."""
        self._waiting += snapshot.samples
        if not self._waiting or snapshot.time < self._waiting[0].start + STEP * 0.999:
            return
        samples, self._waiting = tuple(self._waiting), []
        start, end = samples[0].start, samples[-1].end
        if start < self.end - 1e-9:  # it began again without a word
            self.clear()
        kept = replace(snapshot, samples=samples, crossings=(), notices=())
        packed = zlib.compress(pickle.dumps((kept, memory), protocol=5), 1)
        self._pieces.append(_Piece(start, end, packed))
        self._bytes += len(packed)
        while len(self._pieces) > self._most_pieces or (
            self._bytes > self._most_bytes and len(self._pieces) > 2 * _RECENT
        ):
            self._thin()

    def at(self, instant: float) -> Moment | None:
        """A moment, as near as what is kept allows; None where nothing is kept."""
        if not self._pieces:
            return None
        last = min(bisect_left([each.end for each in self._pieces], instant), len(self._pieces) - 1)
        instant = min(max(instant, self.start), self.end)
        first = last
        while first > 0 and self._pieces[first - 1].end > instant - WINDOW:
            first -= 1
        found = [self._unpack(self._pieces[place]) for place in range(first, last + 1)]
        seen = [
            sample
            for snapshot, _ in found
            for sample in snapshot.samples
            if sample.start < instant and sample.end > instant - WINDOW
        ] or [found[-1][0].samples[0]]
        # How things stood is known at the ends of pieces only: the nearest one stands for the moment.
        stood = min((each for each, _ in found), key=lambda each: abs(each.time - instant))
        before = [_seen_until(sample) for sample in seen[:-1]]
        now = replace(stood, time=instant, samples=(seen[-1],))
        return Moment(instant, (*before, now), found[0][1])

    def forget_after(self, instant: float) -> None:
        """Forget what came later: the run went back, and goes on differently."""
        self._waiting = []
        keep = bisect_right([each.end for each in self._pieces], instant + 1e-9)
        del self._pieces[keep:]
        self._bytes = sum(len(each.packed) for each in self._pieces)
        self._unpacked.clear()

    def _unpack(self, piece: _Piece) -> tuple[Snapshot, Memory]:
        """What a piece holds."""
        found = self._unpacked.pop(piece.end, None)
        if found is None:
            # Packed by this object a moment ago, in this process: nobody else writes these bytes.
            found = pickle.loads(zlib.decompress(piece.packed))
        self._unpacked[piece.end] = found
        while len(self._unpacked) > _UNPACKED:
            self._unpacked.popitem(last=False)
        return found

    def _thin(self) -> None:
        """Keep one of the older pieces in each stretch of one length, so that a third of them goes."""
        old = len(self._pieces) - len(self._pieces) // _RECENT
        while True:
            kept: dict[int, _Piece] = {}
            for each in self._pieces[:old]:
                kept.setdefault(int(each.start / self._coarse), each)
            if len(kept) <= (2 * old) // 3:
                break
            self._coarse *= 2.0
        self._pieces[:old] = kept.values()
        self._bytes = sum(len(each.packed) for each in self._pieces)


def _seen_until(sample: Sample) -> Snapshot:
    """A snapshot of an interval alone."""
    return Snapshot(time=sample.end, wall=0.0, requests=0, samples=(sample,))
