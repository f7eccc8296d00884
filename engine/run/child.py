"""A process of ours and the pipe to it. Whoever talks to it never waits, not even where it is stopped.

Two threads do the waiting: one writes what was said, one reads what is answered.
"""

from __future__ import annotations

import atexit
import multiprocessing
import queue
import signal
import threading
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from engine.run.pickling import dumped, loaded
from engine.run.protocol import Stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

_GRACE: Final = 0.5
"""Wall seconds that the child gets to end by itself."""
_END: Final = object()
"""Ends the thread that writes."""


class Child:
    """A spawned process.

    Spawned, never forked: the app has a display connection and threads that must not be copied.
    """

    def __init__(
        self, serve: Callable[[Connection], None], name: str, *, has_children: bool = False
    ) -> None:
        """Start a process that serves its end of the pipe until that says ``Stop`` or ends.

        Args:
            serve: a function of a module, called in the process with its end of the pipe.
            name: of the process.
            has_children: whether it starts processes of its own; it has to end them with itself.
        """
        context = multiprocessing.get_context("spawn")
        pipe, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), name=name)
        self._process.daemon = not has_children
        self._process.start()
        if has_children:  # no daemon may have any; the end of this process would wait for it
            atexit.register(self._process.kill)
        theirs.close()  # so that the child's death is the end of the pipe here
        self._said: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._heard: deque[Any] = deque()
        self._news = threading.Event()
        self._pipe = pipe
        self._closed = False
        # Daemons: a process that never reads must not keep this one from ending.
        for wait in (self._write, self._read):
            threading.Thread(target=wait, name=f"{name}-pipe", daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether the process is there and wanted."""
        return not self._closed and self._process.is_alive()

    @property
    def pid(self) -> int | None:
        """The process's number."""
        return self._process.pid

    @property
    def end(self) -> str:
        """How it ended, as people read it."""
        return _how(self._process.exitcode)

    def tell(self, said: object) -> None:
        """Tell it something; to a dead process this says nothing, ``hear`` will."""
        if not self._closed:
            self._said.put(said)

    def wait(self, seconds: float) -> bool:
        """Wait until there is something to hear, at most so many wall seconds.

        For callers without an event loop; the app listens from a timer instead.
        """
        return self._closed or self._news.wait(seconds)

    def hear(self) -> list[Any]:
        """Everything it said since; None at the end where it has died, and that only once."""
        said: list[Any] = []
        if not self._closed:
            self._news.clear()
            while self._heard:
                said.append(self._heard.popleft())
            if said and said[-1] is None:
                self._process.join(_GRACE)
                self._closed = True
                self._said.put(_END)
                self._pipe.close()
        return said

    def close(self) -> threading.Thread | None:
        """End the process, gently first. It does not wait; the thread that does so is returned, once."""
        if self._closed:
            return None
        self._said.put(Stop())
        self._said.put(_END)
        self._closed = True
        # No daemon: the end of this process waits until the other one is gone.
        thread = threading.Thread(target=_see_off, args=(self._process, self._pipe))
        thread.start()
        return thread

    def _write(self) -> None:
        """Say one thing after the other."""
        while (said := self._said.get()) is not _END:
            data = dumped(said)
            try:
                self._pipe.send_bytes(data)
            except (
                OSError,
                ValueError,
                TypeError,
            ):  # a TypeError where the pipe is closed meanwhile
                return

    def _read(self) -> None:
        """Hear one thing after the other, up to the end of the process."""
        said: Any = True
        while said is not None:
            try:
                said = loaded(self._pipe.recv_bytes())
            except (EOFError, OSError, TypeError):  # a TypeError where the pipe is closed meanwhile
                said = None
            self._heard.append(said)
            self._news.set()


def _see_off(process: SpawnProcess, pipe: Connection) -> None:
    """See a process to its end."""
    process.join(_GRACE)
    if process.is_alive():
        process.kill()
        process.join()
    atexit.unregister(process.kill)
    pipe.close()


def _how(code: int | None) -> str:
    """An exit code as people read it."""
    if code is None:
        return "its process does not answer"
    if hasattr(signal, "SIGPROF") and code == -signal.SIGPROF:
        return "it hung; requests that need no time at all can do that"
    return f"its process was ended by signal {-code}" if code < 0 else f"exit code {code}"
