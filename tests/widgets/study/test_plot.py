"""The plot of a study: axes that can be read, everything inside them, bars beside their names."""

from __future__ import annotations

import pytest

from engine.study.report import Failure, Report
from tests.widgets.study.test_results import METRICS
from widgets.study.panel import StudyPanel
from widgets.study.picture import Band, Bar, Dots, Level, Mark, Picture
from widgets.study.plot import StudyPlot, _heights, _ticks
from widgets.theme import DARK, LIGHT, IconSet


@pytest.fixture
def plot(qtbot):
    made = StudyPlot(DARK)
    qtbot.addWidget(made)
    made.resize(500, 240)
    made.show()
    return made


def ranges(plot) -> list[list[float]]:
    return plot._box.viewRange()


def test_everything_lies_inside_the_axes(plot) -> None:
    band = Band("", (1.0, 2.0, 4.0), (0.2, 0.3, 0.9), (0.1, 0.2, 0.7), (0.3, 0.4, 1.2))
    marks = (Mark(5.0, "knee"),)
    plot.show_picture(
        Picture("p99", y_unit="s", bands=(band,), levels=(Level(1.5, "bound"),), marks=marks)
    )
    (left, right), (bottom, top) = ranges(plot)
    assert left < 1.0 < 5.0 < right
    assert bottom == 0.0
    assert top > 1.5


def test_values_that_are_alike_are_not_flattened_by_an_axis_from_zero() -> None:
    low, high = _heights([0.190, 0.192])
    assert 0.189 < low < 0.190
    assert 0.192 < high < 0.193
    assert _heights([0.1, 0.9])[0] == 0.0
    assert _heights([-1.0, 1.0])[0] < -1.0


def test_no_two_ticks_read_alike() -> None:
    for low, high in ((0.1910, 0.1925), (0.0, 3.0), (1e3, 1e6), (-0.02, 0.01)):
        words = [word for _, word in _ticks(low, high, 5.0, "s")]
        assert len(words) >= 3
        assert len(set(words)) == len(words)


def test_what_is_counted_has_whole_ticks() -> None:
    assert [place for place, _ in _ticks(0.8, 3.2, 8.0, "", least=1.0)] == [1.0, 2.0, 3.0]


def test_bars_stand_beside_their_names_the_first_on_top(plot) -> None:
    bars = (Bar("web.workers", -0.4, -0.5, -0.3), Bar("load", 0.9, 0.1, 1.7, clear=False))
    plot.show_picture(Picture("", bars=bars))
    (ticks,) = plot._frame.axes["left"]._tickLevels
    assert ticks == [(2.0, "web.workers"), (1.0, "load")]
    (left, right), _ = ranges(plot)
    assert left < -0.5
    assert right > 1.7


def test_a_legend_names_the_bands(plot) -> None:
    bands = tuple(Band(name, (1.0,), (1.0,), (1.0,), (1.0,)) for name in ("a = 1", "a < 2"))
    plot.show_picture(Picture("p99", bands=bands))
    assert "a = 1" in plot._head.text()
    assert "a &lt; 2" in plot._head.text()


def test_it_takes_another_theme_and_an_empty_picture(plot) -> None:
    dots = (Dots("met", (1.0,), (2.0,)), Dots("missed", (2.0,), (3.0,), good=False))
    plot.show_picture(Picture("", dots=dots))
    plot.set_theme(LIGHT)
    assert plot._view.backgroundBrush().color().name() == LIGHT.panel
    assert len(plot._box.childGroup.childItems()) > 0
    plot.show_picture(None)
    assert plot._box.childGroup.childItems() == []


def finished(*sentences: str, done: int = 3, failures: int = 0) -> Report:
    failed = tuple(Failure(str(each), "load 1", each, "KeyError") for each in range(failures))
    return Report("sweep", "Shop: sweep of load", sentences, (METRICS,), failed, done, 3)


@pytest.mark.parametrize(
    ("report", "says"),
    [
        (finished("p99 was never measured."), "no run has measured it"),
        (finished("p99 was never measured.", failures=3), "all runs broke"),
        (finished(done=2), "Nothing to draw yet"),
    ],
)
def test_what_measured_nothing_has_words_in_place_of_empty_axes(qtbot, report, says) -> None:
    panel = StudyPanel(DARK, IconSet())
    qtbot.addWidget(panel)
    panel.show_report(report, Picture("p99 over load", bands=(Band("", (), (), (), ()),)))
    assert panel.plot.isHidden()
    assert says in panel._hint.text()
    band = Band("", (1.0, 2.0), (3.0, 4.0), (3.0, 4.0), (3.0, 4.0))
    panel.show_report(report, Picture("p99 over load", bands=(band,)))
    assert not panel.plot.isHidden()
