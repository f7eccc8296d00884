"""Bytes that a node sends to its callers, what providers charge for, and what of them it has fetched itself."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from engine.sim.body import Adapter, Counters, Values

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from engine.sim.parts import LinkPart, NodePart


class Egress:
    """Adds up the answers over all links that ever led to a node."""

    def __init__(self, part: NodePart) -> None:
        self.part = part
        self._sent = Answers()
        self._fetched = Answers()

    def totals(self) -> tuple[float, float]:
        """Bytes so far of the answers to its callers, and of those that it got."""
        part = self.part
        return self._sent.total(part.entering), self._fetched.total(part.leaving)


class Answers:
    """Bytes of answers over links some of which may be gone, or may have been made anew."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[LinkPart, float]] = {}
        """Links by id, and what others of that id had carried before."""

    def total(self, links: Iterable[LinkPart]) -> float:
        """Bytes so far, over these links and all that were named before."""
        for link in links:
            known = self._known.get(link.plan.id)
            if known is None or known[0] is not link:
                before = 0.0 if known is None else known[1] + known[0].bytes.total()[1]
                self._known[link.plan.id] = (link, before)
        return sum(before + link.bytes.total()[1] for link, before in self._known.values())


class EgressAdapter(Adapter[Egress]):
    """One a node that is asked for it."""

    name = "egress"

    def counters(self, body: Egress, now: float) -> Counters:
        """Bytes of answers sent, and fetched."""
        return body.totals()

    def extra(self, body: Egress, since: Sequence[float], span: float, now: float) -> Values:
        """How many there were, and which share did not come from further on."""
        sent, fetched = since
        found = {"egress_bytes": sent}
        if body.part.plan.store is not None:
            found["byte_hit_ratio"] = max(0.0, 1.0 - fetched / sent) if sent else math.nan
        return found


EGRESS = EgressAdapter()


def meter_egress(part: NodePart) -> None:
    """Count the bytes that a node sends to its callers, where its plan wants that."""
    had = part.controller(EGRESS) is not None
    if had != part.plan.meters_egress:
        part.control(EGRESS, None if had else Egress(part))
