"""How many of a caller's calls leave its zone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Adapter, Counters, Values
from engine.sim.zoning import Crossings

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.sim.parts import LinkPart, NodePart
    from engine.sim.zoning import Zoning


class ZonesAdapter(Adapter[Crossings]):
    """Counts what crosses between zones."""

    name = "zones"

    def counters(self, body: Crossings, now: float) -> Counters:
        """All calls, and those to other zones."""
        return body.counts()

    def extra(self, body: Crossings, since: Sequence[float], span: float, now: float) -> Values:
        """The share of the calls that went to other zones."""
        calls, crossed = since
        return {"cross_zone_share": crossed / calls} if calls > 0.0 else {}


ZONES = ZonesAdapter()


def count_crossings(part: NodePart, leaving: Iterable[LinkPart], zoning: Zoning | None) -> None:
    """Count what a node sends to other zones, as long as it picks by zone and is in one."""
    if zoning is None:
        part.control(ZONES, None)
        return
    known = part.controller(ZONES)
    body = Crossings() if known is None else known.thing
    body.follow(leaving, zoning)
    part.control(ZONES, body)
