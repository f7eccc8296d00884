"""What a result says of attackers, for reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.model.metrics import BLAST_RADIUS, COMPROMISED

if TYPE_CHECKING:
    from collections.abc import Mapping


def blast_line(result: Mapping[str, Any]) -> str:
    """How far attackers have come: ``4 of 6 nodes``; empty where none can come."""
    radius = result.get(BLAST_RADIUS.name)
    if radius is None:
        return ""
    return f"{radius} of {len(result['clients']) + len(result['nodes'])} nodes"


def compromised_parts(result: Mapping[str, Any]) -> list[tuple[str, float]]:
    """The nodes that attackers have had, with the share of the time, the longest first."""
    parts = {**result["clients"], **result["nodes"]}
    found = [
        (key, parts[key]["extra"].get(COMPROMISED.name) or 0.0)
        for key in result.get(COMPROMISED.name, ())
    ]
    return sorted(found, key=lambda each: -each[1])
