"""What was too much from the first second on has no event: the chain begins with what comes and what can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.run.session import Session
from engine.why.chain import explain
from engine.why.record import Record
from tests.helpers.builders import client, constant, design, exponential, link, node
from tests.helpers.chains import chain_of

if TYPE_CHECKING:
    from engine.model.design import Design

Raw = dict[str, Any]
END = 40.0
KEYS = [{"name": "read", "keys": {"law": "zipf", "count": 10_000, "alpha": 0.8}}]


def web(**config: Any) -> Raw:
    """Eight workers of 10 ms: 800 a second."""
    return node("web", "service", **{"workers": 8, "service_time": exponential(0.01)} | config)


def db(connections: int, mean: float = 0.02) -> Raw:
    return node("db", "sql_database", connections=connections, read_time=exponential(mean))


def made(nodes: list[Raw], links: list[Raw], **more: Any) -> Design:
    return design(nodes, links, **{"duration": END, "warmup": 0.0, "seed": 101} | more)


def one(rate: float, *, timeout: float | None = 1.0, **config: Any) -> Design:
    limits = {} if timeout is None else {"timeout": timeout}
    return made([client("users", rate), web(**config)], [link("users", "web", **limits)])


def crowd(users: int, think: float = 1.0, **limits: Any) -> Design:
    arrivals = {"process": "closed", "users": users, "think_time": exponential(think)}
    return made(
        [node("users", "client", arrivals=arrivals), web()], [link("users", "web", **limits)]
    )


def behind(last: Raw, rate: float = 400.0, timeout: float | None = 1.0, **limits: Any) -> Design:
    """Users of a web server that calls something, with limits on that link."""
    nodes = [client("users", rate), web(workers=64), last]
    return made(
        nodes,
        [
            link("users", "web", **({} if timeout is None else {"timeout": timeout})),
            link("web", last["id"], **limits),
        ],
    )


def cached(**cache: Any) -> Design:
    """A thousand reads a second through a cache, before a database that can do 250."""
    nodes = [client("users", 1000.0), node("cache", "cache", **cache), db(5)]
    links = [link("users", "cache", timeout=1.0), link("cache", "db", timeout=1.0)]
    return made(nodes, links, classes=KEYS)


def steps(points: list[tuple[float, float]]) -> Design:
    arrivals = {"process": "poisson", "rate": [list(each) for each in points]}
    nodes = [node("users", "client", arrivals=arrivals), web()]
    return made(nodes, [link("users", "web", timeout=1.0)])


def queued(rate: float) -> Design:
    nodes = [
        client("users", rate),
        web(),
        node("line", "queue"),
        node("packers", "worker", workers=2, service_time=exponential(0.01)),
    ]
    return made(nodes, [link("users", "web"), link("web", "line"), link("line", "packers")])


TOO_MUCH: dict[str, tuple[Design, str, float, tuple[str, ...]]] = {
    "the rate is too high": (
        one(1200.0),
        "web",
        800.0,
        ("offered 1.", "(8 at a time, 10 ms each)"),
    ),
    "nobody gives up": (one(1200.0, timeout=None), "web", 800.0, ("offered 1.",)),
    "just too high": (one(816.0, timeout=None), "web", 800.0, ("and can serve 800 rps",)),
    "the queue is bounded": (one(1200.0, queue_limit=100), "web", 800.0, ("offered 1.",)),
    "too few instances": (one(3000.0, instances=2), "web", 1600.0, ("(16 at a time, 10 ms each)",)),
    "too many users": (crowd(2000, timeout=1.0), "web", 800.0, ("by the 2,000 users of Users",)),
    "too many users who wait": (crowd(2000), "web", 800.0, ("would be offered 1.98k rps",)),
    "a link calls five times": (
        behind(db(10), 200.0, times=5),
        "db",
        500.0,
        ("5 for each request of Web",),
    ),
    "the database is small": (behind(db(4)), "db", 200.0, ("is offered", "4 at a time, 20 ms")),
    "the bulkhead is small": (
        behind(db(40), bulkhead={"concurrent": 4}),
        "web-db",
        200.0,
        ("4 calls at a time",),
    ),
    "the bulkhead has calls wait": (
        behind(db(40), bulkhead={"concurrent": 4, "pending": 100}),
        "web-db",
        200.0,
        ("4 calls at a time",),
    ),
    "the pool is small": (
        behind(db(40), connection={"max_connections": 4}),
        "web-db",
        200.0,
        ("4 connections at a time",),
    ),
    "the pool is small and nobody gives up": (
        behind(db(40), timeout=None, connection={"max_connections": 4}),
        "web-db",
        200.0,
        ("is to carry", "4 connections at a time"),
    ),
    "workers are held": (
        made(
            [client("users", 400.0), web(), db(40, 0.04)],
            [link("users", "web", timeout=1.0), link("web", "db")],
        ),
        "web",
        160.0,
        ("50 ms each, 40 ms of it for others",),
    ),
    "the cache begins empty": (
        cached(capacity=8000, ttl=60.0),
        "cache",
        0.75,
        ("begins empty, and lacks 7",),
    ),
    "the cache has no room": (
        cached(capacity=1, prewarm=True),
        "db",
        250.0,
        ("Cache lacks 99.9 %",),
    ),
    "retries multiply what would be served": (
        made(
            [
                client("users", 500.0),
                web(service_time={"law": "lognormal", "mean": 0.01, "cv2": 9.0}),
            ],
            [link("users", "web", timeout=0.015, retry={"attempts": 4, "backoff": {"base": 0.0}})],
        ),
        "users-web",
        4.0,
        ("retries multiply the calls",),
    ),
    "the rate limit is below the load": (
        one(400.0, admission={"rate_limit": {"rate": 100.0, "burst": 20}}),
        "web",
        100.0,
        ("offered 4", "its rate limit lets 100 rps in"),
    ),
    "the waiting room is below the load": (
        one(400.0, admission={"waiting_room": {"rate": 100.0}}),
        "web",
        100.0,
        ("offered 4", "its waiting room lets 100 rps in"),
    ),
    "the CPU quota is small": (
        behind(
            node(
                "shop",
                "service",
                workers=64,
                service_time=exponential(0.01),
                cpu={"quota": 0.2, "period": 0.1},
            )
        ),
        "shop",
        200.0,
        ("offered 4",),
    ),
    "the pool has calls wait for nobody": (
        behind(db(40), connection={"max_connections": 4, "max_pending": 0}),
        "web-db",
        200.0,
        ("4 connections at a time",),
    ),
    "the bandwidth is small": (
        behind(db(40), bandwidth=4e5),
        "web-db",
        4e5,
        ("is to carry", "and its bandwidth is 3.2 Mb/s"),
    ),
    "a function has too few instances": (
        made(
            [
                client("users", 300.0),
                node("fn", "function", service_time=exponential(0.1), concurrency=10),
            ],
            [link("users", "fn", timeout=1.0)],
        ),
        "fn",
        100.0,
        ("offered 30", "(10 at a time, 100 ms each)"),
    ),
    "the schedule begins high": (
        steps([(0.0, 1600.0), (20.0, 1600.0), (25.0, 300.0), (40.0, 300.0)]),
        "web",
        800.0,
        ("offered 1.6",),
    ),
    "more is published than worked on": (
        queued(300.0),
        "packers",
        200.0,
        ("Line gets ", "Packers can do 200 rps"),
    ),
    "more is published, by a tenth": (
        queued(225.0),
        "packers",
        200.0,
        ("Line gets ", "Packers can do 200 rps"),
    ),
}


@pytest.mark.parametrize("name", list(TOO_MUCH))
def test_what_was_too_much_from_the_beginning_is_named_first(name: str) -> None:
    wanted, item, value, says = TOO_MUCH[name]
    facts = chain_of(wanted)
    told = [(fact.time, fact.item, fact.what) for fact in facts]
    assert facts, name
    first = facts[0]
    assert (first.item, first.time, first.first) == (item, 0.0, True), told
    assert first.value == pytest.approx(value, rel=0.12), told
    assert all(each in first.what for each in says), told
    assert not any("as before" in fact.what for fact in facts), told
    recorded = "begins empty" in first.what or "retries multiply" in first.what
    assert first.inferred != recorded


SETTINGS: dict[str, tuple[Design, str, str]] = {
    "a timeout is too short": (
        one(300.0, timeout=0.005),
        "users-web",
        "the timeout of 5 ms is short for answers that take 9",
    ),
    "a link loses": (
        made([client("users", 300.0), web()], [link("users", "web", timeout=0.1, loss=0.3)]),
        "users-web",
        "loses 30 % of what is sent",
    ),
    "a link is not allowed": (
        behind(db(40), 20.0, allowed=False),
        "web-db",
        "nothing gets over Web → Db",
    ),
    "a link is not allowed, and nobody waits that long": (
        made(
            [client("users", 20.0), web(workers=64), db(40)],
            [link("users", "web"), link("web", "db", allowed=False, timeout=0.5)],
        ),
        "web-db",
        "nothing gets over Web → Db",
    ),
    "a circuit breaker takes all for slow": (
        behind(db(40), breaker={"window": 20, "minimum": 5, "slow_call": 0.001}),
        "web-db",
        "takes answers after 1 ms for slow, and they take",
    ),
    "a throttle refuses what would be served": (
        behind(db(40), 200.0, throttle={"factor": 1.0, "window": 20.0}),
        "web-db",
        "of the calls from the beginning (shed)",
    ),
    "an API fails": (
        behind(node("api", "external_api", error_share=0.2, admission=None), 50.0),
        "api",
        "fails 2",
    ),
}


@pytest.mark.parametrize("name", list(SETTINGS))
def test_what_fails_by_its_settings_is_named_first(name: str) -> None:
    wanted, item, says = SETTINGS[name]
    facts = chain_of(wanted)
    told = [(fact.time, fact.item, fact.what) for fact in facts]
    assert (facts[0].item, facts[0].time, facts[0].first) == (item, 0.0, True), told
    assert says in facts[0].what, told


def test_an_attacker_who_does_nothing_is_not_to_blame() -> None:
    attack = {"at": 4.0, "target": "web", "change": "compromise", "seconds": 3.0}
    nodes = [client("users", 20.0), web(workers=64), db(40)]
    links = [link("users", "web"), link("web", "db", allowed=False, timeout=0.5)]
    wanted = made(nodes, links, events=[attack])
    told = [fact.what for fact in chain_of(wanted)]
    assert told
    assert not any("Attacker" in each or "compromised" in each for each in told)


def test_an_event_at_the_beginning_is_the_cause() -> None:
    events = [{"at": 0.0, "duration": 20.0, "target": "web", "change": "slow", "factor": 5.0}]
    wanted = made(
        [client("users", 300.0), web()], [link("users", "web", timeout=0.5)], events=events
    )
    facts = chain_of(wanted)
    assert (facts[0].item, facts[0].what) == ("web", "Web slow × 5")
    assert sum(fact.first for fact in facts) == 1


def test_an_event_is_named_beside_what_was_too_much_before_it() -> None:
    """The web server is too small from the first second on; at 6 s it gets slower as well."""
    events = [{"at": 6.0, "duration": 20.0, "target": "web", "change": "slow", "factor": 5.0}]
    nodes = [client("users", 880.0), web()]
    facts = chain_of(made(nodes, [link("users", "web", timeout=1.0)], events=events))
    assert [fact.time for fact in facts if fact.first] == [0.0, 6.0]
    assert "can serve 800 rps" in facts[0].what


HEALTHY: dict[str, Design] = {
    "a little load": one(240.0),
    "much load": one(640.0, timeout=None),
    "users who wait": crowd(500),
    "users who wait at a busy server": crowd(700),
    "a job that works as fast as it can": crowd(20, 0.0),
    "a cold cache before a large database": made(
        [client("users", 1000.0), node("cache", "cache", capacity=8000, ttl=60.0), db(50)],
        [link("users", "cache", timeout=1.0), link("cache", "db", timeout=1.0)],
        classes=KEYS,
    ),
    "a schedule that begins high": steps(
        [(0.0, 600.0), (20.0, 600.0), (25.0, 200.0), (40.0, 200.0)]
    ),
    "a few jobs that take seconds": made(
        [
            node(
                "jobs",
                "client",
                arrivals={"process": "closed", "users": 4, "think_time": exponential(5.0)},
            ),
            node("heavy", "service", workers=2, service_time=exponential(1.0)),
        ],
        [link("jobs", "heavy")],
    ),
    "bursts": made(
        [
            node(
                "users",
                "client",
                arrivals={"process": "mmpp", "rate": 300.0, "burst_factor": 2.0},
            ),
            web(),
        ],
        [link("users", "web", timeout=1.0)],
    ),
    "a queue that keeps up": queued(160.0),
    "a pool with room": behind(db(40), connection={"max_connections": 16}),
    "a bulkhead with room": behind(db(40), bulkhead={"concurrent": 30}),
    "a rate limit above the load": one(
        300.0, admission={"rate_limit": {"rate": 400.0, "burst": 50}}
    ),
    "delays on the way": made(
        [client("users", 100.0), web()], [link("users", "web", delay=constant(0.2), timeout=1.0)]
    ),
}


@pytest.mark.parametrize("name", list(HEALTHY))
def test_what_can_be_done_has_no_chain(name: str) -> None:
    facts = chain_of(HEALTHY[name])
    assert facts == (), [(fact.time, fact.item, fact.what) for fact in facts]


@pytest.mark.parametrize("name", ["the cache begins empty", "an API fails"])
def test_a_run_that_has_forgotten_its_beginning_tells_nothing_of_it(name: str) -> None:
    wanted = (SETTINGS.get(name) or TOO_MUCH[name])[0]
    session = Session(wanted)
    record = Record(session.plan)
    while session.now < END:
        session.advance(session.now + 0.5)
        record.add(session.snapshot())
    for _ in range(20):
        record.samples.popleft()
    facts = explain(record, {each.id: each.name for each in wanted.nodes})
    told = [(fact.time, fact.item, fact.what) for fact in facts]
    assert facts[0].first, told
    assert facts[0].time >= record.samples[0].start
    assert not any("begin" in fact.what for fact in facts), told
