"""The plot of a metastability study: both branches of the loop over the band that was predicted."""

from __future__ import annotations

import pytest

from app.studies.pictures import picture_of
from engine.study import Metastability, Variant
from tests.engine.study.helpers import conclude
from tests.helpers.builders import client, design, exponential, link, node
from widgets.study.plot import StudyPlot
from widgets.theme import DARK, LIGHT


def storm(attempts: int, **more):
    """A service that can do 300 requests a second, callers that wait 1 s and may try again at once."""
    retry = {"attempts": attempts, "backoff": {"base": 0, "jitter": "none"}}
    nodes = [
        client("users", 200.0),
        node("web", "service", workers=3, service_time=exponential(0.01), **more),
    ]
    links = [link("users", "web", timeout=1.0, retry=retry)]
    return Variant.of(design(nodes, links, duration=60, warmup=10, seed=1))


def report_of(variant: Variant, watch: float = 30.0):
    return conclude(Metastability(variant, over=(0.5, 1.7), levels=4, hold=20.0, watch=watch))


@pytest.fixture(scope="module")
def report():
    return report_of(storm(2))


def test_the_branches_part_inside_the_predicted_band(report) -> None:
    picture = picture_of(report)
    up, down = picture.bands
    assert up.xs == down.xs == tuple(report.table("loop").column("load"))
    assert up.means[-2] > 2.0 * down.means[-2]
    assert up.means[0] == pytest.approx(100.0, rel=0.1)
    (zone,) = picture.zones
    assert (zone.left, zone.right) == pytest.approx((0.75, 1.5))
    assert picture.marks[0].x == 1.0


def test_triggered_runs_lie_on_the_branch_on_which_they_end_with_their_times(report) -> None:
    picture = picture_of(report)
    up, down = picture.bands
    rows = {row["load"]: row for row in report.table("triggers").records()}
    found = {}
    for dots in picture.dots:
        for x, y, text in zip(dots.xs, dots.ys, dots.texts, strict=True):
            found[x] = (dots.good, text)
            branch = up if dots.good else down
            assert min(branch.means) <= y <= max(branch.means)
    assert found.keys() == rows.keys()
    assert found[1.0] == (False, "")
    for load, (good, text) in found.items():
        assert good is (rows[load]["verdict"] == "recovers")
        assert (not text) is (rows[load]["recovery"] is None)


def test_a_run_that_is_back_lies_on_the_upper_branch_with_its_time() -> None:
    calm = report_of(storm(1), watch=90.0)
    (dots,) = picture_of(calm).dots
    assert dots.good
    assert dots.xs == (1.0,)
    assert dots.ys[0] == pytest.approx(200.0, rel=0.1)
    (row,) = calm.table("triggers").records()
    assert float(dots.texts[0].removesuffix(" s")) == pytest.approx(row["recovery"], rel=0.01)


def test_the_branches_are_told_apart_without_their_colours(report, qtbot) -> None:
    picture = picture_of(report)
    assert [band.line for band in picture.bands] == ["solid", "dashed"]
    plot = StudyPlot(DARK)
    qtbot.addWidget(plot)
    plot.resize(500, 240)
    plot.show()
    plot.show_picture(picture)
    for theme in (DARK, LIGHT):
        plot.set_theme(theme)
        head = plot._head.text()
        assert ">up</span>" in head
        assert "╌ down again" in head
        assert f'<span style="color:{theme.load.text}">▒ predicted to stay down</span>' in head
    (left, right), _ = plot._box.viewRange()
    assert left < 0.5 < 1.7 < right


def test_where_no_load_can_stay_down_nothing_is_shaded() -> None:
    picture = picture_of(report_of(storm(2, queue_limit=100)))
    assert picture.zones == ()
    assert len(picture.bands) == 2


def test_before_the_ramp_is_through_there_is_nothing_to_draw() -> None:
    study = Metastability(storm(2), levels=3, hold=20.0, watch=20.0)
    assert picture_of(study.conclude({})) is None
