"""Load balancer: forwards each request to one instance among all behind its links.

Models the choice per request (layer 7) and periodic health checks; connections and TLS are on its links.
Leaves out the choice per connection (layer 4) and session affinity.
"""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.laws import Constant, Law
from engine.model.link import PickerName
from engine.plan.primitives import HealthPlan, NodePlan, RouterPlan, StationPlan

HELP = """\
Sends each request to **one** instance among all instances of the nodes behind its links.

| picker | how it chooses | at 90 % load on 10 servers, answers take |
|---|---|---|
| round robin | each in turn | 5.7 × the service time |
| random | by chance | 10 × |
| least connections | fewest under way, as this balancer sees it | 1.9 × |
| power of two | the less busy of two drawn by chance | 3.0 × |
| weighted | by the weights of its links | depends on the weights |

**Health checks** probe each instance at a fixed interval; after enough failures in a row the instance
gets no more requests, after enough successes it does again. Until then its requests fail: with
probes every 2 s and 3 failures that is 4 to 6 s.

**Connections and TLS** are on its links, in front of it and behind it.

**Left out:** picking once a connection (layer 4), session affinity, its own failure modes other than
being killed.

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
    service_time: Law = setting(
        Constant(mean=0.0),
        title="Service time",
        unit="s",
        group="Balancing",
        help="Time it takes itself for each request, as many at once as come. Default none: "
        "proxies add some .1 ms, small beside the rest.",
    )
    health_checks: bool = setting(
        default=True,
        title="Health checks",
        group="Health",
        help="Whether it probes instances and leaves out the ones that do not answer.",
    )
    health_interval: float = setting(
        2.0,
        title="Interval",
        unit="s",
        group="Health",
        help="Time between probes (HAProxy's inter: 2 s).",
        gt=0.0,
        le=1e6,
    )
    health_failures: int = setting(
        3,
        title="Failures to leave out",
        group="Health",
        help="Failed probes in a row after which an instance gets no requests (HAProxy's fall: 3).",
        ge=1,
        le=1000,
    )
    health_successes: int = setting(
        2,
        title="Successes to return",
        group="Health",
        help="Good probes in a row after which it gets requests again (HAProxy's rise: 2).",
        ge=1,
        le=1000,
    )
    admission: Admission | None = ADMISSION


def lower(config: LoadBalancerConfig, context: Lowering) -> NodePlan:
    """A router over a station without a queue."""
    health = HealthPlan(
        interval=config.health_interval,
        failures=config.health_failures,
        successes=config.health_successes,
    )
    return NodePlan(
        id=context.id,
        station=StationPlan(work=context.each(config.service_time)),
        router=RouterPlan(picker=config.picker, health=health if config.health_checks else None),
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
    ),
    lower,
)
