"""API gateway: one door for many services; it limits, caches, routes by class and puts answers together.

Models the work on each request, admission, a cache of answers, and calls by class, in order or at once.
Leaves out who a caller is, and its own overload: it works on any number of requests at once.
"""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION_GROUP, Admission
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.flow import Flow
from engine.model.laws import Constant, Law
from engine.model.metric import Metric
from engine.model.policies.rate_limit import RateLimit
from engine.model.prices import Pricing
from engine.plan.primitives import NodePlan, StationPlan, StorePlan

HELP = """\
One door for many services.

- **Limits:** with a rate limit, on from the start, requests beyond it fail with *rate_limited* before they
  cost anything behind it.
- **Routes:** each link says for which classes it is; a request takes those of its own class.
- **Aggregates:** a class with several links gets one answer made of all of theirs: links of the same order
  are called at the same time, so that it takes as long as the slowest. *Steps* say anything else.
- **Caches:** with *Keeps answers for*, an answer to a read is kept by its key, and the next one for it goes
  nowhere; a write drops it.

Its service time is spent on every request, for checking a signature, say; it works on any number at once.

**It fails** by being killed: everything behind it is out of reach then.

**Left out:** who callers are and what they may do, its own overload, transformation of messages.

Compare: Amazon API Gateway, Kong, Apigee, Envoy Gateway.
"""

_ENTRIES = 10_000


class ApiGatewayConfig(Config):
    """What a gateway does with a request before it passes it on."""

    service_time: Law = setting(
        Constant(mean=0.0005),
        title="Service time",
        unit="s",
        group="Gateway",
        help="Its own time for each request, as many at once as come: for finding the route and for checks. "
        "Half a millisecond, as proxies with a few filters take.",
    )
    cache_ttl: float | None = setting(
        None,
        title="Keeps answers for",
        unit="s",
        group="Gateway",
        help="Age at which a kept answer expires (Amazon API Gateway: 300 s where it is on). None: it keeps none.",
        gt=0.0,
        le=1e9,
    )
    cache_entries: int = setting(
        _ENTRIES,
        title="Answers kept",
        group="Gateway",
        help="So many at most; the least recently used goes first.",
        ge=1,
        le=10_000_000,
    )
    flow: Flow | None = setting(
        None,
        title="Steps",
        group="Flow",
        help="Steps of a request, each with its settings; none makes the calls of the links in their order. Steps: work, call, "
        "sequence, parallel (need), choice, loop, async.",
        lax=True,
    )
    admission: Admission | None = setting(
        Admission(rate_limit=RateLimit()),
        title="Admission",
        group=ADMISSION_GROUP,
        help="What requests have to pass before anything is done for them. Off: everybody enters.",
    )
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: ApiGatewayConfig, context: Lowering) -> NodePlan:
    """A station without a queue, with a store where it keeps answers."""
    work = context.each(config.service_time)
    store = None
    if config.cache_ttl is not None:
        store = StorePlan(
            capacity=config.cache_entries,
            ttl=config.cache_ttl,
            eviction="lru",
            single_flight=False,
            prewarm=False,
        )
    return NodePlan(
        id=context.id,
        station=StationPlan(work=work),
        store=store,
        flow=context.flow(config.flow, work),
    )


PRESET = Preset(
    Component(
        kind="api_gateway",
        title="API gateway",
        category="Routing",
        summary="One door: limits, caches, routes, aggregates",
        icon="gateway",
        help=HELP,
        config=ApiGatewayConfig,
        input="calls",
        output="calls",
        pricing=Pricing(hour="instance_hour"),
        metrics=(
            Metric(name="hit_ratio", title="hit ratio", unit="%", needs="cache_ttl"),
            Metric(name="hits", title="hits", counts=True, needs="cache_ttl"),
            Metric(name="misses", title="misses", counts=True, needs="cache_ttl"),
            Metric(name="entries", title="entries", needs="cache_ttl"),
            Metric(name="evictions", title="evictions", counts=True, needs="cache_ttl"),
            Metric(
                name="stale_ratio", title="stale hits", unit="%", needs="cache_ttl", writes=True
            ),
        ),
    ),
    lower,
)
