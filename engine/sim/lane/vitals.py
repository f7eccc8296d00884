"""What a node's instances went through beside their work, and what measures their memory."""

from __future__ import annotations

from typing import final

from engine.sim.lane.agenda import Task


@final
class Vitals:
    """Counters of all instances of a node, also of those that are gone."""

    def __init__(self) -> None:
        self.throttled = 0.0
        """Seconds for which instances with work stood still for want of CPU quota."""
        self.halted = 0.0
        """Seconds for which pauses stopped instances."""
        self.restarts = 0.0
        """Starts after a crash or a kill."""
        self.batches = 0.0
        self.batched = 0.0
        """Requests in all batches."""


class Meter(Task):
    """The memory of an instance."""

    def used(self, now: float) -> float:
        """Bytes in use."""
        raise NotImplementedError

    def admits_one(self, now: float) -> bool:
        """Whether there is room for one more request."""
        raise NotImplementedError

    def begin(self, now: float) -> None:
        """The instance starts afresh."""
        raise NotImplementedError

    def stop(self) -> None:
        """The instance is down."""
        raise NotImplementedError

    def watch(self, now: float) -> None:
        """More memory may be in use than before."""
        raise NotImplementedError
