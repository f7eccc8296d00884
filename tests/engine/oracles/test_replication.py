"""Replicated databases against what is known of them: stale shares, order statistics, what is lost."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.catalog import check, lower
from engine.control.simulation import Simulation
from engine.model.design import Design
from engine.model.edits import UNSET, SetField
from engine.model.findings import Finding
from engine.plan.theory import predict
from engine.run.session import Session
from engine.sim.invariants import check as check_laws
from engine.sim.primitives.replication import group_of
from tests.helpers.builders import client, constant, design, exponential, link, node, run

KEYS = {"law": "uniform", "count": 1_000_000}
CLASSES = [
    {"name": "request", "keys": KEYS},
    {"name": "read", "operation": "read", "keys": KEYS},
    {"name": "write", "operation": "write", "keys": KEYS},
]


def database(**config: Any) -> Any:
    fields = {"read_time": constant(0.0), "write_time": constant(0.0), "connections": 1000}
    return node("db", "sql_database", **(fields | config))


def pages(wait: float, rate: float = 200.0, duration: float = 200.0, **config: Any) -> Design:
    """Pages that write a key, and read it a while after that is acknowledged."""
    flow = [{"call": "w"}, {"work": constant(wait)}, {"call": "r"}]
    app = node("app", "service", workers=10_000, flow=flow)
    return design(
        [client("users", rate, mix={"request": 1.0}), app, database(**config)],
        [
            link("users", "app"),
            link("app", "db", **{"class": "write"}) | {"id": "w"},
            link("app", "db", **{"class": "read"}) | {"id": "r"},
        ],
        classes=CLASSES,
        duration=duration,
        warmup=10,
    )


def extra(design: Design) -> dict[str, Any]:
    found: dict[str, Any] = run(design)["nodes"]["db"]["extra"]
    return found


@pytest.mark.parametrize("wait", [0.0, 0.05, 0.2])
def test_reads_from_a_follower_are_stale_by_the_lag(wait: float) -> None:
    """A follower that lags by Exp(100 ms) lacks a write for longer than t with probability e^(-t/100 ms)."""
    found = extra(pages(wait, replicas=1, lag=exponential(0.1), read_from="follower"))
    expected = math.exp(-wait / 0.1)
    margin = 4.0 * math.sqrt(expected * (1.0 - expected) / (190.0 * 200.0))
    assert found["stale_ratio"] == pytest.approx(expected, abs=margin + 1e-12)
    others = found["stale_reads"] - found["stale_own_reads"]  # of one key, drawn twice
    assert 0.0 <= others <= 0.001 * found["stale_reads"]
    assert found["lag"]["mean"] == pytest.approx(0.1, rel=0.03)


def test_leaders_are_never_stale() -> None:
    found = extra(pages(0.05, replicas=2, lag=exponential(0.1)))
    assert (found["stale_ratio"], found["stale_reads"], found["stale_own_reads"]) == (0.0, 0.0, 0.0)


def test_any_instance_is_stale_where_it_follows() -> None:
    """Reads go to the leader and two followers in turn."""
    found = extra(pages(0.05, replicas=2, lag=exponential(0.1), read_from="any"))
    assert found["stale_ratio"] == pytest.approx(2.0 / 3.0 * math.exp(-0.5), abs=0.01)


def test_writes_do_not_take_turns_away_from_reads() -> None:
    """Each of three instances answers a third of the reads in turn, and the leader all writes."""
    drawn = design(
        [
            client("users", 300.0, mix={"read": 0.8, "write": 0.2}),
            database(replicas=2, read_from="any"),
        ],
        [link("users", "db")],
        classes=CLASSES,
        duration=30,
        warmup=0,
    )
    result = run(drawn)["nodes"]["db"]
    leader, *followers = [each["completed"] for each in result["instances"]]
    reads = followers[0]
    assert abs(followers[1] - reads) <= 1
    assert abs(result["completed"] - 3 * reads - (leader - reads)) <= 3


def written(**config: Any) -> Design:
    """Writes that take no time but that of waiting for followers."""
    return design(
        [client("users", 500.0, mix={"write": 1.0}), database(**config)],
        [link("users", "db")],
        classes=CLASSES,
        duration=100,
        warmup=10,
    )


@pytest.mark.parametrize(
    ("mode", "replicas", "wait"),
    [
        ("async", 2, 0.0),
        ("semi_sync", 2, 0.005),
        ("quorum", 2, 0.005),
        ("quorum", 3, 0.00833333),
        ("sync", 2, 0.015),
        ("sync", 3, 0.01833333),
        ("quorum", 1, 0.01),
    ],
)
def test_a_write_waits_for_the_kth_of_its_followers(mode: str, replicas: int, wait: float) -> None:
    """The k-th smallest of n exponential lags of 10 ms takes 10 ms · (1/n + … + 1/(n-k+1)) on average."""
    result = run(written(replicas=replicas, lag=exponential(0.01), acknowledge=mode))
    assert result["nodes"]["db"]["extra"]["commit_wait"] == pytest.approx(wait, rel=0.02)
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(wait, rel=0.02)
    busy = result["nodes"]["db"]["utilization"] * 1000 * (1 + replicas)
    assert busy == pytest.approx(500.0 * wait, rel=0.03)  # the connection is held meanwhile


def failing(duration: float = 120.0, at: float = 60.0, **config: Any) -> Design:
    """A database that is written 200 times a second, whose leader dies for a while, or is frozen."""
    event = config.pop("event", {"change": "kill", "duration": 30.0})
    fields = {"failover": {"interval": 1, "failures": 2, "promote": 3}} | config
    return design(
        [client("users", 200.0, mix={"write": 1.0}), database(**fields)],
        [link("users", "db", timeout=1.0)],
        classes=CLASSES,
        duration=duration,
        warmup=10,
        events=[{"at": at, "target": "db", "instances": 1, **event}],
    )


def test_a_failover_loses_what_had_not_reached_a_follower() -> None:
    """Writes of the last lag are on their way: a Poisson number of mean rate × lag."""
    found = extra(failing(replicas=1, lag=constant(0.5)))
    assert found["lost_writes"] == pytest.approx(200.0 * 0.5, abs=30.0)
    assert found["failovers"] == 1.0
    assert 3.0 + 1.0 <= found["outage"]["longest"] <= 3.0 + 2.0


@pytest.mark.parametrize("mode", ["sync", "quorum", "semi_sync"])
@pytest.mark.parametrize("replicas", [2, 3])
def test_what_followers_had_when_it_was_acknowledged_is_not_lost(mode: str, replicas: int) -> None:
    found = extra(failing(replicas=replicas, lag=exponential(0.2), acknowledge=mode))
    assert (found["failovers"], found["lost_writes"]) == (1.0, 0.0)


def test_followers_together_have_more_than_each_alone() -> None:
    """A record is lost where none of three has it: rate · lag · (1/3) of exponential lags."""
    found = extra(failing(replicas=3, lag=exponential(0.6)))
    assert found["lost_writes"] == pytest.approx(200.0 * 0.6 / 3.0, abs=3.0 * math.sqrt(40.0))


def test_a_leader_that_is_drained_hands_over_and_loses_nothing() -> None:
    """Within one interval of probes, in which nobody takes writes."""
    event = {"change": "drain", "duration": 30.0}
    result = run(failing(replicas=2, lag=constant(0.5), event=event, at=60.2))
    found = result["nodes"]["db"]["extra"]
    assert (found["lost_writes"], found["failovers"]) == (0.0, 0.0)
    failed = sum(result["clients"]["users"]["failed"].values())
    assert failed == pytest.approx(0.8 * 200.0, abs=50.0)
    assert [each["role"] for each in result["nodes"]["db"]["instances"]] == [
        "follower",
        "leader",
        "follower",
    ]


def test_without_failover_nothing_is_lost_and_writes_wait_for_the_leader() -> None:
    result = run(failing(replicas=2, failover=None, lag=constant(0.5)))
    failed = sum(result["clients"]["users"]["failed"].values())
    assert failed == pytest.approx(30.0 * 200.0, abs=300.0)
    assert "lost_writes" not in result["nodes"]["db"]["extra"]


def test_without_fencing_there_are_two_leaders_until_somebody_sees_it() -> None:
    """The old leader thaws after the promotion, does what waited there, and takes half of the writes until a probe."""
    settings = {"interval": 10, "failures": 1, "promote": 5, "fencing": False}
    event = {"change": "freeze", "duration": 12.0}
    found = extra(
        failing(
            replicas=1, lag=constant(0.001), failover=settings, event=event, at=59.0, duration=120.0
        )
    )
    # Frozen at 59, found at 60, promoted at 65, thawed at 71, seen at 75: all writes of 6 s, and half of 10 s. It has
    # done them all, also those whose callers had given up by then; what came before 65 reaches the new leader.
    expected = 200.0 * 12.0 + 100.0 * 4.0 - 100.0 * 6.0
    assert found["lost_writes"] == pytest.approx(expected, abs=4.0 * math.sqrt(expected))
    assert found["divergent"]["old"] == found["lost_writes"]
    assert found["divergent"]["new"] == pytest.approx(100.0 * 10.0, rel=0.1)


def regions(**config: Any) -> Design:
    """A leader in the east with users of its own, two followers in the west with others, and a cut of 43 s between."""
    frame = {"x": 0, "y": 0, "width": 9, "height": 9, "kind": "region"}
    east = {"id": "east", "config": {"round_trip": {"west": 0.087}}, **frame}
    fields = {"replicas": 2, "spread": ["east", "west", "west"], "lag": constant(0.5)} | config
    users = [
        client("locals", 100.0, mix={"write": 1.0}) | {"frame": "east"},
        client("others", 100.0, mix={"write": 1.0}) | {"frame": "west"},
    ]
    return design(
        [*users, database(**fields)],
        [link("locals", "db", timeout=1.0), link("others", "db", timeout=1.0)],
        frames=[east, {"id": "west", **frame}],
        classes=CLASSES,
        duration=150,
        warmup=10,
        events=[
            {"at": 50, "duration": 43, "target": "east", "with": "west", "change": "partition"}
        ],
    )


def test_a_leader_that_is_cut_off_goes_on_beside_the_one_that_is_promoted() -> None:
    """Found by probes at 50 and 52, promoted at 57; the old one is heard of again by that at 93."""
    settings = {"interval": 2, "failures": 2, "promote": 5, "fencing": False}
    result = run(regions(failover=settings))
    found = result["nodes"]["db"]["extra"]
    # The east has alone what had not left in the last half second, and all that its users write for 43 s.
    alone = 200.0 * 0.5 + 100.0 * 43.0
    assert found["lost_writes"] == pytest.approx(alone, abs=4.0 * math.sqrt(alone))
    assert found["divergent"]["old"] == found["lost_writes"]
    assert found["divergent"]["new"] == pytest.approx(100.0 * 36.0, abs=240.0)
    assert sum(result["clients"]["others"]["failed"].values()) == pytest.approx(700.0, abs=100.0)


def test_nobody_is_promoted_beside_a_leader_that_cannot_be_shut_out() -> None:
    result = run(regions(failover={"interval": 2, "failures": 2, "promote": 5}))
    found = result["nodes"]["db"]["extra"]
    assert (found["failovers"], found["lost_writes"], found["divergent"]["old"]) == (0.0, 0.0, 0.0)
    assert sum(result["clients"]["locals"]["failed"].values()) == 0
    assert sum(result["clients"]["others"]["failed"].values()) == pytest.approx(4300.0, abs=300.0)


def test_records_cross_the_way_to_their_follower() -> None:
    """87 ms there and back are added to a write that waits for the west."""
    fields = {"lag": constant(0.01), "acknowledge": "semi_sync"}
    plain = regions(**fields)
    quiet = plain.model_copy(update={"scenario": plain.scenario.model_copy(update={"events": ()})})
    found = run(quiet)
    assert found["nodes"]["db"]["extra"]["commit_wait"] == pytest.approx(0.097, rel=1e-6)
    assert found["clients"]["locals"]["latency"]["mean"] == pytest.approx(0.097, rel=0.01)


def test_semi_sync_goes_on_alone_when_its_follower_is_dead_and_is_back_with_it() -> None:
    """Dead from 60 to 90: the first write waits 2 s for it, and then none does; nothing fails."""
    event = {"change": "kill", "duration": 30.0, "instance": 2, "instances": None}
    fields = {"lag": constant(0.01), "acknowledge": "semi_sync", "semi_timeout": 2.0}
    drawn = failing(replicas=1, event=event, failover=None, **fields)
    session = Session(drawn)
    session.advance(120.0)
    said = [(each.at, each.text) for each in session.snapshot().notices if "semi-sync" in each.text]
    assert [at for at, _ in said] == [pytest.approx(62.0, abs=0.1), pytest.approx(90.0, abs=0.2)]
    result = session.result()
    assert sum(result["clients"]["users"]["failed"].values()) == pytest.approx(200.0, abs=60.0)


def test_sync_stops_when_a_follower_dies_and_a_quorum_does_not() -> None:
    event = {"change": "kill", "duration": 30.0, "instance": 2, "instances": None}
    for mode, failed in (("sync", 6000.0), ("quorum", 0.0)):
        drawn = failing(
            replicas=2, event=event, failover=None, lag=constant(0.01), acknowledge=mode
        )
        found = run(drawn)["clients"]["users"]["failed"]
        assert sum(found.values()) == pytest.approx(failed, abs=300.0)


def test_a_follower_that_was_away_catches_up() -> None:
    """Cut off for 30 s it is read all the same, and lacks 30 s of writes; then it has them all."""
    event = {"change": "freeze", "duration": 30.0, "instance": 2, "instances": None}
    session = Session(failing(replicas=1, event=event, failover=None, lag=constant(0.05)))
    session.advance(89.0)
    db = session.result()["nodes"]["db"]
    assert db["extra"]["lag"]["now"] == pytest.approx(29.0, abs=0.1)
    leader, follower = db["instances"]
    assert (leader["role"], leader["lag"], leader["lacks"]) == ("leader", 0.0, 0)
    assert (follower["role"], follower["lag"]) == ("follower", db["extra"]["lag"]["now"])
    assert follower["lacks"] == pytest.approx(29.0 * 200.0, rel=0.05)
    session.advance(91.0)
    assert session.result()["nodes"]["db"]["extra"]["lag"]["now"] <= 0.05


FIELDS = [
    ("replicas", 0),
    ("replicas", 1),
    ("replicas", 4),
    ("lag", exponential(0.5)),
    ("read_from", "any"),
    ("read_from", "follower"),
    ("acknowledge", "async"),
    ("acknowledge", "semi_sync"),
    ("acknowledge", "sync"),
    ("semi_timeout", 0.1),
    ("level", "remote_write"),
    ("flush", exponential(0.05)),
    ("replay", exponential(0.002)),
    ("replay", None),
    ("failover", {"interval": 0.5, "failures": 1, "promote": 0.5, "fencing": False}),
    ("connections", 5),
]


@pytest.mark.parametrize("logs", [{}, {"flush": exponential(0.02), "replay": constant(0.001)}])
@pytest.mark.parametrize(("path", "value"), FIELDS)
def test_every_field_may_change_while_it_runs(path: str, value: Any, logs: dict[str, Any]) -> None:
    """Also while a leader is dead; the laws of the simulator hold before and after, and writes go on."""
    raw = [
        {"at": 3, "duration": 4, "target": "db", "change": "set", "path": path, "value": value},
        {"at": 4, "duration": 5, "target": "db", "change": "kill", "instance": 1},
        {"at": 11, "duration": 2, "target": "db", "change": "set", "path": path, "value": value},
        {"at": 15, "duration": 2, "target": "db", "change": "freeze", "instance": 2},
    ]
    failover = {"interval": 0.5, "failures": 1, "promote": 1}
    drawn = design(
        [
            client("users", 200.0, mix={"write": 0.5, "read": 0.5}),
            database(
                replicas=2,
                acknowledge="quorum",
                failover=failover,
                lag=exponential(0.02),
                **logs,
            ),
        ],
        [link("users", "db", timeout=1.0)],
        classes=CLASSES,
        duration=25,
        warmup=0,
        events=raw,
    )
    simulation = Simulation(lower(drawn))
    for at in (3.5, 4.5, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 25.0):
        simulation.advance(at)
        check_laws(simulation.machine)
    group = group_of(simulation.machine.nodes["db"])
    assert group is not None
    assert len(group.members) == 3
    assert sum(1 for each in group.members if each.leads) == 1
    assert group.answers()
    users = simulation.machine.nodes["users"].node
    assert users.completed > 0.5 * users.arrivals


@pytest.mark.parametrize(
    ("setting", "lag", "share"),
    [
        ("synchronous_commit off", {"lag": constant(0.198)}, 1.0),
        ("asynchronous", {"lag": exponential(0.0016)}, 0.92),
        ("remote_apply", {"lag": exponential(0.0016), "acknowledge": "sync"}, 0.0),
    ],
)
def test_stale_shares_of_postgresql(setting: str, lag: dict[str, Any], share: float) -> None:
    """Measured on PostgreSQL on loopback: a standby read right after the commit, some .13 ms later."""
    found = extra(pages(0.00013, duration=60.0, replicas=1, read_from="follower", **lag))
    assert found["stale_ratio"] == pytest.approx(share, abs=0.02), setting


COMMITS = [
    ("local", {"acknowledge": "async"}, 0.92),
    ("remote_write", {"acknowledge": "sync", "level": "remote_write"}, 0.90),
    ("on", {"acknowledge": "sync", "level": "remote_flush"}, 0.077),
    ("remote_apply", {"acknowledge": "sync", "level": "remote_apply"}, 0.0),
]
STANDBY = {"lag": constant(0.00002), "flush": exponential(0.0008), "replay": exponential(0.00005)}


@pytest.mark.parametrize(("setting", "commit", "share"), COMMITS)
def test_what_a_standby_has_done_at_the_commit_decides_what_reads_miss(
    setting: str, commit: dict[str, Any], share: float
) -> None:
    """Measured on PostgreSQL on loopback, by level of synchronous_commit: reads of a standby .13 ms after the commit.

    Records cross in .02 ms, a flush takes .8 ms and a replay .05 ms: what is left of that after the commit is missed.
    """
    drawn = pages(0.00013, rate=50.0, duration=400.0, replicas=1, read_from="follower")
    for field, value in (STANDBY | commit).items():
        drawn = SetField("db", ("config", field), value).apply(drawn).design
    found = extra(drawn)
    assert found["stale_ratio"] == pytest.approx(share, abs=0.015), setting
    assert found["lag"]["write"] == pytest.approx(0.00002)
    wait = {"local": 0.0, "remote_write": 0.00002, "on": 0.00082, "remote_apply": 0.00087}[setting]
    assert found["commit_wait"] == pytest.approx(wait, rel=0.08)
    if setting == "remote_apply":
        assert found["stale_own_reads"] == 0.0


@pytest.mark.parametrize("rate", [200.0, 500.0, 800.0])
def test_a_replay_is_a_queue_with_one_server(rate: float) -> None:
    """M/M/1: 1 ÷ (μ - λ), with μ = 1000 records a second."""
    drawn = design(
        [
            client("users", rate, mix={"write": 1.0}),
            database(replicas=1, lag=constant(0.0), replay=exponential(0.001)),
        ],
        [link("users", "db")],
        classes=CLASSES,
        duration=200,
        warmup=10,
    )
    found = extra(drawn)
    assert found["lag"]["mean"] == pytest.approx(1.0 / (1000.0 - rate), rel=0.05)
    says = {each.code for each in check(drawn)}
    assert "replay-falls-behind" not in says
    fuller = SetField("db", ("config", "replay"), exponential(0.001 * 1000.0 / rate)).apply(drawn)
    assert "replay-falls-behind" in {each.code for each in check(fuller.design)}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({}, "it has no replicas"),
        ({"replicas": 2, "flush": constant(0.001)}, "acknowledged at once"),
        ({"replicas": 2, "acknowledge": "quorum"}, "neither flush nor replay"),
        ({"replicas": 2, "acknowledge": "sync", "replay": constant(0.001)}, None),
        ({"replicas": 2, "acknowledge": "sync", "flush": constant(0.001)}, None),
    ],
)
def test_a_level_that_makes_no_difference_is_warned_of(
    fields: dict[str, Any], why: str | None
) -> None:
    def said(drawn: Design) -> list[Finding]:
        return [each for each in check(drawn) if each.code == "unused-level"]

    drawn = design(
        [client("users", 50.0, mix={"write": 1.0}), database(level="remote_flush", **fields)],
        [link("users", "db")],
        classes=CLASSES,
    )
    found = said(drawn)
    assert [why in each.message for each in found if why] == [True] * (why is not None)
    assert len(found) == (why is not None)
    for each in found:  # what one click does settles it
        assert each.fix is not None
        assert said(each.fix.apply(drawn).design) == []
    plain = SetField("db", ("config", "level"), UNSET).apply(drawn).design
    assert said(plain) == []


def test_a_flush_takes_along_what_has_come_meanwhile() -> None:
    """10 ms each, and 1000 writes a second: each waits for half of a flush that began before it, and for its own."""
    drawn = design(
        [
            client("users", 1000.0, mix={"write": 1.0}),
            database(replicas=1, lag=constant(0.0), flush=constant(0.01), acknowledge="sync"),
        ],
        [link("users", "db")],
        classes=CLASSES,
        duration=60,
        warmup=10,
    )
    found = extra(drawn)
    assert found["lag"]["flush"] == pytest.approx(0.015, rel=0.02)
    assert found["commit_wait"] == pytest.approx(0.015, rel=0.02)


@pytest.mark.parametrize(
    ("level", "loses"), [("remote_write", True), ("remote_flush", False), ("remote_apply", False)]
)
def test_what_a_follower_had_not_flushed_is_lost_with_it(level: str, *, loses: bool) -> None:
    """Both machines die at once, and the follower comes back alone: what was only in its memory is gone."""
    raw = [
        {"at": 30.0, "duration": 2.0, "target": "db", "change": "kill", "instance": 2},
        {"at": 30.0, "duration": None, "target": "db", "change": "kill", "instance": 1},
    ]
    drawn = design(
        [
            client("users", 500.0, mix={"write": 1.0}),
            database(
                replicas=1,
                lag=constant(0.001),
                flush=constant(0.1),
                replay=constant(0.0001),
                acknowledge="sync",
                level=level,
                failover={"interval": 1, "failures": 3, "promote": 1},
            ),
        ],
        [link("users", "db", timeout=1.0)],
        classes=CLASSES,
        duration=60,
        warmup=10,
        events=raw,
    )
    found = extra(drawn)
    assert found["failovers"] == 1.0
    if loses:  # what came since the last flush began: .1 to .2 s
        assert 50.0 <= found["lost_writes"] <= 110.0
    else:
        assert found["lost_writes"] == 0.0


def test_theory_says_nothing_of_what_it_does_not_know() -> None:
    prediction = predict(lower(pages(0.05, replicas=1))).nodes["db"]
    assert "not modelled: replicas" in prediction.doubts
    assert (prediction.load, prediction.wait, prediction.residence) == (None, None, None)


def found_in(codes: set[str], **config: Any) -> bool:
    found = {each.code for each in check(pages(0.05, duration=60.0, **config))}
    return codes <= found


def test_checks_tell_what_replication_risks() -> None:
    failover: dict[str, Any] = {"failover": {}}
    assert found_in({"no-failover"}, replicas=1)
    assert not found_in({"no-failover"}, replicas=1, **failover)
    assert found_in({"async-failover"}, replicas=1, **failover)
    assert not found_in({"async-failover"}, replicas=2, acknowledge="quorum", **failover)
    assert found_in({"stale-reads"}, replicas=1, read_from="any")
    assert not found_in({"stale-reads"}, replicas=1)
    assert found_in({"replica-stops-writes"}, replicas=2, acknowledge="sync")
    assert found_in({"replica-stops-writes"}, replicas=1, acknowledge="quorum")
    assert not found_in({"replica-stops-writes"}, replicas=2, acknowledge="quorum")


def test_followers_add_capacity_for_reads_alone() -> None:
    """400 reads and 100 writes a second of 10 ms: 5 connections in all, in instances of 4 each."""

    def overloaded(**config: Any) -> bool:
        times = {"read_time": constant(0.01), "write_time": constant(0.01), "connections": 4}
        users = client("users", 500.0, mix={"read": 0.8, "write": 0.2})
        drawn = design([users, database(**times, **config)], [link("users", "db")], classes=CLASSES)
        says = "overload" in {each.code for each in check(drawn)}
        quick = drawn.model_copy(
            update={"scenario": drawn.scenario.model_copy(update={"duration": 30.0, "warmup": 2.0})}
        )
        wait = run(quick)["nodes"]["db"]["wait"]["mean"]
        assert says == (wait > 1.0)
        return says

    assert overloaded()
    assert overloaded(replicas=2)
    assert not overloaded(replicas=2, read_from="any")
    assert not overloaded(replicas=2, read_from="follower")
