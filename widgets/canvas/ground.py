"""Paints what lies under the cards, into tiles or into an export."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from widgets.canvas.frame_painter import paint_frame
from widgets.canvas.link_painter import paint_link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from widgets.canvas.items import FrameItem, LinkItem
    from widgets.canvas.look import Look

PART: Final = 25
"""Links that are painted between two looks at whether the frame has room for more."""


def paint_frames(
    painter: QPainter, rect: QRectF, frames: Iterable[FrameItem], look: Look, zoom: float
) -> None:
    """Paint frames from the outside in."""
    shown = [frame for frame in frames if frame.outline().intersects(rect)]
    for frame in sorted(shown, key=lambda each: each.depth):
        paint_frame(painter, frame.frame, frame.face, look, zoom)


def link_parts(
    rect: QRectF, links: Iterable[LinkItem], look: Look, zoom: float
) -> list[Callable[[QPainter], None]]:
    """What paints links in an area, thick ones and selected ones over the others, some at a time."""
    shown = [link for link in links if link.outline().intersects(rect)]
    shown.sort(key=lambda each: (each.face.selected, each.face.width))

    def paint(some: list[LinkItem], painter: QPainter) -> None:
        for link in some:
            paint_link(painter, link.wire, link.face, look, zoom)

    return [partial(paint, shown[at : at + PART]) for at in range(0, len(shown), PART)]


def paint_links(
    painter: QPainter, rect: QRectF, links: Iterable[LinkItem], look: Look, zoom: float
) -> None:
    """Paint links, thick ones and selected ones over the others."""
    for part in link_parts(rect, links, look, zoom):
        part(painter)
