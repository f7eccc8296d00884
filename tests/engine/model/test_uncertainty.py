from __future__ import annotations

import pytest

from engine.model.uncertainty import measured, settling, verdict, with_margin


def test_a_number_with_its_margin() -> None:
    part = {"mean": 0.02, "p99": 0.1, "max": None, "ci95": {"mean": [0.019, 0.0212], "p99": None}}
    assert with_margin(part, "mean", "s") == "20 ±1.1 ms"
    assert with_margin(part, "p99", "s") == "100 ±? ms"
    assert with_margin(part, "max", "s") == "–"


def test_results_of_earlier_versions_have_no_margins() -> None:
    assert with_margin({"mean": 0.02}, "mean", "s") == "20 ms"
    assert settling({"warmup": 10.0}) == ""
    assert verdict({"metric": "m", "value": 1.0, "met": True}) == "met"


@pytest.mark.parametrize(
    ("value", "met", "bounds", "sure", "texts"),
    [
        (0.231, True, [0.201, 0.261], False, ("231 ±30 ms", "met, but not sure")),
        (0.231, False, [0.201, 0.261], False, ("231 ±30 ms", "missed, but not sure")),
        (0.231, True, [0.23, 0.232], True, ("231 ±1 ms", "met")),
        (12.0, True, None, None, ("12 s", "met")),
        (None, False, None, None, ("nothing", "missed")),
    ],
)
def test_objectives_in_words(
    value: float | None,
    met: bool,
    bounds: list[float] | None,
    sure: bool | None,
    texts: tuple[str, str],
) -> None:
    objective = {"metric": "m", "value": value, "met": met, "ci95": bounds, "sure": sure}
    assert (measured(objective, "s"), verdict(objective)) == texts


def test_a_percentile_without_a_margin_is_marked() -> None:
    objective = {"metric": "users.latency.p99", "value": 0.5, "met": True, "ci95": None}
    assert measured(objective, "s") == "500 ±? ms"


def test_a_warm_up_that_was_too_short_has_a_remedy() -> None:
    advice = {"truncate": 125.0, "enough": True, "settled": False}
    line = settling({"warmup": 60.0, "warmup_advice": advice})
    assert line == "Measured too early, from 60 s on: it settles later; set the warm-up to 125 s."
    assert "run it longer" in settling(
        {"warmup": 60.0, "warmup_advice": advice | {"enough": False}}
    )
    assert settling({"warmup": 60.0, "warmup_advice": advice | {"settled": True}}) == ""
    assert settling({"warmup": 60.0, "warmup_advice": advice | {"settled": None}}) == ""
