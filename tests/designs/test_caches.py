"""Designs about caches: how much they hold back, and what comes when they are empty."""

from __future__ import annotations

import pytest

from engine.model.edits import Edit, SetField
from tests.designs.running import (
    broken,
    changed,
    first_time,
    goodput,
    mean,
    measured,
    node,
    says,
    shipped,
    watched,
)


@pytest.mark.parametrize(
    ("field", "value", "expected", "claim"),
    [
        ("capacity", 1000, 0.44, "gives 44 % hits"),
        ("capacity", 2000, 0.57, "Capacity 2000: 57 % hits."),
        ("capacity", 4000, 0.73, "Capacity 4000: 73 %."),
        ("capacity", 10_000, 1.0, "All 10 000: 100 %."),
        ("eviction", "lfu", 0.56, "(LFU): 56 % hits."),
        ("eviction", "fifo", 0.39, "(FIFO): 39 %"),
    ],
)
def test_what_a_look_aside_cache_holds_back(
    field: str, value: int | str, expected: float, claim: str
) -> None:
    design = shipped("look-aside-cache")
    says(design, claim)
    design = changed(design, SetField("cache", ("config", field), value))
    result = measured(design, duration=300.0)
    ratio = result["nodes"]["cache"]["extra"]["hit_ratio"]
    assert ratio == pytest.approx(expected, abs=0.01)
    misses = (1.0 - ratio) * result["nodes"]["shop"]["arrivals"]
    assert result["nodes"]["database"]["arrivals"] == pytest.approx(misses, rel=0.01, abs=1.0)


def test_a_flushed_look_aside_cache_fills_again() -> None:
    design = shipped("look-aside-cache")
    says(design, "the database sees 225 of 400 requests a second")
    says(design, "gets 350 instead of 225 in the next second; after 4 s the hits are back")
    samples = watched(design, 80.0, (60.0, broken("cache", "flush")))
    asked = node("database", lambda each: each.arrivals)
    assert mean(samples, 20.0, 60.0, asked) == pytest.approx(225.0, rel=0.03)
    assert mean(samples, 60.0, 61.0, asked) == pytest.approx(350.0, rel=0.05)
    hits = node("cache", lambda each: each.extra["hit_ratio"])
    assert mean(samples, 60.0, 61.0, hits) < 0.2
    assert mean(samples, 64.0, 80.0, hits) == pytest.approx(0.44, abs=0.02)


def test_a_cold_cache_stays_cold() -> None:
    design = shipped("cold-cache")
    says(design, "86 % of them answered by the cache", "can do 250 a second and gets 140")
    says(design, "fall from 86 % to 30 %", "goodput 0 of 1000 a second")
    samples = watched(design, 240.0)
    hits = node("cache", lambda each: each.extra["hit_ratio"])
    assert mean(samples, 20.0, 60.0, hits) == pytest.approx(0.86, abs=0.01)
    assert mean(samples, 20.0, 60.0, node("database", lambda n: n.arrivals)) == pytest.approx(
        140.0, rel=0.05
    )
    assert mean(samples, 62.0, 118.0, hits) == pytest.approx(0.3, abs=0.02)
    assert mean(samples, 124.0, 240.0, goodput("readers")) == 0.0
    assert mean(samples, 62.0, 240.0, node("database", lambda n: n.utilization)) > 0.99


@pytest.mark.parametrize(
    ("edit", "after", "claim"),
    [
        (SetField("database", ("config", "queue_limit"), 150), 20.0, "well again after 20 s"),
        (SetField("cache-database", ("config", "timeout"), None), 30.0, "after 30 s it is warm"),
        (SetField("database", ("config", "connections"), 10), 8.0, "instead of five: 8 s"),
    ],
    ids=["a short queue", "more patience", "more connections"],
)
def test_what_warms_a_cold_cache(edit: Edit, after: float, claim: str) -> None:
    design = shipped("cold-cache")
    says(design, claim)
    samples = watched(changed(design, edit), 200.0)
    well = first_time(
        samples,
        62.0,
        lambda each: each.nodes["readers"].completed > 950 and each.nodes["database"].queue < 100,
    )
    assert well - 60.0 == pytest.approx(after, abs=3.0)
    assert mean(samples, 100.0, 200.0, goodput("readers")) == pytest.approx(1000.0, rel=0.02)


def test_without_one_of_ten_caches_the_database_is_asked_too_much() -> None:
    """Case D2: (1 - .95 × .9) ÷ (1 - .95) = 2.9 times the load behind."""
    design = shipped("memcache-2013-node")
    says(design, "95 % are answered there", "can do 60 a second, gets 30")
    says(design, "85 % are answered from the ring instead of 95 %", "2.9 times as much as before")
    says(design, "20 s later goodput is 0 of 600 a second", "At 120 s the cache is back")
    samples = watched(design, 180.0)
    asked, hits = (
        node("database", lambda n: n.arrivals),
        node("ring", lambda n: n.extra["hit_ratio"]),
    )
    before = mean(samples, 20.0, 60.0, asked)
    assert before == pytest.approx(30.0, rel=0.1)
    assert mean(samples, 20.0, 60.0, hits) == pytest.approx(0.95, abs=0.005)
    assert mean(samples, 61.0, 63.0, asked) / before == pytest.approx(2.9, rel=0.1)
    assert mean(samples, 81.0, 120.0, goodput("readers")) < 5.0
    assert mean(samples, 125.0, 180.0, goodput("readers")) == 0.0


def test_a_gutter_answers_for_a_dead_cache() -> None:
    design = shipped("memcache-2013-node-fixed")
    says(
        design, "for a second the database is asked twice as often", "after 3 s as often as before"
    )
    says(design, "All 600 reads a second are answered")
    samples = watched(design, 180.0)
    asked = node("database", lambda each: each.arrivals)
    before = mean(samples, 20.0, 60.0, asked)
    assert mean(samples, 60.0, 61.0, asked) / before == pytest.approx(2.0, rel=0.15)
    assert mean(samples, 63.0, 70.0, asked) == pytest.approx(before, rel=0.15)
    assert mean(samples, 61.0, 180.0, goodput("readers")) == pytest.approx(600.0, rel=0.01)
    assert all(each.nodes["readers"].failed.get("timeout", 0) == 0 for each in samples)


def test_so_does_one_copy_of_each_entry() -> None:
    design = shipped("memcache-2013-node")
    says(design, "One copy of each entry (Copies 1) does so as well")
    samples = watched(changed(design, SetField("ring", ("config", "replicas"), 1)), 110.0)
    assert mean(samples, 60.0, 110.0, goodput("readers")) == pytest.approx(600.0, rel=0.01)
    assert mean(samples, 60.0, 70.0, node("database", lambda n: n.arrivals)) < 40.0
