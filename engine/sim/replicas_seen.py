"""Looks at the replicas of a running cluster: what its partitions have taken, and what they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.sim.primitives.cluster import cluster_of
from engine.sim.snapshot import ClusterGauge

if TYPE_CHECKING:
    from engine.sim.lane.replicas.cluster import Cluster
    from engine.sim.parts import NodePart

_AT_ONCE: Final = 20_000
"""Keys that are counted in one look (a few milliseconds); those beyond have their turn at the next."""


class ClusterView:
    """What a person sees of one cluster. Looking changes nothing of what happens."""

    def __init__(self) -> None:
        self._role: Cluster | None = None
        self._division = ""
        self._keys: list[int] = []
        self._counted = 0

    def look(self, part: NodePart) -> ClusterGauge | None:
        """How it stands now; None where the node is no cluster."""
        role = cluster_of(part)
        if role is None:
            return None
        self._count(role)
        return ClusterGauge(
            loads=tuple(int(load) for load in role.partitions.loads),
            keys=tuple(self._keys),
            rate=role.partitions.rate,
            throttled=int(role.throttled),
            divergent=int(role.ledger.divergent),
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
