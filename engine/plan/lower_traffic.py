"""Arrival processes of a design, as primitives."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.model.arrivals import (
    MAX_USERS,
    ActiveUsers,
    Arrivals,
    Closed,
    Deterministic,
    Mmpp,
    Poisson,
    Sessions,
    Trace,
)
from engine.plan.lower import law_plan
from engine.plan.primitives import INFINITE, CrowdPlan, SessionPlan, TrafficPlan, WrongPlan

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.policies.tenants import Tenants
    from engine.model.policies.wrong_credentials import WrongCredentials
    from engine.plan.primitives import ClassPlan


def traffic_plan(
    arrivals: Arrivals, mix: tuple[float, ...], classes: Sequence[ClassPlan]
) -> TrafficPlan:
    """An arrival process as numbers."""
    match arrivals:
        case Poisson() | Deterministic():
            return TrafficPlan(
                process=arrivals.process,
                schedule=arrivals.schedule(),
                mix=mix,
                known_users=arrivals.users or 0,
            )
        case Mmpp():
            return TrafficPlan(
                process="mmpp",
                schedule=arrivals.schedule(),
                mix=mix,
                burst_factor=arrivals.burst_factor,
                burst_mean=arrivals.burst_mean,
                calm_mean=arrivals.calm_mean,
                known_users=arrivals.users or 0,
            )
        case ActiveUsers():
            rate = arrivals.users * arrivals.rate_per_user
            crowd = _crowd(arrivals)
            return TrafficPlan(
                process="active_users",
                schedule=((0.0, rate),),
                mix=mix,
                crowd=crowd,
                known_users=min(MAX_USERS, round(arrivals.users)),
            )
        case Sessions():
            return TrafficPlan(
                process="sessions",
                schedule=arrivals.schedule(),
                mix=mix,
                think=law_plan(arrivals.think_law()),
                session=SessionPlan(mean=arrivals.requests, law=arrivals.requests_law),
            )
        case Closed():
            think = law_plan(arrivals.think_law())
            return TrafficPlan(process="closed", mix=mix, users=arrivals.users, think=think)
        case Trace():
            return _trace(arrivals, mix, classes)


def with_users(
    traffic: TrafficPlan, tenants: Tenants | None, wrong: WrongCredentials | None
) -> TrafficPlan:
    """The traffic of users who belong to tenants, or some of whom are not who they say."""
    if tenants is not None:
        traffic = replace(traffic, tenants=tenants.shares())
    if wrong is not None:
        plan = WrongPlan(share=wrong.share, of=wrong.of or "")
        traffic = replace(traffic, wrong_credentials=plan)
    return traffic


def _crowd(arrivals: ActiveUsers) -> CrowdPlan:
    """The number of active users; its variance is the mean where nothing else is said."""
    given = arrivals.users_variance if arrivals.users_law == "normal" else None
    return CrowdPlan(
        mean=arrivals.users,
        variance=arrivals.users if given is None else given,
        law=arrivals.users_law,
        window=arrivals.window,
    )


def _trace(arrivals: Trace, mix: tuple[float, ...], classes: Sequence[ClassPlan]) -> TrafficPlan:
    """A recording in the order of time, at its speed."""
    order = sorted(range(len(arrivals.times)), key=arrivals.times.__getitem__)
    places = {kind.name: place for place, kind in enumerate(classes)}
    names, keys = arrivals.classes or (), arrivals.keys or ()
    return TrafficPlan(
        process="trace",
        mix=mix,
        times=tuple(arrivals.times[place] / arrivals.speed for place in order),
        kinds=tuple(places.get(names[place], 0) for place in order) if names else (),
        keys=tuple(keys[place] for place in order) if keys else (),
        known_users=arrivals.users or 0,
        period=INFINITE if arrivals.repeat is None else arrivals.repeat / arrivals.speed,
    )
