"""Who is asked for which keys, where the instances of a node have stores of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.records import dataclass
from engine.sim.lane.mixing import SPACE

if TYPE_CHECKING:
    from engine.sim.lane.balancing.key_maps import KeyMap
    from engine.sim.lane.balancing.key_ring import KeyRing
    from engine.sim.lane.call import Pool

_FEWER: Final = 2048
"""Keys at which it looks, each time that an instance dies or is back: what moves is known to two percent."""
GOLDEN: Final = 2_654_435_769
"""The golden section of 32 bits: its multiples are spread evenly."""


@dataclass(frozen=True, slots=True)
class Served:
    """Whose the keys of a ring are, told by some that stand for all."""

    keys: KeyMap
    """To which instances the ring maps them."""
    standing: list[tuple[bool, bool]]
    """Whether each instance is down, and whether it is taken out: all that matters beside the map."""
    home: list[Pool]
    """To whom each of the keys belongs."""
    asked: list[Pool]
    """Who is asked for it."""


def look_at(ring: KeyRing, before: Served | None) -> Served:
    """Who is asked for what now.

    Args:
        ring: the instances and the map.
        before: what was seen at the last look; it comes back where nothing is new.
    """
    standing = [(pool.down, pool.draining) for pool in ring.pools]
    known = before is not None and before.keys is ring.keys
    if before is not None and known and before.standing == standing:
        return before
    keys = [number * GOLDEN % SPACE for number in range(_FEWER)]
    if before is not None and known:
        home = before.home
    else:
        home = [ring.pools[ring.copy(ring.hashed(key), 0)] for key in keys]
    return Served(ring.keys, standing, home, [ring.pools[ring.serving(key)] for key in keys])
