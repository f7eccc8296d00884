"""When in a frame the instruments draw: not in the turn in which the canvas does, for both take milliseconds."""

from __future__ import annotations

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
    """The frames of a canvas, as those see them that draw beside it.

    Qt paints everything together that asked for it in one turn of the event loop. Who draws in the
    middle of a frame has a turn of its own, and none of the turns is long.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        """Nothing moves; ``clock`` counts seconds."""
        self._clock = clock
        self._begun = -1.0

    def begin(self) -> None:
        """The canvas draws now."""
        self._begun = self._clock()

    @property
    def is_free(self) -> bool:
        """Whether now is the middle of a frame, or the canvas stands still."""
        elapsed = self._elapsed()
        return elapsed is None or _MARGIN <= elapsed <= FRAME - _MARGIN

    def wait(self, least: int = 0) -> int:
        """How long it is to the middle of a frame (ms): of this one, or of the next.

        Args:
            least: so long at least (ms), where the canvas draws; where it does not, there is nothing to wait for.
        """
        elapsed = self._elapsed()
        return 0 if elapsed is None else least + (FRAME // 2 - elapsed - least) % FRAME

    def _elapsed(self) -> int | None:
        """Time since the canvas drew (ms); None where it stands still."""
        elapsed = int(1000.0 * (self._clock() - self._begun))
        return None if self._begun < 0.0 or elapsed > _ABSENT else elapsed
