"""Health checks on their way: over the network of a link, to one of its instances, and back.

A check of layer 4 asks whether the instance takes connections. One of layer 7 is worked on: it takes a
place in the line and then a worker, like a request, for as long as its handler takes. It is no request:
it passes no gates, follows no flow, and is counted in the workers and the line that it takes up only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i16, i32, mypyc_attr

from engine.sim.lane.call import Call, CallPath, Endpoint, Site
from engine.sim.lane.codes import (
    ENGAGED,
    NO_TASK,
    OK,
    OUTBOUND,
    QUEUE_FULL,
    RETURNING,
    UNAVAILABLE,
)
from engine.sim.lane.network_path import NetworkPath
from engine.sim.lane.station.backlog import Backlog

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.agenda import Agenda
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.entry import Entry
    from engine.sim.lane.node import Node


@mypyc_attr(allow_interpreted_subclasses=True)
class Prober:
    """Somebody outside the lane who sends checks."""

    def heard(self, probe: Call) -> None:
        """A check is back; its reason says how it went."""
        raise NotImplementedError


@final
class ProbePath(NetworkPath):
    """The network of a link, as checks cross it."""

    def __init__(self, agenda: Agenda, uniforms: Draws, prober: Prober) -> None:
        super().__init__(agenda, uniforms)
        self._prober = prober

    def send(self, probe: Call, now: float) -> None:
        """Let a check cross to its instance; one that is lost never arrives."""
        delay = self.crossing()
        if delay >= 0.0:
            probe.pool.coming += 1
            self.agenda.schedule(delay, probe)

    def answer(self, call: Call, entry: Entry, now: float) -> None:
        """Let a check cross back."""
        delay = self.crossing()
        if delay >= 0.0:
            self.agenda.schedule(delay, entry)

    def deliver(self, call: Call, now: float) -> None:
        """A check is back."""
        self._prober.heard(call)


class Handler(Site):
    """What takes checks at the instances of a node: whoever is up takes connections."""

    def __init__(self, node: Site) -> None:
        super().__init__(node.name, node.agenda)
        self.node = node

    def probe(self, endpoint: Endpoint, path: CallPath, work: float) -> Call:
        """A check of an instance.

        Args:
            endpoint: the instance.
            path: what it crosses.
            work: time (s) that it keeps a worker.
        """
        made = Call(self, endpoint.pool, None, 0, 0)
        made.path = path
        made.task = NO_TASK
        made.size = work
        made.stage = OUTBOUND
        return made

    def arrive(self, call: Call, now: float) -> None:
        """Answer, unless nobody is there."""
        pool = call.pool
        pool.coming -= 1
        if pool.dormant:
            self.reply(call, OK, now)  # who starts it when a request comes answers in its place
        elif pool.down:
            self.refuse(call, UNAVAILABLE, now)
        else:
            self.take(call, now)

    def take(self, call: Call, now: float) -> None:
        """A connection is made: that is all that is asked."""
        self.reply(call, OK, now)

    def refuse(self, call: Call, reason: i64, now: float) -> None:
        """Answer at the door."""
        self.reply(call, reason, now)

    def reply(self, call: Call, reason: i64, now: float) -> None:
        """Send the answer back."""
        call.reason = i16(reason)
        call.stage = RETURNING
        path = call.path
        if path is not None:
            path.answer(call, call, now)


@final
class WorkingHandler(Handler):
    """A handler that needs a worker."""

    def __init__(self, node: Node) -> None:
        super().__init__(node)
        self._listener = node
        self._backlog = Backlog(self)

    def take(self, call: Call, now: float) -> None:
        """Wait for a worker; where no place is left, be refused or come again, as requests are."""
        pool = call.pool
        call.slot = i32(pool.deaths)
        if pool.discipline.offer(call, now):
            return
        if self._listener.backlog is None:
            self.refuse(call, QUEUE_FULL, now)
        else:
            self._backlog.drop(call, now)

    def worked(self, call: Call, now: float) -> None:
        """The worker is free again; who has died meanwhile says nothing."""
        pool = call.pool
        if call.slot != pool.deaths:
            return
        call.stage = ENGAGED
        if pool.holds:
            pool.discipline.rest(now)  # as every work ends, before the worker is let go
        pool.discipline.release(call, now)
        self.reply(call, OK, now)
