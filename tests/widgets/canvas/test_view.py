"""Camera, pictures, themes, minimap, and that only what changed is touched."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.model.commenting import resolved, said
from engine.model.design import Comment, Design, Frame, Link, Node
from engine.model.edits import Move, Position, SetField
from widgets.canvas import CanvasView
from widgets.canvas.frame_painter import tab_rect
from widgets.canvas.pill import Pill
from widgets.theme import DARK, LIGHT, IconSet

NONE = Qt.KeyboardModifier.NoModifier
NOWHERE = QPoint(0, 0)


def wheel(view, at, angle=0, pixels=NOWHERE, held=NONE, phase=Qt.ScrollPhase.NoScrollPhase):
    event = QWheelEvent(
        QPointF(at),
        QPointF(view.viewport().mapToGlobal(at)),
        pixels,
        QPoint(0, angle),
        Qt.MouseButton.NoButton,
        held,
        phase,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


@pytest.mark.parametrize("angle", [120, -120, 600])
def test_the_wheel_zooms_towards_the_pointer(desk, angle) -> None:
    view, at = desk.view, QPoint(150, 610)
    before = view._camera.to_scene(QPointF(at))
    wheel(view, at, angle)
    assert (view._camera.zoom > 1) == (angle > 0)
    drift = view._camera.to_view(before) - QPointF(at)
    assert max(abs(drift.x()), abs(drift.y())) <= 1.0


def test_zoom_has_bounds(desk) -> None:
    wheel(desk.view, QPoint(10, 10), 100_000)
    assert desk.view._camera.zoom == 4.0
    wheel(desk.view, QPoint(10, 10), -200_000)
    assert desk.view._camera.zoom == 0.08


def test_a_trackpad_pans_and_zooms_with_ctrl(desk) -> None:
    view = desk.view
    before = view._camera.shown().center()
    update = Qt.ScrollPhase.ScrollUpdate
    wheel(view, QPoint(9, 9), 0, QPoint(30, -20), phase=update)
    assert (before - view._camera.shown().center()).toTuple() == (30, -20)
    wheel(view, QPoint(9, 9), 120, held=Qt.KeyboardModifier.ControlModifier, phase=update)
    assert view._camera.zoom > 1.0


def test_shift_and_wheel_pan_sideways(desk) -> None:
    before = desk.view._camera.shown().center()
    wheel(desk.view, QPoint(9, 9), 120, held=Qt.KeyboardModifier.ShiftModifier)
    moved = before - desk.view._camera.shown().center()
    assert moved.x() != 0
    assert moved.y() == 0
    assert desk.view._camera.zoom == 1.0


def test_fit_shows_everything(desk) -> None:
    desk.view.resize(400, 300)
    desk.view.fit()
    assert desk.view._camera.shown().contains(desk.view.content_rect())


def test_a_design_that_comes_first_is_fitted_when_the_view_is_shown(qtbot) -> None:
    view = CanvasView({}, DARK, IconSet())
    qtbot.addWidget(view)
    nodes = tuple(Node(id=f"n{i}", kind="service", x=300.0 * i) for i in range(3))
    view.set_design(Design(nodes=nodes))
    view.resize(1400, 700)
    view.show()
    assert view._camera.zoom == 1.0
    assert view._camera.shown().contains(view.content_rect())


def test_a_design_is_fitted_again_in_the_room_that_its_opening_made(desk) -> None:
    """A message above the canvas goes in the turn in which the design comes."""
    desk.view.resize(900, 160)
    desk.view.set_design(desk.design)
    desk.view.resize(900, 600)
    QTest.qWait(0)
    shown, content = desk.view._camera.shown(), desk.view.content_rect()
    assert shown.contains(content)
    assert abs(shown.center().y() - content.center().y()) < 2.0
    desk.view.set_design(desk.design)
    desk.view.camera.pan_by(QPointF(40.0, 0.0))
    looked = desk.view.camera.to_scene(QPointF())
    desk.view.resize(900, 500)
    QTest.qWait(0)
    assert desk.view.camera.to_scene(QPointF()) == looked


def test_a_window_that_gets_smaller_keeps_the_design_in_view(desk) -> None:
    """Unless somebody has looked elsewhere; what is put beside the canvas moves nothing."""
    desk.view.resize(900, 600)
    desk.view.fit()
    desk.view.resize(500, 240)
    QTest.qWait(0)
    assert desk.view._camera.shown().contains(desk.view.content_rect())
    desk.view.camera.pan_by(QPointF(40.0, 0.0))
    looked = desk.view.camera.to_scene(QPointF())
    desk.view.resize(900, 600)
    QTest.qWait(0)
    assert desk.view.camera.to_scene(QPointF()) == looked


def test_names_of_frames_stay_readable_from_afar(desk) -> None:
    item = desk.view._scene.frames["zone"]
    look = desk.view._look
    for zoom in (1.0, 0.4, 0.2):
        tab = tab_rect(item.frame, look, zoom)
        assert tab.height() * zoom >= 15
        assert item.part_at(tab.center(), zoom, look) == "tab"


def test_from_afar_the_tab_of_a_small_frame_leaves_room_for_the_next(desk) -> None:
    look, frame = (
        desk.view._look,
        Frame(id="z", kind="zone", name="Zone A", width=190.0, height=80.0),
    )
    for zoom in (0.45, 0.4):
        assert tab_rect(frame, look, zoom).width() <= frame.width
    near = frame.model_copy(update={"width": 900.0})
    scale = 0.95 / 0.4
    assert tab_rect(near, look, 1.0).width() > tab_rect(near, look, 0.4).width() / scale, "its kind"


def test_reveal_selects_and_brings_into_view(desk) -> None:
    desk.view._camera.look_at(QPointF(9000, 9000))
    desk.view.reveal("db")
    assert desk.selection == {"db"}
    assert desk.view._camera.shown().contains(desk.view._scene.cards["db"].rect)


def test_what_is_revealed_lies_beside_what_covers_the_right_side(desk) -> None:
    camera, rect = desk.view._camera, desk.view._scene.cards["db"].rect
    free = desk.view.viewport().width() - 200
    for place in (QPointF(9000, 9000), QPointF(-9000, 0)):
        camera.look_at(place)
        desk.view.reveal("db", 200)
        assert camera.shown().contains(rect)
        assert camera.to_view(rect.topRight()).x() <= free
        assert camera.to_view(rect.topLeft()).x() >= 0


def test_only_what_changed_is_touched(desk) -> None:
    scene = desk.view._scene
    desk.view.grab()
    cards = dict(scene.cards)
    pictures = {each: card.pixmap().cacheKey() for each, card in cards.items()}
    desk.apply(SetField("web", ("name",), "Front"))
    desk.apply(Move((Position("jobs", 312.0, 240.0),)))
    desk.view.grab()
    assert scene.cards == cards
    changed = {each for each, card in cards.items() if card.pixmap().cacheKey() != pictures[each]}
    assert changed == {"web"}
    assert scene.cards["jobs"].rect.center().toTuple() == (312, 240)


def test_a_card_that_is_not_in_view_is_not_painted(desk) -> None:
    desk.view._camera.look_at(QPointF(9000, 9000))
    desk.apply(SetField("web", ("name",), "Front"))
    desk.view.grab()
    before = desk.view._scene.cards["web"].pixmap().cacheKey()
    desk.view.reveal("web")
    desk.view.grab()
    assert desk.view._scene.cards["web"].pixmap().cacheKey() != before


def settled(desk) -> None:
    """Outdated pictures are painted a few a frame."""
    for _ in range(5):
        desk.view.grab()


def test_from_afar_cards_lose_their_small_print(desk) -> None:
    desk.view._camera.zoom_to(0.4)
    settled(desk)
    picture = desk.view._scene.cards["web"].pixmap().toImage()
    desk.apply(SetField("web", ("config", "instances"), 5))
    settled(desk)
    assert desk.view._scene.cards["web"].pixmap().toImage() == picture
    desk.view.zoom_reset()
    settled(desk)
    assert desk.view._scene.cards["web"].pixmap().width() > picture.width()


def test_from_afar_names_are_larger_than_their_share(desk) -> None:
    """A name that shrank with the card would be a smear at 30 %."""
    look = desk.view._look
    for name in ("Web", "Orders DB", "Catalog cache", "Key-value cluster"):
        font, lines = look.name_from_afar(name, QSizeF(123.0, 70.0))
        assert " ".join(lines) == name
        assert font.pixelSize() >= 1.6 * look.name_font.pixelSize()
    web, _ = look.name_from_afar("Web", QSizeF(123.0, 70.0))
    assert web.pixelSize() == 32


def test_from_afar_a_name_without_end_is_cut(desk) -> None:
    look = desk.view._look
    font, lines = look.name_from_afar("A service whose name goes on and on", QSizeF(123.0, 70.0))
    assert len(lines) == 2
    assert lines[-1].endswith("…")
    assert all(QFontMetricsF(font).horizontalAdvance(line) <= 123.0 for line in lines)


def test_from_afar_another_name_is_seen(desk) -> None:
    desk.view._camera.zoom_to(0.4)
    settled(desk)
    picture = desk.view._scene.cards["web"].pixmap().toImage()
    desk.apply(SetField("web", ("name",), "Another name"))
    settled(desk)
    assert desk.view._scene.cards["web"].pixmap().toImage() != picture


def test_a_theme_is_worn_everywhere_at_once(desk) -> None:
    desk.view.select(["web"])
    dark = desk.picture()
    desk.view.set_theme(LIGHT, IconSet())
    light = desk.view.grab().toImage()
    at = desk.at(300, 30)
    assert dark.pixelColor(at) == QColor(DARK.card)
    assert light.pixelColor(at) == QColor(LIGHT.card)
    paper = desk.at(-102, -102)
    assert light.pixelColor(paper) == QColor(LIGHT.canvas)
    desk.view.set_theme(DARK, IconSet())
    assert desk.picture() == dark


def test_the_state_of_a_selected_card_is_ringed(desk) -> None:
    at = desk.at(300, -43)
    plain = desk.picture().pixelColor(at)
    desk.view.select(["web"])
    ringed = desk.picture().pixelColor(at)
    assert plain != ringed
    assert ringed.blue() > 200


def test_the_minimap_steers_the_view(desk) -> None:
    minimap = desk.view.minimap
    desk.view.grab()
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(130, 74))
    right = desk.view._camera.shown().center()
    desk.view.grab()
    QTest.mouseClick(minimap, Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    left = desk.view._camera.shown().center()
    assert left.x() < right.x()
    assert left.y() < right.y()


def test_a_folded_frame_tells_of_what_lies_in_the_frames_inside_it(make_desk) -> None:
    desk = make_desk(
        Design(
            nodes=(
                Node(id="a", kind="service", x=100, y=100, frame="inner", config={"instances": 3}),
                Node(id="b", kind="service", x=100, y=300, frame="outer", config={"instances": 2}),
            ),
            frames=(
                Frame(id="outer", name="East", width=600, height=500, collapsed=True),
                Frame(id="inner", frame="outer", collapsed=True),
            ),
        )
    )
    cards = desk.view._scene.cards
    assert set(cards) == {"outer"}
    assert cards["outer"].face.live == "2 nodes · 5 instances"
    tip = desk.view._input.tip_at(QPointF(desk.at(80, 40)))
    assert "East" in tip
    assert "5 of 5" in tip
    desk.apply(SetField("outer", ("collapsed",), False))
    assert set(cards) == {"inner", "b"}
    assert cards["inner"].face.live == "1 node · 3 instances"


def covered_by_minimap(desk) -> list[str]:
    """Cards and notes under the minimap, where it is shown."""
    view, minimap = desk.view, desk.view.minimap
    if not minimap.isVisibleTo(view):
        return []
    items = {**view._scene.cards, **view._scene.notes}
    mapped = {each: view.viewportTransform().mapRect(item.rect) for each, item in items.items()}
    mine = QRectF(minimap.geometry())
    return [each for each, rect in mapped.items() if rect.intersects(mine)]


@pytest.mark.parametrize(("x", "y"), [(0, 0), (640, 380), (-300, 300), (500, -200), (-200, -150)])
def test_the_minimap_covers_no_card_wherever_the_view_looks(desk, x, y) -> None:
    desk.view._camera.pan_by(QPointF(x, y))
    assert not covered_by_minimap(desk)
    desk.view.minimap.settle()
    assert desk.view.minimap.isVisibleTo(desk.view)
    assert not covered_by_minimap(desk)


def test_the_minimap_gets_out_of_the_way_of_what_is_dragged(desk) -> None:
    corner = desk.view.minimap.geometry().center()
    place = desk.view._camera.to_scene(QPointF(corner))
    desk.press(300, 0)
    desk.move(300, 30)
    desk.move(place.x(), place.y())
    assert not covered_by_minimap(desk)
    desk.release(place.x(), place.y())
    desk.view.minimap.settle()
    assert desk.view.minimap.isVisibleTo(desk.view)
    assert not covered_by_minimap(desk)


def test_the_minimap_goes_away_where_every_place_is_taken(make_desk) -> None:
    nodes = [
        Node(id=f"n{i}-{j}", kind="service", x=i * 180.0, y=j * 90.0)
        for i in range(30)
        for j in range(30)
    ]
    desk = make_desk(Design(nodes=tuple(nodes)))
    desk.view.minimap.settle()
    assert not desk.view.minimap.isVisibleTo(desk.view)
    desk.view.fit()
    desk.view.minimap.settle()
    assert desk.view.minimap.isVisibleTo(desk.view)
    assert not covered_by_minimap(desk)


def links_under_minimap(desk) -> list[str]:
    """Links that run below the minimap."""
    view = desk.view
    mine = QRectF(view.minimap.geometry())
    found = []
    for link_id, link in view._scene.links.items():
        path = view.viewportTransform().map(link.wire.path)
        if any(mine.contains(path.pointAtPercent(step / 200)) for step in range(201)):
            found.append(link_id)
    return found


def test_the_minimap_covers_no_link_where_there_is_another_place(make_desk) -> None:
    nodes = (Node(id="a", kind="client", x=-2000.0), Node(id="b", kind="service", x=4000.0))
    desk = make_desk(Design(nodes=nodes, links=(Link(id="l", source="a", target="b"),)))
    home = desk.view.minimap.geometry().center()
    place = desk.view._camera.to_scene(QPointF(home))
    desk.view._camera.pan_by(QPointF(0.0, 38.0 - place.y()))  # the link runs through its corner
    desk.view.minimap.settle()
    assert desk.view.minimap.isVisibleTo(desk.view)
    assert not links_under_minimap(desk)


def test_the_minimap_stands_over_links_where_they_are_everywhere(make_desk) -> None:
    sources = tuple(Node(id=f"a{i}", kind="client", x=-3000.0, y=i * 60.0) for i in range(-15, 16))
    sinks = tuple(Node(id=f"b{i}", kind="service", x=4000.0, y=i * 60.0) for i in range(-15, 16))
    links = tuple(
        Link(id=f"l{i}", source=a.id, target=b.id)
        for i, (a, b) in enumerate(zip(sources, sinks, strict=True))
    )
    desk = make_desk(Design(nodes=(*sources, *sinks), links=links))
    desk.view.minimap.settle()
    assert desk.view.minimap.isVisibleTo(desk.view)
    assert links_under_minimap(desk)
    place = desk.view.minimap.geometry()
    desk.view._camera.pan_by(QPointF(3.0, 2.0))
    assert desk.view.minimap.geometry() == place
    assert desk.view.minimap.isVisibleTo(desk.view)


def test_the_minimap_hides_when_there_is_nothing_to_show(desk) -> None:
    assert desk.view.minimap.isVisibleTo(desk.view)
    desk.view.select_all()
    desk.view.delete_selection()
    assert not desk.view.minimap.isVisibleTo(desk.view)


def test_a_design_is_exported_as_vectors(desk) -> None:
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    image.fill(QColor(DARK.canvas))
    painter = QPainter(image)
    desk.view.paint_design(painter, QRectF(0, 0, 900, 600))
    painter.end()
    area = desk.view.content_rect()
    scale = min(900 / area.width(), 600 / area.height())
    at = (QPointF(300, 30) - area.center()) * scale + QPointF(450, 300)
    assert image.pixelColor(at.toPoint()) == QColor(DARK.card)


def test_undoing_an_added_node_while_it_is_dragged_cancels_the_drag(desk) -> None:
    desk.view.add_component("service")
    card = desk.view._scene.cards["service"].rect.center()
    desk.press(card.x(), card.y())
    desk.move(card.x() + 60, card.y() + 60)
    desk.undo()
    desk.release(card.x() + 60, card.y() + 60)
    assert "service" not in desk.view._scene.cards
    assert len(desk.edits) == 1


def test_another_design_replaces_everything(desk, make_desk) -> None:
    desk.view.select(["web"])
    other = Design(nodes=desk.design.nodes[:1])
    desk.view.set_design(other)
    assert set(desk.view._scene.cards) == {"users"}
    assert desk.view._scene.links == {}
    assert desk.selections[-1] == frozenset()


def test_open_comments_are_counted_on_what_they_are_about(desk) -> None:
    web = Comment(text="Why?", about="web")
    link = Comment(text="Slow", about="web-db")
    desk.apply(said(desk.design, web))
    desk.apply(said(desk.design, link))
    scene = desk.view._scene
    assert scene.cards["web"].face.comments == 1
    assert Pill("comment", "1") in scene.links["web-db"].face.pills
    desk.apply(resolved(desk.design, 0, done=True))
    assert scene.cards["web"].face.comments == 0
    desk.undo()
    assert scene.cards["web"].face.comments == 1
