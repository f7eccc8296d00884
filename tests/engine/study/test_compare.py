"""Comparisons: common random numbers, paired intervals, and what they say."""

from __future__ import annotations

import math

import pytest

from engine.stats.intervals import Interval, t_quantile
from engine.study import Compare, Replicate, StudyError, Variant
from engine.study.compare import sentence
from tests.engine.study.helpers import conclude, outcomes, shop, variant
from tests.helpers.builders import client, design, exponential, link, node
from tests.helpers.theory import mmc_response

MEAN = "users.latency.mean"


def test_the_interval_of_a_known_difference_holds_it() -> None:
    """M/M/1 against M/M/2 at the same arrivals."""
    one = variant("web.workers=1", rate=30.0, duration=300.0)
    report = conclude(Compare(one, one.set("web.workers=2"), seeds=10, metrics=("mean",)))
    row = report.table("metrics").records()[0]
    theory = mmc_response(2, 30.0, 0.02) - mmc_response(1, 30.0, 0.02)
    assert row["low"] < theory < row["high"] < 0.0  # type: ignore[operator]
    assert report.sentences[0].startswith(f"B cuts {MEAN} by ")
    assert "(95 %: " in report.sentences[0]


def test_pairs_are_narrower_than_two_samples() -> None:
    """What common random numbers are for."""
    a = variant()
    study = Compare(a, a.set("web.service_time.mean=18ms"), seeds=8, metrics=("mean",))
    report = conclude(study)
    row = report.table("metrics").records()[0]
    runs = report.table("replications")
    values = [[float(v or 0) for v in runs.column(f"{side} {MEAN}")] for side in ("a", "b")]
    variances = []
    for side in values:
        mean = sum(side) / len(side)
        variances.append(sum((v - mean) ** 2 for v in side) / (len(side) - 1))
    unpaired = t_quantile(0.975, 14) * math.sqrt(sum(variances) / 8)
    paired = (row["high"] - row["low"]) / 2  # type: ignore[operator]
    assert paired < 0.5 * unpaired


def test_both_see_the_same_arrivals() -> None:
    a = variant()
    study = Compare(a, a.set("web.service_time.mean=10ms"), seeds=3, metrics=("users.offered",))
    report = conclude(study)
    runs = report.table("replications")
    assert runs.column("a users.offered") == runs.column("b users.offered")
    assert report.sentences == ("A and B have the same users.offered at each of 3 seeds.",)


def test_two_designs_are_compared_by_what_they_share() -> None:
    nodes = [
        client("users", 60.0),
        node("app", "service", workers=4, service_time=exponential(0.02)),
    ]
    other = design(nodes, [link("users", "app")], title="Other", duration=30.0, warmup=5.0)
    study = Compare(Variant.of(shop()), Variant.of(other), seeds=2)
    assert study.title == "Shop and Other"
    assert study.metrics[0] == "users.latency.p99"
    assert [study.label_of(point) for point in study.points({})] == ["A", "B"] * 2
    assert conclude(study).table("metrics").column("count")[0] == 2


def test_a_pair_with_a_failure_is_left_out() -> None:
    a = variant()
    study = Compare(a, a.set("web.workers=3"), seeds=3, metrics=("mean",))
    done = outcomes(study)
    points = study.points({})
    del done[points[1].key]
    report = study.conclude(done)
    assert report.table("metrics").column("count") == [2]
    assert report.table("replications").column(f"b {MEAN}")[0] is None
    assert not report.complete


@pytest.mark.parametrize(
    ("apart", "says"),
    [
        (Interval(-0.031, -0.038, -0.024, 20), "B cuts p99 by 31 ms (95 %: 24 ms to 38 ms)."),
        (Interval(0.031, 0.024, 0.038, 20), "B raises p99 by 31 ms (95 %: 24 ms to 38 ms)."),
        (
            Interval(-0.002, -0.008, 0.004, 20),
            "No difference in p99 can be told at 20 seeds (B − A: -2 ms, 95 %: -8 ms to 4 ms).",
        ),
        (Interval(0.0, 0.0, 0.0, 20), "A and B have the same p99 at each of 20 seeds."),
        (None, "p99 was never measured in both."),
    ],
)
def test_what_a_difference_says(apart: Interval | None, says: str) -> None:
    assert sentence("p99", "s", apart) == says


def test_what_makes_no_sense_is_refused() -> None:
    a = variant()
    with pytest.raises(StudyError, match="A and B are the same"):
        Compare(a, a)
    with pytest.raises(StudyError, match="needs at least 2"):
        Compare(a, a.set("load=2"), seeds=1)
    with pytest.raises(StudyError, match="differ in duration, 30 s and 60 s"):
        Compare(a, variant(duration=60.0))
    stranger = design([client("bots", 5.0), node("web", "service")], [link("bots", "web")])
    with pytest.raises(StudyError, match="differ in duration"):
        Compare(a, Variant.of(stranger))
    with pytest.raises(StudyError, match="no client of the same id"):
        Compare(
            a,
            Variant.of(
                design(
                    [client("bots", 5.0), node("web", "service")],
                    [link("bots", "web")],
                    duration=30.0,
                    warmup=5.0,
                )
            ),
        )
    assert Replicate(a).kind == "replicate"
