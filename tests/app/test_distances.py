"""Distances between frames: typed in a table, drawn on a map, kept in the design."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.distances import distances_of
from app.distances_card import DistancesCard
from engine.model.design import Design, Frame
from engine.model.trip_edits import trip_edit
from widgets.distances.panel import DistancesPanel
from widgets.theme import ThemeManager

KEY = Qt.Key


def world(**trips: Any) -> Design:
    names = ("east", "west", "far")
    frames = [
        Frame(id=name, name=name.title(), config={"round_trip": trips.get(name, {})})
        for name in names
    ]
    return Design(frames=tuple(frames))


@pytest.fixture
def card(qtbot: Any, qapp: Any) -> DistancesCard:
    window = QWidget()
    window.resize(1280, 720)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return DistancesCard(window, ThemeManager(qapp, "dark"))


def shown(card: DistancesCard, design: Design) -> DistancesPanel:
    card.set_design(design)
    card.open()
    assert card.panel is not None
    return card.panel


def cells(panel: DistancesPanel) -> list[list[str | None]]:
    count = panel.model.rowCount()
    return [
        [panel.model.data(panel.model.index(row, column)) for column in range(count)]
        for row in range(count)
    ]


def test_each_two_frames_have_a_number_both_ways(card: DistancesCard) -> None:
    panel = shown(card, world(east={"west": 0.07}, far={"east": 0.2}))
    assert cells(panel) == [
        [None, "70 ms", "200 ms"],
        ["70 ms", None, "–"],
        ["200 ms", "–", None],
    ]


def test_what_is_typed_becomes_an_edit(card: DistancesCard, qtbot: Any) -> None:
    design = world(east={"west": 0.07})
    panel = shown(card, design)
    with qtbot.waitSignal(card.edit_requested) as asked:
        panel.model.setData(panel.model.index(1, 2), "150")
    edit = asked.args[0]
    after = edit.apply(design).design
    assert after.frame_by_id["west"].config["round_trip"] == {"far": 0.15}


def test_the_frame_that_says_it_is_the_one_that_changes() -> None:
    design = world(east={"west": 0.07})
    edit = trip_edit(design, "west", "east", 0.09)
    after = edit.apply(design).design
    assert after.frame_by_id["east"].config["round_trip"] == {"west": 0.09}
    assert after.frame_by_id["west"].config["round_trip"] == {}
    gone = trip_edit(after, "west", "east", None).apply(after).design
    assert not distances_of(gone).trips


@pytest.mark.parametrize("text", ["abc", "-5 ms", "2000 s", "nan"])
def test_nonsense_is_refused_in_a_line(card: DistancesCard, text: str) -> None:
    panel = shown(card, world())
    said: list[str] = []
    panel.model.refused.connect(said.append)
    assert not panel.model.setData(panel.model.index(0, 1), text)
    assert said
    assert "\n" not in said[0]


def test_typing_goes_on_from_cell_to_cell(card: DistancesCard, qtbot: Any) -> None:
    """Keys alone: a number, Enter, one to the right, another number; delete takes one out."""
    design = world()
    panel = shown(card, design)

    def follow(edit: Any) -> None:
        nonlocal design
        design = edit.apply(design).design
        card.set_design(design)

    shortcuts: list[str] = []
    deletes = QShortcut(KEY.Key_Delete, card.host)
    deletes.activated.connect(lambda: shortcuts.append("delete"))
    card.edit_requested.connect(follow)
    qtbot.waitUntil(panel.table.hasFocus)
    for typed in ("80", "1.5 s"):
        QTest.keyClicks(panel.table, typed[0])
        editor = card.host.focusWidget()
        assert editor is not None
        QTest.keyClicks(editor, typed[1:])
        QTest.keyClick(editor, KEY.Key_Return)
        qtbot.waitUntil(panel.table.hasFocus)
        QTest.keyClick(panel.table, KEY.Key_Right)
    assert design.frame_by_id["east"].config["round_trip"] == {"west": 0.08, "far": 1.5}
    panel.table.setCurrentIndex(panel.model.index(2, 0))
    QTest.keyClick(panel.table, KEY.Key_Delete)
    assert not shortcuts
    assert design.frame_by_id["east"].config["round_trip"] == {"west": 0.08}


def test_without_two_frames_it_says_what_to_do(card: DistancesCard) -> None:
    panel = shown(card, Design())
    assert not panel.table.isVisible()
    assert "frames" in panel.said.text()


def test_names_of_strangers_are_plain_text(card: DistancesCard) -> None:
    design = Design(frames=(Frame(id="a", name="<img src=x>" * 9), Frame(id="b", name="b\n" * 9)))
    panel = shown(card, design)
    panel.grab()
    tip = str(panel.model.data(panel.model.index(0, 1), Qt.ItemDataRole.ToolTipRole))
    assert "<img" not in tip


def test_what_is_known_of_places_is_shown_and_where_from() -> None:
    frames = [
        {"id": "east", "kind": "region", "config": {"place": "aws/us-east-1"}},
        {
            "id": "ireland",
            "kind": "region",
            "config": {"place": "aws/eu-west-1", "inside": "typical"},
        },
        {"id": "a", "kind": "zone", "frame": "ireland"},
        {"id": "b", "kind": "zone", "frame": "ireland"},
        {"id": "moon", "kind": "region", "config": {"round_trip": {"ireland": 2.6}}},
    ]
    shown = distances_of(Design.model_validate({"windtunnel": 1, "frames": frames}))
    assert [each.place for each in shown.frames][:2] == [
        "aws/us-east-1, N. Virginia",
        "aws/eu-west-1, Ireland",
    ]
    measured = shown.between("east", "ireland")
    assert measured is not None
    assert (round(measured.seconds, 6), measured.inherited) == (0.0696, True)
    assert "as measured between aws/us-east-1 and aws/eu-west-1 (median" in measured.source
    usual = shown.between("a", "b")
    assert usual is not None
    assert usual.source == "as is usual inside ireland"
    outer = shown.between("moon", "a")
    assert outer is not None
    assert (outer.inherited, outer.source) == (True, "as is said of ireland and moon")
    typed = shown.between("moon", "ireland")
    assert typed is not None
    assert not typed.inherited
    assert shown.between("moon", "east") is None


def test_escape_closes_it_where_there_is_nothing_to_type(card: DistancesCard, qtbot: Any) -> None:
    card.host.activateWindow()
    qtbot.waitUntil(card.host.isActiveWindow)
    card.set_design(Design())
    card.open()
    assert card.isVisible()
    QTest.keyClick(card.host.focusWidget(), KEY.Key_Escape)
    assert not card.isVisible()


def test_few_columns_have_room_for_long_names(card: DistancesCard) -> None:
    names = ("Provider in Europe", "Provider in Asia", "Cloud region")
    card.set_design(
        Design(frames=tuple(Frame(id=f"f{i}", name=each) for i, each in enumerate(names)))
    )
    card.open()
    header = card.panel.table.horizontalHeader()
    assert all(header.sectionSize(i) >= header.sectionSizeHint(i) for i in range(3))


def test_pairs_of_many_frames_are_gone_through_in_turns(card: DistancesCard, qtbot: Any) -> None:
    codes = ("us-east-1", "eu-west-1", "ap-south-1", "sa-east-1")
    frames = [
        Frame(id=f"f{n}", kind="region", config={"place": f"aws/{codes[n % 4]}"})
        for n in range(200)
    ]
    frames[0] = Frame(id="f0", kind="region", config={"round_trip": {"f1": 0.5}})
    made = Design(frames=tuple(frames))
    panel = shown(card, made)
    assert card._turns.is_busy
    assert len(panel.model.frames) == 200
    assert cells_of(panel, 0, 1) == "500 ms"  # what somebody has set does not wait
    qtbot.waitUntil(lambda: not card._turns.is_busy)
    whole = distances_of(made)
    assert panel.model._shown == whole
    assert cells_of(panel, 1, 2) not in {"–", None}
    renamed = made.model_copy(update={"title": "Another"})
    card.set_design(renamed)
    assert panel.model._shown == whole  # nothing is taken away meanwhile
    card.set_design(world(east={"west": 0.07}))  # of few frames all is there at once
    assert cells_of(panel, 0, 1) == "70 ms"
    assert not card._turns.is_busy


def cells_of(panel: DistancesPanel, row: int, column: int) -> object:
    return panel.model.data(panel.model.index(row, column))
