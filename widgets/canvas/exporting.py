"""Paints a whole design without pictures, for exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QPainter

from widgets.canvas.ground import paint_frames, paint_links

if TYPE_CHECKING:
    from PySide6.QtCore import QRectF

    from widgets.canvas.scene import CanvasScene

_ROOM: Final = 40.0
"""Scene units around an exported design in which things may stick out of it."""


def paint_vectors(scene: CanvasScene, painter: QPainter, target: QRectF) -> None:
    """Paint all of a design into ``target``."""
    scene.arriving.finish()
    source = scene.content_rect()
    if source.isEmpty() or target.isEmpty():
        return
    look = scene.look
    scale = min(target.width() / source.width(), target.height() / source.height())
    everything = source.adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(target.center())
    painter.scale(scale, scale)
    painter.translate(-source.center())
    paint_frames(painter, everything, scene.frames.values(), look, scale)
    paint_links(painter, everything, scene.links.values(), look, scale)
    for item in sorted(scene.pictures(), key=lambda each: each.height):
        item.paint_into(painter, look)
    painter.restore()
