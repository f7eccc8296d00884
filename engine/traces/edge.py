"""An edge of the service map. Plain frozen data."""

from __future__ import annotations

from engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """The calls of one link that were recorded."""

    link: str
    source: str
    target: str
    calls: int
    """Attempts."""
    retries: int
    """Those of them that were not the first, and hedges."""
    failed: int
    p99: float
    """Seconds, of those that are over: from when an attempt was sent to when its caller knew the outcome."""

    @property
    def error_share(self) -> float:
        """Share of the attempts that failed."""
        return self.failed / self.calls
