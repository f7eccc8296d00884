"""Everything by keyboard."""

from __future__ import annotations

import json
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.model.design import Design
from engine.model.edits import Insert, Move, Remove, SetField

CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def test_tab_walks_along_the_links_and_back(desk) -> None:
    walked = []
    for _ in range(4):
        desk.key(Qt.Key.Key_Tab)
        walked += desk.selection
    assert walked == ["users", "web", "db", "jobs"]
    desk.key(Qt.Key.Key_Backtab, SHIFT)
    assert desk.selection == {"db"}


def test_tab_past_the_last_node_leaves_the_canvas(desk) -> None:
    desk.view.select(["jobs"])
    assert desk.view._hand.walk(1) is False


def test_arrows_nudge_and_shift_goes_further(desk) -> None:
    desk.view.select(["jobs"])
    desk.key(Qt.Key.Key_Right)
    desk.key(Qt.Key.Key_Up, SHIFT)
    assert [type(edit) for edit in desk.edits] == [Move, Move]
    assert desk.place("jobs") == (312, 156)


def test_arrows_without_a_selection_pan(desk) -> None:
    before = desk.view._camera.shown().center().x()
    desk.key(Qt.Key.Key_Right)
    assert desk.view._camera.shown().center().x() > before
    assert desk.edits == []


def test_delete_removes_nodes_with_their_links(desk) -> None:
    desk.view.select(["web"])
    desk.key(Qt.Key.Key_Delete)
    assert desk.edits == [Remove(frozenset({"web"}))]
    assert desk.view._scene.links == {}
    assert desk.selection == frozenset()
    desk.undo()
    assert set(desk.view._scene.links) == {"users-web", "web-db"}


def test_select_all_and_escape(desk) -> None:
    desk.key(Qt.Key.Key_A, CTRL)
    assert desk.selection == {"users", "web", "db", "jobs", "zone", "idea"}
    desk.key(Qt.Key.Key_Escape)
    assert desk.selection == frozenset()


def test_enter_asks_to_edit(desk) -> None:
    desk.view.select(["web"])
    desk.key(Qt.Key.Key_Return)
    assert desk.activated == ["web"]


def test_f2_renames_in_place(desk) -> None:
    desk.view.select(["web"])
    desk.key(Qt.Key.Key_F2)
    editor = desk.view._popups.editor
    QTest.keyClicks(editor, "Front end")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert desk.edits == [SetField("web", ("name",), "Front end", "Rename")]
    assert desk.view._scene.cards["web"].face.name == "Front end"
    assert desk.view._popups.editor is None


def test_escape_leaves_the_name_as_it_was(desk) -> None:
    desk.view.select(["web"])
    desk.key(Qt.Key.Key_F2)
    QTest.keyClicks(desk.view._popups.editor, "Nonsense")
    QTest.keyClick(desk.view._popups.editor, Qt.Key.Key_Escape)
    assert desk.edits == []


def test_escape_keeps_what_was_written_on_a_note(desk) -> None:
    desk.view.add_note()
    note = desk.view._scene.design.notes[-1].id
    editor = desk.view._popups.editor
    QTest.keyClicks(editor, "Question for Tuesday")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert desk.view._scene.design.note_by_id[note].text == "Question for Tuesday"
    assert desk.view._popups.editor is None


def test_an_unchanged_name_is_no_edit(desk) -> None:
    desk.view.select(["web"])
    desk.key(Qt.Key.Key_F2)
    QTest.keyClick(desk.view._popups.editor, Qt.Key.Key_Return)
    assert desk.edits == []


def test_a_adds_by_name(desk) -> None:
    desk.key(Qt.Key.Key_A)
    popup = desk.view._popups.quick_add
    assert popup.list.count() == 6
    QTest.keyClicks(popup.search, "cach")
    assert popup.list.count() == 1
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    added = desk.edits[-1].placed[0].item
    assert (added.kind, added.name) == ("cache", "Cache")
    assert desk.selection == {added.id}


def test_quick_add_fits_a_low_canvas(desk) -> None:
    desk.view.resize(700, 230)
    desk.key(Qt.Key.Key_A)
    popup = desk.view._popups.quick_add
    assert desk.view.rect().contains(popup.geometry())
    assert popup.list.height() < popup.list.count() * popup.list.sizeHintForRow(0)
    popup.search.setText("e")
    assert desk.view.rect().contains(popup.geometry())
    last = popup.list.item(popup.list.count() - 1)
    popup.list.scrollToItem(last)
    assert popup.list.visualItemRect(last).bottom() <= popup.list.viewport().height()


def test_quick_add_says_when_nothing_matches(desk) -> None:
    desk.view.begin_add()
    popup = desk.view._popups.quick_add
    QTest.keyClicks(popup.search, "zzz")
    assert popup.list.count() == 0
    assert popup.empty.isVisibleTo(popup)
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert desk.edits == []


def test_copy_and_paste_as_text(desk) -> None:
    desk.view.select(["users", "web"])
    desk.key(Qt.Key.Key_C, CTRL)
    text = QGuiApplication.clipboard().text()
    assert {node["id"] for node in json.loads(text)["nodes"]} == {"users", "web"}
    desk.key(Qt.Key.Key_V, CTRL)
    assert len(desk.edits) == 1
    new = {placed.item.id for placed in desk.edits[0].placed}
    assert new == {"users-2", "web-2", "users-web-2"}
    link = desk.design.link_by_id["users-web-2"]
    assert (link.source, link.target, link.config) == ("users-2", "web-2", {"timeout": 1.0})
    assert desk.design.node_by_id["web-2"].name == "Web 2"
    assert desk.design.node_by_id["web-2"].config == {"instances": 3}
    assert desk.selection == {"users-2", "web-2"}


def test_cut_takes_away_and_paste_brings_back(desk) -> None:
    desk.view.select(["jobs"])
    desk.key(Qt.Key.Key_X, CTRL)
    assert "jobs" not in desk.design.node_by_id
    desk.key(Qt.Key.Key_V, CTRL)
    assert desk.design.node_by_id["jobs"].name == "Jobs"


def test_pasting_something_else_says_so(desk) -> None:
    desk.view.paste("hello")
    desk.view.paste('{"windtunnel_items": 1, "nodes": [{"id": "a b"}]}')
    assert desk.edits == []
    assert "no Windtunnel items" in desk.messages[0]
    assert desk.messages[1].startswith(
        "Nothing was pasted: the clipboard: a b: id should be 1 to 64"
    )


def test_pasting_again_does_not_cover_what_was_pasted(desk) -> None:
    desk.view.select(["jobs"])
    text = desk.view.copy()
    desk.view.paste(text)
    desk.view.paste(text)
    assert {desk.place("jobs-2"), desk.place("jobs-3")} == {(336, 240), (372, 276)}


def test_pasting_far_from_the_original_lands_in_view(desk) -> None:
    desk.view.select(["jobs"])
    text = desk.view.copy()
    desk.view._camera.look_at(QPointF(9000, 9000))
    desk.view.paste(text)
    assert desk.view._camera.shown().contains(QPointF(*desk.place("jobs-2")))


def test_ctrl_and_arrows_follow_the_links(desk) -> None:
    desk.view.select(["users"])
    walked = []
    for _ in range(3):
        desk.key(Qt.Key.Key_Right, CTRL)
        walked += desk.selection
    assert walked == ["users-web", "web", "web-db"]
    desk.key(Qt.Key.Key_Left, CTRL)
    assert desk.selection == {"web"}
    assert desk.edits == []


def test_duplicate_is_one_step(desk) -> None:
    desk.view.select(["jobs"])
    desk.key(Qt.Key.Key_D, CTRL)
    assert [type(edit) for edit in desk.edits] == [Insert]
    assert desk.place("jobs-2") == (336, 240)


def test_zoom_keys(desk) -> None:
    desk.key(Qt.Key.Key_Plus, CTRL)
    assert desk.view._camera.zoom == 1.25
    desk.key(Qt.Key.Key_Minus, CTRL)
    desk.key(Qt.Key.Key_Minus, CTRL)
    assert desk.view._camera.zoom == 0.8
    desk.key(Qt.Key.Key_0, CTRL)
    assert desk.view._camera.zoom == 1.0


def test_the_selection_is_described_for_screen_readers(desk) -> None:
    desk.view.select(["web"])
    assert desk.view.accessibleDescription() == "Web, Service, idle"
    desk.view.select(["users-web"])
    assert desk.view.accessibleDescription() == "Link from Users to Web"
    desk.view.select(["web", "db"])
    assert desk.view.accessibleDescription() == "2 items selected"


def test_a_new_node_lands_right_of_the_selected_one(desk) -> None:
    desk.view.select(["web"])
    desk.view.add_component("cache")
    added = desk.edits[-1].placed[0].item
    web = desk.design.node_by_id["web"]
    assert added.x > web.x + 168
    assert len(desk.edits[-1].placed) == 1
    shown = desk.view._camera.shown()
    assert shown.contains(desk.view._scene.cards[added.id].rect)


@pytest.mark.parametrize(
    ("chosen", "typed", "ends"),
    [("web", "cache", ("web", "cache")), ("db", "client", ("client", "db"))],
)
def test_shift_enter_links_it_at_once(desk, chosen: str, typed: str, ends) -> None:
    desk.view.select([chosen])
    desk.key(Qt.Key.Key_A)
    popup = desk.view._popups.quick_add
    QTest.keyClicks(popup.search, typed)
    QTest.keyClick(popup.search, Qt.Key.Key_Return, SHIFT)
    node, link = (placed.item for placed in desk.edits[-1].placed)
    assert len(desk.edits) == 1
    assert (link.source, link.target) == ends
    assert desk.selection == {node.id}


def test_what_cannot_be_linked_says_why(desk) -> None:
    desk.view.select(["users"])
    desk.view.add_linked("client")
    assert [type(each.item).__name__ for each in desk.edits[-1].placed] == ["Node"]
    assert desk.messages == ["Client: nothing arrives here"]


def test_shift_enter_on_a_node_offers_what_fits_behind_it(desk) -> None:
    desk.view.select(["jobs"])
    desk.key(Qt.Key.Key_Return, SHIFT)
    popup = desk.view._popups.quick_add
    assert [popup.list.item(row).text() for row in range(popup.list.count())] == ["Worker"]
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    node, link = (placed.item for placed in desk.edits[-1].placed)
    assert (link.source, link.target) == ("jobs", node.id)
    assert (node.x - desk.design.node_by_id["jobs"].x, node.y) == (252.0, 204.0)


def test_what_is_added_behind_a_node_is_in_view(desk) -> None:
    """At the right edge as well, where there is no room behind the node."""
    camera = desk.view._camera
    jobs = desk.view._scene.cards["jobs"].rect
    camera.pan_by(QPointF(-(jobs.right() + 10.0 - camera.shown().right()) * camera.zoom, 0.0))
    assert camera.shown().right() == pytest.approx(jobs.right() + 10.0, abs=2.0)
    desk.view.select(["jobs"])
    desk.key(Qt.Key.Key_Return, SHIFT)
    QTest.keyClick(desk.view._popups.quick_add.search, Qt.Key.Key_Return)
    (added,) = desk.selection
    assert camera.shown().contains(desk.view._scene.cards[added].rect)


def test_empty_frames_keep_apart(make_desk) -> None:
    desk = make_desk(Design())
    for _ in range(6):
        desk.view.select(())
        desk.view.add_frame()
    rects = [QRectF(f.x, f.y, f.width, f.height) for f in desk.design.frames]
    assert len(rects) == 6
    assert not any(one.intersects(other) for one, other in combinations(rects, 2))
    last = desk.design.frames[-1]
    assert desk.selection == {last.id}


@pytest.mark.parametrize("chosen", ["web", "zone", "web-db"])
def test_shift_f10_opens_the_menu_of_what_is_selected(desk, chosen: str) -> None:
    desk.view.select([chosen])
    desk.key(Qt.Key.Key_F10, SHIFT)
    item, at = desk.menus[-1]
    assert item == chosen
    assert desk.view.viewport().rect().contains(desk.view.viewport().mapFromGlobal(at))


def test_the_menu_key_is_about_the_selection_not_the_middle(desk) -> None:
    desk.view.select(["users"])
    reason = QContextMenuEvent.Reason.Keyboard
    QApplication.sendEvent(desk.view, QContextMenuEvent(reason, QPoint(600, 400), QPoint(600, 400)))
    assert [item for item, _ in desk.menus] == ["users"]
