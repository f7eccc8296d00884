"""DNS: tells callers where to go, and each keeps the answer for a while.

Models answers by place, weight or order, their lifetime at each user, health-checked records, and anycast routes.
Leaves out the hierarchy of servers, and how much they can bear.
"""

from __future__ import annotations

from dataclasses import replace

from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Constant, Law
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.model.resolution import POLICY, RECORDS, PolicyName, RecordCheck
from engine.plan.health import health_plan
from engine.plan.lower import law_plan
from engine.plan.primitives import NodePlan, ResolverPlan, RouterPlan, StationPlan

HELP = """\
Stands between callers and what its links lead to, its **records**. It is **no hop**: requests ask it where to go
and go there by themselves, so that it costs them no time, and the way is that between the frames of the caller and
of the target. Place DNS anywhere.

**Answers are cached.** Each user of a client, and each instance of a service, asks, keeps the answer for the *TTL*,
and goes there even if it is dead by then. A client without users of its own is a single resolver. So after a target
dies at *λ* requests a second, about *λ · (detection + TTL / 2)* of them are lost, and *t* seconds after the detection
the share of users that still go there is *1 - t / TTL*. `on_dead_share` is the share of all requests that were sent
where nobody answered. Some resolvers keep answers for longer than they should: see *stretched*.

| policy | the answer is |
|---|---|
| geo | the record in the caller's own region, else the nearest |
| latency | the record with the least round trip |
| weighted | drawn by the weights of its links |
| failover | the first of its links that is healthy |
| round robin | each in turn |
| anycast | no answer: all announce one address, and each request goes to the nearest that does |

**Checks** probe each record on a period, and take it out after enough failures in a row: detection takes half an
interval and *(failures - 1)* more, on average. Once none is left, all are answers again (*fail open*), or look-ups
bring nothing. With **anycast** a target withdraws its route itself, and it takes the *convergence* until all routers
know; with *deep* checks that all depend on one thing, all withdraw at once, though they are up (Facebook, 2021).

**A target that is spread** over frames has a record for each of its instances: *geo*, *latency* and *anycast* lead each
caller to the nearest one, and each instance of a caller that is spread has its own nearest.

**A connection** on the link that leads to DNS goes on where it leads until it ends, whatever DNS says meanwhile. It is
set up at the cost of round trips to the target.

**It fails** by being killed, frozen or in error: look-ups then bring nothing (*unavailable*), and whoever has an answer,
or a connection, goes on. An event that sets *records* to [] empties it. Cutting the link to it cuts the caller off: that
link is the caller's last mile. Cutting two frames off from each other, or delaying what goes between them, hits those who
go from one to the other. An anycast route needs no server: killing it changes nothing.

**Left out:** the hierarchy of servers and their load, answers with several addresses, negative caching, losses that are
only between two frames, what a route that moves does to connections.

Compare: Amazon Route 53, Cloudflare, NS1, Azure Traffic Manager.
"""


class DnsConfig(Config):
    """What DNS answers, for how long, and how it notices the dead."""

    policy: PolicyName = POLICY
    ttl: float = setting(
        60.0,
        title="TTL",
        unit="s",
        group="Answers",
        help="Time for which whoever has asked keeps the answer (Route 53 advises 60 s for records with checks). 0: "
        "everybody asks for each request. Those who come before one has passed since the beginning have asked some "
        "time before that, so that answers do not all run out at once.",
        ge=0.0,
        le=1e7,
    )
    records: tuple[str, ...] | None = RECORDS
    keep_last: bool = setting(
        default=False,
        title="Keep the last records",
        group="Answers",
        help="A change that would leave no record is not taken: those before stay.",
    )
    check: RecordCheck | None = setting(
        RecordCheck(),
        title="Checks",
        group="Health",
        help="How it probes what its records lead to. Off: it goes on answering with dead ones.",
    )
    convergence: float = setting(
        0.0,
        title="Convergence",
        unit="s",
        group="Health",
        help="anycast: time from the withdrawal of a route, or its return, until all routers know (BGP: seconds to some "
        "minutes).",
        ge=0.0,
        le=1e6,
    )
    stale_share: float = setting(
        0.0,
        title="Stretched",
        unit="%",
        group="Resolvers",
        help="Share of the users whose resolvers keep answers for longer than the TTL.",
        ge=0.0,
        le=1.0,
    )
    stale_ttl: float = setting(
        3600.0,
        title="Stretched to",
        unit="s",
        group="Resolvers",
        help="For so long, where that is longer than the TTL. An hour by default; a Java VM with a security manager "
        "keeps answers for ever.",
        ge=0.0,
        le=1e9,
    )
    lookup: Law = setting(
        Constant(mean=0.0),
        title="Look-up time",
        unit="s",
        group="Resolvers",
        help="Time that asking takes, paid by the request that has to ask. Default none; 20 to 120 ms where no cache "
        "nearby knows.",
    )
    timeout: float = setting(
        5.0,
        title="Look-up timeout",
        unit="s",
        group="Resolvers",
        help="A look-up that nobody answers, since DNS is dead or frozen, fails after this (resolv.conf: 5 s).",
        ge=0.0,
        le=1e6,
    )
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: DnsConfig, context: Lowering) -> NodePlan:
    """A router that is asked for the way."""
    checks = health_plan(config.check)
    if checks is not None and config.policy == "anycast":
        checks = replace(checks, convergence=config.convergence)
    return NodePlan(
        id=context.id,
        station=StationPlan(work=context.each(Constant(mean=0.0))),
        router=RouterPlan(
            picker="weighted" if config.policy == "weighted" else "round_robin",
            layer=4,  # connections and TLS go to whoever the answer leads to
            health=checks,
            resolver=ResolverPlan(
                policy=config.policy,
                ttl=config.ttl,
                records=config.records,
                keeps_last=config.keep_last,
                stretched=config.stale_share,
                stretch=config.stale_ttl,
                lookup=law_plan(config.lookup),
                patience=config.timeout,
            ),
        ),
    )


PRESET = Preset(
    Component(
        kind="dns",
        title="DNS",
        category="Routing",
        summary="Tells callers where to go; they keep the answer",
        icon="dns",
        help=HELP,
        config=DnsConfig,
        input="calls",
        output="calls",
        pricing=Pricing(requests=True),
        metrics=(
            Metric(name="on_dead_share", title="sent to dead addresses", unit="%"),
            Metric(name="resolutions", title="look-ups", unit="/s"),
            Metric(name="cached_share", title="answered from caches", unit="%"),
            Metric(name="failed_resolutions", title="look-ups that failed", counts=True),
            Metric(name="panic_share", title="in panic", unit="%", needs="check"),
        ),
    ),
    lower,
)
