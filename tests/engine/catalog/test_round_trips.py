"""How far frames are from each other, and what links between them take."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check, lower
from engine.catalog.lowerer import Lowerer
from engine.model.design import Design
from engine.model.edits import SetField
from engine.model.round_trips import RoundTrips
from engine.plan.primitives import LinkPlan
from tests.helpers.builders import client, constant, design, link, node, run


def placed(name: str, kind: str, frame: str | None, **config: Any) -> Any:
    return node(name, kind, **config) | {"frame": frame}


def frame(name: str, inside: str | None = None, **config: Any) -> Any:
    return {"id": name, "kind": "region", "name": name.title(), "frame": inside, "config": config}


EAST = frame("east", round_trip={"west": 0.07, "far": 0.2})
A = frame("a", "east", round_trip={"b": 0.002})
B = frame("b", "east")
WEST, FAR = frame("west"), frame("far", round_trip={"west": 0.15})


def world(**changes: Any) -> Design:
    """A shop in a zone, and what it calls in the same region, in another one, and nowhere."""
    quick: Any = {"service_time": constant(0.001), "workers": 50}
    nodes = [
        client(),
        placed("shop", "service", "a", **quick),
        placed("near", "service", "a", **quick),
        placed("zone", "service", "b", **quick),
        placed("west", "service", "west", **quick) | {"id": "over"},
        placed("own", "service", "west", **quick),
    ]
    links = [link("users", "shop")]
    links += [link("shop", name) for name in ("near", "zone", "over")]
    links.append(link("shop", "own", delay=constant(0.5)))
    fields = {"frames": [EAST, A, B, WEST, FAR], "duration": 70.0, "warmup": 0.0}
    return design(nodes, links, **(fields | changes))


def delay(made: Design, name: str) -> float:
    return lower(made).links[[each.id for each in made.links].index(name)].delay.mean


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("users-shop", 0.0),  # the client is in no frame
        ("shop-near", 0.0),
        ("shop-zone", 0.001),
        ("shop-over", 0.035),
        ("shop-own", 0.5),  # a delay of its own
    ],
)
def test_a_link_takes_half_of_a_round_trip_each_way(name: str, wanted: float) -> None:
    assert delay(world(), name) == pytest.approx(wanted)


def test_an_answer_takes_the_whole_of_it() -> None:
    latency = run(world())["links"]["shop-over"]["latency"]
    assert latency["mean"] == pytest.approx(0.071, abs=1e-4)


def test_one_of_the_two_frames_says_it_and_the_inner_ones_first() -> None:
    trips = RoundTrips(world())
    assert trips.between("over", "shop") == trips.between("shop", "over") == 0.07
    inner = [EAST, frame("a", "east", round_trip={"west": 0.09}), B, WEST, FAR]
    assert RoundTrips(world(frames=inner)).between("shop", "over") == 0.09
    assert not RoundTrips(world(frames=[frame("east"), frame("a", "east"), B, WEST]))


def test_an_edit_of_a_link_alone_keeps_what_its_frames_say() -> None:
    lowerer, made = Lowerer(), world()
    lowerer.lower(made)
    changed = SetField("shop-over", ("config", "timeout"), 1.0).apply(made).design
    assert lowerer.lower(changed) == lower(changed)
    nearer = SetField("east", ("config", "round_trip"), {"west": 0.01}).apply(changed).design
    assert lowerer.lower(nearer) == lower(nearer)
    assert delay(nearer, "shop-over") == pytest.approx(0.005)


def test_an_event_on_a_link_keeps_what_its_frames_say() -> None:
    change = {"at": 10, "duration": 5, "target": "shop-over", "change": "set"}
    made = world(events=[change | {"path": "loss", "value": 0.1}])
    replacement = lower(made).events[0].replacement
    assert isinstance(replacement, LinkPlan)
    assert replacement.delay.mean == pytest.approx(0.035)


def test_round_trips_to_nowhere_are_told() -> None:
    made = world(frames=[frame("east", round_trip={"wets": 0.1}), A, B, WEST, FAR])
    [finding] = [each for each in check(made) if each.code == "no-frame"]
    assert "did you mean 'west'?" in finding.message
    assert finding.fix is not None
    assert [each for each in check(finding.fix.apply(made).design) if each.code == "no-frame"] == []


@pytest.mark.parametrize(("times", "told"), [(1, False), (2, False), (3, True), (30, True)])
def test_a_chatty_link_over_a_long_way_is_told(times: int, *, told: bool) -> None:
    made = SetField("shop-over", ("config", "times"), times).apply(world()).design
    found = [each for each in check(made) if each.code == "chatty-link"]
    assert bool(found) == told
    assert not told or f"{times} times a request" in found[0].message


def test_requests_that_go_to_and_fro_over_several_links_are_told() -> None:
    """From the east to the west, back, and over again: three crossings a request, each over its own link."""
    made = world()
    nodes = [each.model_dump(exclude_unset=True) for each in made.nodes]
    links = [link("users", "shop"), link("shop", "over"), link("over", "near"), link("near", "own")]
    there = design(nodes, links, frames=[EAST, A, B, WEST, FAR])
    [finding] = [each for each in check(there) if each.code == "chatty-link"]
    assert "A request goes 70 ms there and back between East and West 3 times" in finding.message
    assert "210 ms in all" in finding.message
    fewer = design(nodes, links[:3], frames=[EAST, A, B, WEST, FAR])
    assert not [each for each in check(fewer) if each.code == "chatty-link"]


def test_what_is_no_time_is_refused() -> None:
    made = world(frames=[frame("east", round_trip={"west": -1.0}), A, B, WEST, FAR])
    assert [each.level for each in check(made)][:1] == ["error"]
    written = world(frames=[frame("east", round_trip={"west": "70 ms"}), A, B, WEST, FAR])
    assert delay(written, "shop-over") == pytest.approx(0.035)
