"""The page of traces: lists, waterfalls, the service map; by mouse and by keyboard, in both themes."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from engine.traces.collect import Recording
from engine.traces.edge import Edge
from engine.traces.span import PARTS, Trace
from tests.helpers.plans import client, link, plan, retry, station
from tests.helpers.traces import traced
from widgets.theme import ThemeManager
from widgets.traces import TracesPanel
from widgets.traces.map_view import _share
from widgets.traces.models import BAR

NAMES = {"users": "Users", "web": "<b>Web</b>"}


@pytest.fixture(scope="module")
def recording() -> Recording:
    """Two requests that succeed, and one that times out twice."""
    nodes = [client(process="trace", times=(1.0, 3.0, 3.01, 3.02)), station("web", 0.2)]
    links = [
        link("users", "web", delay=0.01, timeout=0.35, retry=retry(2, base=0.1, jitter="none"))
    ]
    return Recording(traced(plan(nodes, links)).machine)


@pytest.fixture
def traces(recording: Recording) -> list[Trace]:
    return [recording.trace(head) for head in recording.heads]


@pytest.fixture(params=["dark", "light"])
def panel(qtbot: Any, qapp: Any, request: Any, recording: Recording, traces: Any) -> TracesPanel:
    made = TracesPanel(ThemeManager(qapp, request.param))
    made.resize(1000, 320)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    good = [each for each in traces if each.reason is None]
    bad = [each for each in traces if each.reason is not None]
    made.show_traces(good, bad, recording.edges(), NAMES)
    made.tell("3 of 3 kept", "")
    return made


def cells(panel: TracesPanel, row: int) -> list[str]:
    model = panel.spans
    return [str(model.data(model.index(row, column))) for column in range(model.columnCount())]


def test_the_slowest_is_shown_first_with_its_spans(panel: TracesPanel, traces: list[Trace]) -> None:
    assert panel.chosen is not None
    assert panel.chosen.reason is None
    assert cells(panel, 0)[0] == "Users"
    assert cells(panel, 1)[0].endswith("<b>Web</b> #1")
    assert panel.spans.rowCount() == len(panel.chosen.spans)


def test_the_keyboard_walks_requests_and_spans(panel: TracesPanel, qtbot: Any) -> None:
    panel.list.setFocus()
    first = panel.chosen
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.chosen is not first
    panel.waterfall.setFocus()
    panel.waterfall.selectRow(1)
    with qtbot.waitSignal(panel.item_requested) as asked:
        QTest.keyClick(panel.waterfall, Qt.Key.Key_Return)
    assert asked.args == ["web"]


def test_a_click_on_a_span_leads_to_its_node(panel: TracesPanel, qtbot: Any) -> None:
    place = panel.waterfall.visualRect(panel.spans.index(1, BAR)).center()
    with qtbot.waitSignal(panel.item_requested) as asked:
        QTest.mouseClick(panel.waterfall.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked.args == ["web"]


def test_parts_have_their_colours_and_the_critical_path_a_line(panel: TracesPanel) -> None:
    fastest = next(each for each in panel.requests.rows if each.start == 1.0)
    panel.choose(fastest.id)
    picture = panel.waterfall.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    rect = panel.waterfall.visualRect(panel.spans.index(1, BAR)).adjusted(6, 0, -6, 0)
    theme = panel._look.theme

    def colour(share: float, below: int = 0) -> str:
        point = QPoint(round(rect.left() + share * rect.width()), rect.center().y() + below)
        return picture.pixelColor(point * ratio).name()

    assert colour(0.5) == QColor(theme.phases["work"].colour).name()
    assert colour(0.02) == QColor(theme.phases["network"].colour).name()
    assert QColor(theme.text).name() in {colour(0.5, below) for below in range(4, 9)}
    assert set(theme.phases) == set(PARTS)


def test_the_failed_and_the_map(panel: TracesPanel, qtbot: Any, traces: list[Trace]) -> None:
    failed = next((each for each in traces if each.reason is not None), None)
    assert failed is not None
    panel.choose(failed.id)
    assert panel.shown_list == "failed"
    assert panel.chosen is failed
    told = " ".join(cells(panel, row)[0] for row in range(panel.spans.rowCount()))
    assert "(try 2)" in told
    assert "Timeout" in cells(panel, 1)[3] or "timeout" in cells(panel, 1)[3]
    panel.show_list("map")
    assert panel.edges.words(0, 0) == "Users"
    panel.map.selectRow(0)
    panel.map.setFocus()
    with qtbot.waitSignal(panel.item_requested) as asked:
        QTest.keyClick(panel.map, Qt.Key.Key_Return)
    assert asked.args == ["users-web"]


def test_nothing_is_said_where_there_is_nothing(panel: TracesPanel) -> None:
    panel.show_traces((), (), (), {})
    assert panel.empty.isVisible()
    assert "succeeded" in panel.empty.text()
    panel.show_list("failed")
    assert "failed" in panel.empty.text()


def test_what_is_asked_about_can_be_widened(panel: TracesPanel, qtbot: Any) -> None:
    assert not panel.about.isVisible()
    panel.tell("3 of 3 kept", "through Web")
    assert panel.about.isVisible()
    with qtbot.waitSignal(panel.everything_wanted):
        QTest.mouseClick(panel.about, Qt.MouseButton.LeftButton)


def test_rows_are_read_out(panel: TracesPanel) -> None:
    model = panel.spans
    told = model.data(model.index(1, BAR), Qt.ItemDataRole.AccessibleTextRole)
    assert isinstance(told, str)
    assert "work" in told
    assert panel.list.accessibleName() == "Requests"


def test_the_service_map_is_drawn_and_can_be_read_as_a_table(
    panel: TracesPanel, recording: Recording
) -> None:
    panel.show_traces([], [], recording.edges(), NAMES, recording.map_nodes())
    panel.show_list("map")
    picture = panel.picture
    assert picture.isVisible()
    assert not panel.as_sequence.isVisible()
    assert picture.accessibleDescription().startswith("Users to <b>Web</b>: ")
    boxes = picture.boxes()
    assert list(boxes) == ["users", "web"]
    assert boxes["users"].right() < boxes["web"].left()
    asked: list[str] = []
    panel.item_requested.connect(asked.append)
    between = (boxes["users"].center() + boxes["web"].center()) / 2.0
    for point in (boxes["web"].center(), between):
        where = (point * picture.scale).toPoint()
        QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=where)
    nowhere = QPoint(2, 2)
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=nowhere)
    assert asked == ["web", "users-web"]
    assert not picture.grab().toImage().allGray()
    panel.as_table.click()
    assert panel.map.isVisible()
    assert not picture.isVisible()


def test_a_way_back_is_drawn_below(panel: TracesPanel) -> None:
    there = [
        Edge(link=f"{a}-{b}", source=a, target=b, calls=9, retries=0, failed=3, p99=0.1, rate=3.0)
        for a, b in (("users", "web"), ("web", "db"), ("db", "web"))
    ]
    panel.show_traces([], [], there, NAMES)
    panel.show_list("map")
    picture = panel.picture
    boxes = picture.boxes()
    below = QPoint(
        round((boxes["web"].center().x() + boxes["db"].center().x()) / 2.0),
        round(boxes["web"].bottom() + 0.75 * 26.0),
    )
    found = picture.item_at(below.toPointF() * picture.scale)
    assert not isinstance(found, str)
    assert found is not None
    assert found.link == "db-web"
    picture.grab()


def test_shares_of_a_map_are_written_without_exponents() -> None:
    assert [_share(each) for each in (0.0, 0.0004, 0.123, 0.9996, 1.0)] == [
        "0 %", "0.04 %", "12 %", "100 %", "100 %",
    ]  # fmt: skip
