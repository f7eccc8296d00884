"""Health checks as people set them: what a balancer asks its targets, how often, and what it makes of it."""

from __future__ import annotations

from typing import Literal

from engine.model.fields import Config, setting


class Health(Config):
    """Checks that travel like requests."""

    interval: float = setting(
        2.0,
        title="Interval",
        unit="s",
        help="Time from the end of a check to the beginning of the next (HAProxy's inter: 2 s; AWS ALB: "
        "30 s). Who says nothing is out after what is left of one, failures × timeout and (failures - 1) "
        "× interval; who refuses, without the timeouts. HAProxy with fall 3, rise 2 and a timeout of 1 s "
        "took 5.4 to 5.8 s, 2.1 to 2.7 s, and 1.2 to 1.9 s to return: that is an interval of 1 s, its "
        "fastinter where one is set, since it counts while a verdict is open.",
        gt=0.0,
        le=1e6,
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
    layer: Literal[4, 7] = setting(
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
