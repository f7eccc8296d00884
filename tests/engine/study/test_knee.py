"""The knee: largest load, or smallest capacity, that meets the objectives."""

from __future__ import annotations

import pytest

from engine.model.design import Objective
from engine.stats.intervals import Interval
from engine.study import Knee, Report, StudyError, Variant
from engine.study.bisection import Bisection, Level
from engine.study.objectives import Judgement
from tests.engine.study.helpers import conclude, variant
from tests.helpers.builders import client, design, exponential, link, node
from tests.helpers.theory import mmc_quantile

P99 = "users.latency.p99"


def found(report: Report) -> tuple[float, float, float]:
    row = report.table("knee").records()[0]
    return float(row["value"] or 0), float(row["low"] or 0), float(row["high"] or 0)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_largest_rate_of_a_station_is_where_theory_has_it() -> None:
    """M/M/4 with μ = 100: p99 is 60.06 ms at 300 a second. So many runs that 3 % are some 4 SD."""
    bound = mmc_quantile(0.99, 4, 300.0, 0.01)
    assert bound == pytest.approx(0.06006, rel=1e-3)
    nodes = [
        client("users", 100.0),
        node("web", "service", workers=4, service_time=exponential(0.01)),
    ]
    made = design(
        nodes,
        [link("users", "web")],
        duration=210.0,
        warmup=10.0,
        objectives=[{"metric": P99, "below": bound}],
    )
    report = conclude(Knee(Variant.of(made), "users.arrivals.rate=240:360", 8, tolerance=0.02))
    value, low, high = found(report)
    assert value == pytest.approx(300.0, rel=0.03)
    assert low < 300.0 < high
    assert high - low < 30.0
    assert report.met is True
    assert report.table("objectives").column("met") == [True]
    assert report.sentences[1].startswith(f"What gives way there: {P99} < 60.1 ms")


def test_the_load_dial_is_turned_up_until_something_gives() -> None:
    study = Knee(
        variant(rate=20.0, objectives=[{"metric": P99, "below": 0.15}]), seeds=2, tolerance=0.1
    )
    report = conclude(study)
    value, _, _ = found(report)
    assert 2.0 < value < 5.0
    offered = next(each for each in report.sentences if "offered by all clients" in each)
    assert f"{value * 20:.1f}"[:2] in offered
    loads = {point.variant.load for point in study.points({})}
    assert loads == {1.0}


def test_the_load_dial_is_turned_down_where_the_design_misses_as_drawn() -> None:
    report = conclude(
        Knee(
            variant(rate=150.0, objectives=[{"metric": P99, "below": 0.15}]), seeds=2, tolerance=0.1
        )
    )
    value, _, _ = found(report)
    assert 0.3 < value < 0.8


def test_the_smallest_number_of_workers_is_found_as_well() -> None:
    wanted = [{"metric": P99, "below": 0.12}]
    study = Knee(variant(rate=120.0, objectives=wanted), "web.workers=1:16", seeds=2)
    report = conclude(study)
    rows = report.table("levels").records()
    met = {row["web.workers"]: row["met"] for row in rows}
    value, _, _ = found(report)
    assert value.is_integer()
    assert met[value] is True
    assert met[value - 1] is False
    assert report.sentences[0].startswith(f"All objectives are met from web.workers = {value:g} on")


def test_nothing_gives_way() -> None:
    study = Knee(variant(objectives=[{"metric": P99, "below": 9.0}]), "load=0.1:0.5", seeds=1)
    report = conclude(study)
    assert report.sentences == ("All objectives are met up to load = 0.5, the largest tried.",)
    assert report.table("knee").column("value") == [None]
    assert report.met is True


def test_nothing_is_ever_met() -> None:
    study = Knee(variant(objectives=[{"metric": P99, "below": 1e-6}]), "load=0.1:0.5", seeds=1)
    report = conclude(study)
    assert report.sentences == ("The objectives are missed from load = 0.1 on, everywhere tried.",)
    assert report.met is False


def test_an_unfinished_search_says_how_far_it_is() -> None:
    study = Knee(variant(objectives=[{"metric": P99, "below": 0.15}]), "load=0.1:3", seeds=2)
    report = study.conclude({})
    assert report.sentences == (f"So far, after 0 of {study.expected({})} runs:",)
    assert (report.done, report.wanted, report.met) == (0, 4, None)


@pytest.mark.parametrize(
    ("objectives", "over", "more", "says"),
    [
        ([], None, {}, "the design has no objectives; add one"),
        ([0.15], "load=3:1", {}, "the range is empty"),
        ([0.15], "web.workers=0:4", {}, "workers should be at least 1, not 0"),
        ([0.15], "wbe.workers=1:4", {}, "did you mean 'web'?"),
        ([0.15], None, {"tolerance": 0.0}, "a tolerance of 0: write a share"),
        ([0.15], None, {"seeds": 0}, "0 seeds"),
    ],
)
def test_what_makes_no_sense_is_refused(
    objectives: list[float], over: str | None, more: dict[str, float], says: str
) -> None:
    made = variant(objectives=[{"metric": P99, "below": each} for each in objectives])
    with pytest.raises(StudyError, match=says):
        Knee(made, over, **more)  # type: ignore[arg-type]


# -- the bisection alone --------------------------------------------------------------------------


def level(value: float, measured: float, half: float = 0.0) -> Level:
    """A level at which a metric that should be below 1 was measured."""
    interval = Interval(measured, measured - half, measured + half, 5)
    return Level(value, (Judgement(Objective(metric="m", below=1.0), interval),))


def bisect(search: Bisection, measure: float, half: float = 0.0) -> Bisection:
    """Run a search where the metric is the level over ``measure``."""
    while search.asked:
        search.answer([level(each, each / measure, half) for each in search.asked])
    return search


@pytest.mark.parametrize("truth", [0.013, 0.5, 1.0, 3.7, 700.0])
def test_bisection_finds_the_crossing(truth: float) -> None:
    search = bisect(Bisection(None, 0.01, whole=False), truth, half=0.05)
    value, low, high = search.knee()
    assert value == pytest.approx(truth, rel=0.001)
    assert low is not None
    assert high is not None
    assert low == pytest.approx(truth * 0.95, rel=0.01)
    assert high == pytest.approx(truth * 1.05, rel=0.01)


def test_bisection_gives_up_beyond_all_reason() -> None:
    search = bisect(Bisection(None, 0.01, whole=False), 1e9)
    assert search.knee() == (None, None, None)
    assert len(search.levels) == 11


def test_whole_numbers_are_bisected_to_neighbours() -> None:
    search = bisect(Bisection((1.0, 100.0), 0.5, whole=True), 41.5)
    assert search.knee()[0] == 41.0
    assert {41.0, 42.0} <= {each.value for each in search.levels}


def test_what_was_never_measured_is_missed() -> None:
    search = Bisection((1.0, 4.0), 0.01, whole=False)
    objective = Objective(metric="m", below=1.0)
    search.answer([level(1.0, 0.5), Level(4.0, (Judgement(objective, None),))])
    assert search.first_missed is not None
    assert search.first_missed.value == 4.0


def test_a_second_region_that_is_met_is_noticed() -> None:
    search = Bisection((1.0, 4.0), 0.5, whole=False)
    search.answer([level(1.0, 0.5), level(4.0, 2.0)])
    search.levels += [level(2.0, 2.0), level(3.0, 0.5)]
    assert search.is_odd
