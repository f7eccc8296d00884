"""Edges and nodes of the service map. Plain frozen data."""

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
    p50: float = 0.0
    p99: float
    """Seconds, of those that are over: from when an attempt was sent to when its caller knew the outcome."""
    rate: float = 0.0
    """Attempts a second of all requests, also those that are not kept: as many as the sampled ones stand for."""

    @property
    def error_share(self) -> float:
        """Share of the attempts that failed."""
        return self.failed / self.calls


@dataclass(frozen=True, slots=True, kw_only=True)
class MapNode:
    """A node of the service map: what was recorded of the calls that came to it; of a client, of its requests."""

    node: str
    calls: int
    failed: int
    """As the node answered, so that what its callers gave up may be good; as users saw it at a client."""
    p50: float
    p99: float
    """Seconds, of those that it is through with: from when a call came to when it was answered."""
    rate: float
    """Calls a second of all requests, as many as the sampled ones stand for."""

    @property
    def error_share(self) -> float:
        """Share of the calls that failed."""
        return self.failed / self.calls
