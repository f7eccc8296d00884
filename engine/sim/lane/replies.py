"""Answers that do not come with the call's own entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.entry import Task, Timer

if TYPE_CHECKING:
    from engine.sim.lane.call import Call, CallPath


@final
class DeferredReply(Task):
    """Brings the news of a call whose own entry is still due for something else."""

    def __init__(self, call: Call, path: CallPath) -> None:
        self._call = call
        self._path = path

    def due(self, timer: Timer, now: float) -> None:
        """Deliver the answer."""
        self._path.deliver(self._call, now)
