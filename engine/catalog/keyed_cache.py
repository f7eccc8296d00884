"""Keyed caches: the fields, the meaning and the metrics of every component that keeps answers by key.

A cache is this and nothing else; a CDN is this in several places, and adds to it. A field that is added here is theirs
as well, unless the CDN leaves it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, Self

from pydantic import model_validator

from engine.model.admission import ADMISSION, Admission
from engine.model.failover import FAILOVER, Failover
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Constant, Law
from engine.model.metric import Metric
from engine.model.write_behind import WriteBehind, WritePolicy
from engine.plan.primitives import INFINITE, NodePlan, RingPlan, StationPlan, StorePlan
from engine.plan.primitives.store import Eviction, Placement

if TYPE_CHECKING:
    from engine.catalog.preset import Lowering


class Gutter(Config):
    """Spare instances of a ring."""

    instances: int = setting(
        1,
        title="Instances",
        help="How many there are beside the others; they are idle while all are up. About 1 % of the others, as in "
        "Nishtala 2013, which is 1 of up to a hundred.",
        ge=1,
        le=100,
    )
    ttl: float = setting(
        10.0,
        title="Time to live",
        unit="s",
        help="Age at which an entry expires there, at most: it is not told of all writes, so it is kept short. 10 s is "
        "a choice.",
        gt=0.0,
        le=1e9,
    )


class CacheConfig(Config):
    """What a cache keeps, and for how long."""

    @model_validator(mode="after")
    def _evicts_ones_own(self) -> Self:
        """Refuse what private stores cannot do."""
        if self.scope == "user" and self.eviction not in ("lru", "fifo", "none"):
            msg = f"caches of users do not evict by {self.eviction}; choose lru, fifo or none"
            raise ValueError(msg)
        if self.scope == "user" and self.is_ring:
            msg = "caches of users are on their devices: they have no instances and no gutter"
            raise ValueError(msg)
        return self

    @property
    def is_ring(self) -> bool:
        """Whether each instance has a store of its own."""
        return self.instances > 1 or self.gutter is not None

    capacity: int | None = setting(
        10_000,
        title="Capacity",
        group="Store",
        help="Entries it has room for; none is unbounded.",
        ge=1,
        le=10_000_000,
    )
    capacity_bytes: float | None = setting(
        None,
        title="Capacity in bytes",
        unit="B",
        group="Store",
        help="Bytes of all entries; none is unbounded. The capacity in entries holds as well.",
        ge=1.0,
        le=1e15,
    )
    entry_bytes: float | None = setting(
        None,
        title="Entry size",
        unit="B",
        group="Store",
        help="Bytes of an entry; none is the response size of the request class.",
        ge=1.0,
        le=1e10,
    )
    ttl: float | None = setting(
        None,
        title="Time to live",
        unit="s",
        group="Store",
        help="Age at which an entry expires; none never expires.",
        gt=0.0,
        le=1e9,
    )
    eviction: Eviction = setting(
        "lru",
        title="Eviction",
        group="Store",
        help="Which entry goes when it is full. lru: the least recently used. fifo: the oldest. random: any. lfu: the "
        "least often used. sampled_lru: the least recently used of a few that are drawn (Redis). w_tinylfu: who is new "
        "replaces only what is asked for less often of late (Caffeine). s3_fifo: who is not asked for again soon "
        "(Yang 2023). none: nobody, what finds no room is refused (Redis noeviction).",
    )
    samples: int = setting(
        5,
        title="Samples",
        group="Store",
        help="sampled_lru: entries drawn for each eviction. 5 as Redis does (maxmemory-samples); 10 is close to lru.",
        ge=1,
        le=64,
    )
    hit_time: Law = setting(
        Constant(mean=0.0001),
        title="Look-up time",
        unit="s",
        group="Store",
        help="Time of a look-up, hit or miss. .1 ms: an in-memory store answers in well under a "
        "millisecond.",
    )
    scope: Literal["shared", "user"] = setting(
        "shared",
        title="Scope",
        group="Store",
        help="shared: one store for all. user: each user has one with all of this room, as a browser's cache; "
        "what is evicted is the user's own.",
    )
    single_flight: bool = setting(
        default=True,
        title="Single-flight",
        group="Misses",
        help="One fetch a missing key at a time; the others wait for it.",
    )
    write_policy: WritePolicy = setting(
        "invalidate",
        title="Write policy",
        group="Writes",
        help="What becomes of a key that is written. invalidate: it is dropped. around: it stays as it is until it "
        "expires. through: what is written is stored here and behind, and then answered. behind: it is answered "
        "once it is stored here, and goes on later. The last two need a link to where it goes; without one "
        "keys are dropped.",
    )
    write_behind: WriteBehind | None = setting(
        None,
        title="Write-behind",
        group="Writes",
        help="When and in which order writes go on with the policy *behind*. Off: after 1 s, as they came.",
    )
    fill: Literal["single_flight", "lease", "early", "none"] | None = setting(
        None,
        title="Fill",
        group="Misses",
        help="Who fetches a missing key, in place of *Single-flight*. single_flight: one at a time, others wait. lease: "
        "one has a token, others wait, and a write takes it away, so that nothing old is stored. early: hits "
        "fetch anew shortly before the key expires (XFetch). none: everybody. Off: as Single-flight says.",
    )
    lease: float = setting(
        10.0,
        title="Lease",
        unit="s",
        group="Misses",
        help="A token is good for so long; then somebody else has one. 10 s: Facebook's (Nishtala et al., NSDI 2013).",
        gt=0.0,
        le=1e6,
    )
    beta: float = setting(
        1.0,
        title="Earliness",
        group="Misses",
        help="β of XFetch: how much earlier keys are fetched anew; 1 is optimal (Vattani et al., VLDB 2015).",
        ge=0.0,
        le=100.0,
    )
    ttl_jitter: float = setting(
        0.0,
        title="TTL jitter",
        unit="s",
        group="Store",
        help="Entries expire up to so much earlier, evenly spread, so that those stored at once do not expire at once.",
        ge=0.0,
        le=1e9,
    )
    stale_while_revalidate: float = setting(
        0.0,
        title="Stale while revalidate",
        unit="s",
        group="Misses",
        help="So long after its expiry an entry is still served, while one request fetches it anew (RFC 5861).",
        ge=0.0,
        le=1e9,
    )
    stale_if_error: float = setting(
        0.0,
        title="Stale if error",
        unit="s",
        group="Misses",
        help="So long after its expiry an entry is served where it cannot be fetched (RFC 5861). It needs a link to "
        "where that is.",
        ge=0.0,
        le=1e9,
    )
    revalidate: Literal["none", "etag"] = setting(
        "none",
        title="Revalidate",
        group="Misses",
        help="etag: what has expired is kept until there is no room for it, and asked for by its version; an answer "
        "that it has not changed (304) carries 300 B of headers and no body. It needs a link to where that is.",
    )
    prewarm: bool = setting(
        default=False,
        title="Start warm",
        group="Misses",
        help="Start with the most popular keys, as many as fit.",
    )
    instances: int = setting(
        1,
        title="Instances",
        group="Ring",
        help="Instances, each with a store of its own of all of this capacity; the key says which one has it. Callers "
        "know the ring, as clients of Memcached and Redis Cluster do: they ask the right instance.",
        ge=1,
        le=1000,
    )
    placement: Placement = setting(
        "ring",
        title="Placement",
        group="Ring",
        help="Which instance a key belongs to. ring: consistent hashing (Karger 1997), 1 of n + 1 keys moves when one "
        "instance joins n. mod: the hash modulo their number, n of n + 1 move. range: neighbouring keys, not hashed. "
        "slots: 16 384 slots as in Redis Cluster, as few move as have to.",
    )
    virtual_nodes: int = setting(
        100,
        title="Virtual nodes",
        group="Ring",
        help="ring: points of each instance. With 1 the fullest of ten has 2.9 times the mean, with 100 1.16 times "
        "(Ketama: 100 to 200).",
        ge=1,
        le=10_000,
    )
    replicas: int = setting(
        0,
        title="Copies",
        group="Ring",
        help="Copies of each entry on the next instances, written at once; they are asked while the first is down. "
        "Each takes room from other entries.",
        ge=0,
        le=10,
    )
    gutter: Gutter | None = setting(
        None,
        title="Gutter",
        group="Ring",
        help="Spare instances that take over the keys of those that are down, with a short time to live (Nishtala "
        "2013). Off: who calls an instance that is down fails with unavailable.",
    )
    admission: Admission | None = ADMISSION
    faults: NodeFaults | None = NODE_FAULTS
    failover: Failover | None = FAILOVER


def lower(config: CacheConfig, context: Lowering) -> NodePlan:
    """A keyed store on a station without a queue."""
    spares = 0 if config.gutter is None else config.gutter.instances
    station = StationPlan(work=context.each(config.hit_time), instances=config.instances + spares)
    return NodePlan(
        id=context.id,
        station=station,
        store=StorePlan(
            capacity=config.capacity,
            ttl=INFINITE if config.ttl is None else config.ttl,
            eviction=config.eviction,
            samples=config.samples,
            ring=_ring(config) if config.is_ring else None,
            scope=config.scope,
            single_flight=config.single_flight
            if config.fill is None
            else config.fill == "single_flight",
            fill=config.fill,
            lease=config.lease,
            beta=config.beta,
            ttl_jitter=config.ttl_jitter,
            stale_while_revalidate=config.stale_while_revalidate,
            stale_if_error=config.stale_if_error,
            revalidate=config.revalidate,
            prewarm=config.prewarm,
            capacity_bytes=config.capacity_bytes,
            entry_bytes=config.entry_bytes,
            write_policy=config.write_policy,
            write_behind=config.write_behind,
        ),
    )


def _ring(config: CacheConfig) -> RingPlan:
    """How keys belong to instances."""
    gutter = config.gutter
    return RingPlan(
        instances=config.instances,
        placement=config.placement,
        virtual_nodes=config.virtual_nodes,
        replicas=config.replicas,
        spares=0 if gutter is None else gutter.instances,
        spare_ttl=0.0 if gutter is None else gutter.ttl,
    )


CACHE_METRICS: Final = (
    Metric(name="hit_ratio", title="hit ratio", unit="%"),
    Metric(name="hits", title="hits", counts=True),
    Metric(name="misses", title="misses", counts=True),
    Metric(name="entries", title="entries"),
    Metric(name="evictions", title="evictions", counts=True),
    Metric(name="fetches_per_expiry", title="fetches per expiry", needs="fill"),
    Metric(name="revalidated", title="not modified", counts=True, needs="revalidate"),
    Metric(name="served_stale", title="served stale", counts=True, needs="fill"),
    Metric(name="lost_writes", title="lost writes", counts=True, needs="write_policy"),
    Metric(
        name="write_errors",
        title="write errors",
        counts=True,
        needs="eviction write_policy",
    ),
    Metric(name="unwritten", title="writes that wait", needs="write_policy"),
    Metric(name="stale_ratio", title="stale hits", unit="%", writes=True),
    Metric(name="imbalance", title="fullest instance over the mean", needs="instances"),
    Metric(name="keys_moved", title="keys moved", unit="%", needs="instances"),
    Metric(name="gutter_share", title="to the gutter", unit="%", needs="gutter"),
    Metric(name="bytes", title="bytes held", unit="B", needs="capacity_bytes entry_bytes"),
    Metric(name="age", title="age of hits", unit="s", needs="capacity_bytes entry_bytes"),
)
"""What every keyed cache counts."""
