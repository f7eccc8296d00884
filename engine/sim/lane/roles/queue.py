"""A queue: messages are acknowledged when they are stored, and idle workers pull them.

Delivery is at least once. A message that fails, or is not settled within the visibility timeout, is
delivered again; one that was received too often is put aside as a dead letter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from engine.sim.lane.call import Call, Endpoint, Pool
from engine.sim.lane.codes import OK, QUEUE_FULL, UNLIMITED
from engine.sim.lane.histogram import Histogram
from engine.sim.lane.link import Link
from engine.sim.lane.numbering import repeat
from engine.sim.lane.seams import Role
from engine.sim.lane.station.line import Fifo

if TYPE_CHECKING:
    from mypy_extensions import i64

    from engine.sim.lane.node import Node
    from engine.sim.lane.tracing.tracer import Tracer


@final
class Queue(Role):
    """Messages that wait for consumers. Every message is queued, in flight, consumed or dead.

    A message is a call without a path; `step` counts its deliveries. `wait` holds its age at each.
    """

    def __init__(self, node: Node) -> None:
        self.node = node
        self.capacity: i64 = UNLIMITED
        self.max_receive: i64 = 1
        self.tracer: Tracer | None = None
        """What records its messages; None where nothing is recorded."""
        self.outlets: list[Endpoint] = []
        """Instances of all consumers."""
        self.depth: i64 = 0
        self.in_flight: i64 = 0
        self.published: i64 = 0
        self.consumed: i64 = 0
        self.dead: i64 = 0
        self.redelivered: i64 = 0
        self.to_done = Histogram()
        """From when a message was published until its consumer acknowledged it."""
        self._lines: list[Fifo] = []
        """Messages that wait, by class."""
        self._home = Pool(node, 0)
        self._order: i64 = 0
        self._turn: i64 = 0

    def serve(self, job: Call, now: float) -> None:
        """Store a message and acknowledge it, or refuse it where there is no room."""
        if self.depth >= self.capacity:
            self.node.finish(job, QUEUE_FULL, now)
            return
        message = Call(self.node, self._home, None, job.kind, job.key)
        message.arrived = now
        if job.context is not None:
            repeat(job, message)
        self.published += 1
        tracer = self.tracer
        if tracer is not None:
            message.span = tracer.message(job.kind, job.span, now)
        self.node.finish(job, OK, now)
        self._store(message, now)

    def _store(self, message: Call, now: float) -> None:
        """Let a message wait; where none of its kind waited before, somebody may be idle."""
        while len(self._lines) <= message.kind:
            self._lines.append(Fifo())
        line = self._lines[message.kind]
        alone = line.first is None
        self._order += 1
        message.seq = self._order
        line.push(message)
        self.node.touch(now)
        self.depth += 1
        self.node.waiting += 1.0
        if alone:
            self.pull(now)

    def pull(self, now: float) -> None:
        """Offer messages to whoever is idle, one consumer after the other."""
        outlets = self.outlets
        count: i64 = len(outlets)
        misses: i64 = 0
        while misses < count and self.depth > 0:
            if self._turn >= count:
                self._turn = 0
            endpoint = outlets[self._turn]
            self._turn += 1
            if endpoint.pool.discipline.idle() and self.feed(endpoint, now):
                misses = 0
            else:
                misses += 1

    def feed(self, endpoint: Endpoint, now: float) -> bool:
        """Deliver the oldest message that an idle worker takes."""
        link = endpoint.path
        pool = self.node.pools[0]
        if not isinstance(link, Link) or link.shut() or pool.down or pool.frozen:
            return False
        if endpoint.pool.draining:
            return False
        line = self._oldest(link)
        if line is None:
            return False
        message = line.pop()
        if message is None:
            return False
        self.node.touch(now)
        self.depth -= 1
        self.node.waiting -= 1.0
        self.in_flight += 1
        message.step += 1
        self.node.wait.add(now - message.arrived)
        pool = endpoint.pool
        pool.reserved += 1
        call = Call(pool.site, pool, message, message.kind, message.key)
        call.booked = True
        if message.context is not None:
            repeat(message, call)
        link.offer(call, endpoint, now)
        return True

    def _oldest(self, link: Link) -> Fifo | None:
        """The line whose first message is the oldest that a link takes."""
        best: Fifo | None = None
        order: i64 = 0
        for kind, line in enumerate(self._lines):
            first = line.first
            if first is not None and link.accepts[kind] and (best is None or first.seq < order):
                best = line
                order = first.seq
        return best

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """A message was consumed."""
        job.done = True
        self.to_done.add(now - job.arrived)
        self.in_flight -= 1
        self.consumed += 1
        self._close(job, OK, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """A delivery failed: try again, or put the message aside."""
        self.in_flight -= 1
        if job.step >= self.max_receive:
            job.done = True
            self.dead += 1
            self._close(job, reason, now)
            return
        self.redelivered += 1
        self._store(job, now)

    def _close(self, message: Call, reason: i64, now: float) -> None:
        """What was recorded of a message is complete."""
        tracer = self.tracer
        span = message.span
        if tracer is not None and span is not None:
            message.span = None
            tracer.close(span, reason, now)

    def revived(self, pool: Pool, now: float) -> None:
        """Up again, with all its messages."""
        self.pull(now)

    def oldest_age(self, now: float) -> float:
        """Age (s) of the oldest message that waits."""
        age = 0.0
        for line in self._lines:
            first = line.first
            if first is not None:
                age = max(age, now - first.arrived)
        return age
