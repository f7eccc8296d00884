"""Calls that were given up wait on and are worked on in their turn, in whatever form they are kept until then."""

from __future__ import annotations

import gc
from collections import Counter
from typing import Any

import pytest

from engine.model.design import Design
from engine.model.edits import Edit, SetField
from engine.run.session import Session
from engine.sim.lane.station.shelf import ROOM
from engine.sim.report import Result
from tests.helpers.builders import Raw, client, constant, design, exponential, link, node

MANY = 10_000_000
"""A limit that nobody comes near."""


AVOIDING = {"attempts": 2, "other_instance": True}
"""Retries that know where a call has been, which the call carries with it."""


def overload(events: list[Raw], retry: Raw | None = None, **web: Any) -> Design:
    """Three times what the service can do, a timeout on every call."""
    nodes = [
        client("users", 600.0),
        node("lb", "load_balancer"),
        node("web", "service", workers=1, instances=2, service_time=exponential(0.01), **web),
        node("db", "sql_database", connections=8, read_time=constant(0.001)),
    ]
    links = [
        link(*ends, timeout=span, delay=constant(0.001), **({"retry": retry} if retry else {}))
        for ends, span in ((("users", "lb"), 0.4), (("lb", "web"), 0.3), (("web", "db"), 0.2))
    ]
    return design(nodes, links, duration=20, warmup=0, events=events)


def measured(given: Design, edits: list[Edit]) -> Result:
    """The result after an edit every few seconds."""
    session = Session(given)
    for place, edit in enumerate(edits):
        session.advance(4.0 * (place + 1))
        session.apply(edit)
    session.advance(20.0)
    return session.result()


def discipline(name: str) -> Edit:
    return SetField("web", ("config", "discipline"), name)


KILL = {"at": 9, "duration": 3, "target": "web", "change": "kill", "instances": 1}


@pytest.mark.parametrize("order", ["fifo", "priority"])
@pytest.mark.parametrize(
    ("events", "edits"),
    [
        ([], []),
        ([KILL], []),
        ([], [discipline("lifo"), discipline("fifo"), discipline("ps")]),
        ([KILL], [discipline("priority"), SetField("web", ("config", "instances"), 1)]),
        ([], [SetField("web", ("config", "workers"), 9)]),
    ],
    ids=["calm", "kill", "order", "both", "workers"],
)
def test_their_form_changes_nothing(order: str, events: list[Raw], edits: list[Edit]) -> None:
    """A gate that hears of all who leave has them wait as they are."""
    short = measured(overload(events, discipline=order), edits)
    whole = measured(overload(events, discipline=order, concurrency={"limit": MANY}), edits)
    assert short["links"]["lb-web"]["failed"]["timeout"] > 1000
    assert short["links"] == whole["links"]
    assert short["clients"] == whole["clients"]
    for name in ("lb", "db"):
        assert short["nodes"][name] == whole["nodes"][name]
    for key, value in short["nodes"]["web"].items():
        if key != "policies":
            assert whole["nodes"]["web"][key] == value, key


def alive() -> Counter[str]:
    """How many objects of each type there are."""
    gc.unfreeze()
    gc.collect()
    return Counter(type(each).__name__ for each in gc.get_objects())


@pytest.mark.parametrize("retry", [None, AVOIDING], ids=["once", "elsewhere"])
def test_they_are_no_calls_until_their_turn_comes(retry: Raw | None) -> None:
    """What waits and is given up is kept as something smaller, wherever it was tried before."""
    before = alive()
    session = Session(overload([], retry))
    session.advance(20.0)
    waiting = session.snapshot().gauges["web"].waiting
    more = alive() - before
    assert 0.9 * waiting < more["Box"] * ROOM < 1.1 * waiting
    assert waiting > 5000
    assert more["Call"] < 0.2 * waiting
