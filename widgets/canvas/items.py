"""The items of the canvas: thin ones that know their id, their place and what is hit.

Cards, notes and pills are pictures (see ``picture_item``). The backdrop paints frames and links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF

from widgets.canvas.card_painter import paint_card
from widgets.canvas.far_card import paint_far
from widgets.canvas.frame_painter import FrameFace, chevron_rect, handles, tab_rect
from widgets.canvas.geometry import (
    CARD_MARGIN,
    COMPACT_ZOOM,
    NOTE_MARGIN,
    PORT_REACH,
    SELECTION,
    input_port,
    output_port,
    squared_distance,
)
from widgets.canvas.link_painter import LARGEST_SHAPE, LinkFace, fitted, has_pills, paint_link_pills
from widgets.canvas.note_painter import NoteChip, paint_note
from widgets.canvas.picture_item import PictureItem
from widgets.canvas.wires import Wire, distance, wire

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QPainter

    from engine.model.design import Frame, Link, Note
    from widgets.canvas.card_state import CardFace
    from widgets.canvas.look import Look

LIVE_Z: Final = 0.0
NOTES_Z: Final = 5.0
CARDS_Z: Final = 10.0
PILLS_Z: Final = 11.0
"""Above cards: where these stand close, a pill is wider than the gap."""
OVERLAY_Z: Final = 100.0
_EDGE_REACH: Final = 6.0
_LINK_REACH: Final = 12.0
_END_REACH: Final = 14.0
_ROOM: Final = 104.0
"""Room for the handles and the tab of a frame, which grow when zoomed out (scene units)."""
_HALO: Final = 0.65 * LARGEST_SHAPE
"""Room for the stroke of a link, the ring around it, and the shape of a map on it (scene units)."""
_NOWHERE: Final = wire(QPointF(), QPointF(1.0, 0.0))
"""The course of a link that has none yet."""


class CardItem(PictureItem):
    """A node, or a collapsed frame."""

    def __init__(self, item_id: str, rect: QRectF, face_of: Callable[[str], CardFace]) -> None:
        """A card at a place; what it shows is asked for when it is to be seen."""
        super().__init__(item_id, rect, CARD_MARGIN, CARDS_Z)
        self._face_of = face_of
        self._face: CardFace | None = None

    @property
    def face(self) -> CardFace:
        """What it shows."""
        if self._face is None:
            self._face = self._face_of(self.item_id)
        return self._face

    def outdate(self) -> None:
        """What it shows may be something else by now."""
        self._face = None

    def part_at(self, at: QPointF, zoom: float) -> str | None:
        """``output``, ``input``, ``chevron`` (opens a frame) or ``body``; None beside the card."""
        reach = max(PORT_REACH, PORT_REACH / zoom * 0.6) ** 2
        if squared_distance(at, output_port(self.rect)) <= reach:
            return "output"
        if squared_distance(at, input_port(self.rect)) <= reach:
            return "input"
        if not self.rect.contains(at):
            return None
        chevron = QRectF(self.rect.left(), self.rect.top(), 40.0, 40.0)
        return "chevron" if self.face.stacked and chevron.contains(at) else "body"

    def _content(self) -> object:
        face = self.face
        if not self._compact:
            return face
        fault, pale = bool(face.fault), face.under_map and not face.word
        return (
            face.name,
            face.icon,
            face.state,
            face.stacked,
            face.selected,
            face.pale,
            fault,
            face.mark,
            pale,
            face.word,
        )

    def _paint(self, painter: QPainter, look: Look) -> None:
        if self._compact:
            paint_far(painter, self.face, look, self._zoom)
        else:
            paint_card(painter, self.face, look, self._zoom)


class NoteItem(PictureItem):
    """A sticky note."""

    def __init__(self, note: Note) -> None:
        """A note at its place."""
        rect = QRectF(note.x, note.y, note.width, note.height)
        super().__init__(note.id, rect, NOTE_MARGIN, NOTES_Z)
        self.text = note.text
        self.chips: tuple[NoteChip, ...] = ()
        self.selected = False

    def part_at(self, at: QPointF, zoom: float) -> str | None:
        """``bottom-right`` (the grip), ``body`` or nothing."""
        grip = QRectF(self.rect.right() - 14.0, self.rect.bottom() - 14.0, 20.0, 20.0)
        if self.selected and grip.contains(at):
            return "bottom-right"
        reach = 2.0 / zoom
        return "body" if self.rect.adjusted(-reach, -reach, reach, reach).contains(at) else None

    def _content(self) -> object:
        return (self.text, self.selected, self.chips)

    def _paint(self, painter: QPainter, look: Look) -> None:
        size = QRectF(0.0, 0.0, self.rect.width(), self.rect.height())
        ring = max(2.0, SELECTION / self._zoom) if self.selected else 0.0
        paint_note(painter, size, self.text, look, ring=ring, chips=self.chips)


class FrameItem:
    """An open frame: outline and tab; its inside belongs to what lies there. The backdrop paints it."""

    def __init__(self, frame: Frame, depth: int) -> None:
        """A frame at its place; inner frames lie above outer ones."""
        self.item_id = frame.id
        self.face = FrameFace()
        self.show_frame(frame, depth)

    def show_frame(self, frame: Frame, depth: int) -> None:
        """Take another place, size or name."""
        self.frame = frame
        self.depth = depth
        self.rect = QRectF(frame.x, frame.y, frame.width, frame.height)

    def outline(self) -> QRectF:
        """What is painted, with the room for handles."""
        return self.rect.adjusted(-_ROOM, -_ROOM, _ROOM, _ROOM)

    def part_at(self, at: QPointF, zoom: float, look: Look) -> str | None:
        """``chevron``, ``tab``, an edge or corner to resize by, or nothing inside."""
        reach = min(_EDGE_REACH / zoom, 24.0)
        rect = self.rect
        if tab_rect(self.frame, look, zoom).contains(at):
            return "chevron" if chevron_rect(self.frame, look, zoom).contains(at) else "tab"
        if not rect.adjusted(-reach, -reach, reach, reach).contains(at):
            return None
        corners = handles(rect)
        for name in ("top-right", "bottom-right", "bottom-left"):
            if squared_distance(at, corners[name]) <= (1.6 * reach) ** 2:
                return name
        near = {
            "left": abs(at.x() - rect.left()),
            "right": abs(at.x() - rect.right()),
            "top": abs(at.y() - rect.top()),
            "bottom": abs(at.y() - rect.bottom()),
        }
        edge = min(near, key=near.__getitem__)
        return edge if near[edge] <= reach else None


class PillItem(PictureItem):
    """The policies of a link, at its middle."""

    can_wait = True

    def __init__(self, link_id: str) -> None:
        """Nothing to say yet."""
        super().__init__(link_id, QRectF(0.0, 0.0, 1.0, 1.0), 2.0, PILLS_Z)
        self.face = LinkFace()
        self.set_visible(False)

    def show_face(
        self, face: LinkFace, ends: tuple[QPointF, QPointF], middle: QPointF, look: Look
    ) -> bool:
        """Take what to say and where; tells whether the picture has to be painted again."""
        before = self._content()
        self.face, box = fitted(face, ends, middle, look)
        if not has_pills(face):
            self.set_visible(False)
        self.place(box)
        return has_pills(face) and (not self.is_visible or self._content() != before)

    def refresh(self, look: Look, zoom: float, ratio: float) -> bool:
        """Hide from afar; else as other pictures."""
        self.set_visible(has_pills(self.face) and zoom >= COMPACT_ZOOM)
        return self.is_visible and super().refresh(look, zoom, ratio)

    def _content(self) -> object:
        return (self.face.pills, self.face.fault, self.face.selected)

    def _paint(self, painter: QPainter, look: Look) -> None:
        paint_link_pills(painter, self.face, look)


class LinkItem:
    """A link: its curve, and the pill on it. The backdrop strokes it."""

    def __init__(self, link: Link) -> None:
        """A link without a course yet."""
        self.item_id = link.id
        self.link = link
        self.face = LinkFace()
        self.pill = PillItem(link.id)
        self.ends: tuple[QPointF, QPointF] = (QPointF(), QPointF(1.0, 0.0))
        self.wire: Wire = _NOWHERE
        self.bounds = QRectF()
        """Of the curve alone."""
        self._outline = QRectF()

    def route(self, start: QPointF, end: QPointF, course: Wire) -> None:
        """Run between two ports along a course."""
        self.ends = (start, end)
        self.wire = course
        self.bounds = self.wire.path.boundingRect()
        self._outline = self.bounds.adjusted(-_HALO, -_HALO, _HALO, _HALO)

    def outline(self) -> QRectF:
        """What is painted of it: stroke and ring."""
        return self._outline

    def part_at(self, at: QPointF, zoom: float) -> str | None:
        """``link`` on the curve or its pill; ``source`` and ``target`` near its ends if selected."""
        if self.face.selected:
            reach = (_END_REACH / min(zoom, 1.0)) ** 2
            for end, name in zip(self.ends, ("source", "target"), strict=True):
                if squared_distance(at, end) <= reach:
                    return name
        if self.pill.is_visible and self.pill.rect.contains(at):
            return "link"
        reach = min(max(_LINK_REACH / 2, _LINK_REACH / 2 / zoom), 14.0)
        if not self._outline.adjusted(-reach, -reach, reach, reach).contains(at):
            return None
        return "link" if distance(self.wire, at.x(), at.y()) <= reach else None
