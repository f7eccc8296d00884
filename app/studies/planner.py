"""Has the study that was typed last planned by another process, and hears what it would take."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from app.studies.news import Planned, Question
from app.studies.served import plan
from engine.run.child import Child

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.model.design import Design
    from widgets.study import StudyRequest

_LOOK_MS: Final = 20
"""Milliseconds between looks while something is under way."""
_PATIENCE: Final = 1.0
"""Wall seconds that a stale question may keep the next one waiting; then its process is ended. About what
another process takes to start."""


class Planner(QObject):
    """One question at a time, the last that was asked; answers to older ones are dropped."""

    planned = Signal(object)
    """The ``Planned`` that answers the last question."""

    def __init__(
        self,
        parent: QObject,
        start: Callable[[], Any] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Make ready; the process is started for the first question.

        Args:
            parent: who owns it.
            start: starts the process, as ``Child``.
            clock: wall seconds.
        """
        super().__init__(parent)
        self._start, self._clock = start or start_planner, clock
        self._child: Any = None
        self._question: Question | None = None
        self._answer: Planned | None = None
        self._since = 0.0
        self._stale = False
        """Whether what is under way is no longer what was asked last."""
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.listen)

    @property
    def busy(self) -> bool:
        """Whether an answer is to come."""
        return self._timer.isActive()

    @property
    def question(self) -> Question | None:
        """What was asked last."""
        return self._question

    def answer(self, request: StudyRequest, design: Design) -> Planned | None:
        """What is known of a request, if it was asked last, and of this very design."""
        return self._answer if self._asked(request, design) else None

    def ask(self, request: StudyRequest, design: Design) -> None:
        """Have it planned; ``planned`` tells the answer, unless something else is asked before."""
        if self.busy and self._asked(request, design):
            return
        self._question, self._answer = Question(request, design), None
        if self.busy:
            self._stale = True
        else:
            self._send()

    def listen(self) -> None:
        """Hear the answer. Called by a timer."""
        for said in self._child.hear():
            answer = said or Planned(problem=f"It could not be planned: {self._child.end}.")
            if self._stale:
                self._send()
            else:
                self._timer.stop()
                self._answer = answer
                self.planned.emit(answer)
            return
        if self._stale and self._clock() - self._since >= _PATIENCE:
            self._end()
            self._send()

    def close(self) -> None:
        """End the process without a word."""
        self._timer.stop()
        self._end()

    def _asked(self, request: StudyRequest, design: Design) -> bool:
        """Whether that was asked last."""
        asked = self._question
        return asked is not None and asked.design is design and asked.request == request

    def _send(self) -> None:
        """Send the last question, to another process where there is none any more."""
        if self._child is None or not self._child.alive:
            self._end()
            self._child = self._start()
        self._child.tell(self._question)
        self._since, self._stale = self._clock(), False
        self._timer.start()

    def _end(self) -> None:
        """End the process."""
        if self._child is not None:
            self._child.close()
            self._child = None


def start_planner() -> Child:
    """A process that plans studies."""
    return Child(plan, "windtunnel-study-planner")
