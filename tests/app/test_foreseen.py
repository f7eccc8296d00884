"""What a field of the inspector asks for is worked out once: a recording of 200 000 arrivals is weighed for it."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from app.document import DesignDocument
from engine.catalog.registry import COMPONENTS
from engine.model.design import Design, Node
from engine.model.edits import SetField
from widgets.inspector import InspectorPanel
from widgets.theme import ThemeManager


@pytest.fixture
def document(qapp: QApplication) -> DesignDocument:
    """A document with one service."""
    document = DesignDocument()
    document.replace(Design(nodes=(Node(id="web", kind="service"),)), None)
    return document


def test_an_edit_of_the_inspector_is_worked_out_once(qapp, qtbot, document, monkeypatch) -> None:
    worked_out: list[object] = []
    apply = SetField.apply

    def watched(edit: SetField, design: Design) -> object:
        worked_out.append(edit)
        return apply(edit, design)

    panel = InspectorPanel(COMPONENTS, ThemeManager(qapp))
    qtbot.addWidget(panel)
    panel.edit_requested.connect(document.push)
    panel.set_design(document.design)
    panel.set_selection(("web",))
    monkeypatch.setattr(SetField, "apply", watched)
    panel._change(("config", "workers"), 7)
    assert document.design.nodes[0].config == {"workers": 7}
    assert len(worked_out) == 1
    document.stack.undo()
    document.stack.redo()
    assert document.design.nodes[0].config == {"workers": 7}
    assert len(worked_out) == 1
