"""What a whole design costs, from what its nodes and links do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.model.prices import COST_PER_HOUR

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOUR: Final = 3600.0


def costs(result: Mapping[str, Any]) -> dict[str, float | None]:
    """US dollars an hour, and for a thousand requests of clients that succeeded; None of none."""
    parts = [*result["nodes"].values(), *result["links"].values()]
    hour = sum(part.get("extra", {}).get(COST_PER_HOUR) or 0.0 for part in parts)
    span = result["duration"] - result["warmup"]
    succeeded = sum(client["succeeded"] for client in result["clients"].values())
    spent = hour * span / _HOUR
    per_1000 = 1000.0 * spent / succeeded if succeeded else None
    return {COST_PER_HOUR: hour, "cost_per_1000": per_1000}
