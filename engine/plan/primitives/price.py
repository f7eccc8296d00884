"""P: what nodes and links cost, in US dollars."""

from __future__ import annotations

from engine.records import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NodePrice:
    """What a node is charged for."""

    instance_second: float = 0.0
    """For each instance that there is, a standby included."""
    busy_second: float = 0.0
    """For each worker at work."""
    request: float = 0.0
    """For each request that comes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkPrice:
    """What a link is charged for."""

    request_byte: float = 0.0
    """For each byte that is sent to the target."""
    response_byte: float = 0.0
    """For each byte that comes back."""
