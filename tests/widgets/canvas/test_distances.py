"""Links show what they take from around them, and say from where; frames show their place."""

from __future__ import annotations

from typing import Any

import pytest

from engine.model.design import Design, Frame
from engine.model.edits import SetField
from engine.model.round_trips import RoundTrips
from tests.helpers.builders import client, design, link, node
from widgets.canvas.card_presenter import CardPresenter
from widgets.canvas.distances import distance_pills, distance_rows
from widgets.canvas.frame_painter import frame_label
from widgets.canvas.pill import Pill
from widgets.canvas.tooltips import link_tip


def frame(name: str, kind: str = "region", inside: str | None = None, **config: Any) -> Any:
    return {"id": name, "kind": kind, "name": name.title(), "frame": inside, "config": config}


def world(**link_config: Any) -> Design:
    frames = [
        frame("east", place="aws/us-east-1"),
        frame("ireland", place="aws/eu-west-1", round_trip={"moon": 2.6}),
        frame("moon"),
    ]
    frames[0]["config"]["inside"] = "typical"
    nodes = [
        client("users", 1.0) | {"frame": "east"},
        node("mobile", "client", profile="3g"),
        node("near", "service", frame="east"),
        node("far", "service", frame="ireland"),
        node("there", "service", frame="moon"),
    ]
    ends = [
        ("users", "near"),
        ("users", "far"),
        ("far", "there"),
        ("mobile", "far"),
        ("near", "there"),
    ]
    return design(nodes, [link(*each, **link_config) for each in ends], frames=frames)


def pill(made: Design, name: str) -> tuple[Pill, ...]:
    return distance_pills(made.link_by_id[name], made, RoundTrips(made))


def rows(made: Design, name: str) -> list[tuple[str, str]]:
    return list(distance_rows(made.link_by_id[name], made, RoundTrips(made)))


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("users-near", "1.5 ms", "1.5 ms usual inside East"),
        ("users-far", "70 ms", "70 ms between aws/us-east-1 and aws/eu-west-1, 2025-05-29"),
        ("far-there", "2.6 s", "2.6 s set between Ireland and Moon"),
    ],
)
def test_a_link_shows_a_round_trip_that_it_does_not_say(name: str, text: str, told: str) -> None:
    assert pill(world(), name) == (Pill("distance", text),)
    assert rows(world(), name) == [("Round trip", told)]
    assert pill(world(delay=0.01), name) == ()
    assert rows(world(delay=0.01), name) == []


def test_a_last_mile_is_shown_as_well() -> None:
    assert pill(world(), "mobile-far") == (Pill("distance", "270 ms"),)
    assert rows(world(), "mobile-far") == [
        ("Last mile", "270 ms there and back, of Mobile"),
        ("Last mile, each", "0.7 Mb/s"),
    ]
    assert rows(world(delay=0.0, bandwidth=1e6), "mobile-far") == []


def test_where_nothing_is_known_nothing_is_shown() -> None:
    assert pill(world(), "near-there") == ()
    assert rows(world(), "near-there") == []


def test_the_sign_follows_the_frames() -> None:
    presenter, made = CardPresenter({}), world()
    presenter.set_design(made, {})
    way = made.link_by_id["users-far"]
    assert presenter.link(way).pills == (Pill("distance", "70 ms"),)
    moved = SetField("ireland", ("config", "place"), "aws/us-west-2").apply(made).design
    presenter.set_design(moved, {})
    assert presenter.link(way).pills == (Pill("distance", "64 ms"),)


def test_a_tooltip_tells_it_before_the_numbers() -> None:
    made = world()
    way = made.link_by_id["users-far"]
    text = link_tip(way, made, None, (), distance_rows(way, made, RoundTrips(made)))
    assert "Round trip" in text
    assert "aws/eu-west-1" in text


def test_a_frame_shows_its_place() -> None:
    shown = frame_label(
        Frame(id="f", kind="region", name="Europe", config={"place": "aws/eu-west-1"})
    )
    assert shown == "Region · Europe · aws/eu-west-1"
    assert frame_label(Frame(id="f", kind="region", config={"place": None})) == "Region · f"
    assert frame_label(Frame(id="frame-2", kind="region")) == "Region 2"


def test_dns_is_no_place_on_the_way() -> None:
    frames = [frame("east", place="aws/us-east-1"), frame("ireland", place="aws/eu-west-1")]
    nodes = [
        node("users", "client", profile="3g", frame="east"),
        node("dns", "dns", frame="ireland"),
        node("web", "service", frame="east"),
    ]
    made = design(nodes, [link("users", "dns"), link("dns", "web")], frames=frames)
    assert pill(made, "users-dns") == (Pill("distance", "270 ms"),)
    assert pill(made, "dns-web") == ()
    assert rows(made, "dns-web") == []
