"""The monochrome icon set: SVG files drawn in ``currentColor``, tinted when they are painted.

An :class:`IconSet` is made with the theme and handed to the views; it owns its caches, so nothing
is kept at module level. Icons are named like their files in ``assets/icons``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from engine.assets import asset_path

if TYPE_CHECKING:
    from pathlib import Path

_FALLBACK = "unknown"
_RATIOS = (1.0, 2.0, 3.0)
"""Device pixel ratios that a QIcon carries; others are scaled down from the next larger."""


class IconSet:
    """Paints and hands out icons in any colour, size and pixel density.

    A name without a file gives the ``unknown`` icon: a design from a newer version still shows.
    """

    def __init__(self, directory: Path | None = None) -> None:
        """Read icons from ``directory`` (the bundled set by default), each when first used."""
        self._directory = directory if directory is not None else asset_path("icons")
        self._sources: dict[str, str] = {}
        self._renderers: dict[tuple[str, str], QSvgRenderer] = {}
        self._pixmaps: dict[tuple[str, str, int, float], QPixmap] = {}
        self._icons: dict[tuple[str, str, int], QIcon] = {}

    def names(self) -> tuple[str, ...]:
        """Names of all icons of the set, sorted."""
        return tuple(sorted(path.stem for path in self._directory.glob("*.svg")))

    def has(self, name: str) -> bool:
        """Whether the set draws ``name`` itself instead of falling back."""
        return (self._directory / f"{name}.svg").is_file()

    def paint(self, painter: QPainter, name: str, rect: QRectF, colour: str) -> None:
        """Draw the icon as vectors into ``rect``: sharp at any zoom."""
        self._renderer(name, colour).render(painter, rect)

    def pixmap(self, name: str, colour: str, size: int, ratio: float = 1.0) -> QPixmap:
        """Icon as a pixmap ``size`` logical pixels wide for a screen of the given ratio."""
        key = (name, colour, size, ratio)
        if key not in self._pixmaps:
            side = max(1, round(size * ratio))
            pixmap = QPixmap(QSize(side, side))
            pixmap.fill(Qt.GlobalColor.transparent)
            with QPainter(pixmap) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self.paint(painter, name, QRectF(0, 0, side, side), colour)
            pixmap.setDevicePixelRatio(ratio)
            self._pixmaps[key] = pixmap
        return self._pixmaps[key]

    def icon(self, name: str, colour: str, size: int = 18) -> QIcon:
        """Icon for buttons, menus and lists, with pixmaps for the usual screen densities."""
        key = (name, colour, size)
        if key not in self._icons:
            icon = QIcon()
            for ratio in _RATIOS:
                icon.addPixmap(self.pixmap(name, colour, size, ratio))
            self._icons[key] = icon
        return self._icons[key]

    def _renderer(self, name: str, colour: str) -> QSvgRenderer:
        """Renderer of one tinted icon."""
        key = (name, colour)
        if key not in self._renderers:
            tint = QColor(colour).name()
            svg = self._source(name).replace("currentColor", tint)
            self._renderers[key] = QSvgRenderer(QByteArray(svg.encode()))
        return self._renderers[key]

    def _source(self, name: str) -> str:
        """SVG text of one icon or of the fallback."""
        if name not in self._sources:
            file = name if self.has(name) else _FALLBACK
            path = self._directory / f"{file}.svg"
            self._sources[name] = path.read_text(encoding="utf-8")
        return self._sources[name]


def app_icon() -> QIcon:
    """The application's own icon, for the window and the task bar."""
    return QIcon(str(asset_path("app-icon.svg")))
