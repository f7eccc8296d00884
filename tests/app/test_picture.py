"""The canvas as a picture: painted some items a step, whole at the end."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QGuiApplication, QImage

from app.picture import MARGIN, SCALE, copying, exporting
from engine.catalog import COMPONENTS
from engine.model.design import Design, Node
from widgets.canvas import CanvasView
from widgets.theme import DARK, IconSet

NODES = 40


@pytest.fixture
def view(qtbot) -> CanvasView:
    made = CanvasView({each.kind: each for each in COMPONENTS}, DARK, IconSet())
    qtbot.addWidget(made)
    nodes = (Node(id=f"n{place}", kind="service", x=200.0 * place) for place in range(NODES))
    made.set_design(Design(nodes=tuple(nodes)))
    return made


def taken(steps):
    """How many steps there are, and what comes of them."""
    count = 0
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return count, end.value
        count += 1


def test_a_picture_file_is_painted_in_steps_and_then_written(view, tmp_path) -> None:
    for suffix in ("png", "svg"):
        path = tmp_path / f"shop.{suffix}"
        count, write = taken(exporting(view, DARK, path))
        assert count >= NODES // 8
        assert not path.exists()
        write()
        assert path.stat().st_size > 1000
    picture = QImage(str(tmp_path / "shop.png"))
    area = view.content_rect()
    assert picture.width() == pytest.approx(min(8000, SCALE * (area.width() + 2 * MARGIN)), abs=1)
    assert picture.pixelColor(0, 0) == QColor(DARK.canvas)
    assert picture.pixelColor(picture.width() - 1, picture.height() - 1) == QColor(DARK.canvas)


def test_the_clipboard_gets_the_same_picture(view, tmp_path) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.clear()
    taken(copying(view, DARK, clipboard))
    _, write = taken(exporting(view, DARK, tmp_path / "shop.png"))
    write()
    stored = QImage(str(tmp_path / "shop.png")).convertToFormat(QImage.Format.Format_RGB32)
    assert clipboard.image().convertToFormat(QImage.Format.Format_RGB32) == stored
