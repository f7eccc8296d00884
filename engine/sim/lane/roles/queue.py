"""A queue: messages are acknowledged when they are stored, and idle workers pull them.

Delivery is at least once. A message that fails, or is not settled within the visibility timeout, is
delivered again; one that was received too often is put aside as a dead letter. Of a consumer that died
nobody hears: what it had comes again once the visibility timeout is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, final

from mypy_extensions import i64

from engine.sim.lane.call import Call, Endpoint, Pool
from engine.sim.lane.codes import CRASHED, OK, QUEUE_FULL, UNAVAILABLE, UNLIMITED
from engine.sim.lane.draws import chance
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.link import Link
from engine.sim.lane.node import Node
from engine.sim.lane.numbering import logical_of, repeat
from engine.sim.lane.roles.effects import Effects
from engine.sim.lane.roles.fifo_groups import FifoGroups
from engine.sim.lane.roles.keeper import MessageKeeper
from engine.sim.lane.station.line import Fifo
from engine.sim.lane.tracing.records import cause_of

if TYPE_CHECKING:
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.roles.effects import Remembered
    from engine.sim.lane.tracing.tracer import Tracer


@final
class Invisible(Task):
    """A message whose consumer died: nobody knows that until its visibility timeout is over."""

    def __init__(self, queue: Queue, message: Call) -> None:
        self._queue = queue
        self._message = message

    def due(self, timer: Timer, now: float) -> None:
        """It may be delivered again."""
        self._queue.give_back(self._message, CRASHED, now)


@final
class Queue(MessageKeeper):
    """Messages that wait for consumers. Every message is queued, in flight, consumed or dead.

    A message is a call without a path; `step` counts its deliveries. `wait` holds its age at each.
    """

    groups: FifoGroups | None = None
    """What keeps the messages of a group in order; None where none have an order."""
    remembered: Remembered | None = None
    """What was published of late, where repeats of it are dropped."""
    poison: float = 0.0
    """Share of the messages that fail whenever they are worked on."""
    extended: i64 = 0
    """Times that a worker was given more time for a message."""
    deduplicated: i64 = 0
    """Messages that were published again, and dropped."""

    def __init__(self, node: Node, uniforms: Draws) -> None:
        super().__init__()
        self.node = node
        self.uniforms = uniforms
        """For poison."""
        self.capacity: i64 = UNLIMITED
        self.visibility = 30.0
        """Seconds."""
        self.max_receive: i64 = 1
        self.effects = Effects()
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
        if self.remembered is not None and self._is_repeated(self.remembered, job, now):
            self.node.finish(job, OK, now)
            return
        message = Call(self.node, self._home, None, job.kind, job.key)
        message.arrived = now
        message.size = float(self.published)
        if job.context is not None:
            repeat(job, message)
        if self.poison > 0.0:
            message.doomed = chance(self.uniforms, self.poison)
        self.published += 1
        tracer = self.tracer
        if tracer is not None:
            message.span = tracer.message(i64(job.kind), cause_of(job.span), now)
        self.node.finish(job, OK, now)
        groups = self.groups
        if groups is None or groups.admits(message):
            self._store(message, now)
        else:
            self._count_waiting(1, now)

    def _is_repeated(self, remembered: Remembered, job: Call, now: float) -> bool:
        """Whether a message was published already; from now on it was."""
        logical = logical_of(job)
        if logical is None:
            return False
        if remembered.has(logical, now):
            self.deduplicated += 1
            return True
        remembered.add(logical, now)
        return False

    def _count_waiting(self, more: i64, now: float) -> None:
        """So many messages more wait."""
        self.node.touch(now)
        self.depth += more
        self.node.waiting += float(more)

    def _store(self, message: Call, now: float) -> None:
        """Let a message wait; where none of its kind waited before, somebody may be idle."""
        self._count_waiting(1, now)
        self._line_up(message, now)

    def _line_up(self, message: Call, now: float) -> None:
        """Let a message that waits be delivered in its turn."""
        while len(self._lines) <= message.kind:
            self._lines.append(Fifo())
        line = self._lines[message.kind]
        alone = line.first is None
        self._order += 1
        message.seq = self._order
        line.push(message)
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
        self._count_waiting(-1, now)
        self.in_flight += 1
        message.step += 1
        message.booked = True
        message.sent = now
        message.endpoint = endpoint
        self.node.wait.add(now - message.arrived)
        pool = endpoint.pool
        pool.reserved += 1
        call = Call(pool.site, pool, message, message.kind, message.key)
        call.booked = True
        if message.context is not None:
            repeat(message, call)
        if message.doomed:
            call.doomed = True
            site = pool.site
            if isinstance(site, Node):
                site.faulty = True
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
        if self.groups is not None:
            self._pass_turn(self.groups, job, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """A delivery failed: try again at once, or once its visibility is over where the consumer is gone."""
        endpoint = job.endpoint
        if (reason in (CRASHED, UNAVAILABLE)) and endpoint is not None:
            pool = endpoint.pool
            left = job.sent + self.visibility - now
            if left > 0.0 and (pool.down or pool.since > job.sent):
                self.node.agenda.schedule(left, Timer(Invisible(self, job)))
                return
        self.give_back(job, reason, now)

    def give_back(self, message: Call, reason: i64, now: float) -> None:
        """Deliver a message again, or put it aside."""
        self.in_flight -= 1
        if i64(message.step) >= self.max_receive:
            message.done = True
            self.dead += 1
            self._close(message, reason, now)
            if self.groups is not None:
                self._pass_turn(self.groups, message, now)
            return
        self.redelivered += 1
        message.booked = False
        self._store(message, now)

    def _pass_turn(self, groups: FifoGroups, message: Call, now: float) -> None:
        """The next message of a group may be delivered."""
        following = groups.release(message)
        if following is not None:
            self._line_up(following, now)

    def group(self, count: int, now: float) -> None:
        """Have so many groups from now on, or none for 0; what is under way keeps its turn."""
        before = self.groups
        if count == (0 if before is None else before.count):
            return
        waiting: list[Call] = []
        for line in self._lines:
            message = line.pop()
            while message is not None:
                waiting.append(message)
                message = line.pop()
        groups = FifoGroups(count) if count > 0 else None
        if before is not None:
            waiting += before.waiting()
            for holder in before.holders:
                if holder.booked and groups is not None:
                    groups.hold(holder)
        waiting.sort(key=number_of)
        self.groups = groups
        for message in waiting:
            if groups is None or groups.admits(message):
                self._line_up(message, now)

    def took_effect(self, job: Call, message: Call, now: float) -> bool:
        """Count what a message did."""
        again = message.fill
        message.fill = True
        self.effects.note(message.key, i64(message.size), again=again)
        return again

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

    def kept(self) -> i64:
        """Those that are not under way."""
        return self.depth

    def oldest_age(self, now: float) -> float:
        """Age (s) of the oldest message that waits."""
        age = 0.0
        for line in self._lines:
            first = line.first
            if first is not None:
                age = max(age, now - first.arrived)
        groups = self.groups
        return age if groups is None else max(age, now - groups.oldest())


def number_of(message: Call) -> float:
    """The place of a message in the order of publishing."""
    return message.size
