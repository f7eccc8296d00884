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
        self._pickers: list[Hashing] = []
        self._gone: frozenset[Pool] = frozenset()
        """Who of the instances might take no calls, when it was looked last."""

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
        self._pickers = [each for each in dict.fromkeys(after) if isinstance(each, Hashing)]
        self._gone &= self.present

    def look(self) -> None:
        """Add what goes to another instance since one may not take calls any more, or may again."""
        for picker in self._pickers[:1]:  # of all classes alike
            gone = frozenset(each.pool for each in picker.endpoints if not each.healthy)
            if gone != self._gone:
                before = [each.pool not in self._gone for each in picker.endpoints]
                after = [each.healthy for each in picker.endpoints]
                places = _places(picker, int(picker.reach))
                moved = sum(
                    _taken(picker, hashed, before) != _taken(picker, hashed, after)
                    for hashed in places
                )
                self.moved += moved / len(places)
                self._gone = gone


def _taken(picker: Hashing, hashed: int, healthy: Sequence[bool]) -> int:
    """The place of the instance that gets a hash; that to which it belongs where nobody else does."""
    keys = picker.keys
    place = first = int(keys.place(hashed))
    skipped = 1
    while not keys.sticks and place >= 0 and not healthy[place] and skipped < len(healthy):
        place = int(keys.after(hashed, skipped))
        skipped += 1
    return place if place >= 0 and healthy[place] else first


def _places(picker: Hashing, reach: int) -> list[int]:
    """Hashes that stand for all, below what is mapped."""
    reach = min(reach, int(picker.reach))
    return [number * _GOLDEN % reach for number in range(min(_SAMPLES, reach))]


def _moved(old: Hashing, new: Hashing) -> float:
    """The share of hashes that belong to another instance."""
    if not old.endpoints or not new.endpoints:
        return 0.0
    places = _places(old, int(new.reach))
    gone = sum(
        old.endpoints[old.keys.place(hashed)].pool is not new.endpoints[new.keys.place(hashed)].pool
        for hashed in places
    )
    return gone / len(places)
