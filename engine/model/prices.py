"""What things cost, as people set it for a whole design, and by which of these prices each component is charged."""

from __future__ import annotations

from typing import Any, Final, Literal

from engine.model.fields import Config, setting
from engine.model.metric import Metric
from engine.records import dataclass

HourlyPrice = Literal["instance_hour", "database_hour", "cache_hour", "balancer_hour"]
"""Fields of ``Prices`` for an instance and an hour."""

_HOURS: Final = "Hours"
_USE: Final = "Use"
_LIST: Final = "AWS, on demand, N. Virginia, 2025"


class Prices(Config):
    """What an hour of an instance, a request and a gigabyte cost, in US dollars."""

    instance_hour: float = setting(
        0.0416,
        title="Instance",
        unit="$/h",
        group=_HOURS,
        help=f"An instance of a service, worker or gateway for an hour ({_LIST}: t3.medium, 2 vCPU, 4 GB).",
        ge=0.0,
        le=1e6,
    )
    database_hour: float = setting(
        0.178,
        title="Database instance",
        unit="$/h",
        group=_HOURS,
        help=f"An instance of a database for an hour; so does each standby cost ({_LIST}: db.m5.large).",
        ge=0.0,
        le=1e6,
    )
    cache_hour: float = setting(
        0.156,
        title="Cache instance",
        unit="$/h",
        group=_HOURS,
        help=f"An instance of a cache for an hour ({_LIST}: cache.m5.large, 6.4 GB).",
        ge=0.0,
        le=1e6,
    )
    balancer_hour: float = setting(
        0.0225,
        title="Load balancer",
        unit="$/h",
        group=_HOURS,
        help=f"A load balancer for an hour, what it handles not counted ({_LIST}: Application Load Balancer).",
        ge=0.0,
        le=1e6,
    )
    function_hour: float = setting(
        0.06,
        title="Function at work",
        unit="$/h",
        group=_USE,
        help="An hour of work of a function; while it waits for requests it is free (AWS Lambda, 2025: "
        "$ 0.0000166667 a second for 1 GB).",
        ge=0.0,
        le=1e6,
    )
    million_requests: float = setting(
        0.4,
        title="Million requests",
        unit="$",
        group=_USE,
        help="A million requests to what is charged by the request: queues, functions, DNS, object storage, third "
        "parties (AWS, 2025: SQS $ 0.40, Lambda $ 0.20, Route 53 $ 0.40).",
        ge=0.0,
        le=1e6,
    )
    gigabyte: float = setting(
        0.09,
        title="Gigabyte to users",
        unit="$",
        group=_USE,
        help=f"A gigabyte of answers to clients, over the internet ({_LIST}: $ 0.09 up to 10 TB a month).",
        ge=0.0,
        le=1e6,
    )
    zone_gigabyte: float = setting(
        0.02,
        title="Gigabyte between zones",
        unit="$",
        group=_USE,
        help=f"A gigabyte between zones of one region, requests and answers ({_LIST}: $ 0.01 at each end).",
        ge=0.0,
        le=1e6,
    )
    region_gigabyte: float = setting(
        0.02,
        title="Gigabyte between regions",
        unit="$",
        group=_USE,
        help=f"A gigabyte between regions, requests and answers ({_LIST}: $ 0.01 to $ 0.02).",
        ge=0.0,
        le=1e6,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pricing:
    """By what a component is charged; by nothing unless it says so."""

    hour: HourlyPrice | None = None
    """The price of each instance that there is, those that start and those that are down included."""
    at_work: bool = False
    """Whether each hour of a worker at work costs what that of a function does."""
    requests: bool = False
    """Whether it is charged by the request."""

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing, as what somebody else owns."""
        return self.hour is None and not self.at_work and not self.requests


COST_PER_HOUR: Final = "cost_per_hour"
"""Name of what something costs, under ``extra`` and of the whole design."""
COST: Final = Metric(name=COST_PER_HOUR, title="cost", unit="$/h")
"""What a node or a link costs, where a design has prices."""
PRICE_METRICS: Final = (
    COST,
    Metric(name="cost_per_1000", title="cost of 1000 answers", unit="$"),
)
"""What is measured of a whole design that has prices, under its bare name."""

PRICES: Final[Any] = setting(
    None,
    title="Prices",
    group="Costs",
    help="What an hour of an instance, a request and a gigabyte cost: results then say what the design costs an hour, "
    "and a thousand answers. Off: nothing is said of money.",
)
