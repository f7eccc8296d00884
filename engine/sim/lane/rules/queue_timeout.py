"""Queue timeouts: the caller gives an attempt up that waits for too long before anybody works on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from engine.sim.lane.codes import AT_RULE, FOR_CONNECTION, OUTBOUND
from engine.sim.lane.expiry import Watch, Watcher
from engine.sim.lane.seams import WAIT, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.link import Link

GRACE: Final = 1e-9
"""Share of a span by which rounding may be off: a wait that ends at the very moment ends in time."""


@final
class Waits(Watcher):
    """Calls of a link that wait: at its bulkhead, for a connection, or at the callee for a worker."""

    def __init__(self, rule: QueueTimeout, link: Link) -> None:
        self._rule = rule
        self._link = link

    def lasts(self, call: Call, place: i64) -> bool:
        """Whether a call still waits where it began to; it comes to each place once."""
        if call.settled:
            return False
        if place == AT_RULE:
            context = call.context
            return context is not None and context.held_by is not None
        if place == FOR_CONNECTION:
            lease = call.lease
            return lease is not None and not lease.granted
        return call.stage == OUTBOUND

    def ran_out(self, call: Call, place: i64, now: float) -> None:
        """It has waited for as long as it would."""
        self._rule.given_up += 1
        self._link.impatient(call, place, now)


@final
class QueueTimeout(Rule):
    """Ends waits after a fixed span (s), each for itself. Once work has begun it has no say."""

    def __init__(self, link: Link, span: float) -> None:
        self.moments = WAIT
        self.given_up: i64 = 0
        """Attempts that waited for too long."""
        self.span = span
        """Seconds that a wait may take."""
        self._link = link
        self._watch = Watch(link.agenda, Waits(self, link), span * (1.0 + GRACE))

    def turn(self, span: float) -> None:
        """Allow for another time from now on; who waits already keeps theirs."""
        self.span = span
        self._watch = Watch(self._link.agenda, Waits(self, self._link), span * (1.0 + GRACE))

    def waits(self, call: Call, place: i64, now: float) -> None:
        """Watch a wait."""
        self._watch.add(call, place, now)
