"""This side: the peers' workloads as designs.

AsyncFlow's server is three stations: its memory (a place for each request that fits, held until the request
leaves), its cores, and the waits of its event loop, where any number of requests may be. Its ways have
an own latency each, out and back; here a link has the same on both ways, so the links carry them in pairs.
"""

from __future__ import annotations

from typing import Any

from tests.bench.designs import Raw, design, exponential, link, node

ANY = 100_000
"""Workers where nobody ever waits for one."""


def constant(mean: float) -> Raw:
    return {"law": "constant", "mean": mean}


def active_users(users: int, per_minute: int) -> Raw:
    arrivals = {"process": "active_users", "users": users, "rate_per_user": per_minute / 60.0}
    return node("users", "client", 0, 0, arrivals=arrivals)


def station(name: str, workers: int, law: Raw, **more: Any) -> Raw:
    return node(name, "service", 0, 0, workers=workers, service_time=law, **more)


def server(
    name: str, cores: int, places: int, steps: list[tuple[str, float]]
) -> tuple[list[Raw], list[Raw]]:
    """A server whose requests take steps in turn: `cpu` on a core, or `wait` beside it."""
    nodes, links = [station(name, places, constant(0.0), hold_while_waiting=True)], []
    for order, (kind, seconds) in enumerate(steps):
        part = f"{name}-{kind}"
        workers = cores if kind == "cpu" else ANY
        nodes.append(station(part, workers, constant(seconds)))
        links.append(link(name, part, order=order))
    return nodes, links


def whole(
    title: str,
    parts: list[tuple[list[Raw], list[Raw]]],
    seconds: float,
    events: list[Raw] | None = None,
) -> Raw:
    """A design of several parts, measured from its start as AsyncFlow does."""
    nodes = [each for found, _ in parts for each in found]
    links = [each for _, found in parts for each in found]
    made = design(title, nodes, links, seconds)
    made["scenario"]["events"] = events or []
    return made


def single_server() -> Raw:
    one = server("one", 1, 2048 // 100, [("cpu", 0.001), ("wait", 0.1)])
    # Three ways of 3 ms each: one to the client, which only goes out, and one either way.
    nodes = [active_users(100, 20), station("client", ANY, exponential(0.003))]
    links = [link("users", "client"), link("client", "one", delay=exponential(0.003))]
    return whole("AsyncFlow: single server", [(nodes, links), one], 500)


def heavy_server() -> Raw:
    one = server("one", 1, 8000 // 200, [("cpu", 0.005), ("wait", 0.2)])
    nodes = [active_users(300, 30), station("client", ANY, exponential(0.003))]
    # A link is slow on both ways in a `delay` event, so the spike is a place where all are held up.
    nodes.append(station("spike", ANY, constant(0.0)))
    links = [
        link("users", "client"),
        link("client", "spike"),
        link("spike", "one", delay=exponential(0.003)),
    ]
    return whole("AsyncFlow: heavy", [(nodes, links), one], 600, [spike("spike", 180, 300, 3.0)])


def spike(target: str, start: float, end: float, seconds: float) -> Raw:
    """A way out that takes longer for a while."""
    value = constant(seconds)
    change = {"change": "set", "path": "service_time", "value": value}
    return {"at": start, "duration": end - start, "target": target, **change}


def outage(target: str, start: float, end: float) -> Raw:
    """A server that the balancer leaves out for a while; what it has it finishes."""
    change = {"change": "set", "path": "classes", "value": []}
    return {"at": start, "duration": end - start, "target": f"balancer-{target}", **change}


def balancer() -> Raw:
    return node("balancer", "load_balancer", 0, 0, picker="round_robin", health=None)


def two_servers(users: int = 120) -> Raw:
    """Ways of 3, 2 and 2 ms out and 3 ms back: here two links of 3 and 2 ms, out and back."""
    one = server("one", 1, 1024 // 64, [("cpu", 0.002), ("wait", 0.012)])
    two = server("two", 2, 2048 // 96, [("wait", 0.02), ("cpu", 0.001)])
    links = [
        link("users", "balancer", delay=exponential(0.003)),
        link("balancer", "one", delay=exponential(0.002)),
        link("balancer", "two", delay=exponential(0.002)),
    ]
    ways = ([active_users(users, 20), balancer()], links)
    return whole("AsyncFlow: two servers", [ways, one, two], 600)


def two_servers_failing() -> Raw:
    steps = [("cpu", 0.002), ("wait", 0.012)]
    # Spikes are on the way out only, so each has a place of its own where all are held up.
    nodes = [active_users(120, 20), balancer()]
    nodes += [station(name, ANY, constant(0.0)) for name in ("client", "two-way")]
    links = [
        link("users", "client", delay=exponential(0.003)),
        link("client", "balancer", delay=exponential(0.002)),
        link("balancer", "one"),
        link("balancer", "two-way"),
        link("two-way", "two"),
    ]
    parts = [(nodes, links), server("one", 1, 16, steps), server("two", 1, 16, steps)]
    events = [
        spike("client", 100, 160, 0.015),
        outage("one", 180, 240),
        spike("two-way", 300, 360, 0.02),
        outage("two-way", 360, 420),
        spike("client", 480, 540, 0.01),
    ]
    return whole("AsyncFlow: two servers, failing", parts, 600, events)


def cafe(duration: float = 60_000.0) -> Raw:
    """Ciw's three nodes. Cold food goes to hot food or to the tills, by weight."""
    nodes = [
        node("cold-first", "client", 0, 0, arrivals={"process": "poisson", "rate": 0.3}),
        node("hot-first", "client", 0, 0, arrivals={"process": "poisson", "rate": 0.2}),
        station("cold", 1, exponential(1.0), hold_while_waiting=False),
        node("then", "load_balancer", 0, 0, picker="weighted", health=None),
        station("hot", 2, exponential(2.5), hold_while_waiting=False),
        station("tills", 2, exponential(2.0)),
    ]
    links = [
        link("cold-first", "cold"),
        link("hot-first", "hot"),
        link("cold", "then"),
        link("then", "hot", weight=0.3),
        link("then", "tills", weight=0.7),
        link("hot", "tills"),
    ]
    made = design("Ciw: café", nodes, links, duration)
    made["scenario"]["warmup"] = duration / 10
    return made


def single_station(duration: float = 200.0) -> Raw:
    """happysim's M/M/4."""
    nodes = [
        node("users", "client", 0, 0, arrivals={"process": "poisson", "rate": 300.0}),
        station("web", 4, exponential(0.01)),
    ]
    made = design("happysim: M/M/4", nodes, [link("users", "web")], duration)
    made["scenario"]["warmup"] = duration / 10
    return made


DESIGNS = {
    "asyncflow-single": single_server,
    "asyncflow-heavy": heavy_server,
    "asyncflow-two": two_servers,
    "asyncflow-two-busy": lambda: two_servers(375),
    "asyncflow-two-failing": two_servers_failing,
    "ciw-cafe": cafe,
    "happysim-station": single_station,
}
"""By the names of the peers' workloads."""
