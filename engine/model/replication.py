"""Replication of a database as people set it: how many followers, how far behind, and who answers reads."""

from __future__ import annotations

from typing import Any, Final

from engine.model.fields import setting
from engine.model.laws import Exponential

MOST: Final = 15
"""Followers of one leader; Amazon Aurora has up to 15."""

REPLICAS: Final[Any] = setting(
    0,
    title="Replicas",
    group="Replication",
    help="Followers, each a copy of everything with connections of its own. Instance 1 leads to begin with and takes "
    "all writes; each write reaches each follower later. They add capacity for reads alone.",
    ge=0,
    le=MOST,
)
LAG: Final[Any] = setting(
    Exponential(mean=0.05),
    title="Replication lag",
    unit="s",
    group="Replication",
    help="Time from when the leader has written until a follower has it, for each write and follower; writes of one "
    "key stay in order. 50 ms: replicas of one region under ordinary load are some tens of milliseconds behind.",
)
READ_FROM: Final[Any] = setting(
    "leader",
    title="Reads from",
    group="Replication",
    help="Who answers reads. The leader is never stale; followers are by their lag, and any is all of them in turn. "
    "With no follower up, the leader answers.",
)
ACKNOWLEDGE: Final[Any] = setting(
    "async",
    title="Acknowledges",
    group="Replication",
    help="When a write is answered, its connection held until then. async: at once; semi_sync: one follower has it; "
    "sync: all have it, down ones included; quorum: a majority of the instances has it, the leader counted.",
)
SEMI_TIMEOUT: Final[Any] = setting(
    10.0,
    title="Semi-sync timeout",
    unit="s",
    group="Replication",
    help="Time after which semi_sync waits for no follower any more and goes on as async, until one has caught up "
    "(MySQL's rpl_semi_sync_source_timeout: 10 s).",
    gt=0.0,
    le=1e6,
)
LEVEL: Final[Any] = setting(
    "remote_apply",
    title="A follower has it when",
    group="Replication",
    help="What a follower has done with a write before it counts as having it (PostgreSQL's synchronous_commit; local is "
    "async above). remote_write: it is in its log, and a crash of it may lose it. remote_flush: on its disk, but reads "
    "there need not see it (on, the default of PostgreSQL). remote_apply: reads see it. All the same without the times below.",
)
FLUSH: Final[Any] = setting(
    None,
    title="Log flush",
    unit="s",
    group="Replication",
    help="Time in which a follower flushes its log to disk: all that has come by then at once, one flush at a time. None: "
    "no time. About 1 ms on a server's SSD, 10 ms on a disk.",
)
REPLAY: Final[Any] = setting(
    None,
    title="Replay",
    unit="s",
    group="Replication",
    help="Time in which a follower replays one write, one after the other, before reads there see it. None: no time. With "
    "more writes a second than it can replay it falls behind for ever.",
)
