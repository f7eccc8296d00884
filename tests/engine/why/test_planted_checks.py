"""Planted failures behind checks that go on to what a node calls: they take the healthy node out of rotation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.run.session import Session
from engine.why.chain import explain
from engine.why.record import Record
from tests.helpers.builders import client, design, exponential, link, node

if TYPE_CHECKING:
    from engine.why.fact import Fact

AT = 30.0


@pytest.mark.parametrize("depth", ["deep", "shallow"])
@pytest.mark.parametrize(
    ("target", "fields"),
    [
        ("db", {"change": "kill"}),
        ("db", {"change": "freeze"}),
        ("web-db", {"change": "partition"}),
    ],
)
def test_what_is_behind_a_node_out_of_rotation_is_named(
    target: str, fields: dict[str, Any], depth: str
) -> None:
    """Only one request in fifty needs the database; deep checks turn away all of them for it."""
    health = {"interval": 1.0, "failures": 2, "timeout": 0.5, "depth": depth, "layer": 7}
    nodes = [
        client("users", 50.0),
        node("lb", "load_balancer", health=health),
        node("web", "service", instances=3, service_time=exponential(0.01)),
        node("db", "sql_database"),
    ]
    links = [
        link("users", "lb", timeout=2.0),
        link("lb", "web"),
        link("web", "db", timeout=0.3, probability=0.02),
    ]
    event = {"at": AT, "duration": 15.0, "target": target, **fields}
    made = design(nodes, links, events=[event], duration=60.0, warmup=5.0, seed=1)
    session = Session(made)
    record = Record(session.plan)
    while session.now < 60.0:
        session.advance(session.now + 0.5)
        record.add(session.snapshot())
    facts = explain(record, {})
    told = [(fact.time, fact.item, fact.what) for fact in facts]
    if depth == "deep":
        assert [fact.item for fact in facts if fact.first] == [target], told
        assert facts[0].time == pytest.approx(AT)
        assert any("out of rotation" in fact.what for fact in facts), told
    assert all(fact.item == target for fact in facts if fact.first), told


def test_a_cut_between_some_instances_is_named() -> None:
    """The shop is in both zones and its store too: only who calls across the cut fails."""
    frames = [
        {"id": each, "kind": "zone", "name": each, "x": 0, "y": 0, "width": 9, "height": 9}
        for each in ("east", "west")
    ]
    spread = {"instances": 2, "spread": ["east", "west"], "service_time": exponential(0.01)}
    nodes = [
        client("users", 50.0),
        node("shop", "service", **spread),
        node("stock", "service", **spread),
    ]
    links = [link("users", "shop", timeout=2.0), link("shop", "stock", timeout=0.3)]
    event = {"at": AT, "duration": 15.0, "target": "east", "change": "partition", "with": "west"}
    made = design(nodes, links, frames=frames, events=[event], duration=60.0, warmup=5.0, seed=1)
    session = Session(made)
    record = Record(session.plan)
    while session.now < 60.0:
        session.advance(session.now + 0.5)
        record.add(session.snapshot())
    facts = explain(record, {})
    assert [fact.item for fact in facts if fact.first] == ["shop-stock"]
    assert facts[0].time == pytest.approx(AT)
    assert facts[0].what == "east cut from west"


def chain(
    nodes: list[dict[str, Any]], links: list[dict[str, Any]], **more: Any
) -> tuple[Fact, ...]:
    """The chain of causes of a minute."""
    session = Session(design(nodes, links, duration=60.0, warmup=5.0, seed=1, **more))
    record = Record(session.plan)
    while session.now < 60.0:
        session.advance(session.now + 0.5)
        record.add(session.snapshot())
    return explain(record, {})


def test_who_is_called_beside_the_one_that_is_waited_for_is_not_blamed() -> None:
    """The shop is full since the stock is slow; mail and ads are a little slower since just before."""
    nodes = [
        client("users", 60.0),
        node("shop", "service", workers=20, service_time=exponential(0.01)),
    ]
    nodes += [
        node(each, "service", workers=20, service_time=exponential(0.01))
        for each in ("stock", "mail", "ads")
    ]
    links = [link("users", "shop", timeout=2.0)]
    links += [
        link("shop", each, timeout=1.5, order=i) for i, each in enumerate(("stock", "mail", "ads"))
    ]
    slow = {"duration": 15.0, "change": "slow"}
    events = [
        {"at": AT - 2.0, "target": "mail", "factor": 1.4, **slow},
        {"at": AT - 1.0, "target": "ads", "factor": 1.2, **slow},
        {"at": AT, "target": "stock", "factor": 150.0, **slow},
    ]
    facts = chain(nodes, links, events=events)
    assert [fact.item for fact in facts if fact.first] == ["stock"]


def test_what_clients_ask_for_now_is_named_though_it_is_no_more() -> None:
    """As many requests, but all of them write: ten times the work, of which there is too much."""
    users = client("users", 80.0, mix={"read": 1.0, "write": 0.0})
    db = node(
        "db",
        "sql_database",
        connections=10,
        read_time=exponential(0.02),
        write_time=exponential(0.2),
    )
    event = {"at": AT, "duration": 15.0, "target": "users", "change": "set", "path": "mix"}
    facts = chain(
        [users, db],
        [link("users", "db", timeout=2.0)],
        classes=[{"name": "read"}, {"name": "write", "operation": "write"}],
        events=[event | {"value": {"read": 0.0, "write": 1.0}}],
    )
    assert facts
    assert (facts[0].item, facts[0].time) == ("users", pytest.approx(AT))
    assert any("Db is full" in fact.what or "db is full" in fact.what for fact in facts)


def test_what_was_over_before_all_was_well_is_not_behind_what_comes_next() -> None:
    """The bank is slow for some seconds, all is well for a quarter of a minute, and then the stock freezes."""
    nodes = [
        client("users", 60.0),
        node("shop", "service", workers=20, service_time=exponential(0.01)),
    ]
    nodes += [
        node(each, "service", workers=20, service_time=exponential(0.01))
        for each in ("stock", "bank")
    ]
    links = [link("users", "shop", timeout=2.0)]
    links += [link("shop", each, timeout=1.0, order=i) for i, each in enumerate(("stock", "bank"))]
    events = [
        {"at": 12.0, "duration": 6.0, "target": "bank", "change": "slow", "factor": 200.0},
        {"at": 38.0, "duration": 8.0, "target": "stock", "change": "freeze"},
    ]
    made = design(nodes, links, events=events, duration=60.0, warmup=5.0, seed=1)
    session = Session(made)
    record = Record(session.plan)
    while session.now < 60.0:
        session.advance(session.now + 0.5)
        record.add(session.snapshot())
    for moment, wanted in ((15.0, "bank"), (42.0, "stock")):
        facts = explain(record, {}, moment)
        assert [fact.item for fact in facts if fact.first] == [wanted]
        assert facts[0].item == wanted
