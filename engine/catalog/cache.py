"""Cache: keyed entries in memory. Reads through to its outgoing link on a miss; without one it answers "miss"."""

from __future__ import annotations

from typing import Literal

from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component, Metric
from engine.model.fields import Config, setting
from engine.model.laws import Constant, Law
from engine.plan.primitives import INFINITE, NodePlan, StationPlan, StorePlan

_ENTRIES = "Entries"


class CacheConfig(Config):
    """What it keeps, how long, and how it fetches."""

    capacity: int | None = setting(
        10_000,
        title="Capacity",
        group=_ENTRIES,
        help="Entries that fit; none is unbounded.",
        ge=1,
        le=10_000_000,
    )
    ttl: float | None = setting(
        None,
        title="Time to live",
        unit="s",
        group=_ENTRIES,
        help="Age at which an entry is stale.",
        gt=0.0,
        le=1e9,
    )
    eviction: Literal["lru", "fifo", "random", "lfu"] = setting(
        "lru", title="Eviction", group=_ENTRIES, help="Which entry goes when it is full."
    )
    single_flight: bool = setting(
        default=True,
        title="Single flight",
        group="Fetching",
        help="One fetch per key at a time; other requests for the key wait for it. No: every miss fetches (stampede).",
    )
    prewarm: bool = setting(
        default=False,
        title="Start warm",
        group="Fetching",
        help="Starts with the most popular keys, as many as fit.",
    )
    hit_time: Law = setting(
        Constant(mean=0.0001),
        title="Look-up time",
        unit="s",
        group="Capacity",
        help="Time of a look-up; look-ups never queue. .1 ms is an in-memory store with its protocol.",
    )


def _lower(config: CacheConfig, context: Lowering) -> NodePlan:
    """A cache is a station without a queue and a keyed store."""
    store = StorePlan(
        capacity=config.capacity,
        ttl=INFINITE if config.ttl is None else config.ttl,
        eviction=config.eviction,
        single_flight=config.single_flight,
        prewarm=config.prewarm,
    )
    return NodePlan(
        id=context.id, station=StationPlan(work=context.each(config.hit_time)), store=store
    )


_HELP = """\
A **cache** keeps answers by key.

With an outgoing link it *reads through*: a miss fetches from the target, keeps the answer and gives it to everybody
who waits. Without one it answers "not here", and the caller goes on over its links marked *when: miss* and stores
what it finds (*look-aside*). Writes pass through and drop the key.

The hit ratio is measured, not set: it follows from the keys' popularity, the capacity and the time to live.

**Fails by**: a flush or a cold start sends everything to the target behind it.
**Leaves out**: sizes of entries, memory limits, replication.
**Products**: Redis, Memcached, Varnish.
"""

PRESET = Preset(
    Component(
        kind="cache",
        title="Cache",
        category="Data",
        summary="Keeps answers by key, in memory",
        icon="cache",
        help=_HELP,
        config=CacheConfig,
        input="calls",
        output="calls",
        metrics=(
            Metric(name="hit_ratio", title="hit", unit="%"),
            Metric(name="entries", title="entries"),
        ),
        headline="hit_ratio",
    ),
    _lower,
)
