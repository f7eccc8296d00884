"""Timeouts: the caller gives an attempt up that is not answered in time."""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.codes import AT_RULE
from engine.sim.lane.expiry import Expiry, Watch, Watcher
from engine.sim.lane.seams import SETTLE, START, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.link import Link


@final
class HeldBefore(Watcher):
    """Attempts that a rule had held: their time begins when they are let go."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def lasts(self, call: Call, place: i64) -> bool:
        """Whether an attempt is under way."""
        return not call.settled

    def ran_out(self, call: Call, place: i64, now: float) -> None:
        """It was not answered in time."""
        self._link.expired(call, now)


@final
class Timeout(Rule):
    """Ends attempts after a fixed span."""

    def __init__(self, link: Link, span: float) -> None:
        self.moments = START + SETTLE
        self.span = span
        """Seconds."""
        self._expiry = Expiry(link.agenda, link, span)
        self._link = link
        self._later: Watch | None = None
        """For those that were held before they were sent."""

    def started(self, call: Call, now: float) -> None:
        """Watch its time, unless its deadline comes first."""
        context = call.context
        if context is None or not context.ends_it:
            if call.sent < now:
                self._watch_later(call, now)
            else:
                self._expiry.add(call)

    def _watch_later(self, call: Call, now: float) -> None:
        """Watch an attempt whose time begins after it was counted in."""
        later = self._later
        if later is None:
            later = Watch(self._link.agenda, HeldBefore(self._link), self.span)
            self._later = later
        later.add(call, AT_RULE, now)

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """Watch it no more."""
        self._expiry.prune()
        later = self._later
        if later is not None:
            later.prune()
