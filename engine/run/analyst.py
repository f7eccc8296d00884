"""The child process that thinks about the open design for the window: findings, and what theory predicts.

It is told of the design and of every edit, and answers questions about it. Of several questions on one
topic only the last one counts, and a question about a design that has changed meanwhile is given up.
"""

from __future__ import annotations

import _thread
import importlib
import os
import queue
import signal
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.interrupting import SOON, is_amid_something
from engine.model.files import dumps
from engine.model.fingerprint import fingerprint
from engine.records import dataclass
from engine.run.protocol import ApplyEdit, StartOver, Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from multiprocessing.connection import Connection
    from types import FrameType

    from engine.model.design import Design
    from engine.model.findings import Finding
    from engine.model.prediction import Theory
    from engine.why.what_if import Supposed

NICENESS: Final = 5
_NEEDED: Final = ("engine.catalog", "engine.plan.theory", "engine.why.what_if")
Topic = Literal["findings", "theory", "text", "what_if", "fingerprint"]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about the design as it is now. ``details`` are the arguments of the topic's function."""

    number: int
    topic: Topic
    details: tuple[float | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to the question of that number; None where there is none."""

    number: int
    topic: Topic
    value: object


class _StaleError(Exception):
    """What is being thought about is no longer asked."""


def findings(design: Design) -> tuple[Finding, ...]:
    """What is wrong with a design, and what is risky in it."""
    from engine.catalog import check  # noqa: PLC0415 - the app imports this module

    return check(design)


def predicted(design: Design, at: float, load: float) -> Theory | None:
    """What theory says of a design at a time of its run; None where it cannot run."""
    from engine.catalog import lower  # noqa: PLC0415 - the app imports this module
    from engine.catalog.typed import DesignError  # noqa: PLC0415
    from engine.plan.theory import predict  # noqa: PLC0415

    try:
        return predict(lower(design), at=at, load=load)
    except DesignError:
        return None


def supposed(design: Design, load: float, node: str) -> Supposed | None:
    """What could be tried about a node (empty: the bottleneck), and what theory says of it; None where it cannot run."""
    from engine.catalog.typed import DesignError  # noqa: PLC0415 - the app imports this module
    from engine.why.what_if import suppose  # noqa: PLC0415

    try:
        return suppose(design, node or None, load)
    except DesignError:
        return None


TOPICS: Final[Mapping[Topic, Callable[..., Any]]] = {
    "findings": findings,
    "theory": predicted,
    "text": dumps,
    "what_if": supposed,
    "fingerprint": fingerprint,
}


class Analyst:
    """A design and the questions about it that are not answered yet."""

    def __init__(self) -> None:
        self.design: Design | None = None
        self._asked: dict[Topic, Ask] = {}
        self.thinking = False
        """Whether it may be interrupted."""
        self._stale = False
        """Whether it was, on the question that it thinks about."""
        self.thought = 0
        """Counts what it has begun to think about."""
        self.put_off: queue.SimpleQueue[int] = queue.SimpleQueue()
        """Thoughts, by their count, that are to be interrupted again. This queue may be used by a signal's handler."""

    def take(self, said: object) -> None:
        """Hear of the design, or a question."""
        match said:
            case StartOver(design):
                self.design = design
                self._asked.clear()
            case ApplyEdit(edit) if self.design is not None:
                self.design = edit.apply(self.design).design
                self._asked.clear()
            case Ask():
                self._asked[said.topic] = said

    def answer(self) -> Answer | None:
        """Answer a question, if there is one; None as well where it was interrupted."""
        if self.design is None or not self._asked:
            return None
        ask = next(iter(self._asked.values()))
        self._stale = False
        self.thought += 1
        try:
            self.thinking = True
            value = TOPICS[ask.topic](self.design, *ask.details)
            self.thinking = False
        except BaseException as error:
            if self._stale:
                return None
            if not isinstance(error, Exception):
                raise
            value = None  # what cannot be thought about has no answer; a run says why
        finally:
            self.thinking = False
        del self._asked[ask.topic]
        return Answer(ask.number, ask.topic, value)

    @property
    def is_asked(self) -> bool:
        """Whether a question waits."""
        return bool(self._asked)

    def interrupt(self, _number: int, frame: FrameType | None) -> None:
        """Give up what it thinks about, if it does: something new was said. Not amid a validation, but soon after."""
        if not self.thinking:
            return
        if is_amid_something(frame):
            self.put_off.put(self.thought)
        else:
            self.thinking = False
            self._stale = True
            raise _StaleError


def serve(connection: Connection) -> None:
    """Answer questions until ``Stop`` or the end of the pipe."""
    for name in _NEEDED:  # now: an import must not be interrupted half-way
        importlib.import_module(name)
    analyst = Analyst()
    # Also for an interrupt in the terminal, which is the app's to handle.
    signal.signal(signal.SIGINT, analyst.interrupt)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    said: queue.SimpleQueue[object] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(connection, said), daemon=True).start()
    threading.Thread(target=_remind, args=(analyst,), daemon=True).start()
    try:
        while True:
            while not analyst.is_asked or not said.empty():
                word = said.get()
                if isinstance(word, Stop):
                    return
                analyst.take(word)
            answer = analyst.answer()
            if answer is not None:
                connection.send(answer)
    except OSError:
        return  # the app is gone, and nobody is left to tell


def _remind(analyst: Analyst) -> None:
    """Interrupt again what could not be cut off, unless it is over by then."""
    while True:
        thought = analyst.put_off.get()
        time.sleep(SOON)
        if analyst.thinking and analyst.thought == thought:
            _thread.interrupt_main()


def _read(connection: Connection, said: queue.SimpleQueue[object]) -> None:
    """Pass on what is said, and interrupt who thinks; the end of the pipe is a ``Stop``."""
    word: object = None
    while not isinstance(word, Stop):
        try:
            word = connection.recv()
        except (EOFError, OSError):
            word = Stop()
        said.put(word)
        if not isinstance(word, Ask):
            _thread.interrupt_main()
