"""Dropping components, double clicks, menus, notes and frames."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.model.design import Design, Note
from engine.model.edits import CompoundEdit, Insert, SetField
from widgets.canvas.adding import place_right_of
from widgets.canvas.geometry import card_rect

COPY = Qt.DropAction.CopyAction
LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


def dropped(desk, kind: str, x: float, y: float, mime="application/x-windtunnel-kind") -> None:
    """Drag a component over the canvas and drop it."""
    data = QMimeData()
    data.setData(mime, kind.encode())
    at = QPointF(desk.at(x, y))
    surface = desk.view.viewport()
    QApplication.sendEvent(surface, QDragEnterEvent(at.toPoint(), COPY, data, LEFT, NONE))
    QApplication.sendEvent(surface, QDragMoveEvent(at.toPoint(), COPY, data, LEFT, NONE))
    QApplication.sendEvent(surface, QDropEvent(at, COPY, data, LEFT, NONE))


def test_a_dropped_component_becomes_a_node(desk) -> None:
    dropped(desk, "service", 0, 300)
    assert [type(edit) for edit in desk.edits] == [Insert]
    node = desk.edits[0].placed[0].item
    assert (node.id, node.kind, node.name) == ("service", "service", "Service")
    assert node.config == {"instances": 2}
    assert (node.x, node.y) == (0, 300)
    dropped(desk, "service", 0, 396)
    assert desk.edits[1].placed[0].item.name == "Service 2"
    assert desk.edits[1].placed[0].item.id == "service-2"


def test_a_component_dropped_into_a_frame_belongs_to_it(desk) -> None:
    dropped(desk, "cache", 660, 252)
    assert desk.edits[0].placed[0].item.frame == "zone"


def test_other_drags_are_not_taken(desk) -> None:
    dropped(desk, "service", 0, 300, mime="text/plain")
    assert desk.edits == []


def test_components_added_without_a_place_do_not_cover_each_other(desk) -> None:
    for _ in range(3):
        desk.view.add_component("service")
    cards = [desk.view._scene.cards[each].rect for each in ("service", "service-2", "service-3")]
    cards += [desk.view._scene.cards[each].rect for each in ("web", "jobs")]
    overlaps = [a for i, a in enumerate(cards) for b in cards[i + 1 :] if a.intersects(b)]
    assert overlaps == []


def test_a_double_click_on_the_paper_opens_quick_add_there(desk) -> None:
    desk.double_click(0, 300)
    popup = desk.view._popups.quick_add
    QTest.keyClick(popup.search, Qt.Key.Key_Return)
    assert desk.place("client") == (0, 300)


def test_a_double_click_on_a_card_edits_it_and_on_its_name_renames_it(desk) -> None:
    desk.double_click(300, 20)
    assert desk.activated == ["web"]
    desk.double_click(300, -24)
    assert desk.view._popups.editor.toPlainText() == "Web"


def test_a_note_is_written_in_place(desk) -> None:
    desk.double_click(0, 200)
    editor = desk.view._popups.editor
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "or two")
    desk.click(300, 300)
    assert desk.edits == [SetField("idea", ("text",), "Try a cache\nor two", "Edit note")]
    assert desk.view._scene.notes["idea"].text == "Try a cache\nor two"


def test_add_note_begins_to_write(desk) -> None:
    desk.view.add_note()
    assert "note" in desk.design.note_by_id
    assert desk.view._popups.editor is not None
    assert desk.selection == {"note"}


def test_a_new_card_beside_another_one_lies_on_no_note(desk) -> None:
    around = [
        Note(id=f"n{i}", text="", x=200.0, y=90.0 + 150.0 * i, width=260.0, height=140.0)
        for i in range(3)
    ]
    crowded = desk.design.model_copy(update={"notes": tuple(around)})
    place = place_right_of(crowded, "users")
    card = card_rect(place.x(), place.y())
    assert place.x() > card_rect(0.0, 0.0).right()
    assert not any(card.intersects(QRectF(n.x, n.y, n.width, n.height)) for n in around)
    assert not any(card.intersects(card_rect(n.x, n.y)) for n in crowded.nodes)
    free = desk.design.model_copy(update={"notes": ()})
    assert place_right_of(free, "users").y() > 0.0


def test_a_new_note_covers_nothing_while_there_is_room_in_view(desk) -> None:
    desk.view.camera.look_at(QPointF(300.0, 0.0))
    for _ in range(3):
        desk.view.add_note()
        desk.view._popups.editor.close()
    notes = [QRectF(each.x, each.y, each.width, each.height) for each in desk.design.notes]
    cards = [card_rect(node.x, node.y) for node in desk.design.nodes]
    assert len(notes) == 4
    for place, note in enumerate(notes):
        assert not any(note.intersects(other) for other in [*cards, *notes[:place]])
        assert place == 0 or desk.view.camera.shown().contains(note)


def test_a_new_note_covers_nothing_where_there_is_no_room_in_view_either(desk) -> None:
    desk.view.resize(260, 160)
    desk.view.camera.look_at(QPointF(300.0, 0.0))
    desk.view.add_note()
    desk.view._popups.editor.close()
    note = desk.design.notes[-1]
    rect = QRectF(note.x, note.y, note.width, note.height)
    assert not any(rect.intersects(card_rect(node.x, node.y)) for node in desk.design.nodes)
    assert desk.view.camera.shown().intersects(rect)


def test_a_frame_is_added_around_the_selection_as_one_step(desk) -> None:
    desk.view.select(["web", "db"])
    desk.view.add_frame()
    assert [type(edit) for edit in desk.edits] == [CompoundEdit]
    frame = desk.design.frame_by_id["frame"]
    assert {desk.design.node_by_id[each].frame for each in ("web", "db")} == {"frame"}
    assert frame.x < 216
    assert frame.x + frame.width > 684
    desk.undo()
    assert "frame" not in desk.design.frame_by_id
    assert desk.design.node_by_id["web"].frame is None


def test_what_lies_in_a_selected_frame_stays_there_when_a_frame_is_put_around_it(desk) -> None:
    """Everything is selected, also what a folded frame hides: the frames nest."""
    desk.view.select(["web", "db"])
    desk.view.add_frame()
    desk.view.select(["frame"])
    desk.view.add_frame()
    desk.view._commands.select_all()
    desk.view.add_frame("region")
    (region,) = [each for each in desk.design.frames if each.kind == "region"]
    around = {each.id: each.frame for each in (*desk.design.nodes, *desk.design.frames)}
    assert around["web"] == around["db"] == "frame"
    assert around["frame"] == "frame-2"
    assert around["frame-2"] == around["zone"] == around["users"] == region.id
    desk.undo()
    assert desk.design.frame_by_id["frame-2"].frame is None


def test_a_frame_of_a_kind_is_added_around_the_selection_or_empty(desk) -> None:
    desk.view.select(["web", "db"])
    desk.view.add_frame("region")
    region = desk.design.frame_by_id["frame"]
    assert region.kind == "region"
    assert {desk.design.node_by_id[each].frame for each in ("web", "db")} == {"frame"}
    assert desk.edits[-1].label == "Add region"
    desk.view.select([])
    desk.view.add_frame("cell")
    (cell,) = [each for each in desk.design.frames if each.kind == "cell"]
    assert not [each for each in desk.design.nodes if each.frame == cell.id]
    assert desk.selection == {cell.id}


def test_the_menu_is_asked_for_the_item_under_the_pointer(desk) -> None:
    for x, y in ((300, 0), (0, -200)):
        at = desk.at(x, y)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, QPoint(7, 9))
        QApplication.sendEvent(desk.view.viewport(), event)
    assert desk.menus == [("web", QPoint(7, 9)), (None, QPoint(7, 9))]
    assert desk.selection == {"web"}


def test_an_empty_canvas_invites(make_desk, qtbot) -> None:
    desk = make_desk(Design())
    empty = desk.picture()
    desk.view.add_component("client")
    desk.view.delete_selection()
    assert desk.picture() == empty
    ground = desk.view._look.colour(desk.view._look.theme.canvas).rgb()
    colours = {empty.pixel(600 + x, 400 + y) for x in range(-90, 90, 2) for y in range(-90, 60, 2)}
    assert len(colours - {ground}) > 5


def test_an_unknown_component_is_refused(desk) -> None:
    desk.view.add_component("teleporter")
    assert desk.edits == []
    assert "teleporter" in desk.messages[-1]


def test_a_component_dropped_on_a_link_goes_in_between(desk) -> None:
    dropped(desk, "cache", 150, 0)
    assert len(desk.edits) == 1
    new = next(node for node in desk.design.nodes if node.kind == "cache")
    ends = {(link.source, link.target) for link in desk.design.links}
    assert ends == {("users", new.id), (new.id, "web"), ("web", "db")}
    assert desk.design.link_by_id["users-web"].config == {"timeout": 1.0}
    desk.undo()
    assert desk.design.link_by_id["users-web"].target == "web"
    assert len(desk.design.nodes) == 4


def test_a_component_that_does_not_fit_into_a_link_stands_beside_it(desk) -> None:
    dropped(desk, "queue", 150, 0)
    assert len(desk.design.links) == 2
    assert [type(edit) for edit in desk.edits] == [Insert]
