"""Events that name frames: everything inside, and what goes between two of them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import lower
from engine.model.design import Design
from engine.model.edits import SetField
from engine.run.session import Session
from tests.helpers.builders import constant, design, link, node, run

TRIP = 0.08


def two_regions(*events: Any, **changes: Any) -> Design:
    """A shop in the east with a store there and a bank in the west, which the shop calls for every request."""
    quick: Any = {"service_time": constant(0.001), "workers": 50, "instances": 2}
    frames = [
        {"id": "east", "kind": "region", "config": {"round_trip": {"west": TRIP}}},
        {"id": "zone", "kind": "zone", "frame": "east"},
        {"id": "west", "kind": "region"},
    ]
    users = node("users", "client", arrivals={"process": "deterministic", "rate": 10}, frame="east")
    nodes = [
        users,
        node("shop", "service", **quick, frame="zone"),
        node("store", "service", **quick, frame="zone"),
        node("bank", "service", **quick, frame="west"),
    ]
    ways: Any = {"timeout": 1.0}
    links = [link("users", "shop"), link("shop", "store"), link("shop", "bank", order=1, **ways)]
    fields = {"frames": frames, "events": list(events), "duration": 60.0, "warmup": 0.0}
    return design(nodes, links, **(fields | changes))


def event(change: str, target: str, /, **fields: Any) -> Any:
    return {"at": 20.0, "duration": 20.0, "target": target, "change": change, **fields}


def failed(made: Design, item: str = "users") -> dict[str, int]:
    return dict(run(made)["clients"][item]["failed"])


def test_between_two_regions_takes_their_round_trip() -> None:
    found = run(two_regions())
    assert found["links"]["shop-bank"]["latency"]["mean"] == pytest.approx(TRIP + 0.001)
    assert found["clients"]["users"]["failed"] == {}


@pytest.mark.parametrize("change", ["kill", "freeze"])
def test_a_region_that_is_down_takes_everything_inside_with_it(change: str) -> None:
    found = run(two_regions(event(change, "west")))
    # who waits when it thaws is answered yet
    assert sum(found["clients"]["users"]["failed"].values()) == pytest.approx(200, abs=11)
    inner = run(two_regions(event("kill", "east")))
    assert inner["clients"]["users"]["offered"] == pytest.approx(400, abs=2)  # its users as well


def test_errors_and_slowness_are_of_all_nodes_inside_and_of_no_others() -> None:
    slow = run(two_regions(event("slow", "east", factor=11.0)))
    assert slow["nodes"]["shop"]["residence"]["mean"] > 0.088
    assert slow["links"]["shop-store"]["latency"]["mean"] == pytest.approx(
        0.001 + 0.01 / 3, rel=0.02
    )
    assert slow["links"]["shop-bank"]["latency"]["mean"] == pytest.approx(TRIP + 0.001)
    wrong = two_regions(event("error", "west", probability=0.5))
    assert sum(failed(wrong).values()) == pytest.approx(100, abs=25)


def test_a_cut_between_two_regions_leaves_what_is_inside_alone() -> None:
    found = run(two_regions(event("partition", "east", **{"with": "west"})))
    assert found["links"]["shop-bank"]["failed"]["timeout"] == pytest.approx(200, abs=2)
    assert "shop-store" in found["links"]
    assert found["links"]["shop-store"]["failed"] == {}
    assert found["links"]["users-shop"]["succeeded"] == pytest.approx(400, abs=3)


@pytest.mark.parametrize(
    ("change", "field", "value"), [("delay", "seconds", 0.3), ("loss", "probability", 1.0)]
)
def test_delays_and_losses_between_two_regions(change: str, field: str, value: float) -> None:
    between = event(change, "west", **{"with": "east", field: value})
    made = lower(two_regions(between))
    assert made.events[0].links == ("shop-bank",)
    everywhere = lower(two_regions(event(change, "east", **{field: value})))
    assert everywhere.events[0].links == ("users-shop", "shop-store", "shop-bank")
    found = run(two_regions(between))["links"]
    if change == "delay":
        third = found["shop-bank"]["latency"]["mean"]
        assert third == pytest.approx(TRIP + 0.001 + 0.6 / 3, rel=0.02)
        assert made.events[0].label == "west delayed by 300 ms to east"
    else:
        assert found["shop-bank"]["failed"] == {"timeout": pytest.approx(200, abs=2)}
    assert found["shop-store"]["failed"] == {}


def test_a_node_that_moves_into_a_region_that_is_down_is_down_and_back_when_it_leaves() -> None:
    made = two_regions(event("kill", "west"))
    session = Session(made)
    pools = session._simulation.machine.nodes["store"].node.pools
    for at, frame, down in ((25.0, "west", False), (30.0, "zone", True), (35.0, "west", False)):
        session.advance(at)
        assert {pool.down for pool in pools} == {down}
        session.apply(SetField("store", ("frame",), frame))
    session.advance(45.0)
    assert {pool.down for pool in pools} == {False}
