"""Client: where requests come from, open or closed. It leaves out what happens inside a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.catalog.preset import Lowering, Preset, law_plan
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.traffic import Arrivals, Closed, Deterministic, Mmpp, Poisson, Trace
from engine.plan.primitives import NodePlan, TrafficPlan

if TYPE_CHECKING:
    from engine.plan.primitives import ClassPlan


class ClientConfig(Config):
    """What a client sends."""

    arrivals: Arrivals = setting(
        Poisson(),
        title="Arrivals",
        group="Traffic",
        help="When requests come. Open processes do not wait for answers; a closed population does. "
        "Default: independent users, 50 a second.",
    )
    mix: dict[str, float] = setting(
        {},
        title="Mix",
        group="Traffic",
        help="Share of each request class; equal shares when left out.",
    )


def _mix(config: ClientConfig, classes: tuple[ClassPlan, ...]) -> tuple[float, ...]:
    """Shares over the classes, summing to 1."""
    wanted = [config.mix.get(each.name, 0.0) if config.mix else 1.0 for each in classes]
    return tuple(share / sum(wanted) for share in wanted)


def _lower(config: ClientConfig, context: Lowering) -> NodePlan:
    """A client is traffic alone."""
    arrivals = config.arrivals
    mix = _mix(config, context.classes)
    traffic = TrafficPlan(process=arrivals.process, mix=mix)
    if isinstance(arrivals, Closed):
        think = law_plan(arrivals.think_law())
        traffic = TrafficPlan(process="closed", mix=mix, users=arrivals.users, think=think)
    elif isinstance(arrivals, Trace):
        traffic = TrafficPlan(process="trace", mix=mix, times=tuple(sorted(arrivals.times)))
    elif isinstance(arrivals, Mmpp):
        traffic = TrafficPlan(
            process="mmpp",
            mix=mix,
            schedule=arrivals.schedule(),
            burst_factor=arrivals.burst_factor,
            burst_mean=arrivals.burst_mean,
            calm_mean=arrivals.calm_mean,
        )
    elif isinstance(arrivals, Poisson | Deterministic):
        traffic = TrafficPlan(process=arrivals.process, mix=mix, schedule=arrivals.schedule())
    return NodePlan(id=context.id, traffic=traffic)


_HELP = """\
A **client** makes the load: browsers, mobile apps, other companies' servers.

*Open* arrivals (Poisson, deterministic, bursts, a trace) come whether or not earlier requests were answered, like
visitors from all over the world. A *closed* population waits for its answer and thinks before it asks again, so
it slows down by itself when the system does.

**Latency** is measured here, from the first attempt to the answer, network and retries included.

**Fails by**: `timeout` when the link's timeout passes, and every failure that the system hands back.
**Leaves out**: rendering, connection set-up.
"""

PRESET = Preset(
    Component(
        kind="client",
        title="Client",
        category="Traffic",
        summary="Sends requests, open or closed",
        icon="client",
        help=_HELP,
        config=ClientConfig,
        input="none",
        output="calls",
    ),
    _lower,
)
