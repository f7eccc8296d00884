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


def test_a_remedy_is_a_sentence_of_its_own(qtbot, look) -> None:
    fix = SetField("web", ("config", "queue_limit"), 160, "Set queue limit to 160")
    for message in ("Set 160: half of 1 s", "Set 160: half of 1 s."):
        card = FindingCard(Finding(level="risk", code="x", message=message, fix=fix), look)
        qtbot.addWidget(card)
        assert "half of 1 s. <a" in card.label.text()
    card = FindingCard(Finding(level="risk", code="x", message="No remedy"), look)
    qtbot.addWidget(card)
    assert card.label.text().strip() == "No remedy"
