"""Who is near whom, and what of a caller's calls stays nearby."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.plan.primitives import HomePlan

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.plan.primitives import LinkPlan, NodePlan, Plan

NOWHERE: Final = HomePlan(node="")
"""Where nodes are that are in no zone and no region."""


class Zones:
    """Where a caller and its targets are."""

    def __init__(self, plan: Plan, caller: str) -> None:
        """Read where everything is."""
        self._plan = plan
        self._caller = caller
        self._homes = {home.node: home for home in plan.homes}
        self.home = self.of(caller)

    def of(self, node: str) -> HomePlan:
        """Where a node is."""
        return self._homes.get(node, NOWHERE)

    def tier(self, there: HomePlan) -> int:
        """How near a place is: 0 in the caller's zone, 1 in its region, 2 anywhere else."""
        mine = self.home
        if mine.zone is not None and there.zone == mine.zone:
            return 0
        return 1 if mine.region is not None and there.region == mine.region else 2

    def callers(self) -> dict[str, float]:
        """The share that each zone has of the instances of all nodes that pick by zone among the same targets."""
        targets = {link.target for link in self._plan.links if link.source == self._caller}
        peers = {link.source for link in self._plan.links if link.target in targets}
        counts: dict[str, float] = {}
        for node in self._plan.nodes:
            by_zone = node.router is not None and node.router.picker == "zone"
            if node.id == self._caller or (node.id in peers and by_zone):
                for index in range(node.station.instances):
                    zone = self.of(node.id).of(index).name or ""
                    counts[zone] = counts.get(zone, 0.0) + 1.0
        return _shares(counts)

    def parts(self, nodes: Mapping[str, NodePlan], leaving: Sequence[LinkPlan]) -> dict[str, float]:
        """How the calls of the caller divide among its links while nobody nearby is too busy."""
        router = nodes[self._caller].router
        homes = {
            link.id: [
                self.of(link.target).of(index)
                for index in range(nodes[link.target].station.instances)
            ]
            for link in leaving
        }
        if router is not None and router.zone is not None and router.zone.spill_over == "even":
            return self._even(homes)
        tiers = {name: [self.tier(home) for home in each] for name, each in homes.items()}
        nearest = min((tier for each in tiers.values() for tier in each), default=0)
        return {name: float(each.count(nearest)) for name, each in tiers.items()}

    def _even(self, homes: Mapping[str, Sequence[HomePlan]]) -> dict[str, float]:
        """The same where all instances of all zones are to have the same load."""
        zones = {name: [home.name or "" for home in each] for name, each in homes.items()}
        there: dict[str, float] = {}
        for zone in (zone for each in zones.values() for zone in each):
            there[zone] = there.get(zone, 0.0) + 1.0
        going = zone_shares(self.callers(), _shares(there), self.home.name or "")
        return {
            name: sum(going[zone] / there[zone] for zone in each) for name, each in zones.items()
        }


def zone_shares(
    callers: Mapping[str, float], instances: Mapping[str, float], home: str
) -> dict[str, float]:
    """Where the calls of a zone go so that all instances have the same load (Envoy: zone aware routing).

    Args:
        callers: share of the callers in each zone.
        instances: share of the instances in each zone.
        home: the zone of the caller.
    """
    own = instances.get(home, 0.0)
    stays = min(1.0, own / callers[home]) if callers.get(home) else float(own > 0.0)
    others = [zone for zone in instances if zone != home]
    left = {zone: max(0.0, instances[zone] - callers.get(zone, 0.0)) for zone in others}
    rest = _shares(left if any(left.values()) else {zone: instances[zone] for zone in others})
    going = {zone: (1.0 - stays) * share for zone, share in rest.items()}
    return going | ({home: stays} if home in instances else {})


def _shares(counts: Mapping[str, float]) -> dict[str, float]:
    """Counts as shares of their sum."""
    whole = sum(counts.values())
    return {name: count / whole if whole > 0.0 else 0.0 for name, count in counts.items()}
