"""The charts show what the snapshots say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from engine.model.design import Design
from tests.widgets.charts.runs import DESIGN, second, shown, snapshot
from widgets.charts import ChartsPanel
from widgets.charts.chart_menu import ChartMenu
from widgets.instruments import TimeAxis
from widgets.theme import DARK, LIGHT

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from widgets.charts.chart import Chart

LATENCY, TRAFFIC, BUSIEST = 0, 1, 2


def words(chart: Chart) -> list[str]:
    return [entry.label for entry in chart.legend._entries]


def values(chart: Chart) -> dict[str, str]:
    return {entry.key: entry.value for entry in chart.legend._entries}


def test_an_empty_chart_says_what_to_do(panel: ChartsPanel) -> None:
    for chart in panel.charts:
        assert chart.plot._hint.isVisible()
        assert chart.plot._hint.text().startswith("Run to see")
        assert words(chart) == []


def test_latency_of_the_slowest_client(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(12, p99=0.4)
    assert panel.charts[LATENCY].title.text() == "Latency · Shoppers"
    assert shown(panel, LATENCY, "p99") == pytest.approx([0.4] * 12)
    assert shown(panel, LATENCY, "p50") == pytest.approx([0.04] * 12)
    run(15, start=12, p99=0.4, bots=2.0)
    assert panel.charts[LATENCY].title.text() == "Latency · Bots"


def test_a_client_can_be_chosen(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(5, p99=0.4)
    panel.show_client("bots")
    panel.refresh()
    assert panel.charts[LATENCY].title.text() == "Latency · Bots"
    assert shown(panel, LATENCY, "p99") == pytest.approx([0.01] * 5)


def test_one_client_needs_no_name(panel: ChartsPanel, run: Callable[..., None]) -> None:
    nodes = [node for node in DESIGN["nodes"] if node["id"] != "bots"]  # type: ignore[index]
    links = [link for link in DESIGN["links"] if link["id"] != "b"]  # type: ignore[index]
    panel.set_design(Design.model_validate(DESIGN | {"nodes": nodes, "links": links}))
    run(3)
    assert panel.charts[LATENCY].title.text() == "Latency"


def test_traffic_adds_all_clients_and_lists_only_reasons_that_occurred(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(5)
    assert words(panel.charts[TRAFFIC]) == ["offered", "goodput"]
    run(5, start=5, failed={"queue_full": 10, "timeout": 20, "shed": 0})
    chart = panel.charts[TRAFFIC]
    assert words(chart) == ["offered", "goodput", "timeout", "queue full"]
    assert shown(panel, TRAFFIC, "offered") == pytest.approx([150.0] * 10)
    assert shown(panel, TRAFFIC, "goodput") == pytest.approx([150.0] * 5 + [120.0] * 5)
    assert shown(panel, TRAFFIC, "queue_full") == pytest.approx([0.0] * 5 + [10.0] * 5)


def test_failures_are_stacked(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(4, failed={"queue_full": 10, "timeout": 20})
    plot = panel.charts[TRAFFIC].plot
    assert plot._curves["timeout"].getData()[1].tolist() == pytest.approx([20.0] * 4)
    assert plot._curves["queue_full"].getData()[1].tolist() == pytest.approx([30.0] * 4)
    assert plot._curves["queue_full"].zValue() < plot._curves["timeout"].zValue()


def test_at_most_the_four_busiest_nodes(panel: ChartsPanel, run: Callable[..., None]) -> None:
    busy = {"web": 0.5, "db": 0.9, "s0": 0.3, "s1": 0.2, "s2": 0.1, "s3": 0.001}
    run(5, busy=busy)
    assert words(panel.charts[BUSIEST]) == ["Orders DB", "Checkout", "Service 0", "Service 1"]
    colours = {e.label: e.colour for e in panel.charts[BUSIEST].legend._entries}
    run(15, start=5, busy=busy | {"s2": 0.8, "s1": 0.0})
    assert set(words(panel.charts[BUSIEST])) == {"Orders DB", "Checkout", "Service 0", "Service 2"}
    after = {e.label: e.colour for e in panel.charts[BUSIEST].legend._entries}
    assert all(after[name] == colours[name] for name in ("Orders DB", "Checkout", "Service 0"))


def test_a_node_that_died_keeps_its_line(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(5, busy={"web": 0.5})
    run(15, start=5, busy={"web": 0.0})
    assert words(panel.charts[BUSIEST]) == ["Checkout"]


def test_nearly_equal_nodes_do_not_take_turns(panel: ChartsPanel, run: Callable[..., None]) -> None:
    busy = {"web": 0.9, "db": 0.8, "s0": 0.7, "s1": 0.50, "s2": 0.49}
    run(5, busy=busy)
    run(15, start=5, busy=busy | {"s1": 0.49, "s2": 0.50})
    assert "Service 1" in words(panel.charts[BUSIEST])


def test_hover_shows_values_of_that_instant_everywhere(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(5, p99=0.1)
    run(5, start=5, p99=0.8, failed={"timeout": 30})
    said: list[float] = []
    panel.cursor_moved.connect(said.append)
    plot = panel.charts[BUSIEST].plot
    x = plot.canvas.width() - 20
    QTest.mouseMove(plot.canvas, QPoint(x, 60))
    QTest.mouseMove(plot.canvas, QPoint(x - 4, 60))
    assert len(said) > 0
    panel.axis.set_cursor(7.5)
    assert values(panel.charts[LATENCY])["p99"] == "800 ms"
    assert values(panel.charts[TRAFFIC]) == {"offered": "150", "goodput": "120", "timeout": "30"}
    assert values(panel.charts[BUSIEST])["db"] == "90 %"
    assert all(chart.plot._cursor.isVisible() for chart in panel.charts)
    panel.axis.set_cursor(2.5)
    assert values(panel.charts[LATENCY])["p99"] == "100 ms"
    panel.axis.set_cursor(float("nan"))
    assert values(panel.charts[LATENCY])["p99"] == ""
    assert not any(chart.plot._cursor.isVisible() for chart in panel.charts)


def test_a_word_hides_and_shows_its_line(
    panel: ChartsPanel, run: Callable[..., None], qtbot: QtBot
) -> None:
    run(5, failed={"timeout": 10})
    chart = panel.charts[TRAFFIC]
    word = chart.legend.word("offered")
    qtbot.mouseClick(word, Qt.MouseButton.LeftButton)
    assert not chart.plot._curves["offered"].isVisible()
    run(2, start=5)
    assert not chart.plot._curves["offered"].isVisible(), "a hidden line stays hidden"
    word.setFocus()
    qtbot.keyClick(word, Qt.Key.Key_Space)
    assert chart.plot._curves["offered"].isVisible()


def wheel(panel: ChartsPanel, chart: Chart, notches: int) -> None:
    canvas = chart.plot.canvas
    local = QPointF(canvas.width() / 2, canvas.height() / 2)
    event = QWheelEvent(
        local,
        QPointF(canvas.mapToGlobal(local.toPoint())),
        QPoint(0, 0),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def test_wheel_zooms_all_charts_about_the_mouse(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(60)
    chart = panel.charts[LATENCY]
    canvas = chart.plot.canvas
    before = chart.plot.time_at(QPointF(canvas.width() / 2, 50))
    span = panel.axis.span
    wheel(panel, chart, 3)
    assert panel.axis.span == pytest.approx(span * 0.8**3)
    assert chart.plot.time_at(QPointF(canvas.width() / 2, 50)) == pytest.approx(before, abs=0.2)
    panel.refresh()
    for other in panel.charts:
        assert other.plot._box.viewRange()[0] == pytest.approx([panel.axis.start, panel.axis.end])


def test_drag_pans_and_double_click_follows_again(
    panel: ChartsPanel, run: Callable[..., None], qtbot: QtBot
) -> None:
    run(60)
    panel.axis.set_range(20.0, 40.0)
    canvas = panel.charts[TRAFFIC].plot.canvas
    middle = QPoint(canvas.width() // 2, 60)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(canvas, middle + QPoint(30, 0))
    QTest.mouseMove(canvas, middle + QPoint(60, 0))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 0))
    assert panel.axis.start < 18.0
    assert panel.axis.span == pytest.approx(20.0)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=middle)
    assert panel.axis.following
    assert panel.axis.start == 0.0


def test_pin_and_unpin(panel: ChartsPanel, run: Callable[..., None], qtbot: QtBot) -> None:
    run(5)
    panel.pin("queue", "db")
    panel.pin("queue", "db")
    panel.pin("p99", "c")
    panel.refresh()
    assert [chart.title.text() for chart in panel.charts[3:]] == [
        "Orders DB",
        "Checkout → Orders DB",
    ]
    assert shown(panel, 3, "queue") == pytest.approx([7.0] * 5), "the past of a pin is known"
    assert shown(panel, 4, "p99") == pytest.approx([0.02] * 5)
    panel.unpin("queue", "db")
    assert len(panel.charts) == 4
    with pytest.raises(KeyError):
        panel.pin("beauty", "db")
    assert len(panel.charts) == 4


def test_a_kept_run_lies_behind_the_next(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(10, p99=0.5)
    panel.keep_run()
    panel.clear_run()
    run(4, p99=0.1)
    plot = panel.charts[LATENCY].plot
    assert plot._curves["p99"].getData()[0].size == 4
    assert plot._curves["p99~kept"].getData()[0].size == 10
    assert plot._curves["p99~kept"].isVisible()
    assert plot._curves["p99~kept"].zValue() < plot._curves["p99"].zValue()
    panel.clear_run()
    run(2)
    assert plot._curves["p99~kept"].isVisible(), "it stays for later runs"
    panel.drop_kept_run()
    panel.refresh()
    assert not plot._curves["p99~kept"].isVisible()


def test_clear_run_forgets(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(10)
    panel.clear_run()
    panel.refresh()
    assert words(panel.charts[LATENCY]) == []
    assert panel.charts[LATENCY].plot._hint.isVisible()
    run(3)
    assert len(shown(panel, LATENCY, "p99")) == 3


def test_new_data_is_drawn_by_the_event_loop(panel: ChartsPanel, qtbot: QtBot) -> None:
    panel.add_snapshot(snapshot(second(0.0), second(1.0)))
    qtbot.waitUntil(lambda: all(words(chart) for chart in panel.charts))


def test_a_hidden_panel_draws_when_it_is_shown(panel: ChartsPanel, qtbot: QtBot) -> None:
    panel.hide()
    panel.add_snapshot(snapshot(second(0.0)))
    panel.refresh()
    assert words(panel.charts[LATENCY]) == []
    panel.show()
    qtbot.waitUntil(lambda: all(words(chart) for chart in panel.charts))


def test_many_samples_a_second_become_readable_points(panel: ChartsPanel) -> None:
    for i in range(40):
        one = second(0.0)
        start = i * 0.25
        panel.add_snapshot(snapshot(type(one)(start, start + 0.25, one.nodes, one.links)))
    panel.refresh()
    assert len(shown(panel, TRAFFIC, "offered")) == 20
    assert shown(panel, TRAFFIC, "offered")[0] == pytest.approx(600.0)


def test_names_follow_the_design(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(5)
    nodes = [n | {"name": "Ledger"} if n["id"] == "db" else n for n in DESIGN["nodes"]]  # type: ignore[operator,index]
    panel.set_design(Design.model_validate(DESIGN | {"nodes": nodes}))
    panel.refresh()
    assert "Ledger" in words(panel.charts[BUSIEST])


def test_event_marks_and_theme(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(30)
    plot = panel.charts[LATENCY].plot
    assert plot._event_marks.getData()[0].tolist() == [20.0, 20.0]
    panel.set_theme(LIGHT)
    panel.refresh()
    colours = {e.key: e.colour for e in panel.charts[LATENCY].legend._entries}
    assert colours["p99"] == LIGHT.series["p99"].text
    assert colours["p99"] != DARK.series["p99"].text
    assert plot._view.backgroundBrush().color().name() == LIGHT.panel


def test_long_runs_stay_bounded(panel: ChartsPanel) -> None:
    for i in range(0, 9000, 30):
        panel.add_snapshot(snapshot(*(second(float(k)) for k in range(i, i + 30))))
    panel.refresh()
    assert panel._history.table.rows <= 4000
    times = panel.charts[LATENCY]._shown.times
    assert 50 < len(times) < 200
    assert times[0] < 200.0
    assert times[-1] > 8800.0
    assert sum(shown(panel, TRAFFIC, "offered")) / len(times) == pytest.approx(150.0)


def actions(menu: QMenu) -> dict[str, QAction]:
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions() if action.text()}


def submenu(menu: QMenu, *path: str) -> QMenu:
    for name in path:
        below = actions(menu)[name].menu()
        assert isinstance(below, QMenu)
        menu = below
    return menu


def test_the_menu_chooses_a_client(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(5)
    menu = ChartMenu(panel, panel.charts[LATENCY])
    choices = actions(submenu(menu, "Latency of"))
    assert list(choices) == ["Slowest client", "Shoppers", "Bots"]
    choices["Bots"].trigger()
    panel.refresh()
    assert panel.charts[LATENCY].title.text() == "Latency · Bots"
    assert "Latency of" not in actions(ChartMenu(panel, panel.charts[TRAFFIC]))


def test_the_menu_pins_and_unpins(panel: ChartsPanel, run: Callable[..., None]) -> None:
    panel.add_snapshot(snapshot(second(0.0)))
    menu = ChartMenu(panel, panel.charts[TRAFFIC])
    actions(submenu(menu, "Pin of node", "Orders DB"))["Utilization"].trigger()
    actions(submenu(menu, "Pin of link", "Checkout → Orders DB"))["Retries"].trigger()
    panel.refresh()
    assert shown(panel, 3, "utilization") == [pytest.approx(0.9)]
    assert shown(panel, 4, "retries") == [3.0]
    actions(ChartMenu(panel, panel.charts[3]))["Unpin"].trigger()
    assert [chart.title.text() for chart in panel.charts[3:]] == ["Checkout → Orders DB"]


def test_the_menu_keeps_a_run(panel: ChartsPanel, run: Callable[..., None]) -> None:
    assert not actions(ChartMenu(panel, panel.charts[0]))[
        "Keep this run behind the next"
    ].isEnabled()
    run(5)
    offered = actions(ChartMenu(panel, panel.charts[0]))
    assert not offered["Remove the kept run"].isEnabled()
    offered["Keep this run behind the next"].trigger()
    actions(ChartMenu(panel, panel.charts[0]))["Remove the kept run"].trigger()
    assert not panel.has_kept_run


def test_keys_point_and_zoom(panel: ChartsPanel, run: Callable[..., None], qtbot: QtBot) -> None:
    run(60)
    chart = panel.charts[LATENCY]
    chart.setFocus()
    qtbot.keyClick(chart, Qt.Key.Key_Left)
    assert 50.0 < panel.axis.cursor < 60.0
    assert "p99 100 ms" in chart.accessibleDescription()
    span = panel.axis.span
    qtbot.keyClick(chart, Qt.Key.Key_Plus)
    assert panel.axis.span < span
    qtbot.keyClick(chart, Qt.Key.Key_Home)
    assert panel.axis.span == span
    qtbot.keyClick(chart, Qt.Key.Key_Escape)
    assert panel.axis.cursor != panel.axis.cursor


@pytest.mark.parametrize("height", [250, 175])
def test_many_reasons_get_rows_of_their_own(
    panel: ChartsPanel, run: Callable[..., None], height: int
) -> None:
    panel.resize(720, height)
    plots = [chart.plot.geometry().top() for chart in panel.charts]
    reasons = ("timeout", "queue_full", "rate_limited", "unavailable", "breaker_open")
    run(5, failed=dict.fromkeys(reasons, 2))
    QApplication.processEvents()
    legend = panel.charts[TRAFFIC].legend
    assert legend.word("timeout").width() >= legend.word("timeout").sizeHint().width()
    assert len({legend.word(key).y() for key in ("offered", *reasons)}) == 2
    assert len({chart.plot.geometry().top() for chart in panel.charts}) == 1, "plots stay aligned"
    assert panel.charts[0].plot.geometry().top() > plots[0]


def test_one_chart_alone_has_all_the_room(panel, run) -> None:
    run(30)
    wide = panel.charts[BUSIEST].width()
    panel.charts[BUSIEST].setFocus()
    QTest.keyClick(panel.charts[BUSIEST], Qt.Key.Key_Return)
    assert [chart.isVisible() for chart in panel.charts] == [False, False, True]
    QApplication.processEvents()
    assert panel.charts[BUSIEST].width() > 2 * wide
    QTest.keyClick(panel.charts[BUSIEST], Qt.Key.Key_Escape)
    assert all(chart.isVisible() for chart in panel.charts)


def test_an_empty_chart_says_what_it_waits_for(panel, run) -> None:
    hint = panel.charts[BUSIEST].plot._hint
    assert hint.text().startswith("Run to see")
    panel.set_waiting("Soon")
    assert hint.text() == "Soon"
    run(30)
    assert not hint.isVisible()
    for word in panel.charts[BUSIEST].legend._words.values():
        word.click()
    assert "hidden" in hint.text()


def test_a_calm_run_says_that_nobody_is_busy(panel, run) -> None:
    panel.set_waiting("Soon")
    run(30, busy={"web": 0.0})
    hint = panel.charts[BUSIEST].plot._hint
    assert hint.isVisible()
    assert hint.text().startswith("No node is busy")


class EvenClock:
    """A clock by which every step of a glide comes ten milliseconds after the one before."""

    def start(self) -> None:
        """Begin."""

    def restart(self) -> int:
        return 10


def test_charts_follow_a_glide_one_a_frame(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three plots that are painted in one turn keep the window waiting."""
    axis = TimeAxis(glide=40)
    monkeypatch.setattr(axis, "_clock", EvenClock())
    panel = ChartsPanel(DARK, axis)
    qtbot.addWidget(panel)
    panel.show()
    panel.refresh()
    panel.set_design(Design.model_validate(DESIGN))
    panel.refresh()
    assert axis.is_gliding
    before = [chart.plot.times for chart in panel.charts]
    axis._tick()
    assert [chart.plot.times for chart in panel.charts] == before
    panel._draw_stale()
    assert [chart.plot.times != before[0] for chart in panel.charts] == [True, False, False]
    qtbot.waitUntil(lambda: not axis.is_gliding, timeout=20_000)
    wanted = (axis.start, axis.end)
    qtbot.waitUntil(lambda: all(each.plot.times == wanted for each in panel.charts), timeout=20_000)


def test_every_chart_leads_to_single_requests(
    panel: ChartsPanel, run: Callable[..., None], qtbot: QtBot
) -> None:
    """Of the moment that is pointed at; a pinned chart to those through its node, or where its link leads."""
    run(30)
    menu = ChartMenu(panel, panel.charts[TRAFFIC])
    actions(submenu(menu, "Pin of node", "Orders DB"))["Utilization"].trigger()
    actions(submenu(menu, "Pin of link", "Checkout → Orders DB"))["Retries"].trigger()
    panel.axis.set_cursor(12.0)
    assert panel.design is not None
    (db,) = [each.id for each in panel.design.nodes if each.name == "Orders DB"]
    for chart, item in zip(panel.charts, (None, None, None, db, db), strict=True):
        for wanted, title in (("p99", "a p99 request"), ("failed", "a failed one")):
            with qtbot.waitSignal(panel.traces_requested) as asked:
                actions(ChartMenu(panel, chart))[f"Show me {title} about 12.0 s"].trigger()
            assert asked.args == [wanted, item, 12.0]
