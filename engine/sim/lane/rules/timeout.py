"""Timeouts: the caller gives an attempt up that is not answered in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.expiry import Expiry
from engine.sim.lane.seams import SETTLE, START, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.link import Link


@final
class Timeout(Rule):
    """Ends attempts after a fixed span."""

    def __init__(self, link: Link, span: float) -> None:
        self.moments = START + SETTLE
        self.span = span
        """Seconds."""
        self._expiry = Expiry(link.agenda, link, span)

    def started(self, call: Call, now: float) -> None:
        """Watch its time, unless its deadline comes first."""
        context = call.context
        if context is None or not context.ends_it:
            self._expiry.add(call)

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """Watch it no more."""
        self._expiry.prune()
