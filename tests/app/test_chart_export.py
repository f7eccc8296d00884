"""A chart in a file: PNG, SVG with curves in it, and the numbers that it shows as CSV."""

from __future__ import annotations

import csv
import io

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from app.chart_export import ChartExports, csv_of, export_chart
from app.document import DesignDocument
from app.errands import InlineErrands
from app.file_controller import FileController
from app.history import FileHistory
from app.settings import Settings
from engine.model.design import Design
from tests.helpers.fakes import FakeDialogs
from tests.widgets.charts.runs import DESIGN, second, snapshot
from widgets.charts import ChartsPanel
from widgets.instruments import TimeAxis
from widgets.theme import DARK, ThemeManager


@pytest.fixture
def panel(qtbot) -> ChartsPanel:
    panel = ChartsPanel(DARK, TimeAxis(glide=0))
    qtbot.addWidget(panel)
    panel.set_design(Design.model_validate(DESIGN))
    panel.resize(1048, 250)
    panel.show()
    qtbot.waitExposed(panel)
    for at in range(30):
        panel.add_snapshot(snapshot(second(float(at))))
    panel.refresh()
    return panel


def test_csv_has_what_the_chart_shows(panel, tmp_path) -> None:
    chart = panel.charts[1]
    path = tmp_path / "traffic.csv"
    export_chart(chart, "#000000", path)()
    titles, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    assert titles[:2] == ["run", "time (s)"]
    assert set(titles[2:]) == {f"{line.label} (rps)" for line in chart._shown.lines}
    assert len(rows) == len(chart._shown.ends)
    assert {row[0] for row in rows} == {"this run"}
    column = titles.index("offered (rps)")
    (offered,) = [line for line in chart._shown.lines if line.label == "offered"]
    assert [float(row[column]) for row in rows] == pytest.approx(offered.values.tolist())
    panel.keep_run()
    panel.clear_run()
    panel.add_snapshot(snapshot(second(0.0)))
    panel.refresh()
    export_chart(chart, "#000000", path)()
    assert {row[0] for row in csv.reader(io.StringIO(path.read_text(encoding="utf-8")))} >= {
        "this run",
        "kept run",
    }


def test_names_that_would_be_formulas_are_text() -> None:
    assert csv_of(["run", "=1+1"], [["this run", "-0.5"]]) == "run,'=1+1\nthis run,-0.5\n"


def test_png_and_svg_show_the_curves(panel, tmp_path) -> None:
    chart = panel.charts[0]
    picture, drawing = tmp_path / "latency.png", tmp_path / "latency.svg"
    export_chart(chart, DARK.panel, picture)()
    export_chart(chart, DARK.panel, drawing)()
    image = QImage(str(picture))
    assert image.size() == (chart.size() + QSize(24, 24)) * 2
    colours = {
        image.pixelColor(x, y).name()
        for x in range(0, image.width(), 3)
        for y in range(0, image.height(), 3)
    }
    assert len(colours) > 10
    text = drawing.read_text(encoding="utf-8")
    assert text.count("<path") + text.count("<polyline") > 5, "curves are vectors"
    assert "Latency" in text


def test_the_menu_asks_where_and_says_how_it_went(panel, qapp, tmp_path) -> None:
    document = DesignDocument()
    document.replace(Design(title="Shop"), None)
    dialogs, said, failed = FakeDialogs(), [], []
    files = FileController(
        document, Settings(tmp_path / "s.json"), FileHistory(tmp_path / "h"), dialogs
    )
    exports = ChartExports(
        files,
        dialogs,
        InlineErrands(),
        ThemeManager(qapp, "dark"),
        said=said.append,
        failed=failed.append,
    )
    panel.export_requested.connect(exports.export)
    panel.export(panel.charts[0])
    assert (said, failed) == ([], [])
    dialogs.to_export = tmp_path / "chart.csv"
    panel.export(panel.charts[0])
    assert said == ["Saved chart.csv"]
    dialogs.to_export = tmp_path / "nowhere" / "chart.png"
    panel.export(panel.charts[0])
    assert "chart.png was not written" in failed[0]
