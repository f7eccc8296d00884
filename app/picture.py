"""The canvas as a picture: into a file (SVG, PNG) or onto the clipboard."""

from __future__ import annotations

import errno
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from app.dialogs import SUFFIX
from engine.model.disk import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QClipboard

    from engine.model.disk import Stamp
    from widgets.theme import Theme

MARGIN: Final = 32.0
"""Air around the design (logical px)."""
SCALE: Final = 2.0
"""Pixels a logical pixel, so that a picture stays sharp in a document."""
MAX_PIXELS: Final = 8000.0
"""Longest side of a picture (px)."""


class Paintable(Protocol):
    """A view that can paint its design."""

    def content_rect(self) -> QRectF:
        """What the design covers."""

    def paint_design(self, painter: QPainter, target: QRectF) -> None:
        """Paint it into a rectangle of the same proportions."""


def export_picture(view: Paintable, theme: Theme, path: Path) -> Callable[[], Stamp]:
    """Paint the whole design as it looks now; what is returned writes it, which any thread may do."""
    if path.suffix.lower() == ".png":
        return partial(store_image, _image(view, theme), path)
    return partial(write_whole, path, _drawing(view, theme, path))


def store_image(image: QImage, path: Path) -> Stamp:
    """Pack a picture and write it. Raises ``OSError``."""
    packed = QBuffer()
    if not packed.open(QIODevice.OpenModeFlag.WriteOnly) or not image.save(packed, "PNG"):  # type: ignore[call-overload]
        raise OSError(errno.ENOMEM, "the picture is too large")
    return write_whole(path, bytes(packed.data().data()))


def _drawing(view: Paintable, theme: Theme, path: Path) -> bytes:
    """The whole design as SVG."""
    size = _size(view, 1.0)
    target = QBuffer()
    target.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(target)
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(0.0, 0.0, size.width(), size.height()))
    generator.setTitle(path.stem.removesuffix(SUFFIX))
    with QPainter() as painter:
        painter.begin(generator)
        _draw(view, theme, painter, size)
    return bytes(target.data().data())


def copy_picture(view: Paintable, theme: Theme, clipboard: QClipboard) -> None:
    """Put the whole design on the clipboard as a picture."""
    data = QMimeData()
    data.setImageData(_image(view, theme))
    clipboard.setMimeData(data)


def _size(view: Paintable, scale: float) -> QSizeF:
    """The picture's size (px)."""
    area = view.content_rect()
    return QSizeF((area.width() + 2 * MARGIN) * scale, (area.height() + 2 * MARGIN) * scale)


def _image(view: Paintable, theme: Theme) -> QImage:
    """The whole design in pixels."""
    plain = _size(view, 1.0)
    scale = min(SCALE, MAX_PIXELS / max(plain.width(), plain.height()))
    image = QImage(_size(view, scale).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.scale(scale, scale)
        _draw(view, theme, painter, plain)
    return image


def _draw(view: Paintable, theme: Theme, painter: QPainter, size: QSizeF) -> None:
    """Paint background and design."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    whole = QRectF(0.0, 0.0, size.width(), size.height())
    painter.fillRect(whole, QColor(theme.canvas))
    view.paint_design(painter, whole.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN))
