"""Brings the card of steps and the presentation together with the open design."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRectF

from app.presenting.card import StepsCard
from app.standstill import Standstill
from engine.model.presenting import moment_of

if TYPE_CHECKING:
    from app.presenting.window import PresentWindow
    from app.window_keys import WindowKeys
    from app.workbench import Workbench


class PresentDesk(QObject):
    """At most one presentation at a time. While it is shown the run of the main window stands still."""

    def __init__(self, bench: Workbench, keys: WindowKeys) -> None:
        """Present nothing yet; ``keys`` gives the presentation the keys of every window."""
        super().__init__(bench)
        self._bench, self._keys = bench, keys
        self._standstill = Standstill(bench.services.run)
        self.window: PresentWindow | None = None
        self.card = StepsCard(
            bench.window,
            bench.look,
            bench.views.canvas.camera.shown,
            self._moment,
            lambda: bench.services.theory.load,
        )
        document = bench.services.document
        self.card.edit_requested.connect(document.push)
        self.card.show_requested.connect(self._show_step)
        self.card.present_requested.connect(self.present)
        document.changed.connect(lambda design, _changes: self.card.set_design(design))
        document.replaced.connect(self.card.set_design)
        document.replaced.connect(lambda _design: self.close())

    def begin(self) -> None:
        """Present: from the step that is chosen in the card while that is open, else from the first."""
        if self.card.isVisible():
            self.card.present()
        else:
            self.present()

    def present(self, place: int = 0) -> None:
        """Show the presentation from a step on; without steps the card says how to make some."""
        from app.pair.side import Context, Shown  # noqa: PLC0415 - with it comes the library of charts
        from app.presenting.window import PresentWindow  # noqa: PLC0415

        bench = self._bench
        if not bench.design.presentation:
            self.card.open()
            return
        self.close()
        services = bench.services
        self._standstill.begin()
        context = Context(
            bench.components,
            bench.look,
            services.start_process,
            services.settings.values.memory,
        )
        shown = Shown(bench.design, bench.design.title)
        still = services.settings.values.reduced_motion
        window = self.window = PresentWindow(shown, context, bench.window, still=still)
        window.canvas.show_chips(bench.views.canvas.chips)
        window.closed.connect(self._closed)
        self._keys.give(window, lambda: ("comparing", 0), None)
        window.setGeometry(bench.window.geometry())
        window.showFullScreen()
        window.activateWindow()
        window.setFocus()
        window.begin(place)

    def close(self) -> None:
        """End the presentation, if there is one."""
        if self.window is not None:
            self.window.close()

    def _moment(self) -> float:
        """The moment that the window shows (s); NaN before anything ran."""
        bench = self._bench
        if bench.travel.looks_back:
            return bench.travel.at
        run = bench.services.run
        return run.now if run.latest is not None and run.now > 0.0 else math.nan

    def _show_step(self, place: int) -> None:
        """Show in the window what a step shows: its view, and its moment if the run has come to it."""
        bench = self._bench
        step = bench.design.presentation[place]
        if step.view is not None:
            view = step.view
            bench.views.canvas.camera.show_rect(QRectF(view.x, view.y, view.width, view.height))
        if not bench.services.run.running:
            bench.travel.show_moment(moment_of(bench.design, place))

    def _closed(self, _place: int) -> None:
        """The main window is again what it was."""
        window, self.window = self.window, None
        if window is not None:
            window.deleteLater()
            # Where no window manager hands out the keyboard, nobody would have it.
            self._bench.window.activateWindow()
        self._standstill.end()
