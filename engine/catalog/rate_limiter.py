"""Rate limiter: lets in so many requests a second and passes them on to one instance behind it.

Models what admission models, and the choice of an instance. Leaves out a store of its counters.
"""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION_GROUP, Admission
from engine.model.balancing import (
    HASH,
    SHUFFLE,
    SPREAD_METRICS,
    ZONE,
    Hash,
    PickerName,
    Shuffle,
    Zone,
)
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Constant, Law
from engine.model.policies.rate_limit import RateLimit
from engine.model.prices import Pricing
from engine.plan.primitives import NodePlan, RouterPlan, StationPlan

HELP = """\
Protects what stands behind it: more than the rate, and a burst, does not get through. Any component can limit
rates by itself under *Admission*; this one stands alone in front of others.

| algorithm | lets in |
|---|---|
| token bucket, GCRA | burst + rate × T in any T seconds |
| leaky bucket with delay | one each 1/rate seconds; others wait |
| fixed window | rate × window in each window, up to twice that around the end of one |
| sliding window | rate × window in any window |

Under **Poisson** arrivals a bucket of one token refuses ρ/(1 + ρ) of them, ρ the arrivals over the rate; one
of many tokens next to none below the rate.

*By* says whose requests share a bucket; *shared* whether its instances do.

**It fails** by being killed: nothing gets through then.

**Left out:** the store in which instances share counters, and its failure.

Compare: Envoy rate limit service, Kong, nginx limit_req, Redis-cell.
"""


class RateLimiterConfig(Config):
    """What a limiter lets in, and where that goes."""

    picker: PickerName = setting(
        "round_robin",
        title="Picker",
        group="Balancing",
        help="How it chooses an instance behind it for each request.",
    )
    hash: Hash | None = HASH
    shuffle: Shuffle | None = SHUFFLE
    zone: Zone | None = ZONE
    service_time: Law = setting(
        Constant(mean=0.0),
        title="Service time",
        unit="s",
        group="Balancing",
        help="Time for a look at the bucket: next to none in memory, half a millisecond in a shared store nearby.",
    )
    admission: Admission | None = setting(
        Admission(rate_limit=RateLimit(rate=100.0, burst=200)),
        title="Admission",
        group=ADMISSION_GROUP,
        help="What requests have to pass. Off: everybody gets through.",
    )
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: RateLimiterConfig, context: Lowering) -> NodePlan:
    """A router over a station without a queue."""
    return NodePlan(
        id=context.id,
        station=StationPlan(work=context.each(config.service_time)),
        router=RouterPlan(
            picker=config.picker, hash=config.hash, shuffle=config.shuffle, zone=config.zone
        ),
    )


PRESET = Preset(
    Component(
        kind="rate_limiter",
        title="Rate limiter",
        category="Routing",
        summary="Lets in so many requests a second",
        icon="rate_limiter",
        help=HELP,
        config=RateLimiterConfig,
        input="calls",
        output="calls",
        pricing=Pricing(hour="instance_hour"),
        metrics=SPREAD_METRICS,
    ),
    lower,
)
