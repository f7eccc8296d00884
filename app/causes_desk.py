"""Keeps the inspector's *Why?* up to date: asks the run while the node that is selected is in trouble."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from engine.run.protocol import Explain
from widgets.canvas.where import state_of

if TYPE_CHECKING:
    from app.services import Services
    from app.time_travel import TimeTravel
    from app.views import Views
    from engine.run.protocol import Explained

_EVERY_MS: Final = 2000
_SOON_MS: Final = 100
_REST: Final = 50.0
"""Times as long as an answer took until the next question, so that the run stands still for 2 % of the time at most."""
_TROUBLED: Final = frozenset({"saturated", "failing", "down"})


class CausesDesk(QObject):
    """Asks at most every two seconds, about the moment that is looked at."""

    def __init__(self, services: Services, views: Views, travel: TimeTravel) -> None:
        """Watch the selection and the run."""
        super().__init__(travel)
        self._services, self._views, self._travel = services, views, travel
        self._node = ""
        self._word = ""
        self._question: Explain | None = None
        self._wait = _EVERY_MS
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._look)
        run = services.run
        run.snapshot.connect(lambda *_: self._look_after(self._wait))
        run.running_changed.connect(lambda *_: self._look_after(_SOON_MS))
        run.explained.connect(self._show)
        run.cleared.connect(self._clear)
        travel.moved.connect(lambda *_: self._look_after(_SOON_MS))
        views.canvas.selection_changed.connect(self._select)

    def _select(self, ids: frozenset[str]) -> None:
        """Another item is selected: what was said of the one before goes at once."""
        node = next(iter(ids), "") if len(ids) == 1 else ""
        if node != self._node:
            self._clear()
            self._node = node
            self._look_after(_SOON_MS)

    def _look_after(self, wait: int) -> None:
        """Look in a while, or sooner where that is planned already."""
        if self._node and (not self._timer.isActive() or self._timer.remainingTime() > wait):
            self._timer.start(wait)

    def _look(self) -> None:
        """Ask, if it is in trouble."""
        run = self._services.run
        state = state_of(self._views.canvas, self._node)
        known = self._node in self._services.document.design.node_by_id and run.has_run
        if not known or state not in _TROUBLED:
            self._question = None
            self._views.inspector.causes.show_causes("", ())
            return
        self._word = state
        moment = self._travel.at if self._travel.looks_back else run.now
        self._question = Explain(moment, self._node)
        run.explain(self._question)

    def _show(self, answer: Explained) -> None:
        """Show an answer, unless something else is looked at by now."""
        if answer.question == self._question:
            self._wait = max(_EVERY_MS, round(1000.0 * _REST * answer.took))
            self._views.inspector.causes.show_causes(self._word, answer.facts)

    def _clear(self) -> None:
        """Nothing is known of what is selected."""
        self._timer.stop()
        self._question = None
        self._views.inspector.causes.show_causes("", ())
