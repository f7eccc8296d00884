"""The scene: item dicts by id, kept in step with the design by applying changes only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsScene

from engine.model.design import Design, Frame, Link, Node, Note
from widgets.canvas.arriving import AT_ONCE, Arriving
from widgets.canvas.backdrop import Backdrop
from widgets.canvas.card_presenter import CardPresenter
from widgets.canvas.dots import Courses, Dots, Streams
from widgets.canvas.faces import Faces
from widgets.canvas.folding import fold, folded_rect, frame_chain
from widgets.canvas.geometry import card_rect
from widgets.canvas.grid import paint_grid
from widgets.canvas.ground import link_parts, paint_frames
from widgets.canvas.hitting import hits
from widgets.canvas.items import CardItem, FrameItem, LinkItem, NoteItem
from widgets.canvas.leaving import let_go
from widgets.canvas.link_painter import has_pills
from widgets.canvas.live_layer import LiveLayer
from widgets.canvas.naming import in_order, item_ids
from widgets.canvas.outdated import Outdated
from widgets.canvas.wiring import Wiring
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

    from PySide6.QtGui import QPainter

    from engine.model.changes import Changes
    from engine.model.component import Component
    from widgets.canvas.backdrop import Part
    from widgets.canvas.blast_map import BlastMap
    from widgets.canvas.hitting import AnyItem
    from widgets.canvas.look import Look
    from widgets.canvas.note_painter import NoteChip
    from widgets.canvas.picture_item import PictureItem

_EVERYWHERE = QRectF(-2e7, -2e7, 4e7, 4e7)


class CanvasScene(QGraphicsScene):
    """Shows a design. It never changes one: gestures ask for edits, changes come back."""

    shifted = Signal()
    """Something lies elsewhere while a gesture lasts."""

    def __init__(self, components: Mapping[str, Component], look: Look) -> None:
        """An empty canvas."""
        super().__init__()
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setSceneRect(_EVERYWHERE)
        self.design = Design()
        self.look = look
        self.courses = Courses()
        self.dots = Dots(self.courses)
        self.streams = Streams(self.courses)
        self.wiring = Wiring(self.courses)
        self.faces = Faces(self, self)
        self.presenter = CardPresenter(components)
        self.backdrop = Backdrop(
            self.paint_backdrop, lambda: self.look.colour(self.look.theme.canvas)
        )
        self.live = LiveLayer(self.dots, self.streams, look)
        self.addItem(self.live)
        self.cards: dict[str, CardItem] = {}
        self.frames: dict[str, FrameItem] = {}
        self.notes: dict[str, NoteItem] = {}
        self.chips: Mapping[str, tuple[NoteChip, ...]] = {}
        self.stale = Outdated()
        self.arriving = Arriving(self._bring, self)
        self._left: dict[str, QRectF] = {}
        """Where cards that lie elsewhere now were when links were last routed around them."""
        self._went: list[LinkItem] = []
        """Links that went, and what they covered is not painted anew yet."""
        self._leaving = Turns(self)
        self._along = False
        """Whether only the path of the selection is looked at."""

    @property
    def links(self) -> dict[str, LinkItem]:
        """Drawn links by id."""
        return self.wiring.items

    # Following the design

    def set_design(self, design: Design) -> None:
        """Show another design."""
        self._clear()
        self.design = Design()
        self.presenter.forget()
        self._follow(design, set(item_ids(design)))

    def _clear(self) -> None:
        """Take everything off at once."""
        self.arriving.clear()
        pills = (link.pill for link in self.links.values())
        for item in (*self.cards.values(), *self.notes.values(), *pills):
            item.leave(self)
        let_go((*self.cards.values(), *self.links.values()), self._leaving)
        for known in (self.cards, self.frames, self.notes, self._left):
            known.clear()
        self.wiring.clear()
        self.faces.clear()
        self.stale = Outdated()
        self.streams.set_links({})
        self.dots.clear()
        self.live.clear()
        self.backdrop.clear()

    def apply_changes(self, design: Design, changes: Changes) -> None:
        """Show what an edit changed, and nothing else."""
        ids = set(changes.added | changes.removed | changes.moved | changes.changed)
        self._follow(design, ids if item_ids(design) else set())
        if changes.is_structural:
            self.presenter.live.relearn()
        if changes.settings & {"scenario", "comments"}:
            self.faces.refresh_in_turns(item_ids(design))
        self._follow_path()

    def _follow(self, design: Design, ids: set[str]) -> None:
        """Bring items in step with the design in one go: places, then routes, then pictures."""
        if not item_ids(design):
            self._clear()  # thousands that go together are not asked for one by one
        hidden = fold(design)
        before = self.presenter.hidden
        self.design = design
        folded = {
            each for each in hidden.keys() | before.keys() if hidden.get(each) != before.get(each)
        }
        ends = ids | folded
        before_it = self.wiring.touching(ends)
        there = design.link_by_id.keys()
        siblings = self.wiring.beside(before_it | ids) & there
        self.presenter.set_design(design, hidden)
        is_rewired = self.wiring.set_design(design, hidden)
        links = (before_it | self.wiring.ending_at(ends) | ids) & there
        routed = self.wiring.beside(links) | siblings | links if is_rewired else siblings | links
        waiting = self.wiring.by_target(routed, first=ids) if len(routed) > AT_ONCE else []
        here = (ids | folded | links | before_it).difference(waiting)
        known = self.cards.keys() & here
        for item_id in in_order(design, here - self._drop_gone(design, here)):
            self._sync(item_id)
        self._uncover()
        fresh = self.cards.keys() & here - known  # their faces are those that they came with
        self.faces.refresh((here - fresh) | set(hidden.values()) | set(before.values()))
        near = self.wiring.near(self._crossed_areas())
        if waiting or len(near) > AT_ONCE:
            self.arriving.put([*waiting, *routed], near, at_once=len(here) <= AT_ONCE)
        else:
            self._route(routed | near, near)
        self.update()

    def _bring(self, links: set[str], again: set[str]) -> None:
        """Bring links in step that had to wait: existence, faces, routes."""
        for link_id in links:
            self._sync(link_id)
        self._uncover()
        self.faces.refresh(links)
        fresh: list[LinkItem] = []
        for item, covered in self.wiring.route(links, self.rect_of, again):
            self.faces.show_pill(item)
            if item.item_id in self.live.links:
                continue
            if covered.isNull():
                fresh.append(item)
            else:
                self.backdrop.touch(covered)
                self.backdrop.touch(item.outline())
        if fresh:
            zoom = self.backdrop.zoom
            for part in link_parts(_EVERYWHERE, fresh, self.look, zoom):
                self.backdrop.add([item.outline() for item in fresh], part)
        self.update()

    def _uncover(self) -> None:
        """Paint what lay under the links that went."""
        if self._went:
            self.streams.set_links({})
            self.backdrop.touch_all([link.outline() for link in self._went])
            let_go(self._went, self._leaving)
            self._went = []

    def _crossed_areas(self) -> list[QRectF]:
        """Where cards were and where they are, of those that came, went or moved since links were routed."""
        left, self._left = self._left, {}
        return [*left.values(), *(self.cards[each].rect for each in left if each in self.cards)]

    def _sync(self, item_id: str) -> None:
        """Create, place or drop the item of one id."""
        item = self.design.item(item_id)
        hidden = item_id in self.presenter.hidden
        match item:
            case Node() if not hidden:
                self._card(item_id, card_rect(item.x, item.y))
            case Frame(collapsed=True) if not hidden:
                self._drop_open_frame(item_id)
                self._card(item_id, folded_rect(item))
            case Frame() if not hidden:
                self._drop_card(item_id)
                self._frame(item)
            case Note():
                self._note(item)
            case Link() if self.wiring.is_drawn(item.source, item.target):
                self._link(item)
            case _:
                self._drop(item_id)

    def _card(self, item_id: str, rect: QRectF) -> None:
        """Show a card at a place."""
        card = self.cards.get(item_id)
        is_new = card is None
        if card is None:
            card = self.cards[item_id] = CardItem(item_id, rect, self.presenter.card)
        self._put(card, rect, is_new=is_new)

    def _put(self, card: CardItem, rect: QRectF, *, is_new: bool = False) -> None:
        """Have a card lie somewhere, and links know it."""
        if is_new or card.rect != rect:
            self._left.setdefault(card.item_id, card.rect)
            self.wiring.obstacles.put(card.item_id, rect)
        card.place(rect)
        self.stale.add(card)

    def _frame(self, frame: Frame) -> None:
        """Show an open frame."""
        depth = len(frame_chain(self.design, frame.frame))
        item = self.frames.get(frame.id)
        if item is None:
            item = self.frames[frame.id] = FrameItem(frame, depth)
        else:
            self.backdrop.touch(item.outline())
            item.show_frame(frame, depth)
        self.backdrop.touch(item.outline())

    def _note(self, note: Note) -> None:
        """Show a note."""
        item = self.notes.get(note.id)
        if item is None:
            item = self.notes[note.id] = NoteItem(note)
        item.text = note.text
        item.place(QRectF(note.x, note.y, note.width, note.height))
        self.stale.add(item)

    def _link(self, link: Link) -> None:
        """Have an item for a link; it is routed later, together with its neighbours."""
        item = self.links.get(link.id)
        if item is None:
            item = self.links[link.id] = LinkItem(link)
        item.link = link

    def _drop(self, item_id: str) -> None:
        """Take whatever shows an id off the scene."""
        link = self.links.pop(item_id, None)
        if link is not None:
            self._drop_link(link)
            return  # thousands of them go together, and no other item has the id
        self._drop_card(item_id)
        self._drop_open_frame(item_id)
        note = self.notes.pop(item_id, None)
        if note is not None:
            self._take_off(note)

    def _drop_gone(self, design: Design, ids: set[str]) -> set[str]:
        """Take the links off that the design has no more; returns their ids. Nobody asks what each of thousands is."""
        gone = (ids & self.links.keys()).difference(design.link_by_id)
        for link_id in gone:
            self._drop_link(self.links.pop(link_id))
        return gone

    def _drop_card(self, item_id: str) -> None:
        card = self.cards.pop(item_id, None)
        if card is not None:
            self._left.setdefault(item_id, card.rect)
            self.wiring.obstacles.drop(item_id)
            self._take_off(card)

    def _drop_open_frame(self, item_id: str) -> None:
        frame = self.frames.pop(item_id, None)
        if frame is not None:
            self.backdrop.touch(frame.outline())

    def _drop_link(self, link: LinkItem) -> None:
        self._went.append(link)
        self.live.links.pop(link.item_id, None)
        if self.live.glowing is link:
            self.live.glowing = None
        row = self.courses.drop(link.item_id)
        if row is not None:
            self.dots.forget_row(row)
        if link.pill.is_visible or not link.pill.is_new:
            self.faces.forget_pill(link.item_id)
            self._take_off(link.pill)
        link.pill.gone = True

    def _take_off(self, item: PictureItem) -> None:
        self.stale.discard(item)
        item.leave(self)

    # Places

    def rect_of(self, item_id: str) -> QRectF | None:
        """Outline of a shown card, frame or note, where it is right now."""
        item = self.cards.get(item_id) or self.notes.get(item_id) or self.frames.get(item_id)
        return item.rect if item is not None else None

    def preview(self, places: Mapping[str, QRectF]) -> None:
        """Show items elsewhere while a gesture lasts; the design does not know."""
        for item_id, rect in places.items():
            if item_id in self.cards:
                self._put(self.cards[item_id], rect)
            elif item_id in self.notes:
                self.notes[item_id].place(rect)
                self.stale.add(self.notes[item_id])
            frame = self.frames.get(item_id)
            if frame is not None:
                size = {"width": rect.width(), "height": rect.height()}
                moved = frame.frame.model_copy(update={"x": rect.x(), "y": rect.y(), **size})
                frame.show_frame(moved, len(frame_chain(self.design, moved.frame)))
        touching = self.wiring.touching(places)
        if len(touching) > AT_ONCE:
            self.arriving.put(touching)
        else:
            self._route(touching)
        self.shifted.emit()
        self.update()

    def lift(self, ids: Iterable[str]) -> None:
        """Paint frames and links that are about to move in the live layer, not in the tiles."""
        ids = set(ids)
        for link_id in self.wiring.touching(ids):
            link = self.links[link_id]
            self.live.links[link_id] = link
            self.backdrop.touch(link.outline())
        for frame_id in ids & self.frames.keys():
            self.live.frames[frame_id] = self.frames[frame_id]
            self.backdrop.touch(self.frames[frame_id].outline())

    def settle(self, ids: Iterable[str]) -> None:
        """End of a gesture: everything is where the design says."""
        lifted = [*self.live.links]
        self.live.links.clear()
        self.live.frames.clear()
        self._follow(self.design, {each for each in ids if self.design.item(each) is not None})
        for link_id in lifted:
            if link_id in self.links:
                self.backdrop.touch(self.links[link_id].outline())

    def _route(self, link_ids: Iterable[str], again: Container[str] = ()) -> None:
        """Route links, and have what they covered and cover now painted again."""
        for item, covered in self.wiring.route(link_ids, self.rect_of, again):
            self.faces.show_pill(item)
            if item.item_id not in self.live.links:
                self.backdrop.touch(covered)
                self.backdrop.touch(item.outline())

    def content_rect(self) -> QRectF:
        """What the design covers, links included; empty without items."""
        box = self.wiring.obstacles.bounds()
        for link in self.links.values():
            box = box.united(link.bounds)
        for frame in self.frames.values():
            box = box.united(frame.rect)
        for note in self.notes.values():
            box = box.united(note.rect)
        return box

    def show_chips(self, chips: Mapping[str, tuple[NoteChip, ...]]) -> None:
        """Show what notes cite, by their ids."""
        self.chips = chips
        self.faces.refresh(self.notes)

    # What is looked at

    def look_along(self, *, path: bool) -> None:
        """Pale all but what leads to the selection and what it leads to, or nothing."""
        self._along = path
        self._follow_path()

    def _follow_path(self) -> None:
        """The selection, the links or what is asked for changed: the path may be another one."""
        if not self.presenter.look_along(path=self._along):
            return
        path = self.presenter.path
        off = frozenset() if path is None else frozenset(self.links.keys() - path)
        for row in self.courses.hush(off):
            self.dots.forget_row(row)
        self.streams.set_links({})
        self.faces.refresh_in_turns([*self.cards, *self.links])

    def select(self, chosen: frozenset[str]) -> None:
        """Show another selection."""
        before = self.presenter.selection
        self.presenter.selection = chosen
        self._follow_path()
        self.faces.refresh(before | chosen)

    def show_map(self, blast: BlastMap | None) -> None:
        """Paint a map over everything, or take it away."""
        if blast is self.presenter.map:
            return  # every edit takes away the map that it makes wrong, and mostly there is none
        self.presenter.map = blast
        self.live.still = blast is not None
        self.faces.refresh_in_turns(item_ids(self.design))

    # Painting

    def set_look(self, look: Look) -> None:
        """Take another theme: everything is painted again."""
        self.look = look
        self.live.set_look(look)
        self.backdrop.clear()
        for item in self.pictures():
            self.stale.add(item)
        for link in self.links.values():
            self.faces.show_pill(link)
        self.update()

    def paint_backdrop(self, painter: QPainter, rect: QRectF, zoom: float) -> list[Part]:
        """Paint what is under the cards but for what is being dragged; returns links to be painted over it."""
        paint_grid(painter, rect, self.look, zoom)
        lifted = self.live
        frames = [each for each in self.frames.values() if each.item_id not in lifted.frames]
        paint_frames(painter, rect, frames, self.look, zoom)
        links = [each for each in self.links.values() if each.item_id not in lifted.links]
        return link_parts(rect, links, self.look, zoom)

    def pictures(self) -> list[PictureItem]:
        """Everything that is shown as a picture."""
        return [
            *(link.pill for link in self.links.values() if has_pills(link.face)),
            *self.notes.values(),
            *self.cards.values(),
        ]

    def hit(self, at: QPointF, zoom: float) -> tuple[AnyItem, str] | None:
        """What lies at a place, and which part of it: ends of selected links, then what lies topmost."""
        items: list[CardItem | NoteItem | LinkItem] = [
            *(self.links[each] for each in self.presenter.selection if each in self.links),
            *reversed(self.cards.values()),
            *reversed(self.notes.values()),
            *self.links.values(),
        ]
        return next(hits(at, zoom, self.look, items, self.frames.values()), None)
