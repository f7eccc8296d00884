"""Function: code that runs in an environment of its own for each request, made when none is idle.

Models cold starts, idle environments, the limit of concurrency and the rate at which it grows. Leaves out memory
sizes and prices.
"""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION, Admission
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Exponential, Law, Lognormal
from engine.model.metric import Metric
from engine.model.prices import Pricing
from engine.plan.lower import law_plan
from engine.plan.primitives import ElasticPlan, NodePlan, StationPlan

HELP = """\
Code without servers of one's own. Each **instance** (execution environment) works on one request at a time. A request
goes to the idle instance that was used last. Where none is idle, a new one is started: the request waits for this
**cold start**, and nobody waits in a line.

- *rate × time inside* instances are busy on average, **concurrency**: 200 requests a second of 250 ms are 50. Calls to
  others count: an instance is kept, and paid for, while it waits for them.
- An instance that was **idle** for so long is gone. With few requests most start cold: where one is enough, a share of
  *e^(-rate × idle time)* does, 37 % with one request an idle time on average.
- At the **concurrency** limit requests are refused at once (`rate_limited`), and so they are when too many instances
  would be started at once (**ramp**): a sudden crowd is served by and by, ten times the usual number only after a while.

**It fails** by refusing: the limit protects what stands behind it, but only that. 1000 instances that start at the same
moment open 1000 connections to a database. When it is killed all instances are gone, and everybody starts cold.

The wait of a request in the results is its cold start; utilization is concurrency over the limit.

**Left out:** memory sizes, instances that are kept warm for a fee, several requests in one instance, limits shared by
several functions.

Compare: AWS Lambda, Google Cloud Functions, Azure Functions, Cloudflare Workers (with a cold start of 5 ms).
"""


class Ramp(Config):
    """How fast the number of instances may grow."""

    instances: int = setting(
        1000,
        title="Instances",
        help="So many at most are started in any period; who needs another is refused. 1000 in 10 s: AWS Lambda, for each function.",
        ge=1,
        le=1_000_000,
    )
    per: float = setting(10.0, title="Period", unit="s", help="AWS Lambda: 10 s.", gt=0.0, le=1e6)


class FunctionConfig(Config):
    """What a request takes, and how instances come and go."""

    service_time: Law = setting(
        Exponential(mean=0.05),
        title="Service time",
        unit="s",
        group="Capacity",
        help="Work on a request, calls to others not included.",
    )
    class_times: dict[str, Law] = setting(
        {},
        title="Service time by class",
        unit="s",
        group="Capacity",
        help="A law of its own for some request classes, by their name.",
    )
    cold_start: Law = setting(
        Lognormal(mean=0.3, cv2=1.0),
        title="Cold start",
        unit="s",
        group="Instances",
        help="Until a new instance works: fetch the code, start the runtime, run its initialisation. .3 s: a small function "
        "of an interpreted language; large ones take seconds.",
    )
    idle_ttl: float = setting(
        300.0,
        title="Idle time",
        unit="s",
        group="Instances",
        help="An instance without a request for so long is gone. 5 minutes: what is mostly observed of AWS Lambda, which promises nothing.",
        gt=0.0,
        le=1e6,
    )
    concurrency: int = setting(
        1000,
        title="Concurrency limit",
        group="Instances",
        help="Requests inside at once, at most; more are refused (rate_limited). 1000: AWS Lambda, for an account.",
        ge=1,
        le=1_000_000,
    )
    ramp: Ramp = setting(
        Ramp(),
        title="Ramp",
        group="Instances",
        help="How fast instances may be added.",
    )
    admission: Admission | None = ADMISSION
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: FunctionConfig, context: Lowering) -> NodePlan:
    """Workers that are made as they are needed, and kept by their request until the answer."""
    return NodePlan(
        id=context.id,
        station=StationPlan(
            workers=config.concurrency,
            work=context.each(config.service_time, config.class_times),
            queue_limit=0,
            hold=True,
            elastic=ElasticPlan(
                cold=law_plan(config.cold_start),
                idle=config.idle_ttl,
                ramp=config.ramp.instances,
                per=config.ramp.per,
            ),
        ),
    )


PRESET = Preset(
    Component(
        kind="function",
        title="Function",
        category="Compute",
        summary="Serverless code: an instance for each request",
        icon="function",
        help=HELP,
        config=FunctionConfig,
        input="calls",
        output="calls",
        pricing=Pricing(at_work=True, requests=True),
        metrics=(
            Metric(name="cold_ratio", title="cold ratio", unit="%"),
            Metric(name="cold_starts", title="cold starts", counts=True),
            Metric(name="concurrency", title="concurrency"),
            Metric(name="throttled", title="throttled", counts=True),
            Metric(name="instances.mean", title="instances, mean"),
            Metric(name="instances.last", title="instances at the end"),
        ),
        headline="cold_ratio",
    ),
    lower,
)
