"""SQL database: a pool of connections, each busy for the time of a read or a write."""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset, law_plan
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law
from engine.plan.primitives import NodePlan, StationPlan

_CAPACITY = "Capacity"


class SqlDatabaseConfig(Config):
    """How many statements at once, and how long they take."""

    connections: int = setting(
        100,
        title="Connections",
        group=_CAPACITY,
        help="Statements executed at once; others wait for a connection (PostgreSQL: max_connections 100).",
        ge=1,
        le=100_000,
    )
    read_time: Law = setting(
        Exponential(mean=0.001),
        title="Read time",
        unit="s",
        group=_CAPACITY,
        help="Time of a read.",
    )
    write_time: Law = setting(
        Exponential(mean=0.003),
        title="Write time",
        unit="s",
        group=_CAPACITY,
        help="Time of a write: 2 ms of work and 1 ms until the log is on disk.",
    )
    queue_limit: int | None = setting(
        None,
        title="Queue limit",
        group=_CAPACITY,
        help="Requests that may wait for a connection; beyond them they fail as queue_full. None is unbounded.",
        ge=0,
        le=10_000_000,
    )


def _lower(config: SqlDatabaseConfig, context: Lowering) -> NodePlan:
    """A database is a station whose workers are its connections."""
    read, write = law_plan(config.read_time), law_plan(config.write_time)
    return NodePlan(
        id=context.id,
        station=StationPlan(
            workers=config.connections,
            work=tuple(write if each.write else read for each in context.classes),
            queue_limit=config.queue_limit,
        ),
    )


_HELP = """\
A **SQL database** serves statements on a limited number of connections; the rest waits for one.

Reads and writes take their own times; which a request is, its class says.

**Fails by**: connections used up. One slow query multiplies the number in use, callers wait, time out and retry.
**Leaves out**: locks, replication, query plans.
**Products**: PostgreSQL, MySQL, SQL Server, Oracle.
"""

PRESET = Preset(
    Component(
        kind="sql_database",
        title="SQL database",
        category="Data",
        summary="Reads and writes on a pool of connections",
        icon="sql_database",
        help=_HELP,
        config=SqlDatabaseConfig,
        input="calls",
        output="none",
    ),
    _lower,
)
