"""Hundreds of items selected: looked at once where they are alike, and some a turn where they are not."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel

from engine.catalog import COMPONENTS
from engine.model.design import Design, Node
from engine.model.findings import Finding
from widgets.inspector import panel as panel_module
from widgets.inspector.findings import FindingCard
from widgets.inspector.form import CARDS
from widgets.inspector.subjects import configured, subject_of

MANY = 200
KINDS = {each.kind: each for each in COMPONENTS}


def services(*, alike: bool) -> Design:
    """Many services; the last one has another discipline."""
    configs = [{"workers": 4} if alike else {"workers": 1 + place} for place in range(MANY)]
    configs[-1] = {**configs[-1], "discipline": "ps"}
    return Design(
        nodes=tuple(
            Node(id=f"n{place}", kind="service", config=config)
            for place, config in enumerate(configs)
        )
    )


@pytest.fixture
def looked_at(monkeypatch) -> list[object]:
    """The configs whose fields were made, in their order."""
    seen: list[object] = []
    real = configured.config_fields

    def counted(cls, raw, *more):
        seen.append(raw)
        return real(cls, raw, *more)

    monkeypatch.setattr(configured, "config_fields", counted)
    return seen


def test_items_that_are_alike_are_looked_at_once(looked_at) -> None:
    design = services(alike=True)
    fields = subject_of(design, [*design.node_by_id], None, KINDS).fields()
    assert looked_at == [{"workers": 4}, {"workers": 4, "discipline": "ps"}]
    mixed = {field.path[-1] for field in fields if field.mixed}
    assert mixed == {"discipline"}


def test_items_that_differ_are_looked_at_some_a_turn(qtbot, bench, looked_at, monkeypatch) -> None:
    monkeypatch.setattr(panel_module, "_TURN", 0.0)
    panel, design = bench.panel, services(alike=False)
    panel.set_design(design)
    looked_at.clear()
    panel.set_selection([*design.node_by_id])
    assert 0 < len(looked_at) < MANY / 4
    assert panel.form.isHidden()
    assert panel._nothing.isVisible()
    qtbot.waitUntil(panel.form.isVisible)
    assert len(looked_at) == MANY
    assert not panel._nothing.isVisible()
    assert panel.form.row(("config", "workers")).field.mixed
    assert panel.form.row(("config", "discipline")).field.mixed
    assert not panel.form.row(("config", "instances")).field.mixed


def test_another_selection_does_not_wait_for_the_one_before(qtbot, bench, monkeypatch) -> None:
    monkeypatch.setattr(panel_module, "_TURN", 0.0)
    panel, design = bench.panel, services(alike=False)
    panel.set_design(design)
    panel.set_selection([*design.node_by_id])
    assert panel.form.isHidden()
    panel.set_selection(["n6"])
    assert panel.form.isVisible()
    qtbot.wait(1)
    assert panel.form.row(("config", "workers")).field.value == 7


def test_a_field_of_many_is_gone_to_at_once(bench, monkeypatch) -> None:
    monkeypatch.setattr(panel_module, "_TURN", 0.0)
    panel, design = bench.panel, services(alike=False)
    panel.set_design(design)
    panel.set_selection([*design.node_by_id])
    panel.focus_field("config.workers")
    assert panel.form.isVisible()
    assert panel.form.row(("config", "workers")).isAncestorOf(panel.window().focusWidget())


def test_a_few_findings_of_many_items_are_told_and_how_many_more_there_are(bench) -> None:
    """Below each group; 1500 of them stopped the window for minutes."""
    panel, design = bench.panel, services(alike=True)
    panel.set_design(design)
    panel.set_selection([*design.node_by_id])
    panel.set_findings(
        [
            Finding(level="risk", code="x", message=name, id=name, field=field)
            for field in (None, "config.error_rate")
            for name in design.node_by_id
        ]
    )
    bench.wait()
    cards = panel.form.findChildren(FindingCard)
    assert [card.finding.id for card in cards] == [f"n{place}" for place in range(CARDS)] * 2
    more = [each.text() for each in panel.form.findChildren(QLabel) if "more in" in each.text()]
    assert more == [f"{MANY - CARDS} more in the list of findings"] * 2
