"""Paints a whole design without pictures, for exports, in steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QPainter

from widgets.canvas.ground import link_parts, paint_frames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtCore import QRectF

    from widgets.canvas.scene import CanvasScene

_AT_ONCE: Final = 8
"""Cards, notes and pills that are painted in a step."""
_ROOM: Final = 40.0
"""Scene units around an exported design in which things may stick out of it."""


def painting_vectors(scene: CanvasScene, painter: QPainter, target: QRectF) -> Iterator[None]:
    """Paint all of a design into ``target`` in steps; until the last one the painter is not as it was."""
    source = scene.content_rect()
    if source.isEmpty() or target.isEmpty():
        return
    look = scene.look
    scale = min(target.width() / source.width(), target.height() / source.height())
    everything = source.adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM)
    links = link_parts(everything, scene.links.values(), look, scale)
    pictures = sorted(scene.pictures(), key=lambda each: each.height)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(target.center())
    painter.scale(scale, scale)
    painter.translate(-source.center())
    paint_frames(painter, everything, scene.frames.values(), look, scale)
    for part in links:
        yield
        part(painter)
    for place, item in enumerate(pictures):
        if place % _AT_ONCE == 0:
            yield
        item.paint_into(painter, look)
    painter.restore()
