"""The canvas: shows a design and its run, and turns what people do into edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QElapsedTimer, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QGraphicsView

from widgets.canvas.backdrop import Projection
from widgets.canvas.camera import STEP, Camera
from widgets.canvas.look import Look
from widgets.canvas.running import Running
from widgets.canvas.scene import CanvasScene

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from PySide6.QtGui import QPainter, QPaintEvent

    from engine.model.changes import Changes
    from engine.model.component import Component
    from engine.model.design import Design
    from engine.model.findings import Finding
    from engine.sim.snapshot import Snapshot
    from widgets.canvas.items import PictureItem
    from widgets.theme.icons import IconSet
    from widgets.theme.tokens import Theme

_TICK: Final = 16
_PICTURES: Final = 24
"""Outdated cards painted anew a frame; one never seen before is painted at once."""


class CanvasView(QGraphicsView):
    """Emits intent, receives data; knows neither files nor processes."""

    edit_requested = Signal(object)
    selection_changed = Signal(object)
    context_requested = Signal(object, object)
    message = Signal(str)

    def __init__(self, components: Mapping[str, Component], theme: Theme, icons: IconSet) -> None:
        """An empty canvas that knows the components."""
        super().__init__()
        self._look = Look(theme, icons)
        self._scene = CanvasScene(components, self._look)
        self.setScene(self._scene)
        self._camera = Camera(self)
        self._running = Running(self._scene)
        self._clock = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_TICK)
        self._timer.timeout.connect(self._tick)
        self._camera.moved.connect(self._camera_moved)
        self._set_up()

    def _set_up(self) -> None:
        """How a graphics view becomes a canvas."""
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setOptimizationFlags(
            QGraphicsView.OptimizationFlag.DontSavePainterState
            | QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing
        )
        self.viewport().setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setAccessibleName("Design canvas")

    # Data in

    def set_design(self, design: Design) -> None:
        """Show another design."""
        self._scene.set_design(design)

    def apply_changes(self, design: Design, changes: Changes) -> None:
        """Show what an edit changed."""
        self._scene.apply_changes(design, changes)

    def show_snapshot(self, snapshot: Snapshot, wall_dt: float) -> None:
        """Show a run's state; ``wall_dt`` is the wall time since the snapshot before."""
        self._running.show(snapshot, wall_dt)
        self._wake()

    def clear_run(self) -> None:
        """Take every trace of a run away."""
        self._running.clear()

    def set_findings(self, findings: Mapping[str, tuple[Finding, ...]]) -> None:
        """Mark items with findings."""
        before = self._scene.facing.findings
        self._scene.facing.findings = dict(findings)
        self._scene.refresh_faces(before.keys() | findings.keys())

    def set_theme(self, theme: Theme, icons: IconSet) -> None:
        """Dress in another theme."""
        self._look = Look(theme, icons)
        self._scene.set_look(self._look)

    def select(self, ids: Iterable[str]) -> None:
        """Select items."""
        before = self._scene.facing.selection
        chosen = frozenset(each for each in ids if self._scene.design.item(each) is not None)
        if chosen == before:
            return
        self._scene.facing.selection = chosen
        self._scene.refresh_faces(before | chosen)
        self.selection_changed.emit(chosen)

    def fit(self) -> None:
        """Show the whole design."""
        self._camera.fit(self._scene.content_rect())

    def zoom_in(self) -> None:
        """One step closer."""
        self._camera.zoom_by(STEP)

    def zoom_out(self) -> None:
        """One step away."""
        self._camera.zoom_by(1.0 / STEP)

    def zoom_reset(self) -> None:
        """To 100 %."""
        self._camera.zoom_to(1.0)

    # Painting

    def advance(self, wall: float) -> None:
        """Move what moves by a wall time and show it; the canvas does so by itself while it runs."""
        self._running.advance(wall)
        self.viewport().update()

    def _wake(self) -> None:
        if not self._timer.isActive():
            self._clock.start()
            self._timer.start()

    def _tick(self) -> None:
        self.advance(min(self._clock.restart() / 1000.0, 0.1))
        if not self._running.moves and self._scene.backdrop.is_settled:
            self._timer.stop()

    def _camera_moved(self) -> None:
        self._scene.stale.update(self._scene.cards.values(), self._scene.notes.values())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bring pictures up to date, then let Qt put everything together."""
        self._refresh_pictures()
        super().paintEvent(event)

    def _refresh_pictures(self) -> None:
        """Paint outdated pictures in view: new ones all, others a few a frame."""
        shown = self._camera.shown()
        ratio = self.viewport().devicePixelRatioF()
        left = _PICTURES
        done: list[PictureItem] = []
        for item in self._scene.stale:
            if not item.outline().intersects(shown):
                continue
            fresh = item.pixmap().isNull()
            if left <= 0 and not fresh:
                continue
            left -= item.refresh(self._look, self._camera.zoom, ratio)
            done.append(item)
        self._scene.stale.difference_update(done)

    def drawBackground(self, painter: QPainter, rect: QRectF | QRect) -> None:
        """Copy the tiles."""
        del rect  # the whole view is painted anyway
        projection = Projection.of(self.viewportTransform(), self.viewport().devicePixelRatioF())
        self._scene.backdrop.draw(painter, self.viewport().size(), projection)
