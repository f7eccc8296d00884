"""Has a process think about the open design, so that the window never waits for findings and theory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from app.served import think
from engine.run.analyst import Analyst, Answer, Ask
from engine.run.child import Child
from engine.run.protocol import ApplyEdit, StartOver

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.document import DesignDocument
    from engine.model.changes import Changes
    from engine.model.design import Design
    from engine.model.edits import Edit
    from engine.run.analyst import Topic

_LOOK_MS: Final = 10
"""Milliseconds between looks while an answer is awaited."""
_LIVES: Final = 3
"""Processes that may end over one state of the design until it stays without an answer."""


class Mind(Protocol):
    """What thinks: a process, or for tests this one."""

    def tell(self, said: object) -> None:
        """Tell it of the design, or ask."""

    def hear(self) -> list[Answer | None]:
        """Its answers since; None where it has died."""

    def close(self) -> object:
        """End it."""


def start_analyst() -> Mind:
    """A process that thinks."""
    return Child(think, "windtunnel-analyst")


class InlineMind:
    """Thinks at once, in this process: for callers who would wait anyway."""

    def __init__(self) -> None:
        self._analyst = Analyst()
        self._answers: list[Answer | None] = []

    def tell(self, said: object) -> None:
        """Tell it of the design, or ask."""
        self._analyst.take(said)
        answer = self._analyst.answer()
        if answer is not None:
            self._answers.append(answer)

    def hear(self) -> list[Answer | None]:
        """Its answers since."""
        answers, self._answers = self._answers, []
        return answers

    def close(self) -> None:
        """There is nothing to end."""


class Analysis(QObject):
    """Questions about the open design, and their answers. Make it before whoever asks."""

    answered = Signal(str, object)
    """A topic, and the answer for the design as it is; None where there is none."""

    def __init__(self, document: DesignDocument, start: Callable[[], Mind] = start_analyst) -> None:
        super().__init__(document)
        self._document = document
        self._start = start
        self._mind: Mind | None = None
        self._number = 0
        self._since = 0
        """The last question about the design as it was before."""
        self._open: dict[Topic, Ask] = {}
        self._lives = _LIVES
        self._closed = False
        document.replaced.connect(self._replace)
        document.edited.connect(self._change)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self.listen)

    def ask(self, topic: Topic, *details: float | str) -> None:
        """Ask about the design as it is; a later question on the same topic takes the place of this one."""
        self._number += 1
        self._open[topic] = Ask(self._number, topic, details)
        self._tell(self._open[topic])
        if not self._closed:
            self._timer.start()

    def is_open(self, topic: Topic) -> bool:
        """Whether a question waits for its answer."""
        return topic in self._open

    def listen(self) -> None:
        """Take what was answered. Called by a timer while a question is open."""
        for answer in self._mind.hear() if self._mind is not None else ():
            if answer is None:
                self._revive()
            elif answer.number > self._since:
                asked = self._open.get(answer.topic)
                if asked is not None and asked.number == answer.number:
                    del self._open[answer.topic]
                self.answered.emit(answer.topic, answer.value)
        if not self._open:
            self._timer.stop()

    def close(self) -> None:
        """End the process, and ask nothing more."""
        self._closed = True
        self._timer.stop()
        if self._mind is not None:
            self._mind.close()
            self._mind = None

    def _tell(self, said: object) -> None:
        """Tell the process, which begins with the first question."""
        if self._closed:
            return
        if self._mind is None:
            self._mind = self._start()
            self._mind.tell(StartOver(self._document.design))
        self._mind.tell(said)

    def _replace(self, design: Design) -> None:
        """Another design is open."""
        self._forget()
        if self._mind is not None:
            self._tell(StartOver(design))

    def _change(self, edit: Edit, _changes: Changes) -> None:
        """The design was edited."""
        self._forget()
        if self._mind is not None:
            self._tell(ApplyEdit(edit))

    def _forget(self) -> None:
        """What was asked was asked about another design."""
        self._since = self._number
        self._open.clear()
        self._lives = _LIVES

    def _revive(self) -> None:
        """The process has died: ask another one, unless it is the design that kills them."""
        self._mind = None
        self._lives -= 1
        asked = list(self._open.values())
        if self._lives > 0:
            for each in asked:
                self._tell(each)
        else:
            self._open.clear()
            for each in asked:
                self.answered.emit(each.topic, None)
