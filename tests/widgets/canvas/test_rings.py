"""Rings around items: a selection is seen from afar, and what sets designs apart leaves the pills of a card readable."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QImage

from widgets.canvas import Outline
from widgets.canvas.geometry import card_rect
from widgets.theme import DARK

FAR = 0.08
PILLS = (-8.0, -11.0, 8.0, 11.0)
"""How far badges, faults and gates stick out of a card (scene units)."""


def box(desk, rect: QRectF) -> QRect:
    """Where a rectangle of the scene is in the viewport, whole pixels inside it."""
    camera = desk.view._camera
    return QRectF(
        camera.to_view(rect.topLeft()), camera.to_view(rect.bottomRight())
    ).toAlignedRect()


def in_colour(picture: QImage, colour: str) -> int:
    """Pixels that have a colour, or nearly."""
    wanted = QColor(colour)

    def is_near(x: int, y: int) -> bool:
        found = QColor(picture.pixel(x, y))
        parts = ("red", "green", "blue")
        return all(abs(getattr(found, each)() - getattr(wanted, each)()) < 40 for each in parts)

    return sum(is_near(x, y) for x in range(picture.width()) for y in range(picture.height()))


@pytest.mark.parametrize("item_id", ["web", "idea", "zone", "web-db"])
def test_a_selection_is_seen_from_afar(desk, item_id: str) -> None:
    desk.view._camera.zoom_to(FAR)
    desk.view._camera.look_at(QPointF(300.0, 120.0))
    wide = box(desk, QRectF(-500.0, -500.0, 1600.0, 1200.0))
    desk.view._stage.select(set())
    before = in_colour(desk.picture().copy(wide), DARK.selection)
    desk.view._stage.select({item_id})
    after = in_colour(desk.picture().copy(wide), DARK.selection)
    assert after - before >= 12


def test_a_ring_of_a_comparison_leaves_pills_alone(desk) -> None:
    whole = box(desk, card_rect(300.0, 0.0).adjusted(*PILLS))
    before = desk.picture().copy(whole)
    desk.view.outlines.show({"web": Outline(tone="strained", text="• Workers: 4 → 8")})
    desk.view.outlines.point_at(("web",))
    after = desk.picture()
    assert after.copy(whole) == before
    ring = whole.adjusted(-14, -14, 14, 14)
    assert in_colour(after.copy(ring), DARK.state("strained").colour) > 100
