"""The map of failures on the canvas: shapes and words on every item, a legend, and a way to be rid of it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from engine.model.edits import SetField
from engine.sim.snapshot import NodeGauge, Snapshot
from tests.widgets.canvas.conftest import sample
from tests.widgets.theme.test_contrast import contrast
from widgets.canvas import BlastMap, BlastMark
from widgets.canvas.card_painter import TINT
from widgets.canvas.geometry import COMPACT_ZOOM
from widgets.canvas.map_legend import MapLegend
from widgets.theme import DARK, LIGHT, STATES, IconSet

BREAKS = BlastMark(tone="failing", word="breaks", detail="Users −100 %", share=1.0)
COSTS = BlastMark(tone="strained", word="costs", detail="Users −30 %", share=0.3)
HOLDS = BlastMark(tone="healthy", word="holds", detail="nobody loses")
MAP = BlastMap(
    title="What each failure does",
    marks={"web": BREAKS, "db": HOLDS, "web-db": COSTS, "zone": COSTS},
)


def face(desk, item_id):
    return desk.view._scene.cards[item_id].face


def link_face(desk, item_id):
    return desk.view._scene.links[item_id].face


def legend(desk) -> MapLegend:
    (found,) = desk.view.findChildren(MapLegend)
    return found


def painted(desk) -> QImage:
    """The whole design as an export paints it."""
    image = QImage(900, 600, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    desk.view.paint_design(painter, QRectF(image.rect()))
    painter.end()
    return image


def test_every_item_wears_its_word_and_its_shape(desk) -> None:
    desk.view.show_map(MAP)
    web = face(desk, "web")
    assert (web.word, web.state, web.live, web.bar) == ("breaks", "failing", "Users −100 %", 70)
    assert (web.cells, web.gates, web.badge, web.fault) == ((), (), "", "")
    assert [pill.text for pill in link_face(desk, "web-db").pills] == ["costs 30 %"]
    assert link_face(desk, "web-db").state == "strained"
    frame = desk.view._scene.frames["zone"].face
    assert (frame.mark.text, frame.mark.tone) == ("costs 30 %", "strained")


def test_what_the_map_says_nothing_of_is_paled(desk) -> None:
    desk.view.show_map(MAP)
    assert (face(desk, "users").under_map, face(desk, "users").word) == (True, "")
    assert link_face(desk, "users-web").under_map == "pale"
    assert link_face(desk, "users-web").pills == ()


def test_the_map_goes_as_it_came(desk) -> None:
    before = painted(desk)
    desk.view.show_map(MAP)
    assert painted(desk) != before
    desk.view.show_map(None)
    assert painted(desk) == before
    assert not legend(desk).isVisible()


def test_a_run_goes_on_beneath_it_and_is_there_afterwards(desk) -> None:
    desk.view.show_map(MAP)
    gauge = NodeGauge(in_system=3, instance_count=3)
    desk.view.show_snapshot(Snapshot(5.0, 0.0, 0, gauges={"web": gauge}), 0.1)
    assert face(desk, "web").word == "breaks"
    desk.view.show_map(None)
    assert face(desk, "web").word == ""
    assert face(desk, "web").state == "healthy"


def pixels(desk, item_rect: QRectF) -> set[str]:
    """Colours that are seen in a part of the scene."""
    desk.view.viewport().repaint()
    picture = desk.picture()
    camera = desk.view._camera
    area = QRectF(camera.to_view(item_rect.topLeft()), camera.to_view(item_rect.bottomRight()))
    area = area.toRect() & picture.rect()
    xs, ys = range(area.left(), area.right()), range(area.top(), area.bottom())
    return {picture.pixelColor(x, y).name() for x in xs for y in ys}


def test_from_afar_links_keep_a_shape_and_cards_their_word(desk) -> None:
    desk.view._camera.zoom_to(0.4)
    desk.view.show_map(BlastMap(title="", marks={"web-db": COSTS, "users-web": BREAKS}))
    desk.view._camera.zoom_to(0.4)
    desk.view.advance(1.0)
    middle = desk.view._scene.links["web-db"].wire.middle
    around = QRectF(middle.x() - 12.0, middle.y() - 12.0, 24.0, 24.0)
    assert DARK.state("strained").colour in pixels(desk, around)
    card = desk.view._scene.cards["web"]
    desk.view.show_map(BlastMap(title="", marks={"web": COSTS}))
    assert card.refresh(desk.view._look, 0.4, 1.0)
    desk.view.show_map(BlastMap(title="", marks={"web": BlastMark(tone="strained", word="slower")}))
    assert card.refresh(desk.view._look, 0.4, 1.0)  # another word is another picture


def test_nothing_moves_over_it(desk) -> None:
    live = desk.view._scene.live
    desk.view.show_map(MAP)
    assert live.still
    desk.view.show_map(None)
    assert not live.still
    desk.view.show_map(MAP)
    desk.view.set_design(sample())
    assert not live.still


def test_words_are_readable_where_that_is_possible_at_all(desk) -> None:
    content = desk.view.content_rect()
    height = round(0.52 * (content.height() + 120.0))
    desk.view.resize(1200, height)
    desk.view.zoom_in()
    desk.view._camera.look_at(QPointF(5000.0, 0.0))
    desk.view.show_map(MAP)
    assert desk.view._camera.zoom >= COMPACT_ZOOM
    assert desk.view._camera.shown().contains(content)


def test_the_legend_counts_the_worst_first_and_the_map_has_no_colour_alone(desk) -> None:
    desk.view.show_map(MAP)
    assert MAP.keys == (("failing", "breaks", 1), ("strained", "costs", 2), ("healthy", "holds", 1))
    assert legend(desk).text == "What each failure does: 1 breaks, 2 costs, 1 holds"
    assert legend(desk).isVisible()
    shapes = [DARK.state(tone).shape for tone, _, _ in MAP.keys]
    assert len(set(shapes)) == len(shapes)


def test_escape_and_the_cross_ask_to_take_it_away_before_the_selection_goes(desk, qtbot) -> None:
    desk.view.select({"web"})
    desk.view.show_map(MAP)
    with qtbot.waitSignal(desk.view.map_dismissed):
        desk.key(Qt.Key.Key_Escape)
    assert desk.selection == {"web"}
    with qtbot.waitSignal(desk.view.map_dismissed):
        QTest.mouseClick(legend(desk)._close, Qt.MouseButton.LeftButton)
    desk.view.show_map(None)
    desk.key(Qt.Key.Key_Escape)
    assert desk.selection == frozenset()


def test_the_whole_design_is_brought_into_view_once_and_not_while_somebody_looks(desk) -> None:
    desk.view.reveal("db")
    desk.view._camera.zoom_to(3.0)
    desk.view.show_map(MAP)
    camera, card = desk.view._camera, legend(desk)
    assert camera.shown().contains(desk.view.content_rect())
    lowest = camera.to_view(desk.view.content_rect().bottomLeft()).y()
    assert lowest < card.y()
    camera.zoom_to(2.0)
    desk.view.show_map(BlastMap(title="Killed: DB", marks=MAP.marks, back="All failures"))
    assert camera.zoom == 2.0


def test_only_the_reach_of_one_failure_leads_back(desk, qtbot) -> None:
    desk.view.show_map(MAP)
    assert not legend(desk)._back.isVisible()
    desk.view.show_map(BlastMap(title="Killed: DB", marks=MAP.marks, back="All failures"))
    with qtbot.waitSignal(desk.view.map_back_requested):
        legend(desk)._back.click()


def test_another_design_comes_without_the_map(desk) -> None:
    desk.view.show_map(MAP)
    desk.view.set_design(sample())
    assert face(desk, "web").word == ""
    assert not legend(desk).isVisible()


def test_a_collapsed_frame_wears_the_worst_of_what_it_holds(make_desk) -> None:
    design = SetField("web", ("frame",), "zone").apply(sample()).design
    design = SetField("zone", ("collapsed",), True).apply(design).design
    desk = make_desk(design)
    desk.view.show_map(BlastMap(title="", marks={"web": BREAKS}))
    assert face(desk, "zone").word == "breaks"
    desk.view.show_map(BlastMap(title="", marks={"web": BREAKS, "zone": HOLDS}))
    assert face(desk, "zone").word == "holds"


def test_hovering_tells_in_full_and_as_text(desk) -> None:
    name = "<b>" + "Storefront, eastern half " * 4
    desk.apply(SetField("web", ("name",), name))
    told = BlastMark(
        tone="strained", word="costs", detail="<i>Users</i> −30 %, misses users.latency.p99"
    )
    desk.view.show_map(BlastMap(title=name, marks={"web": told}))
    tip = desk.view._input.tip_at(QPointF(desk.at(300, 0)))
    assert "misses users.latency.p99" in tip
    assert "<i>" not in tip
    assert "&lt;b&gt;Storefront" in tip


def test_screen_readers_hear_the_verdict(desk) -> None:
    desk.view.show_map(MAP)
    desk.view.select({"web"})
    assert desk.view.accessibleDescription() == "Web, Service, breaks, Users −100 %"


def test_a_long_title_leaves_the_legend_inside_the_canvas(desk, qapp) -> None:
    desk.view.resize(420, 260)
    desk.view.show_map(
        BlastMap(title="Killed: " + "eastern " * 40, marks=MAP.marks, back="All failures")
    )
    qapp.processEvents()
    card = legend(desk)
    assert desk.view.rect().contains(card.geometry())
    assert card.width() >= card.sizeHint().width()
    assert card.height() >= card.sizeHint().height()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_letters_stay_readable_on_the_tinted_cards(theme) -> None:
    for state in STATES:
        style, card = theme.state(state), QColor(theme.card)
        ink = QColor(style.colour)
        mixed = [
            TINT * a + (1.0 - TINT) * b
            for a, b in zip(ink.getRgbF()[:3], card.getRgbF()[:3], strict=True)
        ]
        ground = QColor.fromRgbF(*mixed).name()
        for letters in (style.text, theme.muted, theme.text):
            assert contrast(letters, ground) >= 4.5


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_the_legend_follows_the_theme(desk, qapp, theme) -> None:
    desk.view.show_map(MAP)
    desk.view.set_theme(theme, IconSet())
    assert legend(desk).text.startswith("What each failure does")
    qapp.processEvents()
    picture = legend(desk).grab().toImage()
    colours = {
        picture.pixelColor(x, y).name()
        for x in range(picture.width())
        for y in range(picture.height())
    }
    assert theme.state("failing").colour in colours


def test_an_edit_without_a_map_looks_at_no_face_for_it(desk, monkeypatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(desk.view._scene.faces, "refresh_in_turns", looked.append)
    desk.view.show_map(None)
    assert not looked
    desk.view.show_map(MAP)
    desk.view.show_map(None)
    assert len(looked) == 2
