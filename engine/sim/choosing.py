"""What one caller keeps to choose among instances: its pickers, and what these remember while the instances change."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from engine.records import dataclass
from engine.sim.key_maps import key_map
from engine.sim.lane.balancing.ewma import Ewma, Latencies
from engine.sim.lane.balancing.hashing import (
    BY_CLIENT,
    BY_KEY,
    BY_SESSION,
    BY_TENANT,
    Hashing,
    Identities,
    ShuffleShards,
)
from engine.sim.lane.balancing.least_connections import LeastConnections
from engine.sim.lane.balancing.nearest import Nearest
from engine.sim.lane.balancing.power_of_two import PowerOfTwo
from engine.sim.lane.balancing.random_choice import Random
from engine.sim.lane.balancing.ranked import Ranked
from engine.sim.lane.balancing.round_robin import RoundRobin
from engine.sim.lane.balancing.slow_start import SlowStart
from engine.sim.lane.balancing.sticky import Affinity, PerConnection, Pins
from engine.sim.lane.balancing.weighted import Weighted
from engine.sim.lane.balancing.zones import EvenZones, NearestFirst, ZoneGroup
from engine.sim.lane.draws import generator
from engine.sim.lane.mixing import SPACE
from engine.sim.lane.replication.picker import ByRole
from engine.sim.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from engine.model.balancing import AffinityName, Hash, Layer, Shuffle, Zone
    from engine.plan.primitives import Picker as PickerName
    from engine.sim.lane.call import CallPath, Endpoint
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.seams import Picker
    from engine.sim.nearness import Nearness
    from engine.sim.setup import Setup

_BY: Final = MappingProxyType(
    {"key": BY_KEY, "client": BY_CLIENT, "session": BY_SESSION, "tenant": BY_TENANT}
)
_PLAIN: Final[Mapping[str, Callable[[list[Endpoint]], Picker]]] = MappingProxyType(
    {"round_robin": RoundRobin, "least_connections": LeastConnections}
)
_DRAWN: Final[Mapping[str, Callable[[list[Endpoint], Draws], Picker]]] = MappingProxyType(
    {"random": Random, "power_of_two": PowerOfTwo, "weighted": Weighted}
)
"""Those that draw random numbers."""
KEYED: Final = ("hash", "shuffle")
"""Those that go by what calls carry."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a caller chooses, for one class of requests."""

    picker: PickerName
    hashed: Hash
    shuffle: Shuffle
    zone: Zone
    nearness: Nearness | None = None
    """How near the instances are, where that decides."""
    keys: int = 0
    """How many keys there are, where instances have ranges of them; 0 where they have not."""
    affinity: AffinityName = "none"
    layer: Layer = 7
    slow_start: float = 0.0
    """Seconds until a new instance has its whole share; 0 is at once."""

    @property
    def carried(self) -> bool:
        """Whether what a call carries decides, so that it may be uneven."""
        return self.picker in KEYED or self.affinity != "none" or self.layer == 4


class Choosing:
    """The pickers of one caller."""

    def __init__(self, owner: str, setup: Setup) -> None:
        """Know whose random streams they draw from."""
        self._owner = owner
        self._streams = setup.streams
        self._agenda = setup.agenda
        self._pickers: dict[tuple[object, ...], Picker] = {}
        """By what they were made from, so that those that stay right keep their place."""
        self.latencies = Latencies()
        self.pins = Pins()
        self.spread = Spread(self.pins)

    @property
    def pickers(self) -> tuple[Picker, ...]:
        """Those in use."""
        return tuple(self._pickers.values())

    def picker(self, manner: Manner, among: list[Endpoint]) -> Picker:
        """The picker over some endpoints; the one that was there before, if there was."""
        key = (manner, *(id(endpoint) for endpoint in among))
        if key not in self._pickers:
            self._pickers[key] = self._whole(manner, among)
        return self._pickers[key]

    def ranked(
        self, among: list[Endpoint], usual: list[float], ranks: dict[CallPath, list[list[float]]]
    ) -> Picker:
        """The picker by rank over some endpoints; the one that was there before, if there was."""
        seen = tuple((id(path), *map(tuple, rows)) for path, rows in ranks.items())
        key = ("rank", tuple(usual), seen, *(id(endpoint) for endpoint in among))
        if key not in self._pickers:
            self._pickers[key] = Ranked(among, usual, ranks)
        return self._pickers[key]

    def by_role(self, inner: Picker, among: list[Endpoint], *, writes: bool) -> Picker:
        """What has a picker choose among those that take a sort of request, where some lead and others follow."""
        key = ("role", id(inner), writes, *(id(endpoint) for endpoint in among))
        if key not in self._pickers:
            self._pickers[key] = ByRole(among, inner, writes=writes)
        return self._pickers[key]

    def nearest(self, among: list[Endpoint], rows: list[list[float]]) -> Picker:
        """The picker by distance over some endpoints; the one that was there before, if there was."""
        far = tuple(tuple(row) for row in rows)
        key = ("nearest", far, *(id(endpoint) for endpoint in among))
        if key not in self._pickers:
            self._pickers[key] = Nearest(among, rows)
        return self._pickers[key]

    def keep(self, pickers: Sequence[Picker]) -> None:
        """Keep only the pickers that are in use."""
        self._pickers = {key: each for key, each in self._pickers.items() if each in pickers}

    def _whole(self, manner: Manner, among: list[Endpoint]) -> Picker:
        """A picker, and what is asked before it."""
        picker = self._made(manner, among)
        if manner.slow_start > 0.0 and manner.picker not in KEYED:
            uniforms = self._streams.uniform(self._owner, "slow start")
            picker = SlowStart(among, picker, manner.slow_start, uniforms, self._agenda)
        if manner.layer == 4:
            return PerConnection(among, picker)
        if manner.affinity != "none":
            affinity = Affinity(among, picker, self.pins, self._agenda)
            affinity.whole_clients = manner.affinity == "client"
            return affinity
        return picker

    def _made(self, manner: Manner, among: list[Endpoint]) -> Picker:
        """What picks where nothing else is known."""
        made = _PLAIN.get(manner.picker)
        if made is not None:
            return made(among)
        if manner.picker == "hash":
            return self._hashing(manner, among)
        if manner.picker == "zone":
            return self._nearby(manner, among)
        if manner.picker == "shuffle":
            identities = Identities(_BY[manner.shuffle.by], self._salt("shuffle"))
            return ShuffleShards(among, identities, manner.shuffle.size)
        uniforms = self._streams.uniform(self._owner, "pick")
        if manner.picker == "ewma":
            return Ewma(among, uniforms, self.latencies)
        return _DRAWN[manner.picker](among, uniforms)

    def _hashing(self, manner: Manner, among: list[Endpoint]) -> Hashing:
        """A picker by hash; ranges of keys take them as they are."""
        settings = manner.hashed
        identities = Identities(_BY[settings.by], self._salt("hash"))
        keys = key_map(settings, among, self._salt("ring"), manner.keys)
        picker = Hashing(among, identities, keys, settings.bound or 0.0)
        picker.reach = manner.keys or SPACE
        picker.plain = manner.keys > 0
        return picker

    def _nearby(self, manner: Manner, among: list[Endpoint]) -> Picker:
        """What picks by zone; where nobody knows of zones, all are as near."""
        near = manner.nearness
        if near is None or not among:
            return NearestFirst(among, [among] if among else [])
        if manner.zone.spill_over == "busy":
            tiers: dict[int, list[Endpoint]] = {}
            for endpoint, tier in zip(among, near.tiers, strict=True):
                tiers.setdefault(tier, []).append(endpoint)
            return NearestFirst(among, [tiers[tier] for tier in sorted(tiers)])
        zones: dict[str, list[Endpoint]] = {}
        for endpoint, zone in zip(among, near.zones, strict=True):
            zones.setdefault(zone, []).append(endpoint)
        callers = dict(near.callers)
        groups = [ZoneGroup(each, callers.get(zone, 0.0)) for zone, each in zones.items()]
        home = list(zones).index(near.home) if near.home in zones else -1
        return EvenZones(among, groups, home, self._streams.uniform(self._owner, "zone"))

    def _salt(self, purpose: str) -> int:
        """A number (32 bits) that belongs to a purpose of the caller."""
        return int(generator(self._streams.seed, self._owner, purpose).integers(SPACE))
