"""External API: somebody else's service, of which only times, errors and a rate limit are known.

Models a time for each request whatever the load, a share of errors and the limit of the contract. Leaves out what is
inside.
"""

from __future__ import annotations

from engine.catalog.preset import Lowering, Preset
from engine.model.admission import ADMISSION_GROUP, Admission
from engine.model.component import Component
from engine.model.faults import NODE_FAULTS, NodeFaults
from engine.model.fields import Config, setting
from engine.model.laws import Law, Lognormal
from engine.model.policies.rate_limit import RateLimit
from engine.model.prices import Pricing
from engine.plan.primitives import NodePlan, StationPlan

HELP = """\
A service of somebody else, a black box: payments, maps, mail, a language model. It takes a time that does not depend
on what you send, fails now and then, and refuses what is more than the contract allows (`rate_limited`).

Its time is yours as well: whoever calls it and **holds a worker while waiting** needs *rate × time* workers for that
alone, 20 for 100 requests a second of 200 ms. A **timeout**, a **circuit breaker** and a **bulkhead** on the link keep
its bad days from becoming yours; a queue in front keeps you below its limit.

**It fails** by getting slow (*slow* event), by errors, and by refusing everybody beyond its limit. Retries count towards
the limit.

**Left out:** its own load by others, maintenance, changes of its interface.

Compare: Stripe, Twilio, SendGrid, Google Maps, OpenAI.
"""


class ExternalApiConfig(Config):
    """What is known of a service that is not one's own."""

    response_time: Law = setting(
        Lognormal(mean=0.2, cv2=1.0),
        title="Response time",
        unit="s",
        group="Service",
        help="Of a request, as many at once as come. 200 ms, log-normal: most take less, a few much longer.",
    )
    error_share: float = setting(
        0.001,
        title="Errors",
        unit="%",
        group="Service",
        help="Share of the requests that fail with error, after their time. .1 %: what an availability of 99.9 % promises.",
        ge=0.0,
        le=1.0,
    )
    admission: Admission | None = setting(
        Admission(rate_limit=RateLimit(rate=100.0, burst=100)),
        title="Admission",
        group=ADMISSION_GROUP,
        help="The limit of the contract: 100 requests a second, as many payment providers allow. Off: any number.",
    )
    faults: NodeFaults | None = NODE_FAULTS


def lower(config: ExternalApiConfig, context: Lowering) -> NodePlan:
    """A station without a queue, which fails some."""
    return NodePlan(
        id=context.id,
        station=StationPlan(work=context.each(config.response_time)),
        failing=config.error_share,
    )


PRESET = Preset(
    Component(
        kind="external_api",
        title="External API",
        category="Compute",
        summary="A third party's service: its times, errors and limit",
        icon="external_api",
        help=HELP,
        config=ExternalApiConfig,
        input="calls",
        output="none",
        pricing=Pricing(requests=True),
    ),
    lower,
)
