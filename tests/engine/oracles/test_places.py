"""Clients with a place and a device: round trips out of the tables, and last miles by profile."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog import check, lower
from engine.catalog.lowerer import Lowerer
from engine.model.design import Design
from engine.model.edits import SetField
from engine.model.last_mile import PROFILES
from engine.plan.primitives import INFINITE
from engine.plan.theory import predict
from tests.helpers.builders import client, constant, design, link, node, run

KILOBYTES = 100_000.0
PAGE = [{"name": "page", "request_bytes": 0, "response_bytes": KILOBYTES}]
RARELY: Any = {"process": "deterministic", "rate": 0.02}


def frame(name: str, kind: str = "region", inside: str | None = None, **config: Any) -> Any:
    return {"id": name, "kind": kind, "name": name.title(), "frame": inside, "config": config}


def far(one: str, other: str, /, **config: Any) -> Design:
    """Users in one place who ask a service in another."""
    frames = [frame("here", place=one), frame("there", place=other, **config)]
    web = node("web", "service", service_time=constant(0.0), workers=50, frame="there")
    users = client("users", 50.0) | {"frame": "here"}
    return design([users, web], [link("users", "web")], frames=frames, duration=60.0, warmup=0.0)


def over(profile: str, /, rate: float = 0.02, **way: Any) -> Design:
    """A page of 100 kB over a last mile."""
    arrivals: Any = {"process": "deterministic", "rate": rate}
    users = node("users", "client", arrivals=arrivals, profile=profile)
    web = node("web", "service", service_time=constant(0.0), workers=500)
    made = [users, web], [link("users", "web", **way)]
    return design(*made, classes=PAGE, duration=1000.0, warmup=0.0)


def mean(made: Design, name: str = "users") -> float:
    return float(run(made)["clients"][name]["latency"]["mean"])


@pytest.mark.parametrize(
    ("one", "other", "seconds"),
    [
        ("aws-2017/us-east-1", "aws-2017/eu-west-1", 0.0805),
        ("aws/us-east-1", "aws/eu-west-1", 0.0696),
        ("aws/sa-east-1", "aws/ap-southeast-1", 0.3274),
        ("azure/eastus", "azure/westeurope", 0.089),
    ],
)
def test_an_answer_takes_the_round_trip_of_the_table(one: str, other: str, seconds: float) -> None:
    assert mean(far(one, other)) == pytest.approx(seconds, abs=1e-6)


def test_what_a_person_says_goes_before_the_table() -> None:
    made = far("aws/us-east-1", "aws/eu-west-1", round_trip={"here": 0.2})
    assert mean(made) == pytest.approx(0.2)


def test_mean_round_trip_is_the_shares_times_the_cells() -> None:
    """Users in three regions of one service: the mean is the sum of shares times cells of the matrix."""
    regions = {"eu-west-1": 30.0, "us-east-1": 50.0, "ap-southeast-1": 20.0}
    frames = [frame(name, place=f"aws/{name}") for name in regions]
    users = [client(f"in-{name}", rate) | {"frame": name} for name, rate in regions.items()]
    web = node("web", "service", service_time=constant(0.0), workers=500, frame="eu-west-1")
    links = [link(f"in-{name}", "web") for name in regions]
    made = design([*users, web], links, frames=frames, duration=60.0, warmup=0.0)
    found = run(made)["clients"]
    cells = {"eu-west-1": 0.0, "us-east-1": 0.0696, "ap-southeast-1": 0.182}
    for name, cell in cells.items():
        assert found[f"in-{name}"]["latency"]["mean"] == pytest.approx(cell, abs=1e-6)


@pytest.mark.parametrize(
    ("profile", "trip", "body"),
    [
        ("slow-2g", 2.0, 16.0),
        ("2g", 1.4, 11.428571),
        ("3g", 0.27, 1.142857),
        ("4g", 0.17, 0.088889),
        ("fibre", 0.004, 0.04),
    ],
)
def test_a_body_of_100_kb_takes_its_time(profile: str, trip: float, body: float) -> None:
    assert mean(over(profile)) == pytest.approx(trip + body, abs=1e-6)


@pytest.mark.parametrize("rate", [0.02, 5.0, 40.0])
def test_each_has_the_last_mile_for_itself(rate: float) -> None:
    """Forty pages a second are 45 times what one 3g line carries; nobody waits for another."""
    assert mean(over("3g", rate)) == pytest.approx(0.27 + 1.142857, abs=1e-6)


def test_who_shares_a_link_waits_beside_their_own_last_mile() -> None:
    """Two answers at once over a link of 1 MB/s: the second one waits for the first."""
    users = node("users", "client", arrivals={"process": "trace", "times": [1.0, 1.0]})
    web = node("web", "service", service_time=constant(0.0), workers=500)
    shared = link("users", "web", bandwidth=1e6)
    made = design([users, web], [shared], classes=PAGE, duration=60.0, warmup=0.0)
    assert mean(made) == pytest.approx(0.15, abs=1e-9)


def test_a_first_byte_over_2g_needs_three_round_trips_with_tls() -> None:
    made = over("2g", connection={"protocol": "tls_1_3", "max_requests": 1, "slow_start": "off"})
    assert mean(made) == pytest.approx(3 * 1.4 + 11.428571, abs=1e-6)


def test_what_the_link_says_goes_first() -> None:
    assert mean(over("2g", delay=0.01)) == pytest.approx(0.02 + 11.428571, abs=1e-6)
    assert mean(over("2g", bandwidth=1e5)) == pytest.approx(1.4 + 1.0, abs=1e-6)
    assert mean(over("2g", bandwidth=None)) == pytest.approx(1.4, abs=1e-6)


def test_the_last_mile_comes_on_top_of_the_way_between_regions() -> None:
    made = far("aws/us-east-1", "aws/eu-west-1")
    there = SetField("users", ("config", "profile"), "3g").apply(made).design
    assert lower(there).links[0].delay.mean == pytest.approx((0.27 + 0.0696) / 2.0)


def test_an_edit_of_the_profile_alone_reaches_its_links() -> None:
    lowerer, made = Lowerer(), over("3g")
    lowerer.lower(made)
    for profile in ("2g", None, "fibre"):
        changed = SetField("users", ("config", "profile"), profile).apply(made).design
        assert lowerer.lower(changed) == lower(changed)
    assert lower(changed).links[0].last_mile == 2.5e6
    bare = SetField("users", ("config", "profile"), None).apply(made).design
    assert lower(bare).links[0].last_mile == INFINITE


def test_an_event_does_not_change_it() -> None:
    event = {"at": 10, "target": "users", "change": "set", "path": "profile", "value": "2g"}
    web = node("web", "service", service_time=constant(0.0))
    made = design([client(profile="3g"), web], [link("users", "web")], events=[event])
    [finding] = [each for each in check(made) if each.code == "bad-event"]
    assert "no event changes its profile" in finding.message


@pytest.mark.parametrize(
    ("kind", "seconds"), [("host", 0.0001), ("zone", 0.0005), ("region", 0.0015), ("cell", None)]
)
def test_typical_round_trips_are_by_what_holds_both(kind: str, seconds: float | None) -> None:
    frames = [{"id": "box", "kind": kind, "config": {"inside": "typical"}}]
    nodes = [
        client("users", 50.0) | {"frame": "box"},
        node("web", "service", service_time=constant(0.0), workers=50, frame="box"),
    ]
    made = design(nodes, [link("users", "web")], frames=frames, duration=60.0, warmup=0.0)
    assert mean(made) == pytest.approx(seconds or 0.0, abs=1e-9)


def test_typical_round_trips_of_a_region_go_down_to_zone_and_host() -> None:
    frames = [
        {"id": "r", "kind": "region", "config": {"inside": "typical"}},
        {"id": "a", "kind": "zone", "frame": "r"},
        {"id": "b", "kind": "zone", "frame": "r"},
        {"id": "h", "kind": "host", "frame": "a"},
    ]
    quick: Any = {"service_time": constant(0.0), "workers": 50}
    homes = {"one": "h", "two": "h", "three": "a", "four": "b", "five": "r"}
    nodes = [node(name, "service", **quick, frame=home) for name, home in homes.items()]
    links = [link("one", other) for other in list(homes)[1:]]
    made = design([client(), *nodes], [link("users", "one"), *links], frames=frames)
    delays = [2.0 * each.delay.mean for each in lower(made).links]
    assert delays == pytest.approx([0.0, 0.0001, 0.0005, 0.0015, 0.0015])
    plain = SetField("r", ("config",), {}).apply(made).design
    assert [each.delay.mean for each in lower(plain).links] == [0.0] * 5


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ("aws/us-east-1", "azure/eastus", True),
        ("aws/us-east-1", "aws/us-east-1", False),
        ("aws/us-east-1", "aws/us-east-2", False),
    ],
)
def test_a_way_of_which_nobody_knows_is_told(one: str, other: str, *, told: bool) -> None:
    made = far(one, other)
    assert bool([each for each in check(made) if each.code == "no-distance"]) is told
    typed = far(one, other, round_trip={"here": 0.01})
    assert not [each for each in check(typed) if each.code == "no-distance"]


def test_a_place_that_is_nowhere_is_one_clear_line() -> None:
    [finding] = [each for each in check(far("aws/us-east-1", "gcp/us-east1")) if each.id == "there"]
    assert (finding.level, finding.field) == ("error", "config.place")
    assert finding.message.startswith("place: 'gcp/us-east1' names no provider")
    assert "\n" not in finding.message


@pytest.mark.parametrize("profile", ["2g", "3g", "fibre"])
def test_theory_knows_the_last_mile(profile: str) -> None:
    """An M/M/1 behind last miles: the mean is its residence, the round trip, and the bytes."""
    users = client("users", 30.0, profile=profile)
    web = node("web", "service", service_time={"law": "exponential", "mean": 0.02}, workers=1)
    made = design([users, web], [link("users", "web")], classes=PAGE, duration=2000.0, warmup=50.0)
    told = predict(lower(made)).clients["users"].latency
    mile = PROFILES[profile]
    assert told == pytest.approx(0.05 + mile.round_trip + KILOBYTES / mile.bandwidth)
    assert mean(made) == pytest.approx(told, rel=0.03)


def test_dns_leads_over_the_last_mile_to_the_nearest() -> None:
    frames = [frame("here", place="aws/us-east-1"), frame("there", place="aws/eu-west-1")]
    users = node("users", "client", arrivals=RARELY, profile="3g", frame="here")
    web: Any = {"service_time": constant(0.0), "workers": 50}
    nodes = [
        users,
        node("dns", "dns", policy="latency"),
        node("far", "service", **web, frame="there"),
        node("near", "service", **web, frame="here"),
    ]
    links = [link("users", "dns"), link("dns", "far"), link("dns", "near")]
    made = design(nodes, links, frames=frames, classes=PAGE, duration=1000.0, warmup=0.0)
    found = run(made)
    assert found["links"]["dns-far"]["attempts"] == 0
    assert found["clients"]["users"]["latency"]["mean"] == pytest.approx(0.27 + 1.142857, abs=1e-6)
    alone = design(
        [*nodes[:3]], links[:2], frames=frames, classes=PAGE, duration=1000.0, warmup=0.0
    )
    assert mean(alone) == pytest.approx(0.27 + 1.142857 + 0.0696, abs=1e-6)


def test_a_short_delay_of_its_own_between_far_frames_is_told() -> None:
    """A link that was drawn before anybody said how far it is keeps its quarter of a millisecond."""
    frames = [frame("a", round_trip={"b": 0.08}), frame("b")]
    nodes = [node(name, "service", frame=home) for name, home in (("one", "a"), ("two", "b"))]
    links = [link("users", "one"), link("one", "two", delay=constant(0.00025))]
    made = design([client(), *nodes], links, frames=frames)
    [found] = [each for each in check(made) if each.code == "own-delay"]
    assert found.fix is not None
    mended = found.fix.apply(made).design
    assert lower(mended).links[1].delay.mean == pytest.approx(0.04)
    assert not [each for each in check(mended) if each.code == "own-delay"]
    meant = SetField("one-two", ("config", "delay"), 0.05).apply(made).design
    assert not [each for each in check(meant) if each.code == "own-delay"]
