"""Memory does not grow with the number of requests."""

from __future__ import annotations

import gc
import tracemalloc

import pytest

from engine.control.simulation import Simulation
from engine.model.policies.auth import Auth, Jwks, Lockout
from engine.model.policies.tenants import Tenants
from engine.model.policies.user_sessions import UserSessions
from engine.plan.primitives import IssuePlan, NodePlan, TrafficPlan
from engine.sim.compiled import lane_mode
from engine.sim.lane.call import Call
from engine.sim.lane.tracing.records import SpanRecord, TraceRecord
from tests.helpers.plans import (
    cache,
    client,
    constant,
    exponential,
    link,
    plan,
    queue,
    retry,
    router,
    station,
)

COLLECTORS = 16
"""Bytes that CPython puts before an object for its collector of cycles."""


def test_a_long_run_keeps_nothing() -> None:
    nodes = [
        client(rate=500.0),
        router("lb", "least_connections"),
        station("web", exponential(0.01), instances=4, workers=2, queue_limit=50),
        cache("cache", 50, ttl=5.0, single_flight=True),
        station("db", exponential(0.001), discipline="ps", workers=4),
        queue("queue", 100),
        station("workers", exponential(0.001), pulls=True),
    ]
    links = [
        link("users", "lb", timeout=0.5, retry=retry(2, base=0.01)),
        link("lb", "web", delay=0.0005, timeout=0.4),
        link("web", "cache", timeout=0.3),
        link("cache", "db", timeout=0.2),
        link("web", "queue", waits=False, timeout=1.0, order=1),
        link("queue", "workers"),
    ]
    simulation = Simulation(plan(nodes, links))
    tracemalloc.start()
    try:
        sizes = []
        for until in (80.0, 200.0):  # by 80 s all buffers and records are as long as they get
            simulation.advance(until)
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    requests = 120.0 * 500.0
    assert (sizes[1] - sizes[0]) / requests < 8.0, "bytes a request; one float alone takes 24"


def test_requests_leave_no_cycles_behind() -> None:
    """The collector of cycles stands still during a run, so there must be nothing for it."""
    nodes = [client(rate=500.0), router("lb"), station("web", exponential(0.005), workers=2)]
    links = [link("users", "lb", timeout=0.02, retry=retry(3)), link("lb", "web", timeout=0.01)]
    simulation = Simulation(plan(nodes, links))
    simulation.advance(5.0)
    gc.collect()
    simulation.advance(25.0)
    assert gc.collect() < 200


def known(users: int) -> int:
    """Bytes after five requests of each of some users, who have a token, a session and a tenant each."""
    traffic = TrafficPlan(
        process="poisson",
        schedule=((0.0, 20_000.0),),
        known_users=users,
        tenants=Tenants(count=50).shares(),
    )
    auth = Auth(mode="token", server="idp", jwks=Jwks(), lockout=Lockout())
    issue = IssuePlan(login=constant(0.1), refresh=constant(0.002))
    nodes = [
        NodePlan(id="users", traffic=traffic),
        station("api", 0.0, workers=None, gates=(auth, UserSessions(where="memory"))),
        NodePlan(id="idp", station=station("idp", 0.0005, workers=64).station, issue=issue),
    ]
    simulation = Simulation(plan(nodes, [link("users", "api"), link("api", "idp", checks=True)]))
    tracemalloc.start()
    try:
        simulation.advance(5.0)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


@pytest.mark.skipif(lane_mode() == "interpreted", reason="objects are larger in Python")
def test_a_user_takes_less_than_a_kilobyte() -> None:
    """So that a hundred thousand of them take less than a hundred megabytes."""
    known(10)  # what is made once
    assert (known(20_000) - known(10)) / 20_000 < 1000.0


@pytest.mark.skipif(lane_mode() == "interpreted", reason="objects are larger in Python")
def test_a_call_takes_no_more_lines_of_memory_than_four() -> None:
    """Under overload most calls wait for their timeout, and each line of them comes from memory."""
    assert Call.__basicsize__ + COLLECTORS <= 208


@pytest.mark.skipif(lane_mode() == "interpreted", reason="objects are larger in Python")
def test_what_is_recorded_of_an_attempt_takes_two_lines_of_memory() -> None:
    """A block of this size begins where a line does, and each visit to what was left for a while touches one."""
    assert SpanRecord.__basicsize__ + COLLECTORS <= 128
    assert TraceRecord.__basicsize__ + COLLECTORS <= 128
