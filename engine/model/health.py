"""How balancers tell good targets from bad ones, as people set it: health checks, and ejection of outliers."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from engine.model.fields import Config, exactly, setting

_Layer = Literal[4, 7]


class Health(Config):
    """Checks that travel like requests."""

    interval: float = setting(
        2.0,
        title="Interval",
        unit="s",
        help="Time from the end of a check to the beginning of the next (HAProxy's inter: 2 s; AWS ALB: "
        "30 s). Who says nothing is out after what is left of one, failures × timeout and (failures - 1) "
        "× interval; who refuses, without the timeouts.",
        gt=0.0,
        le=1e6,
    )
    fast_interval: float | None = setting(
        None,
        title="Interval in doubt",
        unit="s",
        help="The interval while a verdict is open: after a check that contradicts what is believed, until enough "
        "in a row do, or one does not (HAProxy's fastinter). A bad instance is out sooner, and checks are no "
        "more while all is well. Off: the same interval always.",
        gt=0.0,
        le=1e6,
    )
    phase: Literal["together", "random"] = setting(
        "together",
        title="First check",
        help="together: each instance is checked for the first time one interval after the beginning, so that every run "
        "finds the same fault after the same time. random: after a part of an interval that is drawn for each, as "
        "checkers that were started at any time do: what is left of an interval when something fails is then "
        "anything up to the whole, half of it on average over many seeds.",
    )
    timeout: float = setting(
        1.0,
        title="Timeout",
        unit="s",
        help="A check that is not answered by then has failed; whoever is dead refuses at once (AWS ALB: 5 s).",
        gt=0.0,
        le=1e6,
    )
    failures: int = setting(
        3,
        title="Failures to leave out",
        help="Failed checks in a row after which an instance gets no requests (HAProxy's fall: 3).",
        ge=1,
        le=1000,
    )
    successes: int = setting(
        2,
        title="Successes to return",
        help="Good checks in a row after which it gets requests again (HAProxy's rise: 2).",
        ge=1,
        le=1000,
    )
    layer: Annotated[_Layer, exactly(_Layer)] = setting(
        4,
        title="Layer",
        help="4 asks for a connection, which whoever is up takes, frozen or overloaded as it may be (what "
        "HAProxy and AWS NLB do unless told otherwise). 7 asks for a page: it waits in line and takes a "
        "worker like a request, so that an overloaded or frozen instance fails it (HAProxy's httpchk, AWS ALB).",
    )
    work: float = setting(
        0.001,
        title="Work",
        unit="s",
        help="Layer 7: time that the page keeps a worker of the target, at its pace. 1 ms by default: it "
        "looks nothing up.",
        ge=0.0,
        le=1e6,
    )
    depth: Literal["shallow", "deep"] = setting(
        "shallow",
        title="Depth",
        help="shallow asks the instance alone. deep asks for a page (layer 7, whatever is said above) that in "
        "turn asks each node that the instance calls and waits for, and fails where one does: a shared "
        "dependency that is down then takes every instance out at once.",
    )
    panic: float | None = setting(
        None,
        title="Panic threshold",
        unit="%",
        help="Below this share of instances in rotation, all of them are used, good or bad: too few could not "
        "bear the load (Envoy: 50 %). Off: only the good ones ever are.",
        gt=0.0,
        le=1.0,
    )
    fail_open: bool = setting(
        default=False,
        title="Fail open",
        help="Once no instance is left in rotation, all are used (AWS ALB, NLB and Route 53 do so): checks that "
        "fail everywhere say more about the checks. Off: requests fail at once (unavailable).",
    )


class Outlier(Config):
    """Leaves out for a while whoever fails requests again and again, as Envoy's outlier detection does."""

    consecutive: int = setting(
        5,
        title="Failures in a row",
        help="Requests in a row that fail at an instance before it is ejected (Envoy: 5). Timeouts, refused and "
        "broken connections and errors count; refusals that blame the caller (rate limited, unauthorized, "
        "conflict) do not.",
        ge=1,
        le=100_000,
    )
    sweep: float = setting(
        10.0,
        title="Sweep",
        unit="s",
        help="From one look at who may come back to the next (Envoy: 10 s). At each, who was not ejected since "
        "is forgiven one ejection.",
        ge=0.001,
        le=1e6,
    )
    base: float = setting(
        30.0,
        title="Ejected for",
        unit="s",
        help="The first time; the k-th time in a row k times as long, until the next sweep (Envoy: 30 s).",
        gt=0.0,
        le=1e6,
    )
    longest: float = setting(
        300.0,
        title="At most for",
        unit="s",
        help="However often it was ejected; never less than the first time (Envoy: 300 s).",
        gt=0.0,
        le=1e6,
    )
    share: float = setting(
        0.1,
        title="Most ejected",
        unit="%",
        help="Nobody more is ejected once this share of the instances is (Envoy: 10 %); one always may be.",
        gt=0.0,
        le=1.0,
    )


HEALTH: Final[Any] = setting(
    Health(),
    title="Health checks",
    group="Health",
    help="How it probes instances and leaves out the bad ones, by connections (layer 4) unless told "
    "otherwise. Off: it goes on sending them requests.",
)
OUTLIER: Final[Any] = setting(
    None,
    title="Outlier ejection",
    group="Health",
    help="Passive checks: the outcomes of requests themselves tell who is bad. Off: only health checks do.",
)
