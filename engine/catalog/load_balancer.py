"""Load balancer: forwards each request to one instance among its targets."""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.laws import Constant, Law
from engine.model.link import PickerName
from engine.plan.primitives import HealthPlan, NodePlan, RouterPlan, StationPlan


class LoadBalancerConfig(Config):
    """How it picks, and how it notices that a target is down."""

    picker: PickerName = setting(
        "round_robin",
        title="Picker",
        group="Routing",
        help="How it picks among all instances behind its links. Weighted uses the links' weights.",
    )
    service_time: Law = setting(
        Constant(mean=0.0),
        title="Service time",
        unit="s",
        group="Routing",
        help="Time it adds to each request; it never queues. Some .1 ms for a proxy that reads requests.",
    )
    health_interval: float = setting(
        2.0,
        title="Check interval",
        unit="s",
        group="Health checks",
        help="Time between checks of a target (HAProxy: 2 s).",
        gt=0.0,
        le=1e6,
    )
    health_failures: int = setting(
        3,
        title="Failures to eject",
        group="Health checks",
        help="Failed checks in a row after which a target gets no more requests (HAProxy: 3).",
        ge=1,
        le=1000,
    )
    health_successes: int = setting(
        2,
        title="Successes to return",
        group="Health checks",
        help="Good checks in a row after which it gets them again (HAProxy: 2).",
        ge=1,
        le=1000,
    )


def _lower(config: LoadBalancerConfig, context: Lowering) -> NodePlan:
    """A balancer is a router with health checks in front of nothing but itself."""
    health = HealthPlan(
        interval=config.health_interval,
        failures=config.health_failures,
        successes=config.health_successes,
    )
    return NodePlan(
        id=context.id,
        station=StationPlan(work=context.each(config.service_time)),
        router=RouterPlan(picker=config.picker, health=health),
    )


_HELP = """\
A **load balancer** spreads requests over the instances behind its links.

*Round robin* takes turns; *random* rolls dice; *least connections* takes the instance with the fewest requests under
way from here; *power of two* compares two random ones (nearly as good, without a global view); *weighted* follows the
weights of the links.

**Health checks** take an instance that is down out of rotation after a few failed checks; until then its share fails
as `unavailable`. When every target looks bad it sends to all of them (fail open).

**Leaves out**: connections, TLS, its own failure by overload.
**Products**: HAProxy, nginx, Envoy, cloud load balancers.
"""

PRESET = Preset(
    Component(
        kind="load_balancer",
        title="Load balancer",
        category="Routing",
        summary="Spreads requests over instances",
        icon="load_balancer",
        help=_HELP,
        config=LoadBalancerConfig,
        input="calls",
        output="calls",
    ),
    _lower,
)
