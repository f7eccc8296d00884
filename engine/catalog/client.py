"""Client: people or programs that send requests, open (by a rate) or closed (a population).

Models the arrival process, the mix of request classes and, with its outgoing links, the caller's
policy. Leaves out sessions and the last mile; give the link a delay for that.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from engine.catalog.preset import Lowering, Preset
from engine.model.component import Component
from engine.model.fields import Config, setting
from engine.model.traffic import Arrivals, Poisson
from engine.plan.lower import mix_plan, traffic_plan
from engine.plan.primitives import NodePlan

HELP = """\
Where requests begin. An **open** client sends at a rate, whatever happens to the answers (Poisson,
evenly spaced, in bursts, or replayed from a trace). A **closed** one has a fixed number of users: each
waits for the answer, thinks, and asks again, so that it slows down by itself when the system does.

The rate may follow a schedule `[[t, rps], …]`: straight lines between the points.

Its latency counts from the first attempt to the answer, network and retries included. *Offered* counts
first attempts, *goodput* what was answered in time.

**Timeouts and retries** are on the link that leaves it. With several links, each request uses them in
their order.

**Left out:** sessions, last-mile bandwidth.

Compare: users' browsers and phones; load generators such as k6, wrk2, Gatling, Locust.
"""


class ClientConfig(Config):
    """What a client sends."""

    arrivals: Arrivals = setting(
        Poisson(),
        title="Arrivals",
        group="Traffic",
        help="How requests come. The default, 50 rps Poisson, is many independent users.",
    )
    mix: dict[str, Annotated[float, Field(ge=0.0, le=1e9)]] = setting(
        {},
        title="Mix",
        unit="%",
        group="Traffic",
        help="Share of each request class; shares need not sum to 1. Equal shares when left out.",
    )


def lower(config: ClientConfig, context: Lowering) -> NodePlan:
    """Traffic, and nothing else."""
    return NodePlan(
        id=context.id, traffic=traffic_plan(config.arrivals, mix_plan(config.mix, context.classes))
    )


PRESET = Preset(
    Component(
        kind="client",
        title="Client",
        category="Traffic",
        summary="Sends requests and waits for answers",
        icon="client",
        help=HELP,
        config=ClientConfig,
        input="none",
        output="calls",
    ),
    lower,
)
