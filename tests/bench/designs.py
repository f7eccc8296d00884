"""The designs that are measured, as raw design files."""

from __future__ import annotations

from typing import Any

Raw = dict[str, Any]


def node(name: str, kind: str, x: float, y: float, **config: Any) -> Raw:
    return {"id": name, "kind": kind, "name": name, "x": x, "y": y, "frame": None, "config": config}


def link(source: str, target: str, **config: Any) -> Raw:
    return {"id": f"{source}-{target}", "source": source, "target": target, "config": config}


def design(title: str, nodes: list[Raw], links: list[Raw], duration: float) -> Raw:
    return {
        "windtunnel": 1,
        "title": title,
        "nodes": nodes,
        "links": links,
        "frames": [],
        "notes": [],
        "scenario": {"duration": duration, "warmup": 0, "seed": 1, "events": []},
        "objectives": [],
    }


def poisson(rate: float) -> Raw:
    return {"arrivals": {"process": "poisson", "rate": rate}}


def exponential(mean: float) -> Raw:
    return {"law": "exponential", "mean": mean}


def single_station(requests: int) -> Raw:
    """M/M/4 at 75 % load, nothing else."""
    rate = 300.0
    nodes = [
        node("users", "client", 0, 0, **poisson(rate)),
        node("web", "service", 300, 0, instances=1, workers=4, service_time=exponential(0.01)),
    ]
    return design("One station", nodes, [link("users", "web")], requests / rate)


def one_queue(requests: int) -> Raw:
    """M/M/1 at 80 % load, nothing else."""
    rate = 80.0
    nodes = [
        node("users", "client", 0, 0, **poisson(rate)),
        node("web", "service", 300, 0, instances=1, workers=1, service_time=exponential(0.01)),
    ]
    return design("One queue", nodes, [link("users", "web")], requests / rate)


def three_tiers(requests: int, rate: float = 2500.0) -> Raw:
    """Client, balancer, eight services of four workers, a database; a timeout on every call."""
    nodes = [
        node("users", "client", 0, 0, **poisson(rate)),
        node("balancer", "load_balancer", 300, 0, picker="round_robin"),
        node("web", "service", 600, 0, instances=8, workers=4, service_time=exponential(0.004)),
        node("db", "sql_database", 900, 0, connections=16, read_time=exponential(0.004)),
    ]
    network = {"law": "constant", "mean": 0.0005}
    links = [
        link("users", "balancer", delay=network, timeout=2.0),
        link("balancer", "web", delay=network, timeout=1.5),
        link("web", "db", delay=network, timeout=1.0),
    ]
    return design("Three tiers", nodes, links, requests / rate)


def overloaded(requests: int) -> Raw:
    """The three tiers, offered 117 % of what their database can do: most calls time out."""
    return three_tiers(requests, rate=1.17 * 4000.0)


def features(requests: int) -> dict[str, Raw]:
    """Three tiers without anything, and with one feature each on top of it."""
    found = {name: three_tiers(requests) for name in ("bare", "timeouts", "retries", "cache")}
    for name, raw in found.items():
        for each in raw["links"]:
            if name != "timeouts":
                del each["config"]["timeout"]
            if name == "retries":
                each["config"]["retry"] = {"attempts": 3}
    cached = found["cache"]
    cached["nodes"].append(node("cache", "cache", 750, 0))
    delay = cached["links"][-1]["config"]
    cached["links"][-1:] = [link("web", "cache", **delay), link("cache", "db", **delay)]
    return found


def looked_up(requests: int, **config: Any) -> Raw:
    """Keys that are looked up in a cache with room for half of them, and in a database where they are not."""
    rate = 1000.0
    nodes = [
        node("users", "client", 0, 0, **poisson(rate)),
        node("cache", "cache", 300, 0, **({"capacity": 5000, "prewarm": True} | config)),
        node("db", "sql_database", 600, 0),
    ]
    links = [link("users", "cache"), link("cache", "db")]
    return design("Look-ups", nodes, links, requests / rate)


def replicated(requests: int, keys: int = 10_000, mode: str = "leaderless") -> Raw:
    """Writes of keys at a cluster of three replicas, of which two have to take each."""
    rate = 1000.0
    nodes = [
        node("users", "client", 0, 0, mix={"put": 1.0}, **poisson(rate)),
        node("kv", "key_value_cluster", 300, 0, mode=mode),
    ]
    made = design("Quorum writes", nodes, [link("users", "kv")], requests / rate)
    law = {"law": "uniform", "count": keys}
    made["classes"] = [{"name": "put", "operation": "write", "keys": law}]
    return made


def protected(requests: int) -> Raw:
    """Three tiers with a breaker and a retry budget on every link, and a rate limit at every node."""
    raw = three_tiers(requests)
    for each in raw["links"]:
        each["config"]["retry"] = {"attempts": 3, "budget": {}}
        each["config"]["breaker"] = {}
    for each in raw["nodes"][1:]:
        each["config"]["admission"] = {"rate_limit": {"rate": 1e5, "burst": 1000}}
    return raw


def recorded(arrivals: int) -> Raw:
    """A client that replays so many recorded arrivals."""
    raw = single_station(arrivals)
    times = [place / 300.0 for place in range(arrivals)]
    raw["nodes"][0]["config"] = {"arrivals": {"process": "trace", "times": times}}
    return raw


def autoscaled(services: int, instances: int, acts: int) -> Raw:
    """Services that hardly anybody calls, each with an autoscaler that adds an instance ten times a second."""
    nodes, links = [], []
    scale = {
        "interval": 0.1,
        "metric": "rate",
        "steps": [[0.0, 1]],
        "max": instances + acts,
        "up": {"instances": 1, "per": 0.1},
    }
    for row in range(services):
        users, web = f"u{row}", f"w{row}"
        nodes.append(node(users, "client", 0, 200.0 * row, **poisson(0.01)))
        nodes.append(node(web, "service", 300, 200.0 * row, instances=instances, autoscale=scale))
        links.append(link(users, web))
    return design("Autoscaled", nodes, links, 0.1 * acts + 0.05)


def spread(count: int, requests: int, rate: float = 4000.0) -> Raw:
    """The same traffic over `count` nodes, of which each request sees four."""
    raw = grid(count, count, rate / (count // 5))
    for each in raw["nodes"]:
        if each["kind"] == "service":
            each["config"]["service_time"] = exponential(0.001)
        elif each["kind"] == "sql_database":
            each["config"]["read_time"] = exponential(0.001)
    raw["scenario"]["duration"] = requests / rate
    return raw


def dense(services: int, links: int) -> Raw:
    """Services in rows of three, with many links from each to those behind it, and one client."""
    nodes = [node("users", "client", 0, 0, **poisson(20.0))]
    nodes += [
        node(f"s{place}", "service", 300.0 * (1 + place % 3), 220.0 * (place // 3), workers=4)
        for place in range(services)
    ]
    pairs = [(first, second) for first in range(services) for second in range(first + 1, services)]
    edges = [link("users", "s0")]
    for place in range(links - 1):
        first, second = pairs[place % len(pairs)]
        edges.append(link(f"s{first}", f"s{second}") | {"id": f"l{place}"})
    return design(f"{links} links", nodes, edges, 3600)


def grid(count: int, links: int, rate: float = 20.0) -> Raw:
    """`count` nodes in rows of five: a client, a balancer, two services and a database each."""
    nodes, edges = [], []
    for row in range(count // 5):
        x, y = (row % 6) * 1500.0, (row // 6) * 420.0
        users, balancer, web, api, db = (f"{kind}{row}" for kind in ("u", "b", "w", "a", "d"))
        nodes += [
            node(users, "client", x, y, **poisson(rate)),
            node(balancer, "load_balancer", x + 280, y),
            node(web, "service", x + 560, y, workers=4, service_time=exponential(0.01)),
            node(api, "service", x + 560, y + 200, workers=4, service_time=exponential(0.01)),
            node(db, "sql_database", x + 840, y, connections=8),
        ]
        edges += [
            link(users, balancer),
            link(balancer, web),
            link(balancer, api),
            link(web, db),
            link(api, db),
        ]
    for row in range(links - len(edges)):
        more = link(f"w{row % (count // 5)}", f"a{(row + 1) % (count // 5)}")
        edges.append(more | {"id": f"more-{row}"})
    return design(f"{count} nodes", nodes, edges[:links], 3600)
