"""The board: signals of a real run against what that run measured, and the table that shows them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt

from engine.run.session import Session
from engine.sim.snapshot import NodeSample, Percentiles, Sample
from tests.helpers.builders import client, design, exponential, link, node
from widgets.board import BoardPanel, readings
from widgets.theme import ThemeManager

SHOP = design(
    [client("users", 40.0), node("web", "service", workers=1, service_time=exponential(0.1), queue_limit=0)],
    [link("users", "web")],
    duration=60, warmup=0, seed=3,
)  # fmt: skip


@pytest.fixture(scope="module")
def samples() -> list[Sample]:
    session = Session(SHOP)
    session.snapshot()  # from here on it samples
    session.advance(60.0)
    return list(session.snapshot().samples)


def test_the_signals_are_those_of_the_result(samples: list[Sample]) -> None:
    """Over the whole run; Erlang's B of 4 on one server is .8."""
    session = Session(SHOP)
    session.advance(60.0)
    result = session.result()
    span = samples[-1].end - samples[0].start
    found = {each.node: each for each in readings(samples)}
    web, users = found["web"], found["users"]
    assert span == pytest.approx(60.0)
    assert web.rate == pytest.approx(result["nodes"]["web"]["arrivals"] / span)
    assert web.utilization == pytest.approx(result["nodes"]["web"]["utilization"], rel=1e-6)
    assert users.errors == pytest.approx(0.8, abs=0.02)
    seen = result["clients"]["users"]
    failed = sum(seen["failed"].values())
    assert users.errors == pytest.approx(failed / (failed + seen["succeeded"]))
    assert web.p50 < web.p99


def test_percentiles_are_weighted_and_gaps_count_for_nothing() -> None:
    parts = (
        NodeSample(arrivals=3, completed=3, latency=Percentiles(3, 1.0, 1.0, 1.0, 1.0), queue=4.0),
        NodeSample(arrivals=1, completed=1, latency=Percentiles(1, 5.0, 5.0, 5.0, 5.0)),
        NodeSample(),
    )
    times = ((0.0, 1.0), (1.0, 2.0), (2.0, 4.0))
    made = [
        Sample(start, end, {"web": part}, {})
        for (start, end), part in zip(times, parts, strict=True)
    ]
    (web,) = readings(made)
    assert (web.rate, web.p99, web.waiting, web.errors) == (1.0, 2.0, 1.0, 0.0)
    assert list(readings([])) == []


def test_rows_are_worked_out_one_a_step_and_shown_at_the_end(
    panel: BoardPanel, samples: list[Sample]
) -> None:
    steps = panel.showing(samples, {})
    assert [len(panel.model.rows) for _ in steps] == [0, 0]
    assert [each.node for each in panel.model.rows] == ["users", "web"]


@pytest.fixture
def panel(qtbot: Any, qapp: Any) -> BoardPanel:
    made = BoardPanel(ThemeManager(qapp, "dark"))
    qtbot.addWidget(made)
    made.resize(800, 240)
    made.show()
    return made


def cells(panel: BoardPanel) -> list[list[str]]:
    model = panel.model
    return [
        [str(model.index(row, column).data()) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def heads(panel: BoardPanel) -> list[str]:
    sideways = Qt.Orientation.Horizontal
    shown = Qt.ItemDataRole.DisplayRole
    return [panel.model.headerData(n, sideways, shown) for n in range(panel.model.columnCount())]


def test_each_method_has_its_columns(panel: BoardPanel, samples: list[Sample]) -> None:
    panel.show_samples(samples, {"users": "<b>Users</b>"})
    assert [row[0] for row in cells(panel)] == ["<b>Users</b>", "web"]
    assert heads(panel) == ["Node", "Latency, p99", "Traffic", "Errors", "Saturation: waiting"]
    panel.method.setCurrentText("USE")
    assert heads(panel) == ["Node", "Utilization", "Saturation: waiting", "Errors"]
    assert cells(panel)[1][1].endswith("%")
    assert "worst: " in panel.note.text()
    panel.grab()


def test_a_row_leads_to_its_node_and_a_new_run_empties_the_board(
    panel: BoardPanel, samples: list[Sample], qtbot: Any
) -> None:
    panel.show_samples(samples, {})
    with qtbot.waitSignal(panel.item_requested) as went:
        panel.table.activated.emit(panel.model.index(1, 0))
    assert went.args == ["web"]
    panel.show_samples([], {})
    assert cells(panel) == []
    assert panel.note.text().startswith("Run to see")
