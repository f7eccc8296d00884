"""What a measurement found stands behind the latency, until it is switched off or no longer true."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from widgets.charts.bands import latency_bands
from widgets.charts.chart_menu import ChartMenu
from widgets.theme import DARK, LIGHT

if TYPE_CHECKING:
    from widgets.charts import ChartsPanel

LATENCY = 0
RESULT: dict[str, Any] = {
    "warmup": 2.0,
    "duration": 30.0,
    "clients": {
        "users": {
            "latency": {
                "mean": 0.05,
                "p50": 0.04,
                "p95": None,
                "p99": 0.4,
                "ci95": {"p50": [0.035, 0.045], "p95": None, "p99": None},
            }
        }
    },
}


def drawn(panel: ChartsPanel) -> set[str]:
    """What is seen behind the lines."""
    curves = panel.charts[LATENCY].plot._curves
    return {key for key, curve in curves.items() if key.startswith("~") and curve.isVisible()}


def test_bands_of_a_result() -> None:
    half, rare = latency_bands(RESULT, "users", LIGHT)
    assert (half.key, half.begin, half.end) == ("p50", 2.0, 30.0)
    assert (half.low, half.value, half.high) == (0.035, 0.04, 0.045)
    assert (rare.key, rare.low, rare.value, rare.high) == ("p99", 0.4, 0.4, 0.4)
    assert half.colour == LIGHT.series["p50"].colour
    assert latency_bands(RESULT, "bots", LIGHT) == ()


def test_a_measurement_stands_behind_the_run(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(12, p99=0.4)
    assert drawn(panel) == set()
    panel.set_measured(RESULT)
    panel.refresh()
    assert drawn(panel) == {"~area-p50", "~value-p50", "~area-p99", "~value-p99"}
    area = panel.charts[LATENCY].plot._curves["~area-p50"]
    assert 10.0 ** area.opts["fillLevel"] == pytest.approx(0.035)
    assert 10.0 ** area.yData[0] == pytest.approx(0.045)
    panel.set_measured(None)
    panel.refresh()
    assert drawn(panel) == set()


def test_a_band_goes_with_its_line_and_with_its_client(
    panel: ChartsPanel, run: Callable[..., None]
) -> None:
    run(12, p99=0.4)
    panel.set_measured(RESULT)
    panel.charts[LATENCY].legend.hidden = frozenset({"p50"})
    panel.refresh()
    assert drawn(panel) == {"~area-p99", "~value-p99"}
    panel.show_client("bots")
    panel.refresh()
    assert drawn(panel) == set()


def test_the_menu_switches_it(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(3, p99=0.4)

    def switch() -> Any:
        menu = ChartMenu(panel, panel.charts[LATENCY])
        return next(each for each in menu.actions() if each.text().startswith("Measured"))

    assert not switch().isEnabled(), "nothing was measured yet"
    panel.set_measured(RESULT)
    switch().trigger()
    panel.refresh()
    assert drawn(panel) == set()
    switch().trigger()
    panel.refresh()
    assert drawn(panel)


def test_it_takes_the_colours_of_the_theme(panel: ChartsPanel, run: Callable[..., None]) -> None:
    run(3, p99=0.4)
    panel.set_measured(RESULT)
    panel.refresh()
    for theme in (LIGHT, DARK):
        panel.set_theme(theme)
        panel.refresh()
        pen = panel.charts[LATENCY].plot._curves["~value-p50"].opts["pen"]
        assert pen.color().name() == theme.series["p50"].colour
