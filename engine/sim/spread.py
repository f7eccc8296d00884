"""How evenly calls are spread over instances that are chosen by what calls carry, and what moves when there are others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.sim.lane.balancing.hashing import Hashing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.sim.lane.balancing.sticky import Pins
    from engine.sim.lane.call import Endpoint, Pool
    from engine.sim.lane.seams import Picker

_SAMPLES: Final = 4096
"""Hashes of which it is looked where they belong: what moves is known to a percent."""
_GOLDEN: Final = 2_654_435_769
"""The golden section of 32 bits: its multiples are spread evenly, also among slots."""


class Spread:
    """The instances that one caller chooses among."""

    def __init__(self, pins: Pins) -> None:
        """Know who belongs where."""
        self.pins = pins
        self.pools: list[Pool] = []
        """All that there ever were, in the order in which they came, so that counts of before still fit."""
        self.present: frozenset[Pool] = frozenset()
        self.moved = 0.0
        """Share of the keys that went to another instance, added up over all changes."""

    def follow(
        self, endpoints: Iterable[Endpoint], before: Sequence[Picker], after: Sequence[Picker]
    ) -> None:
        """Know the instances that there are, and add what moves from some pickers to those in their places."""
        pools = [endpoint.pool for endpoint in endpoints]
        self.present = frozenset(pools)
        known = set(self.pools)
        self.pools += [pool for pool in dict.fromkeys(pools) if pool not in known]
        shares = [
            _moved(old, new)
            for old, new in zip(before, after, strict=False)
            if isinstance(old, Hashing) and isinstance(new, Hashing) and old is not new
        ]
        self.moved += max(shares, default=0.0)


def _moved(old: Hashing, new: Hashing) -> float:
    """The share of hashes that belong to another instance."""
    if not old.endpoints or not new.endpoints:
        return 0.0
    reach = int(min(old.reach, new.reach))
    count = min(_SAMPLES, reach)
    places = [number * _GOLDEN % reach for number in range(count)]
    gone = sum(
        old.endpoints[old.keys.place(hashed)].pool is not new.endpoints[new.keys.place(hashed)].pool
        for hashed in places
    )
    return gone / count
