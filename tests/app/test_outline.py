"""The outline beside a run: what it says, and how little it does for nodes that nobody sees."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.outline import OutlinePanel
from engine.model import files
from engine.run.session import Session
from tests.bench.designs import grid
from widgets.theme import ThemeManager

MANY = 400
"""Nodes, of which a fraction is in view."""


@pytest.fixture(scope="module")
def sampled() -> tuple[object, object]:
    """A design of many nodes, and a moment of its run."""
    import json

    design = files.loads(json.dumps(grid(MANY, 600)))
    session = Session(design)
    session.snapshot()  # somebody looks from here on
    session.advance(3.0)
    return design, session.snapshot()


@pytest.fixture
def outline(qapp: QApplication, qtbot, sampled) -> OutlinePanel:
    """The outline of the design, some thirty rows high."""
    panel = OutlinePanel({}, ThemeManager(qapp))
    qtbot.addWidget(panel)
    panel.resize(300, 600)
    panel.show()
    panel.set_design(sampled[0])
    return panel


def said(panel: OutlinePanel) -> set[str]:
    """Nodes of which numbers are said."""
    return {key for key, item in panel._items.items() if " rps" in item.text(1)}


def test_only_rows_in_view_say_how_nodes_do(outline, sampled) -> None:
    told: list[object] = []
    outline.tree.model().dataChanged.connect(lambda *at: told.append(at))
    outline.show_snapshot(sampled[1])
    assert 3 <= len(told) <= 60
    assert len(told) == len(said(outline)) < MANY
    outline.show_snapshot(sampled[1])
    assert len(told) == len(said(outline))  # what is said already is not said again


def test_rows_say_it_as_they_come_into_view(outline, sampled) -> None:
    outline.show_snapshot(sampled[1])
    last = sampled[0].nodes[-1].id
    assert last not in said(outline)
    outline.tree.verticalScrollBar().setValue(outline.tree.verticalScrollBar().maximum())
    assert last in said(outline)


def test_nothing_is_said_of_another_run_before_it_is_known(outline, sampled) -> None:
    outline.show_snapshot(sampled[1])
    outline.forget_run()
    before = said(outline)
    outline.tree.verticalScrollBar().setValue(outline.tree.verticalScrollBar().maximum())
    assert said(outline) == before
