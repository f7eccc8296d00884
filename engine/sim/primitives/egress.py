"""Bytes that a node sends to its callers: what providers charge for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.sim.body import Adapter, Counters, Values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.sim.parts import LinkPart, NodePart


class Egress:
    """Adds up the answers over all links that ever led to a node."""

    def __init__(self, part: NodePart) -> None:
        self.part = part
        self._known: dict[str, tuple[LinkPart, float]] = {}
        """Links by id, and what others of that id had carried before."""

    def total(self) -> float:
        """Bytes of answers so far."""
        for link in self.part.entering:
            known = self._known.get(link.plan.id)
            if known is None or known[0] is not link:
                before = 0.0 if known is None else known[1] + known[0].bytes.total()[1]
                self._known[link.plan.id] = (link, before)
        return sum(before + link.bytes.total()[1] for link, before in self._known.values())


class EgressAdapter(Adapter[Egress]):
    """One a node that is asked for it."""

    name = "egress"

    def counters(self, body: Egress, now: float) -> Counters:
        """Bytes of answers."""
        return (body.total(),)

    def extra(self, body: Egress, since: Sequence[float], span: float, now: float) -> Values:
        """How many there were."""
        return {"egress_bytes": since[0]}


EGRESS = EgressAdapter()


def meter_egress(part: NodePart) -> None:
    """Count the bytes that a node sends to its callers, where its plan wants that."""
    had = part.controller(EGRESS) is not None
    if had != part.plan.meters_egress:
        part.control(EGRESS, None if had else Egress(part))
