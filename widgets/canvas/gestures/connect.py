"""Draw a link: pull it from a port, or pick its ends one after the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QLineF, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPen

from widgets.canvas.geometry import CARD_RADIUS, input_port, output_port
from widgets.canvas.gestures.base import DRAG_DISTANCE, Gesture, Pointer
from widgets.canvas.linking import End, link_edit, refusal, relink_edit
from widgets.canvas.overlay import paint_bubble, paint_port
from widgets.canvas.wires import wire

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from engine.model.design import Link
    from widgets.canvas.items import CardItem
    from widgets.canvas.look import Look
    from widgets.canvas.stage import Stage

Side = Literal["output", "input"]
_DIMMED = 0.35
"""Opacity of cards that cannot be the other end."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The end of a link that is fixed already."""

    node: str
    side: Side


class Connect(Gesture):
    """Pulls a link from a port to a card; dropped on nothing, it asks what to add there."""

    cursor = Qt.CursorShape.CrossCursor
    drifts = True

    def __init__(self, stage: Stage, origin: Origin) -> None:
        """Begin at ``origin``."""
        super().__init__(stage)
        self.origin = origin
        self._from = Pointer(QPointF(), QPointF())
        self._at = QPointF()
        self._over: str | None = None
        self._refusals: dict[str, str | None] = {}

    def start(self, at: Pointer) -> None:
        """Find out which cards fit."""
        self._from = at
        self._at = at.scene
        cards = self.stage.scene.cards
        self._refusals = {each: self._refusal(each) for each in cards}
        if self._refusals.get(self.origin.node) is not None:
            del self._refusals[self.origin.node]  # it is the other end of nothing, and not dimmed
        for each, why in self._refusals.items():
            cards[each].dim(1.0 if why is None else _DIMMED)
        self.stage.sketch(self)

    def _end_sketch(self) -> None:
        """Show all cards as they were."""
        for card in self.stage.scene.cards.values():
            card.dim(1.0)
        self.stage.sketch(None)

    def _refusal(self, other: str) -> str | None:
        """Why a card cannot be the other end; None where it can."""
        ends = (self.origin.node, other)
        source, target = ends if self.origin.side == "output" else ends[::-1]
        return refusal(self.stage.design, self.stage.components, source, target)

    @property
    def fitting(self) -> list[str]:
        """Cards that may be the other end, from left to right."""
        cards = self.stage.scene.cards
        found = [each for each, why in self._refusals.items() if why is None and each in cards]
        own = self.origin.node
        return sorted(found, key=lambda each: (each == own, cards[each].rect.topLeft().toTuple()))

    def move(self, at: Pointer) -> None:
        """Follow the pointer; over a card, jump to its port."""
        self._at = at.scene
        self._over = self._card_at(at.scene)
        self.stage.redraw()

    def _card_at(self, at: QPointF) -> str | None:
        """The card under the pointer, with some room around its ports."""
        reach = 18.0 / self.stage.zoom
        for card in reversed(self.stage.scene.cards.values()):
            if card.rect.adjusted(-reach, -reach / 3, reach, reach / 3).contains(at):
                return card.item_id if self._may_end(card, at) else None
        return None

    def _may_end(self, card: CardItem, at: QPointF) -> bool:
        """Whether a link may end here: on its own card, only towards the other port."""
        if card.item_id != self.origin.node:
            return True
        middle = card.rect.center().x()
        back = at.x() < middle if self.origin.side == "output" else at.x() > middle
        return back and self.origin.node in self._refusals

    def finish(self, at: Pointer) -> None:
        """Ask for the link, or for what to add at its end."""
        self.move(at)
        self._end_sketch()
        if self._over is not None:
            self._connect(self._over)
        elif QLineF(at.view, self._from.view).length() >= 4 * DRAG_DISTANCE:
            self.stage.offered.emit(at.scene, self.origin)

    def _connect(self, other: str) -> None:
        """Ask for the link to ``other``, or say why not."""
        why = self._refusals.get(other)
        if why is not None:
            self.stage.message.emit(why)
            return
        ends = (self.origin.node, other)
        source, target = ends if self.origin.side == "output" else ends[::-1]
        self.stage.request(link_edit(self.stage.design, source, target))

    def cancel(self) -> None:
        """No link."""
        self._end_sketch()

    def paint(self, painter: QPainter, look: Look, zoom: float) -> None:
        """Draw the pulled link, mark cards that fit, and say why one does not."""
        self._paint_fitting(painter, look, zoom)
        card = self.stage.scene.cards.get(self.origin.node)
        if card is None:
            return
        start = (output_port if self.origin.side == "output" else input_port)(card.rect)
        end = self._end()
        course = wire(start, end) if self.origin.side == "output" else wire(end, start)
        why = self._refusals.get(self._over) if self._over is not None else None
        colour = look.theme.danger.colour if why else look.theme.selection
        pen = QPen(look.colour(colour), 2.25)
        if self._over is None:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(course.path)
        if why:
            paint_bubble(painter, self._at, why, look, zoom)

    def _end(self) -> QPointF:
        """Where the loose end is: at the pointer, or at the port of the card under it."""
        over = self.stage.scene.cards.get(self._over) if self._over is not None else None
        if over is None or self._refusals.get(over.item_id, "") is not None:
            return self._at
        return (input_port if self.origin.side == "output" else output_port)(over.rect)

    def _paint_fitting(self, painter: QPainter, look: Look, zoom: float) -> None:
        """Outline the cards that fit."""
        for each, why in self._refusals.items():
            card = self.stage.scene.cards.get(each)
            if card is None or why is not None:
                continue
            painter.setBrush(Qt.BrushStyle.NoBrush)
            strong = each == self._over
            painter.setPen(QPen(look.colour(look.theme.selection, 1.0 if strong else 0.55), 2.0))
            if strong:
                painter.setBrush(look.colour(look.theme.selection, 0.12))
            outline = card.rect.adjusted(-3.0, -3.0, 3.0, 3.0)
            painter.drawRoundedRect(outline, CARD_RADIUS + 3, CARD_RADIUS + 3)
            port = input_port if self.origin.side == "output" else output_port
            paint_port(painter, port(card.rect), look, zoom)


class Relink(Connect):
    """Pulls an end of a link to another card; dropped on nothing, it stays where it was."""

    def __init__(self, stage: Stage, link: Link, end: End) -> None:
        """Pull ``end``; the other one is fixed."""
        fixed = Origin(link.source, "output") if end == "target" else Origin(link.target, "input")
        super().__init__(stage, fixed)
        self._link = link
        self._loose: End = end

    def start(self, at: Pointer) -> None:
        """Take the link off its card."""
        super().start(at)
        self.stage.scene.live.glowing = None

    def finish(self, at: Pointer) -> None:
        """Ask for the new end; back on the old card, nothing changes."""
        self.move(at)
        self._end_sketch()
        before = self._link.target if self._loose == "target" else self._link.source
        if self._over in (None, before):
            return
        why = self._refusals.get(self._over or "")
        if why is not None:
            self.stage.message.emit(why)
        elif self._over is not None:
            self.stage.request(relink_edit(self._link, self._loose, self._over))


class LinkMode(Connect):
    """Links by clicks or keys: Tab or arrows choose among the cards that fit, Enter links."""

    lasts = True

    def start(self, at: Pointer) -> None:
        """Begin with the first card that fits."""
        super().start(at)
        fitting = self.fitting
        if not fitting:
            self.stage.message.emit("Nothing here can be linked from this node")
        self._choose(fitting[0] if fitting else None)

    def finish(self, at: Pointer) -> None:
        """A click on a card links to it; beside one, it ends without a link."""
        self.move(at)
        self._end_sketch()
        if self._over is not None:
            self._connect(self._over)

    def key(self, event: QKeyEvent) -> bool:
        """Tab, arrows and Enter."""
        steps = {
            Qt.Key.Key_Tab: 1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Backtab: -1,
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Up: -1,
        }
        key = Qt.Key(event.key())
        if key in steps and self.fitting:
            fitting = self.fitting
            here = fitting.index(self._over) if self._over in fitting else -1
            self._choose(fitting[(here + steps[key]) % len(fitting)])
            return True
        return key in steps

    def confirm(self) -> None:
        """Link to the chosen card."""
        self._end_sketch()
        if self._over is not None:
            self._connect(self._over)

    def _choose(self, card_id: str | None) -> None:
        """Pull the link to a card."""
        self._over = card_id
        card: CardItem | None = self.stage.scene.cards.get(card_id) if card_id else None
        if card is not None:
            self._at = card.rect.center()
            self.stage.camera.reveal(card.rect)
        self.stage.redraw()
