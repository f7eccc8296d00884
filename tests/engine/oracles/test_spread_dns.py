"""DNS and cuts of whole frames, where the instances of one node lie in several of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from engine.catalog.lowering import lower
from engine.model.edits import SetField
from engine.plan.theory import predict
from engine.run.session import Session
from tests.engine.oracles.test_spread import TRIPS, ZONES, frames, spread
from tests.helpers.builders import client, constant, design, link, node, run

if TYPE_CHECKING:
    from engine.model.design import Design

WORK = 0.01


def apart() -> list[dict[str, Any]]:
    """Three zones, each at its own distance from each other one."""
    drawn = frames()
    drawn[1]["config"] = {"round_trip": {"c": 0.05}}
    return drawn


def steered(
    *events: dict[str, Any],
    over: tuple[str, ...] = ZONES,
    out: dict[str, Any] | None = None,
    warmup: float = 10.0,
    **dns: Any,
) -> Design:
    """A hundred users in each of three zones, DNS without a place, and an instance in each of some zones."""
    config = {"policy": "latency", "ttl": 5.0, "check": {"interval": 1.0, "failures": 2}} | dns
    arrivals = {"process": "poisson", "rate": 20.0, "users": 100}
    users = [node(f"from-{zone}", "client", frame=zone, arrivals=arrivals) for zone in ZONES]
    web = {"instances": len(over), "workers": 50, "service_time": constant(WORK), "spread": over}
    nodes = [*users, node("dns", "dns", **config), node("web", "service", **web)]
    links = [*(link(each["id"], "dns") for each in users), link("dns", "web", **(out or {}))]
    return design(
        nodes, links, frames=apart(), duration=60.0, warmup=warmup, seed=5, events=list(events)
    )


@pytest.mark.parametrize("policy", ["latency", "geo", "anycast"])
@pytest.mark.parametrize(
    ("over", "trips"),
    [
        (ZONES, {"a": 0.0, "b": 0.0, "c": 0.0}),
        (("b", "c"), {"a": TRIPS["b"], "b": 0.0, "c": 0.0}),
        (("c", "a"), {"a": 0.0, "c": 0.0}),
    ],
)
def test_everybody_is_led_to_the_nearest_instance(
    policy: str, over: tuple[str, ...], trips: dict[str, float]
) -> None:
    clients = run(steered(over=over, policy=policy))["clients"]
    for zone, trip in trips.items():
        latency = clients[f"from-{zone}"]["latency"]
        assert latency["mean"] == pytest.approx(WORK + trip, rel=0.01)
        assert latency["p99"] == pytest.approx(WORK + trip, rel=0.02)


def test_in_turn_everybody_goes_everywhere_and_pays_the_way() -> None:
    clients = run(steered(policy="round_robin", ttl=0.0, over=("a", "b")))["clients"]
    assert clients["from-a"]["latency"]["mean"] == pytest.approx(WORK + TRIPS["b"] / 2.0, rel=0.05)


def test_from_a_dead_zone_users_are_led_to_the_next() -> None:
    """Zone b goes at 20 s: its users and those of a are in zone a or c once that is noticed and their answers ran out."""
    kill = {"at": 20, "target": "b", "change": "kill"}
    result = run(steered(kill, over=("b", "c"), warmup=35.0))["clients"]["from-a"]
    assert not result["failed"]
    assert result["latency"]["mean"] == pytest.approx(WORK + TRIPS["c"], rel=0.01)


def test_instances_of_a_caller_are_led_each_to_its_own_zone() -> None:
    """A service in two zones asks for a store in the same two: nobody crosses; cut apart, nothing changes."""
    config = {"instances": 2, "workers": 20, "spread": ["a", "c"]}
    nodes = [
        client("users", 40.0),
        node("api", "service", service_time=constant(0.0), **config),
        node("dns", "dns", policy="latency", ttl=2.0),
        node("web", "service", service_time=constant(WORK), **config),
    ]
    links = [link("users", "api"), link("api", "dns"), link("dns", "web")]
    cut = {"at": 30, "target": "a", "with": "c", "change": "partition"}
    for events in ([], [cut]):
        drawn = design(
            nodes, links, frames=apart(), duration=60.0, warmup=5.0, seed=2, events=events
        )
        result = run(drawn)
        inside = result["nodes"]["api"]["residence"]
        assert inside["mean"] == pytest.approx(WORK, rel=0.01)
        assert result["nodes"]["dns"]["extra"]["on_dead_share"] == 0.0
        first, second = result["nodes"]["web"]["instances"]
        assert first["arrivals"] == pytest.approx(second["arrivals"], abs=5)


def test_a_cut_between_two_zones_reaches_those_who_are_led_from_one_to_the_other() -> None:
    cut = {"at": 30, "target": "a", "with": "b", "change": "partition"}
    clients = run(steered(cut, over=("b", "c"), out={"timeout": 0.5}, check=None))["clients"]
    assert clients["from-a"]["failed"]["timeout"] > 400
    assert not clients["from-b"]["failed"]
    assert not clients["from-c"]["failed"]


def test_a_zone_that_is_cut_off_keeps_what_it_has_inside() -> None:
    """Those who go from outside to b fail, and those inside it do not."""
    cut = {"at": 30, "target": "b", "change": "partition"}
    clients = run(steered(cut, over=("b", "c"), out={"timeout": 0.5}, check=None))["clients"]
    assert clients["from-a"]["failed"]["timeout"] > 400
    assert not clients["from-b"]["failed"]
    assert not clients["from-c"]["failed"]


@pytest.mark.parametrize("over", [("b", "c"), ("b",)])
def test_dns_takes_a_zone_out_that_it_is_cut_off_from(over: tuple[str, ...]) -> None:
    """Its checks come from outside: once they fail and answers have run out, those outside are led elsewhere."""
    cut = {"at": 20, "target": "b", "change": "partition"}
    clients = run(steered(cut, over=over, out={"timeout": 0.5}, warmup=35.0))["clients"]
    gone = sum(clients["from-a"]["failed"].values())
    assert (gone == 0) == (len(over) == 2)


def test_a_zone_cut_off_costs_a_spread_node_the_instances_inside() -> None:
    """The balancer is in a: once b or c is cut off it reaches two of three, and once a is nobody reaches it."""
    out = {"timeout": 0.2}
    for zone, left in (("a", 0.0), ("b", 2 / 3), ("c", 2 / 3)):
        cut = {"at": 0, "target": zone, "change": "partition"}
        result = run(spread(cut, duration=60.0, out=out, balancer={"health": None}))
        users = result["clients"]["users"]
        served = users["succeeded"] / users["offered"]
        assert served == pytest.approx(left, abs=0.02)


def test_live_edits_move_what_dns_leads_to() -> None:
    """Moved out of zone a, its users have to go to b, the nearest; moved back, they are at home again."""
    session = Session(steered(over=("a",), ttl=0.5))
    session.advance(20.0)
    session.apply(SetField("web", ("config", "spread"), ["c", "b"]))
    session.apply(SetField("web", ("config", "instances"), 2))
    session.advance(40.0)
    session.apply(SetField("web", ("config", "spread"), ["a"]))
    session.advance(60.0)
    latency = session.result()["clients"]["from-a"]["latency"]
    assert latency["max"] <= WORK + TRIPS["c"] + 1e-9
    assert latency["mean"] == pytest.approx(WORK + TRIPS["b"] * 20.0 / 50.0, rel=0.1)


def test_a_plan_has_a_way_for_each_pair_of_places() -> None:
    plan = lower(steered(over=("b", "c")))
    taken = next(each for each in plan.links if each.id == "dns-web")
    ways = {name: route.delays for route in taken.routes for name in route.links}
    assert ways["from-a-dns"] == ((0.01, 0.03),)
    assert ways["from-c-dns"] == ((0.025, 0.0),)


@pytest.mark.parametrize("policy", ["latency", "geo", "round_robin"])
def test_theory_gives_no_time_where_dns_leads_to_one_of_several_places(policy: str) -> None:
    """How much comes to the node is known; which instance has how much, and how far that is, it does not say."""
    told = predict(lower(steered(over=("b", "c"), policy=policy)))
    assert told.clients["from-a"].latency is None
    assert told.nodes["web"].rate == pytest.approx(60.0)
    assert told.nodes["web"].reason == "not modelled: callers at several distances of Dns → Web"
