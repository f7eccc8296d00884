"""What a node's instances went through beside their work: counters since the start, never reset."""

from __future__ import annotations

from typing import final


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
