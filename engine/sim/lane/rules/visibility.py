"""Visibility timeouts: a queue delivers a message again that is not finished in time, unless its worker extends that.

A worker with a lease asks for more time on a period while it has a message, worked on or waiting at it. It does not
while it is dead, frozen, paused or cut off: then the time runs out, and somebody else gets the message.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.roles.queue import Queue
from engine.sim.lane.rules.timeout import Timeout
from engine.sim.lane.seams import SETTLE, START, Rule

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.call import Call
    from engine.sim.lane.instance import Lease
    from engine.sim.lane.link import Link


@final
class Extension(Task):
    """A delivery whose worker asks for more time on a period."""

    def __init__(self, rule: Visibility, call: Call, now: float) -> None:
        self._rule = rule
        self._call = call
        self._deaths: i64 = call.pool.deaths
        self._begun = now
        self.until = now + rule.span
        """When the message is delivered again (s)."""

    def start(self, lease: Lease, now: float) -> None:
        """Wait for the next beat, or for the end."""
        self._rule.link.agenda.schedule_at(min(now + lease.every, self.until), Timer(self))

    def due(self, timer: Timer, now: float) -> None:
        """Extend it, or give the delivery up."""
        call = self._call
        if call.settled:
            return
        if now >= self.until:
            self._rule.link.expired(call, now)
            return
        lease = call.pool.lease
        if lease is None:
            self._rule.link.agenda.schedule_at(self.until, timer)
            return
        if now - self._begun < lease.longest and self._is_heard():
            self.until = min(now + self._rule.span, self._begun + lease.longest)
            self._rule.extend(call, now)
        self.start(lease, now)

    def _is_heard(self) -> bool:
        """Whether the worker has the message, and its word gets through."""
        call, pool = self._call, self._call.pool
        if pool.down or pool.frozen or pool.halted or pool.deaths != self._deaths:
            return False
        return (call.at_gate or pool.inside.has(call)) and not self._rule.link.is_cut()


@final
class Visibility(Rule):
    """Ends deliveries after a span, or later where their worker has a lease."""

    def __init__(self, link: Link, span: float) -> None:
        self.moments = START + SETTLE
        self.span = span
        """Seconds."""
        self.link = link
        self.plain = Timeout(link, span)
        """For workers without a lease."""

    def started(self, call: Call, now: float) -> None:
        """Watch its time."""
        lease = call.pool.lease
        if lease is None:
            self.plain.started(call, now)
        else:
            Extension(self, call, now).start(lease, now)

    def settled(self, call: Call, reason: i64, now: float) -> None:
        """Watch it no more."""
        self.plain.settled(call, reason, now)

    def extend(self, call: Call, now: float) -> None:
        """The time of a delivery begins anew: should its worker die, the message comes again after that."""
        message, source = call.parent, self.link.source
        if message is not None and isinstance(source, Queue):
            message.sent = now
            source.extended += 1
