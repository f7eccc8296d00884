"""The window's part of the self-test runs, and says when something is wrong."""

import pytest
from PySide6.QtGui import QColor, QPixmap

from app import selftest
from widgets.charts import ChartsPanel
from widgets.charts.plot import Plot


def test_the_window_runs_a_design(qapp) -> None:
    seen = selftest.check_window()
    assert "running" in seen
    assert "requests" in seen
    assert "3 charts" in seen


@pytest.mark.qt_no_exception_capture
def test_an_exception_that_qt_swallows_is_an_error(qapp, monkeypatch, capfd) -> None:
    def fail(*_: object) -> None:
        msg = "no chart library"
        raise ImportError(msg)

    monkeypatch.setattr(ChartsPanel, "add_snapshot", fail)
    with pytest.raises(
        RuntimeError, match=r"unhandled, first ImportError: no chart library \(test_"
    ):
        selftest.check_window()


def test_a_chart_that_paints_nothing_is_an_error(qapp, monkeypatch) -> None:
    def empty(plot: Plot) -> QPixmap:
        picture = QPixmap(plot.size())
        picture.fill(QColor("black"))
        return picture

    monkeypatch.setattr(Plot, "grab", empty)
    with pytest.raises(RuntimeError, match=r"the chart “Latency.*” paints no curve"):
        selftest.check_window()


def test_a_simulation_that_does_not_start_is_an_error(qapp, monkeypatch) -> None:
    monkeypatch.setattr(selftest, "_PATIENCE_MS", 1)
    with pytest.raises(RuntimeError, match="reported nothing"):
        selftest.check_window()
