"""The outline beside a run: what it says, and how little it does for nodes that nobody sees."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QTreeWidgetItem

from app.outline import OutlinePanel
from app.outline_tree import ID
from engine.model import files
from engine.model.design import Design, Frame, Link, Node, Note
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


def told_by(panel: OutlinePanel) -> list[tuple[int, str, str, bool]]:
    """The rows from above: depth, name, what is said, whether it is folded."""
    found: list[tuple[int, str, str, bool]] = []

    def look(item: QTreeWidgetItem, depth: int) -> None:
        folded = item.childCount() > 0 and not item.isExpanded()
        found.append((depth, item.text(0), item.text(1), folded))
        for place in range(item.childCount()):
            look(item.child(place), depth + 1)

    for place in range(panel.tree.topLevelItemCount()):
        look(panel.tree.topLevelItem(place), 0)
    return found


def settle(panel: OutlinePanel) -> list[int]:
    """Take all turns; how many rows each of them made."""
    made: list[int] = []
    while panel.turns.is_busy:
        before = len(panel._items)
        panel.turns.turn()
        made.append(len(panel._items) - before)
    return made


FRAMED = Design(
    nodes=(
        Node(id="web", kind="service", name="Web", frame="zone"),
        Node(id="db", kind="sql_database", name="Store"),
        Node(id="lost", kind="service", frame="gone"),
    ),
    links=(Link(id="web-db", source="web", target="db"),),
    frames=(
        Frame(id="zone", name="a", kind="zone", frame="region"),
        Frame(id="region", name="eu", kind="region", frame="zone"),
    ),
    notes=(Note(id="note", text="# Why\nBecause"),),
)


def afresh(design: Design, qapp, qtbot) -> OutlinePanel:
    """Another outline of a design."""
    panel = OutlinePanel({}, ThemeManager(qapp))
    qtbot.addWidget(panel)
    panel.resize(300, 600)
    panel.show()
    panel.set_design(design)
    settle(panel)
    return panel


def test_rows_follow_any_edit_as_if_they_were_made_afresh(qapp, qtbot) -> None:
    panel = afresh(FRAMED, qapp, qtbot)
    assert told_by(panel)[:2] == [(0, "eu", "Region", False), (1, "a", "Zone", False)]
    assert (2, "Web", "service", False) in told_by(panel)
    kept = panel._items["web"]
    apart = FRAMED.model_copy(update={"frames": FRAMED.frames[:1]})
    edited = (
        apart,
        apart.model_copy(update={"nodes": FRAMED.nodes[::-1]}),
        FRAMED.model_copy(update={"frames": ()}),
        FRAMED.model_copy(update={"links": ()}),
        FRAMED.model_copy(update={"nodes": FRAMED.nodes[:1], "links": ()}),
        Design(),
        FRAMED,
    )
    for design in edited:
        panel.set_design(design)
        settle(panel)
        assert told_by(panel) == told_by(afresh(design, qapp, qtbot))
        if design is not edited[-1] and "web" in panel._items:
            assert panel._items["web"] is kept


def test_what_somebody_folded_stays_so_where_it_goes(qapp, qtbot) -> None:
    panel = afresh(FRAMED, qapp, qtbot)
    panel._items["web"].setExpanded(False)
    panel.set_design(FRAMED.model_copy(update={"frames": ()}))
    assert (0, "Web", "service", True) in told_by(panel)
    panel.set_design(FRAMED)
    assert (2, "Web", "service", True) in told_by(panel)
    assert (0, "eu", "Region", False) in told_by(panel)


def test_an_edit_makes_no_row_anew_and_keeps_what_is_selected_and_in_view(outline, sampled) -> None:
    design, chosen = sampled[0], sampled[0].nodes[-1].id
    outline.select(frozenset({chosen}))
    bar = outline.tree.verticalScrollBar()
    bar.setValue(bar.maximum())
    bar.setValue(bar.maximum() - 3)
    seen, before = bar.value(), dict(outline._items)
    said: list[object] = []
    outline.selected.connect(said.append)
    first = design.nodes[0].model_copy(update={"name": "Renamed"})
    outline.set_design(design.model_copy(update={"nodes": (first, *design.nodes[1:])}))
    settle(outline)
    assert outline._items == before
    assert outline._items[first.id].text(0) == "Renamed"
    assert [item.data(0, ID) for item in outline.tree.selectedItems()] == [chosen]
    assert abs(bar.value() - seen) <= 30
    assert not said, "nobody chose anything"


def test_many_rows_come_some_a_turn(qapp, qtbot) -> None:
    import json

    panel = OutlinePanel({}, ThemeManager(qapp))
    qtbot.addWidget(panel)
    panel.resize(300, 600)
    panel.show()
    design = files.loads(json.dumps(grid(600, 1200)))
    panel.set_design(design)
    assert len(panel._items) < 1800
    settle(panel)
    assert len(told_by(panel)) == 1800
    assert not any(folded for *_, folded in told_by(panel))
    panel.set_design(design.model_copy(update={"nodes": design.nodes[:500]}))
    panel.set_design(design)  # before the other has come
    settle(panel)
    assert told_by(panel) == told_by(afresh(design, qapp, qtbot))
