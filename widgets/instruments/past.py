"""What a run showed, kept so that any moment of it can be shown again.

A few kilobytes a simulated second: what was measured since the second before, and how everything stood
at its end. When that is more than it may take, pieces of the older part go: an hour ago is then
known by some seconds, the last minutes still by the second.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from engine.sim.snapshot import Snapshot
from widgets.instruments.packing import packing, unpacking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.sim.snapshot import Sample
    from widgets.instruments.packing import Memory

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
    parts: tuple[bytes, ...]

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return sum(map(len, self.parts))


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
        self._until = 0.0
        """How far pieces go (s), with those that are being packed."""
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
        for _ in self.adding(snapshot, memory):
            pass

    def adding(self, snapshot: Snapshot, memory: Memory = None) -> Iterator[None]:
        """The same, in short steps. They are taken in the order of the snapshots, before anything is forgotten."""
        self._waiting += snapshot.samples
        if not self._waiting or snapshot.time < self._waiting[0].start + STEP * 0.999:
            return iter(())
        samples, self._waiting = tuple(self._waiting), []
        if samples[0].start < self._until - 1e-9:  # it began again without a word
            self.clear()
        self._until = samples[-1].end
        return self._keeping(replace(snapshot, samples=samples, crossings=(), notices=()), memory)

    def _keeping(self, kept: Snapshot, memory: Memory) -> Iterator[None]:
        """Pack a piece, and put it behind the others."""
        parts = []
        for part in packing(kept, memory):
            parts.append(part)
            yield
        self._pieces.append(_Piece(kept.samples[0].start, kept.samples[-1].end, tuple(parts)))
        self._bytes += self._pieces[-1].size
        while len(self._pieces) > self._most_pieces or (
            self._bytes > self._most_bytes and len(self._pieces) > 2 * _RECENT
        ):
            self._thin()

    def reaching(self, instant: float) -> Iterator[None]:
        """Have at hand what a moment needs, in short steps: ``at`` takes no time then."""
        for piece in self._about(instant):
            yield from self._unpacking(piece)

    def at(self, instant: float) -> Moment | None:
        """A moment, as near as what is kept allows; None where nothing is kept."""
        pieces = self._about(instant)
        if not pieces:
            return None
        instant = self.nearest(instant)
        found = [self._unpack(each) for each in pieces]
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

    def nearest(self, instant: float) -> float:
        """The moment that can be shown which is next to another one (s)."""
        return min(max(instant, self.start), self.end)

    def _about(self, instant: float) -> list[_Piece]:
        """The pieces that tell of a moment, oldest first; none where nothing is kept."""
        if not self._pieces:
            return []
        last = min(bisect_left([each.end for each in self._pieces], instant), len(self._pieces) - 1)
        instant = self.nearest(instant)
        first = last
        while first > 0 and self._pieces[first - 1].end > instant - WINDOW:
            first -= 1
        return self._pieces[first : last + 1]

    def forget_after(self, instant: float) -> None:
        """Forget what came later: the run went back, and goes on differently."""
        self._waiting = []
        keep = bisect_right([each.end for each in self._pieces], instant + 1e-9)
        del self._pieces[keep:]
        self._bytes = sum(each.size for each in self._pieces)
        self._until = self.end
        self._unpacked.clear()

    def _unpack(self, piece: _Piece) -> tuple[Snapshot, Memory]:
        """What a piece holds."""
        for _ in self._unpacking(piece):
            pass
        self._unpacked.move_to_end(piece.end)
        found = self._unpacked[piece.end]
        while len(self._unpacked) > _UNPACKED:
            self._unpacked.popitem(last=False)
        return found

    def _unpacking(self, piece: _Piece) -> Iterator[None]:
        """Have at hand what a piece holds."""
        if piece.end not in self._unpacked:
            self._unpacked[piece.end] = yield from unpacking(piece.parts)

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
        self._bytes = sum(each.size for each in self._pieces)


def _seen_until(sample: Sample) -> Snapshot:
    """A snapshot of an interval alone."""
    return Snapshot(time=sample.end, wall=0.0, requests=0, samples=(sample,))
