"""SQL database: a pool of connections, with one law of work for reads and one for writes.

Models the pool as workers with a queue, and replicas as instances that lack what has not reached them yet.
Leaves out levels of isolation, joins, and disks.
"""

from __future__ import annotations

from typing import Final

from engine.catalog.instances import instance_metrics
from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.backup import BACKUP, Backup
from engine.model.component import Component
from engine.model.failover import FAILOVER, Failover
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.model.load_curves import SLOWDOWN, LoadCurve
from engine.model.metric import Metric
from engine.model.policies.locks import LOCKS, Locks
from engine.model.policies.query import QUERY, Query
from engine.model.prices import Pricing
from engine.model.replication import (
    ACKNOWLEDGE,
    FLUSH,
    LAG,
    LEVEL,
    READ_FROM,
    REPLAY,
    REPLICAS,
    SEMI_TIMEOUT,
)
from engine.model.spread import SPREAD
from engine.model.station import (
    OVERFLOW,
    PAUSES,
    START_UP,
    USL,
    Overflow,
    Pauses,
    Scaling,
    StartUp,
)
from engine.plan.lower import law_plan
from engine.plan.primitives import NodePlan, ReplicationPlan, StationPlan
from engine.plan.primitives.replication import Acknowledge, Level, ReadFrom
from engine.plan.queries import read_law
from engine.plan.station import pause_plan, scaling_plan, start_plan

HELP = """\
One primary with a **pool of connections**. Each query holds a connection for as long as it runs; further
queries wait for one. It can serve `connections ÷ mean query time` queries a second.

Requests of a class with *operation: read* take the read time, of *write* the write time.

**A query plan** derives the time of a read from what it looks at: *seeks × seek time + rows × row time*. An index over
*N* rows takes *ln N ÷ ln(block ÷ 3 · 2 ÷ (key + pointer)) + 1* seeks, rounded up (MySQL manual): 4 for 500,000 rows
in blocks of 1 kB, 5 for 10⁹ in blocks of 16 kB. Without an index a read looks at all rows. **Paging** reads a list page
by page, the key of a request being the number of its page: by offset all *n* rows take *n² ÷ 2p* looks, with a cursor
*n*. A page that asks for 100 things one by one makes 101 trips (N+1); asked for at once they take 2.

**Row locks** have writes to the same row (the key of a request) wait for each other, in order, until the write ends,
or the transaction that it is part of. A row can be written *1 ÷ hold* times a second: 500 where a write takes 2 ms,
7 where a transaction holds it for 140 ms. Whoever waits keeps its connection, so that one hot row takes the whole
pool. A wait beyond the timeout fails with `conflict`, and so does the youngest of those who wait for each other in a
circle (a deadlock), at once; a circle over two databases is seen by neither, and ends with the timeout. Reads wait for
nobody. Rows that a transaction has prepared stay locked through a crash.

**It fails** when queries get slower or more: all connections are in use, queries wait, and the
callers' timeouts and retries add to the load. A queue limit turns waiting into quick failures.

**Contention** makes queries slower the more of them run at once: locks, latches, one log. **Start-up** is the
recovery after a crash; **pauses** are checkpoints and other stalls. All are off unless switched on.

**Replicas** are followers: copies of everything, each with connections of its own, to which the leader sends
each write. *Reads from* says who answers reads:

| | reads | writes |
|---|---|---|
| leader | the newest, from one instance | leader |
| follower, any | what has arrived by then: *stale* reads, and sometimes not even one's own write | leader |

With an exponential lag of mean L, a read that comes *t* after the only write of its key is stale with probability
*e^(-t/L)*. *Acknowledges* says what a write waits for, its connection held:

| | a write is answered when | what a lost leader loses |
|---|---|---|
| async | the leader has it | what had not arrived: about *rate × lag* |
| semi_sync | one follower has it | nothing, unless it has gone on as async |
| quorum | a majority has it | nothing while a majority lives |
| sync | all have it; stops when one of them dies | nothing |

A follower takes a write in three steps: it has come (the lag) and is **written** to its log, it is **flushed** to its
disk, and it is **replayed**, so that reads see it. *A follower has it when* says for which of them a write waits, as
PostgreSQL's `synchronous_commit` does:

| | waits until a follower has | a read there right after the commit | lost with leader and follower |
|---|---|---|---|
| async (`local`) | nothing | stale while the lag, the flush and the replay last | what had not come |
| remote_write | written it | stale while the flush and the replay last | what it had not flushed |
| remote_flush (`on`) | flushed it | stale while the replay lasts | nothing |
| remote_apply | replayed it | never stale: one reads one's own writes | nothing |

Flushes take along all that has come (group commit); the replay is one after the other, so at *rate × replay* near 1
followers fall behind, and beyond for ever. One that is promoted replays first what is in its log.

**Failover** has a standby take over once probes of the leader fail: the outage is the detection and the
promotion. With replicas, the follower that lacks least is promoted, after it has got from the others what they have:
what no follower has is lost, and counted. The old leader follows once it is back. One that is drained hands over
within an interval, and loses nothing. A leader that more than half of the followers cannot reach is lost as well,
though it may go on: with fencing nobody is promoted then, since nobody can shut it out; without, there are two
leaders, and what the old one alone has is lost once they meet. *Sessions* that a service keeps here are written and
read like rows: those that began within the lag are lost, and a follower does not know who has just come. **Backup** restores the last copy elsewhere when the
machine stays dead; what was written since is lost, and counted (*lost writes*).

**Left out:** levels of isolation, flushes of the leader (they are part of the write time), joins, disks, sharding, work of followers on what they receive, and several
leaders on purpose.

Compare: PostgreSQL, MySQL, SQL Server, Amazon RDS.
"""


_METRICS: Final = (
    Metric(name="stale_ratio", title="stale reads, share", unit="%", needs="replicas"),
    Metric(name="stale_reads", title="stale reads", counts=True, needs="replicas"),
    Metric(name="stale_own_reads", title="own writes not read back", counts=True, needs="replicas"),
    Metric(name="stale_age", title="age of stale reads", unit="s", needs="replicas"),
    Metric(name="commit_wait", title="wait for followers", unit="s", needs="replicas"),
    Metric(name="lag.mean", title="replication lag", unit="s", needs="replicas"),
    Metric(name="lag.write", title="lag until written", unit="s", needs="flush replay"),
    Metric(name="lag.flush", title="lag until flushed", unit="s", needs="flush replay"),
    Metric(name="lag.now", title="oldest write under way", unit="s", needs="replicas"),
    Metric(
        name="divergent.old", title="writes an old leader had alone", counts=True, needs="replicas"
    ),
    Metric(
        name="divergent.new", title="writes beside an old leader", counts=True, needs="replicas"
    ),
)
"""What replicas add to the results."""


class SqlDatabaseConfig(Config):
    """Capacity of a database."""

    connections: int = setting(
        100,
        title="Connections",
        group="Capacity",
        help="Queries that run at the same time, in each instance (PostgreSQL's max_connections: 100).",
        ge=1,
        le=100_000,
    )
    read_time: Law = setting(
        Exponential(mean=0.001),
        title="Read time",
        unit="s",
        group="Capacity",
        help="Time of a query that reads. 1 ms: a few index look-ups in memory.",
    )
    write_time: Law = setting(
        Exponential(mean=0.003),
        title="Write time",
        unit="s",
        group="Capacity",
        help="Time of a query that writes. 3 ms: 2 ms of work and 1 ms to flush the log to disk.",
    )
    queue_limit: int | None = setting(
        None,
        title="Queue limit",
        group="Queue",
        help="Queries that may wait for a connection; none is unbounded.",
        ge=0,
        le=10_000_000,
    )
    overflow: Overflow = OVERFLOW
    query: Query | None = QUERY
    locks: Locks | None = LOCKS
    replicas: int = REPLICAS
    spread: tuple[str, ...] = SPREAD
    lag: Law = LAG
    read_from: ReadFrom = READ_FROM
    acknowledge: Acknowledge = ACKNOWLEDGE
    semi_timeout: float = SEMI_TIMEOUT
    level: Level = LEVEL
    flush: Law | None = FLUSH
    replay: Law | None = REPLAY
    admission: Admission | None = ADMISSION
    usl: Scaling | None = USL
    slowdown: LoadCurve | None = SLOWDOWN
    start_up: StartUp | None = START_UP
    pauses: Pauses | None = PAUSES
    faults: NodeFaults | None = NODE_FAULTS
    failover: Failover | None = FAILOVER
    backup: Backup | None = BACKUP


def lower(config: SqlDatabaseConfig, context: Lowering) -> NodePlan:
    """A station whose work depends on the class's operation; replicas are instances of it."""
    usual, write = law_plan(config.read_time), law_plan(config.write_time)
    query = config.query
    # A query keeps its connection while it waits for a lock, or for followers.
    reads = [usual if query is None else read_law(query, each.keys) for each in context.classes]
    return NodePlan(
        id=context.id,
        replication=_replication(config),
        station=StationPlan(
            instances=1 + config.replicas,
            workers=config.connections,
            work=tuple(
                write if each.write else read
                for each, read in zip(context.classes, reads, strict=True)
            ),
            queue_limit=config.queue_limit,
            hold=config.locks is not None
            or (config.replicas > 0 and config.acknowledge != "async"),
            overflow=config.overflow,
            scaling=scaling_plan(config.usl, config.slowdown),
            start=start_plan(config.start_up),
            pauses=pause_plan(config.pauses),
        ),
    )


def _replication(config: SqlDatabaseConfig) -> ReplicationPlan | None:
    """What the instances know of each other's writes, where there are several."""
    if config.replicas == 0:
        return None
    return ReplicationPlan(
        lag=law_plan(config.lag),
        read_from=config.read_from,
        acknowledge=config.acknowledge,
        semi_timeout=config.semi_timeout,
        level=config.level,
        flush=None if config.flush is None else law_plan(config.flush),
        replay=None if config.replay is None else law_plan(config.replay),
    )


PRESET = Preset(
    Component(
        kind="sql_database",
        title="SQL database",
        category="Data",
        summary="Answers queries over a pool of connections",
        icon="sql_database",
        help=HELP,
        config=SqlDatabaseConfig,
        input="calls",
        output="none",
        pricing=Pricing(hour="database_hour"),
        metrics=(*instance_metrics(SqlDatabaseConfig), *_METRICS),
    ),
    lower,
)
