"""What lies under the cards: at another zoom old tiles stand in until new ones are painted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QImage, QPainter

from widgets.canvas.backdrop import Backdrop, Projection

if TYPE_CHECKING:
    from collections.abc import Callable

    from widgets.canvas.backdrop import Part

SIZE = QSize(1024, 768)
SQUARE = QRectF(100.0, 100.0, 60.0, 60.0)


class Scene:
    """A red square on white; counts how often it is painted."""

    def __init__(self) -> None:
        self.colour = "#ff0000"
        self.calls = 0
        self.backdrop = Backdrop(self.paint, lambda: QColor("#ffffff"), budget=0)

    def paint(self, painter: QPainter, rect: QRectF, _zoom: float) -> None:
        self.calls += 1
        painter.fillRect(rect, QColor("#ffffff"))
        painter.fillRect(SQUARE, QColor(self.colour))

    def shown(self, scale: float, x: float = 0.0) -> QImage:
        picture = QImage(SIZE, QImage.Format.Format_RGB32)
        picture.fill(QColor("#00ff00"))
        painter = QPainter(picture)
        self.backdrop.draw(painter, SIZE, Projection(scale, x, 0.0, 1.0))
        painter.end()
        return picture


@pytest.fixture
def scene(qapp: object) -> Scene:
    return Scene()


def colours(picture: QImage, *places: tuple[float, float]) -> list[str]:
    return [picture.pixelColor(round(x), round(y)).name() for x, y in places]


def test_the_first_picture_is_whole(scene: Scene) -> None:
    picture = scene.shown(1.0)
    assert colours(picture, (130, 130), (500, 500)) == ["#ff0000", "#ffffff"]
    assert scene.backdrop.is_settled
    assert scene.calls == 1


@pytest.mark.parametrize("scale", [0.5, 0.8, 1.25, 3.0])
def test_at_another_zoom_everything_is_where_it_belongs_at_once(
    scene: Scene, scale: float, settle: Callable[[Scene, float], int]
) -> None:
    scene.shown(1.0)
    picture = scene.shown(scale)
    inside, outside = (130 * scale, 130 * scale), (80 * scale, 80 * scale)
    assert colours(picture, inside, outside) == ["#ff0000", "#ffffff"]
    far = picture.pixelColor(SIZE.width() - 2, SIZE.height() - 2).name()
    assert far == "#ffffff", "where no old tile was there is the ground"
    assert settle(scene, scale) > 1, "it is sharp after some frames, not in one"
    assert colours(scene.shown(scale), inside, outside) == ["#ff0000", "#ffffff"]


def test_an_edit_is_seen_at_once_while_tiles_are_missing(scene: Scene) -> None:
    scene.shown(1.0)
    scene.shown(0.9, -5000.0)
    scene.shown(1.25)
    scene.colour = "#0000ff"
    scene.backdrop.touch(SQUARE)
    assert colours(scene.shown(1.25), (130 * 1.25, 130 * 1.25)) == ["#0000ff"]


def test_another_theme_leaves_nothing_behind(scene: Scene) -> None:
    scene.shown(1.0)
    scene.shown(1.25)
    scene.colour = "#0000ff"
    scene.backdrop.clear()
    assert colours(scene.shown(1.25), (130 * 1.25, 130 * 1.25)) == ["#0000ff"]
    assert scene.backdrop.is_settled


class Slow(Scene):
    """A scene that leaves most of its painting to be done in parts: a strip each."""

    STRIPS = 64

    def paint(self, painter: QPainter, rect: QRectF, _zoom: float) -> list[Part]:  # type: ignore[override]
        self.calls += 1
        painter.fillRect(rect, QColor("#ffffff"))
        return [partial(self._strip, place, self.colour) for place in range(self.STRIPS)]

    def _strip(self, place: int, colour: str, painter: QPainter) -> None:
        painter.fillRect(QRectF(0.0, 12.0 * place, 1024.0, 12.0), QColor(colour))

    def settle(self) -> int:
        """Draw until everything is up to date; tells how many frames that takes."""
        frames = 0
        while not self.backdrop.is_settled:
            self.shown(1.0)
            frames += 1
            assert frames < 200
        return frames


def test_what_is_long_to_paint_is_painted_over_several_frames(qapp: object) -> None:
    scene = Slow()
    assert colours(scene.shown(1.0), (500, 10)) == ["#ffffff"], "the ground, until it is whole"
    assert scene.settle() > 1
    assert scene.calls == 1
    assert colours(scene.shown(1.0), (500, 10), (500, 760)) == ["#ff0000", "#ff0000"]
    scene.colour = "#0000ff"
    scene.backdrop.touch(QRectF(0.0, 0.0, 1024.0, 768.0))
    assert colours(scene.shown(1.0), (500, 10)) == ["#ff0000"], "what was there, until it is whole"
    scene.colour = "#00ffff"
    scene.backdrop.touch(QRectF(0.0, 0.0, 1024.0, 768.0))
    scene.settle()
    assert colours(scene.shown(1.0), (500, 10), (500, 760)) == ["#00ffff", "#00ffff"]


def test_what_comes_later_is_painted_over_what_is_there_and_what_is_under_way(
    qapp: object,
) -> None:
    scene = Slow()
    scene.shown(1.0)
    scene.backdrop.add([SQUARE], lambda painter: painter.fillRect(SQUARE, QColor("#123456")))
    scene.settle()
    other = SQUARE.translated(300.0, 300.0)
    scene.backdrop.add([other], lambda painter: painter.fillRect(other, QColor("#654321")))
    assert scene.backdrop.is_settled
    shown = colours(scene.shown(1.0), (130, 130), (430, 430), (600, 600))
    assert shown == ["#123456", "#654321", "#ff0000"]
    assert scene.calls == 1


@pytest.fixture
def settle() -> Callable[[Scene, float], int]:
    """Draw until everything is sharp; tells how many frames that takes."""

    def settled(scene: Scene, scale: float) -> int:
        frames = 1
        while not scene.backdrop.is_settled:
            scene.shown(scale)
            frames += 1
            assert frames < 200
        return frames

    return settled
