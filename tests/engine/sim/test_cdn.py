"""CDNs: a store for each point of presence, a shield, the cache key, purges and bytes, against formulas."""

from __future__ import annotations

from typing import Any

import pytest

from engine.catalog.checks.scenario import metric_problem
from engine.catalog.lowering import lower
from engine.model.design import Design
from engine.model.edits import SetField
from engine.model.metrics import value_of
from engine.plan.theory import predict
from engine.run.session import Session
from tests.helpers.builders import Raw, constant, design, link, node, run

ZIPF = {"law": "zipf", "count": 10_000, "alpha": 0.8}
FEW = {"law": "uniform", "count": 5}
PAGE = {"name": "page", "operation": "read", "request_bytes": 500, "response_bytes": 8000}


def with_cdn(
    rate: float = 400.0, duration: float = 100.0, warmup: float = 0.0, **more: Any
) -> Design:
    """Users before a CDN before an origin."""
    arrivals = {"process": "poisson", "rate": rate, **more.pop("arrivals", {})}
    to_cdn, to_origin = more.pop("to_cdn", {}), more.pop("to_origin", {})
    classes = more.pop("classes", None) or [{**PAGE, "keys": more.pop("keys", FEW)}]
    events = more.pop("events", [])
    return design(
        [
            node("users", "client", arrivals=arrivals, mix={each["name"]: 1.0 for each in classes}),
            node("cdn", "cdn", **{"capacity": None, "hit_time": constant(0.0), **more}),
            node("origin", "service", workers=10_000, service_time=constant(0.0)),
        ],
        [link("users", "cdn", **to_cdn), link("cdn", "origin", **to_origin)],
        duration=duration,
        warmup=warmup,
        classes=classes,
        events=events,
    )  # fmt: skip


def extra(result: Raw) -> Raw:
    return dict(result["nodes"]["cdn"]["extra"])


def test_hits_and_origin_load_follow_from_the_time_to_live() -> None:
    result = run(with_cdn(1000.0, 630.0, 90.0, keys=ZIPF, ttl=60.0))
    assert extra(result)["hit_ratio"] == pytest.approx(0.8782, rel=0.01)
    assert result["nodes"]["origin"]["arrivals"] / 540.0 == pytest.approx(121.8, rel=0.02)


def test_the_mean_is_the_way_to_the_edge_and_the_way_on_of_what_misses() -> None:
    # One key for each 10th request is new: hits are counted, not assumed.
    made = with_cdn(300.0, 200.0, 60.0, keys=ZIPF, ttl=60.0, to_cdn={"delay": constant(0.01)}, to_origin={"delay": constant(0.07)}, single_flight=False)  # fmt: skip
    result = run(made)
    hits = extra(result)["hit_ratio"]
    assert result["clients"]["users"]["latency"]["mean"] == pytest.approx(0.02 + (1.0 - hits) * 0.14, rel=0.01)  # fmt: skip
    assert extra(result)["byte_hit_ratio"] == pytest.approx(hits, abs=0.005)


@pytest.mark.parametrize(("shield", "fetches"), [(False, 20.0), (True, 1.0)])
def test_each_point_fetches_for_itself_and_a_shield_once_for_all(
    shield: bool, fetches: float
) -> None:
    made = with_cdn(800.0, 190.0, 70.0, pops=20, shield=shield, ttl=30.0)
    result = run(made)
    per_ttl = result["nodes"]["origin"]["arrivals"] / (120.0 / 30.0) / 5.0
    assert per_ttl == pytest.approx(fetches, rel=0.05)


def test_a_hit_at_the_shield_takes_the_way_there_and_back() -> None:
    # Two points: what the second asks for, the first has fetched.
    made = with_cdn(1.0, 400.0, pops=2, shield=True, ttl=None, to_origin={"delay": constant(0.07)}, keys={"law": "uniform", "count": 1})  # fmt: skip
    result = run(made)
    assert result["nodes"]["origin"]["arrivals"] == 1
    assert extra(result)["shield_hit_ratio"] == pytest.approx(0.5)
    assert result["nodes"]["cdn"]["residence"]["max"] == pytest.approx(0.14, rel=0.01)


def test_users_in_the_cache_key_leave_nothing_to_find() -> None:
    made = with_cdn(200.0, 60.0, 5.0, pops=2, key="user", arrivals={"users": 1_000_000})
    assert extra(run(made))["hit_ratio"] == pytest.approx(0.0, abs=0.01)


def test_a_purge_sends_everybody_to_the_origin() -> None:
    events = [{"at": 50.0, "target": "cdn", "change": "flush"}]
    calm = run(with_cdn(200.0, 100.0, 20.0, pops=3, shield=True))
    purged = run(with_cdn(200.0, 100.0, 20.0, pops=3, shield=True, events=events))
    assert calm["nodes"]["origin"]["arrivals"] == 0
    assert purged["nodes"]["origin"]["arrivals"] == 5


def test_a_dead_point_has_lost_what_it_had_and_the_others_have_not() -> None:
    events = [{"at": 50.0, "duration": 5.0, "target": "cdn", "change": "kill", "instances": 1}]
    result = run(with_cdn(200.0, 100.0, 20.0, pops=4, events=events))
    assert extra(result)["entries"] == 20.0
    assert result["nodes"]["origin"]["arrivals"] == 5


def test_origin_bytes_are_what_the_byte_hit_ratio_leaves() -> None:
    sizes = {"small": 2_000.0, "large": 500_000.0}
    classes = [
        {**PAGE, "name": name, "response_bytes": size, "keys": {**ZIPF, "count": count}}
        for (name, size), count in zip(sizes.items(), (100, 10_000), strict=True)
    ]
    result = run(with_cdn(300.0, 120.0, 30.0, classes=classes, ttl=60.0, pops=2))
    found = extra(result)
    fetched = result["links"]["cdn-origin"]["bytes_out"]
    assert fetched == pytest.approx((1.0 - found["byte_hit_ratio"]) * found["egress_bytes"])
    assert found["byte_hit_ratio"] < found["hit_ratio"] - 0.1


def test_an_edge_function_works_before_or_instead_of_the_origin() -> None:
    pages = [{**PAGE, "keys": FEW}, {**PAGE, "name": "redirect", "keys": FEW}]
    made = with_cdn(100.0, 60.0, classes=pages, edge_function={"redirect": constant(0.005)}, to_origin={"classes": ["page"]}, single_flight=False)  # fmt: skip
    result = run(made)
    assert result["nodes"]["cdn"]["residence"]["mean"] == pytest.approx(0.0025, rel=0.05)
    assert result["nodes"]["origin"]["arrivals"] <= 6


def test_what_is_stored_survives_edits_of_its_places() -> None:
    session = Session(with_cdn(200.0, 400.0, pops=3, ttl=None))
    session.advance(20.0)
    edits = (("shield", True), ("pops", 5), ("shield", False), ("pops", 2))
    for time, (path, value) in zip((40.0, 60.0, 80.0, 100.0), edits, strict=True):
        session.apply(SetField("cdn", ("config", path), value))
        session.advance(time)
    result = session.result()
    assert extra(result)["entries"] == 10.0
    assert result["nodes"]["origin"]["arrivals"] <= 15 + 5 + 10
    assert result["clients"]["users"]["failed"] == {}


def test_theory_knows_one_point_and_says_where_it_does_not() -> None:
    theory = predict(lower(with_cdn(1000.0, keys=ZIPF, ttl=60.0)))
    assert theory.nodes["origin"].rate == pytest.approx(121.8, rel=0.01)
    doubted = predict(lower(with_cdn(pops=3))).nodes["cdn"].reason
    assert "a store of its own in each of several places" in doubted


def test_points_start_warm_each_with_what_is_most_popular() -> None:
    result = run(with_cdn(500.0, 20.0, keys=ZIPF, ttl=None, pops=3, capacity=1000, prewarm=True))
    assert extra(result)["entries"] == 3000
    assert extra(result)["hit_ratio"] > 0.4


ATLANTIC = {"eu": 0.01, "us": 0.08, "asia": 0.2}


def frame(name: str, **round_trip: float) -> Raw:
    return {"id": name, "kind": "region", "name": name.upper(), "x": 0, "y": 0, "width": 100, "height": 100, "config": {"round_trip": round_trip}}  # fmt: skip


def around_the_world(**more: Any) -> Design:
    """Users in Europe and America, an origin in America, and a CDN with points in three regions."""
    events = more.pop("events", [])
    nodes = [
        node(where, "client", arrivals={"process": "poisson", "rate": 100.0}, frame=where)
        for where in ("eu", "us")
    ]
    for each in nodes:
        each["id"] = f"users-{each['id']}"
    cdn = node("cdn", "cdn", **{"capacity": None, "ttl": 20.0, "hit_time": constant(0.0), **more})
    origin = node("origin", "service", workers=1000, service_time=constant(0.0), frame="us")
    return design(
        [*nodes, cdn, origin],
        [link("users-eu", "cdn"), link("users-us", "cdn"), link("cdn", "origin")],
        frames=[frame("eu", eu=0.02, us=0.08, asia=0.2), frame("us", us=0.02, asia=0.15), frame("asia", asia=0.02)],
        classes=[{**PAGE, "keys": FEW}],
        duration=100.0,
        warmup=30.0,
        events=events,
    )  # fmt: skip


@pytest.mark.parametrize("field", ["pops", "spread"])
def test_users_come_to_the_nearest_point(field: str) -> None:
    result = run(around_the_world(**{field: ["asia", "eu", "us"]}))
    assert result["nodes"]["cdn"]["instances"][0]["arrivals"] == 0
    for where in ("eu", "us"):
        assert result["clients"][f"users-{where}"]["latency"]["p50"] == pytest.approx(0.02, rel=0.02)  # fmt: skip
    # What a point far from the origin misses takes its own way on.
    assert result["clients"]["users-eu"]["latency"]["max"] > 0.1 - 1e-6
    assert result["clients"]["users-us"]["latency"]["max"] < 0.05


def test_from_a_dead_point_users_come_to_the_next() -> None:
    events = [{"at": 40.0, "target": "eu", "change": "kill"}]
    made = around_the_world(spread=["asia", "eu", "us"], events=events)
    # The kill takes the region's users as well; those of America go on.
    result = run(made)
    assert result["nodes"]["cdn"]["instances"][1]["state"] == "down"
    assert result["clients"]["users-us"]["failed"] == {}
    alone = [{"at": 40.0, "target": "cdn", "change": "kill", "instances": 2}]
    rest = run(around_the_world(spread=["asia", "eu", "us"], events=alone))
    assert sum(rest["clients"]["users-eu"]["failed"].values()) <= 5
    assert rest["clients"]["users-eu"]["latency"]["p90"] == pytest.approx(0.08, rel=0.02)


def test_a_purge_of_a_region_empties_its_point_alone() -> None:
    events = [{"at": 60.0, "target": "eu", "change": "flush"}]
    result = run(around_the_world(spread=["asia", "eu", "us"], events=events, ttl=None))
    assert result["nodes"]["origin"]["arrivals"] == 5


@pytest.mark.parametrize(("which", "fetched"), [({}, 15), ({"instance": 2}, 5)])
def test_a_purge_of_one_point_empties_that_alone(which: Raw, fetched: int) -> None:
    """Five pages at three points: each of those that was emptied fetches five of them again."""
    events = [{"at": 50.0, "target": "cdn", "change": "flush", **which}]
    result = run(with_cdn(200.0, 100.0, 20.0, pops=3, ttl=None, events=events))
    assert result["nodes"]["origin"]["arrivals"] == fetched
    assert not result["clients"]["users"]["failed"]


def test_a_flush_of_one_instance_of_a_ring_takes_its_share() -> None:
    """Of four caches with a part of a thousand keys each, one forgets its part."""
    event = {"at": 60.0, "target": "cache", "change": "flush", "instance": 3}
    made = design(
        [
            node("users", "client", arrivals={"process": "poisson", "rate": 500.0}),
            node("cache", "cache", instances=4, capacity=None, ttl=None),
            node("db", "service", workers=100, service_time=constant(0.001)),
        ],
        [link("users", "cache"), link("cache", "db")],
        classes=[{**PAGE, "keys": {"law": "uniform", "count": 1000}}],
        duration=90.0,
        warmup=50.0,
        events=[event],
    )
    result = run(made)
    rows = result["nodes"]["cache"]["instances"]
    share = rows[2]["arrivals"] / sum(row["arrivals"] for row in rows)
    assert result["nodes"]["db"]["arrivals"] == pytest.approx(1000.0 * share, rel=0.15)


def test_an_instance_that_is_not_there_is_named() -> None:
    made = with_cdn(pops=3)
    assert metric_problem(made, "cdn.instances.2.arrivals") is None
    assert metric_problem(made, "cdn.instances.3.arrivals") == (
        "Nothing is measured as 'cdn.instances.3.arrivals'; its node has 3 instances, numbers 0 to 2"
    )
    grows = [{"at": 5.0, "target": "cdn", "change": "set", "path": "pops", "value": 5}]
    assert metric_problem(with_cdn(pops=3, events=grows), "cdn.instances.4.arrivals") is None


def test_how_uneven_instances_are_is_told_of_any_picker() -> None:
    """In turn they are even; at random one of three has a bit more; by a key that all ask for one has three times the mean."""
    for picker, low, high in (("round_robin", 1.0, 1.001), ("random", 1.003, 1.2), ("hash", 3.0, 3.0)):  # fmt: skip
        made = with_cdn(100.0, 40.0, pops=3, to_cdn={"picker": picker}, keys={"law": "uniform", "count": 1})  # fmt: skip
        assert metric_problem(made, "cdn.imbalance") is None
        assert low <= (value_of("cdn.imbalance", run(made)) or 0.0) <= high
