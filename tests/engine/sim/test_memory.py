"""Memory does not grow with the number of requests."""

from __future__ import annotations

import gc
import tracemalloc

from engine.control.simulation import Simulation
from tests.helpers.plans import (
    cache,
    client,
    exponential,
    link,
    plan,
    queue,
    retry,
    router,
    station,
)


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
