"""A point is data: its key says all that its result depends on, and running it never raises."""

from __future__ import annotations

import pickle

import pytest

from engine.study import Point, Variant, run_point
from tests.engine.study.helpers import shop, variant
from tests.helpers.builders import run


def test_a_point_gives_what_a_run_gives() -> None:
    point = variant().point(5)
    result = run_point(point).result
    assert result is not None
    assert result["hash"] == run(shop())["hash"]


def test_settings_seed_and_load_change_the_run() -> None:
    point = variant("web.workers=3").set("users.arrivals.rate=30", "load=2").point(9)
    result = run_point(point).result
    assert result is not None
    assert result["seed"] == 9
    assert result["nodes"]["web"]["arrivals"] == pytest.approx(60 * 25, rel=0.1)
    assert result["nodes"]["web"]["utilization"] == pytest.approx(0.4, rel=0.1)


def test_every_part_of_a_point_is_in_its_key() -> None:
    points = [
        variant().point(1),
        variant().point(2),
        variant("web.workers=3").point(1),
        variant().set("load=2").point(1),
        variant(rate=50.0).point(1),
        variant("web.workers=3", "web.workers=4").point(1),
    ]
    assert len({point.key for point in points}) == len(points)
    assert variant("web.workers=3").point(1).key == variant().set("web.workers=3").point(1).key


def test_a_point_survives_pickling_with_its_key() -> None:
    point = variant("web.workers=3").point(1)
    key = point.key
    assert pickle.loads(pickle.dumps(point)).key == key


def test_what_breaks_is_an_outcome() -> None:
    point = variant("web.nonsense=3").point(1)
    outcome = run_point(point)
    assert outcome.result is None
    assert outcome.error is not None
    assert "nonsense" in outcome.error
    assert "\n" not in outcome.error
    assert "Traceback" in outcome.trace


def test_a_variant_says_what_it_is() -> None:
    assert variant().label == "as drawn"
    assert variant("web.workers=3").set("load=1.5").label == "web.workers=3, load=1.5"
    assert Point(variant(), 7).label == "as drawn, seed 7"
    assert isinstance(variant().made(), type(shop()))
    assert Variant.of(shop()).made() == shop()
