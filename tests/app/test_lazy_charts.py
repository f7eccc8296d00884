"""The charts are made some a turn, and hear then what they were told meanwhile."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from app.lazy_charts import LazyCharts
from engine.model.design import Design
from tests.widgets.charts.runs import DESIGN, second, snapshot
from widgets.charts import ChartsPanel
from widgets.instruments import TimeAxis
from widgets.plot_library import is_spared
from widgets.theme import ThemeManager

if TYPE_CHECKING:
    from collections.abc import Iterator

    from widgets.theme.manager import Preference

SHOP = Design.model_validate(DESIGN)

_LIBRARY = """
import runpy, sys
sys.modules["PySide6.QtTest"] = None  # as in the frozen application
runpy.run_path("packaging/without_opengl.py")
from PySide6.QtWidgets import QApplication
app = QApplication([])
from widgets.plot_library import loading, plot_library
modules = []
for _ in loading():
    modules.append(sum(name.startswith("pyqtgraph") for name in sys.modules))
assert len(modules) >= 8
assert modules[-2] == 0, "a part of it is there before its turn"
pg = plot_library()
import widgets.charts, widgets.study.plot
assert "pyqtgraph.imageview" not in sys.modules
assert len(list(loading())) == 0
from pyqtgraph.widgets.ComboBox import ComboBox
ComboBox(items=["what was left out can still be had"])
"""


@pytest.fixture
def charts(qapp, qtbot) -> Iterator[LazyCharts]:
    look = ThemeManager(qapp, "dark")
    charts = LazyCharts(look, TimeAxis(), {})
    charts.resize(900, 200)
    qtbot.addWidget(charts)
    charts.show()
    yield charts
    look.deleteLater()


def test_each_chart_has_a_turn_of_its_own(charts: LazyCharts, monkeypatch) -> None:
    made: list[int] = []
    add = ChartsPanel._add

    def counted(panel: ChartsPanel, feed: object) -> object:
        made[-1] += 1
        return add(panel, feed)  # type: ignore[arg-type]

    monkeypatch.setattr(ChartsPanel, "_add", counted)
    made.append(0)
    charts.set_design(SHOP)
    while charts._turns.is_busy:
        made.append(0)
        charts._turns.turn()
    assert max(made) == 1
    assert sum(made) == 3
    assert charts.is_ready


def test_what_was_said_meanwhile_is_heard_in_its_order(charts: LazyCharts) -> None:
    charts.set_design(SHOP)
    for end in (1.0, 2.0):
        charts.add_snapshot(snapshot(second(end)))
    charts.clear_run()
    charts.set_waiting("Starting")
    for end in (1.0, 2.0, 3.0):
        charts.add_snapshot(snapshot(second(end)))
        charts._turns.turn()
    assert not charts.is_ready
    charts._turns.finish()
    assert charts.panel.design is SHOP
    assert charts.panel.history.table.rows == 3
    assert charts.panel._waiting == "Starting"
    assert charts.panel.isVisible()


def test_who_asks_for_the_charts_has_them_at_once(charts: LazyCharts) -> None:
    charts.set_design(SHOP)
    charts._turns.turn()
    panel = charts.panel
    assert len(panel.charts) == 3
    assert panel.design is SHOP
    assert not charts._turns.is_busy
    assert charts.panel is panel


def test_another_theme_meanwhile_is_worn(charts: LazyCharts) -> None:
    charts.set_design(SHOP)
    wanted: Preference = "light"
    while not charts.is_ready:
        charts._look.set_preference(wanted)
        wanted = "dark" if wanted == "light" else "light"
        charts._turns.turn()
    assert all(chart._theme is charts._look.theme for chart in charts.panel.charts)


def test_the_library_is_loaded_in_turns_and_without_what_no_chart_needs(qapp) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LIBRARY], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "spared"),
    [
        ("pyqtgraph", False),
        ("pyqtgraph.graphicsItems", False),
        ("pyqtgraph.graphicsItems.ViewBox", False),
        ("pyqtgraph.graphicsItems.ViewBox.ViewBox", False),
        ("pyqtgraph.graphicsItems.PlotItem.PlotItem", True),
        ("pyqtgraph.widgets.GraphicsView", False),
        ("pyqtgraph.widgets.SpinBox", True),
        ("pyqtgraph.imageview.ImageView", True),
        ("numpy.imageview", False),
    ],
)
def test_what_is_left_out_of_the_library(name: str, spared: bool) -> None:
    assert is_spared(name) is spared
