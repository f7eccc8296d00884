"""How near the instances of a caller are."""

from __future__ import annotations

from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near the instances are that a caller chooses among."""

    tiers: tuple[int, ...]
    """Of each instance: 0 in the caller's zone, 1 in its region, 2 anywhere else."""
    zones: tuple[str, ...]
    """The zone of each instance, else its region; empty where it is in neither."""
    home: str
    """The same of the caller."""
    callers: tuple[tuple[str, float], ...]
    """Share of the callers of the same targets that is in each zone."""
