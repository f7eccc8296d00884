"""The canvas: shows a design and its run, and turns what people do into edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGraphicsView

from widgets.canvas.announcing import Announcer
from widgets.canvas.backdrop import Projection
from widgets.canvas.camera import STEP, Camera, become_canvas
from widgets.canvas.commands import Commands
from widgets.canvas.dropping import Dropping
from widgets.canvas.exporting import painting_vectors
from widgets.canvas.geometry import CARD_WIDTH, COMPACT_ZOOM
from widgets.canvas.gesture_controller import GestureController
from widgets.canvas.gestures.connect import Origin
from widgets.canvas.ghosts import ghost_rect, paint_ghosts
from widgets.canvas.hint import BEGIN, Hint, paint_hint
from widgets.canvas.input import Input
from widgets.canvas.keys import Keys
from widgets.canvas.look import Look
from widgets.canvas.map_legend import MapLegend
from widgets.canvas.minimap import Minimap
from widgets.canvas.outlines import Outlines
from widgets.canvas.pictures import Pictures
from widgets.canvas.popups import Popups
from widgets.canvas.running import Motion, Running
from widgets.canvas.scene import CanvasScene
from widgets.canvas.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent

    from engine.model.changes import Changes
    from engine.model.component import Component
    from engine.model.design import Design
    from engine.model.findings import Finding
    from engine.sim.snapshot import Snapshot
    from widgets.canvas.aligning import Way
    from widgets.canvas.blast_map import BlastMap
    from widgets.canvas.note_painter import NoteChip
    from widgets.instruments import Moment
    from widgets.theme.icons import IconSet
    from widgets.theme.tokens import Theme

_TICK: Final = 16
_CORNER: Final = 12
_MAP_PERIOD: Final = 0.2
"""Wall seconds between paintings of the minimap while a design runs."""


class CanvasView(QGraphicsView):
    """Emits intent, receives data; knows neither files nor processes."""

    edit_requested = Signal(object)
    """An ``Edit``: exactly one for everything a person does."""
    selection_changed = Signal(object)
    """``frozenset`` of ids."""
    context_requested = Signal(object, object)
    """Id of the item under the pointer or None, and the place on the screen (QPoint)."""
    message = Signal(str)
    """A line worth telling, such as why a link is not possible."""
    activated = Signal(str)
    """An item was double-clicked, or Enter was pressed on it: edit it."""
    space_tapped = Signal()
    """The space bar was pressed and released without panning."""
    map_dismissed = Signal()
    """The map that is painted on the design is to go away."""
    map_back_requested = Signal()
    """The map that the present one is a part of is to be shown."""
    framed = Signal()
    """A frame begins in which something moves."""
    hovered = Signal(str)
    """Id of the node or link under the pointer; empty for none."""

    def __init__(self, components: Mapping[str, Component], theme: Theme, icons: IconSet) -> None:
        """An empty canvas that knows the components."""
        super().__init__()
        self._look = Look(theme, icons)
        self._scene = CanvasScene(components, self._look)
        self.setScene(self._scene)
        self._camera = Camera(self)
        self._pictures = Pictures(self._scene, self._camera)
        self._stage = Stage(self._scene, self._camera, components)
        self._commands = Commands(self._stage)
        self._hand = GestureController(self._stage, self._commands, self.viewport())
        self._popups = Popups(self._stage, self._commands, self)
        self._running = Running(self, self._scene, self._wake, self._show_moment)
        self.minimap = Minimap(self._scene, self._camera, self._look, self)
        self.arrived = self._scene.arriving.done
        self._legend = MapLegend(self._look, self)
        self.minimap.stand_beside(self._legend)
        self._input = Input(
            self._stage,
            self._hand,
            self._popups,
            self._keys(),
            Dropping(self._stage, self._commands),
        )
        self.installEventFilter(self._input)
        self.viewport().installEventFilter(self._input)
        self._announcer = Announcer(self, self._stage, self._commands.ask_for_menu)
        self.outlines = Outlines(self._scene, self.viewport())
        self.hint: Hint | None = BEGIN
        """What is said while there is nothing to show; None while something is on its way."""
        self._fit_when_shown = False
        """The design came before the view had its size."""
        self._fit_again = False
        """Links are still to come that may stick out, of a design that is seen whole."""
        self._since_map = 0.0
        self._clock = QElapsedTimer()
        self._timer = QTimer(self, interval=_TICK, timerType=Qt.TimerType.PreciseTimer)
        become_canvas(self)
        self._connect()

    def _connect(self) -> None:
        """Pass on what the stage wishes."""
        stage = self._stage
        stage.edit_requested.connect(self.edit_requested)
        stage.selection_changed.connect(self.selection_changed)
        stage.message.connect(self.message)
        stage.activated.connect(self.activated)
        stage.context_requested.connect(self.context_requested)
        stage.space_tapped.connect(self.space_tapped)
        stage.hovered.connect(self.hovered)
        self._timer.timeout.connect(self._tick)
        self._camera.moved.connect(self._camera_moved)
        self._scene.arriving.done.connect(self._arrived)
        self._legend.dismissed.connect(self.map_dismissed)
        self._legend.back_requested.connect(self.map_back_requested)

    def _keys(self) -> Keys:
        """The keyboard."""
        return Keys(
            self._commands,
            {
                "add": self.begin_add,
                "add_linked": self.begin_add_linked,
                "link": self.begin_link,
                "deselect": self._escape,
                "copy": self._to_clipboard,
                "cut": self._cut,
                "paste": self._from_clipboard,
                "zoom_in": self.zoom_in,
                "zoom_out": self.zoom_out,
                "zoom_reset": self.zoom_reset,
            },
        )

    def set_design(self, design: Design) -> None:
        """Show another design, all of it."""
        self._hand.cancel()
        self._commands.turns.forget()
        self._legend.show_map(None)
        had = self._stage.selection
        self._scene.set_design(design)
        if had:
            self.selection_changed.emit(frozenset())
        self.fit()
        self._fit_again = self._scene.arriving.waiting > 0
        self._fit_when_shown = not self.isVisible()
        # What was clicked to open it, such as a message, may give the canvas its room in this turn.
        QTimer.singleShot(0, self, self._fit_in_new_room)
        self.minimap.touch()
        self.minimap.go_home()

    def apply_changes(self, design: Design, changes: Changes) -> None:
        """Show what an edit changed."""
        if changes.removed and self._hand.is_busy:
            self._hand.cancel()
        self._scene.apply_changes(design, changes)
        self._stage.select(self._stage.selection)
        self.minimap.touch()

    def show_snapshot(self, snapshot: Snapshot, wall_dt: float) -> None:
        """Show a run's state; ``wall_dt`` is the wall time since the snapshot before, 0 for a step."""
        self._running.show(snapshot, wall_dt)
        self._since_map += wall_dt
        if self._since_map > _MAP_PERIOD or wall_dt <= 0.0:
            self._since_map = 0.0
            self.minimap.touch()
        self._wake()

    def show_past(self, moment: Moment | None) -> None:
        """Show a moment of the past while the run may go on; None goes back to now."""
        self._running.show_past(moment)

    def _show_moment(self) -> None:
        """Another moment is shown, or now."""
        self.minimap.touch()
        self._wake()

    def go_on_from(self, moment: Moment) -> None:
        """The run went back to a moment and goes on from there."""
        self._running.go_on_from(moment)
        self.minimap.touch()

    def remember(self) -> object:
        """What this view wants to find in the ``memory`` of a moment."""
        return self._scene.presenter.live.remember()

    def clear_run(self) -> None:
        """Take every trace of a run away."""
        self._running.clear()
        self.minimap.touch()

    def set_findings(self, findings: Mapping[str, tuple[Finding, ...]]) -> None:
        """Mark items with findings."""
        self._scene.faces.refresh_in_turns(self._scene.presenter.set_findings(findings))

    @property
    def chips(self) -> Mapping[str, tuple[NoteChip, ...]]:
        """What notes cite, by their ids."""
        return self._scene.chips

    def show_chips(self, chips: Mapping[str, tuple[NoteChip, ...]]) -> None:
        """Show what notes cite, by their ids."""
        self._scene.show_chips(chips)

    def show_map(self, blast: BlastMap | None) -> None:
        """Paint a map of failures over the design, with its legend; None takes it away.

        A map is of the whole design: what is out of view when it comes is brought into it.
        """
        comes = blast is not None and self._scene.presenter.map is None
        self._scene.show_map(blast)
        self._legend.show_map(blast)
        if comes:
            self._bring_into_view()
        self.minimap.touch()
        self._wake()

    def _bring_into_view(self) -> None:
        """Show the whole design, clear of the legend unless its cards are whole only without that."""
        content, blast = self._scene.content_rect(), self._scene.presenter.map
        for ghost in blast.ghosts if blast is not None else ():
            content = content.united(ghost_rect(ghost))
        if self._camera.shown().contains(content):
            return
        self._camera.fit(content)
        was_whole = self._camera.zoom >= COMPACT_ZOOM
        self._camera.fit(content, below=self._legend.sizeHint().height() + _CORNER)
        if was_whole and self._camera.zoom < COMPACT_ZOOM:
            self._camera.fit(content)

    def set_theme(self, theme: Theme, icons: IconSet) -> None:
        """Dress in another theme."""
        self._look = Look(theme, icons)
        self._stage.set_look(self._look)
        self.minimap.set_look(self._look)
        self._legend.set_look(self._look)
        self._popups.close()
        self.viewport().update()

    def set_motion(self, motion: Motion) -> None:
        """``reduced`` shows numbers and states but nothing that moves by itself."""
        self._running.set_motion(motion)

    # Commands

    def select(self, ids: Iterable[str]) -> None:
        """Select items."""
        self._stage.select(ids)

    def reveal(self, item_id: str, covered: int = 0) -> None:
        """Select an item and bring it into view, left of what covers so many pixels of the right side."""
        self.select({item_id})
        rect = self._scene.rect_of(item_id)
        link = self._scene.links.get(item_id)
        if link is not None:
            rect = link.wire.path.boundingRect()
        if rect is not None:
            self._camera.reveal(rect, covered)

    def finish_edits(self) -> None:
        """Put into effect at once what was asked for and waits for its turn."""
        self._commands.turns.finish()

    def select_all(self) -> None:
        """Select everything."""
        self._commands.select_all()

    def delete_selection(self) -> None:
        """Delete what is selected."""
        self._commands.delete()

    def rename_selection(self) -> None:
        """Edit the name of the selected item in place."""
        self._commands.rename()

    def copy(self) -> str:
        """The selection as JSON text."""
        return self._commands.copy()

    def paste(self, text: str) -> None:
        """Add items from JSON text."""
        self._commands.paste(text)

    def duplicate(self) -> None:
        """Copy the selection beside itself."""
        self._commands.duplicate()

    def look_along_path(self, path: bool) -> None:  # noqa: FBT001 - a Qt slot for a toggle
        """Pale all but what leads to the selection and what it leads to, or nothing."""
        self._scene.look_along(path=path)

    def align(self, way: Way) -> None:
        """Line up what is selected, or spread it evenly."""
        self._commands.align(way)

    def auto_layout(self) -> None:
        """Lay the design out in layers."""
        self._commands.arrange()

    def add_component(self, kind: str) -> None:
        """Add a node to the right of the selected one, or where the view looks."""
        self._commands.add_component(kind)

    def add_linked(self, kind: str) -> None:
        """Add a node to the right of the selected one, with a link between them."""
        self._commands.add_component(kind, linked=True)

    def add_note(self) -> None:
        """Add a note and write on it."""
        self._commands.add_note()

    def add_frame(self, kind: str = "group") -> None:
        """Add a frame of a kind around the selection, or an empty one."""
        self._commands.add_frame(kind)

    def begin_add(self, pos: QPointF | None = None) -> None:
        """Open the quick-add list at a place of the scene.

        By default that is to the right of the selected node, or under the pointer.
        """
        place = pos
        if place is None and self._commands.only_node() is not None:
            place = self._commands.next_place()
        if place is None:
            last = self._hand.last
            inside = self.underMouse() and self.viewport().rect().contains(last.view.toPoint())
            place = last.scene if inside else self._camera.shown().center()
        self._popups.offer(place, None)

    def begin_add_linked(self) -> None:
        """Open the quick-add list with what can be linked from the selected node; what is chosen is."""
        chosen = self._commands.only_node()
        if chosen is None:
            self.message.emit("Select the node that the new one is to be linked with")
            return
        place = self._commands.next_place() - QPointF(CARD_WIDTH / 2, 0.0)
        self._popups.offer(place, Origin(chosen, "output"))

    def begin_link(self) -> None:
        """Draw a link from the selected node by clicks or keys."""
        self.setFocus()
        self._hand.begin_link()

    def fit_soon(self) -> None:
        """Show everything once what was just put beside the canvas has taken of its room."""
        QTimer.singleShot(0, self, self.fit)

    def fit(self) -> None:
        """Show the whole design."""
        self._camera.fit(self._scene.content_rect())

    def _fit_in_new_room(self) -> None:
        """Show a new design whole again where there is more or less room by now."""
        if self._camera.is_as_fitted and self._camera.has_new_room:
            self.fit()

    def _arrived(self) -> None:
        """All links are there: where nobody has looked elsewhere meanwhile, the design is shown whole again."""
        if self._fit_again and self._camera.is_as_fitted:
            self.fit()
        self._fit_again = False
        self.minimap.touch()

    @property
    def camera(self) -> Camera:
        """Where it looks."""
        return self._camera

    def zoom_in(self) -> None:
        """One step closer."""
        self._camera.zoom_by(STEP)

    def zoom_out(self) -> None:
        """One step away."""
        self._camera.zoom_by(1.0 / STEP)

    def zoom_reset(self) -> None:
        """To 100 %."""
        self._camera.zoom_to(1.0)

    def _escape(self) -> None:
        """Take the map away where there is one; else nothing is selected any more."""
        if self._scene.presenter.map is not None:
            self.map_dismissed.emit()
        else:
            self.select(())

    def _to_clipboard(self) -> None:
        if text := self.copy():
            QGuiApplication.clipboard().setText(text)

    def _cut(self) -> None:
        self._to_clipboard()
        self.delete_selection()

    def _from_clipboard(self) -> None:
        self.paste(QGuiApplication.clipboard().text())

    # Painting

    def advance(self, wall: float) -> None:
        """Move what moves by a wall time and show it; the canvas does so itself while it runs."""
        self._running.advance(wall)
        self.viewport().update()

    def paint_design(self, painter: QPainter, target: QRectF) -> None:
        """Paint the whole design as vectors, for exports."""
        self._scene.arriving.finish()
        for _ in self.painting(painter, target):
            pass

    def painting(self, painter: QPainter, target: QRectF) -> Iterator[None]:
        """The same in steps, of what the design has come to; to be begun once all links have ``arrived``."""
        return painting_vectors(self._scene, painter, target)

    def waiting(self) -> Iterator[None]:
        """A step a turn of the event loop until all links have ``arrived``."""
        while self._scene.arriving.waiting:
            yield

    def content_rect(self, *, whole: bool = True) -> QRectF:
        """What the design covers, in scene units: with all its links, or with those that have ``arrived``."""
        if whole:
            self._scene.arriving.finish()
        return self._scene.content_rect()

    def _wake(self) -> None:
        """Animate until nothing moves any more."""
        if not self._timer.isActive():
            self._clock.start()
            self._timer.start()

    def _tick(self) -> None:
        self.framed.emit()
        self.advance(min(self._clock.restart() / 1000.0, 0.1))
        if not self._running.moves and self._scene.backdrop.is_settled:
            self._timer.stop()

    def _camera_moved(self) -> None:
        """Other pictures may be in view, at another zoom."""
        self._pictures.follow_camera()
        self.minimap.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bring pictures up to date, then let Qt put everything together."""
        if self._pictures.refresh(self._look, self.viewport().devicePixelRatioF()):
            self._wake()
        super().paintEvent(event)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Copy the tiles."""
        del rect  # the whole view is painted anyway
        projection = Projection.of(self.viewportTransform(), self.viewport().devicePixelRatioF())
        self._scene.backdrop.draw(painter, self.viewport().size(), projection)
        if not self._scene.backdrop.is_settled:
            self._wake()

    def drawForeground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """What only another design has; help, on an empty canvas."""
        del rect
        design, blast = self._scene.design, self._scene.presenter.map
        if blast is not None and blast.ghosts:
            paint_ghosts(painter, blast.ghosts, self._look)
        self.outlines.paint(painter, self._look)
        if self.hint is not None and not (design.nodes or design.frames or design.notes):
            paint_hint(painter, QRectF(self.viewport().rect()), self._look, self.hint)

    def showEvent(self, event: QShowEvent) -> None:
        """Fit a design that came before the view had its size."""
        super().showEvent(event)
        if self._fit_when_shown:
            self._fit_when_shown = False
            self.fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep minimap and legend in their corners."""
        super().resizeEvent(event)
        self._legend.settle()
        self.minimap.go_home()
        self._camera.follow_window(self._fit_in_new_room)
