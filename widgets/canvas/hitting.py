"""What lies under the pointer, topmost first."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from widgets.canvas.items import CardItem, FrameItem, LinkItem, NoteItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from PySide6.QtCore import QPointF

    from widgets.canvas.look import Look

AnyItem: TypeAlias = CardItem | FrameItem | NoteItem | LinkItem


def hits(
    at: QPointF,
    zoom: float,
    look: Look,
    items: Iterable[CardItem | NoteItem | LinkItem],
    frames: Iterable[FrameItem],
) -> Iterator[tuple[AnyItem, str]]:
    """Items in their order, then frames from the inside out, each with the part that lies there."""
    for item in items:
        part = item.part_at(at, zoom)
        if part is not None:
            yield item, part
    for frame in sorted(frames, key=lambda f: -f.depth):
        part = frame.part_at(at, zoom, look)
        if part is not None:
            yield frame, part
