"""Sweeps: every combination under the same seeds, and what is refused before the first run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.study import StudyError, Sweep, run_point, sweep
from engine.study.study import checked
from tests.engine.study.helpers import conclude, shop, variant
from tests.helpers.theory import mmc_response

if TYPE_CHECKING:
    from engine.model.design import Design
    from engine.study import Variant

P99 = "users.latency.p99"


def test_every_value_is_measured_under_the_same_seeds() -> None:
    study = Sweep(variant(), ("web.workers=2:4",), seeds=2, metrics=("p99", "goodput"))
    report = conclude(study)
    table = report.table("points")
    assert table.column("web.workers") == [2, 2, 3, 3, 4, 4]
    assert table.column("metric") == [P99, "users.goodput"] * 3
    assert [table.unit_of("mean", row) for row in (0, 1)] == ["s", "rps"]
    assert [point.seed for point in study.points({})] == [5, 6] * 3
    values = [
        run_point(variant("web.workers=3").point(seed)).result["clients"]["users"]["latency"]["p99"]  # type: ignore[index]
        for seed in (5, 6)
    ]
    assert table.column("mean")[2] == pytest.approx(sum(values) / 2, rel=1e-12)
    assert "smallest" in report.sentences[0]
    assert "at web.workers = 4" in report.sentences[0]
    assert report.met is None


def test_the_sweep_follows_theory() -> None:
    """M/M/2 over its load: the interval of 6 seeds, with half a width to spare."""
    study = Sweep(
        variant(duration=200.0), ("users.arrivals.rate=30:70:20",), seeds=6, metrics=("mean",)
    )
    for row in conclude(study).table("points").records():
        half = (row["high"] - row["low"]) / 2  # type: ignore[operator]
        theory = mmc_response(2, float(row["users.arrivals.rate"] or 0), 0.02)
        assert abs(theory - row["mean"]) < 1.5 * half  # type: ignore[operator]


def test_two_parameters_make_a_grid() -> None:
    study = Sweep(variant(), ("load=0.5,1", "web.discipline=fifo,lifo"), seeds=1, metrics=("mean",))
    table = conclude(study).table("points")
    assert table.column("load") == [0.5, 0.5, 1, 1]
    assert table.column("web.discipline") == ["fifo", "lifo"] * 2
    assert [point.variant.load for point in study.points({})] == [0.5, 0.5, 1.0, 1.0]


def test_it_says_where_the_objectives_are_met() -> None:
    wanted = [{"metric": "users.latency.mean", "below": 0.03}]
    study = Sweep(variant(objectives=wanted), ("load=0.5,1.5",), seeds=2)
    report = conclude(study)
    assert report.sentences[1] == "All objectives are met at 1 of 2: load = 0.5."
    assert report.table("objectives").column("met") == [True, False]


def test_values_that_were_not_reached_are_neither_met_nor_missed() -> None:
    wanted = [{"metric": "users.latency.mean", "below": 10.0}]
    study = Sweep(variant(objectives=wanted), ("web.workers=2:3",), seeds=1)
    first = study.points({})[0]
    table = study.conclude({first.key: run_point(first)}).table("objectives")
    assert table.column("met") == [True, None]
    assert table.column("verdict")[1] == "unsure"


@pytest.mark.parametrize(
    ("over", "says"),
    [
        ((), "0 ranges: a sweep takes one or two"),
        (("load=1,2", "web.workers=1:2", "web.instances=1:2"), "3 ranges"),
        (("load=1,2", "load=3,4"), "load: stands twice"),
        (("web.workers=0:4",), "workers should be at least 1, not 0"),
        (("web.workers=1:2:0.5",), "workers should be a whole number, not 1.5"),
        (
            ("web.discipline=fifo,best",),
            "discipline should be 'fifo', 'lifo', 'adaptive_lifo', 'ps' or 'priority'",
        ),
        (("load=-1,2",), "the load dial should be between"),
        (("web.workers=1:100", "load=1:100"), "50000 runs are more than 10000"),
        (("nobody.workers=1:2",), "'nobody' is no node, link or frame"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_runs(
    over: tuple[str, ...], says: str
) -> None:
    with pytest.raises(StudyError) as caught:
        Sweep(variant(), over)
    assert says in str(caught.value)


def test_the_design_is_left_as_it_was() -> None:
    study = Sweep(variant(), ("web.workers=2:3",))
    assert study.design == shop()


def test_each_setting_is_lowered_once_and_the_load_dial_never(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lowered: list[tuple[str, ...]] = []

    def count(made: Variant, drawn: Design | None = None) -> Design:
        lowered.append(made.settings)
        return checked(made, drawn)

    monkeypatch.setattr(sweep, "checked", count)
    Sweep(variant(), ("web.workers=1:3", "load=0.1:4:0.1"), seeds=1)
    assert lowered == [(), ("web.workers=1",), ("web.workers=2",), ("web.workers=3",)]
    with pytest.raises(StudyError, match="load dial"):
        Sweep(variant(), ("load=1,-1",), seeds=1)
