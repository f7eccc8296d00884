"""When in a frame the instruments draw: not in the turn in which the canvas does, for both take milliseconds."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

FRAME: Final = 16
"""Length of a frame (ms)."""
_MARGIN: Final = 3
"""Time from a frame's ends that is not its middle (ms)."""
_ABSENT: Final = 3 * FRAME
"""After so long without a frame (ms) nothing moves on the canvas."""


class Pace:
    """The frames of the canvases in sight, as those see them that draw beside them.

    Qt paints everything together that asked for it in one turn of the event loop. Who draws in the
    middle of a frame has a turn of its own, and none of the turns is long. Where several canvases move,
    the middle is that of the longest time in which none of them draws.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Nothing moves; ``clock`` counts seconds."""
        self._clock = clock
        self._begun: dict[int, float] = {}
        """When each canvas drew last."""
        self._claimed = -math.inf
        """When somebody drew beside them last."""

    def begin(self, canvas: int = 0) -> None:
        """A canvas draws now; each has a number of its own."""
        self._begun[canvas] = self._clock()

    @property
    def is_free(self) -> bool:
        """Whether now no canvas draws and none is about to, or all stand still."""
        elapsed = self._elapsed()
        if not elapsed:
            return True
        margin = min(_MARGIN, _longest(elapsed)[1] // 4)
        return all(margin <= each <= FRAME - margin for each in elapsed)

    def claim(self) -> bool:
        """Draw now, where that is a good moment and nobody else draws in this frame; tells whether it is so."""
        now = self._clock()
        if self._begun and 1000.0 * (now - self._claimed) < FRAME // 2:
            return False
        if not self.is_free:
            return False
        self._claimed = now
        return True

    def wait(self, least: int = 0) -> int:
        """How long it is to the middle of a frame (ms): of this one, or of the next.

        Args:
            least: so long at least (ms), where a canvas draws; where none does, there is nothing to wait for.
        """
        elapsed = self._elapsed()
        if not elapsed:
            return 0
        begin, length = _longest(elapsed)
        return least + (begin + length // 2 - least) % FRAME

    def _elapsed(self) -> list[int]:
        """Time since each canvas drew (ms), of those that do not stand still."""
        now = self._clock()
        found = {each: int(1000.0 * (now - begun)) for each, begun in self._begun.items()}
        for each in [each for each, elapsed in found.items() if elapsed > _ABSENT]:
            del self._begun[each]
        return [elapsed for elapsed in found.values() if elapsed <= _ABSENT]


def _longest(elapsed: list[int]) -> tuple[int, int]:
    """In how many ms the longest time begins in which no canvas draws, and its length (ms)."""
    begins = sorted({-each % FRAME for each in elapsed})
    ends = [*begins[1:], begins[0] + FRAME]
    length, sooner = max((end - begin, -begin) for begin, end in zip(begins, ends, strict=True))
    return -sooner, length
