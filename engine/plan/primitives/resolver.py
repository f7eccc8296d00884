"""C: what tells callers where to go, once in a while: DNS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.plan.primitives.basics import ZERO, LawPlan
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.model.resolution import PolicyName


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolverPlan:
    """C: who asks a router for the way keeps the answer, and goes there by itself."""

    policy: PolicyName
    """Which of the healthy records is the answer."""
    ttl: float
    """Seconds that an answer is kept."""
    records: tuple[str, ...] | None = None
    """Nodes for which there are records; None is all behind its links."""
    keeps_last: bool = False
    """Whether records that would be none are not taken, so that those before stay."""
    stretched: float = 0.0
    """Share of the users whose resolvers keep answers longer,"""
    stretch: float = 0.0
    """for so long (s)."""
    lookup: LawPlan = ZERO
    """Time (s) that asking takes."""
    patience: float = 0.0
    """Seconds after which whoever is not answered gives up."""
