"""Cards of large designs come with the frames, those in view alone, while everything knows them at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QGraphicsPixmapItem

from engine.model.design import Design, Frame, Node
from engine.model.edits import Move, Position, SetField
from widgets.canvas import pictures
from widgets.canvas.blast_map import BlastMap, BlastMark
from widgets.canvas.pictures import AT_ONCE, SOME
from widgets.theme import LIGHT, IconSet

MANY = 5 * AT_ONCE


def field(count: int) -> Design:
    """Nodes in rows of twenty."""
    return Design(
        nodes=tuple(
            Node(id=f"n{i}", kind="service", x=220.0 * (i % 20), y=120.0 * (i // 20))
            for i in range(count)
        )
    )


@pytest.fixture
def slow(monkeypatch) -> None:
    """A machine so slow that a frame has no time for more than it must."""
    monkeypatch.setattr(pictures, "_TIME", 0)
    monkeypatch.setattr(pictures, "_LIVE_TIME", 0)


def painted(view) -> int:
    """Cards that have been painted at some time."""
    return sum(not card.is_new for card in view._scene.cards.values())


def shown(view) -> list[QGraphicsPixmapItem]:
    """What Qt copies."""
    return [each for each in view._scene.items() if isinstance(each, QGraphicsPixmapItem)]


@pytest.fixture
def make_many(make_desk, slow):
    """Makes a desk that shows all of a large design, of which nothing has been painted."""

    def make():
        desk = make_desk(Design())
        desk.design = field(MANY)
        desk.view.set_design(desk.design)
        return desk

    return make


def test_a_small_design_is_whole_in_its_first_frame(make_desk, slow) -> None:
    desk = make_desk(Design())
    desk.view.set_design(field(AT_ONCE))
    desk.view.grab()
    assert painted(desk.view) == AT_ONCE


def test_cards_of_a_large_one_come_some_a_frame(make_many) -> None:
    many = make_many()
    assert len(many.view._scene.cards) == MANY
    counts = [painted(many.view)]
    while counts[-1] < MANY:
        many.view.grab()
        counts.append(painted(many.view))
    assert counts == [*range(0, MANY - AT_ONCE + 1, SOME), MANY]
    assert len(shown(many.view)) == MANY


def test_the_timer_brings_them_without_anybody_asking(make_many, qtbot) -> None:
    many = make_many()
    qtbot.waitUntil(lambda: painted(many.view) == MANY, timeout=20_000)


def test_cards_out_of_view_are_painted_when_they_come_into_it(make_many) -> None:
    many = make_many()
    view = many.view
    view.zoom_reset()
    view._camera.look_at(QPointF(0.0, 0.0))
    for _ in range(3):
        view.grab()
    near = painted(view)
    assert 0 < near < AT_ONCE
    view._camera.look_at(view._scene.cards[f"n{MANY - 1}"].rect.center())
    view.grab()
    assert painted(view) > near
    assert not view._scene.cards[f"n{MANY - 1}"].is_new


def test_everything_knows_them_before_they_are_painted(make_many) -> None:
    many = make_many()
    view, last = many.view, f"n{MANY - 1}"
    scene = view._scene
    box = scene.content_rect()
    assert scene.cards["n0"].rect.topLeft() == box.topLeft()
    assert scene.cards[last].rect.bottomRight() == box.bottomRight()
    view.select_all()
    assert many.selection == many.design.node_by_id.keys()
    item, part = scene.hit(scene.cards[last].rect.center(), view._camera.zoom)
    assert (item.item_id, part) == (last, "body")
    many.apply(Move((Position(last, 9000.0, 9000.0),)))
    assert scene.rect_of(last).center().toTuple() == (9000.0, 9000.0)
    many.apply(SetField(last, ("name",), "Last"))
    assert painted(view) == 0
    view.reveal(last)
    view.grab()
    face = scene.cards[last].face
    assert (face.name, face.selected) == ("Last", True)
    assert not scene.cards[last].is_new


def test_what_is_exported_has_all_of_them(make_many) -> None:
    many = make_many()
    view = many.view
    picture = QImage(900, 900, QImage.Format.Format_RGB32)
    picture.fill(QColor("#000000"))
    painter = QPainter(picture)
    view.paint_design(painter, QRectF(0.0, 0.0, 900.0, 900.0))
    painter.end()
    box = view.content_rect()
    scale = min(900.0 / box.width(), 900.0 / box.height())
    for card in view._scene.cards.values():
        at = (card.rect.center() + QPointF(0.0, 14.0) - box.center()) * scale
        assert picture.pixelColor((at + QPointF(450.0, 450.0)).toPoint()) != QColor("#000000")


def test_another_selection_is_shown_some_a_frame_and_nothing_goes_away_meanwhile(make_many) -> None:
    many = make_many()
    view = many.view
    while painted(view) < MANY:
        view.grab()
    keys = {each: card.pixmap().cacheKey() for each, card in view._scene.cards.items()}
    view.select_all()
    view.grab()
    cards = view._scene.cards.items()
    assert sum(card.pixmap().cacheKey() != keys[each] for each, card in cards) == SOME
    assert not any(card.pixmap().isNull() for _, card in cards)


def test_in_another_theme_old_pictures_stay_until_there_are_new_ones(make_many) -> None:
    many = make_many()
    view = many.view
    while painted(view) < MANY:
        view.grab()
    keys = {each: card.pixmap().cacheKey() for each, card in view._scene.cards.items()}
    view.set_theme(LIGHT, IconSet())
    view.grab()
    cards = view._scene.cards.items()
    assert sum(card.pixmap().cacheKey() != keys[each] for each, card in cards) == SOME
    assert not any(card.pixmap().isNull() for _, card in cards)


def test_nothing_of_a_design_is_left_when_another_is_shown(make_many) -> None:
    many = make_many()
    view = many.view
    view.grab()
    assert shown(view)
    view.set_design(field(3))
    assert shown(view) == []
    view.grab()
    assert len(shown(view)) == 3


def test_which_card_lies_above_does_not_depend_on_which_is_painted_first(make_desk) -> None:
    pair = Design(
        nodes=(
            Node(id="under", kind="service", x=0.0, y=0.0),
            Node(id="over", kind="service", x=30.0, y=10.0),
        )
    )
    desk = make_desk(Design())
    view = desk.view
    view.set_design(pair)
    cards = view._scene.cards
    for name in ("over", "under"):
        cards[name].refresh(view._look, 1.0, 1.0)
        cards[name].join(view._scene)
    at = QPointF(15.0, 5.0)
    assert view._scene.hit(at, 1.0)[0] is cards["over"]
    top = view._scene.items(at)
    pictures_there = [each for each in top if isinstance(each, QGraphicsPixmapItem)]
    assert pictures_there[0].pixmap().cacheKey() == cards["over"].pixmap().cacheKey()


def test_the_colour_of_a_card_is_known_without_its_face(make_desk) -> None:
    nodes = (
        Node(id="a", kind="service", frame="f"),
        Node(id="b", kind="service", x=300.0),
        Node(id="c", kind="service", x=600.0),
    )
    desk = make_desk(Design(nodes=nodes, frames=(Frame(id="f", kind="zone", collapsed=True),)))
    scene = desk.view._scene

    def states() -> dict[str, str]:
        found = {each: scene.presenter.state(each) for each in scene.cards}
        assert found == {each: card.face.state for each, card in scene.cards.items()}
        return found

    assert states() == {"f": "idle", "b": "idle", "c": "idle"}
    marks = {
        "a": BlastMark(tone="failing", word="Gone", share=1.0),
        "b": BlastMark(tone="strained", word="Slower", share=0.2),
    }
    desk.view.show_map(BlastMap(title="A map", marks=marks))
    assert states() == {"f": "failing", "b": "strained", "c": "idle"}
