"""The peers' side, run by their own Python: `python theirs.py WORKLOAD SEED…` prints JSON.

It imports nothing of this project. Only the simulation is timed, not the reading of its records.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import time
from typing import Any

Raw = dict[str, Any]


# AsyncFlow


def exponential(mean: float) -> Raw:
    return {"mean": mean, "distribution": "exponential"}


def edge(name: str, source: str, target: str, mean: float) -> Raw:
    return {"id": name, "source": source, "target": target, "latency": exponential(mean)}


def step(kind: str, operation: str, amount: float) -> Raw:
    return {"kind": kind, "step_operation": {operation: amount}}


def server(name: str, cores: int, memory: int, steps: list[Raw]) -> Raw:
    return {
        "id": name,
        "server_resources": {"cpu_cores": cores, "ram_mb": memory},
        "endpoints": [{"endpoint_name": "/api", "steps": steps}],
    }


def asyncflow(
    users: int, per_minute: int, seconds: int, servers: list[Raw], edges: list[Raw], **more: Any
) -> Raw:
    """A payload; with several servers there is a balancer."""
    nodes: Raw = {"client": {"id": "client"}, "servers": servers}
    if len(servers) > 1:
        names = [each["id"] for each in servers]
        nodes["load_balancer"] = {
            "id": "balancer",
            "algorithms": "round_robin",
            "server_covered": names,
        }
    return {
        "rqs_input": {
            "id": "users",
            "avg_active_users": {"mean": users},
            "avg_request_per_minute_per_user": {"mean": per_minute},
            "user_sampling_window": 60,
        },
        "topology_graph": {"nodes": nodes, "edges": edges},
        "sim_settings": {
            "total_simulation_time": seconds,
            "sample_period_s": 0.02,
            "enabled_sample_metrics": [
                "ready_queue_len",
                "event_loop_io_sleep",
                "ram_in_use",
                "edge_concurrent_connection",
            ],
            "enabled_event_metrics": ["rqs_clock"],
        },
        **more,
    }


def cpu_memory_wait(cpu: float, memory: float, wait: float) -> list[Raw]:
    return [
        step("initial_parsing", "cpu_time", cpu),
        step("ram", "necessary_ram", memory),
        step("io_wait", "io_waiting_time", wait),
    ]


LINE = [
    edge("users-client", "users", "client", 0.003),
    edge("client-one", "client", "one", 0.003),
    edge("one-client", "one", "client", 0.003),
]
BALANCED = [
    edge("users-client", "users", "client", 0.003),
    edge("client-balancer", "client", "balancer", 0.002),
    edge("balancer-one", "balancer", "one", 0.002),
    edge("balancer-two", "balancer", "two", 0.002),
    edge("one-client", "one", "client", 0.003),
    edge("two-client", "two", "client", 0.003),
]


def single_server() -> Raw:
    """Its single-server example."""
    steps = cpu_memory_wait(0.001, 100, 0.1)
    return asyncflow(100, 20, 500, [server("one", 1, 2048, steps)], LINE)


def heavy_server() -> Raw:
    """Its heavy example: memory nearly full, and for two minutes a way that takes 3 s longer."""
    steps = cpu_memory_wait(0.005, 200, 0.2)
    spike = {"kind": "network_spike_start", "t_start": 180.0, "spike_s": 3.0}
    end = {"kind": "network_spike_end", "t_end": 300.0}
    events = [{"event_id": "spike", "target_id": "client-one", "start": spike, "end": end}]
    return asyncflow(300, 30, 600, [server("one", 1, 8000, steps)], LINE, events=events)


def two_servers(users: int = 120) -> Raw:
    """Its example of two unequal servers behind a balancer."""
    second = [
        step("ram", "necessary_ram", 96),
        step("io_db", "io_waiting_time", 0.02),
        step("cpu_bound_operation", "cpu_time", 0.001),
    ]
    servers = [
        server("one", 1, 1024, cpu_memory_wait(0.002, 64, 0.012)),
        server("two", 2, 2048, second),
    ]
    return asyncflow(users, 20, 600, servers, BALANCED)


def two_servers_failing() -> Raw:
    """Its example of events: three spikes of the network and an outage of each server."""
    steps = cpu_memory_wait(0.002, 128, 0.012)
    servers = [server("one", 1, 2048, steps), server("two", 1, 2048, steps)]
    events = []
    for target, start, end, seconds in (
        ("client-balancer", 100.0, 160.0, 0.015),
        ("balancer-two", 300.0, 360.0, 0.02),
        ("users-client", 480.0, 540.0, 0.01),
    ):
        begin = {"kind": "network_spike_start", "t_start": start, "spike_s": seconds}
        over = {"kind": "network_spike_end", "t_end": end}
        events.append({"event_id": target, "target_id": target, "start": begin, "end": over})
    for target, start, end in (("one", 180.0, 240.0), ("two", 360.0, 420.0)):
        begin = {"kind": "server_down", "t_start": start}
        over = {"kind": "server_up", "t_end": end}
        events.append({"event_id": target, "target_id": target, "start": begin, "end": over})
    return asyncflow(120, 20, 600, servers, BALANCED, events=events)


def run_asyncflow(raw: Raw, seed: int) -> Raw:
    """One replication; the runner takes no seed, so its generator is put in its place."""
    import numpy as np
    import simpy
    from asyncflow.runtime.simulation_runner import SimulationRunner
    from asyncflow.schemas.payload import SimulationPayload

    payload = SimulationPayload.model_validate(raw)
    runner = SimulationRunner(env=simpy.Environment(), simulation_input=payload)
    runner.rng = np.random.default_rng(seed)
    begun = time.perf_counter()
    result = runner.run()
    wall = time.perf_counter() - begun
    found = {key.name.lower(): float(value) for key, value in result.get_latency_stats().items()}
    return {
        "wall": wall,
        "requests": found["total_requests"],
        "mean": found["mean"],
        "p50": found["median"],
        "p95": found["p95"],
        "p99": found["p99"],
    }


# Ciw


def run_ciw(seed: int, duration: float = 60_000.0) -> Raw:
    """The café of its tutorial: cold food, hot food, tills; each figure from a tenth on."""
    import ciw

    each = ciw.dists.Exponential
    network = ciw.create_network(
        arrival_distributions=[each(rate=0.3), each(rate=0.2), None],
        service_distributions=[each(rate=1.0), each(rate=0.4), each(rate=0.5)],
        routing=[[0.0, 0.3, 0.7], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]],
        number_of_servers=[1, 2, 2],
    )
    ciw.seed(seed)
    simulation = ciw.Simulation(network)
    begun = time.perf_counter()
    simulation.simulate_until_max_time(duration)
    wall = time.perf_counter() - begun
    records = simulation.get_all_records()
    stays: dict[int, list[float]] = {}
    waits: dict[int, list[float]] = {1: [], 2: [], 3: []}
    left: set[int] = set()
    for record in records:
        stay = stays.setdefault(record.id_number, [record.arrival_date, record.exit_date])
        stay[0] = min(stay[0], record.arrival_date)
        stay[1] = max(stay[1], record.exit_date)
        if record.node == 3:
            left.add(record.id_number)
        if record.arrival_date >= duration / 10:
            waits[record.node].append(record.waiting_time)
    whole = [
        end - start
        for customer, (start, end) in stays.items()
        if customer in left and start >= duration / 10
    ]
    names = {1: "cold", 2: "hot", 3: "tills"}
    found = {f"wait_{names[node]}": statistics.fmean(each) for node, each in waits.items()}
    return {"wall": wall, "requests": len(stays), "mean": statistics.fmean(whole), **found}


# happysim


def run_happysim(seed: int, rate: float = 300.0, workers: int = 4, duration: float = 200.0) -> Raw:
    """M/M/4, the stay of each request from a tenth on."""
    from happysimulator.components.common import Sink
    from happysimulator.components.server.server import Server
    from happysimulator.core.simulation import Simulation
    from happysimulator.distributions.exponential import ExponentialLatency
    from happysimulator.load.source import Source

    random.seed(seed)
    sink = Sink("sink")
    web = Server("web", concurrency=workers, service_time=ExponentialLatency(0.01), downstream=sink)
    source = Source.poisson(rate=rate, target=web)
    simulation = Simulation(duration=duration, sources=[source], entities=[web, sink])
    begun = time.perf_counter()
    simulation.run()
    wall = time.perf_counter() - begun
    stays = sorted(sink.latencies_s[len(sink.latencies_s) // 10 :])
    return {
        "wall": wall,
        "requests": sink.events_received,
        "mean": statistics.fmean(stays),
        "p50": stays[len(stays) // 2],
        "p95": stays[int(len(stays) * 0.95)],
        "p99": stays[int(len(stays) * 0.99)],
    }


WORKLOADS = {
    "asyncflow-single": lambda seed: run_asyncflow(single_server(), seed),
    "asyncflow-heavy": lambda seed: run_asyncflow(heavy_server(), seed),
    "asyncflow-two": lambda seed: run_asyncflow(two_servers(), seed),
    "asyncflow-two-busy": lambda seed: run_asyncflow(two_servers(375), seed),
    "asyncflow-two-failing": lambda seed: run_asyncflow(two_servers_failing(), seed),
    "ciw-cafe": run_ciw,
    "happysim-station": run_happysim,
}


if __name__ == "__main__":
    name, *seeds = sys.argv[1:]
    sys.stdout.write(json.dumps([WORKLOADS[name](int(seed)) for seed in seeds]) + "\n")
