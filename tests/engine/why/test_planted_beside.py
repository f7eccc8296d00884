"""Failures beside others: what fails a little all the while, at the same time, long before, or again, is not blamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.model.edits import SetDesign
from engine.run.session import Session
from engine.why.chain import explain
from engine.why.record import Record
from engine.why.stretch import Point, Stretch, levels
from tests.helpers.builders import client, constant, design, exponential, link, node
from tests.helpers.chains import chain_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.model.design import Design
    from engine.why.fact import Fact

AT = 40.0


def shop(events: list[dict[str, Any]], *, errs: float = 0.0, mode: str = "call") -> Design:
    """Users of a shop with stock in a database, who are paid by a bank; another crowd at another site."""
    nodes = [
        client("users", 150.0),
        client("others", 20.0),
        node("shop", "service", workers=40, service_time=exponential(0.005)),
        node("bank", "external_api", error_share=errs, response_time=exponential(0.05)),
        node("db", "sql_database", connections=20, read_time=exponential(0.01)),
        node("site", "service", workers=4, service_time=exponential(0.01)),
    ]
    nodes[3]["config"]["admission"] = {"rate_limit": None}
    links = [
        link("users", "shop", timeout=1.0),
        link("others", "site", timeout=1.0),
        link("shop", "bank", order=1, mode=mode, timeout=0.8),
        link("shop", "db", order=2, timeout=0.8),
    ]
    return design(nodes, links, duration=80.0, warmup=5.0, seed=6, events=events)


def event(target: str, change: str, at: float = AT, length: float = 20.0, **more: Any) -> Any:
    return {"at": at, "duration": length, "target": target, "change": change, **more}


def causes(facts: Sequence[Fact]) -> list[tuple[str | None, float]]:
    return [(fact.item, fact.time) for fact in facts if fact.first]


@pytest.mark.parametrize("moment", [None, 50.0])
def test_who_always_fails_a_little_is_not_behind_an_outage(moment: float | None) -> None:
    facts = chain_of(shop([event("db", "kill")], errs=0.08), moment=moment)
    assert causes(facts) == [("db", AT)], [(fact.time, fact.what) for fact in facts]
    failing = next(fact for fact in facts if fact.node == "users")
    assert failing.value == pytest.approx(0.98, abs=0.03)
    assert AT < failing.time <= AT + 1.5


def test_who_always_fails_a_little_is_behind_what_always_fails() -> None:
    """The number is the share of all requests, not that of the worst moments."""
    facts = chain_of(shop([event("db", "kill")], errs=0.08), moment=20.0)
    assert causes(facts) == [("bank", 0.0)]
    failing = next(fact for fact in facts if fact.node == "users")
    assert failing.value == pytest.approx(0.08, rel=0.15)


def test_calls_that_nobody_waits_for_fail_nobody() -> None:
    early = event("bank", "kill", 28.0, 13.0)
    facts = chain_of(shop([early, event("db", "error", 42.0, probability=0.5)], mode="send"))
    assert causes(facts) == [("db", 42.0)]


def test_the_crowd_that_loses_most_requests_is_asked_about() -> None:
    """All requests of a few others fail, and most of those of many users."""
    both = [event("site", "kill"), event("db", "error", probability=0.7)]
    assert causes(chain_of(shop(both))) == [("db", AT)]


def test_a_fault_that_comes_again_is_the_last_one() -> None:
    made = shop([])
    raw = made.model_dump(exclude_unset=True, by_alias=True)
    raw["nodes"][4]["config"]["faults"] = {
        "mtbf": constant(26.0),
        "mttr": constant(6.0),
        "unit": "node",
    }
    made = type(made).model_validate(raw)
    for moment, fault in ((15.0, 13), (47.0, 45)):
        facts = chain_of(made, moment=moment)
        assert [(item, round(time)) for item, time in causes(facts)] == [("db", fault)]


def rows(keys: int, events: list[dict[str, Any]]) -> Design:
    """Writers of rows in a database that locks them."""
    nodes = [
        client("users", 150.0),
        node("app", "service", workers=64, service_time=exponential(0.004)),
        node(
            "db",
            "sql_database",
            connections=40,
            write_time=exponential(0.008),
            locks={"by": "key", "timeout": 3.0},
        ),
    ]
    return design(
        nodes,
        [link("users", "app", timeout=2.0), link("app", "db", timeout=1.5)],
        classes=[_writes(keys)],
        duration=90.0,
        warmup=5.0,
        seed=7,
        events=events,
    )


def _writes(keys: int) -> dict[str, Any]:
    return {"name": "write", "operation": "write", "keys": {"law": "uniform", "count": keys}}


def test_waits_for_locks_are_told() -> None:
    hot = {"at": AT, "duration": 40.0, "target": "users", "change": "hot_key"}
    facts = chain_of(rows(50_000, [hot | {"probability": 0.85, "key": 17}]))
    assert causes(facts) == [("users", AT)]
    told = next(fact for fact in facts if "for locks" in fact.what)
    assert told.node == "db"
    assert told.value is not None
    assert 0.02 < told.value < 1.0


def test_what_is_changed_of_classes_is_told_of_the_clients_who_ask_for_them() -> None:
    made = rows(50_000, [])
    session = Session(made)
    record = Record(session.plan)
    edit = SetDesign(("classes",), [_writes(1)], "All write one row")
    for second in range(1, 91):
        session.advance(float(second))
        if second == AT:
            session.apply(edit)
        record.add(session.snapshot())
    record.plan = session.plan
    facts = explain(record, {})
    assert causes(facts) == [("users", AT)]
    assert facts[0].what.endswith("All write one row")
    # The trouble lasts for most of the run, and who is full is found all the same.
    assert any("app is full" in fact.what for fact in facts)


def series(values: Sequence[float]) -> Stretch:
    points = tuple(Point(float(i), i + 1.0, value) for i, value in enumerate(values))
    return Stretch(0.0, float(len(values)), points)


def test_a_level_ends_where_a_far_higher_one_begins_and_ends() -> None:
    stretch = series([0.05] * 20 + [0.9] * 5 + [0.05] * 6)
    assert [(each.start, each.end) for each in levels(stretch)] == [(0, 20), (20, 25), (25, 31)]


@pytest.mark.parametrize(
    "values",
    [
        [0.05] * 5 + [0.9] * 20,  # it has only begun
        [0.05] * 20 + [0.9] + [0.05] * 9,  # one interval alone
        [0.9] * 20 + [1.0] * 5,  # hardly worse
        [0.05 + 0.001 * (i % 7) for i in range(40)],
    ],
)
def test_what_is_one_stretch_stays_one(values: list[float]) -> None:
    stretch = series(values)
    assert levels(stretch) == [stretch]
