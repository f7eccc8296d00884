"""Replications: intervals over seeds, until they are narrow enough, the verdict of objectives."""

from __future__ import annotations

from typing import Any

import pytest

from engine.stats.intervals import mean_interval
from engine.study import Precision, Replicate, Report, StudyError, run_point
from engine.study.estimates import estimate
from tests.engine.study.helpers import conclude, outcomes, variant
from tests.helpers.theory import mmc_response

P99 = "users.latency.p99"


def row(report: Report, table: str, metric: str) -> dict[str, Any]:
    return next(each for each in report.table(table).records() if each["metric"] == metric)


def test_each_metric_has_the_interval_over_its_replications() -> None:
    study = Replicate(variant(), seeds=6)
    report = conclude(study)
    points = [variant().point(seed) for seed in range(5, 11)]
    values = [run_point(point).result["clients"]["users"]["latency"]["p99"] for point in points]  # type: ignore[index]
    interval = mean_interval(values)
    found = row(report, "metrics", P99)
    assert (found["mean"], found["low"], found["high"]) == (
        interval.mean,
        interval.low,
        interval.high,
    )
    assert (found["least"], found["most"]) == (min(values), max(values))
    assert (found["count"], found["unit"]) == (6, "s")
    assert report.table("replications").column("seed") == list(range(5, 11))
    assert report.table("replications").column(P99) == values
    assert report.sentences[0].startswith(f"{P99} is ")
    assert "over 6 runs" in report.sentences[0]
    assert (report.done, report.wanted, report.met) == (6, 6, None)


def test_a_percentile_is_known_to_a_bucket_of_its_histogram_at_best() -> None:
    """All runs may say the same: .0725 lies between 1/16 and 1/8, which is divided into 128."""
    for values in ([0.0725] * 10, [0.0725, 0.07251] * 5):
        found = estimate(values, metric=P99)
        assert found is not None
        assert found.high - found.low == pytest.approx(1 / 16 / 128)
        assert found.contains(0.0725)
    exact, far = estimate([0.0725] * 10, metric="users.latency.mean"), [0.0725, 0.08] * 5
    assert exact is not None
    assert exact.half_width == 0.0
    assert estimate(far, metric=P99) == mean_interval(far)


def test_the_interval_covers_theory() -> None:
    """M/M/2 at 60 %: one seeded interval of 95 %, so a change of the engine may move it out, rarely."""
    report = conclude(Replicate(variant(duration=300.0), seeds=8))
    found = row(report, "metrics", "users.latency.mean")
    assert found["low"] < mmc_response(2, 60.0, 0.02) < found["high"]


def test_it_goes_on_until_a_metric_is_known_well_enough() -> None:
    study = Replicate(variant(), until=Precision(0.04, "p50", least=3, most=60))
    report = conclude(study)
    found = row(report, "metrics", "users.latency.p50")
    assert (found["high"] - found["low"]) / 2 <= 0.04 * found["mean"]
    assert 3 < found["count"] < 60
    assert "is known to ±" in report.sentences[1]


def test_it_stops_at_the_most_runs_and_says_so() -> None:
    report = conclude(Replicate(variant(), until=Precision(0.001, least=2, most=4)))
    assert report.done == 4
    assert "is known only to ±" in report.sentences[1]
    assert "not to ±0.1 %; allow more runs than 4" in report.sentences[1]


def test_a_round_is_asked_for_only_when_the_one_before_is_whole() -> None:
    study = Replicate(variant(), until=Precision(0.04, "p50", least=3, most=60))
    first = study.points_wanted({})
    assert [point.seed for point in first] == [5, 6, 7]
    done = {point.key: run_point(point) for point in first[1:]}
    assert study.points_wanted(done) == first[:1]
    done[first[0].key] = run_point(first[0])
    assert study.points_wanted(done)[0].seed == 8


@pytest.mark.parametrize(
    ("objective", "verdict", "met"),
    [
        ({"below": 10.0}, "met", True),
        ({"below": 0.001}, "missed", False),
        ({"above": 0.001, "below": 10.0}, "met", True),
        ({"above": 10.0}, "missed", False),
    ],
)
def test_objectives_are_judged_over_all_runs(
    objective: dict[str, float], verdict: str, met: bool
) -> None:
    report = conclude(Replicate(variant(objectives=[{"metric": P99} | objective]), seeds=3))
    found = row(report, "objectives", P99)
    assert (found["verdict"], found["met"], report.met) == (verdict, met, met)


def test_an_objective_at_the_mean_is_unsure() -> None:
    mean = row(conclude(Replicate(variant(), seeds=4)), "metrics", P99)["mean"]
    wanted = [{"metric": P99, "below": mean * 1.0001}]
    report = conclude(Replicate(variant(objectives=wanted), seeds=4))
    assert row(report, "objectives", P99)["verdict"] == "unsure"
    assert report.met is True


def test_an_unfinished_study_says_what_it_can() -> None:
    study = Replicate(variant(), seeds=4)
    done = dict(list(outcomes(study).items())[:2])
    report = study.conclude(done)
    assert (report.done, report.wanted, report.complete) == (2, 4, False)
    assert row(report, "metrics", P99)["count"] == 2
    assert report.sentences[0] == "So far, after 2 of 4 runs:"
    assert "never measured" in study.conclude({}).sentences[1]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Replicate(variant(), seeds=0), "0 seeds: write a number from 1 to 1000"),
        (lambda: Replicate(variant(), seeds=1001), "1001 seeds"),
        (lambda: Replicate(variant(), base_seed=-1), "seed -1: write a whole number"),
        (lambda: Replicate(variant("wbe.workers=3")), "did you mean 'web'?"),
        (lambda: Replicate(variant("web.workers=0")), "workers should be at least 1, not 0"),
        (lambda: Replicate(variant().set("load=-1")), "the load dial should be between"),
        (lambda: Replicate(variant(), metrics=("users.latency.p98",)), "did you mean"),
        (lambda: Replicate(variant(), metrics=("nobody.latency.p99",)), "names no node or link"),
        (lambda: Replicate(variant(), until=Precision(0.0)), "a precision of 0"),
        (lambda: Replicate(variant(), until=Precision(0.1, least=1)), "from 1 to 100 runs"),
        (lambda: Replicate(variant(), until=Precision(0.1, least=9, most=5)), "from 9 to 5 runs"),
        (lambda: Replicate(variant(), until=Precision(0.1, "p98")), "Nothing is measured as"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(make: Any, says: str) -> None:
    with pytest.raises(StudyError) as caught:
        make()
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_design_that_cannot_run_is_refused_with_its_finding() -> None:
    broken = variant(objectives=[{"metric": "nobody.latency.p99", "below": 1}])
    with pytest.raises(StudyError, match="names no node or link"):
        Replicate(broken)
