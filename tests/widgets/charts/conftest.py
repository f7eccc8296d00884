"""A visible panel of charts, and a way to feed it a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.model.design import Design
from tests.widgets.charts.runs import DESIGN, second, snapshot
from widgets.charts import ChartsPanel
from widgets.instruments import TimeAxis
from widgets.theme import DARK

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot


@pytest.fixture
def panel(qtbot: QtBot) -> ChartsPanel:
    """A visible panel over a design, without smooth motion."""
    panel = ChartsPanel(DARK, TimeAxis(glide=0))
    qtbot.addWidget(panel)
    panel.set_design(Design.model_validate(DESIGN))
    panel.resize(1048, 250)
    panel.show()
    qtbot.waitExposed(panel)
    panel.refresh()
    return panel


@pytest.fixture
def run(panel: ChartsPanel) -> Callable[..., None]:
    """Feed the panel seconds and draw."""

    def feed(seconds: int, start: int = 0, **more: object) -> None:
        for i in range(start, start + seconds):
            panel.add_snapshot(snapshot(second(float(i), **more)))  # type: ignore[arg-type]
        panel.refresh()

    return feed
