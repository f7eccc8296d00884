"""The canvas as a picture: into a file (SVG, PNG) or onto the clipboard, painted in steps."""

from __future__ import annotations

import errno
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, QRectF, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from app.dialogs import SUFFIX
from engine.model.disk import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
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
_BAND: Final = 1000
"""Height of the background that is painted in a step (px)."""


class Paintable(Protocol):
    """A view that can paint its design."""

    def content_rect(self) -> QRectF:
        """What the design covers."""

    def waiting(self) -> Iterator[None]:
        """A step a turn of the event loop until all of it has come."""

    def painting(self, painter: QPainter, target: QRectF) -> Iterator[None]:
        """Paint it into a rectangle of the same proportions, in steps."""


def exporting(
    view: Paintable, theme: Theme, path: Path
) -> Generator[None, None, Callable[[], Stamp]]:
    """Paint the whole design as it looks now, in steps; what is returned writes it, which any thread may do."""
    if path.suffix.lower() == ".png":
        image = yield from picturing(view, theme)
        return partial(store_image, image, path)
    drawing = yield from _drawing(view, theme, path)
    return partial(write_whole, path, drawing)


def store_image(image: QImage, path: Path) -> Stamp:
    """Pack a picture and write it. Raises ``OSError``."""
    packed = QBuffer()
    if not packed.open(QIODevice.OpenModeFlag.WriteOnly) or not image.save(packed, "PNG"):  # type: ignore[call-overload]
        raise OSError(errno.ENOMEM, "the picture is too large")
    return write_whole(path, bytes(packed.data().data()))


def _drawing(view: Paintable, theme: Theme, path: Path) -> Generator[None, None, bytes]:
    """The whole design as SVG."""
    yield from view.waiting()
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
        painter.fillRect(QRectF(0.0, 0.0, size.width(), size.height()), QColor(theme.canvas))
        yield from _painting(view, painter, size)
    return bytes(target.data().data())


def copying(view: Paintable, theme: Theme, clipboard: QClipboard) -> Iterator[None]:
    """Put the whole design on the clipboard as a picture, in steps."""
    image = yield from picturing(view, theme)
    data = QMimeData()
    data.setImageData(image)
    clipboard.setMimeData(data)


def _size(view: Paintable, scale: float) -> QSizeF:
    """The picture's size (px)."""
    area = view.content_rect()
    return QSizeF((area.width() + 2 * MARGIN) * scale, (area.height() + 2 * MARGIN) * scale)


def picturing(view: Paintable, theme: Theme) -> Generator[None, None, QImage]:
    """The whole design in pixels."""
    yield from view.waiting()
    plain = _size(view, 1.0)
    scale = min(SCALE, MAX_PIXELS / max(plain.width(), plain.height()))
    image = QImage(_size(view, scale).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    with QPainter(image) as painter:
        for top in range(0, image.height(), _BAND):
            painter.fillRect(0, top, image.width(), _BAND, QColor(theme.canvas))
            yield
        painter.scale(scale, scale)
        yield from _painting(view, painter, plain)
    return image


def _painting(view: Paintable, painter: QPainter, size: QSizeF) -> Iterator[None]:
    """Paint the design over its background."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    whole = QRectF(0.0, 0.0, size.width(), size.height())
    yield from view.painting(painter, whole.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN))
