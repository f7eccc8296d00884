"""A topic: a log in partitions, which groups of consumers read each for itself.

Producers send messages to a partition by key, several together if they come within the linger time. A
message is safe once the replicas have it that its producer wants to wait for, and is read once all have it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, final

from mypy_extensions import i16, i64

from engine.sim.lane.call import Call, Pool
from engine.sim.lane.codes import OK, QUEUE_FULL, UNLIMITED
from engine.sim.lane.draws import chance
from engine.sim.lane.entry import Task, Timer
from engine.sim.lane.mixing import mixed
from engine.sim.lane.numbering import logical_of
from engine.sim.lane.roles.keeper import MessageKeeper
from engine.sim.lane.roles.log import Log, LogRecord, PublishBatch, reader_of
from engine.sim.lane.tracing.records import cause_of

if TYPE_CHECKING:
    from engine.sim.lane.call import Endpoint
    from engine.sim.lane.draws import Draws
    from engine.sim.lane.node import Node
    from engine.sim.lane.roles.log import Reader
    from engine.sim.lane.samplers import Sampler
    from engine.sim.lane.tracing.tracer import Tracer

ACKS_NONE: Final = 0
"""Producers take what they have sent for safe."""
ACKS_LEADER: Final = 1
"""They wait until the leader has it."""
ACKS_ALL: Final = 2
"""They wait until all replicas have it."""
_SALT: Final = 0x70A1C


@final
class Linger(Task):
    """A batch that is sent when its time is over, unless it was full before."""

    def __init__(self, topic: Topic, batch: PublishBatch) -> None:
        self._topic = topic
        self._batch = batch

    def due(self, timer: Timer, now: float) -> None:
        """Send it."""
        self._topic.send(self._batch, now)


@final
class Replication(Task):
    """A batch on its way to the followers."""

    def __init__(self, topic: Topic, batch: PublishBatch) -> None:
        self._topic = topic
        self._batch = batch

    def due(self, timer: Timer, now: float) -> None:
        """All of them have it."""
        self._topic.replicated(self._batch, now)


@final
class Topic(MessageKeeper):
    """Partitions, those who publish to them, and the groups that read them."""

    partitions: i64 = 1
    """To how many messages go now; there may have been more before."""
    acks: i64 = ACKS_ALL
    replicas: i64 = 3
    linger: float = 0.0
    """Seconds that a batch waits for more."""
    batch_bytes: float = 16384.0
    """Bytes at which it waits no more."""
    capacity: i64 = UNLIMITED
    """Messages that the slowest group may be behind."""
    retention: float = 604800.0
    """Seconds."""
    commit_interval: float = 5.0
    """Seconds."""
    max_receive: i64 = 10
    poison: float = 0.0
    published: i64 = 0
    """Messages that may be read, or could once."""
    taken: i64 = 0
    """Messages that were taken in."""
    unseen: i64 = 0
    """Messages that were taken in and cannot be read yet."""
    dropped: i64 = 0
    """Messages that a crash of the leader took with it."""
    missing: i64 = 0
    """Of these, those that their producers took for safe."""
    batches: i64 = 0
    batched: i64 = 0
    former: i64 = 0
    """To how many partitions messages went before that changed last; 0 where it never did."""
    moved: i64 = 0
    """Messages since whose key went to another partition before."""
    _epoch: i64 = 0
    """How often the leader crashed."""

    def __init__(self, node: Node, uniforms: Draws, lag: Sampler) -> None:
        super().__init__()
        self.node = node
        self.uniforms = uniforms
        """For poison."""
        self.lag = lag
        """How long until all followers have what the leader has (s)."""
        self.tracer: Tracer | None = None
        self.logs: list[Log] = []
        self.sizes: list[float] = []
        """Bytes of a message of each class."""
        self.groups: list[Reader] = []
        self.known: list[Reader] = []
        """All groups that there ever were, in the order in which they came."""
        self._home = Pool(node, 0)
        self._filling: dict[Pool, list[PublishBatch | None]] = {}
        """What each producer collects for each partition."""
        self._open: dict[PublishBatch, bool] = {}
        """Batches that cannot be read yet."""

    def partition_of(self, key: i64) -> i64:
        """The partition of a key."""
        return mixed(key, _SALT) % self.partitions

    def extend(self, partitions: int, now: float) -> None:
        """Have so many partitions from now on; what is in others is read still."""
        if partitions != self.partitions and self.taken > 0:
            self.former = self.partitions
        self.partitions = partitions
        while len(self.logs) < partitions:
            self.logs.append(Log())
        for group in self.groups:
            group.cover(self.logs, now, latest=False)

    def serve(self, job: Call, now: float) -> None:
        """Take a message in, or refuse it where a group is too far behind."""
        if self.capacity < UNLIMITED and self._furthest() + self.unseen >= self.capacity:
            self.node.finish(job, QUEUE_FULL, now)
            return
        partition = self.partition_of(job.key)
        if self.former > 0 and mixed(job.key, _SALT) % self.former != partition:
            self.moved += 1
        record = LogRecord(job.key, i64(job.kind), self.taken, now)
        if job.context is not None:
            record.logical = logical_of(job)
        if self.tracer is not None:
            record.cause = cause_of(job.span)
        if self.poison > 0.0:
            record.poison = chance(self.uniforms, self.poison)
        self.taken += 1
        self.unseen += 1
        batch = self._batch_for(job, partition)
        batch.records.append(record)
        batch.size += self.sizes[job.kind]
        if self.acks != ACKS_NONE:
            batch.jobs.append(job)
        full = batch.size >= self.batch_bytes or self.linger <= 0.0
        if full:
            self.send(batch, now)
        elif len(batch.records) == 1:
            self.node.agenda.schedule(self.linger, Timer(Linger(self, batch)))
        if self.acks == ACKS_NONE:
            batch.answered = True
            self.node.finish(job, OK, now)

    def _furthest(self) -> i64:
        """How many messages the slowest group is behind."""
        most: i64 = 0
        for group in self.groups:
            most = max(most, group.behind)
        return most

    def _batch_for(self, job: Call, partition: i64) -> PublishBatch:
        """What the producer of a message collects for a partition."""
        producer = self._home
        parent = job.parent
        if parent is not None:
            producer = parent.pool
        filling = self._filling.get(producer)
        if filling is None:
            filling = []
            self._filling[producer] = filling
        while len(filling) <= partition:
            filling.append(None)
        batch = filling[partition]
        if batch is None or batch.sent:
            batch = PublishBatch(partition, self._epoch)
            filling[partition] = batch
            self._open[batch] = True
        return batch

    def send(self, batch: PublishBatch, now: float) -> None:
        """A batch is appended at the leader, unless that has crashed since."""
        if batch.sent or batch.epoch != self._epoch:
            return
        batch.sent = True
        self.batches += 1
        self.batched += len(batch.records)
        if self.acks == ACKS_LEADER:
            self._answer(batch, now)
        if self.replicas <= 1:
            self.replicated(batch, now)
            return
        log = self.logs[batch.partition]
        log.replicated = max(log.replicated, now + self.lag.draw())
        self.node.agenda.schedule_at(log.replicated, Timer(Replication(self, batch)))

    def _answer(self, batch: PublishBatch, now: float) -> None:
        """Tell the producer that a batch is safe."""
        batch.answered = True
        jobs = batch.jobs
        batch.jobs = []
        for job in jobs:
            if not job.done:
                self.node.finish(job, OK, now)

    def replicated(self, batch: PublishBatch, now: float) -> None:
        """All replicas have a batch: it may be read."""
        if batch.epoch != self._epoch:
            return
        self._open.pop(batch, None)
        log = self.logs[batch.partition]
        for record in batch.records:
            log.append(record)
        count: i64 = len(batch.records)
        self.published += count
        self.unseen -= count
        self._answer(batch, now)
        self.node.touch(now)
        for group in self.groups:
            group.behind += count
            self.node.waiting += float(count)
        for group in self.groups:
            group.offer(group.cursors[batch.partition], now)
        if len(self.groups) == 0:
            log.forget(log.end)

    def kept(self) -> i64:
        """Those that groups are behind, of all groups together."""
        whole: i64 = 0
        for group in self.groups:
            whole += group.behind
        return whole

    def message(self, record: LogRecord, now: float) -> Call:
        """A delivery of a record."""
        message = Call(self.node, self._home, None, i16(record.kind), record.key)
        message.arrived = record.at
        message.size = float(record.number)
        tracer = self.tracer
        if tracer is not None:
            message.span = tracer.message(record.kind, record.cause, now)
        return message

    def close(self, message: Call, reason: i64, now: float) -> None:
        """What was recorded of a delivery is complete."""
        tracer, span = self.tracer, message.span
        if tracer is not None and span is not None:
            message.span = None
            tracer.close(span, reason, now)

    def tidy(self, partition: i64) -> None:
        """Forget what every group has read and committed."""
        log = self.logs[partition]
        needed = log.end
        for group in self.groups:
            needed = min(needed, group.cursors[partition].committed)
        log.forget(needed)

    def proceed(self, job: Call, child: Call, now: float) -> None:
        """A delivery was worked on."""
        group = reader_of(job)
        if group is not None:
            group.proceed(job, now)

    def child_failed(self, job: Call, reason: i64, now: float) -> None:
        """A delivery failed."""
        group = reader_of(job)
        if group is not None:
            group.failed(job, reason, now)

    def took_effect(self, job: Call, message: Call, now: float) -> bool:
        """A delivery was worked on to the end: that counts for the group whose it was."""
        group = reader_of(message)
        return group is not None and group.took_effect(job, message, now)

    def feed(self, endpoint: Endpoint, now: float) -> bool:
        """Groups feed their own instances."""
        return False

    def pull(self, now: float) -> None:
        """Let all groups read on."""
        for group in self.groups:
            group.pull(now)

    def killed(self, pool: Pool, now: float) -> None:
        """The leader crashed: what not all replicas have is gone, also where its producer takes it for safe."""
        self._epoch += 1
        for batch in self._open:
            self._drop(batch)
        self._open.clear()
        self._filling.clear()

    def _drop(self, batch: PublishBatch) -> None:
        """A batch is gone."""
        count: i64 = len(batch.records)
        self.unseen -= count
        self.dropped += count
        if batch.answered:
            self.missing += count

    def revived(self, pool: Pool, now: float) -> None:
        """Up again: groups read on."""
        self.pull(now)
