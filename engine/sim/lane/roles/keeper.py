"""What keeps messages until somebody has worked on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.lane.histogram import Histogram
from engine.sim.lane.seams import Role

if TYPE_CHECKING:
    from mypy_extensions import i64


class MessageKeeper(Role):
    """A queue, or a topic."""

    def __init__(self) -> None:
        self.to_done = Histogram()
        """From when a message was published until its consumer acknowledged it."""

    def kept(self) -> i64:
        """Messages that count as waiting at its node."""
        raise NotImplementedError
