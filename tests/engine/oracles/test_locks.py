"""Row locks: the ceiling of a hot row, waits in line, timeouts, and what becomes of them when things break."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.edits import SetField
from engine.run.session import Session
from engine.sim.invariants import check
from tests.helpers.builders import client, constant, design, link, node, run
from tests.helpers.findings import found


def hot(write: float, rate: float, keys: int = 1, **more: Any):
    kinds = [{"name": "write", "operation": "write", "keys": {"law": "uniform", "count": keys}}]
    locks = {"timeout": more.pop("timeout", 50.0), "by": more.pop("by", "key")}
    wire, run_for = more.pop("wire", {}), more.pop("duration", 60)
    events = more.pop("events", [])
    made = node("db", "sql_database", write_time=constant(write), locks=locks, **more)
    return design(
        [client("users", rate), made],
        [link("users", "db", **wire)],
        classes=kinds,
        duration=run_for,
        warmup=5,
        events=events,
    )


def measured(made) -> tuple[dict[str, Any], dict[str, Any]]:
    at = run(made)["nodes"]["db"]
    return at, at["extra"]


@pytest.mark.oracle(32)
@pytest.mark.parametrize(("hold", "ceiling"), [(0.002, 500.0), (0.14, 7.143)])
def test_a_hot_row_is_written_once_a_hold(hold: float, ceiling: float) -> None:
    at, extra = measured(hot(hold, 2 * ceiling, queue_limit=50, duration=120))
    assert at["completed"] / 115 == pytest.approx(ceiling, rel=0.01)
    assert extra["lock_hold"] == pytest.approx(hold)
    assert at["utilization"] > 0.95  # all connections wait for the one lock


def test_writes_of_one_row_wait_as_at_one_server() -> None:
    """M/D/1 at half load: ρD ÷ 2(1-ρ)."""
    _, extra = measured(hot(0.002, 250.0, duration=400))
    assert extra["lock_wait"] == pytest.approx(0.001, rel=0.03)


def test_writes_of_other_rows_do_not_wait() -> None:
    at, extra = measured(hot(0.002, 250.0, keys=1_000_000))
    assert extra["lock_waits"] < 20
    assert at["residence"]["mean"] == pytest.approx(0.002, rel=0.01)
    _, extra = measured(hot(0.002, 250.0, keys=1_000_000, by="table", duration=400))
    assert extra["lock_wait"] == pytest.approx(0.001, rel=0.03)


def test_who_waits_too_long_fails_with_conflict() -> None:
    at, extra = measured(hot(0.1, 20.0, timeout=0.35, connections=50))
    assert at["failed"]["conflict"] == extra["lock_timeouts"] > 400
    assert at["completed"] / 55 == pytest.approx(10.0, rel=0.02)
    assert at["residence"]["max"] < 0.35 + 0.1 + 1e-9 + 0.005


def test_reads_wait_for_nobody() -> None:
    kinds = [
        {"name": "read"},
        {"name": "write", "operation": "write", "keys": {"law": "uniform", "count": 1}},
    ]
    users = client("users", 40.0, mix={"read": 0.5, "write": 0.5})
    made = node("db", "sql_database", write_time=constant(1.0), read_time=constant(0.01), locks={})
    result = run(design([users, made], [link("users", "db")], classes=kinds, duration=4, warmup=0))
    assert result["nodes"]["db"]["completed"] > 60
    assert result["nodes"]["db"]["residence"]["p50"] == pytest.approx(0.01, rel=0.02)


EVENTS = [
    {"at": 20, "duration": 5, "target": "db", "change": "kill"},
    {"at": 20, "duration": 5, "target": "db", "change": "freeze"},
    {"at": 20, "duration": 5, "target": "db", "change": "slow", "factor": 5},
    {"at": 20, "duration": 5, "target": "db", "change": "error", "probability": 0.5},
    {"at": 20, "duration": 5, "target": "users", "change": "partition", "with": "db"},
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda each: each["change"])
@pytest.mark.parametrize("wire", [{}, {"timeout": 0.05, "cancellation": True}], ids=["", "cancels"])
def test_no_lock_is_lost_whatever_breaks(event, wire) -> None:
    """The invariants of the table are checked with every result; afterwards the row is written as before."""
    made = hot(0.01, 60.0, wire=wire, events=[event], timeout=1.0, queue_limit=200)
    session = Session(made)
    for at in (19.99, 20.0, 20.1, 24.9, 25.0, 25.1, 30.0, 60.0):
        session.advance(at)
        result = session.result()
    assert result["nodes"]["db"]["completed"] > 1500
    assert result["nodes"]["db"]["extra"]["locks_held"] <= 1.0


def test_locks_are_switched_on_and_off_while_it_runs() -> None:
    made = hot(0.01, 150.0, queue_limit=1000)
    session = Session(made)
    session.advance(10.0)
    assert session.result()["nodes"]["db"]["in_system"] > 100
    session.apply(SetField("db", ("config", "locks"), None))
    session.advance(10.5)
    assert session.result()["nodes"]["db"]["in_system"] < 20
    session.apply(SetField("db", ("config", "locks"), {"timeout": 0.2}))
    session.advance(20.0)
    result = session.result()["nodes"]["db"]
    assert result["extra"]["lock_timeouts"] > 100
    session.apply(SetField("db", ("config", "locks", "timeout"), 0.02))
    session.advance(60.0)
    assert session.result()["nodes"]["db"]["in_system"] < 20


def test_what_is_dangerous_is_said() -> None:
    assert len(found(hot(0.01, 1.0, timeout=None), "odd-locks")) == 1
    assert found(hot(0.01, 1.0), "odd-locks") == []
    risk = found(hot(0.01, 150.0), "hot-row")
    assert len(risk) == 1
    assert "100 times a second" in risk[0].message
    assert found(hot(0.01, 150.0, keys=100), "hot-row") == []


def test_theory_gives_no_times_where_writes_may_wait() -> None:
    from engine.catalog import lower
    from engine.plan.theory import predict

    twin = predict(lower(hot(0.002, 400.0)))
    assert twin.nodes["db"].residence is None
    assert "row locks" in twin.nodes["db"].reason


def test_the_table_keeps_its_laws_at_every_moment() -> None:
    session = Session(hot(0.01, 95.0, keys=3, timeout=0.05, connections=5))
    for step in range(1, 200):
        session.advance(step * 0.1)
        check(session._simulation.machine)


def test_a_long_line_of_transactions_at_one_row_moves_on_at_its_ceiling() -> None:
    """COURSE 4.5: 14 ms of lock each, 83 of 100 a second: hundreds wait, and none of them is looked at again for each that comes."""
    flow = [{"transaction": {"mode": "two_phase", "participants": ["orders-db", "orders-pay"]}}]
    slow = {"delay": constant(0.005)}
    made = design(
        [
            client("users", 100.0),
            node("orders", "service", workers=1000, service_time=constant(0.0), flow=flow),
            node("db", "sql_database", connections=1000, write_time=constant(0.002), locks={"timeout": None}),
            node("pay", "sql_database", connections=1000, write_time=constant(0.002)),
        ],
        [link("users", "orders"), link("orders", "db", **slow), link("orders", "pay", **slow)],
        classes=[{"name": "order", "operation": "write", "keys": {"law": "uniform", "count": 1}}],
        duration=20.0,
        warmup=2.0,
    )  # fmt: skip
    result = run(made)
    hold = result["nodes"]["db"]["extra"]["lock_hold"]
    assert hold == pytest.approx(0.012, rel=0.01)
    assert result["clients"]["users"]["goodput"] == pytest.approx(1.0 / hold, rel=0.01)
    assert result["nodes"]["db"]["in_system"] > 200
