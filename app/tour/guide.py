"""Leads through the steps: offers them once, waits for each, and goes on later where it was left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer

from app.banner import Choice, Message
from app.tour.callout import Callout
from app.tour.steps import LEARNT, Step, steps_of

if TYPE_CHECKING:
    from PySide6.QtCore import QRect

    from app.workbench import Workbench

_KEY: Final = "tour"
_LOOK_MS: Final = 150
"""How often it looks whether a step is done and where its place is now."""
_OFFER: Final = (
    "New here? Five steps on the running design, two minutes in all: turn the load up, break something, ask why, "
    "take it back, add something."
)
_END: Final = "That was all five. F1 helps with whatever is selected; Ctrl+K finds everything else."


class Guide(QObject):
    """The tour of one window. Nothing waits for it, and nothing is blocked by it."""

    def __init__(self, bench: Workbench) -> None:
        """Rest until somebody wants it."""
        super().__init__(bench)
        self._bench = bench
        self._settings = bench.services.settings
        self._steps: tuple[Step, ...] = ()
        self._at = 0
        self._learnt = ""
        """What was to be seen in the step that was done just before; empty where it was skipped."""
        self.callout: Callout | None = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        bench.services.document.replaced.connect(lambda _design: self._begin_again())

    @property
    def step(self) -> int | None:
        """Number of the step that it waits for, from 0; None while it rests."""
        return self._at if self._timer.isActive() else None

    def offer(self) -> None:
        """Offer it above the canvas, the first time that the application starts."""
        if self._settings.values.tour is not None:
            return
        self._settings.update(tour=0)
        choices = (
            Choice("Start the tour", self.start),
            Choice("Not now", lambda: self._bench.views.status.flash("It stays in the Help menu")),
        )
        self._bench.views.banners.show_message(Message(_KEY, _OFFER, "offer", choices))
        self._bench.views.canvas.fit_soon()  # the message takes of the room in which the design was fitted

    def start(self) -> None:
        """Begin, or go on with the step at which it was left."""
        self._bench.views.banners.dismiss(_KEY)
        self._bench.views.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.callout is None:
            self._steps = steps_of(self._bench)
            self.callout = Callout(self._bench.window, self._bench.look)
            self.callout.skipped.connect(lambda: self._go_to(self._at + 1))
            self.callout.left.connect(self.leave)
        kept = self._settings.values.tour or 0
        self._go_to(kept if kept < len(self._steps) else 0)

    def leave(self) -> None:
        """Rest; it goes on from here another time."""
        self._timer.stop()
        if self.callout is not None:
            self.callout.close_card()
        self._bench.views.status.flash("The tour goes on from here in the Help menu")

    def look(self) -> None:
        """See whether the step is done, and point at its place. Called by a timer."""
        if self._steps[self._at].done():
            self._go_to(self._at + 1, *LEARNT[self._at : self._at + 1])
        else:
            self._show()

    def _go_to(self, number: int, learnt: str = "") -> None:
        """Wait for a step, and say what was seen in the one before; behind the last one it ends."""
        self._learnt = learnt
        self._settings.update(tour=number)
        if number >= len(self._steps):
            self._timer.stop()
            if self.callout is not None:
                self.callout.close_card()
            choices = (Choice("Open the help", self._bench.help.search),)
            self._bench.views.banners.show_message(Message(_KEY, _END, "info", choices))
            return
        self._at = number
        self._steps[number].begin()
        self._timer.start()
        self._show()

    def _begin_again(self) -> None:
        """Another design is open: what happened in the one before does not count."""
        if self._timer.isActive():
            self._steps[self._at].begin()

    def _show(self) -> None:
        """Say the step beside its place."""
        if self.callout is None:
            return
        step = self._steps[self._at]
        count = f"Step {self._at + 1} of {len(self._steps)}"
        self.callout.say(count, step.title, step.words(), self._learnt)
        self.callout.point_at(self._place(step))

    def _place(self, step: Step) -> QRect:
        """What a step points at, in the window."""
        widget, part = step.where()
        return part.translated(widget.mapTo(self._bench.window, part.topLeft()) - part.topLeft())
