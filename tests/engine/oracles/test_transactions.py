"""Transactions: how often they abort, what stays locked, what a dead leader leaves, and that no money is lost."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.catalog import check, lower
from engine.model.edits import Remove, SetField
from engine.plan.theory import predict
from engine.run.session import Session
from engine.sim.lane.roles.flow import Program
from tests.helpers.builders import client, constant, design, link, node, run
from tests.helpers.findings import found

MODES = ("two_phase", "saga", "outbox")
LOCKS = {"timeout": 2.0}
CALM = {"at": 40, "duration": None, "target": "users", "change": "traffic", "factor": 0.0}


def shop(mode: str, *, count: int = 2, rate: float = 20.0, keys: int = 1000, **more: Any):
    """An order that several databases have to take part in."""
    kinds = [{"name": "order", "operation": "write", "keys": {"law": "uniform", "count": keys}}]
    names = [f"db{place}" for place in range(count)]
    wire, delay = more.pop("wire", {}), more.pop("delay", 0.01)
    locks, terms, last = more.pop("locks", LOCKS), more.pop("terms", {}), more.pop("last", None)
    ids = [f"orders-{name}" for name in names]
    flow = [
        {"work": "service_time"},
        {"transaction": {"mode": mode, "participants": ids, **terms}},
    ]
    leader = node(
        "orders",
        "service",
        service_time=constant(0.001),
        workers=1000,
        hold_while_waiting=False,
        flow=flow,
    )
    nodes = [client("users", rate), leader]
    nodes += [node(each, "sql_database", write_time=constant(0.002), locks=locks) for each in names]
    if last is not None:
        nodes[-1] = last
    links = [link("orders", each, delay=delay, **wire) for each in names]
    more = {"duration": 60, "warmup": 0} | more
    return design(nodes, [link("users", "orders"), *links], classes=kinds, **more)


def failing(count: int, share: float) -> list[dict[str, Any]]:
    return [
        {"at": 0, "duration": None, "target": f"db{place}", "change": "error", "probability": share}
        for place in range(count)
    ]


@pytest.mark.oracle(32)
@pytest.mark.parametrize("mode", ["two_phase", "saga"])
def test_one_of_five_that_refuses_aborts_all(mode: str) -> None:
    """1 - .99⁵ = 4.901 %, within three standard deviations."""
    made = shop(mode, count=5, rate=150.0, keys=10**6, events=failing(5, 0.01), duration=100)
    extra = run(made)["nodes"]["orders"]["extra"]
    ended = extra["commits"] + extra["aborts"]
    share = 1.0 - 0.99**5
    assert extra["abort_share"] == pytest.approx(
        share, abs=3.0 * math.sqrt(share * (1.0 - share) / ended)
    )
    if mode == "saga":  # step k of five fails first, and the k-1 before it are undone: about two
        assert extra["compensations"] / extra["aborts"] == pytest.approx(2.0, rel=0.07)


def test_rows_are_locked_for_both_rounds() -> None:
    """A round trip of 20 ms and 2 ms of work, then the way of the decision: the lock is held for 22 ms."""
    result = run(shop("two_phase"))
    assert result["nodes"]["db0"]["extra"]["lock_hold"] == pytest.approx(0.022)
    assert result["clients"]["users"]["latency"]["p50"] == pytest.approx(0.043, rel=0.01)
    assert run(shop("saga"))["nodes"]["db0"]["extra"]["lock_hold"] == pytest.approx(0.002)
    assert run(shop("two_phase", terms={"lock": False}))["nodes"]["db0"]["extra"][
        "lock_hold"
    ] == pytest.approx(0.002)


@pytest.mark.oracle(32)
def test_a_hot_row_of_a_slow_transaction_is_written_seven_times_a_second() -> None:
    """One row held for 140 ms: 2 × 69 ms of way and 2 ms of work; as alone 500, so seven now."""
    made = shop(
        "two_phase", count=1, keys=1, rate=20.0, delay=0.069, duration=300, locks={"timeout": 1.0}
    )
    result = run(made)["nodes"]
    assert result["db0"]["extra"]["lock_hold"] == pytest.approx(0.140)
    assert result["orders"]["extra"]["commits"] / 300 == pytest.approx(7.143, rel=0.02)
    assert len(found(made, "hot-row")) == 1


def test_a_dead_leader_leaves_participants_in_doubt_and_their_rows_locked() -> None:
    kill = {"at": 20.0, "duration": 10.0, "target": "orders", "change": "kill"}
    session = Session(shop("two_phase", rate=50.0, delay=0.2, events=[kill, CALM]))
    session.snapshot()
    session.advance(29.9)
    result = session.result()["nodes"]
    notices = [each for each in session.snapshot().notices if each.target in ("db0", "db1")]
    assert [(each.target, each.text) for each in notices] == [
        (each, f"{each.title()}: row locks in doubt") for each in ("db0", "db1")
    ]
    doubted = result["orders"]["extra"]["in_doubt_last"]
    assert doubted > 10
    assert result["db0"]["extra"]["locks_held"] > 5  # for ten seconds now
    session.advance(60.0)
    extra = session.result()["nodes"]["orders"]["extra"]
    assert (
        extra["in_doubt"] >= doubted
    )  # some were told by what was on its way when the leader died
    assert extra["in_doubt_last"] == extra["unsettled"] == 0
    assert 7.0 < extra["in_doubt_time"] < 10.5
    assert session.result()["nodes"]["db0"]["extra"]["locks_held"] == 0


def test_a_leader_that_does_not_come_back_blocks_the_rows_for_ever() -> None:
    """Others who lead through another service wait for the rows, and fail with conflict."""
    kill = {"at": 20.0, "duration": None, "target": "orders", "change": "kill"}
    extra = run(shop("two_phase", rate=50.0, delay=0.2, events=[kill]))["nodes"]["db0"]["extra"]
    assert extra["locks_held"] > 5
    for mode in ("saga", "outbox"):
        result = run(shop(mode, rate=50.0, delay=0.2, events=[kill]))["nodes"]
        assert result["db0"]["extra"]["locks_held"] == 0
        assert result["orders"]["extra"]["unsettled"] > 0


TROUBLE = {
    "leader": [{"at": 20.0, "duration": 5, "target": "orders", "change": "kill"}],
    "participant": [{"at": 20.0, "duration": 5, "target": "db1", "change": "kill"}],
    "network": [
        {"at": 5, "duration": 20, "target": "orders-db1", "change": "loss", "probability": 0.3},
        {"at": 12, "duration": 3, "target": "orders", "change": "freeze"},
        {"at": 22, "duration": 1, "target": "orders", "change": "kill"},
        {"at": 25, "duration": 3, "target": "orders", "change": "partition", "with": "db2"},
    ],
    "refusals": failing(3, 0.2),
}


def leader_of(session: Session):
    role = session._simulation.machine.nodes["orders"].node.flow
    assert isinstance(role, Program)
    assert role.coordinator is not None
    return role.coordinator


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("trouble", TROUBLE)
def test_no_money_is_made_or_lost(mode: str, trouble: str) -> None:
    """Every result checks the books; once all is calm, what one gave the others have, to the last unit."""
    wire = {"timeout": 0.3, "retry": {"attempts": 2}}
    events = [*TROUBLE[trouble], CALM]
    made = shop(mode, count=3, rate=50.0, keys=200, delay=0.05, wire=wire, events=events)
    session = Session(made)
    for second in range(5, 61, 5):
        session.advance(float(second))
        session.result()
    leader = leader_of(session)
    (terms,) = leader.terms.values()
    balances = [int(each.balance) for each in terms.accounts]
    assert balances == [-2 * leader.commits, leader.commits, leader.commits]
    assert leader.commits > 500
    assert len(leader.open) == 0
    for each in ("db0", "db1", "db2"):
        assert session.result()["nodes"][each]["extra"]["locks_held"] == 0


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "wire",
    [
        {"fallback": {"kind": "static"}},
        {"deadline_propagation": True, "cancellation": True},
    ],
)
def test_what_a_link_does_besides_changes_no_books(mode: str, wire: dict[str, Any]) -> None:
    """Nothing stands in for a participant, and a deadline that travels leaves its part with the message."""
    events = [*failing(2, 0.2), CALM]
    session = Session(shop(mode, wire={"timeout": 0.3, **wire}, events=events))
    session.advance(60.0)
    session.result()
    leader = leader_of(session)
    (terms,) = leader.terms.values()
    assert [int(each.balance) for each in terms.accounts] == [-leader.commits, leader.commits]
    assert leader.commits > 100
    assert len(leader.open) == 0


@pytest.mark.parametrize("mode", MODES)
def test_a_service_with_a_flow_takes_part(mode: str) -> None:
    """Its steps do not make it forget of what its request is a part."""
    flow = [{"work": "service_time"}]
    payment = node("db1", "service", service_time=constant(0.002), workers=100, flow=flow)
    session = Session(shop(mode, last=payment, events=[*failing(1, 0.2), CALM]))
    session.advance(60.0)
    session.result()
    leader = leader_of(session)
    (terms,) = leader.terms.values()
    assert [int(each.balance) for each in terms.accounts] == [-leader.commits, leader.commits]
    assert leader.commits > 100


def test_what_cannot_be_undone_is_told() -> None:
    made = shop(
        "saga", count=3, rate=50.0, terms={"compensate": ["orders-db0"]}, events=failing(3, 0.1)
    )
    extra = run(made)["nodes"]["orders"]["extra"]
    assert 0 < extra["not_undone"] < extra["aborts"]
    assert [each.code for each in check(made)].count("no-compensation") == 1
    assert "db1" in found(made, "no-compensation")[0].message.lower()


def test_deadlocks_are_broken_at_once_and_the_youngest_fails() -> None:
    """Two rows of one database, asked for in either order by the same transaction."""
    kinds = [
        {"name": "order", "operation": "write", "keys": {"law": "uniform", "count": 4}},
        {"name": "stock", "operation": "write", "keys": {"law": "uniform", "count": 4}},
    ]
    flow = [{"transaction": {"participants": ["one", "two"]}}]
    nodes = [
        client("users", 60.0, mix={"order": 1.0}),
        node("orders", "service", workers=1000, hold_while_waiting=False, flow=flow),
        node("db", "sql_database", write_time=constant(0.002), locks={"timeout": 50.0}),
    ]
    jitter = {"delay": {"law": "exponential", "mean": 0.01}}
    links = [
        link("users", "orders"),
        {"id": "one", "source": "orders", "target": "db", "config": jitter},
        {"id": "two", "source": "orders", "target": "db", "config": {**jitter, "class": "stock"}},
    ]
    made = design(nodes, links, classes=kinds, duration=60, warmup=0)
    result = run(made)["nodes"]
    extra = result["db"]["extra"]
    assert extra["deadlocks"] > 50
    assert extra["lock_timeouts"] == 0
    assert result["orders"]["extra"]["aborts"] == extra["deadlocks"]
    assert result["orders"]["extra"]["unsettled"] < 60  # nobody is stuck


def test_transactions_survive_edits_of_what_they_are() -> None:
    session = Session(shop("two_phase", count=3, rate=50.0, delay=0.2))
    session.advance(10.0)
    path = ("config", "flow")
    flow = session.design.node_by_id["orders"].config["flow"]
    saga = [flow[0], {"transaction": {**flow[1]["transaction"], "mode": "saga"}}]
    session.apply(SetField("orders", path, saga))
    session.advance(20.0)
    session.apply(SetField("db0", ("config", "locks"), None))
    session.advance(22.0)
    session.apply(SetField("db0", ("config", "locks"), LOCKS))
    session.apply(SetField("orders", path, None))
    session.advance(25.0)
    fewer = {"participants": ["orders-db0", "orders-db1"]}
    session.apply(SetField("orders", path, flow))
    session.advance(27.0)
    session.apply(SetField("orders", path, [flow[0], {"transaction": fewer}]))
    session.apply(Remove(frozenset({"orders-db2"})))
    session.advance(30.0)
    assert session.result()["nodes"]["db1"]["extra"]["locks_held"] < 60
    session.advance(40.0)
    session.result()


FORGETFUL = {
    "connections": 1000,
    "replicas": 2,
    "lag": constant(0.5),
    "failover": {"promote": 1.0, "interval": 0.5},
}


def copied(**changes: Any):
    """An order in two databases, of which the second has followers that are half a second behind."""
    second = node(
        "db1",
        "sql_database",
        write_time=constant(0.002),
        locks=LOCKS,
        **{**FORGETFUL, **changes},
    )
    kill = {"at": 20.0, "duration": None, "target": "db1", "change": "kill", "instances": 1}
    wire = {"timeout": 2.0}
    return shop("two_phase", rate=100.0, wire=wire, last=second, events=[kill, CALM])


@pytest.mark.parametrize(("acknowledge", "forgets"), [("async", True), ("quorum", False)])
def test_a_failover_that_loses_writes_rolls_back_what_was_prepared(
    acknowledge: str, *, forgets: bool
) -> None:
    """The followers have never heard of the last half second: 50 transactions, of which the other database has its part."""
    made = copied(acknowledge=acknowledge)
    session = Session(made)
    for second in (19.0, 25.0, 40.0, 60.0):
        session.advance(second)
        session.result()  # the books: what is lost is what was forgotten
    leader = leader_of(session)
    (terms,) = leader.terms.values()
    extra = session.result()["nodes"]["orders"]["extra"]
    given, received = (int(each.balance) for each in terms.accounts)
    assert given == -leader.commits
    assert received == leader.commits - extra.get("forgotten", 0)
    assert len(leader.open) == extra["in_doubt_last"] == 0
    assert session.result()["nodes"]["db1"]["extra"]["locks_held"] == 0
    if forgets:
        assert 40 <= extra["forgotten"] <= 60
        assert extra["forgotten"] <= session.result()["nodes"]["db1"]["extra"]["lost_writes"]
    else:
        assert "forgotten" not in extra
    assert len(found(made, "forgetful-participant")) == int(forgets)


def test_a_restored_copy_knows_nothing_of_what_came_after_it() -> None:
    backup = {"every": 10.0, "bytes": 1e6, "provision": 1.0}
    second = node("db1", "sql_database", write_time=constant(0.002), locks=LOCKS, backup=backup)
    kill = {"at": 25.0, "duration": None, "target": "db1", "change": "kill"}
    made = shop("two_phase", rate=20.0, wire={"timeout": 0.5}, last=second, events=[kill, CALM])
    session = Session(made)
    session.advance(60.0)
    extra = session.result()["nodes"]["orders"]["extra"]
    lost = session.result()["nodes"]["db1"]["extra"]["lost_writes"]
    assert 80 <= extra["forgotten"] <= 120, "five seconds of 20 a second"
    assert extra["forgotten"] <= lost / 2 + 2


def test_a_standby_forgets_what_the_old_leader_did_beside_it() -> None:
    """It goes on for four seconds, shut out by nobody: what it does then nobody knows later."""
    failover = {"interval": 0.5, "failures": 1, "promote": 4.0, "fencing": False}
    second = node("db1", "sql_database", write_time=constant(0.002), locks=LOCKS, failover=failover)
    freeze = {"at": 20.0, "duration": 1.0, "target": "db1", "change": "freeze"}
    made = shop("two_phase", rate=20.0, wire={"timeout": 0.5}, last=second, events=[freeze, CALM])
    session = Session(made)
    session.advance(60.0)
    extra = session.result()["nodes"]["orders"]["extra"]
    assert 40 <= extra["forgotten"] <= 80
    assert len(found(made, "forgetful-participant")) == 1


def test_theory_says_nothing_of_transactions() -> None:
    twin = predict(lower(shop("saga", locks=None)))
    assert twin.nodes["orders"].residence is None
    assert "transaction" in twin.nodes["orders"].reason


def test_what_is_dangerous_is_said() -> None:
    assert len(found(shop("two_phase", locks=None), "no-locks")) == 2
    assert found(shop("two_phase"), "no-locks") == found(shop("saga", locks=None), "no-locks") == []
    slow = shop("two_phase")
    slow = SetField("db1", ("config", "write_time"), constant(2.0)).apply(slow).design
    assert "DB1 takes 2.02 s" in found(slow, "slow-participant")[0].message.replace("Db1", "DB1")
    rescued = found(shop("saga", wire={"fallback": {"kind": "static"}}), "participant-fallback")
    assert [each.id for each in rescued] == ["orders-db0", "orders-db1"]
    assert rescued[0].fix is not None
    unknown = shop("two_phase")
    gone = SetField(
        "orders", ("config", "flow"), [{"transaction": {"participants": ["orders-db0", "nobody"]}}]
    )
    finding = found(gone.apply(unknown).design, "unknown-link")[0]
    assert finding.fix is not None
    assert found(finding.fix.apply(gone.apply(unknown).design).design, "unknown-link") == []
