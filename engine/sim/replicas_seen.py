"""Looks at the replicas of a running cluster: what its partitions have taken, and what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.sim.lane.replicas.watch import Held, Watch
from engine.sim.primitives.cluster import cluster_of
from engine.sim.snapshot import ClusterGauge, KeyGauge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.sim.lane.replicas.cluster import Cluster
    from engine.sim.parts import NodePart

_AT_ONCE: Final = 20_000
"""Keys that are counted in one look (a few milliseconds); those beyond have their turn at the next."""
_AGAIN: Final = 1.0
"""Simulated seconds until it is asked again which key is the hottest."""
_EARLY: Final = 4096
"""Keys among which it is sought."""
_CLEARLY: Final = 1.5
_SOME: Final = 8
"""A key is clearly hotter that was written so many times as often, and so many times more."""
_RECORDED: Final = 20_000
_TOLD: Final = 3000
"""Changes of a key between two looks that are told; a picture has no room for more."""
_MARK: Final = -1
"""No instance: where the last look was."""


class ClusterView:
    """What a person sees of one cluster. Looking changes nothing of what happens."""

    def __init__(self) -> None:
        self._role: Cluster | None = None
        self._division = ""
        self._keys: list[int] = []
        self._counted = 0
        self._key: KeyView | None = None

    def look(self, part: NodePart, keys: Mapping[str, int | None]) -> ClusterGauge | None:
        """How it stands now; None where the node is no cluster.

        Args:
            part: the node.
            keys: which key to tell of, if this node is named there; None for the one that is written most.
        """
        role, name = cluster_of(part), part.plan.id
        if role is None:
            return None
        self._count(role)
        if name not in keys:
            self._key = role.watch = None
        elif self._key is None or self._key.given != keys[name]:
            self._key = KeyView(keys[name])
        return ClusterGauge(
            loads=tuple(int(load) for load in role.partitions.loads),
            keys=tuple(self._keys),
            rate=role.partitions.whole.rate,
            refused=tuple(int(each) for each in role.partitions.refused),
            throttled=int(role.throttled),
            divergent=int(role.ledger.divergent),
            watched=None if self._key is None else self._key.look(role, part.node.agenda.now),
        )

    def _count(self, role: Cluster) -> None:
        """Count the keys of each partition that are new since the last look; all where they were divided anew.

        The keys of a ledger have the slots from 0 on, in the order in which they were first asked for.
        """
        partitions, ledger = role.partitions, role.ledger
        if role is not self._role or partitions.division != self._division:
            self._role, self._division = role, partitions.division
            self._keys, self._counted = [0] * len(partitions.loads), 0
        until = min(int(ledger.keys.count), self._counted + _AT_ONCE)
        of = ledger.partition
        for slot in range(self._counted, until):
            self._keys[of[slot]] += 1
        self._counted = until


class KeyView:
    """Follows one key of a cluster: the given one, or whichever is written most."""

    def __init__(self, given: int | None) -> None:
        self.given = given
        self._key = given
        self._due = 0.0
        self._watch: Watch | None = None
        self._since = 0.0
        self._known: dict[int, int] = {}
        """What each replica held when it was looked at last."""

    def look(self, role: Cluster, now: float) -> KeyGauge | None:
        """What the replicas came to hold since the last look; None where nothing was written yet."""
        if self.given is None and now >= self._due:
            self._key, self._due = self._hottest(role), now + _AGAIN
        if self._key is None:
            return None
        owners = role.partitions.owners[role.partitions.of(self._key)]
        numbers = tuple(int(owner.pool.index) for owner in owners)
        held = [each for each in self._taken(role, self._key, now) if each[1] in numbers]
        slot = int(role.ledger.keys.find(self._key))
        self._known |= {number: version for _at, number, version in held}
        for number, owner in zip(numbers, owners, strict=True):
            version = int(owner.versions[slot]) if slot >= 0 else 0
            if self._known.get(number) != version:  # it was lost, or another one owns it since
                self._known[number] = version
                held.append((now, number, version))
        since, self._since = self._since, now
        return KeyGauge(self._key, numbers, since, tuple(held))

    def _taken(self, role: Cluster, key: int, now: float) -> list[tuple[float, int, int]]:
        """What was recorded since the last look. Where that is too much the older part goes, and all that was known."""
        watch = self._watch
        if watch is None or role.watch is not watch or watch.key != key:
            watch = role.watch = self._watch = Watch(key, _RECORDED)
            watch.held = [Held(now, _MARK, 0)]
            self._since, self._known = now, {}
            return []
        recorded, watch.held = watch.held, [Held(now, _MARK, 0)]
        whole = recorded[0].instance == _MARK
        if not whole or len(recorded) > _TOLD:
            recorded = recorded[-_TOLD:]
            self._since, self._known = recorded[0].at, {}
        return [
            (each.at, int(each.instance), int(each.version))
            for each in recorded
            if each.instance != _MARK
        ]

    def _hottest(self, role: Cluster) -> int | None:
        """The key that was written most often; the one that is followed unless another one is clearly hotter.

        Hot keys are asked for early, so that looking at the first ones is enough.
        """
        ledger = role.ledger
        slots = range(min(int(ledger.keys.count), _EARLY))
        best = max(slots, key=lambda slot: ledger.begun[slot], default=-1)
        if best < 0 or ledger.begun[best] == 0:
            return self._key
        if self._key is not None:
            slot = int(ledger.keys.find(self._key))
            written = int(ledger.begun[slot]) if slot >= 0 else 0
            if int(ledger.begun[best]) <= _CLEARLY * written + _SOME:
                return self._key
        return int(ledger.keys.keys[best])
