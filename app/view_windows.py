"""Further windows on the open design: each looks at another part of it, and all show the same run and selection."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.help_topic import topic_of
from app.search_entries import action_entries, item_entries
from widgets.canvas import CanvasView
from widgets.theme import window_title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PySide6.QtGui import QCloseEvent

    from app.searching import Entry
    from app.window_keys import WindowKeys
    from app.workbench import Workbench
    from engine.model.changes import Changes
    from engine.model.design import Design
    from engine.sim.snapshot import Snapshot
    from widgets.canvas import NoteChip

_SIZE: Final = QSize(900, 600)
MOST: Final = 8
"""Windows on one design at a time: each paints the run."""
_SHARED: Final = ("edit.undo", "edit.redo", "edit.delete", "edit.copy", "edit.cut", "edit.duplicate",
                  "file.save", "view.another", "run.toggle", "run.step_time", "run.restart")  # fmt: skip
"""Actions that do the same whichever window is in front."""


class ViewWindow(QWidget):
    """A canvas of its own in a window of its own."""

    closed = Signal()

    def __init__(self, bench: Workbench) -> None:
        """Show the open design, and the run as it is."""
        super().__init__(bench.window, Qt.WindowType.Window)
        self._bench = bench
        self.canvas = CanvasView(bench.components, bench.look.theme, bench.look.icons)
        self.resize(_SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self.addActions([bench.actions[name] for name in _SHARED])
        QShortcut(QKeySequence("Ctrl+9"), self).activated.connect(self.canvas.fit)
        self.canvas.set_design(bench.design)
        self.canvas.select(bench.selection)
        self.canvas.set_findings(bench.services.findings.by_item())
        reduced = bench.services.settings.values.reduced_motion
        self.canvas.set_motion("reduced" if reduced else "full")
        self._connect()
        self._name()
        # In a turn of its own: to find out how the run stands takes as long as all the rest.
        QTimer.singleShot(0, self, self._show_run)

    def entries(self) -> Iterator[Entry]:
        """What Ctrl+K finds here: what the canvas shows, and the actions that this window has."""
        bench, canvas = self._bench, self.canvas
        yield from item_entries(bench.design, bench.components, canvas.reveal)
        yield from action_entries(bench.actions, _SHARED)

    def _connect(self) -> None:
        """Follow document, run, selection and theme; what is done here is an edit like any other."""
        bench, canvas = self._bench, self.canvas
        services = bench.services
        services.document.changed.connect(self._follow)
        services.document.replaced.connect(self._replace)
        services.document.state_changed.connect(self._name)
        services.run.snapshot.connect(self._show_snapshot)
        services.run.cleared.connect(canvas.clear_run)
        services.findings.changed.connect(self._show_findings)
        bench.travel.moved.connect(self._show_moment)
        bench.look.changed.connect(self._dress)
        canvas.framed.connect(partial(bench.views.charts.begin_frame, id(canvas)))
        bench.views.canvas.selection_changed.connect(canvas.select)
        canvas.selection_changed.connect(bench.views.canvas.select)
        canvas.edit_requested.connect(services.document.push)
        canvas.context_requested.connect(bench.views.canvas.context_requested)
        canvas.activated.connect(bench.views.canvas.activated)
        canvas.message.connect(bench.views.status.flash)
        canvas.space_tapped.connect(services.run.toggle)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Say that it is gone."""
        super().closeEvent(event)
        self.closed.emit()

    def _follow(self, design: Design, changes: Changes) -> None:
        """The open design was edited."""
        self.canvas.apply_changes(design, changes)

    def _replace(self, design: Design) -> None:
        """Another design was opened."""
        self.canvas.clear_run()
        self.canvas.set_design(design)

    def _show_snapshot(self, snapshot: Snapshot, elapsed: float) -> None:
        """The run goes on."""
        self.canvas.show_snapshot(snapshot, elapsed)

    def _show_run(self) -> None:
        """Show how the run stands, also one that rests, and the moment that is looked at."""
        travel = self._bench.travel
        now = travel.past.at(self._bench.services.run.now)
        if now is not None:
            self.canvas.go_on_from(now)
        self._show_moment(travel.at)

    def _show_moment(self, _at: float) -> None:
        """Another moment is looked at, or now."""
        travel = self._bench.travel
        self.canvas.show_past(travel.past.at(travel.at) if travel.looks_back else None)

    def _show_findings(self, _findings: object) -> None:
        """Findings changed."""
        self.canvas.set_findings(self._bench.services.findings.by_item())

    def _dress(self, _theme: object) -> None:
        """Take the theme."""
        self.canvas.set_theme(self._bench.look.theme, self._bench.look.icons)

    def _name(self) -> None:
        """The title of the design, and that this is a view of it."""
        title = window_title(self._bench.services.document.title)
        self.setWindowTitle(f"{title}: another view – Windtunnel")


class ViewWindows(QObject):
    """The further windows of one window."""

    def __init__(self, bench: Workbench, keys: WindowKeys) -> None:
        """None yet; ``keys`` gives each the keys of every window."""
        super().__init__(bench)
        self._bench, self._keys = bench, keys
        self._chips: Mapping[str, tuple[NoteChip, ...]] = {}
        self.windows: list[ViewWindow] = []

    def open(self) -> None:
        """Open one more, on the selection where something is selected."""
        bench = self._bench
        if len(self.windows) >= MOST:
            bench.views.status.flash(f"There are {MOST} views of this design already.")
            return
        window = ViewWindow(bench)
        window.canvas.show_chips(self._chips)
        window.closed.connect(partial(self._forget, window))
        self._keys.give(window, lambda: _topic(bench), window.entries)
        self.windows.append(window)
        window.move(bench.window.pos() + bench.window.rect().center() / 4 * len(self.windows))
        window.show()
        window.activateWindow()
        window.canvas.setFocus()

    def show_chips(self, chips: Mapping[str, tuple[NoteChip, ...]]) -> None:
        """Show what notes cite, in all of them."""
        self._chips = chips
        for window in self.windows:
            window.canvas.show_chips(chips)

    def close(self) -> None:
        """Close all of them."""
        for window in list(self.windows):
            window.close()

    def _forget(self, window: ViewWindow) -> None:
        """One was closed."""
        self.windows = [each for each in self.windows if each is not window]


def _topic(bench: Workbench) -> tuple[str, int]:
    """What F1 is about in a further view: what is selected, or the canvas."""
    return topic_of(bench) if bench.selection else ("canvas", 0)
