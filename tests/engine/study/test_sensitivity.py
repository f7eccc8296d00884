"""Sensitivity: elasticities as theory has them, inert knobs left alone, the strongest first."""

from __future__ import annotations

import math
from typing import Any

import pytest

from engine.study import Report, Sensitivity, StudyError
from engine.study.knobs import knob_names
from tests.engine.study.helpers import conclude, outcomes, variant
from tests.helpers.builders import client, design, link, node
from tests.helpers.theory import mmc_response


def knob(report: Report, name: str) -> dict[str, Any]:
    return next(each for each in report.table("knobs").records() if each["knob"] == name)


@pytest.fixture(scope="module")
def study() -> Sensitivity:
    return Sensitivity(variant("web.workers=1", rate=30.0, duration=150.0), "mean", seeds=4)


@pytest.fixture(scope="module")
def report(study: Sensitivity) -> Report:
    return conclude(study)


def response(rate: float = 30.0, service: float = 0.02) -> float:
    return mmc_response(1, rate, service)


def test_elasticities_are_those_of_theory(report: Report) -> None:
    """M/M/1 at 60 %: 1 % more work is some 2.5 % more time, 1 % more load some 1.5 %."""
    ratio = math.log(1.1 / 0.9)
    for name, theory in (
        ("web.service_time.mean", math.log(response(service=0.022) / response(service=0.018))),
        ("users.arrivals.rate", math.log(response(rate=33.0) / response(rate=27.0))),
    ):
        row = knob(report, name)
        assert row["elasticity"] == pytest.approx(theory / ratio, rel=0.15)
        assert row["down"] < 0.0 < row["up"]


def test_what_counts_moves_by_one(report: Report) -> None:
    row = knob(report, "web.workers")
    assert (row["value"], row["lower"], row["higher"]) == (1.0, 1.0, 2.0)
    assert row["down"] is None
    assert row["up"] == pytest.approx(mmc_response(2, 30.0, 0.02) - response(), rel=0.25)


def test_the_strongest_comes_first_and_is_named(report: Report) -> None:
    rows = report.table("knobs").records()
    sizes = [max(abs(row["down"] or 0), abs(row["up"] or 0)) for row in rows]  # type: ignore[type-var, arg-type]
    assert sizes == sorted(sizes, reverse=True)
    assert report.sentences[0].startswith(f"{rows[0]['knob']} moves users.latency.mean most: ")


def test_what_does_nothing_is_run_once_and_named(study: Sensitivity, report: Report) -> None:
    inert = set(report.table("inert").column("knob"))
    assert "users-web.retry.backoff.base" in inert
    assert "web.service_time.mean" not in inert
    runs = [
        point
        for point in study.points(outcomes(study))
        if any("backoff.base" in each for each in point.variant.settings)
    ]
    assert {point.seed for point in runs} == {5}


def test_the_first_round_is_one_seed_a_side(study: Sensitivity) -> None:
    first = study.points_wanted({})
    sides = sum(each is not None for knob in study.knobs for each in (knob.down, knob.up))
    assert len(first) == 4 + sides
    assert study.expected({}) == 4 * (1 + sides)


def test_only_the_knobs_that_were_named() -> None:
    study = Sensitivity(variant(), only=("web.*",), seeds=2)
    names = {each.parameter.name for each in study.knobs}
    assert {"web.instances", "web.workers", "web.service_time.mean"} <= names
    assert all(name.startswith("web.") for name in names)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"step": 0.0}, "a step of 0: write a share"),
        ({"step": 1.0}, "a step of 1: write a share"),
        ({"seeds": 1}, "an effect needs at least 2"),
        ({"metric": "p98"}, "Nothing is measured as"),
        ({"only": ("wbe.*",)}, "no numeric knob has such a name"),
        ({"seeds": 900}, "runs are more than 10000"),
    ],
)
def test_what_makes_no_sense_is_refused(more: dict[str, Any], says: str) -> None:
    with pytest.raises(StudyError) as caught:
        Sensitivity(variant(), **more)
    assert says in str(caught.value)


def test_that_nothing_moves_what_was_never_measured_is_not_said() -> None:
    study = Sensitivity(variant("users-web.timeout=1e-9"), only=("web.workers",), seeds=2)
    assert conclude(study).sentences == ("users.latency.p99 was never measured.",)


def test_what_cannot_run_has_no_knobs_and_keeps_nobody_from_the_others() -> None:
    """The page of studies lists them while a design is being mended."""
    nodes = [client("users", 5.0), node("odd", "service", workers="many"), node("web", "service")]
    named = set(knob_names(design(nodes, [link("users", "web", timeout="soon")])))
    assert "web.workers" in named
    assert not any(each.startswith(("odd.", "users-web.")) for each in named)
