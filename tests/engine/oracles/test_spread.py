"""Instances of one node in several frames, against what can be said of them without a simulator."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest

from engine.catalog.checking import check
from engine.catalog.lowering import lower
from engine.model.edits import Remove, SetField
from engine.plan.theory import predict
from engine.run.session import Session
from tests.helpers.builders import client, constant, design, link, node, run

if TYPE_CHECKING:
    from engine.model.design import Design

ZONES = ("a", "b", "c")
TRIPS = {"b": 0.02, "c": 0.06}


def frames(**faults: Any) -> list[dict[str, Any]]:
    place = {"x": 0, "y": 0, "width": 9, "height": 9, "kind": "zone"}
    found = [{"id": each, "config": dict(faults), **place} for each in ZONES]
    found[0]["config"] = {"round_trip": TRIPS, **faults}
    return found


def spread(
    *events: dict[str, Any],
    rate: float = 90.0,
    duration: float = 300.0,
    balancer: dict[str, Any] | None = None,
    out: dict[str, Any] | None = None,
    drawn: list[dict[str, Any]] | None = None,
    **web: Any,
) -> Design:
    """Users, a balancer in zone a, and three instances, one in each zone."""
    config = {"instances": 3, "workers": 10, "spread": list(ZONES), "service_time": constant(0.01)}
    return design(
        [
            client("users", rate),
            node("front", "load_balancer", frame="a", **(balancer or {})),
            node("web", "service", **(config | web)),
        ],
        [link("users", "front"), link("front", "web", **(out or {}))],
        frames=drawn or frames(),
        duration=duration,
        warmup=10.0,
        seed=3,
        events=list(events),
    )


def test_each_call_takes_the_way_to_its_own_instance() -> None:
    """Round trips of 0, 20 and 60 ms, a third each, and 10 ms of work: 36.7 ms, though no call takes just that."""
    latency = run(spread())["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.01 + (0.0 + 0.02 + 0.06) / 3.0, rel=0.01)
    assert latency["p50"] == pytest.approx(0.03, rel=0.02)
    assert latency["p99"] == pytest.approx(0.07, rel=0.02)


def test_new_connections_shake_hands_over_the_way_to_their_instance() -> None:
    """A connection for each request: two round trips to set it up, and one for the request."""
    once = {"connection": {"max_requests": 1}}
    latency = run(spread(out=once, rate=10.0))["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.01 + 3.0 * (0.0 + 0.02 + 0.06) / 3.0, rel=0.02)
    assert latency["p99"] == pytest.approx(0.01 + 3.0 * 0.06, rel=0.02)


def test_a_delay_of_the_link_is_the_same_for_all() -> None:
    latency = run(spread(out={"delay": constant(0.005)}))["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.02, rel=0.01)
    assert latency["p99"] == pytest.approx(0.02, rel=0.02)


def test_a_dead_zone_takes_a_third_of_the_capacity() -> None:
    """Six workers of 50 ms serve 120 rps; without one zone of three, 80: offered 200, just that many succeed."""
    dead = {"at": 0, "target": "b", "change": "kill"}
    full: dict[str, Any] = {"workers": 2, "service_time": constant(0.05), "queue_limit": 4}
    healthy = {"health": {"interval": 1.0, "timeout": 1.0, "failures": 1, "layer": 4}}
    result = run(spread(dead, rate=200.0, balancer=healthy, **full))
    assert result["clients"]["users"]["goodput"] == pytest.approx(80.0, rel=0.02)
    whole = run(spread(rate=200.0, balancer=healthy, **full))
    assert whole["clients"]["users"]["goodput"] == pytest.approx(120.0, rel=0.02)


@pytest.mark.parametrize(
    ("change", "more", "failed"),
    [
        ("kill", {}, 1.0 / 3.0),
        ("error", {"probability": 0.5}, 0.5 / 3.0),
        ("partition", {"with": "a"}, 1.0 / 3.0),
        ("loss", {"probability": 1.0}, 1.0 / 3.0),
    ],
)
def test_what_happens_to_a_zone_happens_to_the_instances_inside(
    change: str, more: dict[str, Any], failed: float
) -> None:
    event = {"at": 0, "target": "b", "change": change, **more}
    made = spread(event, out={"timeout": 0.5}, balancer={"health": None})
    users = run(made)["clients"]["users"]
    assert sum(users["failed"].values()) / users["offered"] == pytest.approx(failed, abs=0.02)


def test_a_frozen_zone_and_a_slow_one() -> None:
    slow = {"at": 0, "target": "c", "change": "slow", "factor": 3.0}
    latency = run(spread(slow))["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.01 + 0.08 / 3.0 + 0.02 / 3.0, rel=0.01)
    frozen = {"at": 0, "target": "c", "change": "freeze"}
    users = run(spread(frozen, out={"timeout": 0.5}))["clients"]["users"]
    assert users["failed"]["timeout"] / users["offered"] == pytest.approx(1.0 / 3.0, abs=0.02)


def test_a_cut_between_zones_that_holds_no_caller_cuts_no_call() -> None:
    event = {"at": 0, "target": "b", "change": "partition", "with": "c"}
    users = run(spread(event, out={"timeout": 0.5}))["clients"]["users"]
    assert users["failed"] == {}


def test_health_checks_travel_to_each_instance() -> None:
    """A check that has 50 ms gets to the zones 0 and 20 ms away, and never to that at 60 ms."""
    checks = {"health": {"interval": 1.0, "timeout": 0.05, "failures": 1}}
    latency = run(spread(balancer=checks))["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.01 + 0.02 / 2.0, rel=0.01)


def test_a_balancer_that_picks_by_zone_stays_in_its_own() -> None:
    result = run(spread(balancer={"picker": "zone"}))
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.01, rel=0.01)
    assert result["nodes"]["front"]["extra"]["cross_zone_share"] == 0.0
    even = {"picker": "zone", "zone": {"spill_over": "even"}}
    result = run(spread(balancer=even))
    assert result["nodes"]["front"]["extra"]["cross_zone_share"] == pytest.approx(2 / 3, abs=0.03)


def test_zones_that_fail_as_a_whole_are_worse_than_as_many_independent_faults() -> None:
    """Two of three needed: with faults of instances .9² (3 - 1.8) = .972; of three instances in one zone, .9."""
    faults = {
        "mtbf": {"law": "exponential", "mean": 90},
        "mttr": {"law": "exponential", "mean": 10},
    }
    web: dict[str, Any] = {"faults": {**faults, "needed": 2}}
    own = run(spread(rate=0.05, duration=100_000.0, balancer={"health": None}, **web))["nodes"][
        "web"
    ]["extra"]
    assert own["availability"] == pytest.approx(0.972, abs=0.004)
    quiet = {"mtbf": {"law": "constant", "mean": 1e9}, "mttr": {"law": "constant", "mean": 1.0}}
    needed = {"faults": {**quiet, "needed": 2}}
    each = frames(faults={**faults, "unit": "frame"})
    apart = run(
        spread(rate=0.05, duration=100_000.0, balancer={"health": None}, drawn=each, **needed)
    )["nodes"]["web"]["extra"]
    assert apart["availability"] == pytest.approx(0.972, abs=0.004)
    assert apart["instance_availability"] == pytest.approx(0.9, abs=0.006)
    together = run(
        spread(
            rate=0.05,
            duration=100_000.0,
            balancer={"health": None},
            drawn=each,
            spread=["a", "a", "a"],
            **needed,
        )
    )
    assert together["nodes"]["web"]["extra"]["availability"] == pytest.approx(0.9, abs=0.01)
    both: dict[str, Any] = {"faults": {**faults, "needed": 2}}
    result = run(
        spread(rate=0.05, duration=100_000.0, balancer={"health": None}, drawn=each, **both)
    )["nodes"]["web"]["extra"]
    product = sum(math.comb(3, k) * 0.81**k * 0.19 ** (3 - k) for k in (2, 3))
    assert result["availability"] == pytest.approx(product, abs=0.01)


def test_new_instances_go_on_with_the_next_zone() -> None:
    """Four of three zones: two in the first, so that half of the calls stay there."""
    latency = run(spread(instances=4))["clients"]["users"]["latency"]
    assert latency["mean"] == pytest.approx(0.01 + 0.08 / 4.0, rel=0.01)


def test_live_edits_move_the_instances() -> None:
    session = Session(spread(duration=400.0))
    session.advance(100.0)
    session.apply(SetField("web", ("config", "spread"), ["a"]))
    session.advance(200.0)
    session.look()
    before = session.result()["clients"]["users"]["latency"]["max"]
    assert before == pytest.approx(0.07, rel=0.05)
    edited = SetField("web", ("config", "spread"), ["a"]).apply(spread()).design
    assert run(edited)["clients"]["users"]["latency"]["p99"] == pytest.approx(0.01, rel=0.02)


def test_a_removed_frame_leaves_the_others_and_comes_back() -> None:
    made = spread()
    removed = Remove.of("b").apply(made)
    assert removed.design.node_by_id["web"].config["spread"] == ["a", "c"]
    assert removed.inverse.apply(removed.design).design == made
    last = Remove.of("a", "b", "c").apply(made).design
    assert "spread" not in last.node_by_id["web"].config
    assert not [each for each in check(last) if each.level == "error"]


def test_what_is_told_before_a_run() -> None:
    wrong = check(spread(spread=["a", "bb"]))
    assert [(each.code, each.field) for each in wrong if each.level == "error"] == [
        ("no-frame", "config.spread")
    ]
    few = [each.code for each in check(spread(instances=2))]
    assert "few-instances" in few
    codes = [each.code for each in check(spread())]
    assert "one-zone" not in codes
    assert "few-instances" not in codes


def test_an_event_does_not_move_instances() -> None:
    event = {"at": 5, "target": "web", "change": "set", "path": "spread", "value": ["a"]}
    found = [each for each in check(spread(event)) if each.level == "error"]
    assert ["does not move" in each.message for each in found] == [True]


def test_theory_knows_the_mean_and_says_that_it_doubts_the_rest() -> None:
    plan = lower(spread())
    assert plan.links[1].delay.mean == pytest.approx((0.0 + 0.01 + 0.03) / 3.0)
    found = predict(plan)
    assert any("distances" in doubt for doubt in found.nodes["web"].doubts)
    assert any("doubted" in doubt for doubt in found.clients["users"].doubts)


@pytest.mark.parametrize("picker", ["least_connections", "power_of_two", "ewma"])
def test_theory_gives_no_time_where_those_nearby_get_more(picker: str) -> None:
    """Calls to far instances are under way for longer, so that who goes by that sends fewer there."""
    drawn = spread(balancer={"picker": picker}, duration=60.0)
    far = run(drawn)["nodes"]["web"]["instances"]
    assert far[0]["arrivals"] > 1.5 * far[2]["arrivals"]
    found = predict(lower(drawn))
    assert found.clients["users"].latency is None
    assert "different distances" in found.nodes["web"].reason or picker == "ewma"
    assert predict(lower(spread(balancer={"picker": "round_robin"}))).clients["users"].latency


def test_sessions_in_the_memory_of_a_zone_end_alone() -> None:
    """A hundred users, sticky, a third in each zone: those of zone b have to begin anew, once."""
    users = {"process": "poisson", "rate": 200.0, "users": 300}
    drawn = design(
        [
            node("users", "client", arrivals=users),
            node("front", "load_balancer", affinity="session", health=None),
            node(
                "web",
                "service",
                instances=3,
                workers=50,
                spread=list(ZONES),
                service_time=constant(0.001),
                sessions={"where": "memory", "idle_ttl": 1000.0},
            ),
        ],
        [link("users", "front"), link("front", "web")],
        frames=frames(),
        duration=120.0,
        warmup=60.0,
        events=[{"at": 80, "target": "b", "change": "expire"}],
    )
    ended = run(drawn)["nodes"]["web"]["extra"]
    assert ended["logged_out"] == pytest.approx(100, abs=2)


def test_a_zone_whose_disks_are_lost_leaves_the_replicas_of_the_others() -> None:
    """Three replicas, one in each zone: what zone b has lost the others still have, so that no write is lost."""
    drawn = design(
        [
            client("users", 100.0),
            node("db", "key_value_cluster", spread=list(ZONES), instances=3),
        ],
        [link("users", "db")],
        frames=frames(),
        classes=[
            {"name": "write", "operation": "write", "keys": {"law": "uniform", "count": 50}},
        ],
        duration=40.0,
        warmup=5.0,
        events=[{"at": 20, "target": "b", "change": "flush"}],
    )
    assert run(drawn)["nodes"]["db"]["extra"]["lost_writes"] == 0
