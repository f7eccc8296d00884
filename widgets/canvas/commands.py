"""What can be done to the selection without a pointer. Every command asks for at most one edit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QPointF, QRectF

from engine.model.design import Frame, Node, Note
from engine.model.edits import EditError, Foreseen, Move, Position, Remove, SetField
from widgets.canvas.adding import (
    NOTE,
    frame_edit,
    free_centre,
    free_place,
    new_node,
    node_edit,
    note_edit,
    place_right_of,
)
from widgets.canvas.aligning import LEAST, lined_up
from widgets.canvas.clipboard import Clip, PasteError, copied, pasted, read_clip
from widgets.canvas.geometry import SNAP, snapped
from widgets.canvas.keyboard_navigation import Step, followed, next_stop, walk_order
from widgets.canvas.linking import mismatch, split_edit
from widgets.canvas.membership import dragged_along, placed_rect, position
from widgets.canvas.naming import item_ids
from widgets.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from engine.model.component import Component
    from engine.model.design import Design, Link
    from engine.model.edits import Edit, Insert
    from widgets.canvas.aligning import Way
    from widgets.canvas.stage import Stage

_T = TypeVar("_T")

NUDGE: Final = SNAP
FAR_NUDGE: Final = 4 * SNAP
_LONG_TEXT: Final = 100_000
"""Characters of copied items from which on they are pasted in several turns of the event loop."""
_LONG_CHART: Final = 4_000
"""The same of a flowchart, which has to be laid out as well."""
_MANY_NODES: Final = 200
"""Nodes from which on a layout is found in a turn of its own."""
_BESIDE: Final = QPointF(36.0, 36.0)


class Commands:
    """Works on the selection of a stage."""

    def __init__(self, stage: Stage) -> None:
        """Work on ``stage``."""
        self._stage = stage
        self.turns = Turns(stage)
        """What takes long; to be forgotten with the design that it is about."""

    def delete(self) -> None:
        """Delete what is selected."""
        stage, chosen = self._stage, self._stage.selection

        def removed() -> Edit | None:
            there = chosen.intersection(item_ids(stage.design))
            return Remove(there) if there else None

        self._ask(removed, is_long=len(chosen) >= _MANY_NODES)

    def select_all(self) -> None:
        """Select everything but links, which follow their nodes."""
        design = self._stage.design
        self._stage.select({*design.node_by_id, *design.frame_by_id, *design.note_by_id})

    def copy(self) -> str:
        """The selection as JSON text; empty when nothing that can be copied is selected."""
        return copied(self._stage.design, self._stage.selection)

    def paste(self, text: str, at: QPointF | None = None) -> None:
        """Add copied items or those of a flowchart, around ``at`` or a little beside where they were copied from.

        Thousands of them are read, added and selected in turns of their own.
        """
        is_long = _is_long(text)
        self.turns.do(self._paste(text, at, is_long=is_long), is_long=is_long)

    def _paste(self, text: str, at: QPointF | None, *, is_long: bool) -> Iterator[None]:
        """The same in steps; a long text is read beside the window."""
        stage = self._stage
        about = ""
        try:
            if text.lstrip()[:1] in ("{", ""):
                clip = (
                    (yield from _beside(partial(read_clip, text))) if is_long else read_clip(text)
                )
            else:
                clip, about = yield from self._reading_foreign(text)
        except PasteError as error:
            stage.message.emit(str(error))
            return
        yield
        before, edit, whole = yield from self._adding(clip, at, is_long=is_long)
        stage.request(whole)
        is_added = stage.design is not before
        yield
        if is_added:
            added = {placed.item.id for placed in edit.placed}
            stage.select(added - stage.design.link_by_id.keys())
            if not before.nodes and not stage.camera.shown().contains(stage.scene.content_rect()):
                stage.camera.fit(stage.scene.content_rect())
            if clip.is_design and before.nodes:
                about = (
                    f"Pasted the items of “{clip.items.title}”, without its scenario and objectives"
                )
            if about:
                stage.message.emit(about)

    def _adding(
        self, clip: Clip, at: QPointF | None, *, is_long: bool
    ) -> Generator[None, None, tuple[Design, Insert, Edit]]:
        """The edit that adds items, alone and with all that comes along, and the design that it is for."""
        stage = self._stage
        while True:
            before = stage.design
            work = partial(pasted, before, clip, self._offset(clip, at))
            edit = (yield from _beside(work)) if is_long else work()
            whole = _completed(before, clip, edit)
            if is_long:
                whole = yield from _foreseen(whole, before)
            if stage.design is before:  # a turn that took so long may have seen another edit
                return before, edit, whole

    def _reading_foreign(self, text: str) -> Generator[None, None, tuple[Clip, str]]:
        """What a text holds that is no JSON, and what to say of it, in steps."""
        # Loaded here: its grammar takes longer to prepare than most people ever need it.
        from widgets.canvas.flowchart import is_flowchart, reading_flowchart  # noqa: PLC0415

        if is_flowchart(text):
            return (yield from reading_flowchart(text, self._stage.components))
        return read_clip(text), ""

    def _offset(self, clip: Clip, at: QPointF | None) -> QPointF:
        """From where items were copied to where they are pasted: in view, not on what is there."""
        stage = self._stage
        copied_at = QPointF(*clip.centre)
        shown = stage.camera.shown()
        if at is None and not shown.contains(copied_at + _BESIDE):
            at = shown.center()
        offset = QPointF(_BESIDE)
        if at is not None:
            offset = QPointF(snapped(at.x() - copied_at.x()), snapped(at.y() - copied_at.y()))
        taken = {(node.x, node.y) for node in stage.design.nodes}
        places = clip.places
        for _ in range(len(taken)):
            if not any((x + offset.x(), y + offset.y()) in taken for x, y in places):
                break
            offset = offset + _BESIDE
        return offset

    def duplicate(self) -> None:
        """Copy and paste in one step, without the clipboard."""
        text = self.copy()
        if text:
            self.paste(text)

    def nudge(self, dx: float, dy: float) -> bool:
        """Move the selection by scene units; tells whether there was anything to move."""
        stage = self._stage
        ids = {each for each in stage.selection if each not in stage.design.link_by_id}

        def moved() -> Move | None:
            design = stage.design
            items = map(design.item, sorted(dragged_along(design, ids)))
            places = [
                Position(item.id, item.x + dx, item.y + dy)
                for item in items
                if isinstance(item, Node | Frame | Note)
            ]
            return Move(tuple(places)) if places else None

        self._ask(moved, is_long=len(ids) >= _MANY_NODES)
        return bool(ids)

    def align(self, way: Way) -> None:
        """Line up what is selected, or spread it evenly; frames take along what lies in them."""
        stage = self._stage
        chosen = {each for each in stage.selection if stage.scene.rect_of(each) is not None}
        chosen -= stage.design.link_by_id.keys()
        for each in chosen & stage.design.frame_by_id.keys():
            chosen -= dragged_along(stage.design, {each}) - {each}
        if len(chosen) < LEAST[way]:
            stage.message.emit(f"Select {LEAST[way]} things or more for this")
            return
        self._ask(lambda: self._aligned(chosen, way), is_long=len(chosen) >= _MANY_NODES)

    def _aligned(self, chosen: set[str], way: Way) -> Move | None:
        """The edit that lines up what is still there of some items."""
        design, scene = self._stage.design, self._stage.scene
        shown = ((each, scene.rect_of(each)) for each in sorted(chosen))
        rects = {each: rect for each, rect in shown if rect is not None}
        moved: dict[str, QRectF] = {}
        for each, rect in lined_up(rects, way).items():
            shift = rect.topLeft() - rects[each].topLeft()
            taken = dragged_along(design, {each}) if each in design.frame_by_id else (each,)
            moved |= {
                inner: place.translated(shift)
                for inner in taken
                if (place := placed_rect(design, inner)) is not None
            }
        places = tuple(position(design, *each) for each in moved.items())
        return Move(places, "Align") if places else None

    def _ask(self, make: Callable[[], Edit | None], *, is_long: bool) -> None:
        """Ask for an edit; one of many items is made, tried and put into effect in turns of their own."""
        self.turns.do(self._asking(make, is_long=is_long), is_long=is_long)

    def _asking(self, make: Callable[[], Edit | None], *, is_long: bool) -> Iterator[None]:
        """The same in steps. Where the design is another one by then, the edit is made anew."""
        stage = self._stage
        design: Design | None = None
        edit: Edit | None = None
        while stage.design is not design:
            design = stage.design
            edit = make()
            yield
            if edit is not None and is_long:
                edit = _tried(edit, design)
                yield
        if edit is not None:
            stage.request(edit)

    def arrange(self) -> None:
        """Lay the whole design out in layers."""
        self.turns.do(self._arrange(), is_long=len(self._stage.design.nodes) >= _MANY_NODES)

    def _arrange(self) -> Iterator[None]:
        """The same in steps: a layout of what was changed meanwhile is found anew."""
        from widgets.canvas.layout import laying_out  # noqa: PLC0415 - most starts never need it

        stage = self._stage
        design: Design | None = None
        edit: Edit | None = None
        while stage.design is not design:
            design = stage.design
            edit = (yield from laying_out(design)) if design.nodes else None
            yield
            if edit is not None and len(design.nodes) >= _MANY_NODES:
                edit = _tried(edit, design)
                yield
        if edit is not None:
            stage.request(edit)
            stage.camera.fit(stage.scene.content_rect())

    def add_component(
        self,
        kind: str,
        at: QPointF | None = None,
        into: Link | None = None,
        *,
        linked: bool = False,
    ) -> None:
        """Add a node to the right of the selected one, or where the view looks, or exactly at ``at``.

        Args:
            kind: of the component.
            at: centre of its card.
            into: a link that goes through it from then on.
            linked: whether the selected node gets a link to it, or from it where only that fits.
        """
        stage = self._stage
        component = stage.components.get(kind)
        if component is None:
            stage.message.emit(f"There is no component “{kind}”")
            return
        node = new_node(stage.design, component, at if at is not None else self.next_place())
        if into is not None:
            stage.request(split_edit(stage.design, node, into))
        else:
            ends = self._ends(node, component) if linked else None
            stage.request(node_edit(node, stage.design, ends))
        self.show_added(node.id)

    def show_added(self, node_id: str) -> None:
        """Select a node that was just added, and have it in view."""
        stage = self._stage
        stage.select({node_id})
        if node_id in stage.scene.cards:
            stage.camera.reveal(stage.scene.cards[node_id].rect)

    def next_place(self) -> QPointF:
        """Where a node goes that is added by name: right of the selected one, or where the view looks."""
        stage = self._stage
        chosen = self.only_node()
        if chosen is not None:
            return place_right_of(stage.design, chosen)
        return free_place(stage.design, stage.camera.shown().center())

    def only_node(self) -> str | None:
        """The node that is selected, where it is the only thing that is."""
        chosen = next(iter(self._stage.selection)) if len(self._stage.selection) == 1 else None
        return (
            chosen
            if chosen in self._stage.scene.cards and chosen in self._stage.design.node_by_id
            else None
        )

    def _ends(self, node: Node, component: Component) -> tuple[str, str] | None:
        """Source and target of the link between the selected node and a new one; None where none fits."""
        stage = self._stage
        chosen = self.only_node()
        if chosen is None:
            stage.message.emit("Select the node that it is to be linked with")
            return None
        known = stage.components.get(stage.design.node_by_id[chosen].kind)
        problem = mismatch(known, component)
        if problem is None:
            return chosen, node.id
        if mismatch(component, known) is None:
            return node.id, chosen
        stage.message.emit(problem)
        return None

    def add_note(self, at: QPointF | None = None) -> None:
        """Add a note and begin to write on it."""
        stage = self._stage
        place = at if at is not None else free_centre(stage.design, stage.camera.shown(), NOTE)
        note_id, edit = note_edit(stage.design, place)
        stage.request(edit)
        if note_id in stage.design.note_by_id:
            stage.select({note_id})
            rect = stage.scene.rect_of(note_id)
            if rect is not None:
                stage.camera.reveal(rect)
            stage.editing_requested.emit(note_id)

    def add_frame(self, kind: str = "group") -> None:
        """Add a frame of a kind around the selection, or an empty one in the middle of the view."""
        stage = self._stage
        centre = stage.camera.shown().center()
        frame_id, edit = frame_edit(stage.design, stage.selection, centre, kind)
        stage.request(edit)
        if frame_id in stage.design.frame_by_id:
            stage.select({frame_id})
            rect = stage.scene.rect_of(frame_id)
            if rect is not None:
                stage.camera.reveal(rect)

    def toggle_frame(self, frame_id: str) -> None:
        """Collapse an open frame, open a collapsed one."""
        frame = self._stage.design.frame_by_id[frame_id]
        label = "Expand" if frame.collapsed else "Collapse"
        self._stage.request(SetField(frame_id, ("collapsed",), not frame.collapsed, label))

    def rename(self) -> None:
        """Edit the name (or the text) of the selected item in place."""
        chosen = [
            each for each in self._stage.selection if each not in self._stage.design.link_by_id
        ]
        if len(chosen) == 1:
            self._stage.editing_requested.emit(chosen[0])
        else:
            self._stage.message.emit("Select one node, frame or note to rename it")

    def activate(self) -> None:
        """Edit the selected item wherever that is done."""
        if len(self._stage.selection) == 1:
            self._stage.activated.emit(next(iter(self._stage.selection)))

    def ask_for_menu(self) -> None:
        """Open the menu of what is selected, beside it; that of the canvas where nothing is."""
        stage, chosen = self._stage, sorted(self._stage.selection)
        rect = stage.scene.rect_of(chosen[0]) if chosen else None
        if chosen and chosen[0] in stage.scene.links:
            rect = stage.scene.links[chosen[0]].wire.path.boundingRect()
        place = stage.camera.shown().center() if rect is None else rect.center()
        if rect is not None:
            stage.camera.reveal(rect)
        at = stage.view.viewport().mapToGlobal(stage.camera.to_view(place).toPoint())
        stage.context_requested.emit(chosen[0] if chosen else None, at)

    def follow(self, step: Step) -> bool:
        """From a node to its links and on along them, by keyboard; False where there is no way."""
        chosen = self._stage.selection
        if len(chosen) != 1:
            return False
        stop = followed(self._stage.design, next(iter(chosen)), step)
        if stop is None:
            return False
        self._stage.select({stop})
        return True

    def walk(self, step: int) -> bool:
        """Select the next (1) or previous (-1) node along the links; False past either end."""
        stage = self._stage
        order = [each for each in walk_order(stage.design) if each in stage.scene.cards]
        current = [each for each in stage.selection if each in stage.design.node_by_id]
        stop = next_stop(order, current[0] if len(current) == 1 else None, step)
        if stop is None:
            return False
        stage.select({stop})
        stage.camera.reveal(stage.scene.cards[stop].rect)
        return True


def _is_long(text: str) -> bool:
    """Whether pasting a text takes long: the items of a design, or a flowchart."""
    return len(text) >= (_LONG_TEXT if text.lstrip()[:1] == "{" else _LONG_CHART)


def _tried(edit: Edit, design: Design) -> Edit:
    """The edit with what it comes to; by itself where it does not fit."""
    try:
        return Foreseen.of(edit, design)
    except EditError:
        return edit


def _foreseen(edit: Edit, design: Design) -> Generator[None, None, Edit]:
    """The same, found out in another thread."""
    return (yield from _beside(partial(_tried, edit, design)))


def _beside(work: Callable[[], _T]) -> Generator[None, None, _T]:
    """Do something in another thread that no widget has a part in, and wait for it turn by turn."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - most starts never need it

    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(work)
        while not future.done():
            yield
    return future.result()


def _completed(design: Design, clip: Clip, insert: Insert) -> Edit:
    """A paste with what a whole design brings along."""
    if not clip.is_design:
        return insert
    from widgets.canvas.whole_design import completed  # noqa: PLC0415 - most starts never need it

    return completed(design, clip, insert)
