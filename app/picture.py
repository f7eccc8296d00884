"""The canvas as a picture: into a file (SVG, PNG) or onto the clipboard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QClipboard, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from app.dialogs import SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QGraphicsView

MARGIN: Final = 32.0
SCALE: Final = 2.0
"""Pixels a logical pixel, so that a picture stays sharp in a document."""
MAX_PIXELS: Final = 8000
"""Longest side of a picture (px)."""


def export_picture(view: QGraphicsView, path: Path) -> bool:
    """Write the whole design as it looks now; returns whether that worked."""
    if path.suffix.lower() == ".png":
        return bool(_image(view).save(str(path)))
    area = _area(view)
    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(area.size().toSize())
    generator.setViewBox(QRectF(0.0, 0.0, area.width(), area.height()))
    generator.setTitle(path.stem.removesuffix(SUFFIX))
    painter = QPainter()
    if not painter.begin(generator):
        return False
    _draw(view, painter, area, area.size())
    return painter.end()


def copy_picture(view: QGraphicsView, clipboard: QClipboard) -> None:
    """Put the whole design on the clipboard as a picture."""
    data = QMimeData()
    data.setImageData(_image(view))
    clipboard.setMimeData(data)


def _area(view: QGraphicsView) -> QRectF:
    """Everything that is drawn, with some air around it."""
    area = view.scene().itemsBoundingRect()
    return area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)


def _image(view: QGraphicsView) -> QImage:
    """The whole design in pixels."""
    area = _area(view)
    scale = min(SCALE, MAX_PIXELS / max(area.width(), area.height(), 1.0))
    size = QSizeF(area.width() * scale, area.height() * scale)
    image = QImage(QSize(size.toSize()), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    _draw(view, painter, area, size)
    painter.end()
    return image


def _draw(view: QGraphicsView, painter: QPainter, area: QRectF, size: QSizeF) -> None:
    """Paint background and items."""
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    target = QRectF(0.0, 0.0, size.width(), size.height())
    painter.fillRect(target, view.backgroundBrush())
    view.scene().render(painter, target, area)
