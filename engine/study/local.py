"""Points computed by processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from multiprocessing import connection as pipes
from typing import TYPE_CHECKING, Final

from engine.study.errors import StudyError
from engine.study.points import Outcome, engine_version, run_point

if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from engine.study.points import Point

MOST_PROCESSES: Final = 256
_TRIES: Final = 2
"""A point whose process was ended from outside is tried again; if it ends again, it is to blame."""
_NICENESS: Final = 5
"""Whoever works on this machine comes first."""
_GRACE: Final = 1.0
"""Wall seconds that an ended process gets to be gone."""


class LocalExecutor:
    """Spawned processes, one point at a time each. They start when there is work for them.

    Spawned, never forked: the app has a display connection and threads that must not be copied. A pool of
    its own rather than that of the standard library, which gives up all points when one process dies
    and cannot end one that computes.
    """

    def __init__(self, processes: int | None = None) -> None:
        """Prepare for so many processes, by default one a core. Raises ``StudyError``."""
        count = (os.cpu_count() or 1) if processes is None else processes
        if not 1 <= count <= MOST_PROCESSES:
            msg = f"{count} processes: write a number from 1 to {MOST_PROCESSES}"
            raise StudyError(msg)
        self.processes = min(count, MOST_PROCESSES)
        self._context = multiprocessing.get_context("spawn")
        self._workers: dict[Connection, _Worker] = {}
        self._queue: deque[Point] = deque()
        self._tries: dict[str, int] = {}
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """Numbers of the processes that compute now."""
        return [each.process.pid or 0 for each in self._workers.values()]

    def submit(self, points: Sequence[Point]) -> None:
        """Take points to compute."""
        self._queue.extend(points)
        self._dispatch()

    def poll(self) -> list[Outcome]:
        """What was finished since."""
        outcomes = []
        for pipe in pipes.wait(list(self._workers), timeout=0):
            outcome = self._received(self._workers[pipe]) if pipe in self._workers else None
            if outcome is not None:
                outcomes.append(outcome)
        self._dispatch()
        return outcomes

    def wait(self, seconds: float) -> None:
        """Wait until something is finished."""
        if self._workers:
            pipes.wait(list(self._workers), timeout=seconds)

    def close(self) -> None:
        """End the processes."""
        self._closed = True
        self._queue.clear()
        workers, self._workers = list(self._workers.values()), {}
        for worker in workers:
            worker.pipe.close()
            worker.process.kill()
        for worker in workers:
            worker.process.join(_GRACE)

    def _dispatch(self) -> None:
        """Give waiting points to idle processes, and start processes for the others."""
        if self._closed:
            return
        for worker in list(self._workers.values()):
            if self._queue and worker.point is None:
                self._give(worker)
        while self._queue and len(self._workers) < self.processes:
            ours, theirs = self._context.Pipe()
            process = self._context.Process(
                target=_serve, args=(theirs,), name="windtunnel-study", daemon=True
            )
            process.start()
            theirs.close()  # so that the child's death is the end of the pipe here
            worker = self._workers[ours] = _Worker(process, ours)
            self._give(worker)

    def _give(self, worker: _Worker) -> None:
        """Give a process its next point; a dead one takes it as well, and ``poll`` finds out."""
        worker.point = self._queue.popleft()
        try:
            worker.pipe.send(worker.point)
        except OSError:
            return

    def _received(self, worker: _Worker) -> Outcome | None:
        """What a process says; its death is an outcome only where the point was to blame."""
        try:
            outcome: Outcome = worker.pipe.recv()
        except (EOFError, OSError):
            return self._died(worker)
        worker.point = None
        return outcome

    def _died(self, worker: _Worker) -> Outcome | None:
        """A process is gone: its point is tried again, or is to blame."""
        del self._workers[worker.pipe]
        worker.pipe.close()
        worker.process.join(_GRACE)
        point, code = worker.point, worker.process.exitcode
        if point is None:
            return None
        self._tries[point.key] = self._tries.get(point.key, 0) + 1
        if self._tries[point.key] < _TRIES:
            self._queue.appendleft(point)
            return None
        how = f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
        text = (
            f"its process was ended {_TRIES} times ({how}); it may need more memory than there is"
        )
        return Outcome(point.key, error=text, engine=engine_version())


class _Worker:
    """A process, the pipe to it, and what it computes."""

    def __init__(self, process: SpawnProcess, pipe: Connection) -> None:
        self.process = process
        self.pipe = pipe
        self.point: Point | None = None


def _serve(pipe: Connection) -> None:
    """Compute points in the child until nobody wants more."""
    # An interrupt in the terminal is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        while True:
            pipe.send(run_point(pipe.recv()))
    except (EOFError, OSError):
        return


def _end_with_parent() -> None:
    """End this process, whatever it computes, when the one that wanted it is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
