"""The sequence diagram in the window: a line for each node, and words for those who do not see it."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage

from engine.catalog import lower
from engine.control.simulation import Simulation
from engine.traces.collect import collect
from tests.engine.oracles.test_transactions import shop
from tests.helpers.traces import EVERYTHING
from widgets.theme import ThemeManager
from widgets.traces.sequence import SequenceView


@pytest.fixture
def view(qapp) -> SequenceView:
    return SequenceView(ThemeManager(qapp))


def crashed():
    kill = {"at": 2.0, "duration": 10.0, "target": "orders", "change": "kill"}
    made = shop("two_phase", rate=20.0, delay=0.2, duration=20, events=[kill])
    simulation = Simulation(lower(made), EVERYTHING)
    simulation.advance(20.0)
    return [each for each in collect(simulation.machine) if each.reason == "crashed"]


def test_it_tells_what_it_draws(view: SequenceView) -> None:
    told = []
    for trace in crashed():
        view.show_trace(trace, {"orders": "Orders", "db0": "Stock"})
        assert view.sequence is not None
        told.append(view.told())
        size = view.sizeHint()
        assert size.width() >= 108 * len(view.sequence.lifelines)
        view.resize(size)
        image = QImage(size, QImage.Format.Format_ARGB32)
        view.render(image)
    assert any("Orders crashes" in text and "Stock is in doubt" in text for text in told)
    assert any("Orders to Stock: prepare" in text for text in told)


def test_nothing_is_drawn_of_nothing(view: SequenceView) -> None:
    view.show_trace(None, {})
    assert view.told() == ""
    assert view.sizeHint().height() == 0
