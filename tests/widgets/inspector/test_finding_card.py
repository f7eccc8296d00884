"""Findings in the inspector: a remedy that can be read in either theme."""

from __future__ import annotations

from engine.model.edits import SetField
from engine.model.findings import Finding
from widgets.inspector.findings import FindingCard
from widgets.theme import DARK, LIGHT


def test_a_remedy_keeps_to_the_theme(qtbot, look) -> None:
    fix = SetField("web", ("config", "queue_limit"), 300, "Set 300")
    card = FindingCard(Finding(level="risk", code="x", message="Unbounded.", fix=fix), look)
    qtbot.addWidget(card)
    assert DARK.warning_text in card.label.text()
    look.set_preference("light")
    assert LIGHT.warning_text in card.label.text()
    assert DARK.warning_text not in card.label.text()
