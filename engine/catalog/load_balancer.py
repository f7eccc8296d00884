"""Load balancer: forwards each request to one instance among all behind its links.

Models the choice per request (layer 7) or per connection (layer 4), session affinity, and periodic health checks;
connections and TLS are on its links.
"""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import model_validator

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.balancing import (
    AFFINITY,
    HASH,
    LAYER,
    SHUFFLE,
    SPREAD_METRICS,
    ZONE,
    AffinityName,
    Hash,
    Layer,
    PickerName,
    Shuffle,
    Zone,
)
from engine.model.component import Component
from engine.model.failover import FAILOVER, Failover
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.health import HEALTH, OUTLIER, Health, Outlier
from engine.model.laws import Constant, Law
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.plan.health import health_plan, outlier_plan
from engine.plan.primitives import NodePlan, RouterPlan, StationPlan

HELP = """\
Sends each request to **one** instance among all instances of the nodes behind its links.

| picker | how it chooses | at 90 % load on 10 servers, answers take |
|---|---|---|
| round robin | each in turn | 5.7 × the service time |
| random | by chance | 10 × |
| least connections | fewest under way, as this balancer sees it | 1.9 × |
| power of two | the less busy of two drawn by chance | 3.0 × |
| weighted | by the weights of its links | depends on the weights |
| ewma | the cheaper of two: how long answers took lately × calls under way | as power of two, and slow ones get less |
| hash | by the key, the client or the session of a request | depends on how even these are |
| shuffle | a few instances for each client | as few as have the same ones suffer together |
| zone | nearby first, by the frames around: same zone, same region, anywhere | as least connections nearby |

**Affinity** sends whoever came before to the same instance again; if that died, the session is lost
(`sessions_lost`). With *hash* another number of instances moves keys (`keys_moved`): 1 of n + 1 on a ring, n of n + 1 by
modulo. One of n that is given up moves its own alone, 1 of n, and again when it is back. At **layer 4** it picks once a connection, so that few long-lived ones are spread unevenly
(`imbalance`: the fullest instance over the mean; `web.imbalance` of what it leads to, whatever picks). Only layer 7 can
try a request again elsewhere or route it by what is in it. When an instance dies, the connections that lead there are
closed; while one drains, they live on, and so do sticky users.

By **zone**, calls leave the zone once all instances in it are busy, or only as far as makes all equally loaded
(`cross_zone_share`). Instances of a node are where the node is drawn, or in the zones that it is *spread over*.

**Health checks** probe each instance, and begin anew one interval after the last answer; after enough
failures in a row the instance gets no more requests, after enough successes it does again. Until then its
requests fail or wait: with checks every 2 s and 3 failures, 4 to 6 s where it is dead and refuses at once. All are
checked for the first time together, or each at a **random** time.
A check of **layer 4** only asks whether it takes connections, as one that is frozen or overloaded does.
A check of **layer 7** waits in line and takes a worker: whoever does not answer within the timeout is found after
*U + failures·timeout + (failures - 1)·interval*, *U* up to one interval, and who is overloaded comes and
goes. It passes no admission, and errors of events do not touch it. It calls nobody, unless it is **deep**: then
it is only answered once a node behind each link that the instance waits for has answered as well. With a
database that all share, all go out of rotation together when it is down, also for requests that do without it.
**Panic** and **fail open** use everybody again when too few, or none, are left.

**Outlier ejection** needs no probes: an instance that fails 5 requests in a row is out for 30 s, then for
60 s, 90 s … as long as it goes on failing, and never more than a share of them at a time. It finds instances
that answer checks and fail requests. One that nothing was wrong with counts under `false_ejections`.

**Connections and TLS** are on its links. Layer 7 ends those of its callers, whose handshakes cost it work, and keeps a
pool of its own on each link behind it. Layer 4 passes them through: set-ups take round trips all the way, the targets do
the handshakes, one for each connection of a caller, and links behind it have no connections of their own.

**Left out:** its own failure modes other than being killed.

Compare: HAProxy, nginx, Envoy, AWS ALB, Google Cloud Load Balancing.
"""


class LoadBalancerConfig(Config):
    """How a balancer chooses, and how it notices the dead."""

    picker: PickerName = setting(
        "round_robin",
        title="Picker",
        group="Balancing",
        help="How it chooses an instance for each request.",
    )
    hash: Hash | None = HASH
    shuffle: Shuffle | None = SHUFFLE
    zone: Zone | None = ZONE
    affinity: AffinityName = AFFINITY
    layer: Layer = LAYER
    slow_start: float | None = setting(
        None,
        title="Slow start",
        unit="s",
        group="Balancing",
        help="An instance that is new, or is back, begins with a tenth of its share, which grows to the whole in so "
        "long: caches and connections are cold at first (Envoy's slow_start_window, nginx's slow_start). Pickers by "
        "hash and shuffle do without. Off: at once.",
        gt=0.0,
        le=1e6,
    )
    service_time: Law = setting(
        Constant(mean=0.0),
        title="Service time",
        unit="s",
        group="Balancing",
        help="Time it takes itself for each request, as many at once as come. Default none: "
        "proxies add some .1 ms, small beside the rest.",
    )
    health: Health | None = HEALTH
    outlier: Outlier | None = OUTLIER
    admission: Admission | None = ADMISSION
    faults: NodeFaults | None = NODE_FAULTS
    failover: Failover | None = FAILOVER

    older: ClassVar[frozenset[str]] = frozenset(
        {"health_checks", "health_interval", "health_failures", "health_successes"}
    )

    @model_validator(mode="before")
    @classmethod
    def _read_older(cls, raw: Any) -> Any:
        """Read the checks of files of which each setting was a field of its own."""
        if not isinstance(raw, dict) or cls.older.isdisjoint(raw):
            return raw
        new = {key: value for key, value in raw.items() if key not in cls.older}
        if raw.get("health_checks") is False:
            return {"health": None, **new}
        given = {
            name: raw[f"health_{name}"]
            for name in ("interval", "failures", "successes")
            if f"health_{name}" in raw
        }
        if isinstance(new.get("health", {}), dict):
            new["health"] = {**given, **new.get("health", {})}
        return new


def lower(config: LoadBalancerConfig, context: Lowering) -> NodePlan:
    """A router over a station without a queue."""
    return NodePlan(
        id=context.id,
        station=StationPlan(work=context.each(config.service_time)),
        router=RouterPlan(
            picker=config.picker,
            hash=config.hash,
            shuffle=config.shuffle,
            zone=config.zone,
            affinity=config.affinity,
            layer=config.layer,
            slow_start=config.slow_start or 0.0,
            health=health_plan(config.health),
            outlier=outlier_plan(config.outlier),
        ),
    )


PRESET = Preset(
    Component(
        kind="load_balancer",
        title="Load balancer",
        category="Routing",
        summary="Spreads requests over instances",
        icon="load_balancer",
        help=HELP,
        config=LoadBalancerConfig,
        input="calls",
        output="calls",
        pricing=Pricing(hour="balancer_hour"),
        metrics=(
            *SPREAD_METRICS,
            Metric(
                name="panic_share",
                title="in panic",
                unit="%",
                needs="health",
            ),
            Metric(name="ejected", title="ejected", counts=True, needs="outlier"),
            Metric(
                name="false_ejections", title="ejected without reason", counts=True, needs="outlier"
            ),
        ),
    ),
    lower,
)
