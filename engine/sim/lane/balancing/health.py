"""Which endpoints may be picked."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.sim.lane.call import Endpoint


def healthy(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Those that are healthy; the same list where all are."""
    for endpoint in endpoints:
        if not endpoint.healthy:
            return [each for each in endpoints if each.healthy]
    return endpoints
