"""Paints what lies under the cards, into tiles or into an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from widgets.canvas.frame_painter import paint_frame
from widgets.canvas.link_painter import paint_link

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from widgets.canvas.items import FrameItem, LinkItem
    from widgets.canvas.look import Look


def paint_frames(
    painter: QPainter, rect: QRectF, frames: Iterable[FrameItem], look: Look, zoom: float
) -> None:
    """Paint frames from the outside in."""
    shown = [frame for frame in frames if frame.outline().intersects(rect)]
    for frame in sorted(shown, key=lambda each: each.depth):
        paint_frame(painter, frame.frame, frame.face, look, zoom)


def paint_links(
    painter: QPainter, rect: QRectF, links: Iterable[LinkItem], look: Look, zoom: float
) -> None:
    """Paint links, thick ones and selected ones over the others."""
    shown = [link for link in links if link.outline().intersects(rect)]
    for link in sorted(shown, key=lambda each: (each.face.selected, each.face.width)):
        paint_link(painter, link.wire, link.face, look, zoom)
