"""The latency chart does not look better while requests fail, and says of which requests it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.sim.snapshot import NodeSample, Percentiles, Sample
from tests.widgets.charts.runs import second, shown, snapshot
from widgets.charts.chart_menu import BasisMenu, ChartMenu
from widgets.instruments import History
from widgets.instruments.metrics import charted
from widgets.theme import DARK

if TYPE_CHECKING:
    from collections.abc import Callable

    from widgets.charts import ChartsPanel
    from widgets.charts.bands import Basis

LATENCY = 0
OUTAGE = {"p99": 0.02, "every": 1.0, "failed": {"timeout": 60}}


def word(panel: ChartsPanel) -> str:
    """What the legend says the lines are of."""
    return panel.charts[LATENCY].legend._entries[0].label


def alarm(panel: ChartsPanel) -> str:
    return panel.charts[LATENCY].alarm.text()


def test_answers_are_shown_while_nothing_fails(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(10, p99=0.4, every=0.5)
    assert word(panel) == "answers ▾"
    assert shown(panel, LATENCY, "p99") == pytest.approx([0.4] * 10)
    assert not panel.charts[LATENCY].alarm.isVisible()


def test_all_requests_are_shown_once_more_than_one_percent_fail(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(10, p99=0.4, every=0.4)
    run(10, start=10, **OUTAGE)
    assert word(panel) == "all requests ▾"
    assert shown(panel, LATENCY, "p99") == pytest.approx([0.4] * 10 + [1.0] * 10)
    assert alarm(panel) == "30 % failed"


def test_one_percent_is_not_more_than_that(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(10, p99=0.4, every=0.5, failed={"error": 1})
    assert word(panel) == "answers ▾"


def test_it_stays_so_after_the_outage_as_long_as_that_is_in_view(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(3, **OUTAGE)
    run(57, start=3)
    assert word(panel) == "all requests ▾"
    panel.set_range(30.0, 60.0)
    panel.refresh()
    assert word(panel) == "answers ▾"
    assert alarm(panel) == ""


def test_the_foot_marks_where_requests_failed(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(10)
    run(5, start=10, **OUTAGE)
    run(5, start=15)
    strip = panel.charts[LATENCY]._shown.strip
    assert strip is not None
    assert strip.spans[0][0] == pytest.approx(10.0)
    assert strip.spans[-1][1] == pytest.approx(15.0)
    curve = panel.charts[LATENCY].plot._curves["~strip"]
    assert curve.isVisible()
    panel.set_range(0.0, 8.0)
    panel.refresh()
    assert not curve.isVisible()


def test_the_share_at_the_cursor(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(10)
    run(10, start=10, **OUTAGE)
    panel.set_cursor(15.5)
    assert alarm(panel) == "60 % failed"
    panel.set_cursor(5.5)
    assert alarm(panel) == "0 % failed"
    said = panel.charts[LATENCY].accessibleDescription()
    assert said.startswith("all requests: p50")
    assert said.endswith("0 % failed")


@pytest.mark.parametrize(("basis", "p99"), [("answers", 0.02), ("all", 1.0), (None, 1.0)])
def test_a_person_may_choose(
    panel: ChartsPanel, run: Callable[..., None], basis: Basis | None, p99: float
) -> None:
    run(10, **OUTAGE)
    panel.show_basis(basis)
    panel.refresh()
    assert shown(panel, LATENCY, "p99") == pytest.approx([p99] * 10)
    assert alarm(panel) == "60 % failed", "whatever is shown"


def test_the_choice_is_in_the_menus_with_the_present_one_marked(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(5, **OUTAGE)
    panel.show_basis("answers")
    marked = [action.text() for action in BasisMenu(panel, panel).actions() if action.isChecked()]
    assert marked == ["Answers only"]
    whole = ChartMenu(panel, panel.charts[LATENCY], panel)
    assert "Latency counts" in [action.text() for action in whole.actions()]
    other = ChartMenu(panel, panel.charts[1], panel)
    assert "Latency counts" not in [action.text() for action in other.actions()]


def test_the_word_asks_for_the_menu_and_hides_nothing(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(5, **OUTAGE)
    chart = panel.charts[LATENCY]
    asked: list[object] = []
    chart.choice_requested.disconnect()
    chart.choice_requested.connect(lambda which, _place: asked.append(which))
    QTest.mouseClick(chart.legend.word("~choice"), Qt.MouseButton.LeftButton)
    assert asked == [chart]
    assert chart.legend.hidden == frozenset()
    BasisMenu(panel, panel).actions()[2].trigger()
    panel.refresh()
    assert word(panel) == "answers ▾"


def test_a_kept_run_is_drawn_as_the_present_one(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(10, **OUTAGE)
    panel.keep_run()
    panel.clear_run()
    run(10, p99=0.4, every=0.4)
    assert word(panel) == "all requests ▾", "the kept run failed"
    kept = panel.charts[LATENCY]._kept
    assert kept is not None
    assert kept.lines[2].values.tolist() == pytest.approx([1.0] * 10)
    assert alarm(panel) == "", "the present one does not"


def test_bands_follow_the_choice(panel: ChartsPanel, run: Callable[..., None]) -> None:
    both = {"latency": {"p99": 0.02}, "latency_all": {"p99": 1.0}}
    result = {"warmup": 0.0, "duration": 30.0, "clients": {"users": both}}
    run(10, **OUTAGE)
    panel.set_measured(result)
    panel.refresh()
    assert [band.value for band in panel.latency.bands] == [1.0]
    panel.show_basis("answers")
    panel.refresh()
    assert [band.value for band in panel.latency.bands] == [0.02]


def test_failing_at_once_is_said_where_there_is_no_line(panel: ChartsPanel) -> None:
    nothing = Percentiles(50, 0.0, 0.0, 0.0, 0.0)
    lost = NodeSample(50, 0, {"unavailable": 50}, latency_all=nothing)
    for start in range(5):
        panel.add_snapshot(snapshot(Sample(start, start + 1.0, {"users": lost}, {})))
    panel.refresh()
    assert alarm(panel) == "100 % failed"
    assert panel.charts[LATENCY].plot._curves["~strip"].isVisible()


def test_the_failing_client_is_the_one_to_see(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(10, p99=0.001, every=1.0, failed={"timeout": 90}, bots=0.5)
    assert panel.charts[LATENCY].title.text() == "Latency · Shoppers"


def test_the_record_keeps_both_and_both_can_be_pinned() -> None:
    history = History()
    history.add([second(0.0, **OUTAGE)])
    names = [(("users", name)) for name in ("p99", "count", "p99_all", "count_all")]
    assert history.window(names, 0.0, 1.0, 1).sums.tolist() == [[2.0, 100.0, 100.0, 100.0]]
    assert "p99_all" not in {each.name for each in charted("web", None, {})}


def test_another_theme_recolours_the_words(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(5, **OUTAGE)
    panel.set_theme(DARK)
    panel.refresh()
    assert DARK.danger.text in panel.charts[LATENCY].alarm.styleSheet()


def test_the_title_has_the_room_of_buttons_that_are_not_seen(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(10, **OUTAGE)
    chart = panel.charts[LATENCY]
    words = chart.title.sizeHint().width() + chart.alarm.sizeHint().width() + 8
    panel.resize(3 * words + 60, 260)
    panel.show()
    panel.refresh()
    QTest.qWait(1)
    assert chart.legend.y() > chart.title.y(), "it stands below"
    assert chart.title.width() >= chart.title.sizeHint().width() - 1
    assert chart.more.geometry().right() < chart.width()
    QTest.mouseMove(chart)
    panel.resize(2000, 260)
    panel.refresh()
    QTest.qWait(1)
    assert chart.legend.x() > chart.enlarge.geometry().right() > chart.title.geometry().right()


def test_labels_of_a_low_chart_do_not_touch_each_other(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(10, p99=20.0, every=1e-5)
    plot = panel.charts[LATENCY].plot
    assert plot._labelled == plot._ticks, "there is room for all"
    for height in (60, 90, 130):
        plot.resize(plot.width(), height)
        gaps = len(plot._labelled) - 1
        assert plot._labelled[-1] == plot._ticks[-1], "the top one stays"
        assert gaps * 14 <= max(height - 22, 14)
