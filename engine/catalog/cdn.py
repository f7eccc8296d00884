"""CDN: points of presence near the users, each with a store of its own, before an origin far away.

Models what a cache models, for each point of presence, a shield before the origin, the cache key, work at the edge and
the bytes that leave. Leaves out peering and the choice of points by load.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import model_validator

from engine.catalog import keyed_cache
from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component
from engine.model.fields import setting
from engine.model.laws import Constant, Law
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.model.spread import spreading

if TYPE_CHECKING:
    from engine.plan.primitives import NodePlan

HELP = """\
Keeps answers near those who ask: at each **point of presence** (POP) a cache of its own. What a POP has not, it fetches
over the outgoing link from the **origin**, one request a key at a time, and keeps it for the time to live.

- A hit costs the way to the POP only. With 90 % hits, 20 ms to the POP and 140 ms from there to the origin, the mean is
  *20 + .1 × 140* = 34 ms instead of 160.
- **Spread over** frames, users come to the POP that is the shortest round trip away, as anycast leads them, and from one
  that is dead to the next. Without frames all are as near, and they come to each in turn.
- **Each POP fetches for itself**: 20 of them ask the origin 20 times for each object and time to live. A **shield**, one
  more cache at the origin's door, asks once for all.
- The **cache key** says what is the same object. With the user in it, nobody finds what others have fetched, and the hit
  ratio goes to 0.
- **Byte hit ratio**: the share of the bytes to users that did not come from the origin. The origin sends *(1 - byte hit
  ratio) × all bytes*; **egress** is what leaves the CDN.
- An **edge function** works at the POP before the look-up: redirects, headers, rendering. A class that the link to the
  origin leaves out (its *classes*) is answered there alone.

A **write** goes on to the origin and drops the key at its POP and at the shield, not at the others: there it stays until
it expires or is purged. A **purge** is the event *flush*.

**It fails** by being purged as a whole: the origin gets all requests at once. A POP that is killed has lost what it had.
With no time to live left, it protects nothing.

**Left out:** parts of objects, compression, peering, how users are steered by load. A time to live begins anew at each
tier.

Compare: CloudFront, Fastly, Cloudflare, Akamai, Netflix Open Connect.
"""


class CdnConfig(keyed_cache.CacheConfig):
    """Where its caches are, and what they keep."""

    # Fields of a cache that its places take the place of: a class variable leaves them out.
    scope: ClassVar[Literal["shared"]] = "shared"  # type: ignore[misc]
    instances: ClassVar[Any] = property(lambda self: self.places)  # type: ignore[misc]
    placement: ClassVar[Literal["ring"]] = "ring"  # type: ignore[misc]
    virtual_nodes: ClassVar[int] = 100  # type: ignore[misc]
    replicas: ClassVar[int] = 0  # type: ignore[misc]
    gutter: ClassVar[None] = None  # type: ignore[misc]
    failover: ClassVar[None] = None  # type: ignore[misc]

    @model_validator(mode="after")
    def _evicts_in_order(self) -> Self:
        """Refuse what stores of points of presence cannot do."""
        apart = self.places > 1 or self.key == "user"
        if apart and self.eviction not in ("lru", "fifo", "none"):
            msg = f"points of presence do not evict by {self.eviction}; choose lru, fifo or none"
            raise ValueError(msg)
        return self

    @model_validator(mode="before")
    @classmethod
    def _counts_frames(cls, raw: Any) -> Any:
        """Take frames in place of a number as those that the points lie in."""
        if isinstance(raw, dict) and isinstance(raw.get("pops"), list | tuple):
            frames = raw["pops"]
            return {**raw, "pops": max(1, len(frames)), "spread": list(frames)}
        return raw

    pops: int | None = setting(
        None,
        title="Points of presence",
        group="Places",
        help="Places with a cache of its own in each. None: one in each frame that it is spread over, else one.",
        ge=1,
        le=1000,
    )
    spread: tuple[str, ...] = spreading("Places")
    shield: bool = setting(
        default=False,
        title="Shield",
        group="Places",
        help="One more cache between the points of presence and the origin, at its door and with as much room as each: what "
        "one has fetched, the others find there. CloudFront: Origin Shield.",
    )
    key: Literal["object", "user"] = setting(
        "object",
        title="Cache key",
        group="Store",
        help="object: all users share an entry. user: each has one of its own, as where a cookie or a token is part of the key.",
    )
    ttl: float | None = setting(
        86_400.0,
        title="Time to live",
        unit="s",
        group="Store",
        help="Age at which an entry expires; none never expires. A day: CloudFront's default.",
        gt=0.0,
        le=1e9,
    )
    hit_time: Law = setting(
        Constant(mean=0.0002),
        title="Look-up time",
        unit="s",
        group="Store",
        help="Time of a look-up, hit or miss. .2 ms: most are found in memory, some on an SSD.",
    )
    edge_function: dict[str, Law] = setting(
        {},
        title="Edge function by class",
        unit="s",
        group="Places",
        help="Work at the point of presence on requests of some classes, look-up included, as many at once as come: 5 ms for a "
        "page that is put together there.",
    )

    @property
    def is_ring(self) -> bool:
        """No: each point may have every key."""
        return False

    @property
    def places(self) -> int:
        """How many points of presence there are."""
        return self.pops or max(1, len(self.spread))


def lower(config: CdnConfig, context: Lowering) -> NodePlan:
    """A cache for each of so many instances, and the bytes that leave them."""
    plan = keyed_cache.lower(config, context)
    apart = config.places > 1 or config.key == "user"
    store = (
        None
        if plan.store is None
        else replace(
            plan.store,
            scope="instance" if apart else "shared",
            by_user=config.key == "user",
            shield=config.shield,
        )
    )
    work = context.each(config.hit_time, config.edge_function)
    station = replace(plan.station, instances=config.places, work=work)
    return replace(plan, station=station, store=store, meters_egress=True)


def _is_read(metric: Metric) -> bool:
    """Whether one of the fields is there that a metric of caches needs."""
    needs = metric.needs.split()
    return not needs or any(each in CdnConfig.model_fields for each in needs)


PRESET = Preset(
    Component(
        kind="cdn",
        title="CDN",
        category="Edge",
        summary="Caches near the users, before an origin far away",
        icon="cdn",
        help=HELP,
        config=CdnConfig,
        input="calls",
        output="calls",
        metrics=(
            *(each for each in keyed_cache.CACHE_METRICS if _is_read(each)),
            Metric(name="byte_hit_ratio", title="byte hit ratio", unit="%"),
            Metric(name="egress_bytes", title="egress", unit="B", counts=True),
            Metric(name="shield_hit_ratio", title="shield hits", unit="%", needs="shield"),
        ),
        headline="hit_ratio",
        pricing=Pricing(requests=True),
    ),
    lower,
)
